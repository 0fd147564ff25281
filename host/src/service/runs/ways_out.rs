//! What people can do about a run and its lines.

use std::collections::BTreeMap;

use crate::{
    Result,
    service::{Session, api::Line},
    store::{
        association,
        run_list::Alike,
        runs::Run,
        words::{LineOutcome, LineReason, RunState, Subject},
    },
    way_out::WayOut,
};

/// What can be done about lines, by their outcome. Where several files have the same outcome, no file is named.
pub(super) fn of_lines(kinds: &[Alike]) -> BTreeMap<String, Vec<WayOut>> {
    let mut ways_out: BTreeMap<String, Vec<WayOut>> = BTreeMap::new();
    for kind in kinds {
        let of_outcome = kinds.iter().filter(|other| other.outcome == kind.outcome);
        let files: u64 = of_outcome.map(|other| other.count).sum();
        let file = Some(&kind.first).filter(|_| files == 1);
        for way in of_kind(kind, file) {
            let ways = ways_out.entry(kind.outcome.clone()).or_default();
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
    }
    ways_out
}

/// What can be done about one line.
pub(super) fn of_line(line: &Line) -> Vec<WayOut> {
    let kind = Alike {
        outcome: line.outcome.clone(),
        reason: line.reason.clone(),
        count: 1,
        first: line.file.clone(),
    };
    let mut ways = of_kind(&kind, Some(&line.file));
    let updated = [LineOutcome::Updated, LineOutcome::Unverified];
    if updated.iter().any(|one| one.as_str() == line.outcome) {
        ways.push(WayOut::RollBack);
    }
    ways
}

fn of_kind(kind: &Alike, file: Option<&String>) -> Vec<WayOut> {
    let file = || file.cloned();
    let follow = || WayOut::Follow { file: file() };
    let Ok(outcome) = LineOutcome::try_from(kind.outcome.clone()) else {
        return Vec::new();
    };
    match (outcome, LineReason::try_from(kind.reason.clone()).ok()) {
        (LineOutcome::Held, Some(LineReason::TooManyGone)) => vec![WayOut::AcceptGone],
        (LineOutcome::Held, _) => vec![WayOut::Release { file: file() }],
        (LineOutcome::SourceGone, _) => vec![
            follow(),
            WayOut::Remove { file: file() },
            WayOut::Unlock { file: file() },
        ],
        (LineOutcome::FormatMismatch, _) => vec![WayOut::Remove { file: file() }],
        (LineOutcome::TooLarge, _) => vec![WayOut::Unlock { file: file() }],
        (LineOutcome::Failed, _) => vec![WayOut::Release { file: file() }, WayOut::Unlock { file: file() }],
        (LineOutcome::AccessLost, Some(LineReason::SiteMoved)) => vec![WayOut::DriveByAddress],
        (_, Some(LineReason::PathNowOtherItem)) => vec![follow()],
        _ => Vec::new(),
    }
}

impl Session<'_> {
    /// What can be done about a run as a whole: an upload that has not come to its end may have linked files all the same.
    pub(super) async fn ways_out_of(&self, run: &Run) -> Result<Vec<WayOut>> {
        let is_broken_off = matches!(run.state, RunState::Interrupted | RunState::Failed);
        if run.subject != Subject::Association || !is_broken_off || run.undone_at.is_some() {
            return Ok(Vec::new());
        }
        Ok(match association::count_bound(&self.host.store, run.id).await? {
            0 => Vec::new(),
            _ => vec![WayOut::UndoUpload { run: run.id }],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(outcome: &str, reason: &str, first: &str) -> Alike {
        Alike {
            outcome: outcome.into(),
            reason: reason.into(),
            count: 1,
            first: first.into(),
        }
    }

    #[test]
    fn what_can_be_done_names_a_file_only_where_it_is_the_one_with_its_outcome() {
        let ways_out = of_lines(&[
            alike("held", "too-many-gone", "100001"),
            alike("held", "by-a-person", "100002"),
            alike("source-gone", "", "100003"),
            alike("of-a-newer-version", "", "100004"),
        ]);
        assert_eq!(ways_out["held"], [WayOut::AcceptGone, WayOut::Release { file: None }]);
        let file = Some("100003".to_owned());
        assert_eq!(ways_out["source-gone"][0], WayOut::Follow { file });
        assert_eq!(ways_out.len(), 2);
    }
}
