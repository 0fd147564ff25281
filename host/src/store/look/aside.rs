//! Keeping what is left of damaged objects, before they are put back.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    path::Path,
};

use super::{Reading, Trouble, measured, trouble};
use crate::{
    Result, private,
    store::objects::{Object, Objects},
};

impl Objects {
    /// Before an object takes its place again: keeps what lies there if it is not that object. Nothing is deleted that a
    /// person might still make sense of. Gives the name that it has in the folder `damaged` then.
    ///
    /// # Errors
    ///
    /// The file system's.
    pub(in crate::store) fn put_aside(&self, object: &Object) -> Result<Option<String>> {
        let path = self.path(&object.sha256);
        let looked = measured(&path, object).and_then(|()| Reading::begin(&path, object)?.through());
        if matches!(trouble(looked)?, None | Some(Trouble::Missing)) {
            return Ok(None);
        }
        Ok(self.lay_aside(&path, &object.sha256)?)
    }

    /// Keeps what lies at a path in the folder `damaged`, as what was left of that object. Gives its name there.
    ///
    /// # Errors
    ///
    /// The file system's.
    pub(in crate::store) fn lay_aside(&self, path: &Path, sha256: &str) -> io::Result<Option<String>> {
        let aside = self.aside();
        private::folder(&aside)?;
        for number in 1..=u32::MAX {
            let name = format!("{sha256}.{number}");
            match kept(path, &aside.join(&name)) {
                Ok(()) => {
                    File::open(&aside)?.sync_all()?;
                    tracing::warn!("a damaged object is replaced; what was left of it is kept as `damaged/{name}`");
                    return Ok(Some(name));
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other("the folder `damaged` is full: empty it"))
    }
}

/// Another name for the same file, so that its place is never empty; what can't have two names is moved.
fn kept(path: &Path, aside: &Path) -> io::Result<()> {
    match fs::hard_link(path, aside) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        Err(_) if fs::symlink_metadata(aside).is_ok() => Err(ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(path, aside),
        Ok(()) => Ok(()),
    }
}
