//! `content-library`: the only way for bytes to become a file.

mod ctx;
mod stored;

use wasmtime::component::{Accessor, Linker, Resource};

use crate::{
    capability::{bounds, content_library::stored::stored_binding, draft::OpenDraft, drafts::begin},
    clock::stamp,
    contract::clientpoint::content_source::{
        content_library::{self, Binding, Bound, Error, Host, HostWithStore, LibraryFile},
        types::ItemRef,
    },
    store::{association, files},
};

pub use crate::capability::content_library::ctx::{BroughtIn, HasLibrary, LibraryCtx, LibraryProvider, LibraryView};

pub(super) use crate::capability::content_library::stored::stored_link;

/// How many items one question may name.
const ITEMS_AT_MOST: usize = 1_000;

/// How many files one question may name.
const FILES_AT_MOST: usize = 10_000;

/// How many files one call may bind.
const BINDINGS_AT_MOST: usize = 1_000_000;

/// Gives the plugin this interface.
///
/// # Errors
///
/// If the linker has it already.
pub fn add_to_linker<T: LibraryProvider + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    content_library::add_to_linker::<T, HasLibrary>(linker, |state| {
        let (ctx, table) = state.library();
        LibraryView { ctx, table }
    })
}

impl Host for LibraryView<'_> {}

impl<T: LibraryProvider> HostWithStore<T> for HasLibrary {
    async fn create(
        accessor: &Accessor<T, Self>,
        name: String,
    ) -> wasmtime::Result<Result<Resource<OpenDraft>, Error>> {
        accessor.with(|mut access| {
            let view = access.get();
            Ok(match begin(view.ctx, &name) {
                Ok(open) => Ok(view.table.push(open)?),
                Err(error) => Err(error),
            })
        })
    }

    async fn files_by_source(
        accessor: &Accessor<T, Self>,
        items: Vec<ItemRef>,
    ) -> wasmtime::Result<Result<Vec<Vec<LibraryFile>>, Error>> {
        let ctx = accessor.with(|mut access| access.get().ctx.clone());
        if ctx.withheld {
            return Ok(Err(Error::Forbidden));
        }
        let _place = match ctx.one_more_call() {
            Ok(place) => place,
            Err(error) => return Ok(Err(error)),
        };
        if ITEMS_AT_MOST < items.len() {
            return Ok(Err(Error::Other(format!(
                "more than {ITEMS_AT_MOST} items in one question"
            ))));
        }
        let mut answer = Vec::with_capacity(items.len());
        for ItemRef { drive, item } in &items {
            match files::by_source(&ctx.store, drive, item).await {
                Ok(found) => answer.push(found.into_iter().map(LibraryFile::from).collect()),
                Err(error) => return Ok(Err(error.into())),
            }
        }
        Ok(Ok(answer))
    }

    async fn stat(
        accessor: &Accessor<T, Self>,
        files: Vec<String>,
    ) -> wasmtime::Result<Result<Vec<Option<LibraryFile>>, Error>> {
        if FILES_AT_MOST < files.len() {
            return Ok(Err(Error::Other(format!(
                "more than {FILES_AT_MOST} files in one question"
            ))));
        }
        let ctx = accessor.with(|mut access| access.get().ctx.clone());
        if ctx.withheld || !ctx.sheet {
            return Ok(Err(Error::Forbidden));
        }
        let _place = match ctx.one_more_call() {
            Ok(place) => place,
            Err(error) => return Ok(Err(error)),
        };
        let found = association::stat(&ctx.store, &files).await;
        let known = |all: Vec<Option<_>>| all.into_iter().map(|file| file.map(LibraryFile::from)).collect();
        Ok(found.map(known).map_err(Error::from))
    }

    async fn bind(
        accessor: &Accessor<T, Self>,
        drive: String,
        bindings: Vec<Binding>,
    ) -> wasmtime::Result<Result<Vec<Bound>, Error>> {
        if BINDINGS_AT_MOST < bindings.len() {
            return Ok(Err(Error::Other(format!(
                "more than {BINDINGS_AT_MOST} bindings in one call"
            ))));
        }
        let ctx = accessor.with(|mut access| access.get().ctx.clone());
        if ctx.withheld {
            return Ok(Err(Error::Forbidden));
        }
        let _place = match ctx.one_more_call() {
            Ok(place) => place,
            Err(error) => return Ok(Err(error)),
        };
        let Some(upload) = ctx.upload else {
            return Ok(Err(Error::Forbidden));
        };
        let unfit = bindings.iter().try_for_each(bounds::binding).and(bounds::drive(&drive));
        if let Err(error) = unfit {
            return Ok(Err(error));
        }
        let bindings: Vec<_> = bindings.into_iter().map(stored_binding).collect();
        let now = stamp(ctx.clock.utc());
        let _open = ctx.brought_in.open().await;
        let bound = association::bind(&ctx.store, upload, &ctx.connection, &drive, &bindings, &now).await;
        Ok(match bound {
            Ok(Some(all)) => Ok(all.into_iter().map(Bound::from).collect()),
            Ok(None) => Err(Error::Forbidden),
            Err(error) => Err(error.into()),
        })
    }
}
