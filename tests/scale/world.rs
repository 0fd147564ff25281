//! A source with as many tenants as there are accounts, which keeps nothing of any drive: what has changed since a token is
//! nothing. It counts what each tenant asks in a minute.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// What a tenant may ask in a minute, in Microsoft's units for its smallest customers; a page of changes since a token is one.
pub const UNITS: u64 = 1_200;

/// The source, until it is dropped.
pub struct World {
    /// Its origin.
    pub url: String,
    seen: Arc<Seen>,
    serving: JoinHandle<()>,
}

struct Seen {
    begun: Instant,
    url: String,
    requests: AtomicU64,
    unknown: AtomicU64,
    /// By tenant and minute.
    units: Mutex<BTreeMap<(String, u64), u64>>,
    /// A tenant that has to wait, and until when.
    throttled: Mutex<Option<(String, Instant)>>,
    refused: AtomicU64,
}

impl World {
    /// Starts one.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Seen {
            begun: Instant::now(),
            url: url.clone(),
            requests: AtomicU64::new(0),
            unknown: AtomicU64::new(0),
            units: Mutex::default(),
            throttled: Mutex::default(),
            refused: AtomicU64::new(0),
        });
        let router = Router::new()
            .route("/{tenant}/oauth2/v2.0/token", post(token))
            .route("/v1.0/drives/{drive}/root/delta", get(changes))
            .route("/v1.0/drives/{drive}/items/{item}", get(item))
            .route("/v1.0/$batch", post(batch))
            .fallback(unknown)
            .with_state(seen.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, seen, serving }
    }

    /// Where the changes of a drive since now are told.
    pub fn link(&self, drive: &str) -> String {
        link(&self.url, drive, 1)
    }

    /// How many requests there were.
    pub fn requests(&self) -> u64 {
        self.seen.requests.load(Ordering::Relaxed)
    }

    /// How many it had no answer to, and how many it has refused.
    pub fn amiss(&self) -> (u64, u64) {
        (
            self.seen.unknown.load(Ordering::Relaxed),
            self.seen.refused.load(Ordering::Relaxed),
        )
    }

    /// The most units that a tenant has used in a minute.
    pub fn most_units(&self) -> u64 {
        self.seen
            .units
            .lock()
            .unwrap()
            .values()
            .copied()
            .max()
            .unwrap_or_default()
    }

    /// Lets a tenant wait for so long.
    pub fn throttle(&self, tenant: &str, time: Duration) {
        *self.seen.throttled.lock().unwrap() = Some((tenant.into(), Instant::now() + time));
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn link(url: &str, drive: &str, number: u64) -> String {
    format!("{url}/v1.0/drives/{drive}/root/delta?token={number}")
}

async fn token(State(seen): State<Arc<Seen>>, Path(tenant): Path<String>) -> Response {
    seen.requests.fetch_add(1, Ordering::Relaxed);
    // A token says whose it is.
    Json(json!({ "token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": tenant }))
        .into_response()
}

/// Who asks, unless they ask for too much.
fn asks(seen: &Seen, headers: &HeaderMap, units: u64) -> Result<(), Box<Response>> {
    seen.requests.fetch_add(1, Ordering::Relaxed);
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(tenant) = authorization.and_then(|value| value.strip_prefix("Bearer ")) else {
        return Err(Box::new(StatusCode::UNAUTHORIZED.into_response()));
    };
    let minute = seen.begun.elapsed().as_secs() / 60;
    let used = {
        let mut all = seen.units.lock().unwrap();
        let used = all.entry((tenant.to_owned(), minute)).or_default();
        *used += units;
        *used
    };
    let throttled = seen.throttled.lock().unwrap().clone();
    let is_throttled = throttled.is_some_and(|(which, until)| which == tenant && Instant::now() < until);
    if is_throttled || UNITS < used {
        seen.refused.fetch_add(1, Ordering::Relaxed);
        let told = json!({ "error": { "code": "activityLimitReached", "message": "The request has been throttled." } });
        let refused = (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "30")], Json(told));
        return Err(Box::new(refused.into_response()));
    }
    Ok(())
}

async fn changes(State(seen): State<Arc<Seen>>, Path(drive): Path<String>, request: Request) -> Response {
    if let Err(refused) = asks(&seen, request.headers(), 1) {
        return *refused;
    }
    let number: u64 = request
        .uri()
        .query()
        .and_then(|query| query.split('&').find_map(|option| option.strip_prefix("token=")))
        .and_then(|token| token.parse().ok())
        .unwrap_or_default();
    Json(json!({ "value": [], "@odata.deltaLink": link(&seen.url, &drive, number + 1) })).into_response()
}

/// An item as it was laid down: `item7` is `File 7.pdf`.
fn item_of(drive: &str, item: &str) -> Value {
    let number = item.trim_start_matches("item");
    json!({
        "id": item, "name": format!("File {number}.pdf"), "size": 10, "eTag": "e", "cTag": "v",
        "file": { "mimeType": "application/pdf", "hashes": {} },
        "parentReference": { "driveId": drive, "path": format!("/drives/{drive}/root:") },
    })
}

async fn item(
    State(seen): State<Arc<Seen>>,
    Path((drive, item)): Path<(String, String)>,
    request: Request,
) -> Response {
    match asks(&seen, request.headers(), 1) {
        Err(refused) => *refused,
        Ok(()) => Json(item_of(&drive, &item)).into_response(),
    }
}

async fn batch(State(seen): State<Arc<Seen>>, headers: HeaderMap, Json(asked): Json<Value>) -> Response {
    let asked = asked["requests"].as_array().cloned().unwrap_or_default();
    if let Err(refused) = asks(&seen, &headers, asked.len() as u64) {
        return *refused;
    }
    let answer = |one: &Value| {
        let path = one["url"]
            .as_str()
            .unwrap_or_default()
            .split('?')
            .next()
            .unwrap_or_default();
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            ["", "drives", drive, "items", item] => {
                json!({ "id": one["id"], "status": 200, "body": item_of(drive, item) })
            }
            _ => {
                seen.unknown.fetch_add(1, Ordering::Relaxed);
                eprintln!("the source knows no answer to {path} in a batch");
                json!({ "id": one["id"], "status": 404 })
            }
        }
    };
    Json(json!({ "responses": asked.iter().map(answer).collect::<Vec<_>>() })).into_response()
}

async fn unknown(State(seen): State<Arc<Seen>>, request: Request) -> Response {
    if seen.unknown.fetch_add(1, Ordering::Relaxed) < 5 {
        eprintln!(
            "the source knows no answer to {} {}",
            request.method(),
            request.uri().path()
        );
    }
    StatusCode::NOT_FOUND.into_response()
}
