//! What becomes of bytes that come in: a new file, or the next revision of one.

use clientpoint_engine::contract::clientpoint::content_source::managed_files::Line;

use crate::{
    place::Place,
    store::{
        db::Transaction,
        files::{self, Created, Link, NewFile},
        library_file::exact,
        managed::{self, Replacement},
        objects::Object,
    },
};

/// What becomes of some bytes.
pub(crate) enum Becomes {
    /// A new file.
    New {
        /// Its name in the library.
        name: String,
        /// What it follows.
        link: Link,
    },
    /// The next revision of a file.
    Next {
        /// The run of the sync.
        run: i64,
        /// The File ID.
        file: String,
        /// The revision that it had when this began.
        base: u64,
        /// What it follows, in its new version.
        link: Link,
        /// Its line.
        line: Line,
    },
}

/// What became of them.
pub(super) enum Became {
    File(Box<files::LibraryFile>),
    AlreadyLinked(String),
    /// The file may not have them any more.
    Conflict,
    /// The database did not take what was to be written of it, and nothing was changed.
    Refused(crate::Error),
    /// Nobody waits for the answer any more, and nothing was changed.
    GivenUp,
    /// Whoever waits has lost the right that the bytes were brought in under, and nothing was changed.
    RightLost,
}

impl Becomes {
    /// Writes it, as a part of a transaction.
    ///
    /// # Errors
    ///
    /// The database's; then what was written must not stay.
    pub(super) async fn write(
        &self,
        transaction: &mut Transaction,
        object: &Object,
        now: &str,
    ) -> crate::Result<Became> {
        Ok(match self {
            Self::New { name, link } => {
                let new = NewFile {
                    name,
                    place: &Place::company_wide(),
                    object,
                    link: Some(link),
                };
                match files::add(transaction, new, now).await? {
                    Created::File(file) => Became::File(file),
                    Created::AlreadyLinked(id) => Became::AlreadyLinked(id),
                }
            }
            Self::Next {
                run,
                file,
                base,
                link,
                line,
            } => {
                let replacement = Replacement {
                    file,
                    base: *base,
                    object,
                    link,
                    line,
                };
                let published = managed::publish(transaction, *run, replacement, now).await?;
                published.map_or(Became::Conflict, |file| Became::File(Box::new(file)))
            }
        })
    }

    /// What has become of it, after a try before of which nobody knows whether it was carried out: if it was, the file has
    /// these bytes and follows its item as it is to.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(super) async fn looked_at(
        &self,
        transaction: &mut Transaction,
        object: &Object,
        became: Became,
    ) -> crate::Result<Became> {
        let (id, revision, link) = match (self, &became) {
            (Self::New { link, .. }, Became::AlreadyLinked(id)) => (id, None, link),
            (Self::Next { file, base, link, .. }, Became::Conflict) => (file, Some(base.saturating_add(1)), link),
            _ => return Ok(became),
        };
        let Some(id) = exact(id) else { return Ok(became) };
        let file = match files::fetch(transaction, id).await {
            Err(crate::Error::NotFound { .. }) => return Ok(became),
            there => there?,
        };
        let is_done = file.sha256 == object.sha256
            && file.link.as_ref() == Some(link)
            && revision.is_none_or(|revision| revision == file.revision);
        Ok(if is_done { Became::File(Box::new(file)) } else { became })
    }
}
