//! Working: every file that is due ends with one line, whatever becomes of the others.

use futures::{StreamExt, stream};

use super::{
    anew,
    cursor::{Cursor, Phase},
    judge::{self, Verdict},
    note::Note,
    settling::{self, End, Settling},
};
use crate::{
    ask,
    contract::{CallError, Connection, ItemRef, LineOutcome, ManagedFile, Options, seconds},
    displaced::Other,
    download::{self, Job, Stop, Target},
    failure::Failure,
    graph,
    ports::Ports,
    reason::Reason,
    retry::Budget,
};

/// Files a step.
const FILES: u32 = 40;

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
    let work = Work {
        ports,
        connection,
        may_go: options.accept_gone || judge::may_turn_gone(cursor.gone, cursor.managed),
        exact: options.exact,
    };
    let at_once = usize::try_from(connection.policy.max_files_per_import)
        .unwrap_or(1)
        .max(1);
    let ends: Vec<End> = stream::iter(&due)
        .map(|file| work.end(file))
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

/// The work on each of some files.
struct Work<'a, P> {
    ports: &'a P,
    connection: &'a Connection,
    /// Whether what is suspected may turn gone.
    may_go: bool,
    /// Whether a plan is carried out, and nothing else.
    exact: bool,
}

impl<P: Ports> Work<'_, P> {
    async fn end(&self, file: &ManagedFile) -> End {
        let note = Note::of(file);
        let other = note.other();
        match self.come_to_end(file, note, other.as_ref()).await {
            End::Settle(mut settlement) => {
                settlement.line = settlement.line.displaced_by(other.as_ref());
                End::Settle(settlement)
            }
            end => end,
        }
    }

    async fn come_to_end(&self, file: &ManagedFile, note: Note, other: Option<&Other>) -> End {
        if file.held {
            return Settling::of(file, LineOutcome::Held)
                .because(Reason::ByAPerson)
                .again()
                .end();
        }
        if file.suspected {
            return match self.may_go {
                true => Settling::of(file, LineOutcome::SourceGone).end(),
                false => settling::guarded(file),
            };
        }
        let failed = |reason| Settling::of(file, LineOutcome::Failed).because(reason).end();
        let Some(source) = file.file.link.as_ref().map(|link| &link.source) else {
            return failed(Reason::NoLink);
        };
        if !graph::is_id(&source.item) {
            return failed(Reason::Failed(Failure::NotFound));
        }
        if note.is_outgrown(&self.connection.policy) {
            return settling::too_large(file, note.limit);
        }
        let tries = note.tries;
        let update = Target::Update {
            file,
            exact: self.exact,
            other,
        };
        match self.bring(file, &self.job(source, update), note).await {
            Ok(end) => end,
            Err(stop) => {
                let stop = download::sure(&self.job(source, Target::New), stop).await;
                settling::stopped(file, stop, tries, self.exact)
            }
        }
    }

    fn job<'j>(&'j self, source: &'j ItemRef, target: Target<'j>) -> Job<'j, P> {
        Job {
            ports: self.ports,
            api: &self.connection.api_origin,
            source,
            policy: &self.connection.policy,
            target,
        }
    }

    async fn bring(&self, file: &ManagedFile, job: &Job<'_, P>, note: Note) -> Result<End, Stop> {
        let policy = &self.connection.policy;
        let mut budget = Budget::file();
        let mut item = match note.item {
            Some(item) => item,
            None => download::metadata(job, &mut budget).await?,
        };
        let mut verdict = judge::verdict(file, &item, policy);
        if verdict == Verdict::Ask {
            item = download::metadata(job, &mut budget).await?;
            verdict = judge::verdict(file, &item, policy);
        }
        Ok(match verdict {
            Verdict::Keep { back } => settling::keep(file, &item, back),
            Verdict::Stop(outcome) => settling::stay(file, &item, outcome),
            // An item whose parent nobody names is taken for one at the root.
            Verdict::Fetch | Verdict::Ask => {
                download::fetch(job, item, &mut budget).await?;
                End::Published
            }
        })
    }
}
