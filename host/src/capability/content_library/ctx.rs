//! The library as an instance is lent it.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, RwLock};
use wasmtime::component::{HasData, ResourceTable};

use crate::{
    capability::{calls::Calls, draft::Places},
    clock::Clock,
    contract::clientpoint::content_source::{content_library::Error, types::ItemRef},
    store::{Store, objects::Objects},
};

/// The library as one connection may touch it.
#[derive(Clone)]
pub struct LibraryCtx {
    /// The catalogue.
    pub store: Store,
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
    pub(in crate::capability) places: Places,
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
    pub(in crate::capability) async fn open(&self) -> impl Drop + use<> {
        self.gate.clone().read_owned().await
    }

    pub(in crate::capability) fn add(&self, item: ItemRef, file: String) {
        self.all
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((item, file));
    }
}

impl LibraryCtx {
    /// With everything that the connection is given, and nothing lent yet.
    pub fn new(store: Store, objects: Objects, connection: Arc<str>, clock: Arc<dyn Clock>, limit: u64) -> Self {
        Self {
            store,
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
    pub(in crate::capability) fn one_more_call(&self) -> Result<OwnedSemaphorePermit, Error> {
        self.calls.one_more().map_err(Error::Other)
    }

    pub(in crate::capability) fn may_bring_in(&self, item: &ItemRef) -> bool {
        self.asked
            .iter()
            .any(|asked| asked.drive == item.drive && asked.item == item.item)
    }
}

/// Borrows what one call needs.
pub struct LibraryView<'a> {
    pub(in crate::capability) ctx: &'a mut LibraryCtx,
    pub(in crate::capability) table: &'a mut ResourceTable,
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
