//! Where the key of a data folder comes from, and how one key takes the place of another.
//!
//! It comes from the environment variable `CLIENTPOINT_SECRET_KEY` (64 hexadecimal digits) or from the file `secret.key`
//! in the data folder, which only its owner may read.
//!
//! `secret.key` is in force; `secret.key.next` lies beside it, durably, before the first secret is sealed with it, and is
//! given the other's name once everything is. So at every moment the folder holds the key that opens its database, and the
//! database says which of the two that is. Both files change only in the hands of a program that holds the folder alone.

pub(crate) mod hosts;
mod written;

use std::{
    env,
    fs::{self, File},
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};

use clientpoint_engine::secrets::SecretKey;
use zeroize::Zeroizing;

use crate::{Error, Result, disk, way_out::WayOut};

pub use hosts::NextKey;

pub(crate) use written::{given, of_environment, text};

/// The environment variable that holds the key, where there is no key file.
pub const KEY_VARIABLE: &str = "CLIENTPOINT_SECRET_KEY";

/// The environment variable that holds the key to change to, where the present one comes from the environment.
pub const NEXT_KEY_VARIABLE: &str = "CLIENTPOINT_SECRET_KEY_NEXT";

pub(crate) const KEY_FILE: &str = "secret.key";
const NEXT_KEY_FILE: &str = "secret.key.next";

/// As many hexadecimal digits as a key has.
const KEY_DIGITS: usize = 64;

/// More than the file of a key holds, in bytes: what is longer is none.
const KEY_FILE_BYTES: usize = 1024;

/// What the database says of the key.
#[derive(Clone, Debug)]
pub(crate) struct SealedWith {
    /// The key's name.
    pub(crate) id: String,
    /// Whether anything is sealed with it.
    pub(crate) is_used: bool,
}

/// The key of this data folder: from the environment, or from its file, which is made if it is missing.
///
/// # Errors
///
/// `Error::Settings` for a key that is none, or a file that others may read.
pub fn load(data: &Path) -> Result<SecretKey> {
    in_force(data, None)
}

/// The key that the database is sealed with: from the environment, or whichever of the files holds it. Where nothing
/// is sealed yet, a missing one is made.
///
/// # Errors
///
/// `Error::Settings` for a key that is none, a file that others may read, or no key where something is sealed.
pub(crate) fn in_force(data: &Path, sealed: Option<&SealedWith>) -> Result<SecretKey> {
    let is_right = |key: &SecretKey| sealed.is_some_and(|sealed| sealed.id == key.id());
    if let Some(key) = from_environment(KEY_VARIABLE)? {
        let next = from_environment(NEXT_KEY_VARIABLE).ok().flatten().filter(is_right);
        return Ok(next.unwrap_or(key));
    }
    // One that is no key has been left behind by a change that never happened.
    let next = from_file(&next_file(data)).ok().flatten().filter(is_right);
    let present = match next {
        Some(next) => return Ok(next),
        None => from_file(&key_file(data))?,
    };
    match (present, sealed) {
        (Some(key), _) => Ok(key),
        (None, Some(sealed)) if sealed.is_used => Err(missing(data)),
        (None, _) => make(data),
    }
}

/// The key to change to: from the environment where the present one is, else a new one in a file beside it. Whoever
/// calls holds the folder alone, and has tidied it.
///
/// # Errors
///
/// `Error::Settings` where the environment has no such key, or the same; the file system's.
pub(crate) fn next(present: &SecretKey, data: &Path) -> Result<SecretKey> {
    if env::var_os(KEY_VARIABLE).is_none() {
        let (key, text) = SecretKey::made();
        disk::write(&next_file(data), text.as_bytes())?;
        return Ok(key);
    }
    let next = from_environment(NEXT_KEY_VARIABLE)?.ok_or_else(|| {
        Error::Settings(format!(
            "the key comes from the environment variable `{KEY_VARIABLE}`: put the new one into `{NEXT_KEY_VARIABLE}` \
             (64 hexadecimal digits, as from `openssl rand -hex 32`), and run this again"
        ))
    })?;
    if next.id() == present.id() {
        return Err(Error::Settings(format!(
            "`{NEXT_KEY_VARIABLE}` holds the present key: make another one"
        )));
    }
    Ok(next)
}

