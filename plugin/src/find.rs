//! What people write for an item that they want: its id, its name or path, or an address of it. What is in the drive
//! decides: two finds are told with their ids, and for nothing there is what could have been meant.

use crate::{
    ask, ask_many,
    association::{self, Finding, Found},
    contract::{CallError, Candidate, Connection, ItemRef, Resolution, Resolved, Role},
    graph::{self, Meaning},
    item::Item,
    paths::{self, Reference},
    ports::Ports,
    wording::title,
};

/// Texts of a call.
const TEXTS: usize = 1_000;

const WAY_OUT: &str = "Microsoft does not let this connection read the drive: an administrator of Microsoft 365 can \
    grant the application Files.Read.All, or choose another drive";

/// What is known by an id.
enum ById {
    Item(Candidate),
    Nothing,
    Failed(String),
}

/// What a text leads to: [`Resolution`], with what more there is to say.
enum Lead {
    Item(Candidate),
    Several(Vec<Candidate>),
    /// The nearest paths, and more words for why, if there are any.
    Nothing(Vec<String>, &'static str),
    /// What in this drive is near.
    OtherDrive(Vec<String>),
    Denied,
    Failed(String),
}

/// Finds the items that these texts lead to, in their order.
///
/// # Errors
/// When Microsoft does not answer, or there are too many texts.
pub async fn resolve_items<P: Ports>(ports: &P, role: Role, texts: &[String]) -> Result<Vec<Resolved>, CallError> {
    // Rule 2: before anything else.
    if role != Role::Administrator {
        return Err(CallError::Forbidden);
    }
    let connection = ports.connection();
    let drive = connection.drive.clone().ok_or(CallError::NoDrive)?;
    if texts.len() > TEXTS {
        return Err(CallError::Other(format!("more than {TEXTS} texts in one call")));
    }
    let by_id = by_id(ports, &connection, &drive, texts).await?;
    let references = references(ports, &connection, &drive, texts, &by_id).await?;
    let open: Vec<&Reference> = references.iter().flatten().collect();
    let alone = vec![None; open.len()];
    let mut findings = association::find(ports, &connection, &drive, &open, &alone)
        .await?
        .into_iter();
    let mut all = Vec::with_capacity(texts.len());
    for ((text, by_id), reference) in texts.iter().zip(by_id).zip(&references) {
        let finding = reference.as_ref().and_then(|_| findings.next());
        let lead = match reference {
            None if matches!(by_id, ById::Nothing) && has_drive(text, "b!") && !has_drive(text, &drive) => {
                Lead::OtherDrive(Vec::new())
            }
            _ => judged(&drive, by_id, finding),
        };
        let shown = reference
            .as_ref()
            .map_or_else(|| text.clone(), |reference| paths::shown(text, reference));
        all.push(told(lead, shown));
    }
    Ok(all)
}

/// Whether a text is an item's id with that of a drive before it. Those of drives begin with `b!`, and no name has an
/// exclamation mark there and a slash behind it by chance.
fn has_drive(text: &str, start: &str) -> bool {
    let text = text.trim();
    text.starts_with(start) && text.contains('/')
}

/// What of a text could be an item's id: all of it, or what follows the drive's own.
fn id<'t>(text: &'t str, drive: &str) -> Option<&'t str> {
    let text = text.trim();
    let of_drive = text.strip_prefix(drive).and_then(|rest| rest.strip_prefix('/'));
    let id = of_drive.unwrap_or(text);
    let can_be = id
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"!-_.".contains(&byte));
    (can_be && graph::is_id(id)).then_some(id)
}

async fn by_id<P: Ports>(
    ports: &P,
    connection: &Connection,
    drive: &str,
    texts: &[String],
) -> Result<Vec<ById>, CallError> {
    let ids: Vec<Option<&str>> = texts.iter().map(|text| id(text, drive)).collect();
    let questions: Vec<String> = ids.iter().flatten().map(|id| graph::place_of(drive, id)).collect();
    let answers = ask_many::items(ports, connection, &questions).await;
    let mut answers = answers.map_err(|fault| ask::call_error(fault, WAY_OUT))?.into_iter();
    let known = |id: &str, answer: ask_many::Answer<Item>| match answer {
        Some(Ok(place)) if place.drive().is_some_and(|of| of != drive) || place.deleted() => ById::Nothing,
        Some(Ok(place)) => ById::Item(candidate(drive, &Found::Asked(place.into()))),
        // It is there: why it can't be read is told when it is to be imported.
        Some(Err(error)) if error.meaning() == Meaning::Denied => ById::Item(Candidate {
            item: ItemRef {
                drive: drive.to_owned(),
                item: id.to_owned(),
            },
            path: id.to_owned(),
        }),
        // What can't be an id is answered with 400.
        Some(Err(error)) if error.meaning() == Meaning::NotFound || error.status == 400 => ById::Nothing,
        Some(Err(error)) => ById::Failed(format!(
            "Microsoft answered with status {}: try again later",
            error.status
        )),
        None => ById::Failed("Microsoft's answer could not be read: try again".to_owned()),
    };
    Ok(ids
        .into_iter()
        .map(|id| id.map_or(ById::Nothing, |id| known(id, answers.next().flatten())))
        .collect())
}

