//! What the work on files would come to, as far as it can be told before.

use super::{
    cursor::Cursor,
    judge::{self, Verdict},
    note::Note,
    settling::name,
};
use crate::{
    contract::{CallError, Connection, LineOutcome, ManagedFile, PlanPage, Planned, Policy},
    item::Item,
    ports::Ports,
};

/// Files a page of a plan.
const PLANNED: u32 = 200;

/// For some of the files that are due.
pub(super) async fn page<P: Ports>(
    ports: &P,
    connection: &Connection,
    cursor: &Cursor,
    next: Option<&str>,
) -> Result<PlanPage, CallError> {
    let known: Option<(u64, String)> = next.and_then(|text| serde_json::from_str(text).ok());
    let due = ports.due(&cursor.drive, known.as_ref(), PLANNED).await?;
    let last = due.last().map(|file| (file.waiting.unwrap_or(0), file.file.id.clone()));
    let next = last.and_then(|last| serde_json::to_string(&last).ok());
    let may_go = judge::may_turn_gone(cursor.gone, cursor.managed);
    let planned = due
        .iter()
        .map(|file| expected(file, &connection.policy, may_go))
        .collect();
    Ok(PlanPage { planned, next })
}

fn expected(file: &ManagedFile, policy: &Policy, may_go: bool) -> Planned {
    let note = Note::of(file);
    let outcome = match &note.item {
        _ if file.held => LineOutcome::Held,
        _ if file.suspected && may_go => LineOutcome::SourceGone,
        _ if file.suspected => LineOutcome::Held,
        None => LineOutcome::Updated,
        Some(_) if note.is_outgrown(policy) => LineOutcome::TooLarge,
        Some(item) => match judge::verdict(file, item, policy) {
            Verdict::Keep { back: true } => LineOutcome::SourceBack,
            Verdict::Keep { back: false } => LineOutcome::Unchanged,
            Verdict::Stop(outcome) => outcome,
            Verdict::Fetch | Verdict::Ask => LineOutcome::Updated,
        },
    };
    let item = note.item.as_ref();
    Planned {
        file: file.file.id.clone(),
        revision: file.file.revision,
        outcome,
        name: item.map_or_else(|| name(file), |item| item.name.clone()),
        size: item.and_then(Item::size),
        version: item.and_then(Item::version).map(str::to_owned),
        shown_in: file.shown_in,
    }
}
