//! The outside world, as narrow as the flows need it. Implemented over the component's imports by `component.rs`, and
//! in memory, with a clock of its own, by the tests.

use std::{cell::Cell, time::Duration};

use chrono::{DateTime, Utc};

use crate::{
    contract::{
        Binding, Bound, Change, Connection, Counts, ItemRef, LibraryError, LibraryFile, Line, Link, ManagedFile,
        Settlement,
    },
    graph::{Head, Request},
};

/// Bytes that are asked for at a time.
pub const CHUNK: usize = 256 * 1024;

/// How urgent a line for the people who run the host is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// For those who look for a fault.
    Info,
    /// Something did not go as it should.
    Warn,
}

/// Why there is no answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsent {
    /// The host does not let this request out.
    #[error("the host does not allow the request")]
    Refused,
    /// The network failed: name, connection, encryption, or an answer that is not HTTP.
    #[error("no connection")]
    Unreachable,
}

/// What a read brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// The buffer holds some bytes.
    Some,
    /// The body has ended as it should; the buffer is empty.
    End,
    /// The connection broke off; the buffer is empty.
    Broken,
}

/// The outside world. Everything is for one thread, and dropping a future of it stops what it was doing.
#[expect(
    async_fn_in_trait,
    reason = "the component has one thread, so futures need not be Send"
)]
pub trait Ports {
    /// The body of an answer, under way.
    type Body;
    /// A library file in the making; dropped, its bytes are thrown away.
    type Draft;
    /// Where the bytes of a draft go in. Dropping it ends the stream.
    type Sink;

    /// The connection this instance works for.
    fn connection(&self) -> Connection;

    /// Until when nobody sends anything, on the clock of [`Ports::now`]. It is the same for all calls of an instance.
    fn quiet_until(&self) -> &Cell<Duration>;

    /// Sends a request and waits for the head of the answer. Redirects are not followed.
    async fn send(&self, request: &Request) -> Result<(Head, Self::Body), Unsent>;

    /// Reads some of a body into the buffer, which is emptied first and given back. It asks for [`CHUNK`] bytes.
    async fn read(&self, body: &mut Self::Body, buffer: Vec<u8>) -> (Read, Vec<u8>);

    /// Waits.
    async fn wait(&self, time: Duration);

    /// A clock that never goes back; only differences mean anything.
    fn now(&self) -> Duration;

    /// The time of day.
    fn utc(&self) -> DateTime<Utc>;

    /// The library files that follow each of at most 1,000 items, in the order asked.
    async fn files_by_source(&self, items: &[ItemRef]) -> Result<Vec<Vec<LibraryFile>>, LibraryError>;

    /// The library files of at most 10,000 File IDs, in the order asked.
    async fn stat(&self, files: &[String]) -> Result<Vec<Option<LibraryFile>>, LibraryError>;

    /// Lets files follow items of the drive, all or none, and says what became of each.
    async fn bind(&self, drive: &str, bindings: Vec<Binding>) -> Result<Vec<Bound>, LibraryError>;

    /// Begins a new library file.
    async fn create(&self, name: &str) -> Result<Self::Draft, LibraryError>;

    /// Opens a draft for appending. The future ends once the sink was dropped and everything is stored, with the number
    /// of bytes that the draft holds in all; or before that with an error, and then the draft is worth nothing.
    fn write<'a>(
        &self,
        draft: &'a Self::Draft,
    ) -> (
        Self::Sink,
        impl Future<Output = Result<u64, LibraryError>> + use<'a, Self>,
    );

    /// Hands bytes to the draft, and gives the buffer back. False if the draft takes no more. The library may take its
    /// time, which the host bounds.
    async fn push(&self, sink: &mut Self::Sink, bytes: Vec<u8>) -> (bool, Vec<u8>);

    /// Makes the draft a file of the library.
    async fn commit(&self, draft: Self::Draft, link: &Link) -> Result<LibraryFile, LibraryError>;

    /// A small durable value, and the mark of its state.
    async fn state(&self, key: &str) -> Result<Option<(Vec<u8>, u64)>, LibraryError>;

    /// Puts a value in the place of the state with that mark; false, and nothing is changed, if it has another one.
    async fn swap(&self, key: &str, expected: Option<u64>, value: &[u8]) -> Result<bool, LibraryError>;

    /// How many files follow an item of the drive.
    async fn managed_count(&self, drive: &str) -> Result<Counts, LibraryError>;

    /// The managed files of each of at most 1,000 items, in the order asked.
    async fn managed_by_source(&self, items: &[ItemRef]) -> Result<Vec<Vec<ManagedFile>>, LibraryError>;

    /// The managed files whose item was at one of at most 1,000 places when it was bound.
    async fn managed_by_place(&self, drive: &str, places: Vec<String>) -> Result<Vec<ManagedFile>, LibraryError>;

    /// The managed files after that File ID, all of them or only those whose item may be gone.
    async fn managed_after(
        &self,
        drive: &str,
        file: Option<&str>,
        suspected: bool,
        limit: u32,
    ) -> Result<Vec<ManagedFile>, LibraryError>;

    /// The files that are due, in order, after that one.
    async fn due(
        &self,
        drive: &str,
        known: Option<&(u64, String)>,
        limit: u32,
    ) -> Result<Vec<ManagedFile>, LibraryError>;

    /// Changes links, all or none.
    async fn set(&self, changes: Vec<Change>) -> Result<(), LibraryError>;

    /// Suspects all files of the drive.
    async fn suspect_all(&self, drive: &str) -> Result<(), LibraryError>;

    /// Writes lines, and how the files stand from then on, all or none.
    async fn settle(&self, settlements: Vec<Settlement>) -> Result<(), LibraryError>;

    /// Begins new content for a file.
    async fn replace(&self, file: &str, base_revision: u64) -> Result<Self::Draft, LibraryError>;

    /// Makes it the file's content, with its link and its line.
    async fn publish(&self, draft: Self::Draft, link: &Link, line: &Line) -> Result<LibraryFile, LibraryError>;

    /// Tells how far a transfer is.
    fn progress(&self, item: &ItemRef, name: &str, done: u64, total: Option<u64>);

    /// Tells that nothing moves for so long, and why.
    fn waiting(&self, why: &str, time: Duration);

    /// Writes a line for the people who run the host.
    fn log(&self, level: Level, message: &str);
}
