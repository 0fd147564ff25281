//! Taking an update back, and which ClientPoints updates reach.

use serde::Serialize;

use crate::{
    Error, Result,
    service::{Cursor, FileRow, Page, Part, Session},
    store::{files, rollback},
};

/// The longest reason, in characters.
const REASON_AT_MOST: usize = 300;

/// Whether existing ClientPoints are updated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Propagation {
    /// "Do not update existing ClientPoints", for all files.
    pub keep_all: bool,
    /// The File IDs of those for which it is switched on by themselves, a thousand at most.
    pub keep_files: Vec<String>,
    /// Where the others begin, for [`Session::kept_after`]; none if these are all.
    #[serde(skip)]
    pub next: Option<Cursor>,
}

/// What taking the last update of a file back would come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TakingBack {
    /// The file as it is.
    pub file: FileRow,
    /// The revision whose content would be put back, as a new one.
    pub earlier: u64,
    /// Its size, in bytes.
    pub earlier_size: u64,
    /// When it came; RFC 3339.
    pub earlier_at: String,
    /// In how many ClientPoints and Templates the file is shown.
    pub shown_in: u64,
}

/// What is to be put back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutBack {
    /// The content of that revision; none for the one before the present, of a file that follows something.
    pub to: Option<u64>,
    /// The present revision that was looked at; none where nobody says.
    pub decided: Option<u64>,
    /// Why, in a sentence; may be empty.
    pub why: String,
}

impl Session<'_> {
    /// Puts the previous content of a managed file back, wherever the present one is shown, and holds the file: no
    /// sync touches it until [`Session::release`].
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`, `Error::Settings` for a file that is not managed, is held already, or has
    /// no previous content; `Error::Damaged` if the disk no longer has that.
    pub async fn rollback(&self, id: &str) -> Result<FileRow> {
        self.put_back(id, &PutBack::default()).await
    }

    /// Puts earlier content of a file back, wherever a later one is shown, and writes down who did it and why. A file that
    /// follows something is held: no sync touches it until [`Session::release`].
    ///
    /// # Errors
    ///
    /// As [`Session::rollback`]; `Error::NotFound` for a revision that the file does not have (any more); `Error::Outdated` if
    /// its present revision is another one than that which was decided about.
    pub async fn put_back(&self, id: &str, wanted: &PutBack) -> Result<FileRow> {
        self.user.require_administrator("take an update back")?;
        let why = reason(&wanted.why)?;
        // Before anything else is told: who comes second is to hear that somebody was faster.
        files::refuse_outdated(&self.host.store, id, wanted.decided).await?;
        let asked = rollback::PutBack {
            to: wanted.to,
            decided: wanted.decided,
            by: &self.user.name,
            why,
        };
        loop {
            let earlier = rollback::earlier(&self.host.store, id, wanted.to).await?;
            if self.host.look(&earlier.object).await?.is_some() {
                return Err(self.host.damaged(id, earlier.revision, &earlier.object).await?);
            }
            // An update may have come in between: then another content is the previous one.
            if let Some(file) = rollback::rollback(&self.host.store, id, (&earlier.object, asked), &self.now()).await? {
                return Ok(file.into());
            }
        }
    }

    /// What putting earlier content back would come to: that of revision `to`, or the one before the present. Nothing is
    /// changed.
    ///
    /// # Errors
    ///
    /// As [`Session::put_back`], but for the disk's.
    pub async fn would_put_back(&self, id: &str, to: Option<u64>) -> Result<TakingBack> {
        self.user.require_administrator("take an update back")?;
        let earlier = rollback::earlier(&self.host.store, id, to).await?;
        Ok(TakingBack {
            file: self.file(id).await?,
            earlier: earlier.revision,
            earlier_size: earlier.object.size,
            earlier_at: earlier.made_at,
            shown_in: self.showings(id).await?.len() as u64,
        })
    }

    /// Lets a file follow its item again, from the next sync on: one that is held, or one that was given up.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`, `Error::Settings` for a file that is not managed.
    pub async fn release(&self, id: &str) -> Result<FileRow> {
        self.release_from(id, None).await
    }

    /// As [`Session::release`], if the file has that revision still which somebody has looked at.
    ///
    /// # Errors
    ///
    /// As [`Session::release`], and `Error::Outdated` if it has another one.
    pub async fn release_from(&self, id: &str, decided: Option<u64>) -> Result<FileRow> {
        self.user.require_administrator("release a file")?;
        files::refuse_outdated(&self.host.store, id, decided).await?;
        Ok(rollback::release(&self.host.store, id).await?.into())
    }

    /// Switches "Do not update existing ClientPoints" on or off: for a file, or for all.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`, or the database's.
    pub async fn keep_clientpoints(&self, id: Option<&str>, keep: bool) -> Result<Propagation> {
        self.user.require_administrator("choose what updates reach")?;
        rollback::keep_clientpoints(&self.host.store, id, keep).await?;
        self.propagation().await
    }

    /// How the switch stands.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn propagation(&self) -> Result<Propagation> {
        let keep_all = rollback::keeps_all(&self.host.store).await?;
        let first = rollback::kept(&self.host.store, &Part::whole(None)).await?;
        Ok(Propagation {
            keep_all,
            keep_files: first.rows,
            next: first.next,
        })
    }

    /// How the switch stands for one file: of `keep_files`, only that one is there.
    ///
    /// # Errors
    ///
    /// `Error::NotFound`, or the database's.
    pub async fn propagation_of(&self, id: &str) -> Result<Propagation> {
        let keeps = rollback::keeps(&self.host.store, id).await?;
        Ok(Propagation {
            keep_all: rollback::keeps_all(&self.host.store).await?,
            keep_files: keeps.then(|| id.to_owned()).into_iter().collect(),
            next: None,
        })
    }

    /// A page of the File IDs for which it is switched on by themselves.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for a cursor of another list, or the database's.
    pub async fn kept_after(&self, after: Cursor) -> Result<Page<String>> {
        rollback::kept(&self.host.store, &Part::whole(Some(after))).await
    }
}

/// Why somebody does something: a line that can be shown.
fn reason(why: &str) -> Result<&str> {
    let why = why.trim();
    if REASON_AT_MOST < why.chars().count() || why.chars().any(char::is_control) {
        return Err(Error::Settings(format!(
            "a reason is one line of {REASON_AT_MOST} characters at most"
        )));
    }
    Ok(why)
}
