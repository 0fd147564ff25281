//! Looking at items one by one, many in a request: at those of all managed files, where paging costs more or tells too
//! little; of the suspected ones; and of those that no listing has told of.

use super::{
    cursor::{Cursor, Phase, call_error},
    marks::{change, item_of, marked},
    note::Note,
};
use crate::{
    ask_many::{self, Answer},
    contract::{CallError, Connection, LinkState, ManagedFile},
    delta_link,
    graph::{self, Meaning},
    item::Item,
    ports::Ports,
};

/// Files a step.
const LOOKS: u32 = 200;

/// What a look at an item found.
#[derive(Debug)]
pub(super) enum Look {
    Item(Box<Item>),
    /// Nothing has that id.
    Gone,
    /// It can't be told.
    Unclear,
}

/// Looks at items of a drive, in the order asked.
///
/// # Errors
/// When Microsoft asks for patience, does not accept the credentials, or does not answer.
pub(super) async fn at<P: Ports>(
    ports: &P,
    connection: &Connection,
    drive: &str,
    items: &[&str],
) -> Result<Vec<Look>, CallError> {
    let ids = items.iter().filter(|item| graph::is_id(item));
    let questions: Vec<String> = ids.map(|item| graph::by_id(drive, item)).collect();
    let answers = ask_many::items(ports, connection, &questions).await;
    let mut looks = answers.map_err(call_error)?.into_iter().map(look);
    let look_at = |item: &&str| match graph::is_id(item) {
        true => looks.next().unwrap_or(Look::Unclear),
        false => Look::Unclear,
    };
    Ok(items.iter().map(look_at).collect())
}

fn look(answer: Answer<Item>) -> Look {
    match answer {
        Some(Ok(item)) => Look::Item(Box::new(item)),
        Some(Err(error)) if error.meaning() == Meaning::NotFound => Look::Gone,
        _ => Look::Unclear,
    }
}

/// Looks at some of all managed files.
pub(super) async fn at_all<P: Ports>(
    ports: &P,
    connection: &Connection,
    cursor: &mut Cursor,
    after: Option<&str>,
    next_round: String,
) -> Result<(), CallError> {
    let files = ports.managed_after(&cursor.drive, after, false, LOOKS).await?;
    let Some(last) = files.last().map(|file| file.file.id.clone()) else {
        let stored = delta_link::store(ports, &cursor.drive, &next_round).await;
        stored?;
        cursor.phase = Phase::Work { known: None };
        return Ok(());
    };
    look_at(ports, connection, cursor, files).await?;
    cursor.phase = Phase::Looks {
        after: Some(last),
        next_round,
    };
    Ok(())
}

/// Looks at some of the suspected files: nothing is called gone on the word of a listing alone.
pub(super) async fn at_suspected<P: Ports>(
    ports: &P,
    connection: &Connection,
    cursor: &mut Cursor,
    after: Option<&str>,
) -> Result<(), CallError> {
    let files = ports.managed_after(&cursor.drive, after, true, LOOKS).await?;
    let Some(last) = files.last().map(|file| file.file.id.clone()) else {
        cursor.phase = Phase::Ask { known: None };
        return Ok(());
    };
    look_at(ports, connection, cursor, files).await?;
    cursor.phase = Phase::Confirm { after: Some(last) };
    Ok(())
}

/// Looks at files that are due though no listing has told of their items: people have released or tied them, or have come
/// back to their drive, or they failed before. So an item that is not there is gone, and no failure; the guard counts it;
/// and a plan knows what the work will find.
pub(super) async fn at_unseen<P: Ports>(
    ports: &P,
    connection: &Connection,
    cursor: &mut Cursor,
    known: Option<(u64, String)>,
) -> Result<(), CallError> {
    let due = ports.due(&cursor.drive, known.as_ref(), LOOKS).await?;
    let Some(last) = due.last() else {
        cursor.phase = Phase::Work { known: None };
        return Ok(());
    };
    let last = (last.waiting.unwrap_or(0), last.file.id.clone());
    let unseen = |file: &ManagedFile| !file.held && !file.suspected && Note::of(file).item.is_none();
    let files: Vec<ManagedFile> = due.into_iter().filter(unseen).collect();
    let items: Vec<&str> = files.iter().map(|file| item_of(file).unwrap_or_default()).collect();
    let looks = match at(ports, connection, &cursor.drive, &items).await {
        // The work on each of them asks for patience, and tells.
        Err(CallError::Throttled(_)) if cursor.paused => {
            cursor.phase = Phase::Work { known: None };
            return Ok(());
        }
        looks => looks?,
    };
    let mut changes = Vec::new();
    for (file, look) in files.iter().zip(looks) {
        match look {
            Look::Item(item) => changes.push(marked(file, true, false, Note::of(file).found(*item).text())),
            Look::Gone => {
                cursor.gone = cursor
                    .gone
                    .saturating_add(u64::from(file.state != LinkState::SourceGone));
                changes.push(marked(file, true, true, Note::of(file).anew().text()));
            }
            Look::Unclear => {}
        }
    }
    if !changes.is_empty() {
        ports.set(changes).await?;
    }
    cursor.phase = Phase::Ask { known: Some(last) };
    Ok(())
}

async fn look_at<P: Ports>(
    ports: &P,
    connection: &Connection,
    cursor: &mut Cursor,
    files: Vec<ManagedFile>,
) -> Result<(), CallError> {
    let items: Vec<&str> = files.iter().map(|file| item_of(file).unwrap_or_default()).collect();
    let looks = at(ports, connection, &cursor.drive, &items).await?;
    let mut changes = Vec::new();
    let mut gone = 0;
    for (file, look) in files.iter().zip(looks) {
        match look {
            Look::Item(item) => changes.extend(change(file, &item, &connection.policy)),
            Look::Gone if file.state == LinkState::SourceGone => {}
            Look::Gone => {
                gone += 1;
                changes.push(marked(file, file.waiting.is_some(), true, Note::of(file).anew().text()));
            }
            // The work on it will ask for the item itself, and tell.
            Look::Unclear => changes.push(marked(file, true, false, Note::of(file).anew().text())),
        }
    }
    if !changes.is_empty() {
        ports.set(changes).await?;
    }
    cursor.gone = cursor.gone.saturating_add(gone);
    Ok(())
}
