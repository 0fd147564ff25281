//! Runs and their lines.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    rights::Holder,
    store::{
        runs, undo,
        words::{RunKind, RunState, Subject},
    },
};

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Run {
    /// Counts from 1.
    pub id: i64,
    /// The connection's id.
    pub connection: String,
    /// The drive.
    pub drive: String,
    /// What it is about.
    pub subject: Subject,
    /// What has set it off.
    pub kind: RunKind,
    /// Which of the plugin's schedules has set it off; none for one that a person has started.
    pub schedule: Option<String>,
    /// The UTC date of a scheduled run.
    pub due: Option<String>,
    /// Whether a scheduled run was caught up after its time.
    pub late: bool,
    /// Who or what started it.
    pub started_by: String,
    /// RFC 3339.
    pub started_at: String,
    /// RFC 3339.
    pub ended_at: Option<String>,
    /// How far it is.
    pub state: RunState,
    /// How many files it is about.
    pub inputs: u64,
    /// How many of them have no line of their own.
    pub rest: u64,
    /// The outcome of those.
    pub rest_outcome: Option<String>,
    /// When an upload was taken back; RFC 3339.
    pub undone_at: Option<String>,
    /// What else is to be said.
    pub message: Option<String>,
}

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Line {
    /// The File ID.
    pub file: String,
    /// The item's name.
    pub name: String,
    /// The contract's word, or the host's `owner-lost`.
    pub outcome: String,
    /// Why, in a word; may be empty.
    pub reason: String,
    /// In a sentence.
    pub message: String,
    /// The file's revision after it.
    pub revision: u64,
    /// Its size, in bytes.
    pub size: u64,
    /// In how many ClientPoints and Templates new content was shown.
    pub reached: u64,
    /// RFC 3339.
    pub at: String,
}

/// What taking an upload back came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Undone {
    /// Files that follow nothing, or what they followed before.
    pub files: u64,
    /// Those of them whose content had been updated, and is again what it was.
    pub contents: u64,
    /// File IDs that were linked anew, or released, since: they were left alone.
    pub left_alone: Vec<String>,
    /// File IDs that are in the bin, or were removed for good: they were left alone as well.
    pub removed: Vec<String>,
    /// File IDs whose earlier bytes are damaged on the disk: they were left alone, too, and have their present content.
    pub damaged: Vec<String>,
}

/// Who is at work with a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AtWork {
    /// With what: `a sync`.
    pub what: String,
    /// For whom; `timer` for what goes by itself.
    pub by: String,
    /// The number of the process.
    pub process: u32,
    /// The name of its machine, where hosts share a database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// RFC 3339.
    pub since: String,
    /// Until when nothing moves, and why; none while something does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits: Option<String>,
}

impl From<Holder> for AtWork {
    fn from(of: Holder) -> Self {
        Self {
            what: of.what,
            by: of.by,
            process: of.process,
            machine: of.machine,
            since: of.since,
            waits: of.waits,
        }
    }
}

impl From<runs::Run> for Run {
    fn from(of: runs::Run) -> Self {
        Self {
            id: of.id,
            connection: of.connection,
            drive: of.drive,
            subject: of.subject,
            kind: of.kind,
            schedule: of.schedule,
            due: of.due,
            late: of.late.0,
            started_by: of.started_by,
            started_at: of.started_at,
            ended_at: of.ended_at,
            state: of.state,
            inputs: of.inputs,
            rest: of.rest,
            rest_outcome: of.rest_outcome,
            undone_at: of.undone_at,
            message: of.message,
        }
    }
}

impl From<runs::Line> for Line {
    fn from(of: runs::Line) -> Self {
        Self {
            file: of.file,
            name: of.name,
            outcome: of.outcome,
            reason: of.reason,
            message: of.message,
            revision: of.revision,
            size: of.size,
            reached: of.reached,
            at: of.at,
        }
    }
}

impl From<undo::Undone> for Undone {
    fn from(of: undo::Undone) -> Self {
        Self {
            files: of.files,
            contents: of.contents,
            left_alone: of.left_alone,
            removed: of.removed,
            damaged: of.damaged,
        }
    }
}
