//! Runs and their lines as lists: by kind, state, connection, outcome and name, page by page.

use sqlx::FromRow;

use super::{
    Store,
    db::QueryBuilder,
    page::{Page, Part},
    runs::{Line, Run, SELECT},
    search::Search,
    words::{LineOutcome, LineReason, RunState, RunType},
};
use crate::Result;

/// Which runs are listed: all that every given part fits.
#[derive(Clone, Debug, Default)]
pub struct RunFilter {
    /// Those of this kind.
    pub kind: Option<RunType>,
    /// Those that are in this state. One that is interrupted or waits is `running` here: who has the rights to it
    /// knows better.
    pub state: Option<RunState>,
    /// Those of the connection with this id.
    pub connection: Option<String>,
    /// Those that began at that moment or later; RFC 3339, in UTC.
    pub since: Option<String>,
}

/// Which lines of a run are listed: all that every given part fits.
#[derive(Clone, Debug, Default)]
pub struct LineFilter {
    /// Those with this outcome.
    pub outcome: Option<String>,
    /// Those with one of these outcomes; empty for any.
    pub outcomes: Vec<LineOutcome>,
    /// Those with this reason.
    pub reason: Option<LineReason>,
    /// Those that have this in their names, or for a row of a sheet in its path.
    pub search: Option<Search>,
}

/// Lines of a run that are alike.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Alike {
    /// Their outcome.
    pub outcome: String,
    /// Their reason; empty for rows of a sheet.
    pub reason: String,
    /// How many they are.
    #[sqlx(try_from = "i64")]
    pub count: u64,
    /// The File ID of the first.
    pub first: String,
}

#[derive(FromRow)]
struct LineRow {
    place: i64,
    #[sqlx(flatten)]
    line: Line,
}

/// A page of the runs that fit, the newest first.
///
/// # Errors
///
/// `Error::Settings` for a cursor of another list; the database's.
pub async fn page(store: &Store, filter: &RunFilter, part: &Part) -> Result<Page<Run>> {
    let list = format!(
        "runs {:?} {:?} {:?} {:?}",
        filter.kind.map(RunType::as_str),
        filter.state.map(RunState::as_str),
        filter.connection,
        filter.since
    );
    let mut query = runs_query(filter, part.key(&list)?, part.reads());
    let rows: Vec<Run> = query.build_query_as().fetch_all(store.pool()).await?;
    Page::cut(rows, part, &list, |run| run.id)
}

fn runs_query(filter: &RunFilter, before: Option<i64>, limit: i64) -> QueryBuilder<'static> {
    let mut query = QueryBuilder::new(SELECT);
    query.push(" WHERE id < ").push_bind(before.unwrap_or(i64::MAX));
    if let Some(connection) = &filter.connection {
        query.push(" AND connection = ").push_bind(connection.clone());
    }
    if let Some(since) = &filter.since {
        query.push(" AND started_at >= ").push_bind(since.clone());
    }
    match filter.kind {
        Some(RunType::Upload) => {
            query.push(" AND subject = 'association'");
        }
        Some(kind) => {
            query.push(" AND subject = 'sync' AND kind = ").push_bind(kind.as_str());
        }
        None => {}
    }
    if let Some(state) = filter.state {
        let state = if matches!(state, RunState::Waiting | RunState::Interrupted) {
            RunState::Running
        } else {
            state
        };
        query.push(" AND state = ").push_bind(state.as_str());
    }
    query.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
    query
}

/// A page of the lines of a run that fit, by File ID; of an upload, in the order of the sheet, with the path in the place of
/// the name and the row in the place of the reason.
///
/// # Errors
///
/// `Error::Settings` for a cursor of another list; the database's.
pub async fn lines(store: &Store, run: i64, filter: &LineFilter, part: &Part) -> Result<Page<Line>> {
    let list = format!("lines of {run} {filter:?}");
    let mut query = lines_query(run, filter, part.key(&list)?, part.reads());
    let rows: Vec<LineRow> = query.build_query_as().fetch_all(store.pool()).await?;
    let page = Page::cut(rows, part, &list, |row| row.place)?;
    page.try_map(|row| Ok(row.line))
}

/// Both halves come in the order of their keys, so that nothing need be sorted.
fn lines_query(run: i64, filter: &LineFilter, after: Option<i64>, limit: i64) -> QueryBuilder<'static> {
    let mut query = QueryBuilder::new(
        "SELECT CAST(file AS TEXT) AS file, file AS place, name, outcome, reason, message, revision, size, reached, at \
         FROM outcomes WHERE run = ",
    );
    narrowed(&mut query, run, filter, ("file", "name", "reason"), after);
    query.push(
        " UNION ALL SELECT file, place, coalesce(resolved, path), outcome, 'row-' || row, message, 0, 0, 0, at \
         FROM sheet_rows WHERE run = ",
    );
    narrowed(
        &mut query,
        run,
        filter,
        ("place", "coalesce(resolved, path)", "NULL"),
        after,
    );
    query.push(" ORDER BY place LIMIT ").push_bind(limit);
    query
}

/// Which kinds of lines a run has, as far as they fit: the one first whose first file comes first.
///
/// # Errors
///
/// The database's.
pub async fn kinds(store: &Store, run: i64, filter: &LineFilter) -> Result<Vec<Alike>> {
    let mut query = QueryBuilder::new(
        "SELECT outcome, reason, count(*) AS count, CAST(min(file) AS TEXT) AS first, min(file) AS place FROM outcomes WHERE run = ",
    );
    narrowed(&mut query, run, filter, ("file", "name", "reason"), None);
    query.push(
        " GROUP BY outcome, reason UNION ALL SELECT outcome, '', count(*), min(file), min(place) FROM sheet_rows WHERE run = ",
    );
    narrowed(
        &mut query,
        run,
        filter,
        ("place", "coalesce(resolved, path)", "NULL"),
        None,
    );
    query.push(" GROUP BY outcome ORDER BY place");
    Ok(query.build_query_as().fetch_all(store.pool()).await?)
}

fn narrowed(
    query: &mut QueryBuilder<'static>,
    run: i64,
    filter: &LineFilter,
    (place, name, reason): (&str, &str, &str),
    after: Option<i64>,
) {
    query
        .push_bind(run)
        .push(format!(" AND {place} > "))
        .push_bind(after.unwrap_or(-1));
    if let Some(outcome) = &filter.outcome {
        query.push(" AND outcome = ").push_bind(outcome.clone());
    }
    if !filter.outcomes.is_empty() {
        let mut among = query.push(" AND outcome IN (").separated(", ");
        for outcome in &filter.outcomes {
            among.push_bind(outcome.as_str());
        }
        query.push(")");
    }
    if let Some(wanted) = filter.reason {
        query.push(format!(" AND {reason} = ")).push_bind(wanted.as_str());
    }
    if let Some(search) = &filter.search {
        query.push(format!(" AND {name} GLOB ")).push_bind(search.pattern());
    }
}

#[cfg(test)]
mod tests;
