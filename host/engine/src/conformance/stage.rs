//! What an embedder brings to the suite: a library, and what people do to it beside plugins.

use std::pin::Pin;

use crate::{
    contract::clientpoint::content_source::managed_files::Line,
    library::{Library, Managed, Scope, StateStore},
};

/// Something that is being arranged. An error is in words, and breaks the promise that it was to be looked at for.
pub type Arranging<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// What is recorded before plugins begin with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// An upload of a sheet: its number is what [`Library::bind`] is told.
    Upload,
    /// A run of the sync: its number is what [`Managed::settle`] and `publish` are told.
    Run,
}

/// A library that was empty when it was made, and what people do to it.
pub trait Stage: Send + Sync + 'static {
    /// Its files.
    fn library(&self) -> &dyn Library;

    /// Its files that follow something.
    fn managed(&self) -> &dyn Managed;

    /// Its small values.
    fn state_store(&self) -> &dyn StateStore;

    /// Chooses the drive of a connection, which is made if there is none of that id; all of them are connections to one
    /// source. Without a drive, the connection is given up.
    fn choose<'a>(&'a self, connection: &'a str, drive: Option<&'a str>) -> Arranging<'a, ()>;

    /// Puts a file into the library by hand: it follows nothing. Its File ID.
    fn put<'a>(&'a self, name: &'a str, bytes: &'a [u8]) -> Arranging<'a, String>;

    /// Holds a file that follows something, as people do who want no new content for it. False where a library has no
    /// such thing: then nothing is looked at that depends on it.
    fn hold<'a>(&'a self, _file: &'a str) -> Arranging<'a, bool> {
        Box::pin(async { Ok(false) })
    }

    /// Shows a file in one ClientPoint or Template more. False where a library has no such thing.
    fn show<'a>(&'a self, _file: &'a str) -> Arranging<'a, bool> {
        Box::pin(async { Ok(false) })
    }

    /// Damages the bytes of a file, and lets the library see that, as when its disk is looked at. False where that can't
    /// come about.
    fn damage<'a>(&'a self, _file: &'a str) -> Arranging<'a, bool> {
        Box::pin(async { Ok(false) })
    }

    /// Records work that begins. Its number.
    fn begin<'a>(&'a self, work: Work, of: Scope<'a>) -> Arranging<'a, i64>;

    /// The lines of a run, each with its File ID, in any order.
    fn lines<'a>(&'a self, run: i64) -> Arranging<'a, Vec<(String, Line)>>;
}
