//! Keeping the library's files in step with their items: the step by step run of the daily sync.
//!
//! A run lists first and works afterwards. Listing turns what Microsoft tells into durable marks on links: this one may
//! have changed, that one may be gone. Only when a round of changes has come to its end are the marks complete, and
//! only then does the next round's beginning move on. Working takes the marked files in the order in which they are due
//! and ends each of them with one line. So whatever dies in between, nothing that was told is lost, nothing is done
//! twice, and a file that makes trouble holds up nobody.
//!
//! - [`judge`]: what to do about a file, and the guards; pure.
//! - `list`: pages of changes, or single looks at the managed files where that is cheaper.
//! - `astray`: what to do where Microsoft does not give the page that was asked for.
//! - `anew`: which item has the name and place of one that is gone.
//! - `look`: single looks, many in a request.
//! - `work`: one file after the other, several at a time.

mod anew;
mod astray;
pub mod judge;
mod list;
mod look;
mod note;
mod wording;
mod work;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    baseline, call, graph,
    import::library_error,
    managed::{Options, Planned, Report, Stage},
    model::{CallError, Connection},
    ports::Ports,
};

const WAY_OUT: &str = "Microsoft does not let this connection read the drive any more: an administrator of Microsoft \
    365 can grant the application Files.Read.All again";

/// How long to wait where Microsoft named no time.
const PAUSE: Duration = Duration::from_secs(60);

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    drive: String,
    phase: Phase,
    /// How many files follow an item of the drive.
    managed: u64,
    /// What asking has cost so far, in Microsoft's units.
    units: u64,
    /// How often the round had to begin anew.
    restarts: u8,
    /// Files whose item is gone, confirmed one by one.
    gone: u64,
    /// Whether the source has asked for patience at this place before.
    paused: bool,
    /// Whether an entry came of which nobody knows whom it is about.
    #[serde(default)]
    unsure: bool,
    /// Whether any entry came.
    #[serde(default)]
    told: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    /// Reading pages of changes. `full`: of a listing of the whole drive.
    Pages { link: String, full: bool },
    /// Looking at each managed file after this one, since that is cheaper, or all there is; `next_round` was taken
    /// before. An empty one is none.
    Looks { after: Option<String>, next_round: String },
    /// Looking at each suspected file after this one.
    Confirm { after: Option<String> },
    /// Looking at those files that are due after this one, and whose items nobody has listed.
    Ask { known: Option<(u64, String)> },
    /// Ending the files that are due after this one.
    Work { known: Option<(u64, String)> },
    /// Nothing left.
    Over,
}

/// Does the next piece of a run.
///
/// # Errors
/// When it can't be done; what was done of it by then can be done again.
pub async fn step<P: Ports>(ports: &P, cursor: Option<&str>, options: Options) -> Result<Report, CallError> {
    let connection = ports.connection();
    let drive = connection.drive.clone().ok_or(CallError::NoDrive)?;
    let before = match cursor {
        Some(text) => read(text, &drive)?,
        None => begin(ports, &connection, drive).await?,
    };
    match advance(ports, &connection, before.clone(), options).await {
        Ok(cursor) => Ok(report(&cursor, None)),
        Err(CallError::Throttled(left)) => {
            let cursor = Cursor { paused: true, ..before };
            Ok(report(&cursor, Some(left.unwrap_or(PAUSE))))
        }
        Err(error) => Err(error),
    }
}

/// What the work of this run would come to, page by page.
///
/// # Errors
/// When the library does not say, or the run is not that far.
pub async fn plan<P: Ports>(
    ports: &P,
    cursor: &str,
    next: Option<&str>,
) -> Result<(Vec<Planned>, Option<String>), CallError> {
    let connection = ports.connection();
    let drive = connection.drive.clone().ok_or(CallError::NoDrive)?;
    let cursor = read(cursor, &drive)?;
    work::plan(ports, &connection, &cursor, next).await
}

async fn begin<P: Ports>(ports: &P, connection: &Connection, drive: String) -> Result<Cursor, CallError> {
    if !graph::is_id(&drive) {
        return Err(CallError::NotFound);
    }
    let counts = ports.managed_count(&drive).await.map_err(library_error)?;
    let mut cursor = Cursor {
        drive,
        phase: Phase::Over,
        managed: counts.managed,
        units: 0,
        restarts: 0,
        gone: 0,
        paused: false,
        unsure: false,
        told: false,
    };
    if counts.managed == 0 {
        return Ok(cursor);
    }
    let link = baseline::load(ports, &connection.api_origin, &cursor.drive).await;
    match link.map_err(library_error)? {
        Some(known) => {
            let (link, full) = (known.link, false);
            cursor.phase = Phase::Pages { link, full };
        }
        None => list::restart(ports, connection, &mut cursor).await?,
    }
    Ok(cursor)
}

async fn advance<P: Ports>(
    ports: &P,
    connection: &Connection,
    mut cursor: Cursor,
    options: Options,
) -> Result<Cursor, CallError> {
    match cursor.phase.clone() {
        Phase::Pages { link, full } => list::page(ports, connection, &mut cursor, &link, full).await?,
        Phase::Looks { after, next_round } => {
            list::looks(ports, connection, &mut cursor, after.as_deref(), next_round).await?;
        }
        Phase::Confirm { after } => list::confirm(ports, connection, &mut cursor, after.as_deref()).await?,
        Phase::Ask { known } => list::ask(ports, connection, &mut cursor, known).await?,
        Phase::Work { known } => work::some(ports, connection, &mut cursor, known, options).await?,
        Phase::Over => {}
    }
    cursor.paused = false;
    Ok(cursor)
}

fn report(cursor: &Cursor, pause: Option<Duration>) -> Report {
    let stage = match cursor.phase {
        Phase::Pages { .. } | Phase::Looks { .. } | Phase::Confirm { .. } | Phase::Ask { .. } => Stage::Listing,
        Phase::Work { .. } => Stage::Working,
        Phase::Over => Stage::Done,
    };
    Report {
        cursor: serde_json::to_string(cursor).unwrap_or_default(),
        stage,
        pause: pause.map(|time| u32::try_from(time.as_secs().max(1)).unwrap_or(u32::MAX)),
    }
}

/// A cursor of another drive is one of the time before a switch.
fn read(text: &str, drive: &str) -> Result<Cursor, CallError> {
    let cursor: Option<Cursor> = serde_json::from_str(text).ok();
    cursor
        .filter(|cursor| cursor.drive == drive)
        .ok_or_else(|| CallError::Other("the run began with another drive: begin a new one".to_owned()))
}

fn call_error(fault: call::Fault) -> CallError {
    call::call_error(fault, WAY_OUT)
}

#[cfg(test)]
mod tests;
