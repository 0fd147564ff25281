//! The hosts of other accounts in this process: each has a library of its own, and shares plugin, database, key, rights and
//! places with the host that has made it. What its bytes need of the disk lies below the data folder:
//!
//! ```text
//! DATA/accounts/ID/       drafts; where no store is set, the objects, and `bytes`, the word by which the folder is known
//! ```

use std::{
    ops::Deref,
    sync::{Arc, Mutex},
};

use super::{Arrivals, Host, SignIns, Watched, elsewhere, making::Making, test_folder};
use crate::{
    Result, private,
    service::{association::checks::Checks, operations::live::Operations},
    store::{
        DEFAULT_ACCOUNT, accounts, identity,
        objects::Objects,
        reference::{Reference, Uploads},
    },
};

/// How many hosts of other accounts are kept at hand. One that is used by nobody is made anew when it is needed.
const AT_HAND: usize = 1_024;

/// The folder of what other accounts need of the disk.
const FOLDER: &str = "accounts";

/// The host of an account.
pub(crate) enum OfAccount<'a> {
    /// The one that was asked.
    Same(&'a Host),
    /// Another one.
    Other(Arc<Host>),
}

impl Deref for OfAccount<'_> {
    type Target = Host;

    fn deref(&self) -> &Host {
        match self {
            Self::Same(host) => host,
            Self::Other(host) => host,
        }
    }
}

impl Host {
    /// The account whose library this is: `default`, unless it was asked for another one.
    pub fn account(&self) -> &str {
        self.store.account()
    }

    /// Whether its database is a server's, which other hosts may be at work with.
    pub fn shares_its_database(&self) -> bool {
        self.store.is_on_a_server()
    }

    /// The host of another account in the same database, in this process. It ends with this one.
    ///
    /// # Errors
    ///
    /// `Error::NotFound` for an account that is not there; as [`HostBuilder::build`](super::HostBuilder::build).
    pub async fn of(&self, account: &str) -> Result<Arc<Self>> {
        if let Some(host) = known(&mut *self.at_hand.lock().await, account) {
            return Ok(host);
        }
        // Nobody waits for another account's meanwhile: its store may not answer.
        let made = Arc::new(self.made_for(account).await?);
        let mut at_hand = self.at_hand.lock().await;
        // Somebody else may have been as fast.
        if let Some(host) = known(&mut at_hand, account) {
            return Ok(host);
        }
        if AT_HAND <= at_hand.len()
            && let Some(place) = at_hand.iter().position(|(_, host)| Arc::strong_count(host) == 1)
        {
            at_hand.remove(place);
        }
        at_hand.push((account.to_owned(), made.clone()));
        Ok(made)
    }

    /// As [`Host::of`], where it may be this one.
    pub(crate) async fn of_account(&self, account: &str) -> Result<OfAccount<'_>> {
        if account == self.account() {
            return Ok(OfAccount::Same(self));
        }
        self.of(account).await.map(OfAccount::Other)
    }

    async fn made_for(&self, account: &str) -> Result<Self> {
        accounts::known(&self.store, account).await?;
        let data = match account {
            DEFAULT_ACCOUNT => self.folder_of_process().to_owned(),
            account => self.folder_of_process().join(FOLDER).join(account),
        };
        private::folder(&data)?;
        let store = self.store.of(account);
        self.keys.of(&store).await?;
        let objects = match self.objects.remote() {
            Some(remote) => Objects::open_with(&data, remote.of_account(account))?,
            None => Objects::open(&data)?,
        };
        identity::shared::settle(&store, &data, objects.remote().is_some()).await?;
        elsewhere::settle(&store, &objects, &data, true).await?;
        let given = self.making.endpoints.clone();
        let endpoints = test_folder::settle(&store, given, true, self.clock.utc()).await?;
        let rights = match self.rights.of(account) {
            Some(rights) => rights,
            None => self.rights.clone(),
        };
        let uploads = Arc::new(Uploads::new(rights.clone()));
        let library = Reference::new(store.clone(), objects.clone(), self.clock.clone()).with_uploads(uploads.clone());
        let engine = self.making.engine(library, endpoints.as_ref(), &self.counts)?;
        let program = self.operations.entry();
        Ok(Self {
            data,
            process: Some(self.folder_of_process().to_owned()),
            folder: self.folder.clone(),
            sign_ins: Arc::new(SignIns::new(store.clone(), self.clock.clone())),
            store,
            objects,
            clock: self.clock.clone(),
            limits: self.limits.clone(),
            keys: self.keys.clone(),
            engine,
            making: Making { ..self.making.clone() },
            layers: self.layers.clone(),
            changes: self.changes.clone(),
            watcher: self.watcher.clone(),
            rights,
            shown: Arc::clone(&self.shown),
            uploads,
            places: self.places.clone(),
            tokens: Mutex::default(),
            counts: self.counts.clone(),
            arrivals: Arrivals::new(&self.layers, endpoints.is_some(), self.clock.clone())?,
            day: Mutex::default(),
            notices: Mutex::default(),
            operations: Operations::new(program),
            checks: Checks::default(),
            meters: self.meters.clone(),
            watched: Watched::default(),
            roles: self.roles,
            at_hand: tokio::sync::Mutex::default(),
        })
    }
}

/// The one of an account, if it is at hand; it is the one that was asked for last then.
fn known(at_hand: &mut Vec<(String, Arc<Host>)>, account: &str) -> Option<Arc<Host>> {
    let place = at_hand.iter().position(|(id, _)| id == account)?;
    let found = at_hand.remove(place);
    let host = found.1.clone();
    at_hand.push(found);
    Some(host)
}
