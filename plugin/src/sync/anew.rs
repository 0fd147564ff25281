//! Programs that save by deleting and creating, or by renaming over, leave an item with a new id. Nobody follows that one
//! unasked: it may be anything. But the line of a file whose item is gone names it, so that a person can.

use std::collections::BTreeMap;

use crate::{
    ask_many, association,
    contract::{Connection, EntryKind, LineOutcome, Link, ManagedFile, Settlement},
    graph,
    item::Item,
    paths::{self, DriveAddress, Reference},
    ports::Ports,
    reason::Reason,
    wording::ledger,
};

/// Puts into the lines of files whose items are gone what is at their name and place now. It takes one request for twenty
/// of them, and one for the drive's address; what can't be found out leaves a line as it is.
pub(super) async fn name<P: Ports>(
    ports: &P,
    connection: &Connection,
    drive: &str,
    due: &[ManagedFile],
    settlements: &mut [Settlement],
) {
    let is_open = |settlement: &Settlement| {
        settlement.line.outcome == LineOutcome::SourceGone && settlement.line.reason.is_empty()
    };
    let open: Vec<&mut Settlement> = settlements.iter_mut().filter(|one| is_open(one)).collect();
    if open.is_empty() {
        return;
    }
    let links: BTreeMap<&str, &Link> = due
        .iter()
        .filter_map(|file| Some((file.file.id.as_str(), file.file.link.as_ref()?)))
        .collect();
    let address = association::address(ports, connection, drive).await.ok();
    let placed: Vec<(&mut Settlement, &Link, String)> = open
        .into_iter()
        .filter_map(|settlement| {
            let link = *links.get(settlement.file.as_str())?;
            let path = path(link, address.as_ref())?;
            Some((settlement, link, path))
        })
        .collect();
    let questions: Vec<String> = placed.iter().map(|(.., path)| graph::at_path(drive, path)).collect();
    let Ok(answers) = ask_many::items(ports, connection, &questions).await else {
        return;
    };
    for ((settlement, link, path), answer) in placed.into_iter().zip(answers) {
        if let Some(Ok(found)) = answer
            && is_another(&found, link)
        {
            Reason::SavedAnew.word().clone_into(&mut settlement.line.reason);
            settlement.line.message = ledger::saved_anew(&link.name, &found.id, &path);
        }
    }
}

/// Where an item was: as its address says, or, of an Office file, whose address is that of a page, at the root, where most
/// of what is imported lies. The line tells the path, so that nobody is misled; one that can't be is not asked for, and would
/// be longer than a line may be.
fn path(link: &Link, address: Option<&DriveAddress>) -> Option<String> {
    let told = address.zip(link.web_url.as_deref());
    let path = match told.and_then(|(address, url)| paths::read(url, address)) {
        Some(Reference::InDrive { readings, .. }) => {
            let folder = readings.first()?.rsplit_once('/').map(|(folder, _)| folder);
            Some(folder.map_or_else(|| link.name.clone(), |folder| format!("{folder}/{}", link.name)))
        }
        _ => (!link.name.is_empty()).then(|| link.name.clone()),
    };
    path.filter(|path| association::can_be(path))
}

/// Whether this is a file of the same name, and not the item itself.
fn is_another(found: &Item, link: &Link) -> bool {
    let is_file = found.kind() == EntryKind::File && !found.deleted() && graph::is_id(&found.id);
    is_file && found.id != link.source.item && paths::key(&found.name) == paths::key(&link.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{ItemRef, Verification};

    #[test]
    fn a_path_that_can_not_be_is_neither_asked_for_nor_told() {
        let library = "https://contoso.sharepoint.com/sites/Team/Shared%20Documents";
        let address = DriveAddress::new(Some(library), "Documents");
        let path_of = |folder: &str| {
            let link = Link {
                source: ItemRef {
                    drive: "D".to_owned(),
                    item: "I".to_owned(),
                },
                version: None,
                hash: String::new(),
                size: 1,
                verification: Verification::Verified,
                name: "a.pdf".to_owned(),
                web_url: Some(format!("{library}/{folder}/a.pdf")),
            };
            path(&link, Some(&address))
        };
        assert_eq!(path_of("A").as_deref(), Some("A/a.pdf"));
        assert_eq!(path_of(&"x".repeat(5_000)), None);
    }
}
