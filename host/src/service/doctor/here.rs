//! What is on this machine: the plugin, the data folder and the key; and where the library is not, the servers that it is on.

use std::time::Duration;

use clientpoint_engine::contract::exports::clientpoint::content_source::source::Description;
use tokio::{task::spawn_blocking, time::timeout};

use crate::{
    Error, Result, disk,
    disk::Room,
    service::{Session, api::Check},
    store::{connections, server, words::CheckSubject},
    way_out::WayOut,
};

/// How long the disk may take to say whether it takes writes.
const WITHIN: Duration = Duration::from_secs(10);

/// In the unit of disks.
const GIB: u64 = 1 << 30;

impl Session<'_> {
    /// The plugin, which could be loaded, or there would be nobody to ask.
    pub(super) fn plugin_of(&self, description: &Description) -> Result<Check> {
        let powers = self.host.plugin()?.imports().len();
        let message = format!(
            "{} {} is loaded; it asks for {powers} interfaces, all of which are on this host's list",
            description.title, description.version
        );
        Ok(Check::well(CheckSubject::Plugin, message))
    }

    /// Whether the folder takes writes, and how much room there is. What is written for it is gone at once.
    pub(super) async fn folder(&self) -> Check {
        let subject = CheckSubject::Folder;
        let folder = self.host.folder_path();
        let tried = timeout(WITHIN, spawn_blocking(move || disk::refusal(&folder))).await;
        match tried {
            Ok(Ok(None)) => {}
            Ok(Ok(Some(why))) => {
                let message = format!("the data folder takes no writes ({why})");
                return Check::failed(subject, message).with([WayOut::LetWrite, WayOut::EmptyTrash]);
            }
            Ok(Err(_)) | Err(_) => return Check::failed(subject, "the disk of the data folder does not answer"),
        }
        let lacking = self.host.room().filter(|room| room.free < room.least());
        match lacking {
            Some(Room { free, total }) => {
                let left = format!("{} of {} GiB are free", free / GIB, total / GIB);
                let message = format!("the data folder takes writes, but only {left}");
                Check::warning(subject, message).with([WayOut::EmptyTrash])
            }
            None => Check::well(subject, "the data folder takes writes, and its disk has room"),
        }
    }

    /// The database's server, for a library that is on one.
    pub(super) async fn database(&self) -> Option<Check> {
        let subject = CheckSubject::Database;
        Some(match server::version(&self.host.store).await.transpose()? {
            Ok(version) => {
                let message = format!("the database's server answers and takes writes (PostgreSQL {version})");
                Check::well(subject, message)
            }
            Err(error) => Check::failed(subject, error.fact()).with(error.ways_out()),
        })
    }

    /// The object store, for a library whose bytes lie on one. What is written there for it is gone at once.
    pub(super) async fn object_store(&self) -> Option<Check> {
        let subject = CheckSubject::ObjectStore;
        let remote = self.host.objects.remote()?;
        let tried = timeout(WITHIN, remote.tried()).await;
        Some(match tried.unwrap_or_else(|_| Err(remote.too_slow())) {
            Ok(()) => Check::well(
                subject,
                "the object store takes bytes, gives them back and deletes them",
            ),
            Err(error) => Check::failed(subject, error.fact()).with(error.ways_out()),
        })
    }

    /// Whether the key opens what is sealed for the connections.
    pub(super) async fn key_opens(&self) -> Check {
        let subject = CheckSubject::Key;
        let opened = async {
            let connections = connections::list(&self.host.store).await?;
            for connection in &connections {
                self.host.secret_of(&connection.id).await?;
            }
            Ok::<_, Error>(connections.len())
        };
        match opened.await {
            Ok(0) => Check::well(subject, "the key is there, and nothing is sealed for a connection yet"),
            Ok(_) => Check::well(subject, "the key opens what is sealed for the connections"),
            Err(error) => Check::failed(subject, error.fact()).with(error.ways_out()),
        }
    }
}
