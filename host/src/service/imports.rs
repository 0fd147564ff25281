//! Adding from the source: what can be chosen, and bringing it in.

pub(super) mod naming;

use clientpoint_engine::{
    capability::lent::CameIn,
    contract::{
        clientpoint::content_source::types::{Actor, ItemRef, Subfolders},
        exports::clientpoint::content_source::content_import::Error as ContractError,
    },
    library::Scope,
};

use crate::{
    Error, Result, disk,
    error::server,
    service::{
        Begun, BrowseRow, Cursor, ItemOutcome, ItemRow, Page, Session, Stop, api, connections::in_use::SignedIn,
        operations::work::CameTo, trust,
    },
    store::{Store, connections::Connection, files, users::Role, words::OperationKind},
};

impl Session<'_> {
    /// What is in the chosen drive: its root, or a folder of it where the policy lets folders be opened.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotConnected`, `Error::SignIn`, or what the plugin answers.
    pub async fn browse(&self, folder: Option<String>) -> Result<Vec<BrowseRow>> {
        self.user.require_administrator("see what is in the source")?;
        let connection = self.connection().await?;
        let mut signed_in = self.signed_in(&connection).await?;
        let (within, actor) = (self.host.limits.call, self.actor());
        let entries = signed_in.see(async |plugin| plugin.browse(within, actor, folder).await);
        let entries = entries.await?;
        Ok(entries.into_iter().map(BrowseRow::from).collect())
    }

    /// A page of what is in the chosen drive, as the source gives it: each takes one call of the plugin.
    ///
    /// # Errors
    ///
    /// As [`Session::browse`], and `Error::Settings` for a cursor of another folder.
    pub async fn browse_page(&self, folder: Option<String>, after: Option<&Cursor>) -> Result<Page<BrowseRow>> {
        self.user.require_administrator("see what is in the source")?;
        let connection = self.connection().await?;
        let list = format!(
            "items {:?} {:?} {folder:?}",
            connection.id,
            connection.drive.as_ref().map(|drive| &drive.id)
        );
        let next = after.map(|cursor| self.host.next_of(&list, cursor)).transpose()?;
        let mut signed_in = self.signed_in(&connection).await?;
        let (within, actor) = (self.host.limits.call, self.actor());
        let page = signed_in.see(async |plugin| plugin.browse_page(within, actor, folder, next).await);
        let page = page.await?;
        Ok(Page {
            rows: page.entries.into_iter().map(BrowseRow::from).collect(),
            next: page.next.map(|next| self.host.cursor(&list, &next)),
        })
    }

    /// Brings files into the library. An item is written as its id in the chosen drive, or as `DRIVE-ID/ITEM-ID`.
    /// There are as many outcomes as items, in the same order.
    ///
    /// # Errors
    ///
    /// As [`Session::browse`]. Nothing was changed then; what became of single files is in the outcomes.
    pub async fn import(&self, items: &[String]) -> Result<Vec<ItemOutcome>> {
        self.import_until(items, &Stop::default()).await
    }

    /// As [`Session::import`], as an operation, until somebody asks to stop: what is under way then is given up, and the outcomes tell what
    /// had come in before.
    ///
    /// # Errors
    ///
    /// As [`Session::import`].
    pub async fn import_until(&self, items: &[String], stop: &Stop) -> Result<Vec<ItemOutcome>> {
        self.user.require_administrator("import files")?;
        let work = self.work(OperationKind::Import, stop).await?;
        let importing = work.session.imported(items, stop);
        work.carry_out(importing, |outcomes| CameTo::outcomes(outcomes)).await
    }

    /// What an import may have.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; without a plugin.
    pub async fn import_limits(&self) -> Result<api::ImportLimits> {
        self.user.require_administrator("import files")?;
        let policy = self.host.policy().await?;
        Ok(api::ImportLimits {
            files: policy.max_files_per_import,
            opens_folders: policy.subfolders == Subfolders::Browse,
        })
    }

    /// Begins an import as an operation, for [`Session::carrying_out`]: more than one may have, or nothing, is refused before
    /// anything begins.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotConnected`; `Error::Settings` for nothing; `Error::Plugin` (`too-many`, `no-drive`).
    pub async fn begin_import(&self, items: &[String]) -> Result<Begun> {
        self.user.require_administrator("import files")?;
        let connection = self.connection().await?;
        if connection.drive.is_none() {
            return Err(ContractError::NoDrive.into());
        }
        let limit = self.host.policy().await?.max_files_per_import;
        if u32::try_from(items.len()).is_ok_and(|items| items <= limit) {
            if items.is_empty() {
                return Err(Error::Settings("nothing was chosen".into()));
            }
            return self.begin_operation(OperationKind::Import).await;
        }
        Err(ContractError::TooMany(limit).into())
    }

    async fn imported(&self, items: &[String], stop: &Stop) -> Result<Vec<ItemOutcome>> {
        let connection = self.connection().await?;
        self.works_through(&connection.id);
        self.wants(items.len());
        let items: Vec<ItemRef> = items.iter().map(|item| named(item, &connection)).collect();
        let mut signed_in = self.signed_in(&connection).await?;
        let outcomes = self.bring_in(&mut signed_in, items, stop).await?;
        self.all_came(&outcomes);
        Ok(outcomes)
    }

    /// Brings these in. Once `stop` asks for that, what is under way is given up; what the operation itself is asked to stop
    /// has not begun.
    pub(in crate::service) async fn bring_in(
        &self,
        signed_in: &mut SignedIn<'_>,
        items: Vec<ItemRef>,
        stop: &Stop,
    ) -> Result<Vec<ItemOutcome>> {
        self.asks(items.iter().cloned().map(ItemRow::from)).await;
        let outcomes = self.brought_in(signed_in, items, stop).await?;
        self.came(&outcomes);
        Ok(outcomes)
    }

    async fn brought_in(
        &self,
        signed_in: &mut SignedIn<'_>,
        items: Vec<ItemRef>,
        stop: &Stop,
    ) -> Result<Vec<ItemOutcome>> {
        let turn = self.turn(&signed_in.connection().id, "an import");
        let Some(turn) = self.stopping(stop).run_until_cancelled(turn).await else {
            return Ok(items.iter().map(ItemOutcome::not_started).collect());
        };
        let _turn = turn?;
        let (asked, came_in) = (items.clone(), CameIn::default());
        let (within, actor) = (self.host.limits.transfer, self.actor());
        let called = signed_in.call(async |plugin| {
            let gate = plugin.gate();
            let stopping = async {
                stop.cancelled().await;
                gate.close().await
            };
            tokio::select! {
                answered = plugin.import_files(within, actor, items, &came_in) => Ok(answered),
                closed = stopping => Err(closed),
            }
        });
        let (answered, ended) = called.await?;
        let answered = match answered {
            Ok(answered) => answered,
            Err(_closed) => return stopped(&self.host.store, &signed_in.connection().id, &asked, &came_in.all()).await,
        };
        let outcomes = trust::of_import(&self.host.store, &asked, &came_in.all(), answered).await?;
        let told = ended.as_ref().map(Error::to_string);
        let mut outcomes = signed_in.settled_at_its_end(outcomes, ended).await?;
        for outcome in outcomes
            .iter_mut()
            .filter(|outcome| outcome.reason == Some("sign-in-needed"))
        {
            // The plugin does not know why the sign-in has ended.
            if let Some(told) = &told {
                outcome.message.clone_from(told);
            }
        }
        for outcome in outcomes.iter_mut().filter(|outcome| outcome.reason == Some("no-space")) {
            outcome.message = format!("{} ({})", outcome.message, self.where_no_room_is());
        }
        Ok(outcomes)
    }

    /// Where there is no room: that does not know who only hears that there is none.
    fn where_no_room_is(&self) -> Error {
        let store = &self.host.store;
        match store.place().filter(|_| disk::refusal(self.host.data()).is_none()) {
            Some(server) => server::is_full(&server),
            None => self
                .host
                .about(std::io::Error::from(std::io::ErrorKind::StorageFull).into()),
        }
    }

    pub(in crate::service) fn actor(&self) -> Actor {
        use clientpoint_engine::contract::clientpoint::content_source::types::Role as ContractRole;
        Actor {
            id: self.user.name.clone(),
            role: match self.user.role {
                Role::Administrator => ContractRole::Administrator,
                Role::Member => ContractRole::Member,
            },
        }
    }
}

/// An item as people write it.
fn named(item: &str, connection: &Connection) -> ItemRef {
    let chosen = connection.drive.as_ref().map(|drive| drive.id.as_str());
    let (drive, item) = item.split_once('/').unwrap_or((chosen.unwrap_or_default(), item));
    ItemRef {
        drive: drive.into(),
        item: item.into(),
    }
}

/// What has become of the items of an import that was stopped.
async fn stopped(
    store: &Store,
    connection: &str,
    asked: &[ItemRef],
    brought_in: &[(ItemRef, String)],
) -> Result<Vec<ItemOutcome>> {
    let mut outcomes = Vec::with_capacity(asked.len());
    for item in asked {
        let drive = &item.drive;
        let file = files::by_source(store, Scope { connection, drive }, &item.item)
            .await?
            .into_iter()
            .next();
        let is_new = file
            .as_ref()
            .is_some_and(|file| brought_in.iter().any(|(_, brought)| *brought == file.id));
        outcomes.push(match file {
            Some(file) => ItemOutcome::there(item, file.into(), is_new),
            None => ItemOutcome::stopped(item),
        });
    }
    Ok(outcomes)
}
