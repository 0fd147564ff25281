//! What pages load: one stylesheet, one script, one picture. All of it is in the program.

use axum::response::{IntoResponse, Response};
use http::header;

/// Addresses carry the version, so a browser may keep what it has for ever.
pub(super) const LOOK: &str = concat!("/look.css?v=", env!("CARGO_PKG_VERSION"), "-1");
pub(super) const TIME: &str = concat!("/time.js?v=", env!("CARGO_PKG_VERSION"), "-1");

fn kept(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, text).into_response()
}

pub(super) async fn look() -> Response {
    kept("text/css; charset=utf-8", include_str!("assets/look.css"))
}

pub(super) async fn time() -> Response {
    kept("text/javascript; charset=utf-8", include_str!("assets/time.js"))
}

pub(super) async fn icon() -> Response {
    kept("image/svg+xml", include_str!("assets/icon.svg"))
}
