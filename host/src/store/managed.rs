//! Managed files: how they stand to their items, which of them are due, and new content for them. Whatever changes one
//! in a run is written together with its line of the ledger, in one transaction.

use clientpoint_engine::library::Scope;
use sqlx::{AssertSqlSafe, FromRow, Sqlite, Transaction};

use super::{
    Store,
    damage::{self, Damage},
    files::{LibraryFile, Link, add_revision, fetch, number, signed},
    library_file::{self, exact},
    links::{self, Waits},
    objects::Object,
    words::Flag,
};
use crate::{Error, Result, way_out::WayOut};

/// A managed file and its link.
#[derive(Clone, Debug)]
pub struct Managed {
    /// The file; it has a link.
    pub file: LibraryFile,
    /// The contract's word.
    pub state: String,
    /// Whether a person holds it.
    pub held: bool,
    /// Its place among those that are due.
    pub waiting: Option<u64>,
    /// Whether its item may be gone.
    pub suspected: bool,
    /// The plugin's own words.
    pub note: Option<String>,
    /// In how many ClientPoints and Templates it is shown.
    pub shown_in: u32,
    /// The plugin's mark of where its item was when people tied it to the file.
    pub place: Option<String>,
}

/// What is to be known of a link from now on.
#[derive(Clone, Debug)]
pub struct Change {
    /// The File ID.
    pub file: String,
    /// Whether it waits. One that does already keeps its place.
    pub waiting: bool,
    /// Whether its item may be gone.
    pub suspected: bool,
    /// The plugin's own words.
    pub note: Option<String>,
}

/// A line of the ledger, as the plugin writes it.
#[derive(Clone, Debug)]
pub struct Line {
    /// The contract's word.
    pub outcome: &'static str,
    /// Why, in a word.
    pub reason: String,
    /// The item's name.
    pub name: String,
    /// In a sentence.
    pub message: String,
}

/// A line, and how the file stands from then on.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// How it waits.
    pub change: Change,
    /// Its line.
    pub line: Line,
    /// The contract's word.
    pub state: &'static str,
    /// Version, name and address of the item, where they are told anew.
    pub known: Option<(Option<String>, String, Option<String>)>,
}

/// New content for a managed file.
#[derive(Debug)]
pub struct Replacement<'a> {
    /// The File ID.
    pub file: &'a str,
    /// The revision that it had when this began.
    pub base: u64,
    /// Its bytes, durable already.
    pub object: &'a Object,
    /// What it follows, in its new version.
    pub link: &'a Link,
    /// Its line.
    pub line: &'a Line,
}

/// A file, and how it stands to its item.
#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    file: library_file::Row,
    state: String,
    #[sqlx(try_from = "i64")]
    held: Flag,
    waiting: Option<i64>,
    #[sqlx(try_from = "i64")]
    suspected: Flag,
    note: Option<String>,
    tied_to: Option<String>,
    shown_in: i64,
}

/// How many files follow an item of the drive, and how many of these are suspected.
///
/// # Errors
///
/// The database's.
pub async fn count(store: &Store, of: Scope<'_>) -> Result<(u64, u64)> {
    let (managed,): (i64,) = sqlx::query_as("SELECT count(*) FROM links WHERE connection = ? AND drive = ?")
        .bind(of.connection)
        .bind(of.drive)
        .fetch_one(store.pool())
        .await?;
    let (suspected,): (i64,) = sqlx::query_as(
        "SELECT count(*) FROM links INDEXED BY links_suspected WHERE connection = ? AND drive = ? AND suspected = 1",
    )
    .bind(of.connection)
    .bind(of.drive)
    .fetch_one(store.pool())
    .await?;
    Ok((managed.unsigned_abs(), suspected.unsigned_abs()))
}

