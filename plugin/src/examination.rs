//! Whether everything is there that the work of a connection takes: asked of Microsoft step by step, and nothing kept of it.
//!
//! - `rights`: what was granted, held against what is needed; `sample`: a small file, fetched and judged.

mod rights;
mod sample;

use serde::de::IgnoredAny;

use crate::{
    ask::{self, Fault},
    contract::{CallError, Connection, Finding, Mode, Remedy, Role, Standing, Subject},
    graph::{self, GraphDrive, Meaning},
    item::Item,
    ports::Ports,
    retry::Budget,
    source, wording,
};
use rights::{Needs, Seen};

const NO_DRIVE: &str = "no drive is chosen yet";
const AFTER_DRIVE: &str = "the drive comes first";
const GONE: &str =
    "the chosen drive is not there, or this connection may not know of it: choose it anew, or another one";
const NO_TOKEN_TAKEN: &str = "Microsoft does not accept the connection's credentials any more; connect again";
const PATIENCE: &str = "Microsoft asks for patience, so this was not found out: look again in some minutes";

/// Looks, in the order of the subjects. `setting` looks values up; `granted` is what the token endpoint said.
///
/// # Errors
/// When the call as a whole is not carried out.
pub async fn examine<'a, P: Ports>(
    ports: &P,
    role: Role,
    setting: impl Fn(&str) -> Option<&'a str>,
    granted: Option<&str>,
) -> Result<Vec<Finding>, CallError> {
    if role != Role::Administrator {
        return Err(CallError::Forbidden);
    }
    let connection = ports.connection();
    let reach = setting(source::REACH).map(str::trim);
    let needs = match (connection.mode, reach) {
        (Mode::Organization, _) => Needs::Company,
        (Mode::User, Some(source::SITES)) => Needs::Sites,
        (Mode::User, _) => Needs::Own,
    };
    let drive = drive(ports, &connection, needs).await;
    let permissions = match needs {
        Needs::Company => {
            let reads_drive = connection.drive.is_some().then_some(drive.standing == Standing::Well);
            seen(ports, &connection.api_origin).await.finding(reads_drive)
        }
        Needs::Own | Needs::Sites => rights::of_person(needs, granted),
    };
    let mut findings = vec![permissions];
    let (listing, changes, file) = match (&connection.drive, drive.standing) {
        (Some(id), Standing::Well) => in_drive(ports, &connection, id, needs).await,
        _ => {
            let none = |subject| not_asked(subject, AFTER_DRIVE);
            (none(Subject::Listing), none(Subject::Changes), none(Subject::File))
        }
    };
    findings.extend([drive, listing, changes, file]);
    Ok(findings)
}

/// What can be seen of the application's permissions: a token says nothing of them to whom it is not for, so each address
/// is asked that one of them opens.
async fn seen<P: Ports>(ports: &P, api: &str) -> Seen {
    Seen {
        files: opens(ports, api, "/sites/root/drive?$select=id").await,
        sites: opens(ports, api, "/sites/root?$select=id").await,
        people: opens(ports, api, "/users?$top=1&$select=id").await,
        groups: opens(ports, api, "/groups?$top=1&$select=id").await,
        control: opens(ports, api, "/sites/root/permissions?$top=1&$select=id").await,
    }
}

/// Whether an address is open to this connection; none where that can't be told from the answer. Whoever may not look is
/// at times not told that something is there.
async fn opens<P: Ports>(ports: &P, api: &str, path: &str) -> Option<bool> {
    let request = graph::single(api, path);
    let answer: Result<IgnoredAny, Fault> = ask::json(ports, &request, &mut Budget::page(), graph::object).await;
    match answer {
        Ok(_) => Some(true),
        Err(Fault::Answered(error)) => match error.meaning() {
            Meaning::Denied | Meaning::SignIn | Meaning::NotFound => Some(false),
            _ => None,
        },
        Err(_) => None,
    }
}

async fn drive<P: Ports>(ports: &P, connection: &Connection, needs: Needs) -> Finding {
    let subject = Subject::Drive;
    let Some(id) = connection.drive.as_deref() else {
        return Finding {
            remedy: Some(Remedy::ChooseDrive),
            ..not_asked(subject, NO_DRIVE)
        };
    };
    if !graph::is_id(id) {
        return failed(subject, GONE, Some(Remedy::ChooseDrive));
    }
    let request = graph::drive_by_id(&connection.api_origin, id);
    let answer: Result<GraphDrive, Fault> = ask::json(ports, &request, &mut Budget::page(), graph::object).await;
    match answer {
        Ok(_) => well(
            subject,
            "Microsoft knows the chosen drive, and lets this connection see it",
        ),
        Err(fault) => of_fault(subject, fault, needs),
    }
}

