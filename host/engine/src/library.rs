//! The Content Library that plugins work on, as whoever runs them provides it: three traits, in the contract's types.
//!
//! The capabilities in front of them keep the contract's bounds: who is lent what, how many calls are under way, how long
//! words may be, how many rows a call has. What is left to an implementation is to keep files, links and ledgers whole. A
//! method that writes does all of what its comment names or nothing of it, also if the process dies in its middle, and is
//! durable when it answers. Any number of calls may be under way at a time, from several threads; a call whose future is
//! dropped has either happened or not.
//!
//! Names of drives, items and notes are opaque: they are kept as they are, and compared to the letter. Those that are new, and
//! new places, have at most [`KEY_AT_MOST`] bytes; none has a NUL in it, but one may be asked for.
//!
//! The words that an implementation needs are all here. What the contract says of a file, its link or a small value whatever
//! keeps them, these values do themselves: [`LibraryFile::fill`], [`ManagedFile::settle`], [`States::swap`] and their like.

mod buffer;
mod managed;
mod state;
mod values;

use std::{
    future::{Future, ready},
    pin::Pin,
};

use tokio::sync::OwnedSemaphorePermit;

pub use self::{
    buffer::Buffer,
    managed::Managed,
    state::{KEYS_AT_MOST, States},
};
pub use crate::contract::clientpoint::content_source::{
    content_library::{Binding, Bound, Error, LibraryFile},
    managed_files::{Change, Counts, Line, LinkState, ManagedFile, Outcome, Settlement},
    state_store::{self, Entry, Swapped},
    types::{ItemRef, Link, Verification},
};

/// An answer on its way.
pub type Answering<'a, T, E = Error> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// An answer that is there already, from a library that need not wait for it.
pub fn answer<'a, T: Send + 'a, E: Send + 'a>(answer: Result<T, E>) -> Answering<'a, T, E> {
    Box::pin(ready(answer))
}

/// The longest name of a drive, of an item or of a place that a file may be tied to anew, in bytes. Files are found by them,
/// and an entry of an index has room for two. What a library has already may be longer.
pub const KEY_AT_MOST: usize = 1 << 10;

/// Files that follow something, on their way.
pub type Listing<'a> = Answering<'a, Vec<ManagedFile>>;

/// Where a file stands among those that are due: its turn, and its File ID.
pub type Turn = (u64, String);

/// The files that follow something through one connection, in one drive of its source.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The connection's id.
    pub connection: &'a str,
    /// The source's drive.
    pub drive: &'a str,
}

/// Content that a file is to have next.
#[derive(Debug)]
pub struct Replacement<'a> {
    /// The connection's id.
    pub connection: &'a str,
    /// The run of the sync.
    pub run: i64,
    /// The File ID.
    pub file: &'a str,
    /// The revision that the file had when this began.
    pub base: u64,
    /// What the file follows, in the version that these bytes are.
    pub link: Link,
    /// The line of the run's ledger.
    pub line: Line,
}

/// One of the places for drafts that an instance has. It goes with the draft for as long as that holds a file, a thread or
/// memory, also after the call was given up that wanted the draft: so nobody holds more of them than they may.
#[derive(Debug)]
pub struct DraftPlace {
    _permit: OwnedSemaphorePermit,
}

impl DraftPlace {
    /// The place that ends with this permit.
    pub fn new(permit: OwnedSemaphorePermit) -> Self {
        Self { _permit: permit }
    }
}

/// Bytes on their way into the library. Nobody sees them; dropped, they are gone.
pub trait Draft: Send {
    /// Adds bytes at the end. Called on a thread that may block. After an error the draft is worth nothing more.
    ///
    /// # Errors
    ///
    /// `too-large` beyond the limit that the draft was begun with; `no-space`; `unavailable`.
    fn append(&mut self, bytes: &[u8]) -> Result<(), Error>;

    /// How many bytes it holds.
    fn size(&self) -> u64;

    /// Makes the bytes a new file of this name, which follows the link through the connection: file, first revision and
    /// link in one step. The file stands where imported files land. If the item's file was taken out of the library by
    /// people and can come back, it comes back with these bytes.
    ///
    /// # Errors
    ///
    /// `already-linked`, and nothing was changed, if a file follows the same item already, through whichever connection.
    fn commit<'a>(self: Box<Self>, connection: &'a str, name: &'a str, link: Link) -> Answering<'a, LibraryFile>;

    /// Makes the bytes the next revision of a file, shows it wherever the file is shown (but where people have switched
    /// that off), updates the link, settles the file as following, and writes the line: all in one step. A line that the
    /// file has in this run already is replaced. Bytes that the file has already are no new revision.
    ///
    /// # Errors
    ///
    /// `conflict`, and nothing was changed, unless the file follows that item through that connection, at that revision,
    /// and is held by nobody.
    fn publish(self: Box<Self>, replacement: Replacement<'_>) -> Answering<'_, LibraryFile>;
}

/// Files, as `content-library` knows them.
pub trait Library: Send + Sync {
    /// Begins a draft that may hold so many bytes, in this place.
    ///
    /// # Errors
    ///
    /// `no-space`; `unavailable`.
    fn draft(&self, limit: u64, place: DraftPlace) -> Result<Box<dyn Draft>, Error>;

    /// The files that follow each of these items of the connection's source, through whichever connection to it, by File ID:
    /// one list an item, in the order asked.
    ///
    /// # Errors
    ///
    /// `unavailable`.
    fn by_source<'a>(&'a self, connection: &'a str, items: &'a [ItemRef]) -> Answering<'a, Vec<Vec<LibraryFile>>>;

    /// The files of these File IDs, each to the letter (`007` is not the ID of file 7), in the order asked. One whose
    /// connection was given up, or has another drive now, follows nothing.
    ///
    /// # Errors
    ///
    /// `unavailable`.
    fn stat<'a>(&'a self, files: &'a [String]) -> Answering<'a, Vec<Option<LibraryFile>>>;

    /// Lets files follow items, for this upload of a sheet: all in one step. Each has a link without version, hash and
    /// size then, is pending, and waits behind all that wait; one that waited keeps its turn, one that people hold stays
    /// held. What a file followed before is kept, so that the upload can be taken back. Of a file that is named twice, the
    /// last one counts.
    ///
    /// # Errors
    ///
    /// `forbidden`, and nothing was changed, unless the connection is there and the drive is the one chosen for it.
    fn bind<'a>(&'a self, upload: i64, of: Scope<'a>, bindings: Vec<Binding>) -> Answering<'a, Vec<Bound>>;
}

/// Small values, as `state-store` knows them. Each connection has a space of its own, for at most [`KEYS_AT_MOST`] keys
/// that were ever used.
pub trait StateStore: Send + Sync {
    /// The value of a key, and its mark.
    ///
    /// # Errors
    ///
    /// `unavailable`.
    fn get<'a>(&'a self, connection: &'a str, key: &'a str) -> Answering<'a, Option<Entry>, state_store::Error>;

    /// Puts a value, or none, in the place of the state with that mark; without one, where there is no value. A mark is
    /// never given twice for a key, also after its value was removed. Of two at once, one is `stale`.
    ///
    /// # Errors
    ///
    /// `other` for one key too many; `unavailable`.
    fn swap<'a>(
        &'a self,
        connection: &'a str,
        key: &'a str,
        expected: Option<u64>,
        value: Option<Vec<u8>>,
    ) -> Answering<'a, Swapped, state_store::Error>;
}
