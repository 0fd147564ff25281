//! The keys of one of many hosts that share a database: the present key and, for as long as it is being changed, the next one
//! beside it. Each host has both before anything is sealed with the next, so whichever the database names, it is at hand.

use std::{env, path::Path, sync::Arc};

use clientpoint_engine::secrets::SecretKey;

use super::{KEY_VARIABLE, NEXT_KEY_VARIABLE, from_environment, from_file, key_file, next_file};
use crate::{Error, Result, disk, way_out::WayOut};

/// Where the key to change to comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextKey {
    /// It lies in this file of the data folder; whether it was made just now.
    File {
        /// The file.
        path: String,
        /// Whether it was made just now.
        is_new: bool,
    },
    /// The environment has it, in the variable of this name.
    Variable(&'static str),
}

/// All keys that this host has, the present one first.
///
/// # Errors
///
/// `Error::Settings` for a key that is none, or a file that others may read.
pub(crate) fn all(data: &Path) -> Result<Vec<Arc<SecretKey>>> {
    let present = match from_environment(KEY_VARIABLE)? {
        Some(key) => Some(key),
        None => from_file(&key_file(data))?,
    };
    let keys = present.into_iter().chain(next(data)?);
    Ok(keys.map(Arc::new).collect())
}

/// The key to change to, if this host has one.
///
/// # Errors
///
/// As [`all`].
pub(crate) fn next(data: &Path) -> Result<Option<SecretKey>> {
    match env::var_os(KEY_VARIABLE) {
        Some(_) => from_environment(NEXT_KEY_VARIABLE),
        None => from_file(&next_file(data)),
    }
}

/// Makes the key to change to, unless there is one: where it is.
///
/// # Errors
///
/// As [`all`]; `Error::Settings` where the present key comes from the environment and the next one does not, or is the same.
pub(crate) fn prepare(present: &SecretKey, data: &Path) -> Result<NextKey> {
    let path = next_file(data);
    let there = next(data)?;
    if env::var_os(KEY_VARIABLE).is_some() {
        // Says what is missing, or wrong with it.
        super::next(present, data)?;
        return Ok(NextKey::Variable(NEXT_KEY_VARIABLE));
    }
    let is_new = there.is_none();
    if there.is_some_and(|there| there.id() == present.id()) {
        return Err(Error::Settings(format!(
            "`{}` holds the key that is in force already: a host that is at work with this folder puts it in its place within a \
             minute, unless the change of the key was broken off",
            path.display()
        ))
        .with([WayOut::ChangeKey]));
    }
    if is_new {
        let (_, text) = SecretKey::made();
        disk::write(&path, text.as_bytes())?;
    }
    Ok(NextKey::File {
        path: path.display().to_string(),
        is_new,
    })
}

/// What to say where there is no key to change to. `is_done` is whether everything is sealed with the one in force.
pub(crate) fn none(is_done: bool) -> Error {
    let message = if is_done {
        "there is no key to change to, and everything is sealed with the one in force: if it was being changed, that is done. To \
         change it again, every host of the database has to have the next one first"
    } else {
        "there is no key to change to on this host, though it is being changed: put `secret.key.next` back from another host of \
         the database"
    };
    let error = Error::Settings(message.into());
    if is_done {
        error.with([WayOut::PrepareKey])
    } else {
        error
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::key_files::{load, put_in_force};

    #[test]
    fn the_next_key_is_made_once_and_lies_beside_the_present_one_until_it_is_in_force() {
        let data = tempfile::tempdir().unwrap();
        let present = load(data.path()).unwrap();
        assert!(next(data.path()).unwrap().is_none());
        let NextKey::File { path, is_new: true } = prepare(&present, data.path()).unwrap() else {
            panic!("it is made");
        };
        let made = fs::read_to_string(&path).unwrap();

        let again = prepare(&present, data.path()).unwrap();

        assert_eq!(
            again,
            NextKey::File {
                path: path.clone(),
                is_new: false
            }
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), made);
        let ids: Vec<String> = all(data.path()).unwrap().iter().map(|key| key.id()).collect();
        let next = next(data.path()).unwrap().unwrap();
        assert_eq!(ids, [present.id(), next.id()]);
        put_in_force(&next, data.path()).unwrap();
        let ids: Vec<String> = all(data.path()).unwrap().iter().map(|key| key.id()).collect();
        assert_eq!(ids, [next.id()]);
    }
}
