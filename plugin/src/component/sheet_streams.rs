//! Sheets as streams: what is uploaded, and what is told of it.

use wit_bindgen::{StreamReader, StreamResult};

use super::outside::Outside;
use crate::{
    association,
    contract::{
        AssociationError, CallError, Policy, Role,
        generated::{
            exports::clientpoint::content_source::association::{Cell, CellLink, Line},
            wit_stream,
        },
    },
    ports::{CHUNK, Level, Ports},
    sheet,
};

/// The whole sheet; a byte more than the policy allows, if it is larger.
pub(super) async fn whole(
    outside: &Outside,
    role: Role,
    mut sheet: StreamReader<u8>,
) -> Result<Vec<u8>, AssociationError> {
    // Rule 2: before anything else, reading included.
    if role != Role::Administrator {
        return Err(CallError::Forbidden.into());
    }
    let limit = outside.connection().policy.max_sheet_bytes;
    let mut all = Vec::new();
    let mut buffer = Vec::with_capacity(CHUNK);
    loop {
        let (result, bytes) = sheet.read(buffer).await;
        all.extend_from_slice(&bytes);
        if all.len() as u64 > limit {
            return Err(sheet::too_large_a_file(limit).into());
        }
        if !matches!(result, StreamResult::Complete(_)) {
            return Ok(all);
        }
        buffer = bytes;
        buffer.clear();
    }
}

/// The lines of a sheet, which are read as they are taken.
pub(super) fn lines(policy: Policy, bytes: Vec<u8>) -> StreamReader<Line> {
    let (mut sink, lines) = wit_stream::new();
    wit_bindgen::spawn_local(async move {
        let tell = async |some: Vec<sheet::Line>| {
            let some: Vec<Line> = some.into_iter().map(Line::from).collect();
            sink.write_all(some).await.is_empty()
        };
        if let Err(error) = association::copy(&policy, &bytes, tell).await {
            Outside::new().log(Level::Warn, &format!("the sheet was not copied to its end: {error}"));
        }
    });
    lines
}

impl From<sheet::Line> for Line {
    fn from(line: sheet::Line) -> Self {
        let links = line.links.into_iter();
        Self {
            number: line.number,
            cells: line.cells.into_iter().map(Cell::from).collect(),
            links: links.map(|(column, target)| CellLink { column, target }).collect(),
        }
    }
}

impl From<sheet::Cell> for Cell {
    fn from(cell: sheet::Cell) -> Self {
        match cell {
            sheet::Cell::Empty | sheet::Cell::Uncalculated => Self::Empty,
            sheet::Cell::Text(text) => Self::Text(text),
            sheet::Cell::Number(number) => Self::Number(number),
            sheet::Cell::Boolean(value) => Self::Boolean(value),
            sheet::Cell::Date(days) => Self::Date(days),
            sheet::Cell::Error(error) => Self::Error(error),
        }
    }
}
