//! What to do where Microsoft does not give the page of changes that was asked for: begin anew, ask for less, look at each
//! file instead, or say what is wrong with the drive.

use chrono::TimeDelta;

use super::{
    cursor::{Cursor, Phase, call_error},
    restart::{look_at_all, restart},
};
use crate::{
    ask::{self, Fault},
    contract::{CallError, Connection},
    delta_link,
    graph::{self, Meaning},
    ports::{Level, Ports},
    retry::Budget,
};

/// Two failures of the same link so far apart are those of two nights.
const A_NIGHT: TimeDelta = TimeDelta::hours(6);

const DRIVE_GONE: &str = "the drive itself is not there any more, or not visible to this connection: look for it in a \
    browser, and have it restored or the connection given access to it again, or choose another";

/// Goes on without the page at this link. `full`: of a listing of the whole drive.
pub(super) async fn without<P: Ports>(
    ports: &P,
    connection: &Connection,
    cursor: &mut Cursor,
    link: &str,
    full: bool,
    fault: Fault,
) -> Result<(), CallError> {
    let first_of_all = full && is_first_of_all(&connection.api_origin, &cursor.drive, link);
    let fault = match fault {
        Fault::TooLong => return with_less(ports, cursor, link, full),
        Fault::Answered(error) if first_of_all => match error.status {
            404 | 410 => return Err(CallError::AccessDenied(DRIVE_GONE.to_owned())),
            // A cloud that tells no changes says one of these (rclone#6444).
            400 | 405 | 501 => {
                instead(ports, cursor, String::new());
                return Ok(());
            }
            _ => return Err(call_error(Fault::Answered(error))),
        },
        Fault::Answered(error) if graph::lost_track(&error) => {
            return restart(ports, connection, cursor).await;
        }
        fault => fault,
    };
    if !is_stuck(&fault, cursor.paused) || first_of_all {
        return Err(call_error(fault));
    }
    match full {
        true if answers(ports, connection, &cursor.drive).await => {
            let next_round = delta_link::from_now(ports, &connection.api_origin, &cursor.drive).await;
            instead(ports, cursor, next_round.unwrap_or_default());
            Ok(())
        }
        true => Err(call_error(fault)),
        false => again_another_night(ports, connection, cursor, fault).await,
    }
}

/// Whether this is the first page of a listing of the whole drive.
fn is_first_of_all(api: &str, drive: &str, link: &str) -> bool {
    let first = graph::changes(api, drive).url;
    link == first || link == graph::smaller(&first)
}

/// A page that is too large to be read is asked for with fewer entries, once.
fn with_less<P: Ports>(ports: &P, cursor: &mut Cursor, link: &str, full: bool) -> Result<(), CallError> {
    let smaller = graph::smaller(link);
    if smaller == link {
        return Err(call_error(Fault::TooLong));
    }
    ports.log(
        Level::Warn,
        "a page of changes is too large, and is asked for with fewer entries",
    );
    cursor.phase = Phase::Pages { link: smaller, full };
    Ok(())
}

/// Looks at each managed file, where there are no changes to be had.
fn instead<P: Ports>(ports: &P, cursor: &mut Cursor, next_round: String) {
    ports.log(
        Level::Warn,
        "Microsoft tells no changes of this drive, so each file is looked at",
    );
    look_at_all(cursor, next_round);
}

/// Whether it is the link that fails, and not the network or the sign-in. Being told to wait is something else as long as
/// it does not go on.
fn is_stuck(fault: &Fault, paused: bool) -> bool {
    match fault {
        Fault::Answered(error) => error.meaning() != Meaning::SignIn,
        Fault::Throttled(_) => paused,
        Fault::Silent | Fault::Unusable(_) | Fault::TooLong => true,
        Fault::Unreachable | Fault::Refused => false,
    }
}

/// A link that fails night after night never heals by itself. In the second night the round begins anew, but only if the
/// drive answers well: else it is no matter of the link.
async fn again_another_night<P: Ports>(
    ports: &P,
    connection: &Connection,
    cursor: &mut Cursor,
    fault: Fault,
) -> Result<(), CallError> {
    let known = delta_link::load(ports, &connection.api_origin, &cursor.drive).await;
    let Some(known) = known? else {
        return Err(call_error(fault));
    };
    let Some(since) = known.failing_since else {
        let noted = delta_link::note_failure(ports, &cursor.drive, &known.link).await;
        noted?;
        return Err(call_error(fault));
    };
    let is_old = ports.utc().signed_duration_since(since) >= A_NIGHT;
    if !is_old || !answers(ports, connection, &cursor.drive).await {
        return Err(call_error(fault));
    }
    ports.log(
        Level::Warn,
        &format!("the link for the changes of this drive has failed since {since}, while the drive answers"),
    );
    restart(ports, connection, cursor).await
}

/// Whether a plain question for the drive's root is answered well.
async fn answers<P: Ports>(ports: &P, connection: &Connection, drive: &str) -> bool {
    let request = graph::root(&connection.api_origin, drive);
    let mut budget = Budget::page();
    let root = ask::json(ports, &request, &mut budget, graph::object::<serde_json::Value>);
    root.await.is_ok()
}
