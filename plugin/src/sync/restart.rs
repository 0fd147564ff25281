//! Beginning a round anew.

use super::cursor::{Cursor, Phase};
use crate::{
    contract::{CallError, Connection},
    graph,
    ports::{Level, Ports},
};

/// How often a round may begin anew within one run.
const RESTARTS: u8 = 2;

/// Begins with a listing of the whole drive: everything is suspected that it does not name.
pub(super) async fn restart<P: Ports>(
    ports: &P,
    connection: &Connection,
    cursor: &mut Cursor,
) -> Result<(), CallError> {
    if cursor.restarts >= RESTARTS {
        return Err(CallError::Unavailable(
            "Microsoft loses track of the changes again and again; try again later".to_owned(),
        ));
    }
    ports.log(
        Level::Info,
        "the drive is listed as a whole, since there is no beginning to go on from",
    );
    ports.suspect_all(&cursor.drive).await?;
    cursor.restarts += 1;
    cursor.phase = Phase::Pages {
        link: graph::changes(&connection.api_origin, &cursor.drive).url,
        full: true,
    };
    Ok(())
}

/// Goes on by looking at each managed file; whatever was counted before is counted anew.
pub(super) fn look_at_all(cursor: &mut Cursor, next_round: String) {
    cursor.gone = 0;
    cursor.unsure = false;
    cursor.phase = Phase::Looks {
        after: None,
        next_round,
    };
}
