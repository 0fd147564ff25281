//! The files of the library as a list: by place, state and name, in the order that people want, page by page.

use std::fmt::Write;

use sqlx::FromRow;

use super::{
    Store,
    db::QueryBuilder,
    files,
    library_file::{self, LibraryFile},
    page::{Page, Part},
    search::Search,
    words::{FileState, Flag, LibraryOrder},
};
use crate::{Error, Result, place::Place};

/// Which files are listed: all that every given part fits.
#[derive(Clone, Debug, Default)]
pub struct LibraryFilter {
    /// Those at this very place; what is in its subfolders is not.
    pub place: Option<Place>,
    /// Those that stand so.
    pub state: Option<FileState>,
    /// Those that have this in their names in the library.
    pub search: Option<Search>,
}

/// A file of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The file.
    pub file: LibraryFile,
    /// When its present revision was made; RFC 3339.
    pub changed_at: String,
    /// The plugin whose source it follows; none for a file that nobody manages.
    pub plugin: Option<String>,
    /// How it stands. Never `damaged`: of that, the file tells.
    pub state: FileState,
    /// The contract's word for its link, or `held`; none for a file that nobody manages.
    pub link_state: Option<String>,
    /// When it was last found to follow its item, or told why not; RFC 3339. None before its first sync. A file without a
    /// line of its own was looked at when its run came to its end.
    pub last_sync: Option<String>,
    /// In how many ClientPoints and Templates it is shown.
    pub shown_in: u64,
    /// Those of its revisions whose bytes are damaged.
    pub damaged_revisions: Vec<u64>,
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    file: library_file::Row,
    changed_at: String,
    plugin: Option<String>,
    state: Option<String>,
    #[sqlx(try_from = "i64")]
    is_held: Flag,
    #[sqlx(try_from = "i64")]
    is_due: Flag,
    run_ended: Option<String>,
    line_at: Option<String>,
    #[sqlx(try_from = "i64")]
    shown_in: u64,
    damaged_revisions: String,
}

/// What a row has beside the file. Runs of a connection come one after the other, so the latest one that has begun since
/// the file was linked is the last one to have ended.
const ALSO: &str = "r.made_at AS changed_at, l.plugin, l.state, coalesce(l.held, 0) AS is_held, \
     CAST(CASE WHEN l.waiting IS NOT NULL OR l.suspected = 1 THEN 1 ELSE 0 END AS INTEGER) AS is_due, \
     (SELECT CASE WHEN u.started_at >= l.linked_at THEN u.ended_at END FROM runs u WHERE u.connection = l.connection \
         AND u.subject = 'sync' AND u.kind <> 'plan' AND u.state = 'complete' ORDER BY u.id DESC LIMIT 1) AS run_ended, \
     (SELECT max(o.at) FROM outcomes o WHERE o.file = l.file AND o.at >= l.linked_at) AS line_at, \
     (SELECT count(*) FROM showings s WHERE s.file = f.id) AS shown_in, \
     (SELECT json_group_array(x.number) FROM revisions x CROSS JOIN damaged y ON y.sha256 = x.sha256 WHERE x.file = f.id) \
         AS damaged_revisions";

/// Where the rows come from, file by file.
const BY_FILE: &str =
    "files f JOIN revisions r ON r.file = f.id AND r.number = f.revision LEFT JOIN links l ON l.file = f.id";

/// Where they come from, revision by revision: by the time of the present one.
const BY_TIME: &str = "revisions r INDEXED BY revisions_by_time CROSS JOIN files f ON f.id = r.file AND f.revision = r.number \
     LEFT JOIN links l ON l.file = f.id";

/// A page of the files that fit.
///
/// # Errors
///
/// `Error::Settings` for a cursor of another list; the database's.
pub async fn page(store: &Store, filter: &LibraryFilter, order: LibraryOrder, part: &Part) -> Result<Page<Listed>> {
    let list = name(filter, order);
    let mut query = query(filter, order, part, &list)?;
    let rows: Vec<Row> = query.build_query_as().fetch_all(store.pool()).await?;
    let rows = rows.into_iter().map(Listed::try_from).collect::<Result<Vec<_>>>()?;
    let id = |row: &Listed| row.file.id.parse::<i64>().unwrap_or(i64::MAX);
    match order {
        LibraryOrder::Id => Page::cut(rows, part, &list, id),
        LibraryOrder::Name => Page::cut(rows, part, &list, |row| (row.file.name.clone(), id(row))),
        LibraryOrder::Changed => Page::cut(rows, part, &list, |row| (row.changed_at.clone(), id(row))),
    }
}

/// A single file, as it is in the list.
///
/// # Errors
///
/// `Error::NotFound`; the database's.
pub async fn one(store: &Store, id: &str) -> Result<Listed> {
    let file = files::get(store, id).await?;
    let columns = library_file::COLUMNS;
    let mut query = QueryBuilder::new(format!("SELECT {columns}, {ALSO} FROM {BY_FILE} WHERE f.id = "));
    query.push("CAST(").push_bind(file.id).push(" AS INTEGER)");
    let row: Row = query.build_query_as().fetch_one(store.pool()).await?;
    row.try_into()
}

