//! The log of requests, for tests to look at. Secrets are blotted out before anything is kept.

use std::collections::{BTreeMap, VecDeque};

use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use chrono::{DateTime, Utc};
use serde::Serialize;

/// How many requests are kept; older ones are dropped.
const KEPT: usize = 100_000;

/// Query parameters whose values are secrets.
const SECRET: [&str; 10] = [
    "sig",
    "tempauth",
    "client_secret",
    "client_assertion",
    "assertion",
    "access_token",
    "refresh_token",
    "id_token",
    "code",
    "code_verifier",
];

/// One request that was answered.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Logged {
    /// Counts up from 1, over all three origins.
    pub sequence: u64,
    /// The simulator's time of the answer.
    pub at: DateTime<Utc>,
    /// Which of the three it went to.
    pub origin: Origin,
    /// What it asked for.
    pub kind: RequestKind,
    /// `GET`, `POST` and so on.
    pub method: String,
    /// Path and query as they came, but for secrets, which read `***`.
    pub path: String,
    /// The scheme of the `Authorization` header, in lower case, where there was one: `bearer`, `basic`.
    pub authorization: Option<String>,
    /// Status of the answer.
    pub status: u16,
    /// The `Range` header.
    pub range: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// Whether it was one of several in a `$batch`, which is logged after them.
    pub in_batch: bool,
}

/// The three origins that the simulator answers at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Microsoft Graph.
    Graph,
    /// Sign-in.
    Login,
    /// Pre-authenticated downloads.
    Content,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestKind {
    /// A token.
    Token,
    /// Users.
    Users,
    /// Sites.
    Sites,
    /// A drive, or a list of drives.
    Drives,
    /// One item.
    Item,
    /// The children of a folder.
    Children,
    /// The address of a file's content.
    Content,
    /// The content itself.
    Download,
    /// Anything else.
    Other,
    /// What has changed in a drive.
    Delta,
    /// Several requests in one.
    Batch,
    /// An item by its web address.
    Shares,
    /// The person who signed in, and their drives.
    Me,
    /// A code, for which a person says yes in a browser.
    Authorize,
}

impl Logged {
    /// Whether there was an `Authorization` header.
    pub fn was_authorized(&self) -> bool {
        self.authorization.is_some()
    }
}

/// What is noted of a request before it is answered.
pub(crate) struct Noted {
    pub origin: Origin,
    pub kind: RequestKind,
    method: String,
    path: String,
    authorization: Option<String>,
    range: Option<String>,
    user_agent: Option<String>,
    pub in_batch: bool,
}

impl Noted {
    pub fn new(origin: Origin, kind: RequestKind, method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        let text = |name| {
            headers
                .get(name)
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        Self {
            origin,
            kind,
            method: method.to_string(),
            path: redacted(uri),
            authorization: text(header::AUTHORIZATION).map(|value| {
                value
                    .split_once(' ')
                    .map_or("unreadable".to_owned(), |(scheme, _)| scheme.to_lowercase())
            }),
            range: text(header::RANGE),
            user_agent: text(header::USER_AGENT),
            in_batch: false,
        }
    }
}

/// The requests so far, and how many there were of each kind.
#[derive(Default)]
pub(crate) struct Log {
    requests: VecDeque<Logged>,
    counts: BTreeMap<RequestKind, u64>,
    last: u64,
}

impl Log {
    pub fn add(&mut self, noted: Noted, status: StatusCode, at: DateTime<Utc>) {
        self.last += 1;
        *self.counts.entry(noted.kind).or_default() += 1;
        if self.requests.len() == KEPT {
            self.requests.pop_front();
        }
        self.requests.push_back(Logged {
            sequence: self.last,
            at,
            origin: noted.origin,
            kind: noted.kind,
            method: noted.method,
            path: noted.path,
            authorization: noted.authorization,
            status: status.as_u16(),
            range: noted.range,
            user_agent: noted.user_agent,
            in_batch: noted.in_batch,
        });
    }

    pub fn requests(&self) -> impl Iterator<Item = &Logged> {
        self.requests.iter()
    }

    pub fn counts(&self) -> &BTreeMap<RequestKind, u64> {
        &self.counts
    }

    /// Forgets all requests; the sequence goes on.
    pub fn clear(&mut self) {
        self.requests.clear();
        self.counts.clear();
    }
}

fn redacted(uri: &Uri) -> String {
    let Some(query) = uri.query() else {
        return uri.path().to_owned();
    };
    let query: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if SECRET.contains(&name.to_lowercase().as_str()) => {
                format!("{name}=***")
            }
            _ => pair.to_owned(),
        })
        .collect();
    format!("{}?{}", uri.path(), query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_enter_the_log() {
        let uri = Uri::from_static("/download?item=01A&exp=5&sig=s3cret");
        assert_eq!(redacted(&uri), "/download?item=01A&exp=5&sig=***");

        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, header::HeaderValue::from_static("Bearer s3cret"));
        let noted = Noted::new(Origin::Graph, RequestKind::Item, &Method::GET, &uri, &headers);
        assert_eq!(noted.authorization.as_deref(), Some("bearer"));
    }
}
