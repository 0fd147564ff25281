//! The rights of a library on a server: leases, which end by themselves unless they are renewed, by the server's clock.
//!
//! One task of a host renews all that it holds by one statement, and gives back what was dropped. A host that stands still
//! for too long loses what it holds, and hears of it when it looks: by its own clock, which counts from before each renewal,
//! or by the next renewal, which finds another epoch. It writes nothing more in either case: its writes are within a fence.

mod asked;
mod kept;

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use crate::{
    Error, Result,
    rights::{Answering, Held, Holder, Right, Rights, Taken},
    store::{
        DEFAULT_ACCOUNT, Store,
        leases::{self, Lease},
    },
};

use asked::{lock, written};
use kept::{Handed, Kept, Own};

/// How long a lease lasts that is not renewed.
pub(crate) const LASTS: Duration = Duration::from_secs(60);

/// How soon somebody who waits for a right looks again, and how long at most between two looks.
const LOOKS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// For how long somebody looks again at least. Whoever drops a right gives it back in the next moment, and until then it looks as
/// if they were still at work.
const HANDING_OVER: Duration = Duration::from_millis(250);

/// The rights of a library on a server, as one host takes them.
pub(crate) struct Leases {
    kept: Arc<Kept>,
    account: String,
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
            let within = within.max(HANDING_OVER);
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

#[cfg(test)]
mod tests;
