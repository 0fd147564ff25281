//! Taking an update back, and which ClientPoints updates reach.

use serde::Serialize;

use crate::{
    Result,
    service::{Cursor, FileRow, Page, Part, Session},
    store::{files, rollback},
};

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

impl Session<'_> {
    /// Puts the previous content of a managed file back, wherever the present one is shown, and holds the file: no
    /// sync touches it until [`Session::release`].
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`, `Error::Settings` for a file that is not managed, is held already, or has
    /// no previous content; `Error::Damaged` if the disk no longer has that.
    pub async fn rollback(&self, id: &str) -> Result<FileRow> {
        self.rollback_from(id, None).await
    }

    /// As [`Session::rollback`], if the file has that revision still which somebody has looked at.
    ///
    /// # Errors
    ///
    /// As [`Session::rollback`], and `Error::Outdated` if it has another one.
    pub async fn rollback_from(&self, id: &str, decided: Option<u64>) -> Result<FileRow> {
        self.user.require_administrator("take an update back")?;
        loop {
            let earlier = rollback::previous(&self.host.store, id).await?;
            if self.host.look(&earlier.object).await?.is_some() {
                return Err(self.host.damaged(id, earlier.revision, &earlier.object).await?);
            }
            // An update may have come in between: then another content is the previous one.
            if let Some(file) =
                rollback::rollback(&self.host.store, id, (&earlier.object, decided), &self.now()).await?
            {
                return Ok(file.into());
            }
        }
    }

    /// What taking the last update of a file back would come to. Nothing is changed.
    ///
    /// # Errors
    ///
    /// As [`Session::rollback`], but for the disk's.
    pub async fn would_roll_back(&self, id: &str) -> Result<TakingBack> {
        self.user.require_administrator("take an update back")?;
        let earlier = rollback::previous(&self.host.store, id).await?;
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
