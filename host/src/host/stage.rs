//! What an instance stands on: the parts of the host that it is given, each as far as it may have it.

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
    oauth::Tokens,
    powers::Power,
    state::{Own, State},
    store::reference::Reference,
};

/// What is added to the largest file for the largest download, so that the plugin can see that a file is too large.
const DOWNLOAD_MARGIN: u64 = 1 << 20;

/// The parts of a host that its instances are made of. Copies share them.
#[derive(Clone)]
pub(super) struct Stage {
    pub(super) library: Arc<Reference>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) client: reqwest::Client,
    pub(super) watcher: Arc<dyn Progress>,
    /// Linear memory of one instance, in bytes.
    pub(super) memory: usize,
    pub(super) counts: Counts,
    pub(super) withheld: BTreeSet<Power>,
}

impl Stage {
    /// The state of an instance for this connection. A file may be at most `limit` bytes long.
    pub(super) fn state(&self, info: Info, rules: Rules, tokens: Tokens, limit: u64) -> State {
        let connection: Arc<str> = info.id.as_str().into();
        let library = LibraryCtx::new(self.library.clone(), self.library.clone(), connection.clone(), limit);
        let mut state = State {
            connection: ConnectionCtx { info },
            state_store: StateStoreCtx {
                store: self.library.clone(),
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
            ),
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
    pub(super) fn reaching_nothing(&self) -> State {
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
