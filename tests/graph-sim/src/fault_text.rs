//! Faults as text, for the command line and the control API: `NAME[:PATH][*TIMES][=PARAM]`.
//!
//! PARAM is a value, a place, or both: `=30`, `=@download`, `=30@download`. The value of `throttle` is a number of
//! seconds with or without a fraction, `date` or `date:SECONDS`, or `none`. That of `refuse` has up to five parts between
//! colons: status, word, numbers with `+` between them, suberror, and `Retry-After`, as in
//! `refuse=400:invalid_grant:50196::60`.

use std::{fmt, time::Duration};

use anyhow::{Context, bail};

use crate::fault::{Fault, FaultKind, Place, RetryAfter, SignInRefusal};

/// Every fault: its name, what its value is, and what it does.
pub const FAULTS: [(&str, &str, &str); 27] = [
    (
        "throttle",
        "SECONDS, 0.5, date:SECONDS, none",
        "429 with Retry-After (default 1)",
    ),
    ("server-error", "500, 502, 503, 504", "that status (default 503)"),
    ("html-error", "", "500 with a page of HTML"),
    (
        "refuse",
        "STATUS:WORD:NUMBERS:SUBERROR:RETRY-AFTER",
        "the sign-in service refuses (default 400:invalid_grant:50196)",
    ),
    (
        "slow",
        "SECONDS, 0.5",
        "listings and metadata come so much later (default 2)",
    ),
    ("token-expired", "", "401 from Graph, once by default"),
    ("forbidden", "", "403 accessDenied when the content is asked for"),
    ("locked", "", "423 resourceLocked when the content is asked for"),
    ("gone", "", "404 when the content is asked for"),
    ("malware", "", "marked as malware, and content refused with 403"),
    (
        "malware-late",
        "",
        "not marked, but the download answers 403 with X-Virus-Infected",
    ),
    ("wrong-hash", "", "the metadata gives a wrong hash"),
    ("no-hash", "", "the metadata gives no hash"),
    (
        "lying-size",
        "BYTES",
        "the metadata's size is wrong by so many bytes (default -1)",
    ),
    ("expired-url", "", "401 with HTML on the content host, once by default"),
    ("html-200", "", "200 with a sign-in page in place of the file"),
    ("json-200", "", "200 with JSON in place of the file"),
    ("cut", "BYTES", "the connection is reset in the middle of the body"),
    (
        "stall",
        "BYTES",
        "the body stops in the middle and the connection stays open",
    ),
    (
        "drip",
        "BYTES",
        "from the middle on, the body comes a byte every five seconds",
    ),
    (
        "short",
        "BYTES",
        "the connection closes before Content-Length is reached",
    ),
    ("short-clean", "BYTES", "a complete answer, but shorter than the file"),
    ("grow", "BYTES", "so many bytes more than the metadata says (default 1)"),
    ("no-range", "", "Range is ignored"),
    ("chunked", "", "no Content-Length"),
    ("etag-moves", "", "the file changes with each download"),
    (
        "rewritten",
        "",
        "other bytes than the metadata says, the same each time",
    ),
];

/// The places as they are written.
const PLACES: [(&str, Place); 6] = [
    ("graph", Place::Graph),
    ("metadata", Place::Metadata),
    ("content", Place::Content),
    ("download", Place::Download),
    ("sign-in", Place::SignIn),
    ("batch", Place::Batch),
];

pub(crate) fn parse(text: &str) -> anyhow::Result<Fault> {
    // A name holds none of these characters, and a file's name no `*`, so the text is taken apart from both ends.
    let name_end = text.find([':', '*', '=']).unwrap_or(text.len());
    let (name, rest) = text.split_at(name_end);
    let (rest, parameter) = match rest.rsplit_once('=') {
        Some((rest, parameter)) => (rest, Some(parameter)),
        None => (rest, None),
    };
    let (path, times) = match rest.rsplit_once('*') {
        Some((path, times)) => (path, Some(times)),
        None => (rest, None),
    };
    let (value, place) = match parameter.map(|parameter| parameter.rsplit_once('@').unwrap_or((parameter, ""))) {
        Some((value, place)) => (non_empty(value), non_empty(place)),
        None => (None, None),
    };

    let mut fault = Fault::new(kind(name, value)?);
    if let Some(path) = non_empty(path.trim_start_matches(':')) {
        fault = fault.on(path);
    }
    if let Some(times) = times {
        let times = times
            .parse()
            .with_context(|| format!("{times:?} in the fault {text:?} is not a number of times"))?;
        fault = fault.times(times);
    }
    if let Some(place) = place {
        fault = fault.at(parse_place(place)?);
    }
    Ok(fault)
}

