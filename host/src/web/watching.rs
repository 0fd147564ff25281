//! What is asked by those who watch this host, and not by people: whether it lives, whether it can work, and its numbers.
//! None of it names anybody, so it is answered under whatever name they know this host by.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, StatusCode, header};

use super::{console::Console, exposition, guard, metrics_token::MetricsToken};
use crate::{
    Host,
    service::{Stop, api::NotReady},
};

/// `GET /healthz`
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`
pub(super) async fn ready(State(console): State<Console>) -> Response {
    readiness(&console.host, &console.stop).await
}

/// `GET /metrics`: there is nothing of that name as long as nobody has set a token.
pub(super) async fn metrics(State(console): State<Console>, request: Request) -> Response {
    match &console.metrics {
        None => guard::nowhere(request).await,
        Some(token) => numbers(&console.host, Some(token), request.headers()).await,
    }
}

async fn readiness(host: &Host, stop: &Stop) -> Response {
    let why = match stop.is_cancelled() {
        true => vec![NotReady::Ending],
        false => host.not_ready().await,
    };
    if why.is_empty() {
        return "ok\n".into_response();
    }
    let words: Vec<&str> = why.iter().map(|why| why.as_str()).collect();
    (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", words.join(" "))).into_response()
}

async fn numbers(host: &Host, token: Option<&MetricsToken>, headers: &HeaderMap) -> Response {
    if token.is_some_and(|token| !token.opens(headers)) {
        let wanted = [(header::WWW_AUTHENTICATE, "Bearer")];
        return (StatusCode::UNAUTHORIZED, wanted, "a token is needed\n").into_response();
    }
    match host.measured().await {
        Ok(measured) => ([(header::CONTENT_TYPE, exposition::TYPE)], exposition::text(&measured)).into_response(),
        Err(error) => {
            tracing::warn!("the metrics can't be told: {}", error.code());
            (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", error.code())).into_response()
        }
    }
}

/// A port of its own for those who watch, beside the console or without one.
#[derive(Clone)]
pub struct Watching {
    host: Arc<Host>,
    stop: Stop,
    token: Option<MetricsToken>,
}

impl Watching {
    /// Of this host. Without a token, whoever reaches the port may read the numbers.
    pub fn new(host: Arc<Host>, stop: Stop, token: Option<MetricsToken>) -> Self {
        Self { host, stop, token }
    }

    /// What is answered there.
    pub fn router(self) -> Router {
        let [healthz, readyz, metrics] = guard::UNNAMED;
        let ready = async |State(watching): State<Self>| readiness(&watching.host, &watching.stop).await;
        let told = async |State(watching): State<Self>, headers: HeaderMap| {
            numbers(&watching.host, watching.token.as_ref(), &headers).await
        };
        Router::new()
            .route(healthz, get(alive))
            .route(readyz, get(ready))
            .route(metrics, get(told))
            .with_state(self)
    }
}
