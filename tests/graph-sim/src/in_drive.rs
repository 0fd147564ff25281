//! One drive of the simulator as tests hold it in their hands.

use chrono::{DateTime, Utc};

#[cfg(doc)]
use crate::sim::Sim;
use crate::{
    content::{Content, Source},
    drive::{Drive, ItemKind},
    text::encoded,
    world::World,
};

/// One drive of a [`Sim`], to work on; see [`Sim::in_drive`].
pub struct InDrive<'s> {
    world: &'s World,
    /// `None` is the main drive.
    drive: Option<String>,
}

impl<'s> InDrive<'s> {
    pub(crate) fn new(world: &'s World, drive: Option<&str>) -> Self {
        Self {
            world,
            drive: drive.map(str::to_owned),
        }
    }

    /// See [`Sim::put`].
    #[track_caller]
    pub fn put(&self, path: &str, content: Content) -> String {
        or_stop(self.world.put(self.drive.as_deref(), path, content))
    }

    /// See [`Sim::mkdir`].
    #[track_caller]
    pub fn mkdir(&self, path: &str) -> String {
        self.change(|drive, now| drive.mkdir(path, now))
    }

    /// See [`Sim::rename`].
    #[track_caller]
    pub fn rename(&self, path: &str, name: &str) {
        self.change(|drive, now| drive.rename(path, name, now));
    }

    /// See [`Sim::move_to`].
    #[track_caller]
    pub fn move_to(&self, path: &str, folder: &str) {
        self.change(|drive, now| drive.move_to(path, folder, now));
    }

    /// See [`Sim::delete`].
    #[track_caller]
    pub fn delete(&self, path: &str) {
        self.change(|drive, _| drive.delete(path));
    }

    /// See [`Sim::restore`].
    #[track_caller]
    pub fn restore(&self, what: &str) -> String {
        self.change(|drive, now| drive.restore(what, now))
    }

    /// See [`Sim::mark_malware`].
    #[track_caller]
    pub fn mark_malware(&self, path: &str) {
        self.change(|drive, now| drive.mark_malware(path, now));
    }

    /// See [`Sim::share`].
    #[track_caller]
    pub fn share(&self, path: &str) -> String {
        or_stop(self.world.share(self.drive.as_deref(), path))
    }

    /// See [`Sim::item_id`].
    pub fn item_id(&self, path: &str) -> Option<String> {
        self.look(|drive| Some(drive.find(path)?.id.clone()))
    }

    /// See [`Sim::page_address`].
    pub fn page_address(&self, path: &str) -> Option<String> {
        self.look(|drive| {
            let (item, (site, _)) = (drive.find(path)?, drive.web_url.rsplit_once('/')?);
            let (guid, name) = (item.guid.to_uppercase(), encoded(&item.name));
            let options = "action=default&mobileredirect=true";
            Some(format!(
                "{site}/_layouts/15/Doc.aspx?sourcedoc=%7B{guid}%7D&file={name}&{options}"
            ))
        })
    }

    /// See [`Sim::bytes`].
    pub fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        let source: Source = self.look(|drive| match &drive.find(path)?.kind {
            ItemKind::File { source, .. } => Some(source.clone()),
            _ => None,
        })?;
        source.bytes().ok()
    }

    #[track_caller]
    pub(crate) fn put_new(&self, path: &str, kind: ItemKind) -> String {
        self.change(|drive, now| drive.put_new(path, kind, now))
    }

    #[track_caller]
    fn change<T>(&self, change: impl FnOnce(&mut Drive, DateTime<Utc>) -> anyhow::Result<T>) -> T {
        or_stop(self.world.in_drive(self.drive.as_deref(), change))
    }

    fn look<T>(&self, look: impl FnOnce(&Drive) -> Option<T>) -> Option<T> {
        let state = self.world.state();
        let drive = self.drive.as_ref().unwrap_or(&state.company.main);
        look(state.company.drives.get(drive)?)
    }
}

/// The value, or the end of the test whose set-up makes no sense.
#[track_caller]
#[expect(clippy::panic, reason = "a test should end where its set-up is wrong")]
pub(crate) fn or_stop<T>(result: anyhow::Result<T>) -> T {
    result.unwrap_or_else(|error| panic!("the simulator can't do that: {error:#}"))
}
