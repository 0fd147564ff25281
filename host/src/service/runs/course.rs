//! A run under way: its connection, which is signed in once, and what it may take.

use std::time::Duration;

use crate::{
    Result,
    service::{
        Session, Stop,
        connections::in_use::SignedIn,
        runs::{budget::Allowance, mandate::Mandate},
    },
    store::{connections::Connection, runs::Run},
};

/// A run under way.
pub(super) struct Course<'s> {
    session: &'s Session<'s>,
    pub(super) connection: &'s Connection,
    pub(super) mandate: &'s Mandate,
    pub(super) allowance: Allowance,
    signed_in: Option<SignedIn<'s>>,
}

impl<'s> Course<'s> {
    /// For a run that begins now, or goes on.
    pub(super) fn new(session: &'s Session<'s>, connection: &'s Connection, mandate: &'s Mandate) -> Self {
        Self {
            session,
            connection,
            mandate,
            allowance: Allowance::new(session.host),
            signed_in: None,
        }
    }

    /// Lets so much time pass, without a place among those that are at work.
    pub(super) async fn pause(&self, why: &str, time: Duration, stop: &Stop) {
        let (host, watcher) = (self.session.host, &*self.session.watcher);
        self.mandate.pause(host, watcher, (why, time), stop).await;
    }

    /// The connection, signed in: at the first step, and at the next one where that did not succeed.
    ///
    /// # Errors
    ///
    /// As [`Session::signed_in`].
    pub(super) async fn signed_in(&mut self) -> Result<&mut SignedIn<'s>> {
        let signed_in = match self.signed_in.take() {
            Some(signed_in) => signed_in,
            None => self.session.signed_in(self.connection).await?,
        };
        Ok(self.signed_in.insert(signed_in))
    }
}

/// Tells the log that a run begins or goes on.
pub(super) fn begins(run: &Run) {
    let (kind, files) = (run.kind, run.inputs);
    let due = run.due.as_ref().map(|due| format!(", due {due}")).unwrap_or_default();
    let late = if run.late.0 { ", late" } else { "" };
    let how = if run.cursor.is_some() { "goes on" } else { "begins" };
    tracing::info!("run {} {how}: {kind}{due}{late}, {files} files", run.id);
}