/// Puts this key in the place of the present one. Everything is sealed with it already; whoever calls holds the folder
/// alone.
///
/// # Errors
///
/// The file system's, and `Error::Storage` if its file is not there any more: it is loud, since nothing else holds
/// this key.
pub(crate) fn put_in_force(key: &SecretKey, data: &Path) -> Result<()> {
    if env::var_os(KEY_VARIABLE).is_some() {
        return Ok(());
    }
    let kept = from_file(&next_file(data))?;
    // Another program on this folder may have been first.
    if kept.is_none() && from_file(&key_file(data))?.is_some_and(|present| present.id() == key.id()) {
        return Ok(());
    }
    if kept.is_none_or(|kept| kept.id() != key.id()) {
        return Err(Error::Storage(format!(
            "`{}` is not the key any more that everything was just sealed with: somebody has changed it meanwhile; put it \
             back from a backup. Where there is none, nobody can read these secrets any more",
            next_file(data).display()
        ))
        .with([WayOut::ForgetSecrets]));
    }
    disk::rename(&next_file(data), &key_file(data))?;
    Ok(())
}

/// Brings a change of the key that was broken off to its end, or does away with what it has left behind. `key` is the
/// key in force; whoever calls holds the folder alone.
///
/// # Errors
///
/// The file system's.
pub(crate) fn tidy(key: &SecretKey, data: &Path) -> Result<()> {
    if env::var_os(KEY_VARIABLE).is_some() || !is_untidy(data) {
        return Ok(());
    }
    for half in half_written(data) {
        disk::remove(&half)?;
    }
    let next = from_file(&next_file(data)).ok().flatten();
    if next.is_some_and(|next| next.id() == key.id()) {
        return put_in_force(key, data);
    }
    disk::remove(&next_file(data))?;
    Ok(())
}

fn make(data: &Path) -> Result<SecretKey> {
    let file = key_file(data);
    let (_, text) = SecretKey::made();
    // What was never written to its end holds no key, and nothing is sealed: nobody misses it.
    if file.exists() {
        disk::write(&file, text.as_bytes())?;
    } else {
        // Another process may be first: its key is as good.
        disk::write_new(&file, text.as_bytes())?;
    }
    from_file(&file)?.ok_or_else(|| missing(data))
}

fn from_environment(variable: &str) -> Result<Option<SecretKey>> {
    let Ok(text) = env::var(variable) else {
        return Ok(None);
    };
    let text = Zeroizing::new(text);
    let key = SecretKey::parse(text.trim()).ok_or_else(|| {
        Error::Settings(format!(
            "the environment variable `{variable}` holds no key: it must be 64 hexadecimal digits"
        ))
    })?;
    Ok(Some(key))
}

/// The key in a file. None if there is no file, or one that was never written to its end.
fn from_file(path: &Path) -> Result<Option<SecretKey>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut read = Zeroizing::new(Vec::with_capacity(KEY_FILE_BYTES));
    file.take(KEY_FILE_BYTES as u64)
        .read_to_end(&mut read)
        .map_err(|error| disk::in_the_way(path, error))?;
    refuse_readable_by_others(path)?;
    // What is no text at all is no key either.
    let text = std::str::from_utf8(&read).unwrap_or("no text").trim();
    let broken_off = text.len() < KEY_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match SecretKey::parse(text) {
        None if broken_off => Ok(None),
        Some(key) => Ok(Some(key)),
        None => Err(Error::Settings(format!(
            "`{}` holds no key (64 hexadecimal digits): put the right one back; without it the stored secrets can't be read",
            path.display()
        ))),
    }
}

#[cfg(unix)]
fn refuse_readable_by_others(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(Error::Settings(format!(
        "`{}` can be read by others (mode {:03o}): run `chmod 600 {}`",
        path.display(),
        mode & 0o777,
        path.display()
    )))
}

#[cfg(not(unix))]
fn refuse_readable_by_others(_path: &Path) -> Result<()> {
    Ok(())
}

