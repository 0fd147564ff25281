//! One instance of a plugin: what is lent to it, and the one call that it is made for.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use wasmtime::{
    Store,
    component::{Accessor, StreamReader},
};

use crate::{
    Error, Result,
    capability::{
        lent::{Gate, Lent},
        logging::Lines,
        progress::{Progress, ProgressCtx},
    },
    contract::ContentSource,
    powers::Power,
    state::State,
};

/// One instance, for one connection and one call. Whatever goes wrong in the call ends it.
pub struct Instance {
    store: Store<State>,
    world: ContentSource,
}

/// A call that was ended by the host.
#[derive(Debug)]
pub struct Stopped {
    /// By what it ran into.
    pub cause: Cause,
    /// In words.
    pub why: String,
}

/// What a call ran into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It asked for more memory than it may have, and could not do without.
    Memory,
    /// It was not done within its time.
    Time,
    /// It did something else that plugins may not do, or gave up.
    Other,
}

impl From<Stopped> for Error {
    fn from(stopped: Stopped) -> Self {
        Self::PluginStopped(stopped.why)
    }
}

impl Instance {
    pub(crate) fn new(store: Store<State>, world: ContentSource) -> Self {
        Self { store, world }
    }

    /// Lends it this, for its call.
    pub(crate) fn lend(mut self, lent: Lent) -> Self {
        self.store.data_mut().library.lent = lent;
        self
    }

    /// Takes a power away from it, for its call.
    pub(crate) fn without(mut self, power: Power) -> Self {
        self.store.data_mut().withhold(power);
        self
    }

    /// Lets it share the lines that it may log with the other instances of a run.
    pub(crate) fn logging(mut self, lines: &Lines) -> Self {
        self.store.data_mut().logging.lines = lines.clone();
        self
    }

    /// Lets somebody else watch its transfers than the engine's own watcher.
    pub(crate) fn watched_by(mut self, watcher: Arc<dyn Progress>) -> Self {
        self.store.data_mut().progress = ProgressCtx::new(watcher);
        self
    }

    /// Gives it another amount of linear memory, in bytes, and lets the host take as much from it in one call.
    pub(crate) fn with_memory(mut self, memory: usize) -> Self {
        self.store.data_mut().own.limits.allow(memory);
        self.store.set_hostcall_fuel(memory);
        self
    }

    /// What it brings in or binds goes through here.
    pub fn gate(&self) -> Gate {
        self.store.data().library.gate.clone()
    }

    /// Calls the plugin. The instance is used up: a call that traps, or is not done `within` its time, leaves nothing
    /// that could be entered again. `name` is the export's, for who counts.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped` if it trapped or took too long.
    pub(crate) async fn call<R>(
        self,
        name: &'static str,
        within: Duration,
        call: impl AsyncFnOnce(&ContentSource, &Accessor<State>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        Ok(self.call_or_stop(name, within, call).await?)
    }

    /// As [`Instance::call`], for whoever has something to say about what it ran into.
    ///
    /// # Errors
    ///
    /// What it ran into.
    pub(crate) async fn call_or_stop<R>(
        self,
        name: &'static str,
        within: Duration,
        call: impl AsyncFnOnce(&ContentSource, &Accessor<State>) -> wasmtime::Result<R>,
    ) -> Result<R, Stopped> {
        let Self { mut store, world } = self;
        store.data().own.counts.called(name);
        // The deadline is outside: inside `run_concurrent` a timer might never get its turn.
        let running = store.run_concurrent(async |accessor| call(&world, accessor).await);
        let error = match tokio::time::timeout(within, running).await {
            Ok(Ok(Ok(result))) => return Ok(result),
            Ok(Ok(Err(error)) | Err(error)) => error,
            Err(_) => {
                return Err(Stopped {
                    cause: Cause::Time,
                    why: too_long(within),
                });
            }
        };
        let cause = if store.data().own.limits.has_refused() {
            Cause::Memory
        } else {
            Cause::Other
        };
        Err(Stopped {
            cause,
            why: told(&error),
        })
    }
}

/// Bytes that the plugin reads as a stream.
pub(crate) fn stream(accessor: &Accessor<State>, bytes: Bytes) -> wasmtime::Result<StreamReader<u8>> {
    accessor.with(|access| StreamReader::new(access, bytes))
}

/// That something was not done in time.
pub(crate) fn too_long(within: Duration) -> String {
    format!("it was not done within {} seconds", within.as_secs())
}

/// Why the plugin was stopped, in words; the log has the whole of it.
pub(crate) fn told(error: &wasmtime::Error) -> String {
    tracing::debug!("the plugin was stopped: {error:?}");
    error.root_cause().to_string()
}
