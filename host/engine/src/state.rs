//! What one instance of a plugin holds: read top to bottom, it is the list of what the plugin may do.

use wasmtime::{
    ResourceLimiter, StoreLimits, StoreLimitsBuilder,
    component::{Linker, ResourceTable},
};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::{
    capability::{
        clocks::{self, ClocksCtx, ClocksProvider},
        connection::{self, ConnectionCtx, ConnectionProvider},
        content_library::{self, LibraryCtx, LibraryProvider},
        logging::{self, LoggingCtx, LoggingProvider},
        managed_files,
        progress::{self, ProgressCtx, ProgressProvider},
        state_store::{self, StateStoreCtx, StateStoreProvider},
    },
    counts::{Counts, Memory, Present},
    egress::Egress,
};

/// How many handles (requests, responses, drafts …) an instance may hold at a time.
const HANDLES_AT_MOST: usize = 1_024;

/// The powers of one instance.
pub struct State {
    pub(crate) connection: ConnectionCtx,
    pub(crate) library: LibraryCtx,
    pub(crate) state_store: StateStoreCtx,
    pub(crate) egress: Egress,
    pub(crate) clocks: ClocksCtx,
    pub(crate) progress: ProgressCtx,
    pub(crate) logging: LoggingCtx,
    pub(crate) own: Own,
}

/// What the host keeps for itself beside them.
pub struct Own {
    pub(crate) table: ResourceTable,
    pub(crate) http: WasiHttpCtx,
    pub(crate) limits: Limiter,
    pub(crate) counts: Counts,
    _present: Present,
}

/// Holds an instance to its limits, and notes how much memory it came to use.
pub struct Limiter {
    limits: StoreLimits,
    /// Of all linear memories together, in bytes.
    memory: usize,
    used: Memory,
    refused: bool,
}

impl Limiter {
    fn new(memory: usize, counts: &Counts) -> Self {
        Self {
            memory,
            used: counts.no_memory(),
            refused: false,
            limits: limits(memory),
        }
    }

    /// Allows another amount of linear memory, in bytes.
    pub(crate) fn allow(&mut self, memory: usize) {
        (self.memory, self.limits, self.refused) = (memory, limits(memory), false);
    }

    /// Whether the instance has asked for more linear memory than it may have.
    pub(crate) fn has_refused(&self) -> bool {
        self.refused
    }

    /// Linear memory in all, in bytes.
    pub(crate) fn memory(&self) -> usize {
        self.memory
    }
}

fn limits(memory: usize) -> StoreLimits {
    StoreLimitsBuilder::new()
        .memory_size(memory)
        .table_elements(100_000)
        .instances(32)
        .tables(32)
        .memories(4)
        .build()
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let used = self.used.bytes().saturating_add(desired.saturating_sub(current));
        let grows = used <= self.memory && self.limits.memory_growing(current, desired, maximum)?;
        if grows {
            self.used.grows_to(used);
        } else {
            self.refused = true;
        }
        Ok(grows)
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        self.limits.table_growing(current, desired, maximum)
    }

    fn instances(&self) -> usize {
        self.limits.instances()
    }

    fn tables(&self) -> usize {
        self.limits.tables()
    }

    fn memories(&self) -> usize {
        self.limits.memories()
    }
}

impl Own {
    /// With a limit on the instance's linear memory, in bytes, and where instances are counted.
    pub fn new(memory: usize, counts: Counts) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(HANDLES_AT_MOST);
        Self {
            table,
            http: WasiHttpCtx::new(),
            limits: Limiter::new(memory, &counts),
            _present: counts.present(),
            counts,
        }
    }
}

/// Links what is listed in `wit/imports.txt`, and nothing else: a component that asks for more can't be instantiated.
///
/// # Errors
///
/// The linker's; it does not happen.
pub fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    connection::add_to_linker(linker)?;
    content_library::add_to_linker(linker)?;
    managed_files::add_to_linker(linker)?;
    state_store::add_to_linker(linker)?;
    progress::add_to_linker(linker)?;
    logging::add_to_linker(linker)?;
    clocks::add_to_linker(linker)?;
    wasmtime_wasi_http::p3::add_to_linker(linker)
}

impl ConnectionProvider for State {
    fn connection(&mut self) -> &mut ConnectionCtx {
        &mut self.connection
    }
}

impl LibraryProvider for State {
    fn library(&mut self) -> (&mut LibraryCtx, &mut ResourceTable) {
        (&mut self.library, &mut self.own.table)
    }
}

impl StateStoreProvider for State {
    fn state_store(&mut self) -> &mut StateStoreCtx {
        &mut self.state_store
    }
}

impl ProgressProvider for State {
    fn progress(&mut self) -> &mut ProgressCtx {
        &mut self.progress
    }
}

impl LoggingProvider for State {
    fn logging(&mut self) -> &mut LoggingCtx {
        &mut self.logging
    }
}

impl ClocksProvider for State {
    fn clocks(&mut self) -> &mut ClocksCtx {
        &mut self.clocks
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.egress,
            table: &mut self.own.table,
            ctx: &mut self.own.http,
        }
    }
}
