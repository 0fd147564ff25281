//! A data folder, as it can be looked at without its database.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::objects::{is_object, is_shard};

/// The file of the folder's identity.
pub(super) const IDENTITY: &str = "identity";

/// How many objects a folder holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bytes {
    pub(super) objects: u64,
    /// Their size.
    pub(super) bytes: u64,
}

/// Whether there is no object in it.
pub(super) fn is_empty(data: &Path) -> io::Result<bool> {
    for shard in shards(data)? {
        if !objects(&shard)?.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// How many objects there are, and how large.
pub(super) fn count(data: &Path) -> io::Result<Bytes> {
    let mut bytes = Bytes::default();
    for shard in shards(data)? {
        for name in objects(&shard)? {
            bytes.objects += 1;
            bytes.bytes += fs::metadata(shard.join(name)).map_or(0, |found| found.len());
        }
    }
    Ok(bytes)
}

/// Those of the objects that are not there.
pub(super) fn missing(data: &Path, needed: Vec<String>) -> io::Result<Vec<String>> {
    let mut missing = Vec::new();
    for name in needed {
        if !data.join(place(&name)).try_exists()? {
            missing.push(name);
        }
    }
    Ok(missing)
}

/// Where an object is, seen from the data folder.
pub(super) fn place(name: &str) -> PathBuf {
    let shard: String = name.chars().take(2).collect();
    Path::new("objects").join(shard).join(name)
}

fn shards(data: &Path) -> io::Result<Vec<PathBuf>> {
    let named = |name: &str| is_shard(name);
    let folders = entries(&data.join("objects"), named)?;
    Ok(folders.into_iter().filter(|path| path.is_dir()).collect())
}

fn objects(shard: &Path) -> io::Result<Vec<String>> {
    let objects = entries(shard, is_object)?;
    let name = |path: &PathBuf| Some(path.file_name()?.to_string_lossy().into_owned());
    Ok(objects.iter().filter_map(name).collect())
}

fn entries(folder: &Path, wanted: impl Fn(&str) -> bool) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let wanted = |entry: &fs::DirEntry| entry.file_name().to_str().is_some_and(&wanted);
    Ok(entries.flatten().filter(wanted).map(|entry| entry.path()).collect())
}
