//! Whether a database on a server and the data folder of a host belong together.
//!
//! A host that works with a server has a folder for its drafts and, where no store of objects is set, for the bytes. The
//! folder carries the identity of the library in the database, as it does beside a database of its own.

use std::path::Path;

use super::{Doubt, Identity, of_database, read, write};
use crate::{
    Error, Result,
    store::{
        Store,
        catalogue::{self, Catalogue},
        db, folder, moved,
    },
    way_out::WayOut,
};

/// Refuses a folder that has a library of its own in it, before anything is asked of a server: its files and users would vanish
/// from sight. One that was moved is none any more.
///
/// # Errors
///
/// `Error::Catalogue`; the database's or the file system's.
pub(crate) async fn refuse_another(data: &Path) -> Result<()> {
    if moved::read(data)?.is_some() {
        return Ok(());
    }
    match catalogue::look(data).await? {
        Catalogue::Ours(_) => Err(Error::Catalogue {
            code: "two-libraries",
            message: format!(
                "the data folder `{}` has a library of its own already, and `database.url-file` names another one; nothing was \
                 changed",
                data.display()
            ),
        }
        .with([WayOut::MoveLibrary, WayOut::OtherDataFolder])),
        _ => Ok(()),
    }
}

/// Holds the folder against the database, and writes the identity of the library into it where it has none or is behind. It
/// needs no bytes if these lie elsewhere.
///
/// # Errors
///
/// `Error::Catalogue` for the folder of another library, one that is ahead of its database, and one that lacks the bytes of
/// the files that are there; the database's or the file system's.
pub(crate) async fn settle(store: &Store, data: &Path, elsewhere: bool) -> Result<()> {
    let ours = of_database(store).await?;
    let doubt = match read(data) {
        Err(_) => Some(Doubt::Unreadable),
        Ok(Some(folder)) if folder.id != ours.id => Some(Doubt::Foreign),
        Ok(Some(folder)) if ours.counter < folder.counter => Some(Doubt::Older),
        Ok(Some(_)) => None,
        Ok(None) if !folder::is_empty(data)? => Some(Doubt::New),
        Ok(None) if elsewhere => None,
        Ok(None) => lacks_bytes(store).await?,
    };
    match doubt {
        None => {
            write(data, &ours)?;
            moved::is_known_to_be_done(data)
        }
        Some(doubt) => Err(refused(&doubt, data, &ours)),
    }
}

/// Whether files are there whose bytes can't be in an empty folder: the first of their objects.
async fn lacks_bytes(store: &Store) -> Result<Option<Doubt>> {
    let (first,): (Option<String>,) = db::query_as("SELECT min(sha256) FROM revisions")
        .fetch_one(store.pool())
        .await?;
    Ok(first.map(|first| Doubt::Lacking(1, first)))
}

fn refused(doubt: &Doubt, data: &Path, ours: &Identity) -> Error {
    let folder = data.display();
    let message = match doubt {
        Doubt::Lacking(..) => format!(
            "the library on the server has files, and the data folder `{folder}` has none of their bytes: they lie in the folder \
             of the host that has stored them"
        ),
        Doubt::Older => format!(
            "the data folder `{folder}` has seen the library on the server (`{}`) in a later state than it has now: the \
             database was put back to an earlier one",
            ours.id
        ),
        Doubt::Unreadable => format!("the file `identity` of the data folder `{folder}` can't be read"),
        Doubt::New => format!("the data folder `{folder}` has bytes of a library, and does not say of which"),
        Doubt::Foreign | Doubt::NoCatalogue(_) | Doubt::Moved(_) => format!(
            "the data folder `{folder}` belongs to another library than the one on the server (`{}`)",
            ours.id
        ),
    };
    Error::Catalogue {
        code: doubt.code(),
        message: format!("{message}; nothing was changed. Take the right data folder, or the right database"),
    }
    .with([WayOut::OtherDataFolder])
}
