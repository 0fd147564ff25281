//! Operations under way in this process: what each tells of itself, and who watches it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use clientpoint_engine::capability::progress::Progress as Watcher;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{Span, field};

use super::progress::Told;
use crate::store::{operations::Noted, words::OperationKind};

/// The operations of a host, as far as they are under way in it.
pub(crate) struct Operations {
    /// The entry of this program in the folder of those that are there; none where it could not be made.
    program: Option<String>,
    alive: Mutex<BTreeMap<i64, Weak<Live>>>,
    /// Held while one is written down and put among those that are alive: who finds it written down finds it here, too.
    pub(crate) beginning: tokio::sync::Mutex<()>,
    /// Held while somebody looks whether a sync is under way, and begins one if none is.
    pub(crate) starting: tokio::sync::Mutex<()>,
    /// Held while somebody looks whether something was asked for before, and begins it if it was not.
    pub(crate) asking: tokio::sync::Mutex<()>,
}

/// One that is under way.
pub(crate) struct Live {
    /// Its number; none where it could not be written down.
    pub(crate) id: Option<i64>,
    pub(crate) kind: OperationKind,
    /// RFC 3339.
    pub(crate) begun_at: String,
    /// What it logs is told apart by this.
    pub(crate) span: Span,
    /// Somebody wants it to stop: what has not begun is not begun any more.
    pub(crate) stop: CancellationToken,
    is_taken: AtomicBool,
    told: Mutex<Told>,
    moved: watch::Sender<u64>,
}

/// Tells an operation what its transfers do, and whoever watches it.
pub(crate) struct Telling {
    pub(crate) live: Arc<Live>,
    pub(crate) next: Arc<dyn Watcher>,
}

impl Operations {
    pub(crate) fn new(program: Option<String>) -> Self {
        Self {
            program,
            alive: Mutex::default(),
            beginning: tokio::sync::Mutex::default(),
            starting: tokio::sync::Mutex::default(),
            asking: tokio::sync::Mutex::default(),
        }
    }

    pub(crate) fn program(&self) -> &str {
        self.program.as_deref().unwrap_or_default()
    }

    /// The entry of this program, for what else is made in it.
    pub(crate) fn entry(&self) -> Option<String> {
        self.program.clone()
    }

    pub(crate) fn put(&self, live: &Arc<Live>) {
        let Some(id) = live.id else { return };
        let mut alive = self.alive();
        alive.retain(|_, live| 0 < live.strong_count());
        alive.insert(id, Arc::downgrade(live));
    }

    pub(crate) fn get(&self, id: i64) -> Option<Arc<Live>> {
        self.alive().get(&id).and_then(Weak::upgrade)
    }

    fn alive(&self) -> MutexGuard<'_, BTreeMap<i64, Weak<Live>>> {
        self.alive.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Live {
    pub(crate) fn new(id: Option<i64>, kind: OperationKind, begun_at: String) -> Arc<Self> {
        // Whatever level is asked for: a line of any of them is told apart.
        let span = tracing::error_span!("operation", operation = id, connection = field::Empty);
        Arc::new(Self {
            id,
            kind,
            begun_at,
            span,
            stop: CancellationToken::new(),
            is_taken: AtomicBool::new(false),
            told: Mutex::default(),
            moved: watch::Sender::new(0),
        })
    }

    /// True for the first who asks: one operation is carried out once.
    pub(crate) fn take(&self) -> bool {
        !self.is_taken.swap(true, Ordering::Relaxed)
    }

    /// What it tells of itself now.
    pub(crate) fn told(&self) -> Told {
        self.lock().clone()
    }

    /// What is to be written down, if that is more than it was at `before`.
    pub(crate) fn noted_since(&self, before: u64) -> (u64, Option<Noted>) {
        let now = *self.moved.borrow();
        (now, (before != now).then(|| self.told().noted()))
    }

    /// Whoever waits for news of it.
    pub(crate) fn watched(&self) -> watch::Receiver<u64> {
        self.moved.subscribe()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Told)) {
        change(&mut self.lock());
        self.moved.send_modify(|moved| *moved = moved.wrapping_add(1));
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn moved(&self, item: &str, name: &str, done: u64, of: Option<u64>) {
        self.change(|Told { progress, .. }| match self.kind {
            OperationKind::Verify | OperationKind::Backup | OperationKind::Prune => {
                (progress.done, progress.of) = (done, of)
            }
            OperationKind::Import => progress.moved(item, name, (done, of)),
            // What becomes of the files of a run stands in its ledger.
            _ if of == Some(done) => progress.forget(item),
            _ => progress.moved(item, name, (done, of)),
        });
    }
}

impl Told {
    pub(crate) fn noted(&self) -> Noted {
        Noted {
            connection: self.connection.clone(),
            run: self.run,
            told: serde_json::to_string(self).unwrap_or_default(),
        }
    }
}

impl Watcher for Telling {
    fn report(&self, item: &str, name: &str, done: u64, total: Option<u64>) {
        self.live.moved(item, name, done, total);
        self.next.report(item, name, done, total);
    }

    fn waiting(&self, why: &str, time: Duration) {
        self.live.change(|told| told.progress.waits(why, Some(time)));
        self.next.waiting(why, time);
    }

    fn queued(&self, why: &str) {
        self.live.change(|told| told.progress.waits(why, None));
        self.next.queued(why);
    }
}
