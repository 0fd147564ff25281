//! How long the words may be that a plugin leaves in the catalogue and the ledger.

use crate::contract::clientpoint::content_source::{
    content_library::{Binding, Error},
    managed_files::{Known, Line},
    types::Link,
};

/// The longest text, in bytes.
const TEXT_AT_MOST: usize = 4 << 10;

/// The longest address, in bytes.
const ADDRESS_AT_MOST: usize = 16 << 10;

pub(super) fn link(link: &Link) -> Result<(), Error> {
    drive(&link.source.drive)?;
    text("source.item", Some(&link.source.item))?;
    text("version", link.version.as_ref())?;
    text("hash", Some(&link.hash))?;
    text("name", Some(&link.name))?;
    address("web-url", link.web_url.as_ref())
}

pub(super) fn drive(drive: &String) -> Result<(), Error> {
    text("drive", Some(drive))
}

pub(super) fn binding(binding: &Binding) -> Result<(), Error> {
    text("item", Some(&binding.item))?;
    text("name", Some(&binding.name))?;
    text("place", binding.place.as_ref())?;
    address("web-url", binding.web_url.as_ref())
}

pub(super) fn line(line: &Line) -> Result<(), Error> {
    text("reason", Some(&line.reason))?;
    text("name", Some(&line.name))?;
    text("message", Some(&line.message))
}

pub(super) fn known(known: &Known) -> Result<(), Error> {
    text("version", known.version.as_ref())?;
    text("name", Some(&known.name))?;
    address("web-url", known.web_url.as_ref())
}

fn text(what: &str, text: Option<&String>) -> Result<(), Error> {
    at_most(what, text, TEXT_AT_MOST)
}

fn address(what: &str, text: Option<&String>) -> Result<(), Error> {
    at_most(what, text, ADDRESS_AT_MOST)
}

fn at_most(what: &str, text: Option<&String>, limit: usize) -> Result<(), Error> {
    match text {
        Some(text) if limit < text.len() => Err(Error::Other(format!("`{what}` is longer than {limit} bytes"))),
        _ => Ok(()),
    }
}
