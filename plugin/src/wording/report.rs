//! What people read about a row: one sentence that names the thing and the way out.

use crate::{
    contract::{Refusal, RowOutcome},
    wording::{megabytes, title},
};

/// What a sentence is about.
pub(crate) struct Subject<'a> {
    pub id: &'a str,
    /// The file's name in the library.
    pub file: &'a str,
    /// In the drive's spelling where it is known, else as it is written.
    pub path: &'a str,
    pub why: &'a str,
}

/// The sentence.
pub(crate) fn row(outcome: &RowOutcome, subject: &Subject<'_>) -> String {
    let Subject { id, why, .. } = subject;
    let (id_title, file, path) = (title(id), title(subject.file), title(subject.path));
    match outcome {
        RowOutcome::Linked => format!("{file} follows {path} from the next sync on"),
        RowOutcome::ReLinked(before) => {
            format!(
                "{file} follows {path} from the next sync on, and no longer {}",
                title(before)
            )
        }
        RowOutcome::AlreadyLinked if !why.is_empty() => format!("{file} {why}"),
        RowOutcome::AlreadyLinked => format!("{file} follows {path} already"),
        RowOutcome::UnknownFileId if !why.is_empty() => {
            format!("no file of the library has the File ID {id_title}{why}")
        }
        RowOutcome::UnknownFileId => format!(
            "no file of the library has the File ID {id_title}: compare it with the list that you can download (More > Excel)"
        ),
        RowOutcome::NoId => format!("the row has the path {path} and no File ID: add the File ID"),
        RowOutcome::PathMissing => "the row has no path, so the file stays as it is".to_owned(),
        RowOutcome::PathNotFound(near) if !why.is_empty() => format!("the path {path} {why}{}", did_you_mean(near)),
        // The token of a link is not shown: see `paths::shown`.
        RowOutcome::PathNotFound(near) if near.is_empty() && subject.path.ends_with("/…") => format!(
            "the link to {path} leads to nothing that this connection can see: make a new one, or give the file's path in the drive"
        ),
        RowOutcome::PathNotFound(near) if near.is_empty() => {
            format!("nothing is at {path} in the drive: compare it with the path in SharePoint")
        }
        RowOutcome::PathNotFound(near) => format!("nothing is at {path} in the drive{}", did_you_mean(near)),
        RowOutcome::IsAFolder if subject.path.is_empty() => {
            "the path leads to the drive itself: name a file in it".to_owned()
        }
        RowOutcome::IsAFolder => format!("{path} is a folder: name a file in it"),
        RowOutcome::OtherDrive => {
            format!("{path} is in another drive than the one chosen for this connection{why}")
        }
        RowOutcome::UnsupportedType(ending) => match ending.as_str() {
            "" => format!("{path} has no file type ending: give it its right one in OneDrive"),
            ending => format!(
                "{path} has the ending {ending}, which is not on the list of file types that can be kept in step"
            ),
        },
        RowOutcome::TooLarge((size, limit)) => {
            format!(
                "{path} is larger than the limit ({} against {})",
                megabytes(*size),
                megabytes(*limit)
            )
        }
        RowOutcome::FormatMismatch((ours, theirs)) => format!(
            "{file} is {} and {path} is {theirs}: only a file of the same format can be followed",
            if ours.is_empty() { "without an ending" } else { ours }
        ),
        RowOutcome::DuplicateFileId(others) => format!(
            "the File ID {id_title} stands in {} as well, with another path{why}: keep one of the rows",
            listed(others)
        ),
        RowOutcome::Ambiguous(paths) if !why.is_empty() => format!("{why}: {}", either(paths)),
        RowOutcome::Ambiguous(paths) => {
            format!("the path could mean {}: give its address in the browser", either(paths))
        }
        RowOutcome::UnreadableCell(cell) => format!("cell {cell} can't be read: {why}"),
        RowOutcome::ForbiddenPath => format!("the path {why}"),
        RowOutcome::Refused(refusal) => refused(refusal, &path),
        RowOutcome::AccessDenied => format!(
            "Microsoft does not let this connection read {path}: ask its owner, or an administrator of Microsoft 365; if it is a sharing link, that may be closed by itself"
        ),
        RowOutcome::Failed if why.is_empty() => format!("{path} could not be looked at: try it again later"),
        RowOutcome::Failed => format!("{path} could not be looked at: {why}"),
    }
}

fn refused(refusal: &Refusal, path: &str) -> String {
    match refusal {
        // No other policy keeps what people have chosen by its path from being followed.
        Refusal::Subfolder => format!(
            "{path} lies in a folder, and this host follows only files at the root of the drive (its policy has `subfolders` none)"
        ),
        Refusal::Package => {
            format!("{path} is a notebook that only its own program can open: export it, and name the export")
        }
        Refusal::Shortcut => {
            format!("{path} is a shortcut to another drive: connect that drive, or copy the file into this one")
        }
        Refusal::Malware => format!("Microsoft found malware in {path}: clean or delete it there"),
        _ => format!("{path} is neither a file nor a folder: name a file"),
    }
}

/// A row that a person may never have seen.
pub(crate) const HIDDEN: &str = "the sheet does not show this row, be it by a filter or by hand";

/// A cell whose text and link lead to two files.
pub(crate) const TWO_WAYS: &str =
    "the cell shows one file and links to another; let both lead to the one that is meant";

/// That a row says what another one has said.
pub(crate) fn same_as(number: u32) -> String {
    format!("has the same path in row {number} already: once is enough")
}

/// That a row quarrels with some rows, and says the same as another one.
pub(crate) fn and_the_same(number: u32) -> String {
    format!(" (and in row {number}, with the same one)")
}

/// A link that leads elsewhere than the text, and does not count.
pub(crate) fn idle_link(link: &str) -> String {
    format!(
        "the cell links to {}, which is not this file; what is written in it counts",
        title(link)
    )
}

/// Files that would follow the same item.
pub(crate) fn shared_item(files: usize, others: &[u32]) -> String {
    let more = if others.len() + 1 < files { " and more" } else { "" };
    format!(
        "{files} files of this sheet follow the same one ({}{more} as well); was its path filled down?",
        listed(others)
    )
}

/// A sentence, and what a person should know besides.
pub(crate) fn with(message: String, warnings: &[String]) -> String {
    match warnings {
        [] => message,
        warnings => format!("{message}; note that {}", warnings.join("; and that ")),
    }
}

/// The end of a sentence; nothing where nothing is near.
pub(crate) fn did_you_mean(near: &[String]) -> String {
    match near {
        [] => String::new(),
        near => format!(": did you mean {}?", either(near)),
    }
}

fn either(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| title(name)).collect();
    names.join(" or ")
}

fn listed(numbers: &[u32]) -> String {
    let rows = if numbers.len() == 1 { "row" } else { "rows" };
    let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
    format!("{rows} {}", numbers.join(", "))
}
