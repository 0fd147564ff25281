//! Where the bytes of a library lie, if a deployment has said that they are not to lie in the data folder.

use std::{env, path::Path};

use crate::{
    Error, Result,
    settings::Layers,
    store::{
        Store,
        bytes_at::{self, BytesAt},
        objects::{Objects, Remote},
        sending,
    },
    way_out::WayOut,
};

/// The object store that the settings name, if they name one. Nothing is asked of it yet.
///
/// # Errors
///
/// `Error::Settings` that names the setting, for an address that can't be one and for variables that don't fit.
pub(super) fn named(layers: &Layers) -> Result<Option<Remote>> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    let url = layers.get("objects.url");
    url.map(|url| Remote::at(url, env::vars_os().filter_map(text)))
        .transpose()
}

/// Sees to it that the objects of this library are where the host looks for them, and that the store is this library's. Where
/// several hosts may come to one database, the first that may write notes there where it keeps the bytes.
///
/// # Errors
///
/// `Error::Catalogue` where they lie elsewhere than the settings say, in the folder of another host, or the store is another
/// library's; `Error::ObjectStore`; the database's or the file system's.
pub(super) async fn settle(store: &Store, objects: &Objects, data: &Path, may_write: bool) -> Result<()> {
    let (is_known, has_revisions) = sending::any(store).await?;
    let remote = objects.remote();
    match remote {
        None if is_known => return Err(names_none()),
        Some(remote) if has_revisions && !is_known => {
            return Err(not_there(format!(
                "the bytes of this library lie in its data folder, and `objects.url` names `{remote}`: leave the setting \
                 away, or begin with another data folder"
            )));
        }
        _ => {}
    }
    if !store.is_on_a_server() || !may_write {
        return sending::settle(store, objects, is_known, may_write).await;
    }
    let there = bytes_at::noted(store).await?;
    if let Some(there) = &there {
        let ours = match remote {
            Some(_) => Some(BytesAt::Elsewhere),
            None => bytes_at::known(data)?,
        };
        agreed(there, ours.as_ref(), remote, data)?;
    }
    // A store that was noted was this library's then, though nothing may lie there yet: an empty one is another one.
    sending::settle(store, objects, is_known || there.is_some(), may_write).await?;
    if there.is_some() {
        return Ok(());
    }
    // After the store has said that it is there: who is refused for it may begin otherwise.
    let ours = match remote {
        Some(_) => BytesAt::Elsewhere,
        None => bytes_at::of_folder(data)?,
    };
    let there = bytes_at::note(store, &ours).await?;
    agreed(&there, Some(&ours), remote, data)
}

/// Refuses a host that keeps the bytes otherwise than the library: neither would find those of the other.
fn agreed(there: &BytesAt, ours: Option<&BytesAt>, remote: Option<&Remote>, data: &Path) -> Result<()> {
    match (there, remote) {
        _ if ours == Some(there) => Ok(()),
        (BytesAt::Elsewhere, _) => Err(names_none()),
        (BytesAt::Folder(_), Some(remote)) => Err(not_there(format!(
            "the bytes of this library lie in the data folder of a host, and `objects.url` names `{remote}`: leave the \
             setting away, or begin with an empty database"
        ))),
        (BytesAt::Folder(_), None) => Err(not_there(format!(
            "the bytes of this library lie in the data folder of another host than `{}`: start with that folder, as a whole. \
             Several hosts need an object store that all of them reach (`objects.url`)",
            data.display()
        ))),
    }
}

fn names_none() -> Error {
    not_there("the bytes of this library lie on an object store, and `objects.url` names none: set it as it was".into())
}

fn not_there(message: String) -> Error {
    let code = "objects-elsewhere";
    let message = format!("{message}; nothing was changed");
    Error::Catalogue { code, message }.with([WayOut::ShowSettings])
}
