//! The contract's answers as plain data with stable words, for JSON and for tables.

use clientpoint_engine::{
    Error as EngineError,
    contract::{
        clientpoint::content_source::{content_library::LibraryFile as ContractFile, types::ItemRef},
        exports::clientpoint::content_source::content_import::{self as contract, Entry, Outcome},
    },
    words::Word,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Error,
    service::api::Damage,
    store::{files, library_list::Listed, words::FileState},
    way_out::WayOut,
};

/// An item of the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ItemRow {
    /// Its drive.
    pub drive: String,
    /// Its id there.
    pub id: String,
}

/// A library file, for output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FileRow {
    /// The File ID.
    pub id: String,
    /// Its name in the library.
    pub name: String,
    /// Where it stands.
    pub place: String,
    /// Counts from 1.
    pub revision: u64,
    /// In bytes.
    pub size: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
    /// Whether its content belongs to a source.
    pub managed: bool,
    /// `verified`, `no-hash` or `rewritten`; none for a file that nobody manages, that was associated and has its old
    /// content until the next sync, or whose bytes are damaged.
    pub verification: Option<String>,
    /// What it follows.
    pub source: Option<ItemRow>,
    /// Its name in the source.
    pub source_name: Option<String>,
    /// What is wrong with its bytes on the host's own disk, as far as somebody has looked.
    pub damage: Option<Damage>,
    /// The revisions, this one among them, whose bytes are damaged; empty where nobody has asked for it.
    pub damaged_revisions: Vec<u64>,
}

/// A file in the list of the library, with how it stands.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LibraryRow {
    /// The file.
    #[serde(flatten)]
    pub file: FileRow,
    /// How it stands; whether its bytes are damaged is told by the file.
    pub state: FileState,
    /// The contract's word for how it follows, or `held`; none for a file that nobody manages.
    pub link_state: Option<String>,
    /// The plugin whose source it follows; none for a file that nobody manages.
    pub plugin: Option<String>,
    /// The connection that it follows through.
    pub connection: Option<String>,
    /// Where a person can look at its item.
    pub web_url: Option<String>,
    /// When it was last found to follow its item, or told why not; RFC 3339. None before its first sync.
    pub last_sync: Option<String>,
    /// When its present revision was made; RFC 3339.
    pub changed_at: String,
    /// In how many ClientPoints and Templates it is shown.
    pub shown_in: u64,
}

/// What became of one file of an import.
#[derive(Clone, Debug, Serialize)]
pub struct ItemOutcome {
    /// The item that was asked for; where nobody could tell which that is, its id is what was asked for.
    pub item: ItemRow,
    /// In which line of a list it stood, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Its name in the source; empty where it never became known.
    pub name: String,
    /// `imported`, `already-imported`, `refused` or `failed`; where an import was stopped, `stopped` for what was under way
    /// and `not-started` for what was not; `duplicate` for a file that stood in the list before.
    pub outcome: &'static str,
    /// The word for why, where it was refused or failed.
    pub reason: Option<&'static str>,
    /// The outcome in a sentence.
    pub message: String,
    /// The library's file, where there is one.
    pub file: Option<FileRow>,
    /// In sentences.
    pub warnings: Vec<String>,
}

/// One row of what can be chosen from.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BrowseRow {
    /// The item.
    pub item: ItemRow,
    /// Its name.
    pub name: String,
    /// `file`, `folder`, `package`, `shortcut` or `other`.
    pub kind: &'static str,
    /// In bytes, where the source says.
    pub size: Option<u64>,
    /// RFC 3339, where the source says.
    pub modified: Option<String>,
    /// Whether it can be imported.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The verdict in a sentence; empty for `importable`.
    pub message: String,
}

/// Whether an item can be imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// Yes.
    Importable,
    /// It is in the library already.
    AlreadyImported {
        /// Its File ID.
        file: String,
    },
    /// No.
    Refused {
        /// The word for why.
        reason: &'static str,
    },
}

impl From<files::LibraryFile> for FileRow {
    fn from(mut file: files::LibraryFile) -> Self {
        let damage = file.damage.take();
        let mut row = Self::from(ContractFile::from(file));
        if damage.is_some() {
            // They were verified when they came, and are not there any more.
            row.verification = None;
        }
        row.damage = damage.map(Damage::from);
        row
    }
}