pub(crate) fn write(fault: &Fault, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (name, value) = name_and_value(&fault.kind);
    formatter.write_str(name)?;
    if let Some(path) = &fault.path {
        write!(formatter, ":{path}")?;
    }
    if let Some(times) = fault.times {
        write!(formatter, "*{times}")?;
    }
    let place = PLACES
        .iter()
        .find(|(_, place)| *place == fault.place && fault.place != fault.kind.usual_place());
    match (value.is_empty(), place) {
        (true, None) => Ok(()),
        (_, Some((place, _))) => write!(formatter, "={value}@{place}"),
        (false, None) => write!(formatter, "={value}"),
    }
}

fn kind(name: &str, value: Option<&str>) -> anyhow::Result<FaultKind> {
    let number = || {
        value
            .map(|value| {
                value
                    .parse::<u64>()
                    .with_context(|| format!("{value:?} is not a number of bytes"))
            })
            .transpose()
    };
    let kind = match name {
        "throttle" => FaultKind::Throttle(retry_after(value.unwrap_or("1"))?),
        "server-error" => FaultKind::ServerError(server_error(value.unwrap_or("503"))?),
        "refuse" => FaultKind::Refuse(refusal(value.unwrap_or("400:invalid_grant:50196"))?),
        "html-error" => FaultKind::HtmlError,
        "slow" => FaultKind::Slow(seconds(value.unwrap_or("2"))?),
        "token-expired" => FaultKind::TokenExpired,
        "forbidden" => FaultKind::Forbidden,
        "locked" => FaultKind::Locked,
        "gone" => FaultKind::Gone,
        "malware" => FaultKind::Malware,
        "malware-late" => FaultKind::MalwareLate,
        "wrong-hash" => FaultKind::WrongHash,
        "no-hash" => FaultKind::NoHash,
        "lying-size" => FaultKind::LyingSize(
            value
                .unwrap_or("-1")
                .parse()
                .context("the value of lying-size is not a number of bytes, such as -1")?,
        ),
        "expired-url" => FaultKind::ExpiredUrl,
        "html-200" => FaultKind::Html200,
        "json-200" => FaultKind::Json200,
        "cut" => FaultKind::Cut(number()?),
        "stall" => FaultKind::Stall(number()?),
        "drip" => FaultKind::Drip(number()?),
        "short" => FaultKind::Short(number()?),
        "short-clean" => FaultKind::ShortClean(number()?),
        "grow" => FaultKind::Grow(number()?.unwrap_or(1)),
        "no-range" => FaultKind::NoRange,
        "chunked" => FaultKind::Chunked,
        "etag-moves" => FaultKind::EtagMoves,
        "rewritten" => FaultKind::Rewritten,
        unknown => bail!("there is no fault named {unknown:?}; the faults are {}", names()),
    };
    let takes_a_value = FAULTS
        .iter()
        .any(|(known, values, _)| *known == name && !values.is_empty());
    if let (Some(value), false) = (value, takes_a_value) {
        bail!("the fault {name} takes no value, but {value:?} was given");
    }
    Ok(kind)
}

