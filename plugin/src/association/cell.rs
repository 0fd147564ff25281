//! What the cell of a path points to: with what is written in it, and with what it links to. Pure.
//!
//! People look at the one and click on the other. So both count, and where they lead to two things a person must choose.

use super::{found::Found, search::Finding};
use crate::paths::{self, DriveAddress, Reference};

/// A link that begins with no place of its own is beside the workbook, wherever that lay.
const BESIDE: &str = "is not where its cell links to: the link leads to a place beside the workbook, and nobody can tell where \
    that lay; write the file's path into the cell";

/// What a cell points to.
pub(super) struct Pointers {
    /// By what is written in it.
    pub text: Option<Reference>,
    /// By its link, if that says anything else.
    pub link: Option<Link>,
}

/// Where a cell links to.
pub(super) struct Link {
    pub reference: Reference,
    /// As it may be shown.
    pub shown: String,
    /// Whether it is beside the workbook.
    pub beside: bool,
}

/// What a cell points to, and what a person should know of it.
pub(super) struct Pointed {
    pub finding: Finding,
    /// Whether it is the link that counts, for words about it.
    pub by_link: bool,
    pub note: Note,
}

/// What is to be said of a cell's link.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Note {
    Nothing,
    /// It leads elsewhere, and does not count.
    Idle,
    /// It leads to one file, and the text to another.
    TwoWays,
}

impl Pointers {
    /// Of a cell's text and link.
    pub(super) fn of(text: Option<&str>, link: Option<&str>, drive: &DriveAddress) -> Self {
        let written = text.and_then(|text| paths::read(text, drive));
        let link = link
            .filter(|link| text.is_none_or(|text| text.trim() != link.trim()))
            .and_then(|link| linked(link, drive))
            .filter(|link| Some(&link.reference) != written.as_ref());
        Self { text: written, link }
    }
}

fn linked(link: &str, drive: &DriveAddress) -> Option<Link> {
    let link = link.trim();
    let beside = is_beside(link);
    // Upwards from the workbook: how far, nobody can tell.
    let path = link.replace('\\', "/");
    let below = path.trim_start_matches("../");
    let reference = match has_other_scheme(link) {
        true => Reference::Forbidden("is no address of a file"),
        false => paths::read(if beside { below } else { link }, drive)?,
    };
    let shown = paths::shown(link, &reference);
    Some(Link {
        reference,
        shown,
        beside,
    })
}

/// `mailto:…` and the like. One letter is that of a drive of a computer.
fn has_other_scheme(link: &str) -> bool {
    let Some((scheme, rest)) = link.split_once(':') else {
        return false;
    };
    let is_scheme = scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    // Programs of Office stand before an address: `ms-word:ofe|u|https://…`.
    is_scheme && !rest.starts_with("//") && !rest.contains("|u|")
}

fn is_beside(link: &str) -> bool {
    !link.starts_with(['/', '\\']) && !link.contains(':')
}

/// What both lead to.
pub(super) fn joined(text: Option<Finding>, link: Option<(Finding, &Link)>, written: &str) -> Pointed {
    match (text, link) {
        (Some(text), None) => told(text, false),
        (None, Some((found, link))) => told(beside(found, link), true),
        (Some(text), Some((found, link))) => both(text, found, link, written),
        (None, None) => told(Finding::Nothing(Vec::new(), ""), false),
    }
}

fn told(finding: Finding, by_link: bool) -> Pointed {
    Pointed {
        finding,
        by_link,
        note: Note::Nothing,
    }
}

fn both(text: Finding, found: Finding, link: &Link, written: &str) -> Pointed {
    match (text, found) {
        (Finding::Item(text), Finding::Item(found)) if text.id() == found.id() => told(Finding::Item(text), false),
        (Finding::Item(text), Finding::Item(found)) => two_ways([text.path(), found.path()]),
        (Finding::Item(item), Finding::Several(items)) | (Finding::Several(items), Finding::Item(item)) => {
            match items.iter().any(|one| one.id() == item.id()) {
                true => told(Finding::Item(item), false),
                false => two_ways(items.iter().chain([&item]).map(Found::path)),
            }
        }
        // Whatever could not be looked at may be another file.
        (Finding::Item(_), Finding::Failed(why)) => told(Finding::Failed(why), true),
        (Finding::Item(item), _) if link.beside && ends_alike(&link.shown, &item) => told(Finding::Item(item), false),
        (Finding::Item(item), _) => Pointed {
            finding: Finding::Item(item),
            by_link: false,
            note: Note::Idle,
        },
        (Finding::OtherDrive(_), Finding::Item(item)) => two_ways([written.to_owned(), item.path()]),
        (Finding::Nothing(..) | Finding::Forbidden(_), found @ Finding::Item(_)) => {
            told(beside(found, link), !link.beside)
        }
        (Finding::Nothing(near, why), Finding::Nothing(more, _)) => {
            let near = if near.is_empty() { more } else { near };
            told(Finding::Nothing(near, why), false)
        }
        (text @ Finding::Nothing(..), Finding::Forbidden(_)) => told(text, false),
        (Finding::Nothing(..), found) => told(found, true),
        (text, _) => told(text, false),
    }
}

fn two_ways(paths: impl IntoIterator<Item = String>) -> Pointed {
    Pointed {
        finding: Finding::Either(paths.into_iter().collect()),
        by_link: false,
        note: Note::TwoWays,
    }
}

/// A file that only a link beside the workbook leads to is one to ask about.
fn beside(found: Finding, link: &Link) -> Finding {
    match found {
        Finding::Item(item) if link.beside => Finding::Nothing(vec![item.path()], BESIDE),
        found => found,
    }
}

fn ends_alike(link: &str, item: &Found) -> bool {
    let last = link.rsplit(['/', '\\']).next().unwrap_or_default();
    let decoded = percent_encoding::percent_decode_str(last).decode_utf8_lossy();
    paths::key(&decoded) == paths::key(item.name())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn team() -> DriveAddress {
        DriveAddress::new(Some("https://contoso.sharepoint.com/sites/T/Docs"), "Docs")
    }

    fn link(text: &str, link: &str) -> Option<Link> {
        Pointers::of(Some(text), Some(link), &team()).link
    }

    #[test]
    fn a_link_that_says_the_same_as_the_text_is_nothing_new() {
        let address = "https://contoso.sharepoint.com/sites/T/Docs/A%20b/c.pdf";
        for text in [address, "A b/c.pdf", "/sites/T/Docs/A b/c.pdf"] {
            assert!(link(text, address).is_none(), "{text}");
        }
        assert!(link("c.pdf", address).is_some());
    }

    #[test]
    fn links_beside_the_workbook_are_told_from_addresses() {
        for (text, beside) in [
            ("Sub/Offer.pdf", true),
            ("../../Offer.pdf", true),
            ("/sites/T/Docs/Offer.pdf", false),
            ("https://contoso.sharepoint.com/sites/T/Docs/Offer.pdf", false),
            ("file:///C:/Offer.pdf", false),
        ] {
            assert_eq!(link("Offer", text).unwrap().beside, beside, "{text}");
        }
        for text in ["mailto:ada@contoso.com", "tel:123"] {
            assert!(matches!(
                link("Offer", text).unwrap().reference,
                Reference::Forbidden(_)
            ));
        }
    }
}
