//! Working: every file that is due ends with one line, whatever becomes of the others.

use futures::{StreamExt, stream};

use super::{
    anew,
    cursor::{Cursor, Phase},
    judge::{self, TRIES, Verdict},
    note::Note,
    wording,
};
use crate::{
    ask,
    contract::{
        CallError, Connection, ItemRef, Known, Line, LineOutcome, LinkState, ManagedFile, Options, PlanPage, Planned,
        Policy, Refusal, Settlement, seconds,
    },
    download::{self, Job, Stop, Target},
    failure::Failure,
    graph,
    item::Item,
    ports::Ports,
    retry::Budget,
};

/// Files a step.
const FILES: u32 = 40;
/// Files a page of a plan.
const PLANNED: u32 = 200;

/// What the work on a file has come to.
enum End {
    /// It has new content, and its line with it.
    Published,
    /// This is to be written.
    Settle(Box<Settlement>),
    /// Microsoft asks for patience: this is to be written if it does so again.
    Patience(Option<std::time::Duration>, Box<Settlement>),
    /// The credentials are not accepted any more.
    SignIn,
}

/// Ends some of the files that are due.
pub(super) async fn some<P: Ports>(
    ports: &P,
    connection: &Connection,
    cursor: &mut Cursor,
    known: Option<(u64, String)>,
    options: Options,
) -> Result<(), CallError> {
    let due = ports.due(&cursor.drive, known.as_ref(), FILES).await?;
    let Some(last) = due.last() else {
        cursor.phase = Phase::Over;
        return Ok(());
    };
    let next = Phase::Work {
        known: Some((last.waiting.unwrap_or(0), last.file.id.clone())),
    };
    let may_go = options.accept_gone || judge::may_turn_gone(cursor.gone, cursor.managed);
    let at_once = usize::try_from(connection.policy.max_files_per_import)
        .unwrap_or(1)
        .max(1);
    let ends: Vec<End> = stream::iter(&due)
        .map(|file| end(ports, connection, file, may_go, options.exact))
        .buffer_unordered(at_once)
        .collect()
        .await;

    let mut settlements = Vec::new();
    let mut patience = None;
    let mut signed_out = false;
    for end in ends {
        match end {
            End::Published => {}
            End::Settle(settlement) => settlements.push(*settlement),
            End::Patience(_, settlement) if cursor.paused => settlements.push(*settlement),
            End::Patience(left, _) => patience = patience.max(Some(left)),
            End::SignIn => signed_out = true,
        }
    }
    anew::name(ports, connection, &cursor.drive, &due, &mut settlements).await;
    if !settlements.is_empty() {
        ports.settle(settlements).await?;
    }
    if signed_out {
        return Err(CallError::SignInNeeded(ask::SIGN_IN_OVER.to_owned()));
    }
    if let Some(left) = patience {
        return Err(CallError::Throttled(left.map(seconds)));
    }
    cursor.phase = next;
    Ok(())
}

