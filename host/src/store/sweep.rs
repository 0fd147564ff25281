//! The sweep: once a day, what nothing points at leaves the objects, for the trash.
//!
//! The catalogue may be wrong about what it has never heard of: it may be a copy from before, or another one. So what it
//! has let go itself, and has written down as such, goes in any number; of the rest a sweep takes little, and says so.
//! It judges and moves while nobody publishes: an object between its publishing and its transaction is not judged, and
//! equal bytes that are published meanwhile are there afterwards.

mod elsewhere;
mod shards;
mod swept;

use std::{collections::BTreeSet, fs::File, io, path::Path, time::Duration};

use chrono::{DateTime, NaiveDate, Utc};
use clientpoint_engine::clock::stamp;

use super::{
    Store, db, identity, link_counts,
    objects::{Object, Objects, Remote},
    revisions,
    strays::{self, Strays},
    trash,
};
use crate::{Error, Result};

use swept::remember;
pub use swept::{Swept, latest};

/// Of objects that the catalogue has never heard of, a sweep takes one in so many …
const UNHEARD_SHARE: usize = 100;

/// … but at least so many.
const UNHEARD_AT_LEAST: usize = 10;

/// How many names are asked for in one statement.
const ASKED: usize = 500;

/// How many objects are judged and moved while publishers wait.
const BATCH: usize = 100;

/// How often the lock is tried, and after which pause.
const TRIES: (u32, Duration) = (400, Duration::from_millis(25));

/// Sweeps, if this day has not had its sweep yet; whichever process comes first.
///
/// # Errors
///
/// The database's or the file system's; `Error::ObjectStore` for what a store does not delete. What was swept nevertheless is
/// written down then.
pub async fn daily(store: &Store, objects: &Objects, data: &Path, now: DateTime<Utc>) -> Result<Option<Swept>> {
    let day = now.date_naive();
    // Somebody copies what a database names. Whoever comes next sweeps.
    let Some(_letting_go) = objects.letting_go()? else {
        return Ok(None);
    };
    if !identity::claim_sweep(store, data, day).await? {
        return Ok(None);
    }
    let (swept, failed) = match objects.remote() {
        Some(remote) => sweep_elsewhere(store, remote, (objects, data), now).await?,
        None => (sweep(store, objects, data, day).await?, None),
    };
    remember(store, &swept, &stamp(now)).await?;
    let Some(error) = failed else {
        return Ok(Some(swept));
    };
    // Whoever is given the error hears nothing else, and a stray is told once.
    swept.notices().iter().for_each(|notice| tracing::warn!("{notice}"));
    Err(error)
}

/// Writes down that this object was published and is not needed, unless a revision points at it: its file was not
/// created after all, say. What can't be written down is swept as something that nobody has heard of.
pub async fn let_go(store: &Store, object: &Object, now: &str) {
    let written = db::query(
        "INSERT INTO let_go (sha256, at) SELECT ?1, ?2 \
         WHERE NOT EXISTS (SELECT 1 FROM revisions WHERE sha256 = ?1) ON CONFLICT DO NOTHING",
    )
    .bind(&object.sha256)
    .bind(now)
    .execute(store.pool())
    .await;
    if let Err(error) = written {
        tracing::warn!("an object was let go, which could not be written down: {error}");
    }
}

async fn sweep(store: &Store, objects: &Objects, data: &Path, day: NaiveDate) -> Result<Swept> {
    let mut swept = Swept {
        day: day.to_string(),
        returned: trash::reclaim(store, objects).await?,
        ..Swept::default()
    };
    swept.emptied = trash::empty(store, objects, Some(day)).await?;
    strays::forget_gone(store, data).await?;
    let today = swept.day.clone();
    let mut strays = Strays::new(store, &today);
    let (shards, others) = shards::all(objects)?;
    strays.found(&others).await?;
    swept.objects = shards::count(objects, &shards).await?;
    let at_most = usize::try_from(swept.objects).unwrap_or(usize::MAX) / UNHEARD_SHARE;
    let mut room = at_most.max(UNHEARD_AT_LEAST);
    for shard in &shards {
        let (names, others) = shards::names(objects, shard).await?;
        strays.found(&others).await?;
        for some in names.chunks(ASKED) {
            sweep_some(store, objects, some, (day, &mut room), &mut swept).await?;
        }
    }
    forget_let_go(store, objects).await?;
    identity::tidy(data);
    strays.found(&strays::beside(objects, data)).await?;
    swept.strays = strays.told();
    swept.mended = link_counts::mend(store).await?;
    Ok(swept)
}

