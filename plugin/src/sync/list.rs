//! Listing: what Microsoft tells becomes durable marks on links.

use std::collections::BTreeMap;

use super::{
    astray,
    cursor::{Cursor, Phase, call_error},
    judge,
    look::{self, Look},
    marks::{change, item_of, marked},
    note::Note,
    restart::{look_at_all, restart},
};
use crate::{
    ask,
    contract::{CallError, Change, Connection, EntryKind, ItemRef, ManagedFile},
    delta_link, graph,
    item::Item,
    paths,
    ports::{Level, Ports},
    retry::Budget,
};

/// The items that the library can be asked about at once.
const BULK: usize = 1000;

/// Reads one page of changes.
pub(super) async fn page<P: Ports>(
    ports: &P,
    connection: &Connection,
    cursor: &mut Cursor,
    link: &str,
    full: bool,
) -> Result<(), CallError> {
    let api = connection.api_origin.as_str();
    if !graph::same_origin(link, api) {
        // The connection has moved to another cloud.
        return restart(ports, connection, cursor).await;
    }
    let read = |body: &[u8]| graph::change_page(body, api);
    let page = match ask::changes(ports, &graph::list(link), &mut Budget::file(), read).await {
        Ok(page) => page,
        Err(fault) => return astray::without(ports, connection, cursor, link, full, fault).await,
    };
    cursor.units = cursor.units.saturating_add(if full { 2 } else { 1 });
    cursor.told |= !page.value.is_empty();
    doubt(ports, cursor, page.odd).await?;
    mark(ports, connection, &cursor.drive, page.value).await?;
    match (page.next, page.delta) {
        (Some(next), _) if next == link => Err(CallError::Other(
            "Microsoft names a page of changes as its own follower".to_owned(),
        )),
        (Some(_), _) if judge::looks_are_cheaper(cursor.units, cursor.managed) => {
            let next_round = delta_link::from_now(ports, api, &cursor.drive).await;
            look_at_all(cursor, next_round.map_err(call_error)?);
            Ok(())
        }
        (Some(link), _) => {
            cursor.phase = Phase::Pages { link, full };
            Ok(())
        }
        (None, Some(next_round)) => ended(ports, cursor, next_round, full).await,
        (None, None) => Err(CallError::Other("a round of changes ended without an end".to_owned())),
    }
}

/// A round has come to its end: everything that it told is marked durably by now.
async fn ended<P: Ports>(ports: &P, cursor: &mut Cursor, next_round: String, full: bool) -> Result<(), CallError> {
    // A listing of a whole drive names its root, if nothing else. One that names nothing is none.
    let is_sound = graph::is_beginning(&next_round, &cursor.drive) && (cursor.told || !full);
    if !is_sound {
        ports.log(
            Level::Warn,
            "Microsoft's link for the next round would tell nothing, so the next run lists the drive as a whole",
        );
    }
    let next_round = if is_sound { next_round } else { String::new() };
    if cursor.unsure {
        look_at_all(cursor, next_round);
        return Ok(());
    }
    let stored = delta_link::store(ports, &cursor.drive, &next_round).await;
    stored?;
    cursor.phase = Phase::Confirm { after: None };
    Ok(())
}

/// Entries that can't be read tell nothing but that something may have changed: the files that follow them wait for the
/// work on them, which asks for each by its id. Nobody knows whom an entry without an id is about, so that each file is
/// looked at then.
async fn doubt<P: Ports>(ports: &P, cursor: &mut Cursor, odd: Vec<Option<String>>) -> Result<(), CallError> {
    if odd.is_empty() {
        return Ok(());
    }
    ports.log(
        Level::Warn,
        &format!("{} entries of a page of changes can't be read", odd.len()),
    );
    let ids = odd.into_iter().filter_map(|id| {
        let id = id.filter(|id| graph::is_id(id));
        cursor.unsure |= id.is_none();
        id
    });
    let drive = cursor.drive.clone();
    let references: Vec<ItemRef> = ids
        .map(|item| ItemRef {
            drive: drive.clone(),
            item,
        })
        .collect();
    for some in references.chunks(BULK) {
        let files = ports.managed_by_source(some).await?;
        let wait = |file: &ManagedFile| marked(file, true, false, Note::of(file).anew().text());
        let changes: Vec<Change> = files.iter().flatten().map(wait).collect();
        if !changes.is_empty() {
            ports.set(changes).await?;
        }
    }
    Ok(())
}

/// Marks the links of the items on a page. Of an item that is there twice, the later entry counts.
async fn mark<P: Ports>(ports: &P, connection: &Connection, drive: &str, items: Vec<Item>) -> Result<(), CallError> {
    let items: BTreeMap<String, Item> = items
        .into_iter()
        .filter(|item| graph::is_id(&item.id))
        .map(|item| (item.id.clone(), item))
        .collect();
    let references: Vec<ItemRef> = items
        .keys()
        .map(|item| ItemRef {
            drive: drive.to_owned(),
            item: item.clone(),
        })
        .collect();
    let mut changes = BTreeMap::new();
    for some in references.chunks(BULK) {
        let files = ports.managed_by_source(some).await?;
        for (reference, files) in some.iter().zip(files) {
            let Some(item) = items.get(&reference.item) else {
                continue;
            };
            let some = files.iter().filter_map(|file| change(file, item, &connection.policy));
            changes.extend(some.map(|change| (change.file.clone(), change)));
        }
    }
    displaced(ports, connection, drive, &items, &mut changes).await?;
    if changes.is_empty() {
        return Ok(());
    }
    Ok(ports.set(changes.into_values().collect()).await?)
}

/// S3: a file that people have tied to a path stays with its item, wherever that goes. If another item is at the path
/// now, the file is looked at, and its line says so.
async fn displaced<P: Ports>(
    ports: &P,
    connection: &Connection,
    drive: &str,
    items: &BTreeMap<String, Item>,
    changes: &mut BTreeMap<String, Change>,
) -> Result<(), CallError> {
    let files = items
        .values()
        .filter(|item| !item.deleted() && item.kind() == EntryKind::File);
    let at: BTreeMap<String, &Item> = files
        .filter_map(|item| Some((paths::place(item.parent()?, &item.name), item)))
        .collect();
    let places: Vec<String> = at.keys().cloned().collect();
    let mut unseen = Vec::new();
    for some in places.chunks(BULK) {
        let tied = ports.managed_by_place(drive, some.to_vec()).await;
        for mut file in tied? {
            let other = file.place.as_ref().and_then(|place| at.get(place));
            let Some(other) = other.filter(|other| item_of(&file) != Some(other.id.as_str())) else {
                continue;
            };
            let with = |note: Note| note.beside(other).text();
            match changes.get_mut(&file.file.id) {
                Some(change) if change.waiting || change.suspected => {
                    change.note = with(Note::read(change.note.as_deref()));
                }
                _ => {
                    file.note = with(Note::of(&file));
                    unseen.push(file);
                }
            }
        }
    }
    let ids: Vec<&str> = unseen.iter().map(|file| item_of(file).unwrap_or_default()).collect();
    let looks = look::at(ports, connection, drive, &ids).await?;
    for (file, look) in unseen.iter().zip(looks) {
        let was_waiting = file.waiting.is_some();
        let change = match look {
            Look::Item(item) => marked(file, true, false, Note::of(file).seen(*item).text()),
            Look::Gone => marked(file, was_waiting, true, file.note.clone()),
            Look::Unclear => marked(file, true, false, file.note.clone()),
        };
        changes.insert(change.file.clone(), change);
    }
    Ok(())
}
