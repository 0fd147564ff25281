//! The content host: gives the bytes of a file to whoever has its pre-authenticated address.

use std::{io, ops::Range, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header},
    response::Response,
};
use bytes::Bytes;
use futures::{
    StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};

use crate::{
    content::Source,
    drive::ItemKind,
    fault::{FaultKind, Place},
    item_json::mime_type,
    line::Line,
    reply,
    ticket::{self, Ticket},
    world::World,
};

/// What SharePoint writes into Office files, here put behind them.
const REWRITING: &[u8] = b"<rewritten by the library: its properties>";

/// How long a reader has to take the last bytes before a reset.
const MOMENT: Duration = Duration::from_millis(50);

/// How long a byte takes that drips.
const DRIP: Duration = Duration::from_secs(5);

/// Chunks of a body.
type Chunks = BoxStream<'static, io::Result<Bytes>>;

/// One file as it is delivered now.
struct Delivery {
    source: Source,
    etag: String,
    media_type: &'static str,
    spoilers: Vec<FaultKind>,
}

/// Why a file is not delivered.
enum NoDelivery {
    Gone,
    Fault(FaultKind),
}

/// How a body ends before its time.
enum Ending {
    Reset,
    Closed,
    Stalled,
    Dripping,
}

/// Answers a download.
pub(crate) fn answer(world: &Arc<World>, line: Line, method: &Method, uri: &Uri, headers: &HeaderMap) -> Response {
    if method != Method::GET || uri.path() != "/download" {
        return reply::html(StatusCode::NOT_FOUND, "Not found");
    }
    if world.reject_authorization && headers.contains_key(header::AUTHORIZATION) {
        return reply::html(StatusCode::UNAUTHORIZED, "Access denied");
    }
    let query = uri.query().unwrap_or_default();
    let Some(ticket) = ticket::read(&world.signing_key, query, world.now()) else {
        return reply::html(StatusCode::UNAUTHORIZED, "Access denied");
    };
    match delivery(world, &ticket) {
        Ok(delivery) => deliver(world, line, &delivery, headers),
        Err(NoDelivery::Gone) => reply::html(StatusCode::NOT_FOUND, "Not found"),
        Err(NoDelivery::Fault(fault)) => reply::of_fault(&fault, Place::Download, headers, world.now()),
    }
}

/// Looks the file up as it is now, not as it was when the address was given out.
fn delivery(world: &World, ticket: &Ticket) -> Result<Delivery, NoDelivery> {
    let gone = || NoDelivery::Gone;
    let mut state = world.state();
    let now = state.clock.now();
    let drive = state.company.drives.get(&ticket.drive).ok_or_else(gone)?;
    let path = drive.path(drive.get(&ticket.item).ok_or_else(gone)?);
    if let Some(fault) = state.faults.take_answer(Place::Download, Some(&path)) {
        return Err(NoDelivery::Fault(fault));
    }
    let spoilers = state.faults.take_spoilers(&path);
    let drive = state.company.drives.get_mut(&ticket.drive).ok_or_else(gone)?;
    if spoilers.contains(&FaultKind::EtagMoves) {
        drive.stir(&path, now).map_err(|_| gone())?;
    }
    let item = drive.get(&ticket.item).ok_or_else(gone)?;
    let ItemKind::File { source, .. } = &item.kind else {
        return Err(gone());
    };
    Ok(Delivery {
        source: swollen(source.clone(), &spoilers),
        etag: item.etag(),
        media_type: mime_type(&item.name),
        spoilers,
    })
}

/// The source with what faults put behind it.
fn swollen(source: Source, spoilers: &[FaultKind]) -> Source {
    spoilers.iter().fold(source, |source, fault| match fault {
        FaultKind::Rewritten => Source::joined(source, Source::Memory(Bytes::from_static(REWRITING))),
        FaultKind::Grow(by) => Source::joined(source, Source::Generated { size: *by, seed: 0 }),
        _ => source,
    })
}

