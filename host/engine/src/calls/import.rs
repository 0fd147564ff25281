//! The calls of `content-import`: looking at drives and items lends nothing, and an import what a person has asked for.

use std::time::Duration;

use crate::{
    Result,
    calls::{
        Answer, Drives,
        pages::{self, Pages},
    },
    capability::lent::{CameIn, Lent},
    contract::{
        clientpoint::content_source::types::{Actor, ItemRef},
        exports::clientpoint::content_source::content_import::{
            Drive, DrivePage, Entry, EntryPage, ItemOutcome, Resolved,
        },
    },
    instance::Instance,
};

impl Instance {
    /// All pages of drives from where `list` stands. What has come stays there, also where the rest does not come.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`, also for a list without end.
    pub async fn drives(self, within: Duration, actor: Actor, list: &mut Drives) -> Result<Answer<()>> {
        self.call("drives", within, async |world, accessor| {
            let import = world.clientpoint_content_source_content_import();
            loop {
                let page = match import.call_drives(accessor, actor.clone(), list.next()).await? {
                    Ok(page) => page,
                    Err(error) => return Ok(Err(error)),
                };
                if list.is_whole_with(page)? {
                    return Ok(Ok(()));
                }
            }
        })
        .await
    }

    /// One page of drives: the first, or the one that a page before has named.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`, also for a page that is too large.
    pub async fn drives_page(self, within: Duration, actor: Actor, next: Option<String>) -> Result<Answer<DrivePage>> {
        self.call("drives", within, async |world, accessor| {
            let import = world.clientpoint_content_source_content_import();
            let answer = import.call_drives(accessor, actor, next).await?;
            if let Ok(page) = &answer {
                Pages::new(1).one_more(pages::drives_weight(page))?;
            }
            Ok(answer)
        })
        .await
    }

    /// The drive behind an address or an id.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`.
    pub async fn resolve_drive(self, within: Duration, actor: Actor, address: String) -> Result<Answer<Drive>> {
        self.call("resolve-drive", within, async |world, accessor| {
            let import = world.clientpoint_content_source_content_import();
            import.call_resolve_drive(accessor, actor, address).await
        })
        .await
    }

    /// What these texts mean, which people have written for items.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`.
    pub async fn resolve_items(
        self,
        within: Duration,
        actor: Actor,
        texts: Vec<String>,
    ) -> Result<Answer<Vec<Resolved>>> {
        self.call("resolve-items", within, async |world, accessor| {
            let import = world.clientpoint_content_source_content_import();
            import.call_resolve_items(accessor, actor, texts).await
        })
        .await
    }

    /// What is in the chosen drive, or in a folder of it: all pages.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`, also for a list without end.
    pub async fn browse(self, within: Duration, actor: Actor, folder: Option<String>) -> Result<Answer<Vec<Entry>>> {
        self.call("browse", within, async |world, accessor| {
            let import = world.clientpoint_content_source_content_import();
            let (mut entries, mut next) = (Vec::new(), None);
            let mut pages = Pages::new(pages::OF_ENTRIES_AT_MOST);
            loop {
                let page = match import
                    .call_browse(accessor, actor.clone(), folder.clone(), next)
                    .await?
                {
                    Ok(page) => page,
                    Err(error) => return Ok(Err(error)),
                };
                pages.one_more(page.entries.iter().map(pages::weight).sum())?;
                entries.extend(page.entries);
                next = page.next;
                if next.is_none() {
                    return Ok(Ok(entries));
                }
            }
        })
        .await
    }

    /// One page of what is in the chosen drive, or in a folder of it: the first, or the one that a page before has named.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`, also for a page that is too large.
    pub async fn browse_page(
        self,
        within: Duration,
        actor: Actor,
        folder: Option<String>,
        next: Option<String>,
    ) -> Result<Answer<EntryPage>> {
        self.call("browse", within, async |world, accessor| {
            let import = world.clientpoint_content_source_content_import();
            let answer = import.call_browse(accessor, actor, folder, next).await?;
            if let Ok(page) = &answer {
                Pages::new(1).one_more(page.entries.iter().map(pages::weight).sum())?;
            }
            Ok(answer)
        })
        .await
    }

    /// Brings these items into the library, which it is lent for them. Those that have come in are in `came_in`, whatever
    /// becomes of the call.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`.
    pub async fn import_files(
        self,
        within: Duration,
        actor: Actor,
        items: Vec<ItemRef>,
        came_in: &CameIn,
    ) -> Result<Answer<Vec<ItemOutcome>>> {
        let lent = Lent::Import {
            asked: items.as_slice().into(),
            came_in: came_in.clone(),
        };
        self.lend(lent)
            .call("import-files", within, async |world, accessor| {
                let import = world.clientpoint_content_source_content_import();
                import.call_import_files(accessor, actor, items).await
            })
            .await
    }
}