/// The files of this connection that follow an item.
///
/// # Errors
///
/// The database's.
pub async fn by_source(store: &Store, of: Scope<'_>, item: &str) -> Result<Vec<Managed>> {
    let query = select(
        "links_by_source",
        "l.plugin = (SELECT plugin FROM connections WHERE id = ?1) AND l.connection = ?1 AND l.drive = ?2 AND l.item = ?3 \
             ORDER BY l.file",
    );
    let query = sqlx::query_as(query).bind(of.connection).bind(of.drive).bind(item);
    managed(query.fetch_all(store.pool()).await?)
}

/// The files whose items were at these places.
///
/// # Errors
///
/// The database's.
pub async fn by_place(store: &Store, of: Scope<'_>, places: &[String]) -> Result<Vec<Managed>> {
    let query = select(
        "links_by_place",
        "l.connection = ? AND l.drive = ? AND l.place IN (SELECT value FROM json_each(?)) ORDER BY l.file",
    );
    let query = sqlx::query_as(query)
        .bind(of.connection)
        .bind(of.drive)
        .bind(serde_json::json!(places).to_string());
    managed(query.fetch_all(store.pool()).await?)
}

/// The files after that File ID, in their order.
///
/// # Errors
///
/// The database's.
pub async fn after(
    store: &Store,
    of: Scope<'_>,
    file: Option<&str>,
    suspected: bool,
    limit: u32,
) -> Result<Vec<Managed>> {
    let after = file.map(number).transpose()?.unwrap_or(0);
    let (index, only) = if suspected {
        ("links_suspected", "AND l.suspected = 1")
    } else {
        ("links_by_drive", "")
    };
    let filter = format!("l.connection = ? AND l.drive = ? AND l.file > ? {only} ORDER BY l.file LIMIT ?");
    let query = select(index, &filter);
    let query = sqlx::query_as(query)
        .bind(of.connection)
        .bind(of.drive)
        .bind(after)
        .bind(limit);
    managed(query.fetch_all(store.pool()).await?)
}

/// The files that are due, in order, after that one.
///
/// # Errors
///
/// The database's.
pub async fn due(store: &Store, of: Scope<'_>, known: Option<&(u64, String)>, limit: u32) -> Result<Vec<Managed>> {
    let (place, file) = match known {
        Some((place, file)) => (signed(*place), number(file)?),
        None => (0, 0),
    };
    let query = select(
        "links_due",
        "l.connection = ? AND l.drive = ? AND (l.waiting IS NOT NULL OR l.suspected = 1) \
         AND (coalesce(l.waiting, 0), l.file) > (?, ?) ORDER BY coalesce(l.waiting, 0), l.file LIMIT ?",
    );
    let query = sqlx::query_as(query)
        .bind(of.connection)
        .bind(of.drive)
        .bind(place)
        .bind(file)
        .bind(limit);
    managed(query.fetch_all(store.pool()).await?)
}