impl From<Listed> for LibraryRow {
    fn from(mut listed: Listed) -> Self {
        let link = listed.file.link.as_mut();
        let (connection, web_url) = link.map(|link| (link.connection.clone(), link.web_url.take())).unzip();
        Self {
            connection,
            web_url: web_url.flatten(),
            file: FileRow {
                damaged_revisions: listed.damaged_revisions,
                ..listed.file.into()
            },
            plugin: listed.plugin,
            state: listed.state,
            link_state: listed.link_state,
            last_sync: listed.last_sync,
            changed_at: listed.changed_at,
            shown_in: listed.shown_in,
        }
    }
}

impl From<ContractFile> for FileRow {
    fn from(file: ContractFile) -> Self {
        let (source, source_name, verification) = match file.link {
            Some(link) => (
                Some(link.source.into()),
                Some(link.name),
                (!link.hash.is_empty()).then(|| link.verification.word().to_string()),
            ),
            None => (None, None, None),
        };
        Self {
            id: file.id,
            name: file.name,
            place: file.place,
            revision: file.revision,
            size: file.size,
            sha256: file.sha256,
            managed: source.is_some(),
            verification,
            source,
            source_name,
            damage: None,
            damaged_revisions: Vec::new(),
        }
    }
}

impl From<ItemRef> for ItemRow {
    fn from(item: ItemRef) -> Self {
        Self {
            drive: item.drive,
            id: item.item,
        }
    }
}

impl ItemOutcome {
    /// One that the host itself knows: there is no file.
    pub(crate) fn without_file(
        item: &ItemRef,
        outcome: &'static str,
        reason: Option<&'static str>,
        message: String,
    ) -> Self {
        Self {
            item: item.clone().into(),
            line: None,
            name: String::new(),
            outcome,
            reason,
            message,
            file: None,
            warnings: Vec::new(),
        }
    }

    /// Of an item that nothing was done about before somebody asked to stop.
    pub(crate) fn not_started(item: &ItemRef) -> Self {
        let message = "nothing was done about it before the import was stopped: import it again";
        Self::without_file(item, "not-started", None, message.into())
    }

    /// Of an item that was given up on the way.
    pub(crate) fn stopped(item: &ItemRef) -> Self {
        let message = "the import was stopped before it had come in, and nothing of it is kept: import it again";
        Self::without_file(item, "stopped", None, message.into())
    }

    /// Of an item that is in the library, since a moment ago or since before.
    pub(crate) fn there(item: &ItemRef, file: FileRow, is_new: bool) -> Self {
        let outcome = if is_new { "imported" } else { "already-imported" };
        let since = if is_new { "" } else { " already" };
        let message = format!("in the library as {}{since}", file.id);
        Self {
            name: file.source_name.clone().unwrap_or_else(|| file.name.clone()),
            file: Some(file),
            ..Self::without_file(item, outcome, None, message)
        }
    }
}

impl From<contract::ItemOutcome> for ItemOutcome {
    fn from(of: contract::ItemOutcome) -> Self {
        let (outcome, reason, file, warnings) = match of.outcome {
            Outcome::Imported(imported) => ("imported", None, Some(imported.file.into()), imported.warnings),
            Outcome::AlreadyImported(file) => ("already-imported", None, Some(file.into()), Vec::new()),
            Outcome::Refused(refusal) => ("refused", Some(refusal.word()), None, Vec::new()),
            Outcome::Failed(failure) => ("failed", Some(failure.word()), None, Vec::new()),
        };
        Self {
            item: of.item.into(),
            line: None,
            name: of.name,
            outcome,
            reason,
            message: of.message,
            file,
            warnings,
        }
    }
}

impl From<Entry> for BrowseRow {
    fn from(entry: Entry) -> Self {
        Self {
            item: entry.item.into(),
            name: entry.name,
            kind: entry.kind.word(),
            size: entry.size,
            modified: entry.modified,
            verdict: match entry.verdict {
                contract::Verdict::Importable => Verdict::Importable,
                contract::Verdict::AlreadyImported(file) => Verdict::AlreadyImported { file },
                contract::Verdict::Refused(refusal) => Verdict::Refused { reason: refusal.word() },
            },
            message: entry.reason,
        }
    }
}

impl From<contract::Error> for Error {
    fn from(error: contract::Error) -> Self {
        let ways_out: Vec<WayOut> = match &error {
            contract::Error::NoDrive => vec![WayOut::ChooseDrive],
            _ => Vec::new(),
        };
        Self::from(EngineError::from(error)).with(ways_out)
    }
}