/// What is in the chosen drive, what has changed in it, and a file of it.
async fn in_drive<P: Ports>(
    ports: &P,
    connection: &Connection,
    drive: &str,
    needs: Needs,
) -> (Finding, Finding, Finding) {
    let api = connection.api_origin.as_str();
    let read = |body: &[u8]| graph::items(body, api);
    let request = graph::children(api, drive, None);
    let (listing, file) = match ask::json(ports, &request, &mut Budget::page(), read).await {
        Ok(page) => {
            let file = file(ports, connection, drive, &page.value, needs).await;
            (listed(page.value.len(), page.next.is_some()), file)
        }
        Err(fault) => {
            let file = not_asked(Subject::File, "the listing comes first");
            (of_fault(Subject::Listing, fault, needs), file)
        }
    };
    (listing, changes(ports, api, drive, needs).await, file)
}

fn listed(count: usize, has_more: bool) -> Finding {
    let more = if has_more {
        " on its first page, and more after it"
    } else {
        ""
    };
    let entries = if count == 1 { "entry" } else { "entries" };
    well(
        Subject::Listing,
        &format!("the drive's root has {count} {entries}{more}"),
    )
}

/// Asks where a round of changes would begin, and forgets it: rounds go on from where the last run has stopped.
async fn changes<P: Ports>(ports: &P, api: &str, drive: &str, needs: Needs) -> Finding {
    let subject = Subject::Changes;
    let read = |body: &[u8]| graph::change_page(body, api);
    let request = graph::changes_from_now(api, drive);
    match ask::changes(ports, &request, &mut Budget::page(), read).await {
        Ok(_) => well(subject, "Microsoft tells what changes in the drive"),
        Err(fault) => of_fault(subject, fault, needs),
    }
}

async fn file<P: Ports>(ports: &P, connection: &Connection, drive: &str, items: &[Item], needs: Needs) -> Finding {
    let Some(item) = sample::chosen(items, &connection.policy) else {
        return not_asked(Subject::File, sample::NONE);
    };
    match sample::judged(ports, &connection.api_origin, drive, item).await {
        Ok(verification) => sample::finding(verification),
        Err(sample::Trouble::Fault(fault)) => of_fault(Subject::File, fault, needs),
        Err(sample::Trouble::Judged(failure)) => failed(Subject::File, sample::words(failure), None),
    }
}

/// Why something was not found out. What Microsoft says of its own in words is left out: it may name something.
fn of_fault(subject: Subject, fault: Fault, needs: Needs) -> Finding {
    let Fault::Answered(error) = &fault else {
        return match ask::call_error(fault, "") {
            CallError::Throttled(_) => found(subject, Standing::Warning, PATIENCE, Some(Remedy::Wait)),
            CallError::Withheld(text) => failed(subject, &text, Some(Remedy::Network)),
            CallError::Unavailable(text) => failed(subject, &text, Some(Remedy::Network)),
            CallError::Other(text) => failed(subject, &text, None),
            _ => failed(subject, "Microsoft answers in a way that is not known here", None),
        };
    };
    let of_drive = subject == Subject::Drive;
    match error.meaning() {
        // A token that was given a moment ago and is not accepted carries no rights.
        Meaning::SignIn if needs != Needs::Company => failed(subject, NO_TOKEN_TAKEN, Some(Remedy::Connect)),
        Meaning::SignIn | Meaning::Denied => {
            let message = format!(
                "Microsoft does not let this connection read it (status {}): {}",
                error.status,
                needs.least()
            );
            failed(subject, &message, Some(Remedy::Grant))
        }
        Meaning::Closed => failed(subject, wording::SITE_CLOSED, Some(Remedy::Grant)),
        Meaning::Moved => failed(subject, wording::SITE_MOVED, Some(Remedy::ChooseDrive)),
        Meaning::NotFound if of_drive => failed(subject, GONE, Some(Remedy::ChooseDrive)),
        Meaning::NotFound => failed(subject, "Microsoft says that it is not there (any more)", None),
        Meaning::Throttled => found(subject, Standing::Warning, PATIENCE, Some(Remedy::Wait)),
        Meaning::Transient => {
            let message = format!(
                "Microsoft has a fault of its own (status {}): look again later",
                error.status
            );
            failed(subject, &message, Some(Remedy::Wait))
        }
        _ => {
            let codes = error.codes.join(", ");
            failed(
                subject,
                &format!("Microsoft answers with status {} ({codes})", error.status),
                None,
            )
        }
    }
}

fn found(subject: Subject, standing: Standing, message: &str, remedy: Option<Remedy>) -> Finding {
    Finding {
        subject,
        standing,
        message: message.to_owned(),
        remedy,
    }
}

fn well(subject: Subject, message: &str) -> Finding {
    found(subject, Standing::Well, message, None)
}

fn not_asked(subject: Subject, message: &str) -> Finding {
    found(subject, Standing::NotAsked, message, None)
}

fn failed(subject: Subject, message: &str, remedy: Option<Remedy>) -> Finding {
    found(subject, Standing::Failed, message, remedy)
}

#[cfg(test)]
mod tests;
