//! Choosing the one drive of a connection, and another one later (rule 30).

use clientpoint_engine::contract::exports::clientpoint::content_source::content_import::Error as ContractError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Error, Result,
    service::{Session, api, connections::drives::DriveRow},
    store::{
        connections::{ChosenDrive, Connection},
        detach::{self, Moved},
        link_counts, plans,
        runs::{self, Ending},
        words::{GivenUp, Reason, RunKind},
    },
    way_out::WayOut,
};

/// What choosing a drive came to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Selected {
    /// The drive.
    #[serde(flatten)]
    pub drive: DriveRow,
    /// What it meant for files.
    pub files: api::Moved,
}

impl Session<'_> {
    /// Chooses the one drive of the connection (rule 30). Another one than before takes `switch`: the files that came
    /// from the old one stay in the library, detached.
    ///
    /// # Errors
    ///
    /// As [`Session::drives`]; `Error::NotFound` for a drive that the connection can't see; `Error::Settings` where a
    /// switch was not asked for; `Error::Sync` while a sync runs.
    pub async fn select_drive(&self, id: &str, switch: bool) -> Result<Selected> {
        self.user.require_administrator("select a drive")?;
        let connection = self.connection().await?;
        refuse_switch(&connection, id, switch)?;
        let Some(drive) = self.drive_by_id(&connection, id).await? else {
            return Err(Error::NotFound {
                what: "drive",
                name: id.into(),
                way_out: WayOut::ShowDrives,
            });
        };
        self.select(&connection, drive).await
    }

    /// What choosing another drive would mean for files, before anybody does it: none if there is no other drive yet, or it
    /// is the same.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotConnected`; the database's.
    pub async fn would_select(&self, id: &str) -> Result<Option<api::Moved>> {
        self.user.require_administrator("select a drive")?;
        let connection = self.connection().await?;
        if connection.drive.as_ref().is_none_or(|present| present.id == id) {
            return Ok(None);
        }
        Ok(Some(api::Moved {
            detached: link_counts::following(&self.host.store, &connection.id).await?,
            attached: link_counts::detached_of(&self.host.store, id).await?,
        }))
    }

    /// As [`Session::select_drive`], by an address that a person has copied from a browser: of a drive, or of
    /// something in it.
    ///
    /// # Errors
    ///
    /// As [`Session::select_drive`].
    pub async fn select_drive_at(&self, url: &str, switch: bool) -> Result<Selected> {
        self.user.require_administrator("select a drive")?;
        let connection = self.connection().await?;
        let mut signed_in = self.signed_in(&connection).await?;
        let (within, actor) = (self.host.limits.call, self.actor());
        let found = signed_in.look(async |plugin| plugin.resolve_drive(within, actor, url.to_string()).await);
        let found = found.await?;
        if let Err(ContractError::NotFound) = found {
            return Err(Error::NotFound {
                what: "site or library at",
                name: url.into(),
                way_out: WayOut::CheckAddress,
            });
        }
        let drive = DriveRow::new(signed_in.settled(found).await?, None);
        refuse_switch(&connection, &drive.id, switch)?;
        self.select(&connection, drive).await
    }

    async fn select(&self, connection: &Connection, mut drive: DriveRow) -> Result<Selected> {
        let chosen = ChosenDrive {
            id: drive.id.clone(),
            name: drive.name.clone(),
        };
        let files = self.change_drive(connection, &chosen).await?;
        drive.selected = true;
        Ok(Selected {
            drive,
            files: files.into(),
        })
    }

    /// Puts a drive in the place of the present one, between two runs of the sync.
    pub(in crate::service) async fn change_drive(&self, connection: &Connection, drive: &ChosenDrive) -> Result<Moved> {
        let right = self.no_sync(&connection.id, "a change of the drive").await?;
        right.guarding(Box::pin(self.put_drive(connection, drive))).await
    }

    async fn put_drive(&self, connection: &Connection, drive: &ChosenDrive) -> Result<Moved> {
        // By the run, and not by what the connection says: who died while another account was connected has left it without a drive.
        let unfinished = runs::unfinished(&self.host.store, &connection.id).await?;
        if unfinished.is_some_and(|run| run.drive != drive.id) {
            self.end_unfinished(connection, Reason::DriveSwitched).await?;
        }
        detach::choose_drive(&self.host.store, &connection.id, drive).await
    }

    /// Ends a run that was interrupted and can't go on: its drive is not the connection's any more.
    pub(in crate::service) async fn end_unfinished(&self, connection: &Connection, reason: Reason) -> Result<()> {
        while let Some(run) = runs::unfinished(&self.host.store, &connection.id).await? {
            if run.kind == RunKind::Plan {
                plans::end(&self.host.store, &run, "interrupted", &self.now()).await?;
                continue;
            }
            let ending = Ending::GivenUp {
                outcome: GivenUp::Deferred,
                reason,
                message: "the connection was changed before the sync came to its end",
            };
            runs::end(&self.host.store, &run, ending, &self.now()).await?;
        }
        Ok(())
    }
}

fn refuse_switch(connection: &Connection, id: &str, switch: bool) -> Result<()> {
    match &connection.drive {
        Some(present) if present.id != id && !switch => Err(Error::Settings(format!(
            "the drive `{}` is selected, and a connection has one drive; once it has another, files that came from this one \
             stay in the library, and stop following it",
            present.name
        ))
        .with([WayOut::SwitchDrive])),
        _ => Ok(()),
    }
}
