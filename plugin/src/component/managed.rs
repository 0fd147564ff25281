//! The words of `managed-files` and `sync`, from the generated types to the plugin's own, and back.

use super::{
    bindings::{
        clientpoint::content_source::managed_files as wit, exports::clientpoint::content_source::sync as exported,
    },
    convert::library_file,
};
use crate::managed::{
    Change, Counts, Line, LineOutcome, LinkState, ManagedFile, Options, Planned, Report, Settlement, Stage,
};

pub(super) fn managed_file(file: wit::ManagedFile) -> ManagedFile {
    ManagedFile {
        file: library_file(file.file),
        state: match file.state {
            wit::LinkState::Following => LinkState::Following,
            wit::LinkState::Pending => LinkState::Pending,
            wit::LinkState::FormatMismatch => LinkState::FormatMismatch,
            wit::LinkState::TooLarge => LinkState::TooLarge,
            wit::LinkState::SourceGone => LinkState::SourceGone,
            wit::LinkState::OutOfScope => LinkState::OutOfScope,
            wit::LinkState::AccessLost => LinkState::AccessLost,
            wit::LinkState::Malware => LinkState::Malware,
            wit::LinkState::Locked => LinkState::Locked,
            wit::LinkState::Labelled => LinkState::Labelled,
            wit::LinkState::Failed => LinkState::Failed,
        },
        held: file.held,
        waiting: file.waiting,
        suspected: file.suspected,
        note: file.note,
        shown_in: file.shown_in,
        place: file.place,
    }
}

fn wit_state(state: LinkState) -> wit::LinkState {
    match state {
        LinkState::Following => wit::LinkState::Following,
        LinkState::Pending => wit::LinkState::Pending,
        LinkState::FormatMismatch => wit::LinkState::FormatMismatch,
        LinkState::TooLarge => wit::LinkState::TooLarge,
        LinkState::SourceGone => wit::LinkState::SourceGone,
        LinkState::OutOfScope => wit::LinkState::OutOfScope,
        LinkState::AccessLost => wit::LinkState::AccessLost,
        LinkState::Malware => wit::LinkState::Malware,
        LinkState::Locked => wit::LinkState::Locked,
        LinkState::Labelled => wit::LinkState::Labelled,
        LinkState::Failed => wit::LinkState::Failed,
    }
}

fn wit_outcome(outcome: LineOutcome) -> wit::Outcome {
    match outcome {
        LineOutcome::Updated => wit::Outcome::Updated,
        LineOutcome::Unverified => wit::Outcome::Unverified,
        LineOutcome::Unchanged => wit::Outcome::Unchanged,
        LineOutcome::SourceBack => wit::Outcome::SourceBack,
        LineOutcome::FormatMismatch => wit::Outcome::FormatMismatch,
        LineOutcome::TooLarge => wit::Outcome::TooLarge,
        LineOutcome::SourceGone => wit::Outcome::SourceGone,
        LineOutcome::OutOfScope => wit::Outcome::OutOfScope,
        LineOutcome::AccessLost => wit::Outcome::AccessLost,
        LineOutcome::Malware => wit::Outcome::Malware,
        LineOutcome::Locked => wit::Outcome::Locked,
        LineOutcome::Labelled => wit::Outcome::Labelled,
        LineOutcome::Deferred => wit::Outcome::Deferred,
        LineOutcome::Failed => wit::Outcome::Failed,
        LineOutcome::Held => wit::Outcome::Held,
    }
}

pub(super) fn counts(counts: wit::Counts) -> Counts {
    Counts {
        managed: counts.managed,
        suspected: counts.suspected,
    }
}

pub(super) fn wit_change(change: Change) -> wit::Change {
    wit::Change {
        file: change.file,
        waiting: change.waiting,
        suspected: change.suspected,
        note: change.note,
    }
}

pub(super) fn wit_line(line: Line) -> wit::Line {
    wit::Line {
        outcome: wit_outcome(line.outcome),
        reason: line.reason,
        name: line.name,
        message: line.message,
    }
}

pub(super) fn wit_settlement(settlement: Settlement) -> wit::Settlement {
    wit::Settlement {
        file: settlement.file,
        line: wit_line(settlement.line),
        state: wit_state(settlement.state),
        waiting: settlement.waiting,
        suspected: settlement.suspected,
        note: settlement.note,
        known: settlement.known.map(|known| wit::Known {
            version: known.version,
            name: known.name,
            web_url: known.web_url,
        }),
    }
}

pub(super) const fn options(options: exported::Options) -> Options {
    Options {
        exact: options.exact,
        accept_gone: options.accept_gone,
    }
}

pub(super) fn report(report: Report) -> exported::Report {
    exported::Report {
        cursor: report.cursor,
        stage: match report.stage {
            Stage::Listing => exported::Stage::Listing,
            Stage::Working => exported::Stage::Working,
            Stage::Done => exported::Stage::Done,
        },
        pause: report.pause,
    }
}

pub(super) fn plan_page((planned, next): (Vec<Planned>, Option<String>)) -> exported::PlanPage {
    let row = |planned: Planned| exported::Planned {
        file: planned.file,
        revision: planned.revision,
        outcome: wit_outcome(planned.outcome),
        name: planned.name,
        size: planned.size,
        version: planned.version,
        shown_in: planned.shown_in,
    };
    exported::PlanPage {
        planned: planned.into_iter().map(row).collect(),
        next,
    }
}
