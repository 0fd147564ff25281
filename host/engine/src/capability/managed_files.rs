//! `managed-files`: what a run of the sync may do to the files that follow the source. It is lent for the length of a
//! run, and writes each effect together with its line of the ledger.

use tokio::sync::OwnedSemaphorePermit;
use wasmtime::component::{Accessor, Linker, Resource};

use crate::{
    capability::{
        bounds,
        content_library::{HasLibrary, LibraryCtx, LibraryProvider, LibraryView},
        draft::OpenDraft,
        drafts::empty,
        held::Held,
    },
    contract::{
        LibraryError,
        clientpoint::content_source::{
            content_library::{Error, LibraryFile},
            managed_files::{self, Change, Counts, Host, HostWithStore, Line, ManagedFile, Settlement},
            types::{ItemRef, Link},
        },
    },
    library::{Replacement, Scope},
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
        Ok(ctx.managed.count(scope(&ctx, &drive)?).await?)
    }

    async fn by_source(
        accessor: &Accessor<T, Self>,
        items: Vec<ItemRef>,
    ) -> Result<Vec<Vec<ManagedFile>>, LibraryError> {
        let (ctx, _, _place) = lent(accessor)?;
        at_most(items.len(), ROWS_AT_MOST)?;
        Ok(ctx.managed.of_items(&ctx.connection, &items).await?)
    }

    async fn by_place(
        accessor: &Accessor<T, Self>,
        drive: String,
        places: Vec<String>,
    ) -> Result<Vec<ManagedFile>, LibraryError> {
        let (ctx, _, _place) = lent(accessor)?;
        at_most(places.len(), ROWS_AT_MOST)?;
        Ok(ctx.managed.by_place(scope(&ctx, &drive)?, &places).await?)
    }

    async fn after(
        accessor: &Accessor<T, Self>,
        drive: String,
        file: Option<String>,
        suspected: bool,
        limit: u32,
    ) -> Result<Vec<ManagedFile>, LibraryError> {
        let (ctx, _, _place) = lent(accessor)?;
        let of = scope(&ctx, &drive)?;
        Ok(ctx
            .managed
            .after(of, file.as_deref(), suspected, bounded(limit))
            .await?)
    }

    async fn due(
        accessor: &Accessor<T, Self>,
        drive: String,
        known: Option<(u64, String)>,
        limit: u32,
    ) -> Result<Vec<ManagedFile>, LibraryError> {
        let (ctx, _, _place) = lent(accessor)?;
        let of = scope(&ctx, &drive)?;
        Ok(ctx.managed.due(of, known.as_ref(), bounded(limit)).await?)
    }

    async fn set(accessor: &Accessor<T, Self>, changes: Vec<Change>) -> Result<(), LibraryError> {
        let (ctx, _, _place) = lent(accessor)?;
        at_most(changes.len(), CHANGES_AT_MOST)?;
        for change in &changes {
            note(change.note.as_ref())?;
        }
        Ok(ctx.managed.set(&ctx.connection, changes).await?)
    }

    async fn suspect_all(accessor: &Accessor<T, Self>, drive: String) -> Result<(), LibraryError> {
        let (ctx, _, _place) = lent(accessor)?;
        Ok(ctx.managed.suspect_all(scope(&ctx, &drive)?).await?)
    }

    async fn settle(accessor: &Accessor<T, Self>, settlements: Vec<Settlement>) -> Result<(), LibraryError> {
        let (ctx, run, _place) = lent(accessor)?;
        at_most(settlements.len(), ROWS_AT_MOST)?;
        settlements.iter().try_for_each(settlement)?;
        Ok(ctx.managed.settle(&ctx.connection, run, settlements).await?)
    }

    async fn replace(
        accessor: &Accessor<T, Self>,
        file: String,
        base_revision: u64,
    ) -> Result<Resource<OpenDraft>, LibraryError> {
        let (ctx, _, _place) = lent(accessor)?;
        let name = ctx.managed.replaceable(&ctx.connection, &file, base_revision).await?;
        let held = Held {
            name: name.ok_or(Error::Conflict)?,
            draft: Some(empty(&ctx)?),
            replaces: Some((file, base_revision)),
        };
        accessor.with(|mut access| access.get().table.push(held.open()).map_err(LibraryError::trap))
    }

    async fn publish(
        accessor: &Accessor<T, Self>,
        draft: Resource<OpenDraft>,
        link: Link,
        line: Line,
    ) -> Result<LibraryFile, LibraryError> {
        let open = accessor.with(|mut access| access.get().table.delete(draft).map_err(LibraryError::trap))?;
        let (ctx, run, _place) = lent(accessor)?;
        let open = Held::of(open)?;
        let (Some((file, base)), Some(draft)) = (open.replaces, open.draft) else {
            return Err(Error::Other("the draft replaces nothing, is being written, or has failed".into()).into());
        };
        bounds::link(&link)?;
        bounds::line(&line)?;
        if draft.size() != link.size {
            return Err(Error::SizeMismatch.into());
        }
        let replacement = Replacement {
            connection: &ctx.connection,
            run,
            file: &file,
            base,
            link,
            line,
        };
        Ok(draft.publish(replacement).await?)
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

/// The files of a drive. A drive with a NUL in its name has none, and nobody asks for it but by mistake.
fn scope<'a>(ctx: &'a LibraryCtx, drive: &'a str) -> Result<Scope<'a>, Error> {
    bounds::no_nul("drive", drive)?;
    Ok(Scope {
        connection: &ctx.connection,
        drive,
    })
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

fn note(note: Option<&String>) -> Result<(), Error> {
    bounds::at_most("note", note, NOTE_AT_MOST)
}

fn settlement(of: &Settlement) -> Result<(), Error> {
    bounds::line(&of.line)?;
    of.known.as_ref().map_or(Ok(()), bounds::known)?;
    note(of.note.as_ref())
}
