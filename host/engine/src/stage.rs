//! What an instance stands on: the parts of its embedder that it is given, each as far as it may have it.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    capability::{
        clocks::ClocksCtx,
        connection::ConnectionCtx,
        content_library::LibraryCtx,
        logging::LoggingCtx,
        progress::{Progress, ProgressCtx},
        state_store::StateStoreCtx,
    },
    clock::Clock,
    contract::clientpoint::content_source::{
        connection::{Info, Mode},
        types::{Policy, Subfolders},
    },
    counts::Counts,
    egress::{Egress, rules::Rules},
    library::{Library, Managed, StateStore},
    oauth::Tokens,
    powers::Power,
    state::{Own, State},
};

/// What is added to the largest file for the largest download, so that the plugin can see that a file is too large.
const DOWNLOAD_MARGIN: u64 = 1 << 20;

/// The parts that its instances are made of. Copies share them.
#[derive(Clone)]
pub struct Stage {
    /// The library that files come into.
    pub library: Arc<dyn Library>,
    /// Those of its files that follow something.
    pub managed: Arc<dyn Managed>,
    /// Where plugins keep small values.
    pub state_store: Arc<dyn StateStore>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// What sends requests.
    pub client: reqwest::Client,
    /// Who watches transfers.
    pub watcher: Arc<dyn Progress>,
    /// Linear memory of one instance, in bytes.
    pub memory: usize,
    /// Where instances are counted.
    pub counts: Counts,
    /// What plugins are not given.
    pub withheld: BTreeSet<Power>,
}

impl Stage {
    /// The state of an instance for this connection. A file may be at most `limit` bytes long.
    pub fn state(&self, info: Info, rules: Rules, tokens: Tokens, limit: u64) -> State {
        let connection: Arc<str> = info.id.as_str().into();
        let library = LibraryCtx::new(self.library.clone(), self.managed.clone(), connection.clone(), limit)
            .counted(self.counts.clone());
        let mut state = State {
            connection: ConnectionCtx { info },
            state_store: StateStoreCtx {
                store: self.state_store.clone(),
                connection,
                calls: library.calls.clone(),
                withheld: false,
            },
            library,
            egress: Egress::new(
                self.client.clone(),
                rules,
                tokens,
                limit.saturating_add(DOWNLOAD_MARGIN),
            )
            .counted(self.counts.clone()),
            clocks: ClocksCtx {
                clock: self.clock.clone(),
            },
            progress: ProgressCtx::new(self.watcher.clone()),
            logging: LoggingCtx::default(),
            own: Own::new(self.memory, self.counts.clone()),
        };
        for power in &self.withheld {
            state.withhold(*power);
        }
        state
    }

    /// The state of an instance that is asked a pure question.
    pub fn reaching_nothing(&self) -> State {
        let info = Info {
            id: String::new(),
            mode: Mode::Organization,
            api_origin: String::new(),
            drive: None,
            policy: Policy {
                max_file_bytes: 0,
                max_files_per_import: 0,
                file_types: Vec::new(),
                subfolders: Subfolders::None,
                max_sheet_bytes: 0,
                max_sheet_rows: 0,
            },
        };
        let rules = Rules::new(String::new(), Vec::new(), false, false);
        self.state(info, rules, Tokens::none(self.clock.clone()), 0)
    }
}
