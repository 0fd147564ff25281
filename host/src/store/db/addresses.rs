//! The addresses of a server's database, and which of them is in use.
//!
//! With one address there is nothing to choose, and nothing here is done. With several, whatever sounds as if the server were
//! gone or had become a standby makes a task look for the first of them that takes writes, the one in use before all others.
//! Both pools connect there from then on, and what they have from before is lent to nobody any more.

pub(crate) mod finding;
mod standing;

use std::{
    fmt,
    future::Future,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{
    Connection,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions},
};
use tokio::{
    sync::{Notify, watch},
    time::{sleep, timeout},
};

use crate::error::server::ServerTrouble;
use finding::{Passed, place, places};
use standing::{ANSWER, Found, InUse, Standing, minded};

/// How long it takes at least from one look at the addresses to the next.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a statement is waited for that may have gone to a server that is in use no more. It may as well have waited for
/// the new one.
const GRACE: Duration = Duration::from_secs(30);

/// The addresses of a database. Whoever works with it tells them what went wrong, by [`Way::told`].
pub(crate) struct Addresses {
    /// How a host comes in by each, in the order in which they were named.
    all: Vec<PgConnectOptions>,
    pools: [PgPool; POOLS],
    /// An account that has a library there, and the id of that: no other database is taken for this one. None where there is
    /// nothing to choose.
    library: Option<(String, String)>,
    standing: Arc<Standing>,
}

/// What goes on by one of the addresses.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    addresses: Arc<Addresses>,
    /// Where it leads to, for people.
    place: Arc<str>,
    /// How many were in use before it.
    moves: u64,
    /// How long an answer is waited for once another one is in use.
    grace: Duration,
}

/// How many pools of connections there are.
const POOLS: usize = 3;

impl Addresses {
    /// Where the one in use is, for people.
    pub(crate) fn place(&self) -> String {
        self.standing.in_use.borrow().place.to_string()
    }

    /// Makes the pools, which connect by the address `at`, whose options are these. `library` is an account and the id
    /// of its library, which every other address has to have as well.
    pub(crate) fn pooled(
        all: Vec<PgConnectOptions>,
        (at, options): (usize, &PgConnectOptions),
        library: Option<(String, String)>,
        pools: [PgPoolOptions; POOLS],
    ) -> (Arc<Self>, [PgPool; POOLS]) {
        let standing = Arc::new(Standing {
            in_use: watch::Sender::new(InUse {
                at,
                place: place(options).into(),
                moves: 0,
                since: None,
                found: Found::One,
            }),
            places: places(&all).into(),
            doubt: Notify::new(),
            is_stale: AtomicBool::new(false),
        });
        let are_several = 1 < all.len();
        let pool = |pool: PgPoolOptions| -> PgPool {
            let pool = if are_several { minded(pool, &standing) } else { pool };
            pool.connect_lazy_with(options.clone())
        };
        let pools = pools.map(pool);
        let addresses = Arc::new(Self {
            all,
            pools: pools.clone(),
            library,
            standing,
        });
        if are_several {
            addresses.mind();
        }
        (addresses, pools)
    }

    /// The way that is in use now, for a statement that has no connection yet.
    pub(crate) fn way(self: &Arc<Self>) -> Way {
        let in_use = self.standing.in_use.borrow();
        Way {
            addresses: Arc::clone(self),
            place: Arc::clone(&in_use.place),
            moves: in_use.moves,
            grace: GRACE,
        }
    }

    /// The way that is in use now, for a connection that was just lent: what goes on by it ends once another one is in use.
    pub(crate) fn way_of_lent(self: &Arc<Self>) -> Way {
        Way {
            grace: Duration::ZERO,
            ..self.way()
        }
    }

    /// Looks whenever there is doubt, once in [`PAUSE`] at most, and goes on until one is found that takes writes: else who
    /// waits for a connection would wait in vain. It ends with the addresses.
    fn mind(self: &Arc<Self>) {
        let (addresses, standing) = (Arc::downgrade(self), Arc::clone(&self.standing));
        tokio::spawn(async move {
            loop {
                standing.doubt.notified().await;
                loop {
                    let Some(addresses) = addresses.upgrade() else { return };
                    if addresses.pools.iter().all(PgPool::is_closed) {
                        return;
                    }
                    let is_found = addresses.look().await;
                    drop(addresses);
                    sleep(PAUSE).await;
                    if is_found {
                        break;
                    }
                }
            }
        });
    }

