//! Sheets as streams: what is uploaded, and what is told of it.

use wit_bindgen::{StreamReader, StreamResult};

use super::{
    association::{error, line},
    bindings::{exports::clientpoint::content_source::association as wit, wit_stream},
    outside::Outside,
};
use crate::{
    associate,
    model::{CallError, Policy, Role},
    ports::{CHUNK, Level, Ports},
    sheet::{self, Line},
};

/// The whole sheet; a byte more than the policy allows, if it is larger.
pub(super) async fn whole(outside: &Outside, role: Role, mut sheet: StreamReader<u8>) -> Result<Vec<u8>, wit::Error> {
    // Rule 2: before anything else, reading included.
    if role != Role::Administrator {
        return Err(error(CallError::Forbidden.into()));
    }
    let limit = outside.connection().policy.max_sheet_bytes;
    let mut all = Vec::new();
    let mut buffer = Vec::with_capacity(CHUNK);
    loop {
        let (result, bytes) = sheet.read(buffer).await;
        all.extend_from_slice(&bytes);
        if all.len() as u64 > limit {
            return Err(error(sheet::too_large_a_file(limit).into()));
        }
        if !matches!(result, StreamResult::Complete(_)) {
            return Ok(all);
        }
        buffer = bytes;
        buffer.clear();
    }
}

/// The lines of a sheet, which are read as they are taken.
pub(super) fn lines(policy: Policy, bytes: Vec<u8>) -> StreamReader<wit::Line> {
    let (mut sink, lines) = wit_stream::new();
    wit_bindgen::spawn_local(async move {
        let tell = async |some: Vec<Line>| {
            let some: Vec<wit::Line> = some.into_iter().map(line).collect();
            sink.write_all(some).await.is_empty()
        };
        if let Err(error) = associate::copy(&policy, &bytes, tell).await {
            Outside::new().log(Level::Warn, &format!("the sheet was not copied to its end: {error}"));
        }
    });
    lines
}
