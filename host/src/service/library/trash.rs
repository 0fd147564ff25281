//! What the sweep has moved away, as people see it.

use serde::Serialize;

use crate::{
    Result,
    service::Session,
    store::{
        sweep::{self, Swept},
        trash::{self, Emptied, TrashDay},
    },
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
        let days = trash::list(&self.host.objects)?;
        let (swept_at, swept) = sweep::latest(&self.host.store).await?.unzip();
        Ok(Trash {
            objects: days.iter().map(|day| day.objects).sum(),
            bytes: days.iter().map(|day| day.bytes).sum(),
            days,
            swept_at,
            swept,
        })
    }

    /// Deletes all that is in the trash, but for what a revision points at: that comes back.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, the database's or the file system's.
    pub async fn empty_trash(&self) -> Result<Emptied> {
        self.user.require_administrator("empty the trash")?;
        trash::empty(&self.host.store, &self.host.objects, None).await
    }
}
