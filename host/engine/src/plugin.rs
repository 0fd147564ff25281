//! A loaded plugin: what it is, and the making of its instances.

use std::{path::Path, time::Duration};

use tokio::sync::OnceCell;
use wasmtime::{
    Config, Engine, Store,
    component::{Component, Linker},
};

use crate::{
    Error, Result, Unfit, compiled,
    contract::{ContentSourcePre, exports::clientpoint::content_source::source::Description},
    described,
    instance::{Instance, told, too_long},
    secrets::SecretKey,
    state::{self, State},
};

/// The contract that is spoken here.
const CONTRACT: &str = "clientpoint:content-source@0.3.0";

/// The powers that the project's own plugin has, as the build checks them.
const IMPORTS: &str = include_str!("../wit/imports.txt");

/// What the contract offers besides, to plugins that need it.
const ALSO_GIVEN: [&str; 1] = ["clientpoint:content-source/state-store@0.3.0"];

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
    /// What it has said of itself.
    description: OnceCell<Description>,
}

impl Plugin {
    /// Loads a component from a file. What it is compiled to is kept in the folder `cache`, sealed with `key`.
    ///
    /// # Errors
    ///
    /// `Error::Load` that names the file and what is wrong: it is missing, no component, asks for a power that is not in
    /// the list, or does not export what the contract wants.
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
        let name = path.display().to_string();
        let loaded = read(path).and_then(|bytes| Self::made(&bytes, Some((cache, key)), settings));
        loaded.map_err(|wrong| wrong.of(name))
    }

    /// Takes a component from memory, and compiles it. `name` is what it is called in errors.
    ///
    /// # Errors
    ///
    /// As [`Plugin::load`].
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self> {
        Self::made(bytes, None, |_| {}).map_err(|wrong| wrong.of(name.into()))
    }

    fn made(
        bytes: &[u8],
        cache: Option<(&Path, &SecretKey)>,
        settings: impl FnOnce(&mut Config),
    ) -> Result<Self, Wrong> {
        if COMPONENT_AT_MOST < bytes.len() as u64 {
            return Err(Unfit::TooLarge(COMPONENT_AT_MOST).into());
        }
        if !is_component(bytes) {
            return Err(Unfit::NoComponent.into());
        }
        let engine = engine(settings).map_err(Wrong::Engine)?;
        let component = match cache {
            Some((cache, key)) => compiled::load(&engine, bytes, cache, key),
            None => Component::new(&engine, bytes),
        };
        let component = component.map_err(|error| Unfit::Uncompiled(format!("{error:#}")))?;
        let imports = names(component.component_type().imports(&engine));
        let refused: Vec<String> = imports.iter().filter(|import| !is_given(import)).cloned().collect();
        if !refused.is_empty() {
            return Err(Unfit::Powers(refused).into());
        }
        let mut linker = Linker::new(&engine);
        let linked = state::add_to_linker(&mut linker)
            .and_then(|()| linker.instantiate_pre(&component))
            .and_then(ContentSourcePre::new)
            .map_err(|error| Unfit::OtherContract {
                contract: CONTRACT,
                why: format!("{error:#}"),
            })?;
        Ok(Self {
            exports: names(component.component_type().exports(&engine)),
            engine,
            linked,
            imports,
            size: bytes.len() as u64,
            description: OnceCell::new(),
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

    /// What it says of itself: it is asked once, in an instance with these powers, and answers the same ever after.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`, also for what no host can keep (`described`). It is asked again then.
    pub(crate) async fn description(&self, state: impl FnOnce() -> State) -> Result<&Description> {
        let asked = async || described::kept(self.instantiate(state()).await?.describe().await?);
        self.description.get_or_try_init(asked).await
    }

    /// Makes an instance with these powers.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`.
    pub async fn instantiate(&self, state: State) -> Result<Instance> {
        state.own.counts.made();
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
        Ok(Instance::new(store, world))
    }
}

/// Why a component is not loaded.
enum Wrong {
    /// It is no plugin for this engine.
    Unfit(Unfit),
    /// The engine itself can't be made.
    Engine(wasmtime::Error),
}

impl From<Unfit> for Wrong {
    fn from(unfit: Unfit) -> Self {
        Self::Unfit(unfit)
    }
}

impl Wrong {
    /// For the component of that name.
    fn of(self, file: String) -> Error {
        match self {
            Self::Unfit(problem) => Error::Load { file, problem },
            Self::Engine(error) => Error::Storage(format!("the engine can't be made: {error:#}")),
        }
    }
}

/// Reads a component, as far as its file can be one.
fn read(path: &Path) -> Result<Vec<u8>, Wrong> {
    let size = match std::fs::metadata(path) {
        Ok(found) if found.is_file() => found.len(),
        Ok(_) => return Err(Unfit::NoFile.into()),
        Err(_) => return Err(Unfit::Missing.into()),
    };
    if COMPONENT_AT_MOST < size {
        return Err(Unfit::TooLarge(COMPONENT_AT_MOST).into());
    }
    std::fs::read(path).map_err(|error| Unfit::Unreadable(error.to_string()).into())
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
        assert!(is_given("clientpoint:content-source/progress@0.3.0"));
        assert!(is_given("clientpoint:content-source/state-store@0.3.0"));
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
