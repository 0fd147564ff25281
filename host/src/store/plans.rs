//! Plans of a sync: runs that only look. They are named by what they would do. What the last one of a connection has found
//! is kept.

use sqlx::FromRow;

use super::{
    Store, db,
    files::{number, signed},
    page::{Page, Part},
    runs::{self, Run},
    search::Search,
};
use crate::{Error, Result, way_out::WayOut};

/// Ends a plan: it has no ledger.
///
/// # Errors
///
/// The database's.
pub async fn end(store: &Store, run: &Run, message: &str, now: &str) -> Result<Run> {
    db::query("UPDATE runs SET state = 'planned', ended_at = ?, message = ? WHERE id = ?")
        .bind(now)
        .bind(message)
        .bind(run.id)
        .execute(store.pool())
        .await?;
    runs::get(store, run.id).await
}

/// How what is written down of a plan that was made begins.
const NAMED: &str = "plan ";

/// What is written down of a plan that was made.
pub fn message(plan: &str) -> String {
    format!("{NAMED}{plan}")
}

/// Asks for a plan that was made.
///
/// # Errors
///
/// `Error::NotFound` if there is no such plan, or the database's.
pub async fn require(store: &Store, connection: &str, plan: &str) -> Result<()> {
    let made: Option<(i64,)> =
        db::query_as("SELECT id FROM runs WHERE connection = ? AND kind = 'plan' AND message = ? LIMIT 1")
            .bind(connection)
            .bind(message(plan))
            .fetch_optional(store.pool())
            .await?;
    made.map(drop).ok_or_else(|| Error::NotFound {
        what: "plan",
        name: plan.to_owned(),
        way_out: WayOut::MakePlan,
    })
}

/// What a sync would do to a file.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Planned {
    /// The File ID.
    pub file: String,
    /// Its name in the library.
    pub library_name: String,
    /// Its name in the source.
    pub name: String,
    /// The revision it has.
    #[sqlx(try_from = "i64")]
    pub revision: u64,
    /// The outcome to be expected.
    pub outcome: String,
    /// In bytes, where it is known.
    pub size: Option<i64>,
    /// The source's mark of the content.
    pub version: Option<String>,
    /// How many ClientPoints and Templates show the file.
    #[sqlx(try_from = "i64")]
    pub shown_in: u64,
}

/// Files with the same outcome in a plan.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Alike {
    /// The outcome to be expected.
    pub outcome: String,
    /// How many files.
    #[sqlx(try_from = "i64")]
    pub files: u64,
    /// In how many ClientPoints and Templates they are shown, all in all.
    #[sqlx(try_from = "i64")]
    pub shown_in: u64,
    /// How many bytes they have, as far as that is known.
    #[sqlx(try_from = "i64")]
    pub bytes: u64,
}

/// Begins to keep what a plan finds: what the one before it of the same connection has found goes.
///
/// # Errors
///
/// The database's.
pub async fn begin(store: &Store, run: &Run) -> Result<()> {
    db::query("DELETE FROM planned WHERE connection = ? AND run < ?")
        .bind(&run.connection)
        .bind(run.id)
        .execute(store.pool())
        .await?;
    Ok(())
}

/// Keeps rows of a plan, the first of which has that place in it.
///
/// # Errors
///
/// The database's.
pub async fn keep(store: &Store, run: &Run, first: u64, rows: &[Planned]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut transaction = store.write().await?;
    for (place, row) in (first..).zip(rows) {
        db::query(
            "INSERT INTO planned (connection, run, place, file, library_name, name, revision, outcome, size, version, shown_in) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&run.connection)
        .bind(run.id)
        .bind(signed(place))
        .bind(number(&row.file)?)
        .bind(&row.library_name)
        .bind(&row.name)
        .bind(signed(row.revision))
        .bind(&row.outcome)
        .bind(row.size)
        .bind(&row.version)
        .bind(signed(row.shown_in))
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// A page of what a plan has found, in the order in which it would be done: with that outcome, and with that text in the
/// name that a file has in the library.
///
/// # Errors
///
/// `Error::Settings` for a cursor of another list; the database's.
pub async fn page(
    store: &Store,
    run: &Run,
    outcome: Option<&str>,
    search: Option<&Search>,
    part: &Part,
) -> Result<Page<Planned>> {
    let list = format!("plan {} {outcome:?} {search:?}", run.id);
    let after: Option<i64> = part.key(&list)?;
    let rows: Vec<Placed> = db::query_as(
        "SELECT place, CAST(file AS TEXT) AS file, library_name, name, revision, outcome, size, version, shown_in FROM planned \
         WHERE connection = ?1 AND run = ?2 AND place > ?3 AND (?4 IS NULL OR outcome = ?4) \
         AND (?5 IS NULL OR library_name GLOB ?5) ORDER BY place LIMIT ?6",
    )
    .bind(&run.connection)
    .bind(run.id)
    .bind(after.unwrap_or(-1))
    .bind(outcome)
    .bind(search.map(Search::pattern))
    .bind(part.reads())
    .fetch_all(store.pool())
    .await?;
    let page = Page::cut(rows, part, &list, |row| row.place)?;
    page.try_map(|row| Ok(row.planned))
}

#[derive(FromRow)]
struct Placed {
    place: i64,
    #[sqlx(flatten)]
    planned: Planned,
}

/// What a plan has found, by outcome.
///
/// # Errors
///
/// The database's.
pub async fn sums(store: &Store, run: &Run) -> Result<Vec<Alike>> {
    let rows = db::query_as(
        "SELECT outcome, count(*) AS files, coalesce(sum(shown_in), 0) AS shown_in, coalesce(sum(size), 0) AS bytes \
         FROM planned WHERE connection = ? AND run = ? GROUP BY outcome",
    )
    .bind(&run.connection)
    .bind(run.id)
    .fetch_all(store.pool())
    .await?;
    Ok(rows)
}

/// Whether another plan of the same connection was begun after it: what this one has found is not kept any more.
///
/// # Errors
///
/// The database's.
pub async fn is_past(store: &Store, run: &Run) -> Result<bool> {
    let (is_past,): (bool,) =
        db::query_as("SELECT EXISTS (SELECT 1 FROM runs WHERE connection = ? AND id > ? AND kind = 'plan')")
            .bind(&run.connection)
            .bind(run.id)
            .fetch_one(store.pool())
            .await?;
    Ok(is_past)
}

/// The name of a plan that was made; none for one that came to nothing.
pub fn name(run: &Run) -> Option<&str> {
    run.message.as_deref()?.strip_prefix(NAMED)
}
