//! What "Add from OneDrive" shows: the entries of the chosen drive, each with a verdict.

use std::collections::BTreeMap;

use crate::{
    ask,
    contract::{CallError, Entry, EntryKind, EntryPage, ItemRef, LibraryFile, Policy, Role, Subfolders, Verdict},
    graph,
    item::Item,
    library::already_there,
    ports::Ports,
    retry::Budget,
    rules::enter,
    wording,
};

const WAY_OUT: &str = "Microsoft does not let this connection read the drive: an administrator of Microsoft 365 can \
    grant the application Files.Read.All, or choose another drive";

/// A page of the root, or of a folder where the policy allows to open one (rule 31).
///
/// # Errors
/// When there is no such page, or it can't be read.
pub async fn browse<P: Ports>(
    ports: &P,
    role: Role,
    folder: Option<&str>,
    next: Option<&str>,
) -> Result<EntryPage, CallError> {
    if role != Role::Administrator {
        return Err(CallError::Forbidden);
    }
    let connection = ports.connection();
    let drive = connection.drive.as_deref().ok_or(CallError::NoDrive)?;
    if folder.is_some() && connection.policy.subfolders != Subfolders::Browse {
        return Err(CallError::Other(
            "folders can't be opened here: the host's policy leaves them out".to_owned(),
        ));
    }
    let api = connection.api_origin.as_str();
    let request = match next {
        Some(next) if graph::same_origin(next, api) => graph::children_page(next),
        Some(_) => return Err(CallError::NotFound),
        None if graph::is_id(drive) && folder.is_none_or(graph::is_id) => graph::children(api, drive, folder),
        None => return Err(CallError::NotFound),
    };
    let read = |body: &[u8]| graph::items(body, api);
    let page = ask::json(ports, &request, &mut Budget::page(), read).await;
    let page = page.map_err(|fault| ask::call_error(fault, WAY_OUT))?;

    let named: Vec<(ItemRef, Item)> = page
        .value
        .into_iter()
        .map(|item| (reference(drive, &item), item))
        .collect();
    let references: Vec<ItemRef> = named.iter().map(|(reference, _)| reference.clone()).collect();
    let known = already_there(ports, &references).await?;
    Ok(EntryPage {
        entries: named
            .into_iter()
            .map(|(reference, item)| entry(reference, item, &connection.policy, &known))
            .collect(),
        next: page.next,
    })
}

fn reference(drive: &str, item: &Item) -> ItemRef {
    ItemRef {
        drive: drive.to_owned(),
        item: item.id.clone(),
    }
}

/// Rule 34: every row says that it can be selected, or why not.
fn entry(reference: ItemRef, item: Item, policy: &Policy, known: &BTreeMap<ItemRef, LibraryFile>) -> Entry {
    let (verdict, reason) = match (known.get(&reference), enter::may_enter(&item, policy)) {
        (Some(file), _) => (
            Verdict::AlreadyImported(file.id.clone()),
            wording::already_imported(&file.id, &item.name),
        ),
        (None, Ok(())) => (Verdict::Importable, String::new()),
        (None, Err(refusal)) => {
            let reason = wording::refusal(&refusal, &item.name);
            (Verdict::Refused(refusal), reason)
        }
    };
    Entry {
        item: reference,
        kind: item.kind(),
        // The size of a folder is that of everything below it, which nobody can import.
        size: item.size().filter(|_| item.kind() == EntryKind::File),
        modified: item.modified().map(str::to_owned),
        name: item.name,
        verdict,
        reason,
    }
}

#[cfg(test)]
mod tests;
