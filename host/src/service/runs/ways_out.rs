//! What people can do about a run and its lines.

use std::collections::BTreeMap;

use crate::{
    Result,
    service::{Session, api::Line},
    store::{
        association,
        runs::Run,
        words::{LineOutcome, LineReason, RunState, Subject},
    },
    way_out::WayOut,
};

/// What can be done about lines, by their outcome. Where several files have the same outcome, no file is named.
pub(super) fn of_lines(lines: &[Line]) -> BTreeMap<String, Vec<WayOut>> {
    let mut files: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
    for line in lines {
        files.entry(&line.outcome).or_default().push(line);
    }
    let ways_out = |lines: Vec<&Line>| {
        let one = lines.first().filter(|_| lines.len() == 1);
        let file = one.map(|line| line.file.clone());
        let mut ways_out = Vec::new();
        for line in lines {
            for way in of_line(line, file.as_ref()) {
                if !ways_out.contains(&way) {
                    ways_out.push(way);
                }
            }
        }
        ways_out
    };
    let all = files
        .into_iter()
        .map(|(outcome, lines)| (outcome.to_owned(), ways_out(lines)));
    all.filter(|(_, ways_out)| !ways_out.is_empty()).collect()
}

fn of_line(line: &Line, file: Option<&String>) -> Vec<WayOut> {
    let file = || file.cloned();
    let follow = || WayOut::Follow { file: file() };
    let Ok(outcome) = LineOutcome::try_from(line.outcome.clone()) else {
        return Vec::new();
    };
    match (outcome, LineReason::try_from(line.reason.clone()).ok()) {
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
