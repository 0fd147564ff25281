//! `managed-files`: what a run of the sync may do to the files that follow the source. It is lent for the length of a
//! run, and writes each effect together with its line of the ledger.

use tokio::sync::OwnedSemaphorePermit;
use wasmtime::component::{Accessor, Linker, Resource};

use crate::{
    capability::{
        bounds,
        content_library::{HasLibrary, LibraryCtx, LibraryProvider, LibraryView, stored_link},
        draft::OpenDraft,
        drafts::{make_durable, placed},
    },
    clock::stamp,
    contract::{
        LibraryError,
        clientpoint::content_source::{
            content_library::{Error, LibraryFile},
            managed_files::{self, Change, Counts, Host, HostWithStore, Line, LinkState, ManagedFile, Settlement},
            types::{ItemRef, Link},
        },
    },
    store::{
        managed::{self, Managed, Replacement, Scope},
        sweep,
    },
    words::{FromWord, Word},
};

/// How many rows one question or one answer may have.
const ROWS_AT_MOST: usize = 1_000;
/// How many links one call may change.
const CHANGES_AT_MOST: usize = 10_000;
/// The longest note, in bytes.
const NOTE_AT_MOST: usize = 8 << 10;

/// Gives the plugin this interface.
///
/// # Errors
///
/// If the linker has it already.
pub fn add_to_linker<T: LibraryProvider + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    managed_files::add_to_linker::<T, HasLibrary>(linker, |state| {
        let (ctx, table) = state.library();
        LibraryView { ctx, table }
    })
}

impl Host for LibraryView<'_> {}

impl<T: LibraryProvider> HostWithStore<T> for HasLibrary {
    async fn count(accessor: &Accessor<T, Self>, drive: String) -> Result<Counts, LibraryError> {
        let (ctx, _, _place) = lent(accessor)?;
        let (managed, suspected) = managed::count(&ctx.store, scope(&ctx, &drive)).await?;
        Ok(Counts { managed, suspected })
    }

    async fn by_source(
        accessor: &Accessor<T, Self>,
        items: Vec<ItemRef>,
    ) -> Result<Vec<Vec<ManagedFile>>, LibraryError> {
        let (ctx, _, _place) = lent(accessor)?;
        at_most(items.len(), ROWS_AT_MOST)?;
        let mut answer = Vec::with_capacity(items.len());
        for ItemRef { drive, item } in &items {
            answer.push(rows(managed::by_source(&ctx.store, scope(&ctx, drive), item).await?));
        }
        Ok(answer)
    }

    async fn by_place(
        accessor: &Accessor<T, Self>,
        drive: String,
        places: Vec<String>,
    ) -> Result<Vec<ManagedFile>, LibraryError> {
        let (ctx, _, _place) = lent(accessor)?;
        at_most(places.len(), ROWS_AT_MOST)?;
        Ok(rows(managed::by_place(&ctx.store, scope(&ctx, &drive), &places).await?))
    }

    async fn after(
        accessor: &Accessor<T, Self>,
        drive: String,
        file: Option<String>,
        suspected: bool,
        limit: u32,
    ) -> Result<Vec<ManagedFile>, LibraryError> {
        let (ctx, _, _place) = lent(accessor)?;
        let scope = scope(&ctx, &drive);
        let found = managed::after(&ctx.store, scope, file.as_deref(), suspected, bounded(limit)).await?;
        Ok(rows(found))
    }

    async fn due(
        accessor: &Accessor<T, Self>,
        drive: String,
        known: Option<(u64, String)>,
        limit: u32,
    ) -> Result<Vec<ManagedFile>, LibraryError> {
        let (ctx, _, _place) = lent(accessor)?;
        let found = managed::due(&ctx.store, scope(&ctx, &drive), known.as_ref(), bounded(limit)).await?;
        Ok(rows(found))
    }

    async fn set(accessor: &Accessor<T, Self>, changes: Vec<Change>) -> Result<(), LibraryError> {
        let (ctx, _, _place) = lent(accessor)?;
        at_most(changes.len(), CHANGES_AT_MOST)?;
        let changes: Vec<_> = changes.into_iter().map(change).collect::<Result<_, _>>()?;
        Ok(managed::set(&ctx.store, &ctx.connection, &changes).await?)
    }

    async fn suspect_all(accessor: &Accessor<T, Self>, drive: String) -> Result<(), LibraryError> {
        let (ctx, _, _place) = lent(accessor)?;
        Ok(managed::suspect_all(&ctx.store, scope(&ctx, &drive)).await?)
    }

