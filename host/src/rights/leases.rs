//! The rights of a library on a server: leases, which end by themselves unless they are renewed, by the server's clock.
//!
//! One task of a host renews all that it holds by one statement, and gives back what was dropped. A host that stands still
//! for too long loses what it holds, and hears of it when it looks: by its own clock, which counts from before each renewal,
//! or by the next renewal, which finds another epoch. It writes nothing more in either case: its writes are within a fence.

mod asked;
mod handed;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, Weak},
    time::{Duration, Instant},
};

use tokio::{runtime::Handle, sync::Notify, task::JoinHandle};

use crate::{
    Error, Result,
    rights::{Answering, Held, Holder, Right, Rights, Taken},
    store::{
        DEFAULT_ACCOUNT, Store,
        leases::{self, Lease},
    },
};

use asked::{in_time, lock, written};
use handed::Handed;

/// How long a lease lasts that is not renewed.
pub(crate) const LASTS: Duration = Duration::from_secs(60);

/// How often leases are renewed in the time that one lasts.
const RENEWALS: u32 = 6;

/// How soon somebody who waits for a right looks again, and how long at most between two looks.
const LOOKS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// The rights of a library on a server, as one host takes them.
pub(crate) struct Leases {
    kept: Arc<Kept>,
    account: String,
}

/// What a host keeps of its leases.
struct Kept {
    store: Store,
    lasts: Duration,
    own: Mutex<Own>,
    /// Rung when there is something to give back.
    bell: Arc<Notify>,
    keeper: Mutex<Option<JoinHandle<()>>>,
}

/// The leases of a host, by name.
#[derive(Default)]
struct Own {
    held: BTreeMap<String, Known>,
    /// Those that were dropped, and are not given back yet.
    leaving: BTreeMap<String, Lease>,
}

/// A lease that somebody in this host holds, as far as the host knows.
#[derive(Clone)]
struct Known {
    lease: Lease,
    /// By the clock of this machine, and no later than by the server's.
    until: Instant,
}

impl Leases {
    /// Of the account that this database is open for; none for one in a data folder. A lease that is not renewed lasts that
    /// long.
    pub(crate) fn over(store: &Store, lasts: Duration) -> Option<Self> {
        let account = leases::account(store)?.to_owned();
        let kept = Arc::new(Kept {
            store: store.clone(),
            lasts,
            own: Mutex::default(),
            bell: Arc::default(),
            keeper: Mutex::default(),
        });
        Some(Self { kept, account })
    }

    /// As a host does that was stopped: nothing is renewed or given back any more.
    #[cfg(test)]
    pub(crate) fn stand_still(&self) {
        lock(&self.kept.keeper).take().unwrap().abort();
    }

    /// What a right is called in the database. A program is there for all accounts, whichever it works for.
    fn name(&self, right: &Right) -> String {
        let account = match right {
            Right::Program(_) | Right::Key { .. } => DEFAULT_ACCOUNT,
            _ => &self.account,
        };
        format!("{account}/{}", right.name())
    }

    /// In a task of its own: who asks may go away in the middle, and what was taken must be given back all the same.
    async fn attempt(&self, name: &str, holder: &Holder) -> Result<Option<Handed>> {
        let (kept, name, holder) = (self.kept.clone(), name.to_owned(), written(holder));
        let taking = tokio::spawn(async move { kept.take(name, holder).await });
        let broken_off = |_| Error::Storage("the taking of a right was broken off: try again".into());
        taking.await.map_err(broken_off)?
    }
}

impl Rights for Leases {
    fn take<'a>(&'a self, right: &'a Right, holder: &'a Holder, within: Duration) -> Answering<'a, Taken> {
        Box::pin(async move {
            let (name, start) = (self.name(right), Instant::now());
            let (mut pause, longest) = LOOKS;
            loop {
                if let Some(handed) = self.attempt(&name, holder).await? {
                    return Ok(Taken::Yours(Held::new(handed, holder)));
                }
                let left = within.saturating_sub(start.elapsed());
                if left.is_zero() {
                    return Ok(Taken::Others(self.holder(right).await?));
                }
                tokio::time::sleep(pause.min(left)).await;
                pause = longest.min(pause * 2);
            }
        })
    }

    fn holder<'a>(&'a self, right: &'a Right) -> Answering<'a, Option<Holder>> {
        Box::pin(async move {
            let name = self.name(right);
            self.kept.settle(&name).await?;
            let holder = leases::holder(&self.kept.store, &name).await?;
            Ok(holder.and_then(|holder| serde_json::from_str(&holder).ok()))
        })
    }

    fn is_taken<'a>(&'a self, right: &'a Right) -> Answering<'a, bool> {
        Box::pin(async move {
            let name = self.name(right);
            self.kept.settle(&name).await?;
            Ok(leases::holder(&self.kept.store, &name).await?.is_some())
        })
    }

    fn show<'a>(&'a self, entry: &'a str, holder: &'a Holder) -> Answering<'a, Option<Held>> {
        Box::pin(async move {
            for all in [
                self.name(&Right::Program(String::new())),
                format!("{DEFAULT_ACCOUNT}/key/"),
            ] {
                leases::forget(&self.kept.store, &all).await?;
            }
            let right = Right::Program(entry.into());
            Ok(self.take(&right, holder, Duration::ZERO).await?.yours())
        })
    }

    fn without_key<'a>(&'a self, key: &'a str) -> Answering<'a, Vec<String>> {
        Box::pin(async move {
            let programs = self.name(&Right::Program(String::new()));
            let (key, entry) = (key.to_owned(), String::new());
            let with_key = self.name(&Right::Key { key, entry });
            let lacking = leases::lacking(&self.kept.store, &programs, &with_key).await?;
            let words = |holder: &String| {
                let holder = serde_json::from_str(holder);
                holder.map_or_else(
                    |_| "a host of another version".to_owned(),
                    |holder: Holder| holder.to_string(),
                )
            };
            Ok(lacking.iter().map(words).collect())
        })
    }

    fn of(&self, account: &str) -> Option<Arc<dyn Rights>> {
        Some(Arc::new(Self {
            kept: self.kept.clone(),
            account: account.to_owned(),
        }))
    }

    fn close(&self) -> Answering<'_, ()> {
        Box::pin(async move {
            if let Some(keeper) = lock(&self.kept.keeper).take() {
                keeper.abort();
            }
            let Own { held, leaving } = std::mem::take(&mut *self.kept.own());
            let held = held.into_values().map(|known| known.lease);
            let all: Vec<Lease> = held.chain(leaving.into_values()).collect();
            if all.is_empty() {
                return Ok(());
            }
            leases::give_back(&self.kept.store, &all).await
        })
    }
}

