//! A loaded plugin and its instances.

use std::{path::Path, time::Duration};

use wasmtime::{
    Config, Engine, Store,
    component::{Accessor, Linker},
};

use crate::{
    Error, Result,
    capability::{
        lent::{Gate, Lent},
        logging::Lines,
    },
    compiled,
    contract::{ContentSource, ContentSourcePre},
    secrets::SecretKey,
    state::{self, State},
};

/// The powers that the project's own plugin has, as the build checks them.
const IMPORTS: &str = include_str!("../../wit/imports.txt");

/// What the contract offers besides, to plugins that need it.
const ALSO_GIVEN: [&str; 1] = ["clientpoint:content-source/state-store@0.1.0"];

/// How often a running plugin is interrupted, so that the host can end it.
const TICK: Duration = Duration::from_millis(50);

/// How long it may take to make an instance. A component can run code then.
const START_WITHIN: Duration = Duration::from_secs(5);

/// How many handles, streams, futures and calls under way an instance may have at a time.
const HANDLES_AT_MOST: usize = 10_000;

/// The largest component that is loaded, in bytes.
const COMPONENT_AT_MOST: u64 = 64 << 20;

/// A component that fits the contract and asks for no more than this host gives.
pub struct Plugin {
    engine: Engine,
    linked: ContentSourcePre<State>,
    imports: Vec<String>,
    exports: Vec<String>,
    size: u64,
}

/// One instance, for one connection. Whatever goes wrong in a call ends it.
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

impl Plugin {
    /// Loads a component from a file.
    ///
    /// # Errors
    ///
    /// `Error::Settings` that names the file and what is wrong: it is missing, no component, asks for a power that
    /// is not in the list, or does not export what the contract wants.
    pub fn load(path: &Path, cache: &Path, key: &SecretKey) -> Result<Self> {
        Self::load_with(path, cache, key, |_| {})
    }

    /// As [`Plugin::load`], on an engine with other settings: for hosts that manage memory themselves, and for tests that
    /// look into it.
    ///
    /// # Errors
    ///
    /// As [`Plugin::load`].
    pub fn load_with(path: &Path, cache: &Path, key: &SecretKey, settings: impl FnOnce(&mut Config)) -> Result<Self> {
        let shown = path.display();
        let wrong = |what: String| Error::Settings(format!("the plugin `{shown}` {what}"));
        let size = match std::fs::metadata(path) {
            Ok(found) if found.is_file() => found.len(),
            Ok(_) => {
                return Err(wrong(
                    "is not a file: give the path of a component (`onedrive.wasm`)".into(),
                ));
            }
            Err(_) => {
                return Err(wrong(
                    "is not there: build it with `cargo xtask build`, or give its path with `--plugin FILE`".into(),
                ));
            }
        };
        if COMPONENT_AT_MOST < size {
            return Err(wrong(format!(
                "is larger than {COMPONENT_AT_MOST} bytes, so it is no plugin"
            )));
        }
        let bytes = std::fs::read(path).map_err(|error| wrong(format!("can't be read: {error}")))?;
        if !is_component(&bytes) {
            return Err(wrong(
                "is not a WebAssembly component: `cargo xtask build` makes one at `target/component/onedrive.wasm`"
                    .into(),
            ));
        }
        let engine =
            engine(settings).map_err(|error| Error::Storage(format!("the engine can't be made: {error:#}")))?;
        let component = compiled::load(&engine, &bytes, cache, key)
            .map_err(|error| wrong(format!("can't be compiled: {error:#}")))?;
        let imports = names(component.component_type().imports(&engine));
        let refused: Vec<&str> = imports
            .iter()
            .map(String::as_str)
            .filter(|import| !is_given(import))
            .collect();
        if !refused.is_empty() {
            return Err(wrong(format!(
                "asks for powers that this host does not give: `{}`; use a plugin that needs no more than `clientpoint-host inspect` lists",
                refused.join("`, `")
            )));
        }
        let mut linker = Linker::new(&engine);
        let linked = state::add_to_linker(&mut linker)
            .and_then(|()| linker.instantiate_pre(&component))
            .and_then(ContentSourcePre::new)
            .map_err(|error| {
                wrong(format!(
                    "does not fit the contract `clientpoint:content-source@0.1.0`: {error:#}"
                ))
            })?;
        Ok(Self {
            exports: names(component.component_type().exports(&engine)),
            engine,
            linked,
            imports,
            size,
        })
    }

    /// The names of what it imports: its powers.
    pub fn imports(&self) -> &[String] {
        &self.imports
    }

    /// The names of what it exports.
    pub fn exports(&self) -> &[String] {
        &self.exports
    }

