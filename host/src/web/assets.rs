//! What pages load: one stylesheet, a few small scripts in one file, one picture. All of it is in the program.

use axum::response::{IntoResponse, Response};
use http::header;

/// Addresses carry the version, so a browser may keep what it has for ever.
pub(super) const LOOK: &str = concat!("/look.css?v=", env!("CARGO_PKG_VERSION"), "-3");
pub(super) const SCRIPTS: &str = concat!("/console.js?v=", env!("CARGO_PKG_VERSION"), "-3");

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

/// Each looks for what it belongs to; all pages work without any of them.
pub(super) async fn scripts() -> Response {
    let scripts = concat!(
        include_str!("assets/time.js"),
        include_str!("assets/select.js"),
        include_str!("assets/progress.js"),
        include_str!("assets/signin.js"),
    );
    kept("text/javascript; charset=utf-8", scripts)
}

pub(super) async fn icon() -> Response {
    kept("image/svg+xml", include_str!("assets/icon.svg"))
}
