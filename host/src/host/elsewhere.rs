//! Where the bytes of a library lie, if a deployment has said that they are not to lie in the data folder.

use std::env;

use crate::{
    Error, Result,
    settings::Layers,
    store::{
        Store,
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

/// Sees to it that the objects of this library are where the host looks for them, and that the store is this library's.
///
/// # Errors
///
/// `Error::Catalogue` where they lie elsewhere than the settings say, or the store is another library's; `Error::ObjectStore`.
pub(super) async fn settle(store: &Store, objects: &Objects, is_writable: bool) -> Result<()> {
    let (is_known, has_revisions) = sending::any(store).await?;
    match objects.remote() {
        None if is_known => Err(not_there(
            "the bytes of this library lie on an object store, and `objects.url` names none: set it as it was".into(),
        )),
        None => Ok(()),
        Some(remote) if has_revisions && !is_known => Err(not_there(format!(
            "the bytes of this library lie in its data folder, and `objects.url` names `{remote}`: leave the setting away, or \
             begin with another data folder"
        ))),
        Some(_) => sending::settle(store, objects, is_known, is_writable).await,
    }
}

fn not_there(message: String) -> Error {
    let code = "objects-elsewhere";
    let message = format!("{message}; nothing was changed");
    Error::Catalogue { code, message }.with([WayOut::ShowSettings])
}
