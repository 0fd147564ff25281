//! Managed files: how they stand to their items, and which of them are due. What a run makes of them is in `settling`.

mod settling;

use clientpoint_engine::{
    contract::clientpoint::content_source::managed_files::{Change, Counts, LinkState, ManagedFile},
    library::Scope,
    words::FromWord,
};
use sqlx::{AssertSqlSafe, FromRow};

use super::{
    Store,
    db::{self, Transaction},
    library_file::{self, LibraryFile, exact, number, signed},
    link_counts,
    links::{self, Waits},
    words::Flag,
};
use crate::{Error, Result, way_out::WayOut};

pub(super) use settling::publish;
pub use settling::{Replacement, settle};

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
pub async fn count(store: &Store, of: Scope<'_>) -> Result<Counts> {
    let managed = link_counts::of(store.pool(), of.connection, of.drive).await?;
    let (suspected,): (i64,) = db::query_as(
        "SELECT count(*) FROM links INDEXED BY links_suspected WHERE connection = ? AND drive = ? AND suspected = 1",
    )
    .bind(of.connection)
    .bind(of.drive)
    .fetch_one(store.pool())
    .await?;
    Ok(Counts {
        managed,
        suspected: suspected.unsigned_abs(),
    })
}

/// The files of this connection that follow an item.
///
/// # Errors
///
/// The database's.
pub async fn by_source(store: &Store, of: Scope<'_>, item: &str) -> Result<Vec<ManagedFile>> {
    if ![of.drive, item].iter().all(|text| store.pool().may_have(text)) {
        return Ok(Vec::new());
    }
    let query = select(
        "SELECT * FROM links INDEXED BY links_by_source WHERE plugin = (SELECT plugin FROM connections WHERE id = ?1) \
             AND connection = ?1 AND drive = ?2 AND item = ?3",
        BY_FILE,
    );
    let query = db::query_as(query).bind(of.connection).bind(of.drive).bind(item);
    managed(query.fetch_all(store.pool()).await?)
}

/// The files whose items were at these places.
///
/// # Errors
///
/// The database's.
pub async fn by_place(store: &Store, of: Scope<'_>, places: &[String]) -> Result<Vec<ManagedFile>> {
    let places: Vec<&String> = places.iter().filter(|place| store.pool().may_have(place)).collect();
    let query = select(
        "SELECT * FROM links INDEXED BY links_by_place WHERE connection = ? AND drive = ? \
             AND place IN (SELECT value FROM json_each(?))",
        BY_FILE,
    );
    let query = db::query_as(query)
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
) -> Result<Vec<ManagedFile>> {
    let after = file.map(number).transpose()?.unwrap_or(0);
    let links = if suspected {
        "SELECT * FROM links INDEXED BY links_suspected WHERE connection = ? AND drive = ? AND file > ? AND suspected = 1 \
             ORDER BY file LIMIT ?"
    } else {
        "SELECT * FROM links INDEXED BY links_by_drive WHERE connection = ? AND drive = ? AND file > ? ORDER BY file LIMIT ?"
    };
    let query = db::query_as(select(links, BY_FILE))
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
pub async fn due(store: &Store, of: Scope<'_>, known: Option<&(u64, String)>, limit: u32) -> Result<Vec<ManagedFile>> {
    let (place, file) = match known {
        Some((place, file)) => (signed(*place), number(file)?),
        None => (0, 0),
    };
    // The rest of the turn that was reached, then the turns behind it: each from where it begins in the index, however many
    // stand before it.
    let query = select(
        "SELECT * FROM (SELECT * FROM links INDEXED BY links_due WHERE connection = ?1 AND drive = ?2 \
             AND (waiting IS NOT NULL OR suspected = 1) AND coalesce(waiting, 0) = ?3 AND file > ?4 ORDER BY file LIMIT ?5) a \
         UNION ALL SELECT * FROM (SELECT * FROM links INDEXED BY links_due WHERE connection = ?1 AND drive = ?2 \
             AND (waiting IS NOT NULL OR suspected = 1) AND coalesce(waiting, 0) > ?3 \
             ORDER BY coalesce(waiting, 0), file LIMIT ?5) b LIMIT ?5",
        "coalesce(l.waiting, 0), l.file",
    );
    let query = db::query_as(query)
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
    let turn = links::next_turn(&mut transaction, connection).await?;
    for change in changes {
        let how = Waits {
            waiting: change.waiting,
            suspected: change.suspected,
            note: change.note.as_deref(),
        };
        waits(&mut transaction, (&change.file, connection), how, turn).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// How a file waits from now on. Gives its row.
async fn waits(
    transaction: &mut Transaction,
    (file, connection): (&str, &str),
    how: Waits<'_>,
    turn: i64,
) -> Result<i64> {
    if let Some(row) = exact(file)
        && links::wait(transaction, (row, connection), how, turn).await?
    {
        return Ok(row);
    }
    Err(Error::NotFound {
        what: "managed file",
        name: file.to_owned(),
        way_out: WayOut::ShowFiles,
    })
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

/// Whether a file may be given new content through this connection, now.
///
/// # Errors
///
/// The database's.
pub async fn replaceable(store: &Store, connection: &str, file: &str, base: u64) -> Result<Option<String>> {
    let Some(file) = exact(file) else { return Ok(None) };
    let row: Option<(String,)> = db::query_as(
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

/// The order of files.
const BY_FILE: &str = "l.file";

/// Files with what they follow, each as a [`Row`]: these `links` first, whatever the database makes of the rest, and only
/// then the files that they are of. Their index is named for the same reason: a wrong guess of the database would read the
/// whole library for a page of one connection.
fn select(links: &str, order: &str) -> AssertSqlSafe<String> {
    let (columns, files) = (library_file::COLUMNS, library_file::FROM);
    AssertSqlSafe(format!(
        "SELECT {columns}, l.state, l.held, l.waiting, l.suspected, l.note, l.place AS tied_to, \
             (SELECT count(*) FROM showings s WHERE s.file = l.file) AS shown_in \
         FROM {files} JOIN ({links}) l ON l.file = f.id ORDER BY {order}"
    ))
}

fn managed(rows: Vec<Row>) -> Result<Vec<ManagedFile>> {
    rows.into_iter().map(ManagedFile::try_from).collect()
}

/// To the plugin, a link says nothing of bytes that are damaged: so the item is fetched whatever its version.
impl TryFrom<Row> for ManagedFile {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let mut file = LibraryFile::try_from(row.file)?;
        if let (Some(link), true) = (&mut file.link, file.damage.is_some()) {
            link.version = None;
            link.hash.clear();
        }
        Ok(Self {
            file: file.into(),
            // What a newer version has written is looked at again.
            state: LinkState::from_word(&row.state).unwrap_or(LinkState::Pending),
            held: row.held.0,
            waiting: row.waiting.map(i64::unsigned_abs),
            suspected: row.suspected.0,
            note: row.note,
            shown_in: u32::try_from(row.shown_in).unwrap_or(u32::MAX),
            place: row.tied_to,
        })
    }
}
