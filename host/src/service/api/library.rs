//! Files that are shown, removed or damaged, and what lies on the disk for them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    store::{
        bin,
        damage::{self, Remedy},
        files::{self, ShowingKind},
        looking, sweep, trash,
    },
    way_out::WayOut,
};

/// Where a file is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Showing {
    /// What shows it.
    pub kind: ShowingKind,
    /// Its name.
    pub name: String,
    /// Which revision it shows.
    pub revision: u64,
}

/// A file in the bin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Binned {
    /// The File ID, which it keeps.
    pub id: String,
    /// Its name in the library.
    pub name: String,
    /// Where it stood.
    pub place: String,
    /// Counts from 1.
    pub revision: u64,
    /// In bytes.
    pub size: u64,
    /// Its name in the source that it followed.
    pub source_name: Option<String>,
    /// When it was removed; RFC 3339.
    pub removed_at: String,
    /// By whom.
    pub removed_by: String,
    /// Until when it can be brought back; RFC 3339.
    pub until: String,
}

/// What is wrong with the bytes of a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Damage {
    /// `missing`, `empty`, `cut-short`, `too-long`, `changed` or `unreadable`.
    pub what: String,
    /// The same as the end of a sentence about the bytes.
    pub message: String,
    /// When it was found; RFC 3339.
    pub since: String,
}

/// A revision of a file that has no sound bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DamagedRevision {
    /// The File ID.
    pub file: String,
    /// The file's name in the library.
    pub name: String,
    /// Counts from 1.
    pub revision: u64,
    /// Whether that is the file's present revision.
    pub is_present: bool,
    /// The name of the object; lower-case hexadecimal.
    pub sha256: String,
    /// What is wrong with it.
    #[serde(flatten)]
    pub damage: Damage,
    /// What makes it whole again.
    pub remedy: Remedy,
    /// What was lost and what makes it whole again, in a sentence.
    #[serde(skip)]
    pub remedied: String,
    /// What can be done about it.
    #[serde(skip)]
    pub ways_out: Vec<WayOut>,
}

/// Where the look stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Looking {
    /// The UTC date of the latest night.
    pub day: String,
    /// What is left of that night's share, in bytes; 0 once it is done.
    pub remaining: u64,
    /// When this round began; RFC 3339.
    pub round_began: String,
    /// When the round before it began: every object older than that was looked at since then. None in the first round.
    pub round_before: Option<String>,
    /// When the latest night's share was done; RFC 3339.
    pub looked_at: Option<String>,
    /// What is wrong with the database itself, one problem a line.
    pub database: Option<String>,
}

/// What was moved into the trash on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrashDay {
    /// The UTC day: `2026-03-02`.
    pub day: String,
    /// How many objects.
    pub objects: u64,
    /// Their size, in bytes.
    pub bytes: u64,
    /// The UTC day on which they are deleted.
    pub deleted_on: String,
}

/// What was deleted from the trash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Emptied {
    /// How many objects.
    pub objects: u64,
    /// Their size, in bytes.
    pub bytes: u64,
}

/// What a sweep has done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// The UTC day, which names the folder of the trash.
    pub day: String,
    /// How many objects there were.
    pub objects: u64,
    /// Moved to the trash: the catalogue had let them go.
    pub let_go: u64,
    /// Moved to the trash: the catalogue had never heard of them.
    pub unheard: u64,
    /// Never heard of either, and left where they are until the next sweep.
    pub left: u64,
    /// Brought back out of the trash, because a revision points at them.
    pub returned: u64,
    /// Deleted from the trash, where it had been kept for its time.
    pub emptied: Emptied,
    /// What lies among the host's own files and is not its own, as far as it has not been told before.
    pub strays: Vec<String>,
}

impl From<files::Showing> for Showing {
    fn from(of: files::Showing) -> Self {
        Self {
            kind: of.kind,
            name: of.name,
            revision: of.revision,
        }
    }
}

impl From<bin::Binned> for Binned {
    fn from(of: bin::Binned) -> Self {
        Self {
            id: of.id,
            name: of.name,
            place: of.place,
            revision: of.revision,
            size: of.size,
            source_name: of.source_name,
            removed_at: of.removed_at,
            removed_by: of.removed_by,
            until: of.until,
        }
    }
}

impl From<damage::Damage> for Damage {
    fn from(of: damage::Damage) -> Self {
        Self {
            what: of.what,
            message: of.message,
            since: of.since,
        }
    }
}

impl From<damage::DamagedRevision> for DamagedRevision {
    fn from(of: damage::DamagedRevision) -> Self {
        Self {
            remedied: of.remedied(),
            ways_out: of.ways_out(),
            file: of.file,
            name: of.name,
            revision: of.revision,
            is_present: of.is_present,
            sha256: of.sha256,
            damage: of.damage.into(),
            remedy: of.remedy,
        }
    }
}

impl From<looking::Looking> for Looking {
    fn from(of: looking::Looking) -> Self {
        Self {
            day: of.day,
            remaining: of.remaining,
            round_began: of.round_began,
            round_before: of.round_before,
            looked_at: of.looked_at,
            database: of.database,
        }
    }
}

impl From<trash::TrashDay> for TrashDay {
    fn from(of: trash::TrashDay) -> Self {
        Self {
            day: of.day,
            objects: of.objects,
            bytes: of.bytes,
            deleted_on: of.deleted_on,
        }
    }
}

impl From<trash::Emptied> for Emptied {
    fn from(of: trash::Emptied) -> Self {
        Self {
            objects: of.objects,
            bytes: of.bytes,
        }
    }
}

impl From<sweep::Swept> for Swept {
    fn from(of: sweep::Swept) -> Self {
        Self {
            day: of.day,
            objects: of.objects,
            let_go: of.let_go,
            unheard: of.unheard,
            left: of.left,
            returned: of.returned,
            emptied: of.emptied.into(),
            strays: of.strays,
        }
    }
}
