//! What has passed the one way out, for people who watch: counted as it happens, without a lock, and without an address.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use http::{HeaderMap, StatusCode, header};

/// Where a request goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// The connection's API origin, with the token.
    Api,
    /// An address that it has redirected to, where bytes of files are.
    Content,
}

/// The upper bounds of the classes of latencies, in milliseconds.
pub const LATENCY_BOUNDS: [u64; 10] = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000, 30_000];

/// How requests end: by the class of the answer's status; `throttled` for those whose source asks for patience, which are in
/// no class; `unanswered` for those without an answer.
pub const ENDS: [&str; 6] = ["2xx", "3xx", "4xx", "5xx", "throttled", "unanswered"];

/// The numbers of one host. Kept in [`Counts`](crate::counts::Counts).
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    api: Way,
    content: Way,
    refused: AtomicU64,
}

#[derive(Debug, Default)]
struct Way {
    ends: [AtomicU64; ENDS.len()],
    bytes: AtomicU64,
    latencies: [AtomicU64; LATENCY_BOUNDS.len() + 1],
    micros: AtomicU64,
}

/// What has passed in one direction by now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Where to.
    pub to: To,
    /// How many requests ended how, in the order of [`ENDS`].
    pub ends: [u64; ENDS.len()],
    /// Bytes of answers, without their headers.
    pub bytes: u64,
    /// How many answers began within each bound of [`LATENCY_BOUNDS`] and beyond the one before it; last, those beyond all.
    pub latencies: [u64; LATENCY_BOUNDS.len() + 1],
    /// How long they took in all, until they began.
    pub waited: Duration,
}

impl Traffic {
    fn way(&self, to: To) -> &Way {
        match to {
            To::Api => &self.api,
            To::Content => &self.content,
        }
    }

    /// A request that was answered, or not.
    pub(crate) fn ended(&self, to: To, took: Duration, answer: Option<(StatusCode, &HeaderMap)>) {
        let way = self.way(to);
        let end = answer.map_or("unanswered", |(status, headers)| end(status, headers));
        let place = ENDS.iter().position(|one| *one == end);
        if let Some(count) = place.and_then(|place| way.ends.get(place)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        if answer.is_none() {
            return;
        }
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let class = LATENCY_BOUNDS.partition_point(|bound| *bound < millis);
        if let Some(count) = way.latencies.get(class) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        way.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// A piece of an answer.
    pub(crate) fn came(&self, to: To, bytes: u64) {
        self.way(to).bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A request that the plugin may not send.
    pub(crate) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// How many requests were refused by now.
    pub(crate) fn refusals(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// What has passed by now.
    pub(crate) fn passed(&self, to: To) -> Passed {
        let way = self.way(to);
        Passed {
            to,
            ends: read(&way.ends),
            bytes: way.bytes.load(Ordering::Relaxed),
            latencies: read(&way.latencies),
            waited: Duration::from_micros(way.micros.load(Ordering::Relaxed)),
        }
    }
}

fn read<const N: usize>(counts: &[AtomicU64; N]) -> [u64; N] {
    counts.each_ref().map(|count| count.load(Ordering::Relaxed))
}

fn end(status: StatusCode, headers: &HeaderMap) -> &'static str {
    let asks_for_patience = status == StatusCode::SERVICE_UNAVAILABLE && headers.contains_key(header::RETRY_AFTER);
    match status {
        StatusCode::TOO_MANY_REQUESTS => "throttled",
        _ if asks_for_patience => "throttled",
        _ if status.is_success() => "2xx",
        _ if status.is_redirection() => "3xx",
        _ if status.is_client_error() => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_counted_once_by_how_it_ended_and_how_long_that_took() {
        let traffic = Traffic::default();
        let ended = |status: u16, headers: &HeaderMap, millis| {
            let answer = Some((StatusCode::from_u16(status).unwrap(), headers));
            traffic.ended(To::Api, Duration::from_millis(millis), answer);
        };
        let none = HeaderMap::new();
        let patience = HeaderMap::from_iter([(header::RETRY_AFTER, "3".parse().unwrap())]);
        ended(200, &none, 10);
        ended(302, &none, 11);
        ended(404, &none, 40_000);
        ended(503, &none, 0);
        ended(503, &patience, 0);
        ended(429, &none, 0);
        traffic.ended(To::Api, Duration::from_secs(30), None);
        traffic.came(To::Content, 7);
        let passed = traffic.passed(To::Api);
        assert_eq!(passed.ends, [1, 1, 1, 1, 2, 1]);
        assert_eq!(passed.latencies, [4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(
            passed.waited,
            Duration::from_millis(40_021),
            "what has no answer has no latency"
        );
        assert_eq!((passed.bytes, traffic.passed(To::Content).bytes), (0, 7));
    }
}
