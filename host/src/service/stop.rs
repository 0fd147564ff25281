//! Asking what runs to come to an end.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::Notify;

/// Asks runs to end between two steps. Clones ask the same.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<Stopping>);

#[derive(Debug, Default)]
struct Stopping {
    asked: AtomicBool,
    told: Notify,
}

impl Stop {
    /// Asks.
    pub fn ask(&self) {
        self.0.asked.store(true, Ordering::SeqCst);
        self.0.told.notify_waiters();
    }

    /// Whether somebody has asked.
    pub fn asked(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// Waits until somebody asks.
    pub async fn wait(&self) {
        let told = self.0.told.notified();
        if !self.asked() {
            told.await;
        }
    }

    /// Waits for `other`, or until somebody asks.
    pub async fn or_after(&self, other: impl Future<Output = ()>) {
        self.unless_asked(other).await;
    }

    /// Does some work, unless somebody asks before it is done: then it is given up where it stands.
    pub async fn unless_asked<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.wait() => None,
            done = work => Some(done),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_is_given_up_as_soon_as_somebody_asks() {
        let stop = Stop::default();
        assert_eq!(stop.unless_asked(async { 1 }).await, Some(1));
        let mut waiting = Box::pin(stop.unless_asked(std::future::pending::<()>()));
        assert!(futures::poll!(&mut waiting).is_pending());
        stop.ask();
        assert_eq!(waiting.await, None);
        assert_eq!(stop.unless_asked(async { 1 }).await, None, "nothing is begun any more");
    }
}
