//! Carrying an operation out: it is written down before, followed while it lasts, and its end is kept.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tracing::Instrument;

use super::{
    api::Failure,
    live::{Live, Telling},
};
use crate::{
    Error, Result, fences,
    service::{ItemOutcome, Session, Stop, answers::ItemRow},
    store::{
        operations::{self, End},
        words::{OperationKind, OperationState},
    },
};

/// How often what is known of one is written down, by the machine's own time: others see it with so much delay.
const NOTE_EVERY: Duration = Duration::from_secs(2);

/// An operation that has a number and waits to be carried out, by [`Session::carrying_out`]. Dropped before its end, it counts
/// as interrupted.
pub struct Begun(pub(in crate::service) Arc<Live>);

/// Work that a session does as an operation.
pub(in crate::service) struct Work<'a> {
    /// The same person at work on it: whatever this session does is told as the operation's.
    pub(in crate::service) session: Session<'a>,
    /// Who works looks whether this asks to stop.
    pub(in crate::service) stop: Stop,
    live: Arc<Live>,
    /// Who was given to the call that does the work.
    given: Stop,
}

/// What an operation has come to.
#[derive(Debug, Default)]
pub(in crate::service) struct CameTo {
    /// How many of what, by a word.
    pub(in crate::service) counts: BTreeMap<String, u64>,
    /// The name of the plan.
    pub(in crate::service) plan: Option<String>,
    /// Whether something was left undone because somebody wanted it to stop.
    pub(in crate::service) is_stopped: bool,
}

impl Begun {
    /// Its number.
    pub fn id(&self) -> i64 {
        self.0.id.unwrap_or_default()
    }
}

impl CameTo {
    pub(in crate::service) fn counts(counts: BTreeMap<String, u64>) -> Self {
        Self {
            counts,
            ..Self::default()
        }
    }

    /// Of an import.
    pub(in crate::service) fn outcomes(outcomes: &[ItemOutcome]) -> Self {
        let mut came_to = Self::default();
        for outcome in outcomes {
            *came_to.counts.entry(outcome.outcome.into()).or_default() += 1;
            came_to.is_stopped |= matches!(outcome.outcome, "stopped" | "not-started");
        }
        came_to
    }
}

impl<'a> Session<'a> {
    /// Begins an operation, or takes the one that has begun for this session. That it can't be written down keeps nobody from
    /// working: it is told of nowhere then.
    pub(in crate::service) async fn work(&self, kind: OperationKind, stop: &Stop) -> Result<Work<'a>> {
        let live = match self.operation.as_ref().filter(|live| live.take()) {
            Some(live) if live.kind == kind => live.clone(),
            Some(other) => {
                return Err(Error::Settings(format!(
                    "this operation is a `{}`, not a `{kind}`",
                    other.kind
                )));
            }
            None => match self.begun(kind).await {
                Ok(live) => live,
                Err(error) => {
                    tracing::warn!("an operation can't be written down: {error}");
                    Live::new(None, kind, self.now())
                }
            },
        };
        live.take();
        let telling = Telling {
            live: live.clone(),
            next: self.watcher.clone(),
        };
        Ok(Work {
            session: Session {
                host: self.host,
                user: self.user.clone(),
                through: self.through,
                watcher: Arc::new(telling),
                from: self.from.clone(),
                operation: Some(live.clone()),
            },
            stop: live.stop.clone(),
            live,
            given: stop.clone(),
        })
    }

    /// Writes down that an operation begins.
    pub(super) async fn begun(&self, kind: OperationKind) -> Result<Arc<Live>> {
        let all = &self.host.operations;
        let _until_it_is_there = all.beginning.lock().await;
        let (store, by) = (&self.host.store, &self.user.name);
        let now = self.now();
        let id = operations::begin(store, kind, by, all.program(), &now).await?;
        let live = Live::new(Some(id), kind, now);
        all.put(&live);
        Ok(live)
    }

    /// Which connection this session works through, once it is known.
    pub(in crate::service) fn works_through(&self, connection: &str) {
        let Some(live) = &self.operation else { return };
        let mut is_new = false;
        live.change(|told| is_new = told.connection.replace(connection.into()).is_none());
        if is_new {
            live.span.record("connection", in_log(connection));
        }
    }

    /// Which run this session carries out; what is logged within the span that it gives is told apart by it.
    pub(in crate::service) fn works_on(&self, run: i64) -> tracing::Span {
        if let Some(live) = &self.operation {
            live.change(|told| told.run = Some(run));
        }
        tracing::error_span!("run", run)
    }

    /// That a run has gone on.
    pub(in crate::service) fn has_moved(&self) {
        if let Some(live) = &self.operation {
            live.change(|told| told.progress.waits = None);
        }
    }

    /// How many files an import is about.
    pub(in crate::service) fn wants(&self, files: usize) {
        if let Some(live) = &self.operation {
            live.change(|told| told.progress.of = Some(files as u64));
        }
    }

    /// Which files an import brings in now: written down before it begins with them.
    pub(in crate::service) async fn asks(&self, items: impl IntoIterator<Item = ItemRow>) {
        let Some(live) = &self.operation else { return };
        live.change(|told| told.progress.asks(items));
        if let (Some(id), (_, Some(noted))) = (live.id, live.noted_since(u64::MAX)) {
            noted_or_not(operations::note(&self.host.store, id, &noted).await.map(drop));
        }
    }

    /// What became of some files of an import.
    pub(in crate::service) fn came(&self, outcomes: &[ItemOutcome]) {
        if let Some(live) = &self.operation {
            live.change(|told| {
                told.progress.came(outcomes);
                for outcome in outcomes {
                    *told.counts.entry(outcome.outcome.into()).or_default() += 1;
                }
            });
        }
    }

    /// What became of all files of an import.
    pub(in crate::service) fn all_came(&self, outcomes: &[ItemOutcome]) {
        if let Some(live) = &self.operation {
            live.change(|told| told.progress.ended(outcomes));
        }
    }

    /// Whether what has not begun shall not begin any more: `stop` asks for that as well.
    pub(in crate::service) fn stopping(&self, stop: &Stop) -> Stop {
        self.operation
            .as_ref()
            .map_or_else(|| stop.clone(), |live| live.stop.clone())
    }
}

