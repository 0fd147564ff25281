//! What a browser asks for, by its address and by a form of known fields. What can't be read is told in words, and is never
//! taken for something else.

use axum::{
    Form,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};
use serde::de::DeserializeOwned;

use super::trouble;

/// What stands behind the question mark.
pub(super) struct Asked<T>(pub(super) T);

/// What the address names.
pub(super) struct At<T>(pub(super) T);

/// A form that has all of these fields.
pub(super) struct Sent<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Asked<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(_) => Err(trouble::page(
                StatusCode::BAD_REQUEST,
                "That address can't be read",
                "What stands behind its question mark is mistyped, cut short, or there twice. Nothing was changed.",
            )),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(named)) => Ok(Self(named)),
            Err(_) => Err(trouble::page(
                StatusCode::NOT_FOUND,
                "There is no such page",
                "The address may be mistyped: it names nothing that there could be.",
            )),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Sent<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        match Form::<T>::from_request(request, state).await {
            Ok(Form(sent)) => Ok(Self(sent)),
            Err(refused) => Err(unreadable(refused)),
        }
    }
}

/// What was sent and can't be read, in words. One that is too large keeps that status.
pub(super) fn unreadable(refused: impl IntoResponse) -> Response {
    let (status, why) = match refused.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => (StatusCode::PAYLOAD_TOO_LARGE, "it is too large"),
        _ => (
            StatusCode::BAD_REQUEST,
            "a field of the form is missing, or it was broken off",
        ),
    };
    let why = format!("What was sent can't be read: {why}. Nothing was changed.");
    trouble::page(status, "That did not work", &why)
}
