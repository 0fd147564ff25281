//! A run under way: its connection, which is signed in once, and what it may take.

use std::time::Duration;

use crate::{
    Result,
    service::{
        Session, Stop,
        connections::in_use::SignedIn,
        runs::{budget::Allowance, mandate::Mandate},
    },
    store::connections::Connection,
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
