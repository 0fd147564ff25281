//! What the work on a file has come to: its line in the ledger, and how it stands from then on. Pure.

use std::time::Duration;

use super::{judge::TRIES, note::Note};
use crate::{
    contract::{Known, Line, LineOutcome, LinkState, ManagedFile, Refusal, Settlement},
    download::Stop,
    failure::Failure,
    item::Item,
    reason::Reason,
    wording::ledger,
};

/// What the work on a file has come to.
pub(super) enum End {
    /// It has new content, and its line with it.
    Published,
    /// This is to be written.
    Settle(Box<Settlement>),
    /// Microsoft asks for patience: this is to be written if it does so again.
    Patience(Option<Duration>, Box<Settlement>),
    /// The credentials are not accepted any more.
    SignIn,
}

impl End {
    fn settle(settlement: Settlement) -> Self {
        Self::Settle(Box::new(settlement))
    }
}

/// A settlement in the making. Without more, the file waits no longer, nothing suspects it, and its note goes.
pub(super) struct Settling<'a> {
    file: &'a ManagedFile,
    outcome: LineOutcome,
    reason: Option<Reason>,
    item: Option<&'a Item>,
    again: bool,
}

impl<'a> Settling<'a> {
    /// With this outcome, which says all.
    pub(super) const fn of(file: &'a ManagedFile, outcome: LineOutcome) -> Self {
        Self {
            file,
            outcome,
            reason: None,
            item: None,
            again: false,
        }
    }

