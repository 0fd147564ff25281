//! Items and the children of folders.

use axum::http::{StatusCode, header};

use super::{Answer, Call, query::Options};
use crate::{
    drive::ItemKind,
    item_json::item_json,
    reply::{self, GraphError},
    ticket,
    world::{State, World},
};

/// The `Prefer` value without which shortcuts are not listed.
pub(super) const WITH_SHORTCUTS: &str = "Include-Feature=AddToOneDrive";

pub(super) fn item(world: &World, call: &Call) -> Answer {
    let options = Options::new(world, call)?;
    let mut state = world.state();
    let State {
        clock, company, faults, ..
    } = &mut *state;
    let (drive, item) = call.address.item(company)?;
    let faults = faults.take_metadata(&drive.path(item));
    let now = clock.now();
    let json = item_json(
        drive,
        item,
        &faults,
        |field| options.wants(field),
        || ticket::url(world, drive, item, now),
    );
    let mut answer = options.object(call, json);
    reply::set(&mut answer, header::ETAG, &item.etag());
    Ok(answer)
}

/// A page of a folder, in the order of names.
pub(super) fn children(world: &World, call: &Call) -> Answer {
    let options = Options::new(world, call)?;
    let with_shortcuts = call.prefers(WITH_SHORTCUTS);
    let mut state = world.state();
    let State {
        clock, company, faults, ..
    } = &mut *state;
    let (drive, folder) = call.address.item(company)?;
    if matches!(folder.kind, ItemKind::File { .. }) {
        return Err(GraphError::new(
            StatusCode::BAD_REQUEST,
            "invalidRequest",
            "The item is not a folder.",
        ));
    }

    let now = clock.now();
    let entries = drive
        .children(folder, options.after.as_deref())
        .filter(|(_, item)| with_shortcuts || !matches!(item.kind, ItemKind::Shortcut { .. }))
        .map(|(key, item)| (key.to_owned(), item));
    Ok(options.page(call, entries, |item| {
        let faults = faults.take_metadata(&drive.path(item));
        let url = || ticket::url(world, drive, item, now);
        item_json(drive, item, &faults, |field| options.wants(field), url)
    }))
}
