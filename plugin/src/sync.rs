//! Keeping the library's files in step with their items: the step by step run of the daily sync.
//!
//! A run lists first and works afterwards. Listing turns what Microsoft tells into durable marks on links: this one may
//! have changed, that one may be gone. Only when a round of changes has come to its end are the marks complete, and
//! only then does the next round's beginning move on. Working takes the marked files in the order in which they are due
//! and ends each of them with one line. So whatever dies in between, nothing that was told is lost, nothing is done
//! twice, and a file that makes trouble holds up nobody.
//!
//! - `cursor`: where a run stands.
//! - [`judge`]: what to do about a file, and the guards; pure.
//! - `list`: pages of changes; `look`: single looks, many in a request, at managed files of which no page tells, or tells
//!   enough; `marks`: what is noted of either, `note` the item.
//! - `astray`: what to do where Microsoft does not give the page that was asked for.
//! - `anew`: which item has the name and place of one that is gone.
//! - `work`: one file after the other, several at a time; `settling`: what has become of each; `plan`: what would.

mod anew;
mod astray;
mod cursor;
pub mod judge;
mod list;
mod look;
mod marks;
mod note;
mod plan;
mod restart;
mod settling;
mod work;

use cursor::{Cursor, Phase, read};

use crate::{
    contract::{CallError, Connection, Options, PlanPage, Report, Stage},
    delta_link, graph,
    ports::Ports,
};

/// Seconds to wait where Microsoft named no time.
const PAUSE: u32 = 60;

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
pub async fn plan<P: Ports>(ports: &P, cursor: &str, next: Option<&str>) -> Result<PlanPage, CallError> {
    let connection = ports.connection();
    let drive = connection.drive.clone().ok_or(CallError::NoDrive)?;
    let cursor = read(cursor, &drive)?;
    plan::page(ports, &connection, &cursor, next).await
}

async fn begin<P: Ports>(ports: &P, connection: &Connection, drive: String) -> Result<Cursor, CallError> {
    if !graph::is_id(&drive) {
        return Err(CallError::NotFound);
    }
    let counts = ports.managed_count(&drive).await?;
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
    let link = delta_link::load(ports, &connection.api_origin, &cursor.drive).await;
    match link? {
        Some(known) => {
            let (link, full) = (known.link, false);
            cursor.phase = Phase::Pages { link, full };
        }
        None => restart::restart(ports, connection, &mut cursor).await?,
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
            look::at_all(ports, connection, &mut cursor, after.as_deref(), next_round).await?;
        }
        Phase::Confirm { after } => look::at_suspected(ports, connection, &mut cursor, after.as_deref()).await?,
        Phase::Ask { known } => look::at_unseen(ports, connection, &mut cursor, known).await?,
        Phase::Work { known } => work::some(ports, connection, &mut cursor, known, options).await?,
        Phase::Over => {}
    }
    cursor.paused = false;
    Ok(cursor)
}

fn report(cursor: &Cursor, pause: Option<u32>) -> Report {
    let stage = match cursor.phase {
        Phase::Pages { .. } | Phase::Looks { .. } | Phase::Confirm { .. } | Phase::Ask { .. } => Stage::Listing,
        Phase::Work { .. } => Stage::Working,
        Phase::Over => Stage::Done,
    };
    Report {
        cursor: serde_json::to_string(cursor).unwrap_or_default(),
        stage,
        pause: pause.map(|seconds| seconds.max(1)),
    }
}

#[cfg(test)]
mod tests;
