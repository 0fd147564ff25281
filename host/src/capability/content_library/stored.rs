//! What the catalogue has, in the words of the contract, and back.

use crate::{
    capability::content_library::ctx::LibraryCtx,
    contract::{
        LibraryError,
        clientpoint::content_source::{
            content_library::{Binding, Bound, Error, LibraryFile},
            types::{ItemRef, Link, Verification},
        },
    },
    store::{association, files},
    words::{FromWord, Word},
};

/// A binding as the catalogue has it.
pub(super) fn stored_binding(of: Binding) -> association::Binding {
    association::Binding {
        file: of.file,
        item: of.item,
        name: of.name,
        web_url: of.web_url,
        place: of.place,
    }
}

impl From<association::Bound> for Bound {
    fn from(bound: association::Bound) -> Self {
        match bound {
            association::Bound::Bound => Self::Bound,
            association::Bound::Unchanged => Self::Unchanged,
            association::Bound::Missing => Self::Missing,
        }
    }
}

/// A link as the catalogue has it.
pub(in crate::capability) fn stored_link(ctx: &LibraryCtx, link: Link) -> files::Link {
    files::Link {
        connection: ctx.connection.to_string(),
        drive: link.source.drive,
        item: link.source.item,
        version: link.version,
        hash: link.hash,
        size: link.size,
        verification: link.verification.word().into(),
        name: link.name,
        web_url: link.web_url,
    }
}

impl From<files::LibraryFile> for LibraryFile {
    fn from(file: files::LibraryFile) -> Self {
        Self {
            id: file.id,
            name: file.name,
            place: file.place.to_string(),
            revision: file.revision,
            size: file.size,
            sha256: file.sha256,
            link: file.link.map(|link| Link {
                source: ItemRef {
                    drive: link.drive,
                    item: link.item,
                },
                version: link.version,
                hash: link.hash,
                size: link.size,
                verification: Verification::from_word(&link.verification).unwrap_or(Verification::NoHash),
                name: link.name,
                web_url: link.web_url,
            }),
        }
    }
}

impl From<crate::Error> for Error {
    fn from(error: crate::Error) -> Self {
        match error {
            crate::Error::NoSpace(_) => Self::NoSpace,
            crate::Error::Storage(reason) => Self::Unavailable(reason),
            crate::Error::Busy { .. }
            | crate::Error::Disk { .. }
            | crate::Error::Damaged { .. }
            | crate::Error::DamagedDatabase { .. } => Self::Unavailable(error.to_string()),
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<crate::Error> for LibraryError {
    fn from(error: crate::Error) -> Self {
        Error::from(error).into()
    }
}
