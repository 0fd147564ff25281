//! What comes of a move.

use serde::Serialize;

use crate::{store::moving::Rows, way_out::Notice};

/// What has become of a library that was moved.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MovedLibrary {
    /// Its id.
    pub library: String,
    /// Where its rows are, for people.
    pub database: String,
    /// The store where its bytes are, for people; none where they stay in the folder.
    pub objects_at: Option<String>,
    /// Whether the rows were there already: an earlier move has come that far.
    pub was_there: bool,
    /// Whether somebody has worked with them there since.
    pub has_gone_on: bool,
    /// How many rows.
    pub rows: u64,
    /// How many of each table.
    pub tables: Vec<Rows>,
    /// How many objects are where they belong: equal bytes are one. 0 where nothing was looked at, since somebody has gone on
    /// there after a move that had come to its end.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many of them were carried now.
    pub copied: u64,
    /// Their bytes.
    pub copied_bytes: u64,
    /// How many objects are missing, or not as they were stored.
    pub damaged: u64,
    /// The revisions that they are the content of, a thousand at most: each in a sentence.
    pub damages: Vec<String>,
    /// What the person should know beside it.
    #[serde(skip)]
    pub notices: Vec<Notice>,
}
