//! From the contract's generated types to the plugin's own, and back. Nothing is decided here.

use super::bindings::{
    clientpoint::content_source::{
        connection::{Info, Mode as WitMode},
        content_library,
        types::{self, Link, Role as WitRole, Subfolders as WitSubfolders},
    },
    exports::clientpoint::content_source::content_import as wit,
};
use crate::model::{
    CallError, Candidate, Connection, Drive, DriveKind, DrivePage, Entry, EntryKind, EntryPage, Failure, ItemOutcome,
    ItemRef, LibraryError, LibraryFile, Link as OurLink, Mode, Outcome, Policy, Refusal, Resolution, Resolved, Role,
    Subfolders, Verdict, Verification,
};

pub(super) const fn role(role: WitRole) -> Role {
    match role {
        WitRole::Administrator => Role::Administrator,
        WitRole::Member => Role::Member,
    }
}

pub(super) const fn mode(mode: WitMode) -> Mode {
    match mode {
        WitMode::Organization => Mode::Organization,
        WitMode::User => Mode::User,
    }
}

pub(super) fn item_ref(item: types::ItemRef) -> ItemRef {
    ItemRef {
        drive: item.drive,
        item: item.item,
    }
}

pub(super) fn wit_item_ref(item: &ItemRef) -> types::ItemRef {
    types::ItemRef {
        drive: item.drive.clone(),
        item: item.item.clone(),
    }
}

pub(super) fn connection(info: Info) -> Connection {
    Connection {
        mode: mode(info.mode),
        api_origin: info.api_origin,
        drive: info.drive,
        policy: Policy {
            max_file_bytes: info.policy.max_file_bytes,
            max_files_per_import: info.policy.max_files_per_import,
            file_types: info.policy.file_types,
            subfolders: match info.policy.subfolders {
                WitSubfolders::None => Subfolders::None,
                WitSubfolders::Associate => Subfolders::Associate,
                WitSubfolders::Browse => Subfolders::Browse,
            },
            max_sheet_bytes: info.policy.max_sheet_bytes,
            max_sheet_rows: info.policy.max_sheet_rows,
        },
    }
}

pub(super) fn wit_policy(policy: Policy) -> types::Policy {
    types::Policy {
        max_file_bytes: policy.max_file_bytes,
        max_files_per_import: policy.max_files_per_import,
        file_types: policy.file_types,
        subfolders: match policy.subfolders {
            Subfolders::None => WitSubfolders::None,
            Subfolders::Associate => WitSubfolders::Associate,
            Subfolders::Browse => WitSubfolders::Browse,
        },
        max_sheet_bytes: policy.max_sheet_bytes,
        max_sheet_rows: policy.max_sheet_rows,
    }
}

fn link(link: Link) -> OurLink {
    OurLink {
        source: item_ref(link.source),
        version: link.version,
        hash: link.hash,
        size: link.size,
        verification: match link.verification {
            types::Verification::Verified => Verification::Verified,
            types::Verification::NoHash => Verification::NoHash,
            types::Verification::Rewritten => Verification::Rewritten,
        },
        name: link.name,
        web_url: link.web_url,
    }
}

pub(super) fn wit_link(link: OurLink) -> Link {
    Link {
        source: wit_item_ref(&link.source),
        version: link.version,
        hash: link.hash,
        size: link.size,
        verification: match link.verification {
            Verification::Verified => types::Verification::Verified,
            Verification::NoHash => types::Verification::NoHash,
            Verification::Rewritten => types::Verification::Rewritten,
        },
        name: link.name,
        web_url: link.web_url,
    }
}

pub(super) fn library_file(file: content_library::LibraryFile) -> LibraryFile {
    LibraryFile {
        id: file.id,
        name: file.name,
        place: file.place,
        revision: file.revision,
        size: file.size,
        sha256: file.sha256,
        link: file.link.map(link),
    }
}

fn wit_library_file(file: LibraryFile) -> content_library::LibraryFile {
    content_library::LibraryFile {
        id: file.id,
        name: file.name,
        place: file.place,
        revision: file.revision,
        size: file.size,
        sha256: file.sha256,
        link: file.link.map(wit_link),
    }
}

pub(super) fn library_error(error: content_library::Error) -> LibraryError {
    use content_library::Error;
    match error {
        Error::Forbidden => LibraryError::Forbidden,
        Error::TooLarge(limit) => LibraryError::TooLarge(limit),
        Error::NoSpace => LibraryError::NoSpace,
        Error::AlreadyLinked(id) => LibraryError::AlreadyLinked(id),
        Error::SizeMismatch => LibraryError::SizeMismatch,
        Error::Conflict => LibraryError::Conflict,
        Error::Unavailable(text) => LibraryError::Unavailable(text),
        Error::Other(text) => LibraryError::Other(text),
    }
}

pub(super) fn refusal(refusal: Refusal) -> wit::Refusal {
    match refusal {
        Refusal::UnsupportedType(ending) => wit::Refusal::UnsupportedType(ending),
        Refusal::TooLarge(size, limit) => wit::Refusal::TooLarge((size, limit)),
        Refusal::Folder => wit::Refusal::Folder,
        Refusal::Subfolder => wit::Refusal::Subfolder,
        Refusal::Package => wit::Refusal::Package,
        Refusal::Shortcut => wit::Refusal::Shortcut,
        Refusal::Malware => wit::Refusal::Malware,
        Refusal::OtherDrive => wit::Refusal::OtherDrive,
        Refusal::UnknownKind => wit::Refusal::UnknownKind,
    }
}