fn name_and_value(kind: &FaultKind) -> (&'static str, String) {
    let bytes = |bytes: &Option<u64>| bytes.map(|bytes| bytes.to_string()).unwrap_or_default();
    match kind {
        FaultKind::Throttle(RetryAfter::Seconds(seconds)) => ("throttle", seconds.to_string()),
        FaultKind::Throttle(RetryAfter::Fraction(seconds)) => ("throttle", format!("{seconds:?}")),
        FaultKind::Throttle(RetryAfter::Date(seconds)) => ("throttle", format!("date:{seconds}")),
        FaultKind::Throttle(RetryAfter::Missing) => ("throttle", "none".to_owned()),
        FaultKind::ServerError(status) => ("server-error", status.to_string()),
        FaultKind::Refuse(refusal) => ("refuse", refusal_text(refusal)),
        FaultKind::HtmlError => ("html-error", String::new()),
        FaultKind::Slow(by) => ("slow", by.as_secs_f64().to_string()),
        FaultKind::TokenExpired => ("token-expired", String::new()),
        FaultKind::Forbidden => ("forbidden", String::new()),
        FaultKind::Locked => ("locked", String::new()),
        FaultKind::Gone => ("gone", String::new()),
        FaultKind::Malware => ("malware", String::new()),
        FaultKind::MalwareLate => ("malware-late", String::new()),
        FaultKind::WrongHash => ("wrong-hash", String::new()),
        FaultKind::NoHash => ("no-hash", String::new()),
        FaultKind::LyingSize(by) => ("lying-size", by.to_string()),
        FaultKind::ExpiredUrl => ("expired-url", String::new()),
        FaultKind::Html200 => ("html-200", String::new()),
        FaultKind::Json200 => ("json-200", String::new()),
        FaultKind::Cut(after) => ("cut", bytes(after)),
        FaultKind::Stall(after) => ("stall", bytes(after)),
        FaultKind::Drip(after) => ("drip", bytes(after)),
        FaultKind::Short(after) => ("short", bytes(after)),
        FaultKind::ShortClean(after) => ("short-clean", bytes(after)),
        FaultKind::Grow(by) => ("grow", by.to_string()),
        FaultKind::NoRange => ("no-range", String::new()),
        FaultKind::Chunked => ("chunked", String::new()),
        FaultKind::EtagMoves => ("etag-moves", String::new()),
        FaultKind::Rewritten => ("rewritten", String::new()),
    }
}

fn retry_after(value: &str) -> anyhow::Result<RetryAfter> {
    let wrong = || format!("{value:?} is not a Retry-After; write seconds, such as 30 or 0.5, date:30, or none");
    if let Some(seconds) = value.strip_prefix("date") {
        let seconds = seconds.trim_start_matches(':');
        return Ok(RetryAfter::Date(if seconds.is_empty() {
            1
        } else {
            seconds.parse().with_context(wrong)?
        }));
    }
    Ok(match value {
        "none" => RetryAfter::Missing,
        fraction if fraction.contains('.') => RetryAfter::Fraction(fraction.parse().with_context(wrong)?),
        seconds => RetryAfter::Seconds(seconds.parse().with_context(wrong)?),
    })
}

fn seconds(value: &str) -> anyhow::Result<Duration> {
    let seconds = value
        .parse()
        .ok()
        .and_then(|number| Duration::try_from_secs_f64(number).ok());
    seconds.with_context(|| format!("{value:?} is not a number of seconds, such as 2 or 0.5"))
}

fn refusal(value: &str) -> anyhow::Result<SignInRefusal> {
    let mut parts = value.split(':');
    let mut part = || parts.next().and_then(non_empty);
    let status = part().and_then(|status| status.parse().ok());
    let status = status
        .filter(|status| (400..600).contains(status))
        .with_context(|| format!("{value:?} does not begin with a status, such as 400"))?;
    let word = part().unwrap_or("invalid_grant").to_owned();
    let numbers = part().unwrap_or_default().split('+').filter_map(non_empty);
    let numbers = numbers.map(|number| {
        let number = number.trim_start_matches("AADSTS").parse();
        number.with_context(|| format!("{value:?} has no numbers, such as 50196, in its third part"))
    });
    Ok(SignInRefusal {
        status,
        word,
        numbers: numbers.collect::<anyhow::Result<_>>()?,
        suberror: part().map(str::to_owned),
        retry_after: part().map(str::to_owned),
    })
}

fn refusal_text(refusal: &SignInRefusal) -> String {
    let numbers: Vec<String> = refusal.numbers.iter().map(u32::to_string).collect();
    let text = format!(
        "{}:{}:{}:{}:{}",
        refusal.status,
        refusal.word,
        numbers.join("+"),
        refusal.suberror.as_deref().unwrap_or_default(),
        refusal.retry_after.as_deref().unwrap_or_default()
    );
    text.trim_end_matches(':').to_owned()
}

fn server_error(value: &str) -> anyhow::Result<u16> {
    match value.parse() {
        Ok(status @ (500 | 502 | 503 | 504)) => Ok(status),
        _ => bail!("{value:?} is not a status for server-error; it takes 500, 502, 503 or 504"),
    }
}

fn parse_place(place: &str) -> anyhow::Result<Place> {
    let names = || PLACES.map(|(name, _)| name).join(", ");
    PLACES
        .iter()
        .find(|(name, _)| *name == place)
        .map(|(_, place)| *place)
        .with_context(|| format!("there is no place named {place:?}; the places are {}", names()))
}

fn names() -> String {
    FAULTS.map(|(name, ..)| name).join(", ")
}

fn non_empty(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests;
