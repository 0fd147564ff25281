//! What an object store's errors mean. Their own words may have addresses with credentials in them, and whole answers: they
//! are told in ours.

use std::{error::Error as Cause, io};

use object_store::{
    Error as StoreError,
    client::{HttpError, HttpErrorKind},
};

use crate::{Error, way_out::WayOut};

/// Why an object could not be had.
#[derive(Debug)]
pub(in crate::store) enum Amiss {
    /// It is not there, though its store is.
    Missing,
    /// The store does not answer, or not with what was asked for, which says nothing about the object.
    Unreachable(Error),
}

/// The error of a store that does not do what it was asked.
pub(super) fn told(store: &str, error: &StoreError) -> Error {
    match error {
        StoreError::PermissionDenied { .. } => refused(store, "it does not let this program do that"),
        StoreError::Unauthenticated { .. } => refused(store, "it does not know the credentials of this program"),
        StoreError::NotFound { .. } => lost(store),
        error => match reason(error) {
            Reason::Full => Error::NoSpace(store.to_owned()),
            Reason::Denied => refused(store, "this program has no right to its files"),
            Reason::Unknown => refused(store, "there are no credentials, or not the right ones"),
            Reason::Other(why) => unreachable(store, &why),
        },
    }
}

/// The error of a store that no longer has the identity of its library.
pub(super) fn lost(store: &str) -> Error {
    Error::ObjectStore {
        code: "object-store-lost",
        message: format!(
            "the object store `{store}` is not there, or is not this library's any more: whether it has the bytes can't be \
             told, and nothing was changed; see to its bucket, container or folder, and try again"
        ),
    }
}

/// The error of a store that does not answer within the time.
pub(super) fn unreachable(store: &str, why: &str) -> Error {
    Error::ObjectStore {
        code: "object-store-unreachable",
        message: format!(
            "the object store `{store}` can't be reached ({why}): whether it has the bytes can't be told, and nothing was \
             changed; try again when it answers"
        ),
    }
    .with([WayOut::CheckNetwork])
}

/// The error of a store that was told to delete the same bytes, and may do so yet.
pub(super) fn is_deleting(store: &str) -> Error {
    Error::ObjectStore {
        code: "object-store-unreachable",
        message: format!(
            "the object store `{store}` was told to delete the same bytes, which nothing needed, and has not said yet that it \
             did: nothing was changed; try again in an hour"
        ),
    }
}

fn refused(store: &str, why: &str) -> Error {
    Error::ObjectStore {
        code: "object-store-refused",
        message: format!(
            "the object store `{store}` refuses this program ({why}): whether it has the bytes can't be told, and nothing was \
             changed; let it read, write, list and delete there, by the credentials in the environment, and try again"
        ),
    }
}

enum Reason {
    /// There is no room.
    Full,
    /// The file system of a shared folder refuses.
    Denied,
    /// It, or who gives credentials out for it, does not know this program.
    Unknown,
    /// In words.
    Other(String),
}

/// Looks for the first cause that has a kind.
fn reason(error: &StoreError) -> Reason {
    let mut cause: Option<&(dyn Cause + 'static)> = Some(error);
    while let Some(of) = cause {
        if let Some(error) = of.downcast_ref::<HttpError>() {
            return Reason::Other(of_http(error.kind()).into());
        }
        if let Some(error) = of.downcast_ref::<io::Error>() {
            return match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Reason::Full,
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Reason::Denied,
                kind => Reason::Other(kind.to_string()),
            };
        }
        cause = of.source();
    }
    match status(error) {
        Some(401 | 403) => Reason::Unknown,
        Some(status) => Reason::Other(format!("it answers with {status}")),
        None => Reason::Other("it answers with an error".into()),
    }
}

fn of_http(kind: HttpErrorKind) -> &'static str {
    match kind {
        HttpErrorKind::Connect => "no connection",
        HttpErrorKind::Timeout => "no answer in time",
        HttpErrorKind::Interrupted => "the connection was cut",
        HttpErrorKind::Decode => "its answer can't be read",
        _ => "the request did not get through",
    }
}

/// The status of an answer, which is in the words of the error alone.
fn status(error: &StoreError) -> Option<u16> {
    let words = error.to_string();
    let (_, after) = words.split_once("status code: ")?;
    after.get(..3)?.parse().ok()
}
