//! What a night costs, in statements; and what a folder comes to, in bytes and rows.

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::Path,
    sync::{LazyLock, Mutex},
};

use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    EnvFilter, Layer,
    layer::{Context, SubscriberExt},
    util::SubscriberInitExt,
};

/// How often each statement was given, by how it begins.
pub type Counts = BTreeMap<String, u64>;

static STATEMENTS: LazyLock<Mutex<Counts>> = LazyLock::new(Mutex::default);

struct Counter;

/// Takes the statement out of an event.
#[derive(Default)]
struct Statement(String);

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "summary" {
            value.clone_into(&mut self.0);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

impl<S: Subscriber> Layer<S> for Counter {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut statement = Statement::default();
        event.record(&mut statement);
        *STATEMENTS.lock().unwrap().entry(statement.0).or_default() += 1;
    }
}

/// Counts each statement that the database is given from now on.
pub fn listen() {
    let statements = EnvFilter::new("off,sqlx::query=trace");
    tracing_subscriber::registry().with(Counter).with(statements).init();
}

/// Those since this was asked last.
pub fn statements() -> Counts {
    std::mem::take(&mut *STATEMENTS.lock().unwrap())
}

/// The statements that are given more often than they were, a line each.
pub fn grown(first: &Counts, last: &Counts) -> String {
    let before = |statement: &str| first.get(statement).copied().unwrap_or_default();
    let grown = last.iter().filter(|(statement, times)| before(statement) < **times);
    let lines = grown.map(|(statement, times)| format!("  {} -> {times}: {statement}\n", before(statement)));
    lines.collect()
}

/// What a night has cost.
pub struct Cost {
    /// Statements of opening the folder, with what is done there once a day.
    pub of_the_house: Counts,
    /// Statements of the runs that were due.
    pub of_the_run: Counts,
}

impl Cost {
    /// All statements of the runs.
    pub fn of_runs(&self) -> u64 {
        self.of_the_run.values().sum()
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let house: u64 = self.of_the_house.values().sum();
        write!(f, "{} of the run and {house} of keeping house", self.of_runs())
    }
}

/// The bytes of all files below a folder.
pub fn bytes_below(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| match entry.file_type().unwrap().is_dir() {
            true => bytes_below(&entry.path()),
            false => entry.metadata().unwrap().len(),
        })
        .sum()
}

/// How many rows each table has, the largest first.
pub async fn rows(data: &Path) -> Vec<(String, i64)> {
    let options = SqliteConnectOptions::new().filename(data.join("clientpoint.db"));
    let mut database = options.connect().await.unwrap();
    let tables: Vec<(String,)> = sqlx::query_as("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .fetch_all(&mut database)
        .await
        .unwrap();
    let mut rows = Vec::new();
    for (table,) in tables {
        let count = format!("SELECT count(*) FROM \"{table}\"");
        let (count,): (i64,) = sqlx::query_as(sqlx::AssertSqlSafe(count))
            .fetch_one(&mut database)
            .await
            .unwrap();
        rows.push((table, count));
    }
    database.close().await.unwrap();
    rows.sort_by_key(|(_, count)| -count);
    rows
}