fn failure(failure: Failure) -> wit::Failure {
    match failure {
        Failure::NotFound => wit::Failure::NotFound,
        Failure::AccessDenied | Failure::SiteClosed | Failure::SiteMoved => wit::Failure::AccessDenied,
        Failure::Locked => wit::Failure::Locked,
        Failure::Labelled => wit::Failure::Labelled,
        Failure::Throttled(left) => wit::Failure::Throttled(left.map(seconds)),
        Failure::Changing => wit::Failure::Changing,
        Failure::Truncated => wit::Failure::Truncated,
        Failure::Stalled => wit::Failure::Stalled,
        Failure::Mismatch => wit::Failure::Mismatch,
        Failure::NotTheFile => wit::Failure::NotTheFile,
        Failure::SignInNeeded => wit::Failure::SignInNeeded,
        Failure::SourceError(status) => wit::Failure::SourceError(status),
        Failure::Network => wit::Failure::Network,
        Failure::NoSpace => wit::Failure::NoSpace,
        Failure::Library => wit::Failure::Library,
        Failure::Other => wit::Failure::Other,
    }
}

pub(super) fn item_outcome(outcome: ItemOutcome) -> wit::ItemOutcome {
    wit::ItemOutcome {
        item: wit_item_ref(&outcome.item),
        name: outcome.name,
        outcome: match outcome.outcome {
            Outcome::Imported { file, warnings } => wit::Outcome::Imported(wit::Imported {
                file: wit_library_file(file),
                warnings,
            }),
            Outcome::AlreadyImported(file) => wit::Outcome::AlreadyImported(wit_library_file(file)),
            Outcome::Refused(reason) => wit::Outcome::Refused(refusal(reason)),
            Outcome::Failed(reason) => wit::Outcome::Failed(failure(reason)),
        },
        message: outcome.message,
    }
}

pub(super) fn resolved(resolved: Resolved) -> wit::Resolved {
    wit::Resolved {
        resolution: match resolved.resolution {
            Resolution::Item(item) => wit::Resolution::Item(candidate(item)),
            Resolution::Several(items) => wit::Resolution::Several(items.into_iter().map(candidate).collect()),
            Resolution::Nothing(near, _) => wit::Resolution::Nothing(near),
            Resolution::OtherDrive(_) => wit::Resolution::OtherDrive,
            Resolution::Denied => wit::Resolution::Denied,
            Resolution::Failed(why) => wit::Resolution::Failed(why),
        },
        shown: resolved.shown,
        message: resolved.message,
    }
}

fn candidate(candidate: Candidate) -> wit::Candidate {
    wit::Candidate {
        item: wit_item_ref(&candidate.item),
        path: candidate.path,
    }
}

pub(super) fn call_error(error: CallError) -> wit::Error {
    match error {
        CallError::Forbidden => wit::Error::Forbidden,
        CallError::NoDrive => wit::Error::NoDrive,
        CallError::TooMany(limit) => wit::Error::TooMany(limit),
        CallError::NotFound => wit::Error::NotFound,
        CallError::WrongAddress(text) => wit::Error::WrongAddress(text),
        CallError::AccessDenied(text) => wit::Error::AccessDenied(text),
        CallError::SignInNeeded(text) => wit::Error::SignInNeeded(text),
        CallError::Throttled(left) => wit::Error::Throttled(left.map(seconds)),
        CallError::Unavailable(text) => wit::Error::Unavailable(text),
        CallError::Withheld(text) => wit::Error::Withheld(text),
        CallError::Other(text) => wit::Error::Other(text),
    }
}

/// Rounded up, so that nobody comes back too early.
fn seconds(time: std::time::Duration) -> u32 {
    u32::try_from(time.as_millis().div_ceil(1000)).unwrap_or(u32::MAX)
}

pub(super) fn drive_page(page: DrivePage) -> wit::DrivePage {
    wit::DrivePage {
        drives: page.drives.into_iter().map(drive).collect(),
        next: page.next,
        notes: page.notes,
    }
}

pub(super) fn drive(drive: Drive) -> wit::Drive {
    wit::Drive {
        id: drive.id,
        name: drive.name,
        kind: match drive.kind {
            DriveKind::PersonalWork => wit::DriveKind::PersonalWork,
            DriveKind::SiteLibrary => wit::DriveKind::SiteLibrary,
        },
        web_url: drive.web_url,
    }
}

pub(super) fn entry_page(page: EntryPage) -> wit::EntryPage {
    let entry = |entry: Entry| wit::Entry {
        item: wit_item_ref(&entry.item),
        name: entry.name,
        kind: match entry.kind {
            EntryKind::File => wit::EntryKind::File,
            EntryKind::Folder => wit::EntryKind::Folder,
            EntryKind::Package => wit::EntryKind::Package,
            EntryKind::Shortcut => wit::EntryKind::Shortcut,
            EntryKind::Other => wit::EntryKind::Other,
        },
        size: entry.size,
        modified: entry.modified,
        verdict: match entry.verdict {
            Verdict::Importable => wit::Verdict::Importable,
            Verdict::AlreadyImported(id) => wit::Verdict::AlreadyImported(id),
            Verdict::Refused(reason) => wit::Verdict::Refused(refusal(reason)),
        },
        reason: entry.reason,
    };
    wit::EntryPage {
        entries: page.entries.into_iter().map(entry).collect(),
        next: page.next,
    }
}
