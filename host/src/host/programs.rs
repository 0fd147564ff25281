//! The programs that are at work in a data folder, by name: so that a refusal can say who is in the way.

use std::{
    fs::{self, File},
    io::{Read, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, TempPath};

use crate::{private, rights::lock_files::PROGRAMS};

/// The longest name, in bytes: more was written by no program of ours.
const NAME_AT_MOST: u64 = 200;

/// A program's own entry. It goes with the program.
#[derive(Debug)]
pub(super) struct Present {
    path: TempPath,
    /// The lock says that the program lives.
    _file: File,
}

impl Present {
    /// What it is called in the folder of those that are there.
    pub(super) fn entry(&self) -> Option<String> {
        Some(self.path.file_name()?.to_string_lossy().into_owned())
    }
}

/// Writes down that this program is there. Whoever calls has the turn. A disk that takes no writes leaves it nameless.
pub(super) fn register(data: &Path, name: &str) -> Option<Present> {
    let folder = data.join(PROGRAMS);
    private::folder(&folder).ok()?;
    forget_the_dead(&folder);
    let pid = std::process::id();
    let mut entry = Builder::new().prefix(&format!("{pid}-")).tempfile_in(&folder).ok()?;
    entry.as_file().try_lock().ok()?;
    write!(entry, "`{name}` (process {pid})").ok()?;
    let (file, path) = entry.into_parts();
    Some(Present { path, _file: file })
}

/// Those who are there beside this one, in words.
pub(super) fn others(data: &Path, own: Option<&Present>) -> Vec<String> {
    let mut names: Vec<String> = entries(&data.join(PROGRAMS))
        .into_iter()
        // By their names: a folder may be called in more ways than one.
        .filter(|path| own.is_none_or(|own| path.file_name() != own.path.file_name()))
        .filter_map(|path| living(&path))
        .collect();
    names.sort();
    names
}

/// What a program that lives has written of itself.
fn living(path: &Path) -> Option<String> {
    let file = File::open(path).ok()?;
    if file.try_lock_shared().is_ok() {
        return None;
    }
    let mut name = String::new();
    file.take(NAME_AT_MOST).read_to_string(&mut name).ok()?;
    Some(if name.is_empty() {
        "a program without a name".into()
    } else {
        name
    })
}

fn forget_the_dead(folder: &Path) {
    for path in entries(folder) {
        if File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            // If it can't be taken away, it is only a name of somebody who is not there.
            let _ = fs::remove_file(&path);
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}
