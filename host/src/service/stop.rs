//! Asking what runs to come to an end.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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

    /// Waits for `other`, or until somebody asks.
    pub async fn or_after(&self, other: impl Future<Output = ()>) {
        let told = self.0.told.notified();
        if self.asked() {
            return;
        }
        tokio::select! {
            () = told => {}
            () = other => {}
        }
    }
}
