//! Spellings of a name that SharePoint takes for one.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The same for all spellings of a path that SharePoint takes for one: upper and lower case, accents by themselves or
/// not.
#[must_use]
pub fn key(path: &str) -> String {
    let lower = lower(&composed(path));
    match composed(&lower) {
        Cow::Borrowed(_) => lower,
        // A letter may fall into a letter and an accent.
        Cow::Owned(composed) => composed,
    }
}

/// In lower case, letter by letter: no letter depends on where in a word it stands.
#[must_use]
pub fn lower(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// The mark of a place in the drive: a folder by its id, and a name in it.
#[must_use]
pub fn place(folder: &str, name: &str) -> String {
    format!("{folder}/{}", key(name))
}

fn composed(text: &str) -> Cow<'_, str> {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfc().collect()),
    }
}

/// Whether two names are one to SharePoint.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    key(one) == key(other)
}

/// The other spellings of a path under which it may be kept: accents composed, and by themselves.
#[must_use]
pub fn spellings(path: &str) -> Vec<String> {
    if path.is_ascii() {
        return Vec::new();
    }
    let mut others: Vec<String> = vec![path.nfc().collect(), path.nfd().collect()];
    others.retain(|other| other != path);
    others.dedup();
    others
}