    async fn settle(accessor: &Accessor<T, Self>, settlements: Vec<Settlement>) -> Result<(), LibraryError> {
        let (ctx, run, _place) = lent(accessor)?;
        at_most(settlements.len(), ROWS_AT_MOST)?;
        let settlements: Vec<_> = settlements.into_iter().map(settlement).collect::<Result<_, _>>()?;
        let now = stamp(ctx.clock.utc());
        Ok(managed::settle(&ctx.store, &ctx.connection, run, &settlements, &now).await?)
    }

    async fn replace(
        accessor: &Accessor<T, Self>,
        file: String,
        base_revision: u64,
    ) -> Result<Resource<OpenDraft>, LibraryError> {
        let (ctx, _, _place) = lent(accessor)?;
        let name = managed::replaceable(&ctx.store, &ctx.connection, &file, base_revision).await?;
        let open = OpenDraft {
            name: name.ok_or(Error::Conflict)?,
            draft: Some(placed(&ctx)?),
            replaces: Some((file, base_revision)),
        };
        accessor.with(|mut access| access.get().table.push(open).map_err(LibraryError::trap))
    }

    async fn publish(
        accessor: &Accessor<T, Self>,
        draft: Resource<OpenDraft>,
        link: Link,
        line: Line,
    ) -> Result<LibraryFile, LibraryError> {
        let open = accessor.with(|mut access| access.get().table.delete(draft).map_err(LibraryError::trap))?;
        let (ctx, run, _place) = lent(accessor)?;
        let (Some((file, base)), Some(placed)) = (open.replaces, open.draft) else {
            return Err(Error::Other("the draft replaces nothing, is being written, or has failed".into()).into());
        };
        bounds::link(&link)?;
        bounds::line(&line)?;
        if placed.draft.size() != link.size {
            return Err(Error::SizeMismatch.into());
        }
        let object = make_durable(&ctx, placed).await?;
        let replacement = Replacement {
            file: &file,
            base,
            object: &object,
            link: &stored_link(&ctx, link),
            line: &stored_line(line),
        };
        let now = stamp(ctx.clock.utc());
        let published = managed::publish(&ctx.store, run, replacement, &now).await;
        if !matches!(published, Ok(Some(_))) {
            sweep::let_go(&ctx.store, &object, &now).await;
        }
        Ok(published?.map(LibraryFile::from).ok_or(Error::Conflict)?)
    }
}

/// The library, if the instance works for a run, and a place among the calls that are under way.
fn lent<T: LibraryProvider>(
    accessor: &Accessor<T, HasLibrary>,
) -> Result<(LibraryCtx, i64, OwnedSemaphorePermit), Error> {
    let ctx = accessor.with(|mut access| access.get().ctx.clone());
    let run = ctx.run()?;
    let place = ctx.one_more_call()?;
    Ok((ctx, run, place))
}

fn scope<'a>(ctx: &'a LibraryCtx, drive: &'a str) -> Scope<'a> {
    Scope {
        connection: &ctx.connection,
        drive,
    }
}

fn at_most(count: usize, limit: usize) -> Result<(), Error> {
    if limit < count {
        return Err(Error::Other(format!("more than {limit} rows in one call")));
    }
    Ok(())
}

fn bounded(limit: u32) -> u32 {
    limit.min(u32::try_from(ROWS_AT_MOST).unwrap_or(u32::MAX))
}

fn change(change: Change) -> Result<managed::Change, Error> {
    if change.note.as_ref().is_some_and(|note| NOTE_AT_MOST < note.len()) {
        return Err(Error::Other(format!("a note is longer than {NOTE_AT_MOST} bytes")));
    }
    Ok(managed::Change {
        file: change.file,
        waiting: change.waiting,
        suspected: change.suspected,
        note: change.note,
    })
}

fn settlement(of: Settlement) -> Result<managed::Settlement, Error> {
    bounds::line(&of.line)?;
    of.known.as_ref().map_or(Ok(()), bounds::known)?;
    let waits = Change {
        file: of.file,
        waiting: of.waiting,
        suspected: of.suspected,
        note: of.note,
    };
    Ok(managed::Settlement {
        change: change(waits)?,
        line: stored_line(of.line),
        state: of.state.word(),
        known: of.known.map(|known| (known.version, known.name, known.web_url)),
    })
}

fn stored_line(line: Line) -> managed::Line {
    managed::Line {
        outcome: line.outcome.word(),
        reason: line.reason,
        name: line.name,
        message: line.message,
    }
}

fn rows(found: Vec<Managed>) -> Vec<ManagedFile> {
    let row = |managed: Managed| ManagedFile {
        // What a newer version has written is looked at again.
        state: LinkState::from_word(&managed.state).unwrap_or(LinkState::Pending),
        held: managed.held,
        waiting: managed.waiting,
        suspected: managed.suspected,
        note: managed.note,
        shown_in: managed.shown_in,
        place: managed.place,
        file: managed.file.into(),
    };
    found.into_iter().map(row).collect()
}