/// Whether a change of the key was broken off, or the writing of one.
pub(crate) fn is_untidy(data: &Path) -> bool {
    next_file(data).exists() || !half_written(data).is_empty()
}

/// Files that a program was killed over: they hold a key, or a part of one.
fn half_written(data: &Path) -> Vec<PathBuf> {
    [key_file(data), next_file(data)]
        .iter()
        .flat_map(|file| disk::half_written(file))
        .collect()
}

fn key_file(data: &Path) -> PathBuf {
    data.join(KEY_FILE)
}

fn next_file(data: &Path) -> PathBuf {
    data.join(NEXT_KEY_FILE)
}

fn missing(data: &Path) -> Error {
    Error::Settings(format!(
        "`{}` is missing or empty, and the secrets in the database beside it are sealed with the key that it held: put the file \
         back from a backup. Where there is none, nobody can read these secrets any more",
        key_file(data).display()
    ))
    .with([WayOut::ForgetSecrets])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(key: &SecretKey, is_used: bool) -> SealedWith {
        SealedWith { id: key.id(), is_used }
    }

    #[test]
    fn a_change_of_the_key_that_dies_at_any_moment_leaves_the_key_that_opens_the_database() {
        let data = tempfile::tempdir().unwrap();
        let old = load(data.path()).unwrap();
        let opens = |key: &SecretKey| {
            let found = in_force(data.path(), Some(&sealed(key, true))).unwrap();
            assert_eq!(found.id(), key.id());
            found
        };
        // A change that never came to the database, cut off while it wrote, or after.
        for left in ["", "0123", &"z".repeat(64)] {
            fs::write(data.path().join(NEXT_KEY_FILE), left).unwrap();
            opens(&old);
        }
        let newer = next(&old, data.path()).unwrap();
        opens(&old);
        // One that came to the database, and no further.
        let found = opens(&newer);
        tidy(&found, data.path()).unwrap();
        opens(&newer);
        assert!(!is_untidy(data.path()));
        assert_eq!(load(data.path()).unwrap().id(), newer.id());

        next(&newer, data.path()).unwrap();
        fs::write(data.path().join("secret.key.next.half-AbC123"), "0123").unwrap();
        tidy(&newer, data.path()).unwrap();
        assert_eq!(
            fs::read_dir(data.path()).unwrap().count(),
            1,
            "nothing of a key is left behind"
        );
        assert!(!is_untidy(data.path()));
        opens(&newer);
    }

    #[test]
    fn a_key_that_was_taken_away_while_it_was_put_in_force_is_a_loud_error() {
        let data = tempfile::tempdir().unwrap();
        let next = next(&load(data.path()).unwrap(), data.path()).unwrap();
        fs::remove_file(data.path().join(NEXT_KEY_FILE)).unwrap();
        let error = put_in_force(&next, data.path()).unwrap_err().to_string();
        assert!(error.contains(NEXT_KEY_FILE), "{error}");
    }

    #[test]
    fn a_missing_key_is_made_only_where_nothing_is_sealed() {
        let data = tempfile::tempdir().unwrap();
        let key = load(data.path()).unwrap();
        let file = data.path().join(KEY_FILE);
        for content in [None, Some("")] {
            fs::remove_file(&file).ok();
            if let Some(content) = content {
                disk::write(&file, content.as_bytes()).unwrap();
            }
            let refused = in_force(data.path(), Some(&sealed(&key, true))).err().unwrap();
            assert!(refused.to_string().contains("backup"), "{refused}");
            assert_eq!(fs::read_to_string(&file).ok().as_deref(), content);
            in_force(data.path(), Some(&sealed(&key, false))).unwrap();
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_may_read_is_refused_with_the_command_that_mends_it() {
        use std::os::unix::fs::PermissionsExt;
        let data = tempfile::tempdir().unwrap();
        load(data.path()).unwrap();
        let path = data.path().join(KEY_FILE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();

        let error = load(data.path()).err().unwrap().to_string();

        assert!(error.contains("chmod 600"), "{error}");
    }
}
