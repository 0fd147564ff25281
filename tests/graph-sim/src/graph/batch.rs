//! Several requests in one. Each is answered as if it had come alone, with its own faults and its own costs.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    body::to_bytes,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures::FutureExt;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Answer, Call, address::Address, answer};
use crate::{
    log::{Noted, Origin},
    reply::{self, GraphError},
    world::World,
};

/// How many entries there may be.
const MOST: usize = 20;

/// What an entry has of the batch itself, if it doesn't bring its own.
const INHERITED: [HeaderName; 2] = [header::AUTHORIZATION, header::HOST];

#[derive(Deserialize)]
struct Batch {
    requests: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    method: String,
    /// Below the version's root.
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default, rename = "dependsOn")]
    depends_on: Vec<String>,
}

/// Answers a batch. The answers come in the reverse order, as nobody may rely on any.
pub(super) fn answers(world: &World, call: &Call) -> Answer {
    let entries = checked(call.body)?;
    let mut done: BTreeMap<&str, bool> = BTreeMap::new();
    let mut answers = vec![];
    while let Some(entry) = next(&entries, &done)? {
        let failed = entry.depends_on.iter().any(|id| done.get(id.as_str()) == Some(&false));
        let answer = match failed {
            true => {
                let error = GraphError::new(
                    StatusCode::FAILED_DEPENDENCY,
                    "failedDependency",
                    "A request that this one depends on has failed.",
                );
                error.answer(call.headers, world.now())
            }
            false => answered(world, call, entry),
        };
        done.insert(&entry.id, answer.status().as_u16() < 400);
        answers.push(as_json(&entry.id, answer));
    }
    answers.reverse();
    Ok(reply::json(StatusCode::OK, &json!({ "responses": answers })))
}

fn checked(body: &[u8]) -> Result<Vec<Entry>, GraphError> {
    let batch: Batch = serde_json::from_slice(body)
        .map_err(|error| GraphError::bad_request(format!("Invalid batch payload format: {error}.")))?;
    let ids: BTreeSet<&str> = batch.requests.iter().map(|entry| entry.id.as_str()).collect();
    let mut named = batch.requests.iter().flat_map(|entry| &entry.depends_on);
    match () {
        () if batch.requests.is_empty() => Err(GraphError::bad_request("A batch needs at least one request.")),
        () if batch.requests.len() > MOST => Err(GraphError::bad_request(format!(
            "Number of batch request steps exceeds the maximum value of {MOST}."
        ))),
        () if ids.len() < batch.requests.len() => Err(GraphError::bad_request("Request ids must be unique.")),
        () if !named.all(|id| ids.contains(id.as_str())) => Err(GraphError::bad_request(
            "A request depends on one that is not in the batch.",
        )),
        () => Ok(batch.requests),
    }
}

/// The first entry that waits for nothing but what is done.
fn next<'e>(entries: &'e [Entry], done: &BTreeMap<&str, bool>) -> Result<Option<&'e Entry>, GraphError> {
    let mut open = entries
        .iter()
        .filter(|entry| !done.contains_key(entry.id.as_str()))
        .peekable();
    if open.peek().is_none() {
        return Ok(None);
    }
    let ready = open.find(|entry| entry.depends_on.iter().all(|id| done.contains_key(id.as_str())));
    ready
        .map(Some)
        .ok_or_else(|| GraphError::bad_request("The requests depend on each other in a circle."))
}

fn answered(world: &World, batch: &Call, entry: &Entry) -> Response {
    let wrong = |message: &str| GraphError::bad_request(message).answer(batch.headers, world.now());
    let read = world.state().quirks.batch_paths.read(&entry.url);
    let url = format!("{}/{}", batch.prefix(), read.trim_start_matches('/'));
    let (Ok(uri), Ok(method), false) = (
        url.parse::<Uri>(),
        Method::from_bytes(entry.method.to_uppercase().as_bytes()),
        entry.url.contains("://"),
    ) else {
        return wrong("The url of a request is relative to the version's root.");
    };
    let headers = headers(batch, entry);
    let mut call = Call::new(world, method, uri.path(), uri.query().unwrap_or_default(), &headers);
    if call.address == Address::Batch {
        return wrong("A batch can't be in a batch.");
    }
    let mut noted = Noted::new(Origin::Graph, call.kind(), &call.method, &uri, &headers);
    noted.in_batch = true;
    let answer = answer(world, &mut call);
    let mut state = world.state();
    let now = state.clock.now();
    state.log.add(noted, answer.status(), now);
    answer
}

fn headers(batch: &Call, entry: &Entry) -> HeaderMap {
    let inherited = INHERITED
        .into_iter()
        .filter_map(|name| Some((name.clone(), batch.headers.get(name)?.clone())));
    let own = entry.headers.iter().filter_map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some((name, HeaderValue::from_str(value).ok()?))
    });
    inherited.chain(own).collect()
}

/// A header's name as batches write it: `Retry-After`.
fn capitalized(name: &HeaderName) -> String {
    let mut at_start = true;
    name.as_str()
        .chars()
        .map(|letter| match std::mem::replace(&mut at_start, letter == '-') {
            true => letter.to_ascii_uppercase(),
            false => letter,
        })
        .collect()
}

/// An answer as the batch tells of it: JSON as it is, all else in base64.
fn as_json(id: &str, answer: Response) -> Value {
    let (head, body) = answer.into_parts();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: Map<String, Value> = head
        .headers
        .iter()
        .map(|(name, value)| (capitalized(name), text(value).into()))
        .collect();
    // All of Graph's answers are in memory as a whole, so there is nothing to wait for.
    let body = to_bytes(body, usize::MAX).now_or_never().and_then(Result::ok);
    let mut json = json!({ "id": id, "status": head.status.as_u16(), "headers": headers });
    if let (Some(body), Some(fields)) = (body.filter(|body| !body.is_empty()), json.as_object_mut()) {
        let body = serde_json::from_slice(&body).unwrap_or_else(|_| STANDARD.encode(&body).into());
        fields.insert("body".to_owned(), body);
    }
    json
}