impl Kept {
    /// Takes a right, if it is to be had now.
    async fn take(self: Arc<Self>, name: String, holder: String) -> Result<Option<Handed>> {
        self.settle(&name).await?;
        // Who only looks disturbs nobody: a taking waits for what is being written under the right.
        if leases::holder(&self.store, &name).await?.is_some() {
            return Ok(None);
        }
        let asked = Instant::now();
        let epoch = match leases::take(&self.store, &name, &holder, self.lasts).await {
            Ok(Some(epoch)) => epoch,
            Ok(None) => return Ok(None),
            Err(error) if error.code() == "database-busy" => return Ok(None),
            Err(error) => return Err(error),
        };
        let lease = Lease {
            name: name.clone(),
            epoch,
            holder,
        };
        let until = asked + self.lasts;
        self.own().held.insert(name.clone(), Known { lease, until });
        self.keep();
        Ok(Some(Handed { name, epoch, of: self }))
    }

    /// Gives a right back that somebody in this host has dropped a moment ago.
    async fn settle(&self, name: &str) -> Result<()> {
        let leaving = self.own().leaving.get(name).cloned();
        match leaving {
            Some(lease) => self.give_back(&[lease]).await,
            None => Ok(()),
        }
    }

    async fn give_back(&self, leases: &[Lease]) -> Result<()> {
        if leases.is_empty() {
            return Ok(());
        }
        leases::give_back(&self.store, leases).await?;
        self.own().leaving.retain(|_, left| !leases.contains(left));
        Ok(())
    }

    async fn renew(&self) -> Result<()> {
        let all: Vec<Lease> = self.own().held.values().map(|known| known.lease.clone()).collect();
        if all.is_empty() {
            return Ok(());
        }
        let asked = Instant::now();
        let renewed = leases::renew(&self.store, &all, self.lasts).await?;
        let mut own = self.own();
        for lease in all {
            let known = own.held.get_mut(&lease.name);
            let Some(known) = known.filter(|known| known.lease.epoch == lease.epoch) else {
                continue;
            };
            if renewed.contains(&lease.name) {
                known.until = asked + self.lasts;
            } else {
                tracing::warn!("another host has taken the right `{}` from this one", lease.name);
                own.held.remove(&lease.name);
            }
        }
        Ok(())
    }

    /// Sees to it that somebody renews, and gives back.
    fn keep(self: &Arc<Self>) {
        let mut keeper = lock(&self.keeper);
        if keeper.as_ref().is_none_or(JoinHandle::is_finished) {
            let keeping = keep(Arc::downgrade(self), self.bell.clone(), self.lasts / RENEWALS);
            *keeper = Some(tokio::spawn(keeping));
        }
    }

    fn own(&self) -> MutexGuard<'_, Own> {
        lock(&self.own)
    }
}

impl Drop for Kept {
    /// A host that goes without a word still gives back what it has dropped before, where there is somebody to do so.
    fn drop(&mut self) {
        if let Some(keeper) = lock(&self.keeper).take() {
            keeper.abort();
        }
        let leaving: Vec<Lease> = std::mem::take(&mut self.own().leaving).into_values().collect();
        if let Some(runtime) = Handle::try_current().ok().filter(|_| !leaving.is_empty()) {
            let store = self.store.clone();
            runtime.spawn(async move { leases::give_back(&store, &leaving).await });
        }
    }
}

/// Renews what a host holds, and gives back what it has dropped, until the host is gone.
async fn keep(of: Weak<Kept>, bell: Arc<Notify>, every: Duration) {
    let mut due = tokio::time::Instant::now() + every;
    loop {
        // Whoever rings for something else does not put the next renewal off.
        let _ = tokio::time::timeout_at(due, bell.notified()).await;
        let Some(kept) = of.upgrade() else { return };
        // An answer that does not come is asked for again, before what is held ends.
        let patience = kept.lasts / 3;
        let mut done = Ok(());
        if due <= tokio::time::Instant::now() {
            due = tokio::time::Instant::now() + every;
            done = in_time(patience, kept.renew()).await;
        }
        let leaving: Vec<Lease> = kept.own().leaving.values().cloned().collect();
        done = done.and(in_time(patience, kept.give_back(&leaving)).await);
        if let Err(error) = done {
            tracing::warn!("the rights of this host can't be renewed or given back now: {error}");
        }
    }
}

#[cfg(test)]
mod tests;
