//! What the sweep has moved away, as people see it.

use serde::Serialize;

use crate::{
    Result,
    service::{
        Page, Part, Session,
        api::{Emptied, Swept, TrashDay},
    },
    store::{sweep, trash},
};

/// The trash, and what the latest sweep did.
#[derive(Clone, Debug, Serialize)]
pub struct Trash {
    /// Day by day, the oldest first.
    pub days: Vec<TrashDay>,
    /// How many objects in all.
    pub objects: u64,
    /// Their size, in bytes.
    pub bytes: u64,
    /// When the objects were swept last; none if they have not been.
    pub swept_at: Option<String>,
    /// What came of it.
    pub swept: Option<Swept>,
}

impl Session<'_> {
    /// What is in the trash.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, the database's or the file system's.
    pub async fn trash(&self) -> Result<Trash> {
        self.user.require_administrator("look into the trash")?;
        let days: Vec<TrashDay> = trash::list(&self.host.objects)
            .await?
            .into_iter()
            .map(TrashDay::from)
            .collect();
        let (swept_at, swept) = sweep::latest(&self.host.store).await?.unzip();
        Ok(Trash {
            objects: days.iter().map(|day| day.objects).sum(),
            bytes: days.iter().map(|day| day.bytes).sum(),
            days,
            swept_at,
            swept: swept.map(Swept::from),
        })
    }

    /// A page of what is in the trash, by day, the oldest first.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::Settings` for a cursor of another list, or the file system's.
    pub async fn trash_page(&self, part: &Part) -> Result<Page<TrashDay>> {
        self.user.require_administrator("look into the trash")?;
        trash::page(&self.host.objects, part)
            .await?
            .try_map(|day| Ok(day.into()))
    }

    /// Deletes all that is in the trash, but for what a revision points at: that comes back.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Backup` while a backup is made; the database's or the file system's.
    pub async fn empty_trash(&self) -> Result<Emptied> {
        self.user.require_administrator("empty the trash")?;
        Ok(trash::empty_all(&self.host.store, &self.host.objects).await?.into())
    }
}
