//! What a host says to those who watch it: whether it can work, and its numbers. Both are cheap, take no longer than a few
//! seconds whatever the disk does, and are asked of the folder once in a while, however often somebody wants to know.

use std::{collections::BTreeMap, io, time::Duration};

use chrono::{DateTime, Utc};
use tokio::{task::JoinHandle, time::timeout};

use crate::{
    Error, Result,
    disk::{self, Room},
    host::Host,
    service::api::{Measured, NotReady, WatchedConnection},
    store::{damage, sizes, watching},
};

/// How long an answer to whether it can work is good for, and how long numbers are.
const READY_FOR: Duration = Duration::from_secs(1);
const MEASURED_FOR: Duration = Duration::from_secs(10);

/// How long it is good for whether the object store answers: whoever asks often is no load for it.
const STORE_ANSWERED_FOR: Duration = Duration::from_secs(10);

/// How long the database, the disk and the object store may take to answer, each.
const WITHIN: Duration = Duration::from_secs(2);

/// How long the numbers may take.
const MEASURED_WITHIN: Duration = Duration::from_secs(10);

/// The least room that work needs, in bytes.
const ROOM: u64 = 64 << 20;

impl Host {
    /// Why it can't work now; empty if it can. An answer is good for a second.
    pub async fn not_ready(&self) -> Vec<NotReady> {
        let mut ready = self.watched.ready.lock().await;
        let now = self.clock.elapsed();
        if let Some((at, answer)) = &ready.told
            && now.saturating_sub(*at) < READY_FOR
        {
            return answer.clone();
        }
        let mut why = Vec::new();
        let database = timeout(WITHIN, watching::answers(&self.store));
        let (database, is_store_there) = tokio::join!(database, self.store_answers(ready.store_answered));
        match database {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => why.push(NotReady::Database),
        }
        ready.store_answered = is_store_there;
        if is_store_there.is_some_and(|(_, answers)| !answers) {
            why.push(NotReady::ObjectStore);
        }
        why.extend(self.disk_trouble(&mut ready.looking).await);
        if self.plugin().is_err() {
            why.push(NotReady::Plugin);
        }
        ready.told = Some((now, why.clone()));
        why
    }

    /// Whether the object store answers, and when that was asked; none where the bytes lie in the folder. What was `known`
    /// is told again for a while.
    async fn store_answers(&self, known: Option<(Duration, bool)>) -> Option<(Duration, bool)> {
        let store = self.objects.remote()?;
        let now = self.clock.elapsed();
        if let Some((at, _)) = known
            && now.saturating_sub(at) < STORE_ANSWERED_FOR
        {
            return known;
        }
        let answered = timeout(WITHIN, store.answers()).await;
        Some((now, matches!(answered, Ok(Ok(())))))
    }

    async fn disk_trouble(&self, looking: &mut Option<JoinHandle<io::Result<()>>>) -> Option<NotReady> {
        if self.room().is_some_and(|room| room.free < ROOM) {
            return Some(NotReady::DiskFull);
        }
        let folder = self.folder_path();
        let mut look = looking
            .take()
            .unwrap_or_else(|| tokio::task::spawn_blocking(move || disk::refusal(&folder).map_or(Ok(()), Err)));
        match timeout(WITHIN, &mut look).await {
            Ok(Ok(Ok(()))) => None,
            Ok(Ok(Err(error))) => Some(match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => NotReady::DiskFull,
                io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => NotReady::DiskReadOnly,
                _ => NotReady::Disk,
            }),
            Ok(Err(_)) => Some(NotReady::Disk),
            Err(_) => {
                *looking = Some(look);
                Some(NotReady::Disk)
            }
        }
    }

    /// Its numbers. They are good for ten seconds.
    ///
    /// # Errors
    ///
    /// Without a plugin; the database's, also where it takes too long.
    pub async fn measured(&self) -> Result<Measured> {
        let mut measured = self.watched.measured.lock().await;
        let now = self.clock.elapsed();
        if let Some((at, answer)) = &*measured
            && now.saturating_sub(*at) < MEASURED_FOR
        {
            return Ok(answer.clone());
        }
        let answer = timeout(MEASURED_WITHIN, self.measure()).await;
        let answer = answer.map_err(|_| Error::Storage("the database takes too long to tell its numbers".into()))??;
        Ok(measured.insert((now, answer)).1.clone())
    }

    async fn measure(&self) -> Result<Measured> {
        let mut troubles = BTreeMap::new();
        for trouble in self.own_session().troubles().await? {
            *troubles
                .entry((trouble.kind.as_str(), trouble.needs_a_person))
                .or_default() += 1;
        }
        let connection = |of: watching::Watched| WatchedConnection {
            number: of.number,
            is_accepted: !of.is_broken,
            last_good: moment(of.last_good),
            expires: moment(of.expires_at),
        };
        let watched = watching::connections(&self.store).await?;
        let counts = self.counts();
        let room = self.room();
        Ok(Measured {
            version: env!("CARGO_PKG_VERSION"),
            runs: self.meters.runs(),
            due: self.meters.due(),
            at_work: self.meters.at_work(),
            passed: [counts.api(), counts.content()],
            refused: counts.refused(),
            instances: counts.at_once(),
            instances_made: counts.instances(),
            calls: counts.calls(),
            memory: counts.memory(),
            memory_peak: counts.peak_memory(),
            connections: watched.into_iter().map(connection).collect(),
            troubles,
            damaged: damage::count(&self.store).await?,
            disk_free: room.map(|Room { free, .. }| free),
            disk_size: room.map(|Room { total, .. }| total),
            database: sizes::of_database(&self.store, self.data()).await?,
        })
    }
}

fn moment(text: Option<String>) -> Option<DateTime<Utc>> {
    text?.parse().ok()
}
