//! The drives that a connection can see, and the one that is chosen (rules 17, 18 and 30).

use std::time::Duration;

use clientpoint_engine::{
    calls::Drives,
    contract::exports::clientpoint::content_source::content_import::{self as contract, Error as ContractError},
    words::Word,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Error, Result,
    service::{Cursor, Session},
    store::connections::Connection,
    way_out::WayOut,
};

/// For how long a list of drives waits in all where the source asks for patience.
const PATIENCE: Duration = Duration::from_secs(20 * 60);

/// The most pages that a list of drives may have.
const PAGES_AT_MOST: u32 = 10_000;

/// All drives that a connection can see.
#[derive(Clone, Debug, Serialize)]
pub struct DriveList {
    /// In the source's order, each once.
    pub drives: Vec<DriveRow>,
    /// What had to be left out, and why.
    pub notes: Vec<String>,
    /// What can be done where it had to be.
    pub ways_out: Vec<WayOut>,
}

/// Some of the drives that a connection can see.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DrivePage {
    /// In the source's order. One may be in several pages.
    pub drives: Vec<DriveRow>,
    /// What had to be left out, and why.
    pub notes: Vec<String>,
    /// Where the following page begins; none at the end of the list.
    #[schema(value_type = Option<String>)]
    pub next: Option<Cursor>,
}

/// A drive.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DriveRow {
    /// The source's id.
    pub id: String,
    /// For people.
    pub name: String,
    /// `personal-work` (a person's own) or `site-library`.
    pub kind: &'static str,
    /// Where a person can look at it.
    pub web_url: Option<String>,
    /// Whether it is the one that was chosen.
    pub selected: bool,
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
        let (pages, cut_short) = self.drive_pages(&connection).await?;
        self.accepted(&connection).await;
        let mut list = DriveList {
            drives: Vec::new(),
            ways_out: cut_short.iter().map(|_| WayOut::DriveByAddress).collect(),
            notes: cut_short.into_iter().collect(),
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

    /// A page of the drives that the connection can see, as the source gives it: each takes one call of the plugin. After
    /// `throttled`, the same page can be asked for again.
    ///
    /// # Errors
    ///
    /// As [`Session::drives`], and `Error::Settings` for a cursor of another list.
    pub async fn drives_page(&self, after: Option<&Cursor>) -> Result<DrivePage> {
        self.user.require_administrator("list drives")?;
        let connection = self.connection().await?;
        let selected = connection.drive.as_ref().map(|drive| drive.id.as_str());
        let list = format!("drives {:?}", connection.id);
        let next = after.map(|cursor| self.host.next_of(&list, cursor)).transpose()?;
        let mut signed_in = self.signed_in(&connection).await?;
        let (within, actor) = (self.host.limits.call, self.actor());
        let page = signed_in.see(async |plugin| plugin.drives_page(within, actor, next).await);
        let page = page.await?;
        self.accepted(&connection).await;
        let drives = page.drives.into_iter();
        Ok(DrivePage {
            drives: drives.map(|drive| DriveRow::new(drive, selected)).collect(),
            notes: page.notes,
            next: page.next.map(|next| self.host.cursor(&list, &next)),
        })
    }

    /// All drives that the connection can see, page by page: `told` hears of each as it comes. Where the source asks for
    /// patience in between, that is waited for; if it takes too long, a note says that the list is not complete.
    ///
    /// # Errors
    ///
    /// As [`Session::drives`]; `Error::PluginStopped` for a list without end; those of `told`.
    pub async fn drives_page_by_page(
        &self,
        told: &mut (dyn FnMut(DrivePage) -> Result<()> + Send),
    ) -> Result<Option<String>> {
        self.user.require_administrator("list drives")?;
        let connection = self.connection().await?;
        let selected = connection.drive.as_ref().map(|drive| drive.id.as_str());
        let mut signed_in = self.signed_in(&connection).await?;
        let (mut next, mut waited) = (None, Duration::ZERO);
        let mut pages = 0;
        while pages < PAGES_AT_MOST {
            let (within, actor, from) = (self.host.limits.call, self.actor(), next.clone());
            let listed = signed_in.look(async |plugin| plugin.drives_page(within, actor, from).await);
            let page = match listed.await? {
                Err(ContractError::Throttled(seconds)) if 0 < pages => {
                    let pause = pause(seconds);
                    waited += pause;
                    if PATIENCE < waited {
                        return Ok(Some(not_complete(pause)));
                    }
                    self.host.clock.sleep(pause).await;
                    continue;
                }
                listed => signed_in.settled(listed).await?,
            };
            pages += 1;
            if pages == 1 {
                self.accepted(&connection).await;
            }
            next = page.next;
            let drives = page.drives.into_iter();
            told(DrivePage {
                drives: drives.map(|drive| DriveRow::new(drive, selected)).collect(),
                notes: page.notes,
                next: None,
            })?;
            if next.is_none() {
                return Ok(None);
            }
        }
        Err(Error::PluginStopped("its list has no end".into()))
    }

    /// All pages of drives. Where the source asks for patience in between, it is waited for, and goes on from there; if
    /// that takes too long, what has come is kept, and a note says that it is not all.
    async fn drive_pages(&self, connection: &Connection) -> Result<(Vec<contract::DrivePage>, Option<String>)> {
        let (mut list, mut waited) = (Drives::default(), Duration::ZERO);
        let mut signed_in = self.signed_in(connection).await?;
        loop {
            let (within, actor) = (self.host.limits.call, self.actor());
            let listed = signed_in.look(async |plugin| plugin.drives(within, actor, &mut list).await);
            match listed.await? {
                Err(ContractError::Throttled(seconds)) if !list.pages.is_empty() => {
                    let pause = pause(seconds);
                    waited += pause;
                    if PATIENCE < waited {
                        return Ok((list.pages, Some(not_complete(pause))));
                    }
                    self.host.clock.sleep(pause).await;
                }
                listed => {
                    signed_in.settled(listed).await?;
                    return Ok((list.pages, None));
                }
            }
        }
    }

    /// The drive of that id, whether a list shows it or not. A source that knows its drives by their addresses only has
    /// them listed.
    pub(super) async fn drive_by_id(&self, connection: &Connection, id: &str) -> Result<Option<DriveRow>> {
        let mut signed_in = self.signed_in(connection).await?;
        let (within, actor) = (self.host.limits.call, self.actor());
        let found = signed_in.look(async |plugin| plugin.resolve_drive(within, actor, id.to_string()).await);
        match found.await? {
            Ok(drive) if drive.id == id => return Ok(Some(DriveRow::new(drive, None))),
            Ok(_) | Err(ContractError::WrongAddress(_)) => {}
            Err(ContractError::NotFound) => return Ok(None),
            Err(error) => return signed_in.settled(Err(error)).await,
        }
        Ok(self.drives().await?.drives.into_iter().find(|drive| drive.id == id))
    }
}

/// How long to wait where the source asks for patience.
fn pause(seconds: Option<u32>) -> Duration {
    Duration::from_secs(seconds.unwrap_or(60).clamp(1, 3600).into())
}

/// The note of a list that was cut short.
fn not_complete(pause: Duration) -> String {
    format!(
        "this list is not complete: the source asks for a pause of {} seconds; list the drives again later, or select one by \
         its address",
        pause.as_secs()
    )
}

impl DriveRow {
    pub(in crate::service) fn new(drive: contract::Drive, selected: Option<&str>) -> Self {
        Self {
            selected: selected == Some(drive.id.as_str()),
            id: drive.id,
            name: drive.name,
            kind: drive.kind.word(),
            web_url: drive.web_url,
        }
    }
}
