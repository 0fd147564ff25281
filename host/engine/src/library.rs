//! The Content Library that plugins work on, as whoever runs them provides it: three traits, in the contract's types.
//!
//! The capabilities in front of them keep the contract's bounds: who is lent what, how many calls are under way, how long
//! words may be, how many rows a call has. What is left to an implementation is to keep files, links and ledgers whole. A
//! method that writes does all of what its comment names or nothing of it, also if the process dies in its middle, and is
//! durable when it answers. Any number of calls may be under way at a time, from several threads; a call whose future is
//! dropped has either happened or not.
//!
//! Names of drives, items and notes are opaque: they are kept as they are, and compared to the letter.

use std::{future::Future, pin::Pin};

use tokio::sync::OwnedSemaphorePermit;

use crate::contract::clientpoint::content_source::{
    content_library::{Binding, Bound, Error, LibraryFile},
    managed_files::{Change, Counts, Line, ManagedFile, Settlement},
    state_store::{self, Entry, Swapped},
    types::{ItemRef, Link},
};

/// An answer on its way.
pub type Answering<'a, T, E = Error> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

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

/// Files that follow their items, as `managed-files` knows them. To the plugin, a link whose bytes are damaged on the
/// library's own disk says nothing of them: it has no version and an empty hash, so that the item is fetched anew.
pub trait Managed: Send + Sync {
    /// How many files there are, and how many of them are suspected.
    ///
    /// # Errors
    ///
    /// `unavailable`.
    fn count<'a>(&'a self, of: Scope<'a>) -> Answering<'a, Counts>;

    /// The files of this connection that follow each of these items, by File ID: one list an item, in the order asked.
    ///
    /// # Errors
    ///
    /// `unavailable`.
    fn of_items<'a>(&'a self, connection: &'a str, items: &'a [ItemRef]) -> Answering<'a, Vec<Vec<ManagedFile>>>;

    /// The files that were at one of these places when people tied them to their items, by File ID.
    ///
    /// # Errors
    ///
    /// `unavailable`.
    fn by_place<'a>(&'a self, of: Scope<'a>, places: &'a [String]) -> Answering<'a, Vec<ManagedFile>>;

    /// At most `limit` files after that File ID, in the order of their File IDs as numbers or whatever order the library
    /// keeps; the same in all calls. `suspected` leaves out the others.
    ///
    /// # Errors
    ///
    /// `unavailable`.
    fn after<'a>(
        &'a self,
        of: Scope<'a>,
        file: Option<&'a str>,
        suspected: bool,
        limit: u32,
    ) -> Answering<'a, Vec<ManagedFile>>;

    /// At most `limit` of the files that wait or are suspected, by turn and File ID: first those without a turn, which
    /// counts as 0. `known` is turn and File ID of the last that is known.
    ///
    /// # Errors
    ///
    /// `unavailable`.
    fn due<'a>(
        &'a self,
        of: Scope<'a>,
        known: Option<&'a (u64, String)>,
        limit: u32,
    ) -> Answering<'a, Vec<ManagedFile>>;

    /// Changes links, all or none. One that waits already keeps its turn; the others come behind all that wait.
    ///
    /// # Errors
    ///
    /// `other`, and nothing was changed, if a file does not follow anything through this connection.
    fn set<'a>(&'a self, connection: &'a str, changes: Vec<Change>) -> Answering<'a, ()>;

    /// Suspects all files of the drive but those whose item is known to be gone.
    ///
    /// # Errors
    ///
    /// `unavailable`.
    fn suspect_all<'a>(&'a self, of: Scope<'a>) -> Answering<'a, ()>;

    /// Writes lines of this run, and how the files stand from then on: all or none. A line that a file has in this run
    /// already is replaced.
    ///
    /// # Errors
    ///
    /// As [`Managed::set`].
    fn settle<'a>(&'a self, connection: &'a str, run: i64, settlements: Vec<Settlement>) -> Answering<'a, ()>;

    /// The name of a file, if it may be given new content now: if it follows something through this connection, is at
    /// this revision, and held by nobody.
    ///
    /// # Errors
    ///
    /// `unavailable`.
    fn replaceable<'a>(&'a self, connection: &'a str, file: &'a str, base: u64) -> Answering<'a, Option<String>>;
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

/// How many keys a connection may ever use.
pub const KEYS_AT_MOST: i64 = 1_000;
