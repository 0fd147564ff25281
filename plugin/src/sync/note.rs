//! What is left at a link for the work on it: the item as it was listed, so that it need not be asked for again, and how
//! often it was tried.

use serde::{Deserialize, Serialize};

use crate::{
    graph::DriveItem,
    managed::{ManagedFile, Other},
};

/// The host takes 8 KiB.
const LONGEST: usize = 8 * 1024;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Note {
    /// The item, as last seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) item: Option<DriveItem>,
    /// Runs in a row in which it failed.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) tries: u32,
    /// The limit that its bytes went beyond, though its size did not tell: no larger one has been tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) limit: Option<u64>,
    /// The name of another item that has taken the place which people had tied the file to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) other: Option<String>,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) other_item: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks this way")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Note {
    /// The note of a file.
    pub(super) fn of(file: &ManagedFile) -> Self {
        Self::read(file.note.as_deref())
    }

    /// An empty one if it can't be read.
    pub(super) fn read(text: Option<&str>) -> Self {
        text.and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default()
    }

    /// The item was seen, which is a new beginning.
    pub(super) fn seen(self, item: DriveItem) -> Self {
        Self {
            item: Some(item),
            ..self.anew()
        }
    }

    /// The item was looked at, since no listing has told of it: whatever was tried before counts still.
    pub(super) fn found(self, item: DriveItem) -> Self {
        Self {
            item: Some(item),
            ..self
        }
    }

    /// Another item has taken the place.
    pub(super) fn beside(self, other: &DriveItem) -> Self {
        Self {
            other: Some(other.name.clone()),
            other_item: Some(other.id.clone()),
            ..self
        }
    }

    /// The item that has taken the place.
    pub(super) fn other(&self) -> Option<Other> {
        Some(Other {
            name: self.other.clone()?,
            item: self.other_item.clone(),
        })
    }

    /// Nothing is known of the item any more.
    pub(super) fn anew(self) -> Self {
        Self {
            other: self.other,
            other_item: self.other_item,
            ..Self::default()
        }
    }

    /// None where there is nothing to say. An item of monstrous size is left out: it will be asked for again.
    pub(super) fn text(mut self) -> Option<String> {
        let mut text = serde_json::to_string(&self).ok()?;
        if text.len() > LONGEST {
            self.item = None;
            text = serde_json::to_string(&self).ok()?;
        }
        Some(text).filter(|text| text != "{}")
    }
}
