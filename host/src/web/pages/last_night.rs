//! How the last sync of each connection went, and whether one runs now: the one does not colour the other.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::{
    Result,
    service::{
        Health, NEEDS_A_PERSON, OperationFilter, OperationKind, OperationState, Part, Session,
        api::{Operation, Run},
    },
    store::words::{RunKind, RunState},
    web::words,
};

/// Operations under way that are looked through for the run of a connection.
const UNDER_WAY: u32 = 100;

/// A paragraph for each connection.
pub(super) async fn told(session: &Session<'_>, all: &[Health]) -> Result<Markup> {
    let running = OperationFilter {
        state: Some(OperationState::Running),
        ..OperationFilter::default()
    };
    let running = session
        .operations_page(&running, &Part::new(UNDER_WAY, None)?)
        .await?
        .rows;
    let names = names(session, all.len()).await;
    let mut told = Vec::with_capacity(all.len());
    for health in all {
        let counts = match &health.last {
            Some(last) => session.run_row(last.id).await?.counts,
            None => BTreeMap::new(),
        };
        let runs_now = running.iter().find(|one| is_of(one, health));
        told.push(html! {
            p {
                @if let Some(name) = names.get(&health.connection) { b { (words::name(name)) } ": " }
                (last(health, &counts)) (now(health, runs_now))
            }
        });
    }
    Ok(html! { @for one in &told { (one) } })
}

/// How connections are called; of a single one there is no need to say which.
async fn names(session: &Session<'_>, count: usize) -> BTreeMap<String, String> {
    if count < 2 {
        return BTreeMap::new();
    }
    // Without a plugin they are told all the same.
    let rows = session.connections().await.unwrap_or_default();
    let name = |owner: Option<&str>| match owner {
        Some(owner) => format!("The sign-in of {owner}"),
        None => "The company's connection".to_owned(),
    };
    let named = rows.iter().map(|row| &row.connection);
    named.map(|one| (one.id.clone(), name(one.owner.as_deref()))).collect()
}

fn is_of(operation: &Operation, health: &Health) -> bool {
    let is_sync = matches!(operation.kind, OperationKind::Sync | OperationKind::Plan);
    is_sync && operation.connection.as_deref() == Some(health.connection.as_str())
}

/// Whether that run is the one of last night: the latest that was due has been made, and it is not the one under way.
fn is_of_last_night(run: &Run, health: &Health) -> bool {
    let is_by_the_clock = |run: &Run| run.kind == RunKind::Scheduled;
    let is_under_way = health.unfinished.as_ref().is_some_and(is_by_the_clock);
    is_by_the_clock(run) && health.last_night == Some(true) && !is_under_way
}

fn last(health: &Health, counts: &BTreeMap<String, u64>) -> Markup {
    html! {
        @if health.last_night == Some(false) {
            (words::state(words::Tone::Bad, "Last night's sync did not run")) ". It is caught up as soon as this host can. "
        }
        @match &health.last {
            None if health.unfinished.is_some() => {},
            None => {
                "No sync has run yet. "
                @if let Some(next) = &health.next { "The first one: " (words::moment(next)) ". " }
            },
            Some(run) => {
                @let (tone, state) = words::run(run.state);
                (which(run, health)) " " (words::moment(&run.started_at)) ": " (words::state(tone, state)) " – " (sums(run.inputs, counts)) " "
                a href={ "/sync/" (run.id) } { "Look at it" } ". "
            }
        }
    }
}

fn which(run: &Run, health: &Health) -> Markup {
    html! {
        @match (run.kind == RunKind::Scheduled, is_of_last_night(run, health), run.late) {
            (true, true, false) => { "Last night's sync ran at" },
            (true, true, true) => { "Last night's sync ran late, at" },
            (true, false, _) => { "The last daily sync ran at" },
            (false, ..) => { "The last sync was begun by " (words::name(&run.started_by)) " at" },
        }
    }
}

/// `412 files: 9 updated, 401 up to date, 2 need you.`
fn sums(files: u64, counts: &BTreeMap<String, u64>) -> String {
    let of = |outcomes: &[&str]| -> u64 { outcomes.iter().filter_map(|outcome| counts.get(*outcome)).sum() };
    let needy: Vec<&str> = NEEDS_A_PERSON.iter().map(|outcome| outcome.as_str()).collect();
    let needy = of(&needy);
    let parts = [
        (of(&["updated", "unverified", "source-back"]), "updated"),
        (of(&["unchanged"]), "up to date"),
        (needy, if needy == 1 { "needs you" } else { "need you" }),
    ];
    let told: u64 = parts.iter().map(|(count, _)| count).sum();
    let rest = (files.saturating_sub(told), "wait");
    let parts = parts.into_iter().chain([rest]).filter(|(count, _)| 0 < *count);
    let parts: Vec<String> = parts
        .map(|(count, what)| format!("{} {what}", words::grouped(count)))
        .collect();
    let mark = if parts.is_empty() { "" } else { ": " };
    format!("{}{mark}{}.", words::count(files, "file", "files"), parts.join(", "))
}

/// What runs now, or lies where it was left.
fn now(health: &Health, operation: Option<&Operation>) -> Markup {
    html! {
        @match (operation, &health.unfinished) {
            (Some(operation), _) => {
                @let progress = &operation.progress;
                (if operation.kind == OperationKind::Plan { "Somebody looks what would change: " } else { "One runs now: " })
                (words::grouped(progress.done)) @if let Some(of) = progress.of { " of " (words::grouped(of)) } ". "
                a href={ "/operations/" (operation.id) } { "Watch it" } "."
            },
            (None, Some(run)) if health.at_work.is_some() => {
                "Run " a href={ "/sync/" (run.id) } { (run.id) } " is under way."
            },
            (None, Some(run)) if run.state == RunState::Waiting => {
                "Run " a href={ "/sync/" (run.id) } { (run.id) } " waits for its turn."
            },
            (None, Some(run)) => {
                "Run " a href={ "/sync/" (run.id) } { (run.id) } " was interrupted: nothing is lost, and the next sync goes on where it stood."
            },
            (None, None) => {},
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_the_sentence_add_up_to_all_files() {
        let counts = |counts: &[(&str, u64)]| {
            counts
                .iter()
                .map(|(word, count)| ((*word).to_owned(), *count))
                .collect()
        };
        let night = counts(&[
            ("updated", 8),
            ("unverified", 1),
            ("unchanged", 1_401),
            ("source-gone", 1),
            ("held", 1),
            ("deferred", 3),
        ]);
        assert_eq!(
            sums(1_415, &night),
            "1,415 files: 9 updated, 1,401 up to date, 2 need you, 3 wait."
        );
        assert_eq!(sums(1, &counts(&[("held", 1)])), "1 file: 1 needs you.");
        assert_eq!(sums(0, &counts(&[])), "0 files.");
    }
}