    /// For this reason.
    pub(super) const fn because(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// By the name that the item has now.
    const fn named(mut self, item: &'a Item) -> Self {
        self.item = Some(item);
        self
    }

    /// The file is looked at again in the next run, and keeps its note for that.
    pub(super) const fn again(mut self) -> Self {
        self.again = true;
        self
    }

    pub(super) fn end(self) -> End {
        End::settle(self.settlement())
    }

    fn settlement(self) -> Settlement {
        let Self {
            file,
            outcome,
            reason,
            item,
            again,
        } = self;
        let name = item.map_or_else(|| name(file), |item| item.name.clone());
        Settlement {
            file: file.file.id.clone(),
            line: Line {
                outcome,
                reason: reason.map_or("", Reason::word).to_owned(),
                message: ledger::line(outcome, reason, &name, &file.file.name),
                name,
            },
            state: state(outcome, file.state),
            waiting: again,
            suspected: false,
            note: file.note.clone().filter(|_| again),
            known: None,
        }
    }
}

/// How a file stands after an outcome.
const fn state(outcome: LineOutcome, before: LinkState) -> LinkState {
    match outcome {
        LineOutcome::Updated | LineOutcome::Unverified | LineOutcome::Unchanged | LineOutcome::SourceBack => {
            LinkState::Following
        }
        LineOutcome::FormatMismatch => LinkState::FormatMismatch,
        LineOutcome::TooLarge => LinkState::TooLarge,
        LineOutcome::SourceGone => LinkState::SourceGone,
        LineOutcome::OutOfScope => LinkState::OutOfScope,
        LineOutcome::AccessLost => LinkState::AccessLost,
        LineOutcome::Malware => LinkState::Malware,
        LineOutcome::Locked => LinkState::Locked,
        LineOutcome::Labelled => LinkState::Labelled,
        LineOutcome::Failed => LinkState::Failed,
        LineOutcome::Deferred | LineOutcome::Held => before,
    }
}

/// The bytes are right. `back`: the item had been gone.
pub(super) fn keep(file: &ManagedFile, item: &Item, back: bool) -> End {
    let is_renamed = file.file.link.as_ref().is_some_and(|link| link.name != item.name);
    let settling = match back {
        true => Settling::of(file, LineOutcome::SourceBack),
        false if is_renamed => Settling::of(file, LineOutcome::Unchanged).because(Reason::Renamed),
        false => Settling::of(file, LineOutcome::Unchanged),
    };
    let known = Known {
        version: item.version().map(str::to_owned),
        name: item.name.clone(),
        web_url: item.web_url.clone(),
    };
    End::settle(Settlement {
        known: Some(known),
        ..settling.named(item).settlement()
    })
}

/// The last good bytes stay.
pub(super) fn stay(file: &ManagedFile, item: &Item, outcome: LineOutcome) -> End {
    let settlement = Settling::of(file, outcome).named(item).settlement();
    match outcome {
        LineOutcome::TooLarge | LineOutcome::OutOfScope => by_a_limit(settlement, Note::of(file).seen(item.clone())),
        _ => End::settle(settlement),
    }
}

/// More bytes came than the size had told: they are not fetched again for the same limit.
pub(super) fn too_large(file: &ManagedFile, limit: Option<u64>) -> End {
    let settlement = Settling::of(file, LineOutcome::TooLarge).settlement();
    let note = Note {
        limit,
        tries: 0,
        ..Note::of(file)
    };
    by_a_limit(settlement, note)
}

/// What a limit has decided is judged anew in each run, from the item as it was seen last: the limit may be another one
/// then. It costs no request.
fn by_a_limit(settlement: Settlement, note: Note) -> End {
    let note = Note {
        other: None,
        other_item: None,
        ..note
    };
    End::settle(Settlement {
        waiting: true,
        note: note.text(),
        ..settlement
    })
}

/// The shrink guard has tripped: nothing of the file changes, and it stays suspected.
pub(super) fn guarded(file: &ManagedFile) -> End {
    let held = Settling::of(file, LineOutcome::Held).because(Reason::TooManyGone);
    End::settle(Settlement {
        waiting: file.waiting.is_some(),
        suspected: true,
        note: file.note.clone(),
        ..held.settlement()
    })
}

/// New bytes did not come, after so many tries before. `exact`: a plan is carried out exactly.
pub(super) fn stopped(file: &ManagedFile, stop: Stop, tries: u32, exact: bool) -> End {
    let later = |reason| Settling::of(file, LineOutcome::Deferred).because(reason).again();
    match stop {
        Stop::Refused(refusal) => refused(file, &refusal),
        Stop::Already(_) => {
            let failed = Settling::of(file, LineOutcome::Failed);
            failed.because(Reason::Failed(Failure::Library)).again().end()
        }
        Stop::Failed(Failure::SignInNeeded) => End::SignIn,
        Stop::Failed(failure @ Failure::Throttled(left)) => {
            End::Patience(left, Box::new(later(Reason::Failed(failure)).settlement()))
        }
        Stop::Failed(Failure::Changing) if exact => later(Reason::ChangedSinceThePlan).end(),
        Stop::Failed(failure) => failed(file, failure, tries),
    }
}

/// What came to light only when the item was read again, or its bytes came.
fn refused(file: &ManagedFile, refusal: &Refusal) -> End {
    match refusal {
        Refusal::TooLarge((_, limit)) => too_large(file, Some(*limit)),
        Refusal::Malware => Settling::of(file, LineOutcome::Malware).end(),
        _ => Settling::of(file, LineOutcome::FormatMismatch).end(),
    }
}

fn failed(file: &ManagedFile, failure: Failure, tries: u32) -> End {
    let reason = Reason::Failed(failure);
    let settling = match failure {
        Failure::AccessDenied => Settling::of(file, LineOutcome::AccessLost),
        Failure::SiteClosed | Failure::SiteMoved => Settling::of(file, LineOutcome::AccessLost).because(reason),
        Failure::Locked => Settling::of(file, LineOutcome::Locked),
        Failure::Labelled => Settling::of(file, LineOutcome::Labelled),
        _ => Settling::of(file, LineOutcome::Failed).because(reason),
    };
    // What is nobody's fault is not counted against the file.
    let counts = !matches!(
        failure,
        Failure::Network | Failure::Stalled | Failure::NoSpace | Failure::Library | Failure::Changing
    );
    let tries = tries.saturating_add(u32::from(counts));
    let again = tries < TRIES;
    let mut settlement = settling.settlement();
    settlement.waiting = again;
    if !again {
        settlement.line.message.push_str(ledger::GIVEN_UP);
    }
    // The item is asked for anew: what was listed may be why it failed.
    let note = Note {
        tries: if again { tries } else { 0 },
        ..Note::default()
    };
    settlement.note = note.text();
    End::settle(settlement)
}

/// The name of the item, as far as it is known.
pub(super) fn name(file: &ManagedFile) -> String {
    let link = file.file.link.as_ref();
    link.map_or_else(|| file.file.name.clone(), |link| link.name.clone())
}