/// What the texts mean as paths and addresses. An id without a dot is no name of a file that could be imported, so that
/// it is looked for no further.
async fn references<P: Ports>(
    ports: &P,
    connection: &Connection,
    drive: &str,
    texts: &[String],
    by_id: &[ById],
) -> Result<Vec<Option<Reference>>, CallError> {
    let is_open = |text: &str, by_id: &ById| match by_id {
        ById::Item(_) => text.contains('.') && !has_drive(text, drive),
        ById::Nothing => !has_drive(text, "b!") && !has_drive(text, drive),
        ById::Failed(_) => false,
    };
    let open: Vec<bool> = texts
        .iter()
        .zip(by_id)
        .map(|(text, by_id)| is_open(text, by_id))
        .collect();
    if !open.contains(&true) {
        return Ok(vec![None; texts.len()]);
    }
    let address = association::address(ports, connection, drive).await?;
    let read = |(text, open): (&String, bool)| open.then(|| paths::read(text, &address)).flatten();
    Ok(texts.iter().zip(open).map(read).collect())
}

fn candidate(drive: &str, item: &Found) -> Candidate {
    Candidate {
        item: ItemRef {
            drive: drive.to_owned(),
            item: item.id().to_owned(),
        },
        path: item.path(),
    }
}

fn judged(drive: &str, by_id: ById, finding: Option<Finding>) -> Lead {
    let mut candidates = Vec::new();
    match by_id {
        ById::Item(item) => candidates.push(item),
        ById::Nothing => {}
        // The other reading might be the one that is meant.
        ById::Failed(why) => return Lead::Failed(why),
    }
    let found = match finding {
        Some(Finding::Item(item)) => vec![item],
        Some(Finding::Several(items)) => items,
        Some(Finding::Denied) => return Lead::Denied,
        Some(Finding::Failed(why)) => return Lead::Failed(why),
        Some(Finding::OtherDrive(near)) if candidates.is_empty() => return Lead::OtherDrive(near),
        Some(Finding::Nothing(near, why)) if candidates.is_empty() => return Lead::Nothing(near, why),
        Some(Finding::Forbidden(why)) if candidates.is_empty() => {
            return Lead::Failed(format!("the path {why}"));
        }
        // The last of these needs a cell of a sheet.
        Some(Finding::OtherDrive(_) | Finding::Nothing(..) | Finding::Forbidden(_) | Finding::Either(_)) | None => {
            Vec::new()
        }
    };
    for item in found.iter().filter(|item| !item.id().is_empty()) {
        let candidate = candidate(drive, item);
        if candidates.iter().all(|known| known.item != candidate.item) {
            candidates.push(candidate);
        }
    }
    match candidates.as_slice() {
        [] => Lead::Nothing(Vec::new(), ""),
        [one] => Lead::Item(one.clone()),
        _ => Lead::Several(candidates),
    }
}

fn told(lead: Lead, shown: String) -> Resolved {
    let text = title(&shown);
    let message = match &lead {
        Lead::Item(_) => String::new(),
        Lead::Several(candidates) => {
            let each = |one: &Candidate| format!("{} ({})", one.item.item, one.path);
            let each: Vec<String> = candidates.iter().map(each).collect();
            format!(
                "{text} could mean several items: give the id of one of them: {}",
                each.join(", ")
            )
        }
        Lead::Nothing(_, why) if !why.is_empty() => format!("{text} {why}"),
        Lead::Nothing(near, _) if near.is_empty() && shown.ends_with("/…") => {
            format!(
                "the link to {text} leads to nothing that this connection can see: make a new one, or give the path"
            )
        }
        Lead::Nothing(near, _) if near.is_empty() => {
            format!("nothing in the drive has the id, name or path {text}: compare it with the list of the drive")
        }
        Lead::Nothing(near, _) => {
            format!(
                "nothing in the drive has the id, name or path {text}: did you mean {}?",
                either(near)
            )
        }
        Lead::OtherDrive(near) => {
            let near = match near.as_slice() {
                [] => String::new(),
                near => format!(": did you mean {}?", either(near)),
            };
            format!("{text} is in another drive than the one chosen for this connection{near}")
        }
        Lead::Denied => format!("Microsoft does not let this connection read {text}: ask its owner"),
        Lead::Failed(why) => format!("{text} could not be looked at: {why}"),
    };
    let resolution = match lead {
        Lead::Item(item) => Resolution::Item(item),
        Lead::Several(items) => Resolution::Several(items),
        Lead::Nothing(near, _) => Resolution::Nothing(near),
        Lead::OtherDrive(_) => Resolution::OtherDrive,
        Lead::Denied => Resolution::Denied,
        Lead::Failed(why) => Resolution::Failed(why),
    };
    Resolved {
        resolution,
        shown,
        message,
    }
}

fn either(paths: &[String]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| title(path)).collect();
    paths.join(" or ")
}