impl Work<'_> {
    /// Carries it out. What it came to is kept, as `came_to` tells it.
    ///
    /// # Errors
    ///
    /// Those of `doing`.
    pub(in crate::service) async fn carry_out<T>(
        &self,
        doing: impl Future<Output = Result<T>>,
        came_to: impl FnOnce(&T) -> CameTo,
    ) -> Result<T> {
        // In a box: what is done is large, and so would be everything around it.
        let doing = Box::pin(doing);
        let work = async {
            let done = tokio::select! {
                biased;
                never = self.pass_on_stops() => match never {},
                done = doing => done,
                never = fences::without(self.keep_noting()) => match never {},
            };
            // Also of work that has lost its right: else it would be told as under way for as long as this program lives.
            fences::without(self.end(&done, came_to)).await;
            done
        };
        work.instrument(self.live.span.clone()).await
    }

    async fn pass_on_stops(&self) -> std::convert::Infallible {
        self.given.cancelled().await;
        self.live.stop.cancel();
        std::future::pending().await
    }

    /// Writes down how far it is, and hears whether somebody in another program wants it to stop.
    async fn keep_noting(&self) -> std::convert::Infallible {
        let Some(id) = self.live.id else {
            return std::future::pending().await;
        };
        let store = &self.session.host.store;
        let mut before = 0;
        loop {
            tokio::time::sleep(NOTE_EVERY).await;
            let (now, noted) = self.live.noted_since(before);
            let asked = match noted {
                Some(noted) => operations::note(store, id, &noted).await,
                None => operations::is_to_stop(store, id).await,
            };
            match asked {
                Ok(true) => self.live.stop.cancel(),
                Ok(false) => before = now,
                Err(error) => noted_or_not(Err(error)),
            }
        }
    }

    async fn end<T>(&self, done: &Result<T>, came_to: impl FnOnce(&T) -> CameTo) {
        let (state, failure) = match done {
            Ok(value) => {
                let came_to = came_to(value);
                self.live
                    .change(|told| (told.counts, told.plan) = (came_to.counts, came_to.plan));
                let state = if came_to.is_stopped && self.stop.is_cancelled() {
                    OperationState::Stopped
                } else {
                    OperationState::Done
                };
                (state, None)
            }
            Err(error) if is_a_stop(error) => (OperationState::Stopped, Some(Failure::from(error))),
            Err(error) => (OperationState::Failed, Some(Failure::from(error))),
        };
        self.live.change(|told| told.progress.waits = None);
        let Some(id) = self.live.id else { return };
        if failure.is_some() {
            let mut told = self.live.told();
            noted_or_not(
                self.session
                    .host
                    .find_again(self.live.kind, &mut told, &self.live.begun_at)
                    .await,
            );
            self.live.change(|now| *now = told);
        }
        let end = End {
            state,
            noted: self.live.told().noted(),
            failure: failure.and_then(|failure| serde_json::to_string(&failure).ok()),
        };
        noted_or_not(operations::end(&self.session.host.store, id, &end, &self.session.now()).await);
    }
}

/// Whether the error says that somebody has stopped it.
fn is_a_stop(error: &Error) -> bool {
    matches!(
        error.bare(),
        Error::Sync {
            code: "stopped" | "interrupted" | "waits",
            ..
        }
    )
}

/// What is told of an operation is for people who look at it: that it can't be written down changes nothing of it.
fn noted_or_not(result: Result<()>) {
    if let Err(error) = result {
        tracing::warn!("how far an operation is can't be written down: {error}");
    }
}

/// A connection in the log: that of a person without what can be read of their name.
fn in_log(connection: &str) -> String {
    // One of another account than the default one begins with that.
    let (account, own) = match connection.rsplit_once('.') {
        Some((account, own)) => (format!("{account}."), own),
        None => (String::new(), connection),
    };
    match own.strip_prefix("user-").and_then(|rest| rest.rsplit_once('-')) {
        Some((_, unique)) => format!("{account}user-{unique}"),
        None => connection.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_of_a_person_is_in_the_log() {
        assert_eq!(in_log("user-ada-0123456789ab"), "user-0123456789ab");
        assert_eq!(in_log("acme.user-ada-0123456789ab"), "acme.user-0123456789ab");
        assert_eq!(in_log("organization"), "organization");
    }
}
