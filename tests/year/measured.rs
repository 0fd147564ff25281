//! What a night costs, in statements; and what a folder comes to, in bytes and rows.

use std::{
    fmt, fs,
    path::Path,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use tracing::{Event, Subscriber};
use tracing_subscriber::{
    EnvFilter, Layer,
    layer::{Context, SubscriberExt},
    util::SubscriberInitExt,
};

static STATEMENTS: AtomicU64 = AtomicU64::new(0);

struct Counter;

impl<S: Subscriber> Layer<S> for Counter {
    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        STATEMENTS.fetch_add(1, Relaxed);
    }
}

/// Counts each statement that the database is given from now on.
pub fn listen() {
    let statements = EnvFilter::new("off,sqlx::query=trace");
    tracing_subscriber::registry().with(Counter).with(statements).init();
}

/// How many there were so far.
pub fn statements() -> u64 {
    STATEMENTS.load(Relaxed)
}

/// What a night has cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Statements of opening the folder, with what is done there once a day.
    pub of_the_house: u64,
    /// Statements of the runs that were due.
    pub of_the_run: u64,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of the run and {} of keeping house",
            self.of_the_run, self.of_the_house
        )
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
