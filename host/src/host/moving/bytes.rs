//! The bytes of a library that is moved: carried to a store, or looked at where they stay.

use std::path::Path;

use futures::{StreamExt, TryStreamExt, stream};

use super::{
    done::MovedLibrary,
    watching::{Watch, stopped},
};
use crate::{
    Result,
    store::{
        Store, damage,
        look::Trouble,
        moving::{self, Carried},
        objects::{Object, Objects, Remote},
    },
};

/// How many objects are asked for at a time, and how many are on their way at once.
const PAGE: u32 = 1_000;
const AT_ONCE: usize = 4;

/// The most damaged revisions that are named, and how many of one object.
const NAMED: usize = 1_000;
const OF_ONE: u32 = 3;

/// Sees to it that the bytes are where they belong: on the store if they go there, else where they lie. With `check` all of
/// them are read there; without it, what lies in the folder is looked at by its size. What is found is written into `done`.
///
/// # Errors
///
/// `Error::ObjectStore`, `Error::NoSpace`, `Error::Sync` (`stopped`); the database's or the file system's. What was carried
/// until then stays.
pub(super) async fn carried(
    data: &Path,
    store: &Store,
    remote: Option<&Remote>,
    (goes, check): (bool, bool),
    (watcher, stop): Watch<'_>,
    done: &mut MovedLibrary,
) -> Result<()> {
    let here = match remote {
        Some(remote) if !goes => Objects::open_with(data, remote.clone())?,
        _ => Objects::open(data)?,
    };
    let there = match remote {
        Some(remote) if goes => Some(Objects::open_with(data, remote.clone())?),
        _ => None,
    };
    let (_, total) = damage::measure(store, "").await?;
    let (mut after, mut seen) = (String::new(), 0);
    loop {
        let page = damage::objects(store, &after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after.clone_from(&last.sha256);
        let mut carrying = stream::iter(page)
            .map(async |object| {
                stopped(stop)?;
                let carried = match &there {
                    Some(there) => moving::carry(&here, there, &object, check).await?,
                    None => stays(&here, &object, check).await?,
                };
                Ok::<_, crate::Error>((object, carried))
            })
            .buffer_unordered(AT_ONCE);
        while let Some((object, carried)) = carrying.try_next().await? {
            seen += object.size;
            watcher.report("objects", "objects", seen, Some(total));
            match carried {
                Carried::Lost(trouble) => lost(store, &object, &trouble, done).await?,
                carried => {
                    done.objects += 1;
                    done.bytes += object.size;
                    if carried == Carried::Put {
                        done.copied += 1;
                        done.copied_bytes += object.size;
                    }
                }
            }
        }
    }
}

/// Looks at an object that stays where it lies.
async fn stays(here: &Objects, object: &Object, check: bool) -> Result<Carried> {
    let looked = moving::looked(here, object, check).await?;
    Ok(looked.map_or(Carried::There, Carried::Lost))
}

/// Counts an object that is not whole, and names what it is the content of.
async fn lost(store: &Store, object: &Object, trouble: &Trouble, done: &mut MovedLibrary) -> Result<()> {
    done.damaged += 1;
    for of in moving::named(store, &object.sha256, OF_ONE).await? {
        if done.damages.len() < NAMED {
            done.damages.push(format!("{of}: {}", trouble.told(object.size)));
        }
    }
    Ok(())
}
