//! `content-library`: the only way for bytes to become a file.

mod ctx;
mod stored;

use wasmtime::component::{Accessor, Linker, Resource};

use crate::{
    capability::{bounds, content_library::stored::stored_binding, draft::OpenDraft, drafts::begin},
    clock::stamp,
    contract::{
        LibraryError,
        clientpoint::content_source::{
            content_library::{self, Binding, Bound, Error, Host, HostWithStore, LibraryFile},
            types::ItemRef,
        },
    },
    store::{association, files},
};

pub use crate::capability::content_library::ctx::{HasLibrary, LibraryCtx, LibraryProvider, LibraryView, Withheld};

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

impl Host for LibraryView<'_> {
    fn convert_error(&mut self, error: LibraryError) -> wasmtime::Result<Error> {
        error.downcast()
    }
}

impl<T: LibraryProvider> HostWithStore<T> for HasLibrary {
    async fn create(accessor: &Accessor<T, Self>, name: String) -> Result<Resource<OpenDraft>, LibraryError> {
        accessor.with(|mut access| {
            let view = access.get();
            let open = begin(view.ctx, &name)?;
            view.table.push(open).map_err(LibraryError::trap)
        })
    }

    async fn files_by_source(
        accessor: &Accessor<T, Self>,
        items: Vec<ItemRef>,
    ) -> Result<Vec<Vec<LibraryFile>>, LibraryError> {
        let ctx = context(accessor);
        ctx.refuse_withheld()?;
        let _place = ctx.one_more_call()?;
        at_most(items.len(), ITEMS_AT_MOST, "items in one question")?;
        let mut answer = Vec::with_capacity(items.len());
        for ItemRef { drive, item } in &items {
            let found = files::by_source(&ctx.store, drive, item).await?;
            answer.push(found.into_iter().map(LibraryFile::from).collect());
        }
        Ok(answer)
    }

    async fn stat(accessor: &Accessor<T, Self>, files: Vec<String>) -> Result<Vec<Option<LibraryFile>>, LibraryError> {
        at_most(files.len(), FILES_AT_MOST, "files in one question")?;
        let ctx = context(accessor);
        ctx.refuse_withheld()?;
        if !ctx.lent.reads_sheet() {
            return Err(Error::Forbidden.into());
        }
        let _place = ctx.one_more_call()?;
        let found = association::stat(&ctx.store, &files).await?;
        Ok(found.into_iter().map(|file| file.map(LibraryFile::from)).collect())
    }

    async fn bind(
        accessor: &Accessor<T, Self>,
        drive: String,
        bindings: Vec<Binding>,
    ) -> Result<Vec<Bound>, LibraryError> {
        at_most(bindings.len(), BINDINGS_AT_MOST, "bindings in one call")?;
        let ctx = context(accessor);
        ctx.refuse_withheld()?;
        let _place = ctx.one_more_call()?;
        let upload = ctx.lent.upload().ok_or(Error::Forbidden)?;
        bindings.iter().try_for_each(bounds::binding)?;
        bounds::drive(&drive)?;
        let bindings: Vec<_> = bindings.into_iter().map(stored_binding).collect();
        let now = stamp(ctx.clock.utc());
        let _open = ctx.gate.open().await;
        let bound = association::bind(&ctx.store, upload, &ctx.connection, &drive, &bindings, &now).await?;
        Ok(bound.ok_or(Error::Forbidden)?.into_iter().map(Bound::from).collect())
    }
}

fn context<T: LibraryProvider>(accessor: &Accessor<T, HasLibrary>) -> LibraryCtx {
    accessor.with(|mut access| access.get().ctx.clone())
}

fn at_most(count: usize, limit: usize, what: &str) -> Result<(), Error> {
    if limit < count {
        return Err(Error::Other(format!("more than {limit} {what}")));
    }
    Ok(())
}
