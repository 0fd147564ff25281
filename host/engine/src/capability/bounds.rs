//! How long the words may be that a plugin leaves in the catalogue and the ledger, and that none has a NUL in it: some
//! databases take none, and a library is to be the same on each.

use crate::{
    contract::clientpoint::content_source::{
        content_library::{Binding, Error},
        managed_files::{Known, Line},
        types::Link,
    },
    library::KEY_AT_MOST,
};

/// The longest text, in bytes.
const TEXT_AT_MOST: usize = 4 << 10;

/// The longest address, in bytes.
const ADDRESS_AT_MOST: usize = 16 << 10;

/// The link of a file that is new.
pub(super) fn new_link(link: &Link) -> Result<(), Error> {
    drive(&link.source.drive)?;
    key("source.item", Some(&link.source.item))?;
    self::link(link)
}

/// The link of a file that has one already: its drive and item may be longer than a new one's, since there was more room
/// for them once.
pub(super) fn link(link: &Link) -> Result<(), Error> {
    text("drive", Some(&link.source.drive))?;
    text("source.item", Some(&link.source.item))?;
    text("version", link.version.as_ref())?;
    text("hash", Some(&link.hash))?;
    text("name", Some(&link.name))?;
    address("web-url", link.web_url.as_ref())
}

pub(super) fn drive(drive: &String) -> Result<(), Error> {
    key("drive", Some(drive))
}

pub(super) fn binding(binding: &Binding) -> Result<(), Error> {
    key("item", Some(&binding.item))?;
    text("name", Some(&binding.name))?;
    key("place", binding.place.as_ref())?;
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

fn key(what: &str, text: Option<&String>) -> Result<(), Error> {
    at_most(what, text, KEY_AT_MOST)
}

pub(super) fn at_most(what: &str, text: Option<&String>, limit: usize) -> Result<(), Error> {
    match text {
        Some(text) if limit < text.len() => Err(Error::Other(format!("`{what}` is longer than {limit} bytes"))),
        Some(text) => no_nul(what, text),
        None => Ok(()),
    }
}

pub(super) fn no_nul(what: &str, text: &str) -> Result<(), Error> {
    match text.contains('\0') {
        true => Err(Error::Other(format!("`{what}` has a NUL in it"))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::clientpoint::content_source::types::{ItemRef, Verification};

    fn of(drive: &str, item: &str) -> Link {
        Link {
            source: ItemRef {
                drive: drive.into(),
                item: item.into(),
            },
            version: Some("1".into()),
            hash: String::new(),
            size: 1,
            verification: Verification::NoHash,
            name: "a.pdf".into(),
            web_url: None,
        }
    }

    #[test]
    fn a_new_file_follows_no_item_whose_name_no_index_takes_and_one_that_does_already_is_kept_in_step() {
        let (longest, longer) = ("x".repeat(KEY_AT_MOST), "x".repeat(KEY_AT_MOST + 1));
        assert!(new_link(&of(&longest, &longest)).is_ok());
        for (drive, item) in [(&longer, &longest), (&longest, &longer)] {
            let refused = new_link(&of(drive, item)).unwrap_err();
            assert!(refused.to_string().contains("longer than 1024 bytes"), "{refused:?}");
            assert!(link(&of(drive, item)).is_ok());
        }
    }

    #[test]
    fn a_place_may_be_as_long_as_an_item_and_no_longer() {
        let tied = |length: usize| {
            binding(&Binding {
                file: "100001".into(),
                item: "i".into(),
                name: "a.pdf".into(),
                web_url: None,
                place: Some("x".repeat(length)),
            })
        };
        assert!(tied(KEY_AT_MOST).is_ok());
        assert!(tied(KEY_AT_MOST + 1).unwrap_err().to_string().contains("`place`"));
    }

    #[test]
    fn a_nul_is_refused_wherever_it_stands() {
        let with = |change: fn(&mut Link)| {
            let mut changed = of("d", "i");
            change(&mut changed);
            changed
        };
        for changed in [
            with(|link| link.source.drive.push('\0')),
            with(|link| link.source.item.insert(0, '\0')),
            with(|link| link.version = Some("\0".into())),
            with(|link| link.hash.push('\0')),
            with(|link| link.name.push('\0')),
            with(|link| link.web_url = Some("https://x/\0".into())),
        ] {
            let refused = link(&changed).unwrap_err();
            assert!(refused.to_string().contains("has a NUL in it"), "{refused:?}");
        }
    }
}
