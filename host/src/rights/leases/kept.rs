//! What a host keeps of its leases: they are renewed by one task, handed out, and given back once they are dropped.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, Weak},
    time::{Duration, Instant},
};

use tokio::{runtime::Handle, sync::Notify, task::JoinHandle};

use super::asked::{in_time, lock, written};
use crate::{
    Result,
    fences::Fence,
    rights::{Answering, Hold, Holder},
    store::{
        Store,
        leases::{self, Lease},
    },
};

/// How often leases are renewed in the time that one lasts.
const RENEWALS: u32 = 6;

/// What a host keeps of its leases.
pub(super) struct Kept {
    pub(super) store: Store,
    pub(super) lasts: Duration,
    pub(super) own: Mutex<Own>,
    /// Rung when there is something to give back.
    pub(super) bell: Arc<Notify>,
    pub(super) keeper: Mutex<Option<JoinHandle<()>>>,
}

/// The leases of a host, by name.
#[derive(Default)]
pub(super) struct Own {
    pub(super) held: BTreeMap<String, Known>,
    /// Those that were dropped, and are not given back yet.
    pub(super) leaving: BTreeMap<String, Lease>,
}

/// A lease that somebody in this host holds, as far as the host knows.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) lease: Lease,
    /// By the clock of this machine, and no later than by the server's.
    until: Instant,
}

/// A lease in somebody's hands.
pub(super) struct Handed {
    name: String,
    epoch: i64,
    of: Arc<Kept>,
}

impl Kept {
    /// Takes a right, if it is to be had now.
    pub(super) async fn take(self: Arc<Self>, name: String, holder: String) -> Result<Option<Handed>> {
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
    pub(super) async fn settle(&self, name: &str) -> Result<()> {
        let leaving = self.own().leaving.get(name).cloned();
        match leaving {
            Some(lease) => self.give_back(&[lease]).await,
            None => Ok(()),
        }
    }

    pub(super) async fn give_back(&self, leases: &[Lease]) -> Result<()> {
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

    pub(super) fn own(&self) -> MutexGuard<'_, Own> {
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

impl Hold for Handed {
    fn fence(&self) -> Option<Fence> {
        Some(Fence {
            name: self.name.clone(),
            epoch: self.epoch,
        })
    }

    fn is_held(&self) -> Answering<'_, bool> {
        Box::pin(async {
            let own = self.of.own();
            let known = own.held.get(&self.name);
            Ok(known.is_some_and(|known| known.lease.epoch == self.epoch && Instant::now() < known.until))
        })
    }

    /// Others hear of it at the next renewal.
    fn tell(&self, holder: &Holder) {
        if let Some(known) = self.of.own().held.get_mut(&self.name)
            && known.lease.epoch == self.epoch
        {
            known.lease.holder = written(holder);
        }
    }
}

impl Drop for Handed {
    fn drop(&mut self) {
        let mut own = self.of.own();
        if own
            .held
            .get(&self.name)
            .is_some_and(|known| known.lease.epoch == self.epoch)
            && let Some(known) = own.held.remove(&self.name)
        {
            own.leaving.insert(self.name.clone(), known.lease);
            self.of.bell.notify_one();
        }
    }
}
