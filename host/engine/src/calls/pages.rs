//! Lists that come page by page, and are no longer than they may be.

use crate::contract::exports::clientpoint::content_source::content_import::{DrivePage, Entry};

/// The most pages of a folder that are read.
pub(super) const OF_ENTRIES_AT_MOST: usize = 1_000;

/// The most pages of drives that are read.
const OF_DRIVES_AT_MOST: usize = 10_000;

/// The most that a list may weigh, whatever the number of its pages, in bytes.
const LIST_AT_MOST: usize = 64 << 20;

/// Counts the pages of a list, and what is in them.
pub(super) struct Pages {
    left: usize,
    weight: usize,
}

impl Pages {
    pub(super) fn new(at_most: usize) -> Self {
        Self {
            left: at_most,
            weight: 0,
        }
    }

    /// # Errors
    ///
    /// If the list has too many pages, or comes to too much: it is not cut short, since nobody would see that.
    pub(super) fn one_more(&mut self, weight: usize) -> wasmtime::Result<()> {
        self.weight = self.weight.saturating_add(weight);
        if self.left == 0 || LIST_AT_MOST < self.weight {
            return Err(wasmtime::Error::msg("its list has no end"));
        }
        self.left -= 1;
        Ok(())
    }
}

/// A list of drives on its way: it may take several calls where the source asks for patience in between.
pub struct Drives {
    /// The pages that have come.
    pub pages: Vec<DrivePage>,
    next: Option<String>,
    count: Pages,
}

impl Default for Drives {
    fn default() -> Self {
        Self {
            pages: Vec::new(),
            next: None,
            count: Pages::new(OF_DRIVES_AT_MOST),
        }
    }
}

impl Drives {
    /// What the following page is asked for by.
    pub(super) fn next(&self) -> Option<String> {
        self.next.clone()
    }

    /// Takes a page: whether it is the last.
    pub(super) fn is_whole_with(&mut self, page: DrivePage) -> wasmtime::Result<bool> {
        self.count.one_more(drives_weight(&page))?;
        self.next.clone_from(&page.next);
        self.pages.push(page);
        Ok(self.next.is_none())
    }
}

/// What an entry takes, in bytes.
pub(super) fn weight(entry: &Entry) -> usize {
    let words = [&entry.item.drive, &entry.item.item, &entry.name, &entry.reason];
    let modified = entry.modified.as_ref().map_or(0, String::len);
    size_of::<Entry>() + modified + words.into_iter().map(String::len).sum::<usize>()
}

/// What a page of drives takes, in bytes.
pub(super) fn drives_weight(page: &DrivePage) -> usize {
    let drives = page.drives.iter().map(|drive| {
        size_of_val(drive) + drive.id.len() + drive.name.len() + drive.web_url.as_ref().map_or(0, String::len)
    });
    let notes = page.notes.iter().map(|note| size_of_val(note) + note.len());
    drives.chain(notes).sum()
}
