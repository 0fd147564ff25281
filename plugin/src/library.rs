//! What several flows ask the library, and what it means for a call that the library does not do it.

use std::collections::BTreeMap;

use crate::{
    model::{CallError, ItemRef, LibraryError, LibraryFile},
    ports::Ports,
};

/// The items that the library can be asked about at once.
const BULK: usize = 1000;

/// Which of these items are in the library already.
///
/// # Errors
/// When the library does not say.
pub async fn already_there<P: Ports>(
    ports: &P,
    items: &[ItemRef],
) -> Result<BTreeMap<ItemRef, LibraryFile>, CallError> {
    let mut known = BTreeMap::new();
    for some in items.chunks(BULK) {
        let files = ports.files_by_source(some).await?;
        for (item, files) in some.iter().zip(files) {
            if let Some(file) = files.into_iter().next() {
                known.insert(item.clone(), file);
            }
        }
    }
    Ok(known)
}

impl From<LibraryError> for CallError {
    fn from(error: LibraryError) -> Self {
        match error {
            LibraryError::Unavailable(_) => {
                Self::Unavailable("the Content Library does not answer; try again later".to_owned())
            }
            LibraryError::Forbidden => Self::Withheld(
                "the host does not let the plugin do this with the Content Library: it lends less than the contract has, or the connection has changed meanwhile"
                    .to_owned(),
            ),
            error => Self::Other(error.to_string()),
        }
    }
}
