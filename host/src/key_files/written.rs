//! The key as it is written down: for a backup, and from one.

use std::{env, fs::File, io::Read, path::Path};

use clientpoint_engine::secrets::SecretKey;
use zeroize::Zeroizing;

use super::{KEY_FILE_BYTES, KEY_VARIABLE, from_environment, from_file, key_file};
use crate::{Error, Result};

/// The key in a file that somebody has named: what it is called, and how it is written down.
///
/// # Errors
///
/// `Error::Settings` if the file holds no key, or others may read it; the file system's.
pub(crate) fn given(file: &Path) -> Result<(String, Zeroizing<String>)> {
    let key =
        from_file(file)?.ok_or_else(|| Error::Settings(format!("`{}` is missing, or holds no key", file.display())))?;
    Ok((key.id(), written_down(file)?))
}

/// The name of the key in the environment, where there is one.
///
/// # Errors
///
/// `Error::Settings` for what is no key.
pub(crate) fn of_environment() -> Result<Option<String>> {
    Ok(from_environment(KEY_VARIABLE)?.map(|key| key.id()))
}

/// The key of this data folder as it is written down, if it is that one.
///
/// # Errors
///
/// `Error::Storage` if it was taken away meanwhile; the file system's.
pub(crate) fn text(key: &SecretKey, data: &Path) -> Result<Zeroizing<String>> {
    let text = match env::var(KEY_VARIABLE) {
        Ok(text) => Zeroizing::new(text.trim().to_owned()),
        Err(_) => written_down(&key_file(data))?,
    };
    match SecretKey::parse(&text) {
        Some(found) if found.id() == key.id() => Ok(text),
        _ => Err(Error::Storage(format!(
            "the key in `{}` is another one by now",
            key_file(data).display()
        ))),
    }
}

fn written_down(file: &Path) -> Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(KEY_FILE_BYTES));
    File::open(file)?
        .take(KEY_FILE_BYTES as u64)
        .read_to_string(&mut text)?;
    Ok(Zeroizing::new(text.trim().to_owned()))
}
