//! The keys of a process, for all accounts that it works for. In a folder there is one. Of a database on a server the secrets
//! of each account are sealed with the key that the database names, and while that is changed the accounts come over one after
//! the other: so a host has the next key beside the present one, and takes whichever is named.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use clientpoint_engine::secrets::SecretKey;

use crate::{
    Result,
    key_files::hosts,
    rights::Held,
    store::{DEFAULT_ACCOUNT, Store, accounts, seal},
};

/// See above. Never without a key.
pub(crate) struct Keys {
    /// The data folder of the process.
    data: PathBuf,
    known: Mutex<Known>,
}

struct Known {
    present: Arc<SecretKey>,
    others: Vec<Arc<SecretKey>>,
    /// What lets other hosts see that this one has the next key, for as long as it is held.
    told: Option<Held>,
}

impl Keys {
    /// Those of a process with this data folder, in which the first is in force.
    pub(crate) fn new(data: &Path, present: SecretKey) -> Self {
        let keys = Self {
            data: data.to_path_buf(),
            known: Mutex::new(Known {
                present: Arc::new(present),
                others: Vec::new(),
                told: None,
            }),
        };
        keys.read();
        keys
    }

    /// Other hosts see for as long as this is held that this one has the next key.
    pub(crate) fn tell(&self, held: Held) {
        self.known().told = Some(held);
    }

    /// The key in force, as far as this process knows: for what other hosts need not be able to read.
    pub(crate) fn present(&self) -> Arc<SecretKey> {
        self.known().present.clone()
    }

    /// This key is in force from now on.
    pub(crate) fn put(&self, key: Arc<SecretKey>) {
        let mut known = self.known();
        if known.present.id() != key.id() {
            let before = std::mem::replace(&mut known.present, key);
            known.others = vec![before];
        }
    }

    /// The key that the secrets of this library are sealed with.
    ///
    /// # Errors
    ///
    /// `Error::Settings` if this host has another one; the database's.
    pub(crate) async fn of(&self, store: &Store) -> Result<Arc<SecretKey>> {
        if !store.is_on_a_server() {
            return Ok(self.present());
        }
        let sealed = seal::sealed_with(store).await?;
        if let Some(key) = sealed.as_ref().and_then(|sealed| self.named(&sealed.id)) {
            return Ok(key);
        }
        let account = store.account();
        if sealed.is_some_and(|sealed| sealed.is_used) || account == DEFAULT_ACCOUNT {
            return Err(seal::another_key_of(account));
        }
        // Nothing is sealed yet: it will be with what the others have, whatever that is by now.
        let id = accounts::seal_as_the_first(store).await?;
        let key = id.and_then(|id| self.named(&id));
        key.ok_or_else(|| seal::another_key_of(DEFAULT_ACCOUNT))
    }

    /// Does something with the key of this library; once more with the next one where it was changed in between.
    ///
    /// # Errors
    ///
    /// As [`Keys::of`]; whatever befalls the work.
    pub(crate) async fn with<T, F>(&self, store: &Store, work: impl Fn(Arc<SecretKey>) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let key = self.of(store).await?;
        let error = match work(key.clone()).await {
            Err(error) if store.is_on_a_server() => error,
            done => return done,
        };
        let now = self.of(store).await?;
        if now.id() == key.id() {
            return Err(error);
        }
        work(now).await
    }

    /// The key of that name, if this process has it by now.
    pub(crate) fn named(&self, id: &str) -> Option<Arc<SecretKey>> {
        let named = |known: &Known| {
            let mut all = std::iter::once(&known.present).chain(&known.others);
            all.find(|key| key.id() == id).cloned()
        };
        if let Some(key) = named(&self.known()) {
            return Some(key);
        }
        // Somebody may have put it there since.
        self.read();
        named(&self.known())
    }

    /// All that this process has, the one in force first.
    pub(crate) fn at_hand(&self) -> Vec<Arc<SecretKey>> {
        let known = self.known();
        std::iter::once(&known.present).chain(&known.others).cloned().collect()
    }

    /// Takes up what lies in the folder. A file that can't be read is as good as none.
    fn read(&self) {
        let read = hosts::all(&self.data).unwrap_or_else(|error| {
            tracing::warn!("the keys of this host can't be read: {error}");
            Vec::new()
        });
        let mut known = self.known();
        let present = known.present.id();
        for key in read {
            let id = key.id();
            if id != present && known.others.iter().all(|other| other.id() != id) {
                known.others.push(key);
            }
        }
        // No more are ever needed: the one before and the one after.
        let surplus = known.others.len().saturating_sub(2);
        known.others.drain(..surplus);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
