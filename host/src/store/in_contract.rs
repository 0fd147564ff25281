//! Files and links of the library in the contract's types, and back.

use clientpoint_engine::{
    contract::clientpoint::content_source::{
        content_library::LibraryFile,
        types::{ItemRef, Link, Verification},
    },
    words::{FromWord, Word},
};

use super::library_file;

/// A link of a file that comes through that connection.
pub(super) fn stored_link(connection: &str, link: Link) -> library_file::Link {
    library_file::Link {
        connection: connection.to_owned(),
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

impl From<library_file::LibraryFile> for LibraryFile {
    fn from(file: library_file::LibraryFile) -> Self {
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
