//! Lists that come page by page: no list is held in memory as a whole, and none is counted to find its next page. A page
//! goes on behind the last row of the one before, so what comes and goes in between neither hides nor doubles what stays.

use std::{fmt, str::FromStr};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Serialize, Serializer, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::{Error, Result};

/// The most rows of a page.
pub const ROWS_AT_MOST: u32 = 1_000;

/// How much of a cursor says that it is one, and of which list; in bytes.
const MARK: usize = 8;

/// The longest text of a cursor, in characters. Names are no longer than a few hundred.
const TEXT_AT_MOST: usize = 16_384;

/// Some of a longer list.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Page<T> {
    /// In the order of the list.
    pub rows: Vec<T>,
    /// Where the following page begins; none at the end of the list.
    #[schema(value_type = Option<String>)]
    pub next: Option<Cursor>,
}

/// Where a list goes on. Opaque: it is given back as it was given, for the same list with the same filter and order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(String);

/// Which part of a list is asked for.
#[derive(Clone, Debug)]
pub struct Part {
    after: Option<Cursor>,
    limit: u32,
}

impl<T> Page<T> {
    /// The same page with other rows in the place of these.
    ///
    /// # Errors
    ///
    /// Those of `change`.
    pub fn try_map<R>(self, change: impl FnMut(T) -> Result<R>) -> Result<Page<R>> {
        Ok(Page {
            rows: self.rows.into_iter().map(change).collect::<Result<_>>()?,
            next: self.next,
        })
    }

    /// The page of rows of which one more than asked for was read, if there is one more.
    pub(super) fn cut<K: Serialize>(mut rows: Vec<T>, part: &Part, list: &str, key: impl Fn(&T) -> K) -> Result<Self> {
        let limit = usize::try_from(part.limit).unwrap_or(usize::MAX);
        let is_longer = limit < rows.len();
        rows.truncate(limit);
        let last = rows.last().filter(|_| is_longer);
        let next = last.map(|last| Cursor::new(list, &key(last))).transpose()?;
        Ok(Self { rows, next })
    }
}

impl Part {
    /// At most so many rows: those after the cursor, or the first ones.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for another number than 1 to [`ROWS_AT_MOST`].
    pub fn new(limit: u32, after: Option<Cursor>) -> Result<Self> {
        if (1..=ROWS_AT_MOST).contains(&limit) {
            return Ok(Self { after, limit });
        }
        Err(Error::Settings(format!(
            "a page can't have {limit} rows: ask for 1 to {ROWS_AT_MOST}"
        )))
    }

    /// As many rows as a page may have, after the cursor.
    pub fn whole(after: Option<Cursor>) -> Self {
        Self {
            after,
            limit: ROWS_AT_MOST,
        }
    }

    /// What the rows are read by: one more than is asked for, to see whether there is one.
    pub(super) fn reads(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// The key of the last row that is known.
    pub(super) fn key<K: DeserializeOwned>(&self, list: &str) -> Result<Option<K>> {
        self.after.as_ref().map(|cursor| cursor.key(list)).transpose()
    }
}

impl Cursor {
    /// A cursor of the list whose name, filter and order that is.
    fn new(list: &str, key: &impl Serialize) -> Result<Self> {
        let key = serde_json::to_vec(key).map_err(|error| Error::Storage(error.to_string()))?;
        Ok(Self::marked(mark(list, &key).as_slice(), &key))
    }

    fn key<K: DeserializeOwned>(&self, list: &str) -> Result<K> {
        let (given, key) = self.parted(MARK)?;
        let key = Some(key).filter(|key| mark(list, key) == given);
        key.and_then(|key| serde_json::from_slice(&key).ok())
            .ok_or_else(|| self.refused())
    }

    /// A cursor of these bytes, with a mark that tells that they are a cursor.
    pub(crate) fn marked(mark: &[u8], bytes: &[u8]) -> Self {
        Self(BASE64_URL_SAFE_NO_PAD.encode([mark, bytes].concat()))
    }

    /// The mark, which has so many bytes, and what it was made for.
    ///
    /// # Errors
    ///
    /// `Error::Settings`.
    pub(crate) fn parted(&self, mark: usize) -> Result<(Vec<u8>, Vec<u8>)> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&self.0).ok();
        let parted = bytes.as_ref().and_then(|bytes| bytes.split_at_checked(mark));
        parted
            .map(|(mark, bytes)| (mark.to_vec(), bytes.to_vec()))
            .ok_or_else(|| self.refused())
    }

    /// That it is no cursor, or one of another list.
    pub(crate) fn refused(&self) -> Error {
        let shown: String = self.0.chars().take(40).collect();
        Error::Settings(format!(
            "`{}` is no place in this list: give the one that came with the page before, with the same filter and order, or \
             begin anew without one",
            shown.escape_debug()
        ))
    }
}

fn mark(list: &str, key: &[u8]) -> Vec<u8> {
    let mut hasher = Sha256::new();
    hasher.update(list.as_bytes());
    hasher.update([0]);
    hasher.update(key);
    hasher.finalize().iter().take(MARK).copied().collect()
}

impl FromStr for Cursor {
    type Err = Error;

    /// Whose cursor it is is seen once a list is asked for.
    fn from_str(text: &str) -> Result<Self> {
        let cursor = Self(text.into());
        if text.is_empty() || TEXT_AT_MOST < text.len() {
            return Err(cursor.refused());
        }
        Ok(cursor)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_by_its_own_list_alone_and_only_as_it_was_given() {
        let cursor = Cursor::new("files by name", &("Offer.pdf", 100_001_i64)).unwrap();
        let part = |text: &str| Part::new(10, Some(text.parse().unwrap())).unwrap();
        let key = part(&cursor.to_string()).key::<(String, i64)>("files by name");
        assert_eq!(key.unwrap(), Some(("Offer.pdf".into(), 100_001)));
        let swapped = |letter| if letter == 'A' { 'B' } else { 'A' };
        let text = cursor.to_string();
        let letters = text.chars().enumerate().map(|(place, letter)| match place {
            12 => swapped(letter),
            _ => letter,
        });
        let other: String = letters.collect();
        for (text, list) in [
            (cursor.to_string(), "files by id"),
            (other, "files by name"),
            ("Offer.pdf".into(), "files by name"),
            ("é".into(), "files by name"),
        ] {
            let refused = part(&text).key::<(String, i64)>(list).unwrap_err();
            assert!(
                refused.is_usage() && refused.to_string().contains("no place in this list"),
                "{refused}"
            );
        }
        for text in ["".to_owned(), "A".repeat(TEXT_AT_MOST + 1)] {
            assert!(text.parse::<Cursor>().unwrap_err().is_usage());
        }
    }

    #[test]
    fn a_page_has_one_row_at_least_and_a_thousand_at_most() {
        for limit in [0, ROWS_AT_MOST + 1] {
            let refused = Part::new(limit, None).unwrap_err();
            assert!(refused.to_string().contains("1 to 1000"), "{refused}");
        }
        Part::new(1, None).unwrap();
        Part::new(ROWS_AT_MOST, None).unwrap();
    }
}
