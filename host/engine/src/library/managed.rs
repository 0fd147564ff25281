//! The files that follow something.

use std::collections::BTreeMap;

use super::{Answering, Listing, Scope, Turn};
use crate::contract::clientpoint::content_source::{
    content_library::Error,
    managed_files::{Change, Counts, ManagedFile, Settlement},
    types::ItemRef,
};

/// Files that follow their items, as `managed-files` knows them. To the plugin, a link whose bytes are damaged on the
/// library's own disk says nothing of them: it has no version and an empty hash, so that the item is fetched anew.
///
/// Where a method is there already, it goes through all files of the drive, by [`Managed::after`]: that is right, and slow
/// for a library with many of them, which has a quicker way.
pub trait Managed: Send + Sync {
    /// How many files there are, and how many of them are suspected.
    ///
    /// # Errors
    ///
    /// `unavailable`.
    fn count<'a>(&'a self, of: Scope<'a>) -> Answering<'a, Counts> {
        Box::pin(count(self, of))
    }

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
    fn by_place<'a>(&'a self, of: Scope<'a>, places: &'a [String]) -> Listing<'a> {
        Box::pin(by_place(self, of, places))
    }

    /// At most `limit` files after that File ID, in the order of their File IDs as numbers or whatever order the library
    /// keeps; the same in all calls. `suspected` leaves out the others.
    ///
    /// # Errors
    ///
    /// `unavailable`.
    fn after<'a>(&'a self, of: Scope<'a>, file: Option<&'a str>, suspected: bool, limit: u32) -> Listing<'a>;

    /// At most `limit` of the files that wait or are suspected, by turn and File ID: first those without a turn, which
    /// counts as 0. `known` is where the last one stands that is known.
    ///
    /// # Errors
    ///
    /// `unavailable`.
    fn due<'a>(&'a self, of: Scope<'a>, known: Option<&'a Turn>, limit: u32) -> Listing<'a> {
        Box::pin(due(self, of, known, limit))
    }

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

/// How many files a page has.
const PAGE: u32 = 1_000;

async fn count<M: Managed + ?Sized>(managed: &M, of: Scope<'_>) -> Result<Counts, Error> {
    let mut counts = Counts {
        managed: 0,
        suspected: 0,
    };
    each(managed, of, |file| {
        counts.managed += 1;
        counts.suspected += u64::from(file.suspected);
    })
    .await?;
    Ok(counts)
}

async fn by_place<M: Managed + ?Sized>(
    managed: &M,
    of: Scope<'_>,
    places: &[String],
) -> Result<Vec<ManagedFile>, Error> {
    let mut found = Vec::new();
    let was_there = |file: &ManagedFile| file.place.as_ref().is_some_and(|place| places.contains(place));
    each(managed, of, |file| found.extend(Some(file).filter(was_there))).await?;
    Ok(found)
}

/// Keeps no more files than are wanted, however many are due.
async fn due<M: Managed + ?Sized>(
    managed: &M,
    of: Scope<'_>,
    known: Option<&Turn>,
    limit: u32,
) -> Result<Vec<ManagedFile>, Error> {
    let mut first = BTreeMap::new();
    each(managed, of, |file| {
        let turn = file.due_at();
        if file.is_due() && known.is_none_or(|known| *known < turn) {
            first.insert(turn, file);
        }
        if (limit as usize) < first.len() {
            first.pop_last();
        }
    })
    .await?;
    Ok(first.into_values().collect())
}

async fn each<M: Managed + ?Sized>(managed: &M, of: Scope<'_>, mut told: impl FnMut(ManagedFile)) -> Result<(), Error> {
    let mut last: Option<String> = None;
    loop {
        let page = managed.after(of, last.as_deref(), false, PAGE).await?;
        let Some(end) = page.last() else {
            return Ok(());
        };
        last = Some(end.file.id.clone());
        page.into_iter().for_each(&mut told);
    }
}
