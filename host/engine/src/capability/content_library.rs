//! `content-library`: the only way for bytes to become a file.

mod ctx;

use wasmtime::component::{Accessor, Linker, Resource};

use crate::{
    capability::{bounds, draft::OpenDraft, drafts::begin},
    contract::{
        LibraryError,
        clientpoint::content_source::{
            content_library::{self, Binding, Bound, Error, Host, HostWithStore, LibraryFile},
            types::ItemRef,
        },
    },
    library::Scope,
};

pub use crate::capability::content_library::ctx::{HasLibrary, LibraryCtx, LibraryProvider, LibraryView, Withheld};

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
        Ok(ctx.library.by_source(&ctx.connection, &items).await?)
    }

    async fn stat(accessor: &Accessor<T, Self>, files: Vec<String>) -> Result<Vec<Option<LibraryFile>>, LibraryError> {
        at_most(files.len(), FILES_AT_MOST, "files in one question")?;
        let ctx = context(accessor);
        ctx.refuse_withheld()?;
        if !ctx.lent.reads_sheet() {
            return Err(Error::Forbidden.into());
        }
        let _place = ctx.one_more_call()?;
        Ok(ctx.library.stat(&files).await?)
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
        let of = Scope {
            connection: &ctx.connection,
            drive: &drive,
        };
        let _open = ctx.gate.open().await;
        Ok(ctx.library.bind(upload, of, bindings).await?)
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
