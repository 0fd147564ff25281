//! What several flows ask the library, and what it means for a call that the library does not do it.

use std::collections::BTreeMap;

use crate::{
    contract::{CallError, ItemRef, LibraryError, LibraryFile},
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

impl LibraryError {
    /// The error in words, for a log.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Forbidden => "the library does not allow it".to_owned(),
            Self::TooLarge(limit) => format!("the library takes files of at most {limit} bytes"),
            Self::NoSpace => "the library has no room".to_owned(),
            Self::AlreadyLinked(id) => format!("the library has this item already, as file {id}"),
            Self::SizeMismatch => "the library counted other bytes than the plugin".to_owned(),
            Self::Conflict => "the file was changed meanwhile, or is held".to_owned(),
            Self::Unavailable(text) => format!("the library's storage does not answer: {text}"),
            Self::Other(text) => format!("the library failed: {text}"),
        }
    }
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
            error => Self::Other(error.words()),
        }
    }
}
