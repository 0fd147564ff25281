//! `content-library`: the only way for bytes to become a file.

use std::sync::{Arc, Mutex, PoisonError};

use sqlx::SqlitePool;
use tokio::sync::{OwnedSemaphorePermit, RwLock};
use wasmtime::component::{Accessor, HasData, Linker, Resource, ResourceTable};

use super::bounds;
use super::calls::Calls;
use super::drafts::{OpenDraft, Places, begin};
use crate::bindings::clientpoint::content_source::content_library::{
    self, Binding, Bound, Error, Host, HostWithStore, LibraryFile,
};
use crate::bindings::clientpoint::content_source::types::{ItemRef, Link, Verification};
use crate::clock::{Clock, stamp};
use crate::store::association;
use crate::store::files;
use crate::store::objects::Objects;

/// How many items one question may name.
const ITEMS_AT_MOST: usize = 1_000;

/// How many files one question may name.
const FILES_AT_MOST: usize = 10_000;

/// How many files one call may bind.
const BINDINGS_AT_MOST: usize = 1_000_000;

/// The library as one connection may touch it.
#[derive(Clone)]
pub struct LibraryCtx {
    /// The catalogue.
    pub pool: SqlitePool,
    /// The bytes.
    pub objects: Objects,
    /// The connection's id: it is written into every link.
    pub connection: Arc<str>,
    /// For the times in the catalogue.
    pub clock: Arc<dyn Clock>,
    /// The largest file, in bytes.
    pub limit: u64,
    /// The run of the sync that the instance works for; without one, managed files are out of its reach.
    pub run: Option<i64>,
    /// Whether the instance reads a sheet; without one, it looks no files up.
    pub sheet: bool,
    /// The upload of a sheet that the instance carries out; without one, it binds nothing.
    pub upload: Option<i64>,
    /// The items that the instance may bring in: those that a person has asked for.
    pub asked: Arc<[ItemRef]>,
    /// What it has brought in.
    pub brought_in: BroughtIn,
    /// Whether the library is withheld: everything is answered with `forbidden`.
    pub withheld: bool,
    /// Whether managed files are withheld, also during a run.
    pub managed_withheld: bool,
    /// Places for drafts.
    pub(super) places: Places,
    /// Places for calls.
    pub calls: Calls,
}

/// The items that came into the library, each with its File ID. Clones see the same.
#[derive(Clone, Debug, Default)]
pub struct BroughtIn {
    all: Arc<Mutex<Vec<(ItemRef, String)>>>,
    /// Held by each that comes in, and by each upload that links, from before that is done until it is told of.
    gate: Arc<RwLock<()>>,
}

impl BroughtIn {
    /// All of it, so far.
    pub fn all(&self) -> Vec<(ItemRef, String)> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until nothing is about to come in; nothing does from then on.
    pub async fn close(&self) -> impl Drop + use<> {
        self.gate.clone().write_owned().await
    }

    /// The way in, for one item.
    pub(super) async fn open(&self) -> impl Drop + use<> {
        self.gate.clone().read_owned().await
    }

    pub(super) fn add(&self, item: ItemRef, file: String) {
        self.all
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((item, file));
    }
}

impl LibraryCtx {
    /// With everything that the connection is given, and nothing lent yet.
    pub fn new(pool: SqlitePool, objects: Objects, connection: Arc<str>, clock: Arc<dyn Clock>, limit: u64) -> Self {
        LibraryCtx {
            pool,
            objects,
            connection,
            clock,
            limit,
            run: None,
            sheet: false,
            upload: None,
            asked: Arc::default(),
            brought_in: BroughtIn::default(),
            withheld: false,
            managed_withheld: false,
            places: Places::default(),
            calls: Calls::default(),
        }
    }

    /// The right to one more call, for as long as it takes.
    pub(super) fn one_more_call(&self) -> Result<OwnedSemaphorePermit, Error> {
        self.calls.one_more().map_err(Error::Other)
    }

    pub(super) fn may_bring_in(&self, item: &ItemRef) -> bool {
        self.asked
            .iter()
            .any(|asked| asked.drive == item.drive && asked.item == item.item)
    }
}

/// Borrows what one call needs.
pub struct LibraryView<'a> {
    pub(super) ctx: &'a mut LibraryCtx,
    pub(super) table: &'a mut ResourceTable,
}

/// Lends the context.
pub trait LibraryProvider: Send {
    /// The context of this instance, and its table of handles.
    fn library(&mut self) -> (&mut LibraryCtx, &mut ResourceTable);
}

/// Marks the view for the linker.
pub struct HasLibrary;

impl HasData for HasLibrary {
    type Data<'a> = LibraryView<'a>;
}

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
            match files::by_source(&ctx.pool, drive, item).await {
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
        let found = association::stat(&ctx.pool, &files).await;
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
        let bound = association::bind(&ctx.pool, upload, &ctx.connection, &drive, &bindings, &now).await;
        Ok(match bound {
            Ok(Some(all)) => Ok(all.into_iter().map(Bound::from).collect()),
            Ok(None) => Err(Error::Forbidden),
            Err(error) => Err(error.into()),
        })
    }
}

fn stored_binding(of: Binding) -> association::Binding {
    association::Binding {
        file: of.file,
        item: of.item,
        name: of.name,
        web_url: of.web_url,
        place: of.place,
    }
}

impl From<association::Bound> for Bound {
    fn from(bound: association::Bound) -> Self {
        match bound {
            association::Bound::Bound => Bound::Bound,
            association::Bound::Unchanged => Bound::Unchanged,
            association::Bound::Missing => Bound::Missing,
        }
    }
}

/// A link as the catalogue has it.
pub(super) fn stored_link(ctx: &LibraryCtx, link: Link) -> files::Link {
    files::Link {
        connection: ctx.connection.to_string(),
        drive: link.source.drive,
        item: link.source.item,
        version: link.version,
        hash: link.hash,
        size: link.size,
        verification: verification_word(link.verification).into(),
        name: link.name,
        web_url: link.web_url,
    }
}

fn verification_word(verification: Verification) -> &'static str {
    match verification {
        Verification::Verified => "verified",
        Verification::NoHash => "no-hash",
        Verification::Rewritten => "rewritten",
    }
}

impl From<files::LibraryFile> for LibraryFile {
    fn from(file: files::LibraryFile) -> Self {
        LibraryFile {
            id: file.id,
            name: file.name,
            place: file.place.to_string(),
            revision: file.revision,
            size: file.size,
            sha256: file.sha256,
            link: file.link.map(|link| Link {
                source: ItemRef {
                    drive: link.drive,
                    item: link.item,
                },
                version: link.version,
                hash: link.hash,
                size: link.size,
                verification: match link.verification.as_str() {
                    "verified" => Verification::Verified,
                    "rewritten" => Verification::Rewritten,
                    _ => Verification::NoHash,
                },
                name: link.name,
                web_url: link.web_url,
            }),
        }
    }
}

impl From<crate::Error> for Error {
    fn from(error: crate::Error) -> Self {
        match error {
            crate::Error::NoSpace(_) => Error::NoSpace,
            crate::Error::Storage(reason) => Error::Unavailable(reason),
            crate::Error::Busy { .. }
            | crate::Error::Disk { .. }
            | crate::Error::Damaged { .. }
            | crate::Error::DamagedDatabase { .. } => Error::Unavailable(error.to_string()),
            other => Error::Other(other.to_string()),
        }
    }
}
