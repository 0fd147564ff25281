//! Carrying an object from the folder to a store.

use crate::{
    Error, Result,
    store::{
        look::Trouble,
        objects::{Object, Objects},
    },
};

/// What came of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Carried {
    /// It was put there.
    Put,
    /// It is there.
    There,
    /// It is not whole, or not there at all, where it comes from.
    Lost(Trouble),
}

/// Sees to it that an object is on a store; `to` are the objects that lie there. What is there with the right size is left
/// alone; with `check` all of its bytes are read back, and those of what is put as well.
///
/// # Errors
///
/// `Error::ObjectStore`, `Error::NoSpace`; the file system's, where it can't be looked at.
pub(crate) async fn carry(from: &Objects, to: &Objects, object: &Object, check: bool) -> Result<Carried> {
    if looked(to, object, check).await?.is_none() {
        return Ok(Carried::There);
    }
    // Its bytes are those that were stored, before anybody is given them.
    if let Some(trouble) = looked(from, object, true).await? {
        return Ok(Carried::Lost(trouble));
    }
    let Some(remote) = to.remote() else {
        return Err(Error::Storage("the objects go to no store".into()));
    };
    remote
        .put(&object.sha256, object.size, &from.path(&object.sha256))
        .await?;
    if check && looked(to, object, true).await?.is_some() {
        return Err(remote.not_as_given(&object.sha256));
    }
    Ok(Carried::Put)
}

/// What is wrong with an object where it lies: by all of its bytes, or by its size alone.
///
/// # Errors
///
/// As [`Objects::look`].
pub(crate) async fn looked(at: &Objects, object: &Object, thoroughly: bool) -> Result<Option<Trouble>> {
    let (at, object) = (at.clone(), object.clone());
    let look = tokio::task::spawn_blocking(move || match thoroughly {
        true => at.look(&object),
        false => at.glance(&object),
    });
    look.await
        .map_err(|_| Error::Storage("the disk's thread has stopped".into()))?
}
