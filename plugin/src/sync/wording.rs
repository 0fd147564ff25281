//! What people read in the ledger: one sentence a line, naming the thing and the way out.

use crate::{
    contract::LineOutcome,
    failure::Failure,
    wording::{self, title},
};

/// Behind the message of a file that is not tried any more.
pub(super) const GIVEN_UP: &str = "; it has failed in seven runs and is not tried again until it changes, or somebody releases it; unlocking it keeps it as the library's own";

const SITE_CLOSED: &str = "site-closed";
const SITE_MOVED: &str = "site-moved";

/// A line in a sentence.
pub(super) fn line(outcome: LineOutcome, reason: &str, name: &str, library_name: &str) -> String {
    let name = title(name);
    match outcome {
        LineOutcome::Updated | LineOutcome::Unverified => format!("{name} is up to date"),
        LineOutcome::Unchanged if reason == "renamed" => {
            format!(
                "{name} is what the source of {} is called now; its content has not changed",
                title(library_name)
            )
        }
        LineOutcome::Unchanged => format!("the content of {name} has not changed"),
        LineOutcome::SourceBack => format!("{name} is in the drive again, and its content has not changed"),
        LineOutcome::FormatMismatch => format!(
            "{name} is of another format than {} in the Content Library, which stays as it is: rename it back, or remove that one and import this one anew",
            title(library_name)
        ),
        LineOutcome::TooLarge => format!(
            "{name} has outgrown the limit, and the Content Library keeps its last version: make it smaller, or unlock it to keep it as the library's own, and replace it by hand"
        ),
        LineOutcome::SourceGone => format!(
            "{name} is not in the drive any more, or not visible to this connection, and the Content Library keeps its last version: restore it in OneDrive, let the file follow another one (if it was saved anew), remove it from the library, or unlock it to keep it as the library's own"
        ),
        LineOutcome::OutOfScope => format!(
            "{name} was moved into a folder, and only files at the root of the drive are followed: move it back"
        ),
        LineOutcome::AccessLost if reason == SITE_CLOSED => format!("{name} can't be read: {}", wording::SITE_CLOSED),
        LineOutcome::AccessLost if reason == SITE_MOVED => format!("{name} can't be read: {}", wording::SITE_MOVED),
        LineOutcome::AccessLost => format!(
            "Microsoft does not let this connection read {name} any more: ask its owner, or an administrator of Microsoft 365"
        ),
        LineOutcome::Malware => format!(
            "Microsoft found malware in {name}, and the Content Library keeps its last version: clean or delete it there"
        ),
        LineOutcome::Locked => format!("{name} is locked in OneDrive: it is tried again in the next run"),
        LineOutcome::Labelled => format!(
            "a protection label keeps {name} closed to this connection: have the label changed; it is tried again in the next run"
        ),
        LineOutcome::Deferred if reason == "throttled" => {
            format!("Microsoft asked for a pause before {name} was read: it is first in the next run")
        }
        LineOutcome::Deferred => format!("{name} has changed since the plan was made: make a new one"),
        LineOutcome::Held if reason == "too-many-gone" => format!(
            "{name} is not in the drive any more, like too many others at once: look at the drive, and let the sync take them for gone if that is right"
        ),
        LineOutcome::Held => format!("{name} is held: release it to let it follow again"),
        LineOutcome::Failed => format!("{name} could not be updated ({reason}): it is first in the next run"),
    }
}

/// Why a file whose item is gone need not stay so.
pub(super) const SAVED_ANEW: &str = "saved-anew";

/// A file's item is gone, and another one has its name and place.
pub(super) fn saved_anew(name: &str, item: &str, path: &str) -> String {
    format!(
        "{} is not in the drive any more, and the Content Library keeps its last version; another file of this name is in the drive now ({}), as when a program saves anew: {}; else restore it in OneDrive, remove it from the library, or unlock it to keep it as the library's own",
        title(name),
        title(path),
        wording::follow(item)
    )
}

/// A failure in a word.
pub(super) const fn failure_word(failure: &Failure) -> &'static str {
    match failure {
        Failure::NotFound => "not-found",
        Failure::AccessDenied => "access-denied",
        Failure::Locked => "locked",
        Failure::Labelled => "labelled",
        Failure::SiteClosed => SITE_CLOSED,
        Failure::SiteMoved => SITE_MOVED,
        Failure::Throttled(_) => "throttled",
        Failure::Changing => "changing",
        Failure::Truncated => "truncated",
        Failure::Stalled => "stalled",
        Failure::Mismatch => "mismatch",
        Failure::NotTheFile => "not-the-file",
        Failure::SignInNeeded => "sign-in-needed",
        Failure::SourceError(_) => "source-error",
        Failure::Network => "network",
        Failure::NoSpace => "no-space",
        Failure::Library => "library",
        Failure::Other => "other",
    }
}