    /// The component's size in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Makes an instance with these powers.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`.
    pub async fn instantiate(&self, state: State) -> Result<Instance> {
        let mut store = Store::new(&self.engine, state);
        // What a call hands over can't be more than what fits inside: else one piece of memory, named again and again,
        // would come to any size out here.
        let at_once = store.data().own.limits.memory();
        store.set_hostcall_fuel(at_once);
        store.set_max_component_handles(HANDLES_AT_MOST);
        store.limiter(|state| &mut state.own.limits);
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        let starting = self.linked.instantiate_async(&mut store);
        let world = match tokio::time::timeout(START_WITHIN, starting).await {
            Ok(started) => started.map_err(|error| Error::PluginStopped(told(&error)))?,
            Err(_) => return Err(Error::PluginStopped(too_long(START_WITHIN))),
        };
        Ok(Instance { store, world })
    }
}

impl Instance {
    /// Lends it this, for its call.
    pub fn lend(mut self, lent: Lent) -> Self {
        self.store.data_mut().library.lent = lent;
        self
    }

    /// All instances of a run share the lines that they may log.
    pub fn logging(mut self, lines: &Lines) -> Self {
        self.store.data_mut().logging.lines = lines.clone();
        self
    }

    /// Gives it another amount of linear memory, in bytes, for a sheet, and lets the host take as much from it in one call.
    pub fn with_memory(mut self, memory: usize) -> Self {
        self.store.data_mut().own.limits.allow(memory);
        self.store.set_hostcall_fuel(memory);
        self
    }

    /// What it brings in or binds goes through here.
    pub fn gate(&self) -> Gate {
        self.store.data().library.gate.clone()
    }

    /// Calls the plugin. The instance is used up: a call that traps, or is not done `within` its time, leaves nothing
    /// that could be entered again.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped` if it trapped or took too long.
    pub async fn call<R>(
        self,
        within: Duration,
        call: impl AsyncFnOnce(&ContentSource, &Accessor<State>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        Ok(self.call_or_stop(within, call).await?)
    }

    /// As [`Instance::call`], for whoever has something to say about what it ran into.
    ///
    /// # Errors
    ///
    /// What it ran into.
    pub async fn call_or_stop<R>(
        self,
        within: Duration,
        call: impl AsyncFnOnce(&ContentSource, &Accessor<State>) -> wasmtime::Result<R>,
    ) -> Result<R, Stopped> {
        let Self { mut store, world } = self;
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

fn engine(settings: impl FnOnce(&mut Config)) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    settings(&mut config);
    config.epoch_interruption(true).wasm_component_model_async(true);
    let engine = Engine::new(&config)?;
    let ticking = engine.weak();
    std::thread::Builder::new()
        .name("epoch".into())
        .spawn(move || {
            while let Some(engine) = ticking.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(TICK);
            }
        })
        .map_err(wasmtime::Error::new)?;
    Ok(engine)
}

fn too_long(within: Duration) -> String {
    format!("it was not done within {} seconds", within.as_secs())
}

fn told(error: &wasmtime::Error) -> String {
    tracing::debug!("the plugin was stopped: {error:?}");
    error.root_cause().to_string()
}

/// The preamble of a component: `\0asm`, version 13, layer 1.
fn is_component(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\0asm\x0d\0\x01\0")
}

fn names<'a, T>(items: impl Iterator<Item = (&'a str, T)>) -> Vec<String> {
    let mut names: Vec<String> = items.map(|(name, _)| name.to_string()).collect();
    names.sort_unstable();
    names
}

/// Whether the host gives an import: the same interface, in the same or a compatible version.
fn is_given(import: &str) -> bool {
    IMPORTS
        .lines()
        .chain(ALSO_GIVEN)
        .any(|given| compatible(given) == compatible(import))
}

/// A name with its version cut down to what must be equal: the first number that is not 0, and what stands before it.
fn compatible(name: &str) -> String {
    let Some((interface, version)) = name.split_once('@') else {
        return name.to_string();
    };
    let mut parts = Vec::new();
    for part in version.split('.') {
        parts.push(part);
        if part != "0" {
            break;
        }
    }
    format!("{interface}@{}", parts.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_powers_in_the_list_are_given_in_compatible_versions_and_no_others() {
        assert!(is_given("wasi:http/client@0.3.0"));
        assert!(is_given("clientpoint:content-source/progress@0.1.0"));
        assert!(is_given("clientpoint:content-source/state-store@0.1.0"));
        for other in [
            "wasi:http/client@0.2.0",
            "wasi:filesystem/types@0.3.0",
            "wasi:cli/environment@0.3.0",
            "wasi:random/random@0.3.0",
            "wasi:http/client",
        ] {
            assert!(!is_given(other), "{other}");
        }
    }
}
