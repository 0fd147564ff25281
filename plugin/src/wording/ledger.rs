//! What people read in the ledger: one sentence a line, naming the thing and the way out.

use crate::{
    contract::LineOutcome,
    failure::Failure,
    reason::Reason,
    wording::{self, title},
};

/// Behind the message of a file that is not tried any more.
pub(crate) const GIVEN_UP: &str = "; it has failed in seven runs and is not tried again until it changes, or somebody releases it; unlocking it keeps it as the library's own";

/// The line of new content, in a sentence.
pub(crate) fn fresh(outcome: LineOutcome, name: &str, warnings: &[String]) -> String {
    let said = match outcome {
        LineOutcome::SourceBack => "is in the drive again, and up to date",
        LineOutcome::Unverified => "is up to date, though Microsoft's hash could not confirm it",
        _ => "is up to date",
    };
    let mut message = format!("{} {said}", title(name));
    for warning in warnings {
        message.push_str("; ");
        message.push_str(warning);
    }
    message
}

/// The line of a file without new content, in a sentence.
pub(crate) fn line(outcome: LineOutcome, reason: Option<Reason>, name: &str, library_name: &str) -> String {
    let plain = name;
    let name = title(name);
    match (outcome, reason) {
        (LineOutcome::Updated | LineOutcome::Unverified, _) => fresh(outcome, plain, &[]),
        (LineOutcome::Unchanged, Some(Reason::Renamed)) => {
            format!(
                "{name} is what the source of {} is called now; its content has not changed",
                title(library_name)
            )
        }
        (LineOutcome::Unchanged, _) => format!("the content of {name} has not changed"),
        (LineOutcome::SourceBack, _) => format!("{name} is in the drive again, and its content has not changed"),
        (LineOutcome::FormatMismatch, _) => format!(
            "{name} is of another format than {} in the Content Library, which stays as it is: rename it back, or remove that one and import this one anew",
            title(library_name)
        ),
        (LineOutcome::TooLarge, _) => format!(
            "{name} has outgrown the limit, and the Content Library keeps its last version: make it smaller, or unlock it to keep it as the library's own, and replace it by hand"
        ),
        (LineOutcome::SourceGone, _) => format!(
            "{name} is not in the drive any more, or not visible to this connection, and the Content Library keeps its last version: restore it in OneDrive, let the file follow another one (if it was saved anew), remove it from the library, or unlock it to keep it as the library's own"
        ),
        (LineOutcome::OutOfScope, _) => format!(
            "{name} was moved into a folder, and only files at the root of the drive are followed: move it back"
        ),
        (LineOutcome::AccessLost, Some(Reason::Failed(Failure::SiteClosed))) => {
            format!("{name} can't be read: {}", wording::SITE_CLOSED)
        }
        (LineOutcome::AccessLost, Some(Reason::Failed(Failure::SiteMoved))) => {
            format!("{name} can't be read: {}", wording::SITE_MOVED)
        }
        (LineOutcome::AccessLost, _) => format!(
            "Microsoft does not let this connection read {name} any more: ask its owner, or an administrator of Microsoft 365"
        ),
        (LineOutcome::Malware, _) => format!(
            "Microsoft found malware in {name}, and the Content Library keeps its last version: clean or delete it there"
        ),
        (LineOutcome::Locked, _) => format!("{name} is locked in OneDrive: it is tried again in the next run"),
        (LineOutcome::Labelled, _) => format!(
            "a protection label keeps {name} closed to this connection: have the label changed; it is tried again in the next run"
        ),
        (LineOutcome::Deferred, Some(Reason::Failed(Failure::Throttled(_)))) => {
            format!("Microsoft asked for a pause before {name} was read: it is first in the next run")
        }
        (LineOutcome::Deferred, _) => format!("{name} has changed since the plan was made: make a new one"),
        (LineOutcome::Held, Some(Reason::TooManyGone)) => format!(
            "{name} is not in the drive any more, like too many others at once: look at the drive, and let the sync take them for gone if that is right"
        ),
        (LineOutcome::Held, _) => format!("{name} is held: release it to let it follow again"),
        (LineOutcome::Failed, reason) => {
            let reason = reason.map_or("", Reason::word);
            format!("{name} could not be updated ({reason}): it is first in the next run")
        }
    }
}

/// A file's item is gone, and another one has its name and place.
pub(crate) fn saved_anew(name: &str, item: &str, path: &str) -> String {
    format!(
        "{} is not in the drive any more, and the Content Library keeps its last version; another file of this name is in the drive now ({}), as when a program saves anew: {}; else restore it in OneDrive, remove it from the library, or unlock it to keep it as the library's own",
        title(name),
        title(path),
        wording::follow(item)
    )
}