/// Sweeps objects that lie elsewhere, and this folder, which has none of them. Gives what has failed there beside it.
async fn sweep_elsewhere(
    store: &Store,
    remote: &Remote,
    (objects, data): (&Objects, &Path),
    now: DateTime<Utc>,
) -> Result<(Swept, Option<Error>)> {
    let done = elsewhere::sweep(store, remote, now).await?;
    let day = now.date_naive().to_string();
    strays::forget_gone(store, data).await?;
    identity::tidy(data);
    let mut strays = Strays::new(store, &day);
    strays.found(&strays::beside(objects, data)).await?;
    let swept = Swept {
        objects: done.objects,
        emptied: done.deleted,
        strays: strays.told(),
        mended: link_counts::mend(store).await?,
        day: day.clone(),
        ..Swept::default()
    };
    Ok((swept, done.failed))
}

/// Sweeps those of some objects that nothing points at. `room` is how many may go that nobody has heard of.
async fn sweep_some(
    store: &Store,
    objects: &Objects,
    names: &[String],
    (day, room): (NaiveDate, &mut usize),
    swept: &mut Swept,
) -> Result<()> {
    let pointed_at = revisions::referenced(store, names).await?;
    let candidates = names.iter().filter(|name| !pointed_at.contains(*name)).cloned();
    let candidates: Vec<String> = candidates.collect();
    let known = known_as_let_go(store, &candidates).await?;
    let (let_go, mut unheard): (Vec<String>, Vec<String>) =
        candidates.into_iter().partition(|name| known.contains(name));
    let left = unheard.split_off(unheard.len().min(*room));
    *room -= unheard.len();
    swept.left += left.len() as u64;
    swept.let_go += take(store, objects, &let_go, day).await?;
    swept.unheard += take(store, objects, &unheard, day).await?;
    Ok(())
}

/// Moves those to the trash that nothing points at while nobody publishes. Gives how many.
async fn take(store: &Store, objects: &Objects, names: &[String], day: NaiveDate) -> Result<u64> {
    let mut taken = 0;
    for batch in names.chunks(BATCH) {
        let Some(alone) = alone(objects).await? else {
            // Somebody publishes without a pause. Tomorrow is another day.
            break;
        };
        let pointed_at = revisions::referenced(store, batch).await?;
        let batch: Vec<String> = batch
            .iter()
            .filter(|name| !pointed_at.contains(*name))
            .cloned()
            .collect();
        let objects = objects.clone();
        let moved = tokio::task::spawn_blocking(move || move_all(&objects, &batch, day, alone)).await;
        taken += moved.map_err(|_| io::Error::other("the disk's thread has stopped"))??;
    }
    Ok(taken)
}

fn move_all(objects: &Objects, names: &[String], day: NaiveDate, alone: File) -> io::Result<u64> {
    let mut moved = 0;
    for name in names {
        match trash::take(objects, name, day) {
            Ok(()) => moved += 1,
            // Somebody has taken it away by hand.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    drop(alone);
    Ok(moved)
}

async fn alone(objects: &Objects) -> io::Result<Option<File>> {
    let (tries, pause) = TRIES;
    for _ in 0..tries {
        if let Some(alone) = objects.held_alone()? {
            return Ok(Some(alone));
        }
        tokio::time::sleep(pause).await;
    }
    Ok(None)
}

/// Those of the names that the catalogue has let go.
async fn known_as_let_go(store: &Store, names: &[String]) -> Result<BTreeSet<String>> {
    let rows: Vec<(String,)> =
        db::query_as("SELECT sha256 FROM let_go WHERE sha256 IN (SELECT value FROM json_each(?))")
            .bind(serde_json::json!(names).to_string())
            .fetch_all(store.pool())
            .await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// What is not among the objects any more needs no remembering, and what is needed again has not been let go.
async fn forget_let_go(store: &Store, objects: &Objects) -> Result<()> {
    let mut after = String::new();
    loop {
        let page: Vec<(String,)> = db::query_as("SELECT sha256 FROM let_go WHERE sha256 > ? ORDER BY sha256 LIMIT ?")
            .bind(&after)
            .bind(i64::try_from(ASKED).unwrap_or(i64::MAX))
            .fetch_all(store.pool())
            .await?;
        let Some((last,)) = page.last() else { return Ok(()) };
        after.clone_from(last);
        let (there, mut over): (Vec<String>, Vec<String>) = page
            .into_iter()
            .map(|(name,)| name)
            .partition(|name| objects.path(name).exists());
        over.extend(revisions::referenced(store, &there).await?);
        db::query("DELETE FROM let_go WHERE sha256 IN (SELECT value FROM json_each(?))")
            .bind(serde_json::json!(over).to_string())
            .execute(store.pool())
            .await?;
    }
}

#[cfg(test)]
mod tests;
