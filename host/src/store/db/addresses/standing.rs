//! How it stands with the addresses, and what a pool lends accordingly.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};

use sqlx::{
    Connection,
    postgres::{PgConnection, PgPoolOptions},
};
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};

use super::finding;
use crate::error::server::ServerTrouble;

/// How long an address may take to answer, and to say whether it takes writes, while hosts are at work.
pub(super) const ANSWER: Duration = Duration::from_secs(5);

/// How long a connection that was not in use may take to show that it is whole.
const SIGN_OF_LIFE: Duration = Duration::from_secs(3);

/// How it stands with the addresses. The pools look at it whenever they lend a connection.
pub(super) struct Standing {
    pub(super) in_use: watch::Sender<InUse>,
    /// The places of all of them, for people.
    pub(super) places: Arc<str>,
    /// That a look is wanted.
    pub(super) doubt: Notify,
    /// That connections were heard of which only read, though they did not when they were made.
    pub(super) is_stale: AtomicBool,
}

/// The address that is in use.
#[derive(Clone, Debug)]
pub(super) struct InUse {
    pub(super) at: usize,
    pub(super) place: Arc<str>,
    /// How many there were before it.
    pub(super) moves: u64,
    /// When this began, if it was not so from the beginning. Connections that are older are lent to nobody.
    pub(super) since: Option<Instant>,
    pub(super) found: Found,
}

/// What the last look has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// One that takes writes: the one in use.
    One,
    /// Only such as can be read, at best.
    Reading,
    /// None that answers.
    Nothing,
}

/// A pool that lends nothing that is of no use: no connection to a server that only reads, none that was made before another
/// address was in use, and none that is broken. Whatever is wrong with one makes the addresses be looked at. One that comes
/// back in the middle of something is asked as well: the pool would wait without end for a server that is gone.
pub(super) fn minded(pool: PgPoolOptions, standing: &Arc<Standing>) -> PgPoolOptions {
    let (made, lent, back) = (Arc::clone(standing), Arc::clone(standing), Arc::clone(standing));
    // Who lends one asks it for a sign of life by itself.
    pool.test_before_acquire(false)
        .after_connect(move |connection, _| {
            let standing = Arc::clone(&made);
            Box::pin(async move { standing.takes_writes(connection).await })
        })
        .before_acquire(move |connection, about| {
            let standing = Arc::clone(&lent);
            Box::pin(async move { standing.may_be_lent(connection, about.age).await })
        })
        .after_release(move |connection, about| {
            let standing = Arc::clone(&back);
            Box::pin(async move { standing.may_be_lent(connection, about.age).await })
        })
}

impl Standing {
    /// Refuses a new connection to a server that only reads: the pool goes on trying, by the address that is in use then.
    async fn takes_writes(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        let refused = match timeout(ANSWER, finding::only_reads(connection)).await {
            Ok(Ok(false)) => return Ok(()),
            Ok(Ok(true)) => ServerTrouble::only_reads(&self.in_use.borrow().place),
            Ok(Err(error)) => error,
            Err(_) => sqlx::Error::PoolTimedOut,
        };
        self.doubt.notify_one();
        Err(refused)
    }

    /// Whether a connection of this age may be lent: it is of the address in use, and whole.
    async fn may_be_lent(&self, connection: &mut PgConnection, age: Duration) -> sqlx::Result<bool> {
        let since = self.in_use.borrow().since;
        if since.is_some_and(|since| since.elapsed() < age) {
            return Ok(false);
        }
        let broken = match timeout(SIGN_OF_LIFE, connection.ping()).await {
            Ok(Ok(())) => return Ok(true),
            Ok(Err(error)) => error,
            Err(_) => sqlx::Error::PoolTimedOut,
        };
        self.doubt.notify_one();
        Err(broken)
    }
}
