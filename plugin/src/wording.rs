//! What people read: one sentence an outcome, naming the thing and the way out. `ledger`: the lines of a sync; `report`: the
//! rows of a sheet.

pub(crate) mod ledger;
pub(crate) mod report;

use std::time::Duration;

use crate::{
    contract::{LibraryFile, Refusal},
    failure::Failure,
};

/// Where a site is locked by an administrator, or archived.
pub const SITE_CLOSED: &str = "the site of this drive is locked or archived: an administrator of Microsoft 365 can unlock or \
    reactivate it in the SharePoint admin center, under Active or Archived sites";
/// Where a site has another address.
pub const SITE_MOVED: &str = "the site of this drive was moved, and Microsoft serves it at another address now: open the site in \
    a browser, and choose its drive anew by the address there";

/// Why a file may not enter, and what to do instead.
#[must_use]
pub fn refusal(refusal: &Refusal, name: &str) -> String {
    let name = title(name);
    match refusal {
        Refusal::UnsupportedType(ending) => unsupported(&name, ending),
        Refusal::TooLarge((size, limit)) => format!(
            "{name} is larger than the limit ({} against {}): download it and upload it by hand to the Content Library",
            megabytes(*size),
            megabytes(*limit)
        ),
        Refusal::Folder => {
            format!("{name} is a folder: choose files, since whole folders can't be imported")
        }
        Refusal::Subfolder => format!(
            "{name} lies in a folder, and only files at the root of the drive can be imported: move or copy it to the root"
        ),
        Refusal::Package => format!(
            "{name} is a notebook that only its own program can open: export it, as PDF for one, and import that"
        ),
        Refusal::Shortcut => format!(
            "{name} is a shortcut to something in another drive: connect that drive, or copy the file into this one"
        ),
        Refusal::Malware => {
            format!("Microsoft found malware in {name}: it can't be imported; clean or delete it there")
        }
        Refusal::OtherDrive => format!(
            "{name} belongs to another drive than the one chosen for this connection: choose files of that drive only"
        ),
        Refusal::UnknownKind => {
            format!("{name} is neither a file nor a folder: only files can be imported")
        }
    }
}

/// S3: what to say besides of a file that was associated by its path, where another item is now: its name, and its id where
/// that is known.
#[must_use]
pub fn displaced(other: &str, item: Option<&str>) -> String {
    let how = match item {
        Some(item) => follow(item),
        None => "associate the file anew".to_owned(),
    };
    format!(
        "; a different file, {}, is now at the path that was associated: if that one is meant, {how}",
        title(other)
    )
}

/// That a file may follow another item, which is named by its id.
#[must_use]
pub fn follow(item: &str) -> String {
    format!("let the file follow that one (its id is `{item}`)")
}

/// Why a file that may enter did not, and what to do.
#[must_use]
pub fn failure(failure: &Failure, name: &str) -> String {
    let name = title(name);
    match failure {
        Failure::NotFound => {
            format!(
                "{name} is not in the drive any more, or not visible to this connection: refresh the list and choose again"
            )
        }
        Failure::AccessDenied => format!(
            "Microsoft does not let this connection read {name}: ask its owner, or an administrator of Microsoft 365"
        ),
        Failure::Locked => {
            format!("{name} is locked in OneDrive: have it closed or unlocked, and import it again")
        }
        Failure::Labelled => format!(
            "a protection label keeps {name} closed to this connection: have the label changed in OneDrive, and import it again"
        ),
        Failure::SiteClosed => format!("{name} was not read: {}", SITE_CLOSED),
        Failure::SiteMoved => format!("{name} was not read: {}", SITE_MOVED),
        Failure::Throttled(Some(left)) => format!(
            "Microsoft asks for a pause before more files are read: import {name} again in {}",
            span(*left)
        ),
        Failure::Throttled(None) => {
            format!("Microsoft asks for a pause before more files are read: import {name} again in a few minutes")
        }
        Failure::Changing => {
            format!("{name} was changed again and again while it was read: import it again later")
        }
        Failure::Truncated => {
            format!("the connection broke off before all of {name} had come: import it again")
        }
        Failure::Stalled => {
            format!("Microsoft stopped sending {name} half-way, or sent next to nothing of it: import it again later")
        }
        Failure::Mismatch => format!(
            "what Microsoft sent for {name} is not what it describes: open and save the file in OneDrive, and import it again"
        ),
        Failure::NotTheFile => {
            format!(
                "Microsoft sent a message instead of {name}: open the file in OneDrive to see what is wrong with it"
            )
        }
        Failure::SignInNeeded => format!(
            "{name} was not read, since Microsoft does not accept the connection's credentials any more: connect again"
        ),
        Failure::SourceError(status) => {
            format!("Microsoft failed with status {status} while {name} was read: import it again later")
        }
        Failure::Network => {
            format!("Microsoft can't be reached, so {name} was not read: import it again later")
        }
        Failure::NoSpace => {
            format!("the Content Library has no room for {name}: free some, and import it again")
        }
        Failure::Library => {
            format!("the Content Library did not take {name}: see the host's log, and import it again")
        }
        Failure::Other => format!("{name} was not imported: see the host's log"),
    }
}

/// Rule 35 and 36: where it went, and that everybody sees it there.
#[must_use]
pub fn imported(file: &LibraryFile, name: &str) -> String {
    format!("{} is in {} now, with the File ID {}", title(name), file.place, file.id)
}