fn deliver(world: &Arc<World>, line: Line, delivery: &Delivery, headers: &HeaderMap) -> Response {
    let condition = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if condition(header::IF_MATCH).is_some_and(|etag| etag != "*" && etag != delivery.etag) {
        return reply::html(StatusCode::PRECONDITION_FAILED, "The file has changed");
    }
    let size = delivery
        .spoilers
        .iter()
        .fold(delivery.source.size(), |size, fault| match fault {
            FaultKind::ShortClean(after) => after.unwrap_or(size / 2).min(size),
            _ => size,
        });
    let range = condition(header::RANGE)
        .filter(|_| !delivery.spoilers.contains(&FaultKind::NoRange))
        .filter(|_| condition(header::IF_RANGE).is_none_or(|etag| etag == delivery.etag))
        .map_or(Part::Whole, |range| part(range, size));

    let (status, range) = match range {
        Part::Whole => (StatusCode::OK, 0..size),
        Part::Of(range) => (StatusCode::PARTIAL_CONTENT, range),
        Part::Outside => {
            let mut answer = reply::html(StatusCode::RANGE_NOT_SATISFIABLE, "Invalid range");
            reply::set(&mut answer, header::CONTENT_RANGE, &format!("bytes */{size}"));
            return answer;
        }
    };
    let mut answer = Response::new(Body::from_stream(body(world, line, delivery, range.clone())));
    *answer.status_mut() = status;
    reply::set(&mut answer, header::CONTENT_TYPE, delivery.media_type);
    reply::set(&mut answer, header::ETAG, &delivery.etag);
    reply::set(&mut answer, header::ACCEPT_RANGES, "bytes");
    if status == StatusCode::PARTIAL_CONTENT {
        let content_range = format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1));
        reply::set(&mut answer, header::CONTENT_RANGE, &content_range);
    }
    if !delivery.spoilers.contains(&FaultKind::Chunked) {
        let length = range.end - range.start;
        reply::set(&mut answer, header::CONTENT_LENGTH, &length.to_string());
    }
    answer
}

/// The chunks of a range, ended before their time if a fault says so.
fn body(world: &Arc<World>, line: Line, delivery: &Delivery, range: Range<u64>) -> Chunks {
    let length = range.end - range.start;
    let early = delivery.spoilers.iter().find_map(|fault| {
        let (ending, after) = match fault {
            FaultKind::Cut(after) => (Ending::Reset, after),
            FaultKind::Short(after) => (Ending::Closed, after),
            FaultKind::Stall(after) => (Ending::Stalled, after),
            FaultKind::Drip(after) => (Ending::Dripping, after),
            _ => return None,
        };
        Some((ending, after.unwrap_or(length / 2).min(length)))
    });
    let Some((ending, after)) = early else {
        return delivery.source.stream(range);
    };

    let border = range.start + after;
    let head = delivery.source.stream(range.start..border);
    let tail = delivery.source.stream(border..range.end);
    let world = Arc::clone(world);
    let end = async move {
        // Otherwise the last chunk would be thrown away with the connection.
        line.flushed().await;
        match ending {
            Ending::Stalled => {
                world.stall().await;
                return Ok(tail);
            }
            Ending::Dripping => return Ok(drips(world, tail)),
            Ending::Reset => {
                // A reset throws away what the reader has not taken yet, so it is given a moment.
                tokio::time::sleep(MOMENT).await;
                line.reset_when_closed();
            }
            Ending::Closed => {}
        }
        Err(io::Error::other("the connection was to break here"))
    };
    head.chain(stream::once(end).try_flatten()).boxed()
}

/// The same bytes, one at a time.
fn drips(world: Arc<World>, tail: Chunks) -> Chunks {
    let bytes = |chunk: Bytes| {
        let all = 0..chunk.len();
        let byte = move |at| Ok(chunk.slice(at..=at));
        stream::iter(all.map(byte).collect::<Vec<io::Result<Bytes>>>())
    };
    let slowly = move |byte| {
        let world = Arc::clone(&world);
        async move {
            world.pause(DRIP).await;
            byte
        }
    };
    tail.map_ok(bytes).try_flatten().then(slowly).boxed()
}

/// What a `Range` header asks for.
#[derive(Debug, PartialEq)]
enum Part {
    /// Nothing that can be read, so all of it.
    Whole,
    Of(Range<u64>),
    /// Nothing that the file has.
    Outside,
}

fn part(header: &str, size: u64) -> Part {
    let Some((first, last)) = header.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Part::Whole;
    };
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Ok(first), Err(_)) if last.is_empty() => first..size,
        (Err(_), Ok(last)) if first.is_empty() => size.saturating_sub(last)..size,
        _ => return Part::Whole,
    };
    if range.start < range.end {
        Part::Of(range)
    } else {
        Part::Outside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_http_means_them() {
        let cases = [
            ("bytes=0-3", Part::Of(0..4)),
            ("bytes=4-", Part::Of(4..10)),
            ("bytes=8-99", Part::Of(8..10)),
            ("bytes=-3", Part::Of(7..10)),
            ("bytes=10-", Part::Outside),
            ("bytes=10-12", Part::Outside),
            ("bytes=5-2", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("items=0-1", Part::Whole),
        ];
        for (header, expected) in cases {
            assert_eq!(part(header, 10), expected, "{header}");
        }
    }
}
