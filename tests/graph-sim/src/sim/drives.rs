//! What lies in the main drive.

use crate::{content::Content, drive::ItemKind, in_drive::or_stop};

use super::Sim;

impl Sim {
    /// Makes a file in the main drive, or gives an existing one new content, and returns its id. Folders on the way
    /// are made.
    #[track_caller]
    pub fn put(&self, path: &str, content: Content) -> String {
        self.main().put(path, content)
    }

    /// [`Sim::put`] in another drive.
    #[track_caller]
    pub fn put_in(&self, drive: &str, path: &str, content: Content) -> String {
        self.in_drive(drive).put(path, content)
    }

    /// Makes a folder, and those it lies in, in the main drive. Returns its id.
    #[track_caller]
    pub fn mkdir(&self, path: &str) -> String {
        self.main().mkdir(path)
    }

    /// Gives an item of the main drive another name.
    #[track_caller]
    pub fn rename(&self, path: &str, name: &str) {
        self.main().rename(path, name);
    }

    /// Moves an item of the main drive into another folder.
    #[track_caller]
    pub fn move_to(&self, path: &str, folder: &str) {
        self.main().move_to(path, folder);
    }

    /// Deletes an item of the main drive, and all that is in it.
    #[track_caller]
    pub fn delete(&self, path: &str) {
        self.main().delete(path);
    }

    /// Moves an item of the main drive into a folder of another, where it gets another id, which is returned.
    #[track_caller]
    pub fn move_to_drive(&self, path: &str, drive: &str, folder: &str) -> String {
        or_stop(self.world.move_to_drive(None, path, drive, folder))
    }

    /// Brings back what was deleted from the main drive, with all that went with it and with the ids it had: by its
    /// id, or by the path it had. Returns its id.
    #[track_caller]
    pub fn restore(&self, what: &str) -> String {
        self.main().restore(what)
    }

    /// Makes a OneNote notebook in the main drive. Returns its id.
    #[track_caller]
    pub fn put_package(&self, path: &str) -> String {
        self.main().put_new(path, ItemKind::Package)
    }

    /// Makes a shortcut in the main drive to an item of another drive. Returns its id.
    #[track_caller]
    pub fn put_shortcut(&self, path: &str, drive: &str, item: &str) -> String {
        let shortcut = ItemKind::Shortcut {
            drive: drive.to_owned(),
            item: item.to_owned(),
        };
        self.main().put_new(path, shortcut)
    }

    /// Marks a file of the main drive as infected.
    #[track_caller]
    pub fn mark_malware(&self, path: &str) {
        self.main().mark_malware(path);
    }

    /// Makes a sharing link to an item of the main drive, as people copy it: whoever has it may look at the item.
    #[track_caller]
    pub fn share(&self, path: &str) -> String {
        self.main().share(path)
    }

    /// The id of an item of the main drive.
    pub fn item_id(&self, path: &str) -> Option<String> {
        self.main().item_id(path)
    }

    /// What the browser's address bar shows while a file of the main drive is open: it names it by its GUID.
    pub fn page_address(&self, path: &str) -> Option<String> {
        self.main().page_address(path)
    }

    /// The content of a file of the main drive, all at once.
    pub fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        self.main().bytes(path)
    }
}