/// Rule 35: the same item is not taken twice.
#[must_use]
pub fn already_imported(id: &str, name: &str) -> String {
    format!(
        "{} is in the Content Library already, with the File ID {id}",
        title(name)
    )
}

/// Rule 20e: the ending decides, and what does not fit it is told.
#[must_use]
pub fn odd_content(name: &str, ending: &str) -> String {
    format!(
        "the content of {} does not look like {ending}: check that it opens",
        title(name)
    )
}

/// Rule 20e, for a file without a byte.
#[must_use]
pub fn empty(name: &str) -> String {
    format!("{} is empty: check that this is meant", title(name))
}

/// Rule 20e, for what nobody can open without the rights that its label gives.
#[must_use]
pub fn closed_by_label(name: &str) -> String {
    format!(
        "a protection label keeps {} closed: it came as it is, and only those whom the label lets can open it; have the \
         label changed in OneDrive if others are to read it",
        title(name)
    )
}

/// Rule 20e, for what nobody can open without its password.
#[must_use]
pub fn closed_by_password(name: &str) -> String {
    format!(
        "a password keeps {} closed: it came as it is, and only those who know the password can open it; take the \
         password off in OneDrive if others are to read it",
        title(name)
    )
}

/// Rule 20e, for the media type in the metadata.
#[must_use]
pub fn odd_media_type(name: &str, ending: &str, media_type: &str) -> String {
    format!(
        "OneDrive takes {} for {media_type}, which does not fit the ending {ending}",
        title(name)
    )
}

/// The bytes differ from the published hash, twice in the same way.
#[must_use]
pub fn rewritten(name: &str) -> String {
    format!(
        "Microsoft delivers {} with other bytes than it describes, as it does with documents that it labels; two downloads agreed",
        title(name)
    )
}

fn unsupported(name: &str, ending: &str) -> String {
    match ending {
        "" => format!("{name} has no file type ending: give it its right one in OneDrive"),
        "mpeg" => format!(
            "{name} has the ending mpeg, which is not on the list of file types (mpg, mpg2, mpeg2 and mpeg4 are): rename it in OneDrive if it is one of these"
        ),
        "xlsm" => format!(
            "{name} has the ending xlsm, which can't be imported from OneDrive: download it and upload it by hand to the Content Library"
        ),
        _ => format!("{name} has the ending {ending}, which is not on the list of file types that can be imported"),
    }
}

/// A name in quotes, without what a terminal would obey.
#[must_use]
pub fn title(name: &str) -> String {
    if name.is_empty() {
        return "this item".to_owned();
    }
    let plain: String = name.chars().filter(|c| !c.is_control()).collect();
    format!("\"{plain}\"")
}

/// Bytes as people know them from their file manager. Two digits after the point, since a byte too many would read as
/// the limit itself otherwise; the number of bytes where even they don't tell.
#[must_use]
pub fn megabytes(bytes: u64) -> String {
    const MEGABYTE: u64 = 1024 * 1024;
    let (whole, rest) = (bytes / MEGABYTE, bytes % MEGABYTE);
    match rest * 100 / MEGABYTE {
        0 if rest == 0 => format!("{whole} MB"),
        0 => format!("{bytes} bytes"),
        hundredths => format!("{whole}.{hundredths:02} MB"),
    }
}

fn span(time: Duration) -> String {
    match time.as_secs().max(1) {
        1 => "1 second".to_owned(),
        seconds if seconds < 120 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r24c_a_file_too_large_can_be_uploaded_by_hand() {
        let text = refusal(&Refusal::TooLarge((600 * 1024 * 1024, 524_288_000)), "Film.mov");
        assert_eq!(
            text,
            "\"Film.mov\" is larger than the limit (600 MB against 500 MB): download it and upload it by hand to the \
             Content Library"
        );
    }

    #[test]
    fn r24_one_byte_too_many_does_not_read_as_the_limit() {
        let text = refusal(&Refusal::TooLarge((524_288_001, 524_288_000)), "Film.mov");
        assert!(text.contains("(524288001 bytes against 500 MB)"), "{text}");
    }

    #[test]
    fn r20c_mpeg_is_told_from_its_neighbours() {
        let text = refusal(&Refusal::UnsupportedType("mpeg".into()), "a.mpeg");
        assert!(text.contains("mpg2") && text.contains("rename"), "{text}");
    }

    #[test]
    fn r20d_xlsm_can_be_uploaded_by_hand() {
        let text = refusal(&Refusal::UnsupportedType("xlsm".into()), "a.xlsm");
        assert!(text.contains("upload it by hand"), "{text}");
    }

    #[test]
    fn names_are_quoted_without_control_characters_and_unknown_names_are_no_hole() {
        assert!(failure(&Failure::NotFound, "a\n\u{1b}[1mb").starts_with("\"a[1mb\" is not"));
        assert!(failure(&Failure::NotFound, "").starts_with("this item is not"));
    }

    #[test]
    fn times_are_told_in_units_that_fit() {
        assert_eq!(span(Duration::from_millis(10)), "1 second");
        assert_eq!(span(Duration::from_secs(90)), "90 seconds");
        assert_eq!(span(Duration::from_secs(3590)), "60 minutes");
    }
}
