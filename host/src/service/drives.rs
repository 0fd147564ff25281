//! The drives that a connection can see, and the one that is chosen (rules 17, 18 and 30).

use serde::Serialize;

use super::Session;
use super::accounting::{self, Pages};
use crate::bindings::exports::clientpoint::content_source::content_import::Error as ContractError;
use crate::bindings::exports::clientpoint::content_source::content_import::{self as contract, DriveKind};
use crate::store::connections::{self, ChosenDrive, Connection};
use crate::store::detach::{self, Moved};
use crate::store::plans;
use crate::store::runs::{self, Ending};
use crate::{Error, Result};

/// The most pages of drives that are read.
const DRIVE_PAGES_AT_MOST: usize = 10_000;

/// All drives that a connection can see.
#[derive(Clone, Debug, Serialize)]
pub struct DriveList {
    /// In the source's order, each once.
    pub drives: Vec<DriveRow>,
    /// What had to be left out, and why.
    pub notes: Vec<String>,
}

/// A drive.
#[derive(Clone, Debug, Serialize)]
pub struct DriveRow {
    /// The source's id.
    pub id: String,
    /// For people.
    pub name: String,
    /// `personal-work` (a person's OneDrive) or `site-library`.
    pub kind: &'static str,
    /// Where a person can look at it.
    pub web_url: Option<String>,
    /// Whether it is the one that was chosen.
    pub selected: bool,
}

/// What choosing a drive came to.
#[derive(Clone, Debug, Serialize)]
pub struct Selected {
    /// The drive.
    #[serde(flatten)]
    pub drive: DriveRow,
    /// What it meant for files.
    pub files: Moved,
}

impl Session<'_> {
    /// All drives that the connection can see.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotConnected`, `Error::SignIn`, or what the plugin answers.
    pub async fn drives(&self) -> Result<DriveList> {
        self.user.require_administrator("list drives")?;
        let connection = self.connection().await?;
        let selected = connection.drive.as_ref().map(|drive| drive.id.clone());
        let actor = self.actor();
        let pages = self
            .with_plugin(&connection, self.host.limits.call, async |world, accessor| {
                let import = world.clientpoint_content_source_content_import();
                let mut pages = Vec::new();
                let mut next = None;
                let mut count = Pages::new(DRIVE_PAGES_AT_MOST);
                loop {
                    let page = match import.call_drives(accessor, actor.clone(), next).await? {
                        Ok(page) => page,
                        Err(error) => return Ok(Err(error)),
                    };
                    count.one_more(accounting::drives_weight(&page))?;
                    next = page.next.clone();
                    pages.push(page);
                    if next.is_none() {
                        return Ok(Ok(pages));
                    }
                }
            })
            .await?;
        let pages = self.settled(&connection, pages).await?;
        connections::checked(&self.host.pool, &connection.id, &self.now()).await?;
        let mut list = DriveList {
            drives: Vec::new(),
            notes: Vec::new(),
        };
        let mut seen = std::collections::BTreeSet::new();
        for page in pages {
            list.notes.extend(page.notes);
            list.drives.extend(
                page.drives
                    .into_iter()
                    .filter(|drive| seen.insert(drive.id.clone()))
                    .map(|drive| DriveRow::new(drive, selected.as_deref())),
            );
        }
        Ok(list)
    }

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
        let found = self.drives().await?.drives.into_iter().find(|drive| drive.id == id);
        let Some(drive) = found else {
            return Err(Error::NotFound {
                what: "drive",
                name: id.into(),
                hint: "`clientpoint-host drives list` shows the drives that this connection can see; for an application that \
                    was granted single sites only, `drives select --url ADDRESS` takes the address of one",
            });
        };
        self.select(&connection, drive).await
    }

    /// As [`Session::select_drive`], by an address that a person has copied from a browser: of a site, of a library or a
    /// OneDrive, or of something in it.
    ///
    /// # Errors
    ///
    /// As [`Session::select_drive`].
    pub async fn select_drive_at(&self, url: &str, switch: bool) -> Result<Selected> {
        self.user.require_administrator("select a drive")?;
        let connection = self.connection().await?;
        let (actor, address) = (self.actor(), url.to_string());
        let found = self
            .with_plugin(&connection, self.host.limits.call, async |world, accessor| {
                let import = world.clientpoint_content_source_content_import();
                import.call_resolve_drive(accessor, actor, address).await
            })
            .await?;
        if let Err(ContractError::NotFound) = found {
            return Err(Error::NotFound {
                what: "site or library at",
                name: url.into(),
                hint: "check the address, and that this connection may see the site",
            });
        }
        let drive = DriveRow::new(self.settled(&connection, found).await?, None);
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
        Ok(Selected { drive, files })
    }

    /// Puts a drive in the place of the present one, between two runs of the sync.
    pub(super) async fn change_drive(&self, connection: &Connection, drive: &ChosenDrive) -> Result<Moved> {
        let _right = self.no_sync(&connection.id).await?;
        if connection.drive.as_ref().is_some_and(|present| present.id != drive.id) {
            self.end_unfinished(connection, "drive-switched").await?;
        }
        detach::choose_drive(&self.host.pool, &connection.id, drive).await
    }

    /// Ends a run that was interrupted and can't go on: its drive is not the connection's any more.
    pub(super) async fn end_unfinished(&self, connection: &Connection, reason: &str) -> Result<()> {
        while let Some(run) = runs::unfinished(&self.host.pool, &connection.id).await? {
            if run.kind == "plan" {
                plans::end(&self.host.pool, &run, "interrupted", &self.now()).await?;
                continue;
            }
            let ending = Ending::GivenUp {
                outcome: "deferred",
                reason,
                message: "the connection was changed before the sync came to its end",
            };
            runs::end(&self.host.pool, &run, ending, &self.now()).await?;
        }
        Ok(())
    }
}

fn refuse_switch(connection: &Connection, id: &str, switch: bool) -> Result<()> {
    match &connection.drive {
        Some(present) if present.id != id && !switch => Err(Error::Settings(format!(
            "the drive `{}` is selected, and a connection has one drive: add `--switch` to change to another; files that came from it stay in the library, and stop following it",
            present.name
        ))),
        _ => Ok(()),
    }
}

impl DriveRow {
    pub(super) fn new(drive: contract::Drive, selected: Option<&str>) -> Self {
        DriveRow {
            selected: selected == Some(drive.id.as_str()),
            id: drive.id,
            name: drive.name,
            kind: match drive.kind {
                DriveKind::PersonalWork => "personal-work",
                DriveKind::SiteLibrary => "site-library",
            },
            web_url: drive.web_url,
        }
    }
}
