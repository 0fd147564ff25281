//! The folders that objects lie in, one after the other: no more than the names of one are held in memory.

use std::{fs, io, path::Path};

use crate::{
    Result, private,
    store::objects::{Objects, is_object, is_shard},
};

/// The folders, in order, and what else lies beside them.
pub(super) fn all(objects: &Objects) -> io::Result<(Vec<String>, Vec<String>)> {
    let (mut shards, mut strays) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(&objects.objects)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_shard(&name) && entry.path().is_dir() {
            shards.push(name);
        } else {
            strays.push(format!("objects/{name}"));
        }
    }
    shards.sort_unstable();
    Ok((shards, strays))
}

/// How many objects there are.
pub(super) async fn count(objects: &Objects, shards: &[String]) -> Result<u64> {
    let mut count = 0;
    for shard in shards {
        let (folder, shard) = (objects.objects.join(shard), shard.clone());
        let counted = tokio::task::spawn_blocking(move || count_of(&folder, &shard)).await;
        count += counted.map_err(|_| stopped())??;
    }
    Ok(count)
}

/// The objects of a folder, in order, and what else is in it. Nobody but the owner may read them from then on.
pub(super) async fn names(objects: &Objects, shard: &str) -> Result<(Vec<String>, Vec<String>)> {
    let (folder, shard) = (objects.objects.join(shard), shard.to_owned());
    let listed = tokio::task::spawn_blocking(move || names_of(&folder, &shard)).await;
    Ok(listed.map_err(|_| stopped())??)
}

fn count_of(folder: &Path, shard: &str) -> io::Result<u64> {
    private::folder(folder)?;
    let entries = fs::read_dir(folder)?.flatten();
    Ok(entries.filter(|entry| object(entry, shard).is_ok()).count() as u64)
}

fn names_of(folder: &Path, shard: &str) -> io::Result<(Vec<String>, Vec<String>)> {
    private::folder(folder)?;
    let (mut names, mut strays) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder)?.flatten() {
        match object(&entry, shard) {
            Ok(name) => {
                private::file(&entry.path());
                names.push(name);
            }
            Err(name) => strays.push(format!("objects/{shard}/{name}")),
        }
    }
    names.sort_unstable();
    Ok((names, strays))
}

/// The name of an object; or else of something that is none.
fn object(entry: &fs::DirEntry, shard: &str) -> std::result::Result<String, String> {
    let name = entry.file_name().to_string_lossy().into_owned();
    let file = entry.file_type().is_ok_and(|kind| kind.is_file());
    if file && is_object(&name) && name.starts_with(shard) {
        Ok(name)
    } else {
        Err(name)
    }
}

fn stopped() -> io::Error {
    io::Error::other("the disk's thread has stopped")
}