/// A list is the one of its filter and order: a cursor of another one means nothing in it.
fn name(filter: &LibraryFilter, order: LibraryOrder) -> String {
    let mut name = format!("library by {order}");
    let place = filter.place.as_ref().map(Place::to_string);
    let state = filter.state.map(FileState::as_str);
    // Writing to text can't fail.
    let _ = write!(name, " {place:?} {state:?} {:?}", filter.search);
    name
}

fn query(filter: &LibraryFilter, order: LibraryOrder, part: &Part, list: &str) -> Result<QueryBuilder<'static>> {
    let from = if order == LibraryOrder::Changed {
        BY_TIME
    } else {
        BY_FILE
    };
    let columns = library_file::COLUMNS;
    let mut query = QueryBuilder::new(format!(
        "SELECT {columns}, {ALSO} FROM {from} WHERE f.removed_at IS NULL"
    ));
    if let Some(place) = &filter.place {
        query.push(" AND f.place = ").push_bind(place.to_string());
    }
    if let Some(state) = filter.state {
        query.push(" AND ").push(condition(state));
    }
    if let Some(search) = &filter.search {
        query.push(" AND f.name GLOB ").push_bind(search.pattern());
    }
    match order {
        LibraryOrder::Id => {
            if let Some(id) = part.key::<i64>(list)? {
                query.push(" AND f.id > ").push_bind(id);
            }
            query.push(" ORDER BY f.id");
        }
        LibraryOrder::Name => {
            if let Some((name, id)) = part.key::<(String, i64)>(list)? {
                query.push(" AND (f.name COLLATE NOCASE, f.id) > (").push_bind(name);
                query.push(" COLLATE NOCASE, ").push_bind(id).push(")");
            }
            query.push(" ORDER BY f.name COLLATE NOCASE, f.id");
        }
        LibraryOrder::Changed => {
            if let Some((at, id)) = part.key::<(String, i64)>(list)? {
                query.push(" AND (r.made_at, r.file) < (").push_bind(at);
                query.push(", ").push_bind(id).push(")");
            }
            query.push(" ORDER BY r.made_at DESC, r.file DESC");
        }
    }
    query.push(" LIMIT ").push_bind(part.reads());
    Ok(query)
}

/// What must hold of a file that stands so. What is rare is found by an index of its own.
fn condition(state: FileState) -> &'static str {
    match state {
        FileState::Own => "l.file IS NULL",
        FileState::Following => "l.state = 'following' AND l.held = 0 AND l.waiting IS NULL AND l.suspected = 0",
        FileState::Held => "f.id IN (SELECT file FROM links INDEXED BY links_held WHERE held = 1)",
        FileState::Detached => {
            "l.held = 0 AND f.id IN (SELECT file FROM links INDEXED BY links_unsettled \
             WHERE state <> 'following' AND state = 'detached')"
        }
        FileState::Gone => {
            "l.held = 0 AND f.id IN (SELECT file FROM links INDEXED BY links_unsettled \
             WHERE state <> 'following' AND state = 'source-gone')"
        }
        FileState::Waiting => {
            "l.held = 0 AND (l.state = 'pending' OR l.state IN ('following', 'failed', 'locked') \
                 AND (l.waiting IS NOT NULL OR l.suspected = 1)) \
             AND f.id IN (SELECT file FROM links INDEXED BY links_due WHERE waiting IS NOT NULL OR suspected = 1 \
                 UNION SELECT file FROM links INDEXED BY links_unsettled WHERE state <> 'following' AND state = 'pending')"
        }
        FileState::NotFollowing => {
            "l.held = 0 AND l.state NOT IN ('following', 'pending', 'detached', 'source-gone') \
             AND NOT (l.state IN ('failed', 'locked') AND (l.waiting IS NOT NULL OR l.suspected = 1)) \
             AND f.id IN (SELECT file FROM links INDEXED BY links_unsettled WHERE state <> 'following')"
        }
        FileState::Damaged => {
            "f.id IN (SELECT y.file FROM damaged d CROSS JOIN revisions y ON y.sha256 = d.sha256) \
             AND EXISTS (SELECT 1 FROM damaged d WHERE d.sha256 = r.sha256)"
        }
    }
}

/// The same as [`condition`], of a row.
fn state_of(state: Option<&str>, is_held: bool, is_due: bool) -> FileState {
    match state {
        None => FileState::Own,
        Some(_) if is_held => FileState::Held,
        Some("detached") => FileState::Detached,
        Some("source-gone") => FileState::Gone,
        Some("following") if !is_due => FileState::Following,
        Some("pending") => FileState::Waiting,
        Some("following" | "failed" | "locked") if is_due => FileState::Waiting,
        Some(_) => FileState::NotFollowing,
    }
}

impl TryFrom<Row> for Listed {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let pending = row.state.as_deref() == Some("pending");
        let damaged = serde_json::from_str(&row.damaged_revisions);
        let mut damaged: Vec<u64> = damaged.map_err(|error| Error::Storage(error.to_string()))?;
        damaged.sort_unstable();
        Ok(Self {
            changed_at: row.changed_at,
            plugin: row.plugin,
            state: state_of(row.state.as_deref(), row.is_held.0, row.is_due.0),
            last_sync: if pending {
                row.line_at
            } else {
                row.run_ended.max(row.line_at)
            },
            link_state: row.state.map(|state| if row.is_held.0 { "held".into() } else { state }),
            shown_in: row.shown_in,
            damaged_revisions: damaged,
            file: row.file.try_into()?,
        })
    }
}

#[cfg(test)]
mod tests;
