//! Taking files out of the library: into the bin, and back.

use crate::{
    Error, Result,
    rights::{self, Held},
    service::{FileRow, Page, Part, Session, api::Binned},
    store::{bin, files, reach::Reaching},
    way_out::WayOut,
};

/// What somebody is at, for those who want the same.
const CHANGE: &str = "a change of files";

impl Session<'_> {
    /// Puts a file into the bin, where it keeps its File ID for some days, as the settings say.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`; `Error::Bin` if it is in the bin already, or still shown somewhere;
    /// `Error::Sync` while a sync is running.
    pub async fn remove_file(&self, id: &str) -> Result<Binned> {
        self.remove_file_from(id, None).await
    }

    /// As [`Session::remove_file`], if the file has that revision still which somebody has looked at.
    ///
    /// # Errors
    ///
    /// As [`Session::remove_file`], and `Error::Outdated` if it has another one.
    pub async fn remove_file_from(&self, id: &str, decided: Option<u64>) -> Result<Binned> {
        self.user.require_administrator("remove files from the library")?;
        let held = self.rights_to_change(id).await?;
        let removing = async {
            files::refuse_outdated(&self.host.store, id, decided).await?;
            bin::remove(&self.host.store, id, &self.user.name, &self.now()).await
        };
        let removed = rights::guarding(&held, removing).await?;
        Ok(removed.kept_for(self.host.retention().await?.bin_days).into())
    }

    /// Removes a file for good, also one that is in the bin: it can't be brought back. Its bytes, where no other file has
    /// them, go by way of the trash.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`; `Error::Bin` if it was removed for good before, or is still shown somewhere;
    /// `Error::Sync` while a sync is running.
    pub async fn remove_file_now(&self, id: &str) -> Result<Binned> {
        self.user.require_administrator("remove files from the library")?;
        let store = &self.host.store;
        let binned = match bin::get(store, id).await? {
            Some(binned) => binned.kept_for(self.host.retention().await?.bin_days).into(),
            None => self.remove_file(id).await?,
        };
        bin::remove_now(store, id, &self.now()).await?;
        Ok(binned)
    }

    /// Brings a file back out of the bin, as it was.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`; `Error::Bin` if it was removed for good; `Error::Settings` if it is in the
    /// library; `Error::Sync` while a sync is running.
    pub async fn restore_file(&self, id: &str) -> Result<FileRow> {
        self.user.require_administrator("bring files back into the library")?;
        let held = self.no_sync_of(Reaching::Binned(id), CHANGE).await?;
        let restoring = bin::restore(&self.host.store, id);
        Ok(rights::guarding(&held, restoring).await?.into())
    }

    /// A file that is in the bin.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::NotFound` for one that is not there; the database's.
    pub async fn binned(&self, id: &str) -> Result<Binned> {
        self.user.require_administrator("look into the bin")?;
        let binned = bin::get(&self.host.store, id).await?.ok_or_else(|| Error::NotFound {
            what: "file in the bin",
            name: id.to_owned(),
            way_out: WayOut::ShowBin,
        })?;
        Ok(binned.kept_for(self.host.retention().await?.bin_days).into())
    }

    /// Removes a file for good that is in the bin. One that was brought back in between stays.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::NotFound` for one that is not there; `Error::Settings` if it is in the library by now;
    /// the database's.
    pub async fn remove_binned(&self, id: &str) -> Result<Binned> {
        let binned = self.binned(id).await?;
        bin::remove_now(&self.host.store, id, &self.now()).await?;
        Ok(binned)
    }

    /// A page of what is in the bin, by File ID.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::Settings` for a cursor of another list, or the database's.
    pub async fn bin_page(&self, part: &Part) -> Result<Page<Binned>> {
        self.user.require_administrator("look into the bin")?;
        let page = bin::page(&self.host.store, part).await?;
        let days = self.host.retention().await?.bin_days;
        page.try_map(|binned| Ok(binned.kept_for(days).into()))
    }

    /// What must be had before it changes what a file follows: the ledger of a run accounts for the files that it began
    /// with. Of a file that follows nothing, nothing.
    pub(in crate::service) async fn rights_to_change(&self, id: &str) -> Result<Vec<Held>> {
        files::get(&self.host.store, id).await?;
        self.no_sync_of(Reaching::File(id), CHANGE).await
    }
}
