//! Who asks: by the cookie that the browser sends.

use axum::response::Response;
use http::StatusCode;

use super::{
    console::{Asker, Console},
    trouble,
};
use crate::service::Session;

/// The session of whoever is logged in; else what is answered to everybody else.
pub(super) async fn entered<'c>(console: &'c Console, asker: &Asker) -> Result<Session<'c>, Response> {
    let session = match &asker.cookie {
        Some(cookie) => console.host.resumed(cookie).await,
        None => Ok(None),
    };
    match session {
        Ok(Some(session)) => Ok(session.coming_from(asker.from.clone())),
        Ok(None) => Err(trouble::log_in_first(&asker.back())),
        Err(error) => {
            tracing::error!("a page can't be shown: {error}");
            let status = StatusCode::SERVICE_UNAVAILABLE;
            Err(trouble::page(status, "The host can't answer just now", &error.fact()))
        }
    }
}