/// What [`some`] would come to, for some of the files.
pub(super) async fn plan<P: Ports>(
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
        Some(_) if outgrown(&note, policy) => LineOutcome::TooLarge,
        Some(item) => match judge::verdict(file, item, policy) {
            Verdict::Keep { back: true } => LineOutcome::SourceBack,
            Verdict::Keep { back: false } => LineOutcome::Unchanged,
            Verdict::Stop(outcome, _) => outcome,
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

async fn end<P: Ports>(ports: &P, connection: &Connection, file: &ManagedFile, may_go: bool, exact: bool) -> End {
    let note = Note::of(file);
    let other = note.other();
    match come_to_end(ports, connection, file, note, may_go, exact).await {
        End::Settle(mut settlement) => {
            settlement.line = settlement.line.displaced_by(other.as_ref());
            End::Settle(settlement)
        }
        end => end,
    }
}

async fn come_to_end<P: Ports>(
    ports: &P,
    connection: &Connection,
    file: &ManagedFile,
    note: Note,
    may_go: bool,
    exact: bool,
) -> End {
    if file.held {
        return settle(file, LineOutcome::Held, "by-a-person", file.state, true);
    }
    if file.suspected {
        if may_go {
            return settle(file, LineOutcome::SourceGone, "", LinkState::SourceGone, false);
        }
        return guarded(file);
    }
    let Some(source) = file.file.link.as_ref().map(|link| link.source.clone()) else {
        return settle(file, LineOutcome::Failed, "no-link", LinkState::Failed, false);
    };
    if !graph::is_id(&source.item) {
        return settle(file, LineOutcome::Failed, "not-found", LinkState::Failed, false);
    }
    if outgrown(&note, &connection.policy) {
        return too_large(file, note.limit);
    }
    let tries = note.tries;
    match bring(ports, connection, file, &source, note, exact).await {
        Ok(end) => end,
        Err(stop) => {
            let source = &source;
            let job = Job {
                ports,
                api: &connection.api_origin,
                source,
                policy: &connection.policy,
                target: Target::New,
            };
            stopped(file, download::sure(&job, stop).await, tries, exact)
        }
    }
}

async fn bring<P: Ports>(
    ports: &P,
    connection: &Connection,
    file: &ManagedFile,
    source: &ItemRef,
    note: Note,
    exact: bool,
) -> Result<End, Stop> {
    let other = note.other();
    let job = Job {
        ports,
        api: &connection.api_origin,
        source,
        policy: &connection.policy,
        target: Target::Update {
            file,
            exact,
            other: other.as_ref(),
        },
    };
    let mut budget = Budget::file();
    let mut item = match note.item {
        Some(item) => item,
        None => download::metadata(&job, &mut budget).await?,
    };
    let mut verdict = judge::verdict(file, &item, &connection.policy);
    if verdict == Verdict::Ask {
        item = download::metadata(&job, &mut budget).await?;
        verdict = judge::verdict(file, &item, &connection.policy);
    }
    Ok(match verdict {
        Verdict::Keep { back } => keep(file, &item, back),
        Verdict::Stop(outcome, state) => {
            let mut settlement = settlement(file, outcome, "", state, false);
            if matches!(outcome, LineOutcome::TooLarge | LineOutcome::OutOfScope) {
                judged_by_a_limit(&mut settlement, note_of(file, &item));
            }
            settlement.line = line(outcome, "", item.name.clone(), &file.file.name);
            End::Settle(Box::new(settlement))
        }
        // An item whose parent nobody names is taken for one at the root.
        Verdict::Fetch | Verdict::Ask => {
            download::fetch(&job, item, &mut budget).await?;
            End::Published
        }
    })
}

fn keep(file: &ManagedFile, item: &Item, back: bool) -> End {
    let (outcome, reason) = match &file.file.link {
        _ if back => (LineOutcome::SourceBack, ""),
        Some(link) if link.name != item.name => (LineOutcome::Unchanged, "renamed"),
        _ => (LineOutcome::Unchanged, ""),
    };
    let mut settlement = settlement(file, outcome, reason, LinkState::Following, false);
    settlement.line = line(outcome, reason, item.name.clone(), &file.file.name);
    settlement.known = Some(Known {
        version: item.version().map(str::to_owned),
        name: item.name.clone(),
        web_url: item.web_url.clone(),
    });
    End::Settle(Box::new(settlement))
}

fn stopped(file: &ManagedFile, stop: Stop, tries: u32, exact: bool) -> End {
    let failure = match stop {
        Stop::Refused(refusal) => return refused(file, &refusal),
        Stop::Already(_) => return settle(file, LineOutcome::Failed, "library", LinkState::Failed, true),
        Stop::Failed(failure) => failure,
    };
    let (outcome, state) = match failure {
        Failure::SignInNeeded => return End::SignIn,
        Failure::Throttled(left) => {
            let later = settlement(file, LineOutcome::Deferred, "throttled", file.state, true);
            return End::Patience(left, Box::new(later));
        }
        Failure::Changing if exact => {
            return settle(file, LineOutcome::Deferred, "changed-since-the-plan", file.state, true);
        }
        Failure::AccessDenied | Failure::SiteClosed | Failure::SiteMoved => {
            (LineOutcome::AccessLost, LinkState::AccessLost)
        }
        Failure::Locked => (LineOutcome::Locked, LinkState::Locked),
        Failure::Labelled => (LineOutcome::Labelled, LinkState::Labelled),
        _ => (LineOutcome::Failed, LinkState::Failed),
    };
    let reason = match outcome {
        LineOutcome::Failed => wording::failure_word(&failure),
        _ if matches!(failure, Failure::SiteClosed | Failure::SiteMoved) => wording::failure_word(&failure),
        _ => "",
    };
    // What is nobody's fault is not counted against the file.
    let counts = !matches!(
        failure,
        Failure::Network | Failure::Stalled | Failure::NoSpace | Failure::Library | Failure::Changing
    );
    let tries = tries.saturating_add(u32::from(counts));
    let again = tries < TRIES;
    let mut settlement = settlement(file, outcome, reason, state, again);
    if !again {
        settlement.line.message.push_str(wording::GIVEN_UP);
    }
    // The item is asked for anew: what was listed may be why it failed.
    let note = Note {
        tries: if again { tries } else { 0 },
        ..Note::default()
    };
    settlement.note = note.text();
    End::Settle(Box::new(settlement))
}

/// What a limit has decided is judged anew in each run, from the item as it was seen last: the limit may be another one
/// then. It costs no request.
fn judged_by_a_limit(settlement: &mut Settlement, note: Note) {
    settlement.waiting = true;
    settlement.note = note.text();
}

fn note_of(file: &ManagedFile, item: &Item) -> Note {
    Note {
        other: None,
        other_item: None,
        ..Note::of(file).seen(item.clone())
    }
}

/// Whether more bytes came than a limit allowed that was no smaller than this one.
fn outgrown(note: &Note, policy: &Policy) -> bool {
    note.limit.is_some_and(|limit| policy.max_file_bytes <= limit)
}

/// More bytes came than the size had told: they are not fetched again for the same limit.
fn too_large(file: &ManagedFile, limit: Option<u64>) -> End {
    let mut settlement = settlement(file, LineOutcome::TooLarge, "", LinkState::TooLarge, true);
    let note = Note {
        limit,
        tries: 0,
        other: None,
        other_item: None,
        ..Note::of(file)
    };
    judged_by_a_limit(&mut settlement, note);
    End::Settle(Box::new(settlement))
}

/// What came to light only when the item was read again, or its bytes came.
fn refused(file: &ManagedFile, refusal: &Refusal) -> End {
    match refusal {
        Refusal::TooLarge((_, limit)) => too_large(file, Some(*limit)),
        Refusal::Malware => settle(file, LineOutcome::Malware, "", LinkState::Malware, false),
        _ => settle(file, LineOutcome::FormatMismatch, "", LinkState::FormatMismatch, false),
    }
}

/// The shrink guard has tripped: nothing of the file changes, and it stays suspected.
fn guarded(file: &ManagedFile) -> End {
    let mut settlement = settlement(
        file,
        LineOutcome::Held,
        "too-many-gone",
        file.state,
        file.waiting.is_some(),
    );
    settlement.suspected = true;
    settlement.note.clone_from(&file.note);
    End::Settle(Box::new(settlement))
}

fn settle(file: &ManagedFile, outcome: LineOutcome, reason: &str, state: LinkState, waiting: bool) -> End {
    End::Settle(Box::new(settlement(file, outcome, reason, state, waiting)))
}

/// A file that goes on waiting keeps its note.
fn settlement(file: &ManagedFile, outcome: LineOutcome, reason: &str, state: LinkState, waiting: bool) -> Settlement {
    Settlement {
        file: file.file.id.clone(),
        line: line(outcome, reason, name(file), &file.file.name),
        state,
        waiting,
        suspected: false,
        note: file.note.clone().filter(|_| waiting),
        known: None,
    }
}

fn line(outcome: LineOutcome, reason: &str, name: String, library_name: &str) -> Line {
    Line {
        outcome,
        reason: reason.to_owned(),
        message: wording::line(outcome, reason, &name, library_name),
        name,
    }
}

fn name(file: &ManagedFile) -> String {
    let link = file.file.link.as_ref();
    link.map_or_else(|| file.file.name.clone(), |link| link.name.clone())
}