/// Changes links, all or none.
///
/// # Errors
///
/// `Error::NotFound` for a file that is not managed through this connection; the database's.
pub async fn set(store: &Store, connection: &str, changes: &[Change]) -> Result<()> {
    let mut transaction = store.write().await?;
    let turn = links::next_turn(&mut transaction).await?;
    for change in changes {
        apply(&mut transaction, connection, change, turn).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Suspects all files of a drive but those whose item is known to be gone.
///
/// # Errors
///
/// The database's.
pub async fn suspect_all(store: &Store, of: Scope<'_>) -> Result<()> {
    let mut transaction = store.write().await?;
    links::suspect_all(&mut transaction, of.connection, of.drive).await?;
    transaction.commit().await?;
    Ok(())
}

/// Writes lines, and how the files stand from then on, all or none.
///
/// # Errors
///
/// As [`set`].
pub async fn settle(store: &Store, connection: &str, run: i64, settlements: &[Settlement], now: &str) -> Result<()> {
    let mut transaction = store.write().await?;
    let turn = links::next_turn(&mut transaction).await?;
    for settlement in settlements {
        let file = number(&settlement.change.file)?;
        apply(&mut transaction, connection, &settlement.change, turn).await?;
        links::stand(&mut transaction, file, settlement.state, settlement.known.as_ref()).await?;
        let mut line = settlement.line.clone();
        if let Some(damage) = damage::present(&mut transaction, file).await? {
            line.still_damaged(&damage);
        }
        write(&mut transaction, run, file, &line, 0, now).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Whether a file may be given new content through this connection, now.
///
/// # Errors
///
/// The database's.
pub async fn replaceable(store: &Store, connection: &str, file: &str, base: u64) -> Result<Option<String>> {
    let Some(file) = exact(file) else { return Ok(None) };
    let row: Option<(String,)> = sqlx::query_as(
        "SELECT f.name FROM files f JOIN links l ON l.file = f.id \
         WHERE f.id = ? AND f.revision = ? AND l.connection = ? AND l.held = 0",
    )
    .bind(file)
    .bind(signed(base))
    .bind(connection)
    .fetch_optional(store.pool())
    .await?;
    Ok(row.map(|(name,)| name))
}

/// Gives a managed file its next revision, shows it, updates its link and writes its line: all or nothing. None if it
/// may not have it any more.
///
/// # Errors
///
/// The database's.
pub async fn publish(store: &Store, run: i64, replacement: Replacement<'_>, now: &str) -> Result<Option<LibraryFile>> {
    let Replacement {
        file,
        base,
        object,
        link,
        line,
    } = replacement;
    // What is no file any more, or never was one, follows nothing.
    let Some(file) = exact(file) else { return Ok(None) };
    let mut transaction = store.write().await?;
    if !links::follow(&mut transaction, file, link).await? {
        return Ok(None);
    }
    let before = fetch(&mut transaction, file).await?;
    if before.revision != base {
        return Ok(None);
    }
    damage::healed(&mut transaction, object).await?;
    // Bytes that the file has already are no new revision; if the disk had lost them, they heal the one that has them.
    let is_new = before.sha256 != object.sha256;
    let heals = before.damage.is_some() && !is_new;
    let revision = signed(base).saturating_add(i64::from(is_new));
    let mut line = line.clone();
    if let Some(damage) = &before.damage {
        line.no_longer_damaged(damage, heals);
    }
    let reached = if heals {
        shown_with(&mut transaction, file, revision).await?
    } else {
        if is_new {
            next_revision(&mut transaction, file, revision, object, now).await?;
        }
        show_everywhere(&mut transaction, file, revision).await?
    };
    write(&mut transaction, run, file, &line, reached, now).await?;
    let file = fetch(&mut transaction, file).await?;
    transaction.commit().await?;
    Ok(Some(file))
}

/// Gives a file its next revision.
async fn next_revision(
    transaction: &mut Transaction<'_, Sqlite>,
    file: i64,
    revision: i64,
    object: &Object,
    now: &str,
) -> Result<()> {
    add_revision(transaction, file, revision, object, now).await?;
    sqlx::query("UPDATE files SET revision = ? WHERE id = ?")
        .bind(revision)
        .bind(file)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Rule 37: at once wherever the file is shown, but in ClientPoints where people have switched that off.
async fn show_everywhere(transaction: &mut Transaction<'_, Sqlite>, file: i64, revision: i64) -> Result<u64> {
    let shown = sqlx::query(
        "UPDATE showings SET revision = ? WHERE file = ? AND (kind = 'Template' OR NOT (\
             EXISTS (SELECT 1 FROM switches WHERE name = 'keep-clientpoints') \
             OR EXISTS (SELECT 1 FROM files WHERE id = ? AND keep_clientpoints = 1)))",
    )
    .bind(revision)
    .bind(file)
    .bind(file)
    .execute(&mut **transaction)
    .await?;
    Ok(shown.rows_affected())
}

/// In how many places a revision is shown.
async fn shown_with(transaction: &mut Transaction<'_, Sqlite>, file: i64, revision: i64) -> Result<u64> {
    let (count,): (i64,) = sqlx::query_as("SELECT count(*) FROM showings WHERE file = ? AND revision = ?")
        .bind(file)
        .bind(revision)
        .fetch_one(&mut **transaction)
        .await?;
    Ok(count.unsigned_abs())
}

async fn apply(transaction: &mut Transaction<'_, Sqlite>, connection: &str, change: &Change, turn: i64) -> Result<()> {
    let how = Waits {
        waiting: change.waiting,
        suspected: change.suspected,
        note: change.note.as_deref(),
    };
    if let Some(file) = exact(&change.file)
        && links::wait(transaction, (file, connection), how, turn).await?
    {
        return Ok(());
    }
    Err(Error::NotFound {
        what: "managed file",
        name: change.file.clone(),
        way_out: WayOut::ShowFiles,
    })
}

async fn write(
    transaction: &mut Transaction<'_, Sqlite>,
    run: i64,
    file: i64,
    line: &Line,
    reached: u64,
    now: &str,
) -> Result<()> {
    sqlx::query(
        "INSERT OR REPLACE INTO outcomes (run, file, outcome, reason, name, message, revision, size, reached, at) \
         SELECT ?, f.id, ?, ?, ?, ?, f.revision, r.size, ?, ? \
         FROM files f JOIN revisions r ON r.file = f.id AND r.number = f.revision WHERE f.id = ?",
    )
    .bind(run)
    .bind(line.outcome)
    .bind(&line.reason)
    .bind(&line.name)
    .bind(&line.message)
    .bind(signed(reached))
    .bind(now)
    .bind(file)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Files with what they follow, each as a [`Row`]. The index is named, since a wrong guess of the database would read the
/// whole library for each row.
fn select(index: &str, filter: &str) -> AssertSqlSafe<String> {
    let (columns, files) = (library_file::COLUMNS, library_file::FROM);
    AssertSqlSafe(format!(
        "SELECT {columns}, l.state, l.held, l.waiting, l.suspected, l.note, l.place AS tied_to, \
             (SELECT count(*) FROM showings s WHERE s.file = l.file) AS shown_in \
         FROM {files} JOIN links l INDEXED BY {index} ON l.file = f.id WHERE {filter}"
    ))
}

impl Line {
    /// That the file's present bytes are damaged, and were not fetched anew.
    fn still_damaged(&mut self, damage: &Damage) {
        self.message.push_str(&format!(
            "; the library's bytes of it are damaged since {}: {}",
            damage.since, damage.message
        ));
    }

    /// That the file's bytes were damaged, and it has the same again, or newer ones.
    fn no_longer_damaged(&mut self, damage: &Damage, same: bool) {
        let Damage { message, since, .. } = damage;
        let (reason, now) = if same {
            ("healed", "the same were fetched anew")
        } else {
            ("was-damaged", "the source has newer ones, which are fetched")
        };
        self.message.push_str(&format!(
            "; the library's bytes of it were damaged since {since} ({message}): {now}"
        ));
        if self.reason.is_empty() {
            self.reason = reason.into();
        }
    }
}

fn managed(rows: Vec<Row>) -> Result<Vec<Managed>> {
    rows.into_iter().map(Managed::try_from).collect()
}

/// To the plugin, a link says nothing of bytes that are damaged: so the item is fetched whatever its version.
impl TryFrom<Row> for Managed {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let mut file = LibraryFile::try_from(row.file)?;
        if let (Some(link), true) = (&mut file.link, file.damage.is_some()) {
            link.version = None;
            link.hash.clear();
        }
        Ok(Self {
            file,
            state: row.state,
            held: row.held.0,
            waiting: row.waiting.map(i64::unsigned_abs),
            suspected: row.suspected.0,
            note: row.note,
            shown_in: u32::try_from(row.shown_in).unwrap_or(u32::MAX),
            place: row.tied_to,
        })
    }
}
