//! Backups into the one folder that whoever starts the host has named: what pages and programs may begin. Where that is, they
//! are told, and can't choose.

use std::path::PathBuf;

use super::backup::BackupOptions;
use crate::{
    Error, Result,
    backup::nesting,
    service::{Begun, Session, Stop},
    store::words::OperationKind,
    way_out::WayOut,
};

impl Session<'_> {
    /// The folder of the backups, if whoever starts the host has named one.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, or the database's.
    pub async fn backup_folder(&self) -> Result<Option<PathBuf>> {
        self.user.require_administrator("see when the library was backed up")?;
        let settings = self.host.settings().await?;
        Ok(settings.get("backup.folder").map(PathBuf::from))
    }

    /// Begins a backup into that folder: it has a number from now on, and is carried out by [`Session::carry_out_backup`].
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Settings` where no folder is named; `Error::Backup` for one inside of the data folder,
    /// where the objects lie elsewhere, and while another backup is under way; the database's.
    pub async fn begin_backup(&self) -> Result<Begun> {
        self.user.require_administrator("back the library up")?;
        self.refuse_elsewhere()?;
        let folder = self.named_folder().await?;
        nesting::refuse(self.host.data(), &folder)?;
        drop(self.host.backup_right(&self.user.name).await?);
        self.begin_operation(OperationKind::Backup).await
    }

    /// Backs the library up into that folder, as what was begun.
    ///
    /// # Errors
    ///
    /// As [`Session::begin_backup`] and [`Session::backup`].
    pub async fn carry_out_backup(self, begun: Begun, stop: &Stop) -> Result<()> {
        let session = self.carrying_out(begun);
        let folder = session.named_folder().await?;
        session.backup(&folder, BackupOptions::default(), stop).await.map(drop)
    }

    /// Whether the library does not lie in the data folder, or not all of it: it is backed up where it lies, by other means
    /// than this host's, and when that was is not known here.
    pub fn is_backed_up_elsewhere(&self) -> bool {
        self.host.store.is_on_a_server() || self.host.objects.remote().is_some()
    }

    /// Refuses where the library is not all in the data folder.
    pub(super) fn refuse_elsewhere(&self) -> Result<()> {
        let message = match (self.host.store.place(), self.host.objects.remote()) {
            (None, None) => return Ok(()),
            (None, Some(remote)) => format!(
                "the bytes of this library lie on `{remote}` (`objects.url`), and a backup of such a library can't be made yet: \
                 copy the data folder while no program is in it, and let the store keep its own copies"
            ),
            (Some(_), _) => {
                "the database of this library is on a server (`database.url-file`): whoever runs this host backs it \
                 up by the means of that server, and the files by those of the place where they lie"
                    .to_owned()
            }
        };
        Err(Error::Backup {
            code: "backup-elsewhere",
            message,
        })
    }

    async fn named_folder(&self) -> Result<PathBuf> {
        self.backup_folder().await?.ok_or_else(|| {
            let what = "no folder for backups is named (`backup.folder`), and whoever starts this host has to name it";
            Error::Settings(what.into()).with([WayOut::ShowSettings])
        })
    }
}