    /// Looks for the one that takes writes, and goes over to it. Whether there is one.
    async fn look(&self) -> bool {
        let is_stale = self.standing.is_stale.swap(false, Ordering::SeqCst);
        let before = self.standing.in_use.borrow().at;
        let mut ways: Vec<(usize, &PgConnectOptions)> = self.all.iter().enumerate().collect();
        // The one in use is left for a reason alone; those before it in the list are none.
        ways.sort_by_key(|(at, _)| *at != before);
        let library = self
            .library
            .as_ref()
            .map(|(account, id)| (account.as_str(), id.as_str()));
        match finding::first(&ways, library, ANSWER).await {
            Ok((at, connection)) => {
                // It has said what it was asked.
                let _ = timeout(ANSWER, connection.close()).await;
                let since = (at != before || is_stale).then(Instant::now);
                self.go_by(at, since);
                true
            }
            Err(passed) => {
                let reads = passed.iter().any(|(_, why)| matches!(why, Passed::OnlyReads));
                let found = if reads { Found::Reading } else { Found::Nothing };
                if self.standing.in_use.borrow().found != found {
                    for (place, why) in &passed {
                        tracing::warn!("the database at `{place}` {why}");
                    }
                }
                self.standing.in_use.send_modify(|in_use| in_use.found = found);
                false
            }
        }
    }

    /// Goes by this address from now on; connections from before `since` are lent to nobody any more.
    fn go_by(&self, at: usize, since: Option<Instant>) {
        let Some(options) = self.all.get(at) else { return };
        if since.is_some() {
            for pool in &self.pools {
                pool.set_connect_options(options.clone());
            }
        }
        self.standing.in_use.send_modify(|in_use| {
            if in_use.at != at {
                in_use.place = place(options).into();
                in_use.moves += 1;
                tracing::warn!("the database is asked at `{}` from now on", in_use.place);
            }
            in_use.at = at;
            in_use.since = since.or(in_use.since);
            in_use.found = Found::One;
        });
    }

    /// Hears of an error: whether it is a reason to look at the addresses.
    fn hear(&self, error: &sqlx::Error) {
        let is_doubtful = match error {
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::PoolTimedOut => true,
            sqlx::Error::Database(said) => match said.code().as_deref() {
                // A transaction that began where writes were taken, and is not any more.
                Some("25006") => {
                    self.standing.is_stale.store(true, Ordering::SeqCst);
                    true
                }
                // It ends, or has only begun; the database is not there, or lets nobody in.
                Some("57P01" | "57P02" | "57P03" | "3D000" | "28000" | "28P01") => true,
                Some(code) => code.starts_with("08"),
                None => false,
            },
            _ => false,
        };
        if is_doubtful && 1 < self.all.len() {
            self.standing.doubt.notify_one();
        }
    }

    /// Waits until another place than this one is in use, and says which.
    #[cfg(test)]
    pub(crate) async fn moved(&self, away_from: &str) -> String {
        let place = |in_use: &InUse| in_use.place.to_string();
        place(&self.until(|in_use| *in_use.place != *away_from).await)
    }

    /// Waits until a look has found none of use.
    #[cfg(test)]
    pub(crate) async fn lost(&self) {
        self.until(|in_use| in_use.found != Found::One).await;
    }

    #[cfg(test)]
    async fn until(&self, holds: impl Fn(&InUse) -> bool) -> InUse {
        let mut in_use = self.standing.in_use.subscribe();
        let waiting = timeout(Duration::from_secs(60), in_use.wait_for(|in_use| holds(in_use)));
        waiting.await.unwrap().unwrap().clone()
    }
}

impl Way {
    /// Waits for an answer, and tells an error of the server with its place. A server that has gone without a word, and that
    /// is in use no more, is not waited for without end.
    pub(crate) async fn within<T>(&self, answer: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
        let answered = if 1 < self.addresses.all.len() {
            tokio::select! {
                biased;
                answered = answer => answered,
                () = self.left() => Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into())),
            }
        } else {
            answer.await
        };
        answered.map_err(|error| self.told(error))
    }

    /// Ends once another way has been in use for so long that nothing comes by this one any more.
    async fn left(&self) {
        let mut in_use = self.addresses.standing.in_use.subscribe();
        // Whoever could end it is held by this way.
        let _ = in_use.wait_for(|in_use| in_use.moves != self.moves).await;
        sleep(self.grace).await;
    }

    /// An error of the server, with its place. What is wrong with the server or the way to it makes others be looked for.
    pub(crate) fn told(&self, error: sqlx::Error) -> sqlx::Error {
        self.addresses.hear(&error);
        let standing = &self.addresses.standing;
        let (found, now) = {
            let in_use = standing.in_use.borrow();
            (in_use.found, Arc::clone(&in_use.place))
        };
        match (&error, found) {
            (sqlx::Error::PoolTimedOut, Found::One) => ServerTrouble::at(&now, error),
            (sqlx::Error::PoolTimedOut, Found::Reading) => ServerTrouble::only_reads(&standing.places),
            (sqlx::Error::PoolTimedOut, Found::Nothing) => ServerTrouble::at(&standing.places, error),
            _ => ServerTrouble::at(&self.place, error),
        }
    }
}

impl Drop for Addresses {
    /// Lets the task see that it has nothing to mind any more.
    fn drop(&mut self) {
        self.standing.doubt.notify_one();
    }
}

/// Without how anybody comes in.
impl fmt::Debug for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Addresses")
            .field("places", &self.standing.places)
            .field("in_use", &*self.standing.in_use.borrow())
            .finish_non_exhaustive()
    }
}
