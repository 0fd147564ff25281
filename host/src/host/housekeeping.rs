//! What a host does for its own folder: once a day, and when it ends.

use std::{sync::PoisonError, time::Duration};

use super::Host;
use crate::{
    Error, Result,
    service::Ledger,
    store::{Store, bin, identity, sweep},
    way_out::Notice,
};

/// How long the end waits for questions that are still under way.
const CLOSED_WITHIN: Duration = Duration::from_secs(5);

impl Host {
    /// Gives back whatever right is held still, and closes the database, so that all of the library is in its one file and the write-ahead log is gone (unless another
    /// program has it open). A host that is dropped without this loses nothing: who opens the folder next reads the log.
    pub async fn close(&self) {
        match tokio::time::timeout(CLOSED_WITHIN, self.rights.close()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!("what this host had a right to can be had by others in a minute: {error}"),
            Err(_) => tracing::warn!("what this host had a right to can be had by others in a minute"),
        }
        close(&self.store).await;
    }

    /// What people should hear of that has come up since this was asked last, a line each.
    pub fn take_notices(&self) -> Vec<Notice> {
        std::mem::take(&mut *self.notices.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sweeps, if this day has not had its sweep. Trouble with it keeps nobody from working: it is tried again on the next
    /// day, and the trash tells when the last one was.
    pub(crate) async fn keep_house(&self) {
        match self.empty_the_bin().await {
            Ok(None) => {}
            Ok(Some(told)) => self.tell(told),
            Err(error) => tracing::warn!("the bin could not be looked through: {error}"),
        }
        match self.prune_tonight().await {
            Ok(None) => {}
            Ok(Some(told)) => self.tell(told),
            Err(error) => tracing::warn!("what is over its time could not be let go: {error}"),
        }
        if let Err(error) = self.look_after_operations().await {
            tracing::warn!("the operations could not be looked after: {error}");
        }
        if let Err(error) = self.sign_ins.tidy().await {
            tracing::warn!("the sign-ins could not be looked after: {error}");
        }
        match sweep::daily(&self.store, &self.objects, &self.data, self.clock.utc()).await {
            Ok(None) => {}
            Ok(Some(swept)) => {
                let told = swept.notices();
                told.iter().for_each(|notice| tracing::warn!("{notice}"));
                self.notices.lock().unwrap_or_else(PoisonError::into_inner).extend(told);
            }
            Err(error) => tracing::warn!("the sweep of the data folder has not come to its end: {error}"),
        }
    }

    /// Removes those files for good that were in the bin for their time.
    async fn empty_the_bin(&self) -> Result<Option<Notice>> {
        let days = self.retention().await?.bin_days;
        let files = bin::expire(&self.store, self.clock.utc(), days).await?;
        let told = || format!("{files} files were in the bin for {days} days, and are removed for good").into();
        Ok((0 < files).then(told))
    }

    fn tell(&self, notice: Notice) {
        tracing::info!("{notice}");
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
    }

    /// As [`Host::keep_house`], for a host that goes on for days: what has come up is told at once.
    pub(crate) async fn keep_house_aloud(&self, told: impl Fn(&Result<Ledger>)) {
        self.begin_day().await;
        self.keep_house().await;
        for Notice { message, ways_out } in self.take_notices() {
            told(&Err(Error::Catalogue { code: "swept", message }.with(ways_out)));
        }
    }

    /// Lets the folder's counter rise, if a day has begun since it was looked at last.
    pub(crate) async fn begin_day(&self) {
        let today = self.clock.utc().date_naive();
        let seen = self.day.lock().unwrap_or_else(PoisonError::into_inner).replace(today);
        if seen != Some(today)
            && let Err(error) = identity::rise(&self.store, &self.data, today).await
        {
            tracing::warn!("the day could not be written down: {error}");
        }
    }
}

/// Closes connections, also those that a mistake keeps busy.
pub(super) async fn close(store: &Store) {
    if tokio::time::timeout(CLOSED_WITHIN, store.close()).await.is_err() {
        tracing::warn!("the database is still at work: it is left as it is");
    }
}
