//! What is not as it should be in runs and with their files.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    Result,
    service::{
        LineFilter, Part, Session,
        api::{LookAt, Run, Trouble},
        runs::{
            ledger::{Health, NEEDS_A_PERSON, is_fine},
            ways_out,
        },
    },
    store::{
        connections, run_list,
        words::{LineOutcome, RunKind, RunState, TroubleKind},
    },
    way_out::WayOut,
};

/// A run that was not made so long after its time was missed: before that it may wait for its turn.
const MISSED_AFTER: TimeDelta = TimeDelta::hours(1);

impl Session<'_> {
    /// Those of the last run of each connection, and of the night.
    pub(in crate::service) async fn troubles_of_runs(&self) -> Result<Vec<Trouble>> {
        let schedules = self.host.schedules().await?;
        let now = self.host.clock.utc();
        let latest = schedules.iter().map(|scheduled| scheduled.daily.latest(now)).max();
        let mut found = Vec::new();
        for health in self.health().await? {
            found.extend(latest.and_then(|latest| night_missed(&health, latest, now)));
            let Some(run) = &health.last else { continue };
            found.extend(self.run_not_done(&health, run).await?);
            found.extend(self.files_of(&health, run).await?);
        }
        Ok(found)
    }

    /// A run that was given up, where it is not the sign-in: that is told as the connection's.
    async fn run_not_done(&self, health: &Health, run: &Run) -> Result<Option<Trouble>> {
        if run.state == RunState::Complete {
            return Ok(None);
        }
        let connection = connections::find(&self.host.store, &health.connection).await?;
        if connection.is_some_and(|connection| connection.needs_reconnect.is_some()) {
            return Ok(None);
        }
        let counts = self.run_row(run.id).await?.counts;
        let open: Vec<&str> = counts.keys().map(String::as_str).filter(|one| !is_fine(one)).collect();
        let waits = !open.is_empty() && open.iter().all(|outcome| LineOutcome::Deferred == *outcome);
        let message = run.message.as_deref().unwrap_or("it says no more");
        Ok(Some(Trouble {
            kind: TroubleKind::RunNotDone,
            about: health.connection.clone(),
            message: format!("run {} is {}: {message}", run.id, run.state),
            needs_a_person: !waits,
            ways_out: Vec::new(),
            look_at: LookAt::Run {
                run: run.id,
                outcome: None,
            },
            state: format!("{} {}", run.state, open.join(" ")),
        }))
    }

    /// Files of a run that do not follow, by their outcome.
    async fn files_of(&self, health: &Health, run: &Run) -> Result<Vec<Trouble>> {
        let store = &self.host.store;
        let kinds = run_list::kinds(store, run.id, &LineFilter::default()).await?;
        let ways_out = ways_out::of_lines(&kinds);
        let mut outcomes: Vec<&str> = kinds.iter().map(|kind| kind.outcome.as_str()).collect();
        outcomes.sort_unstable();
        outcomes.dedup();
        let mut found = Vec::new();
        for outcome in outcomes.into_iter().filter(|outcome| !is_fine(outcome)) {
            // What the end of the run has made of all that was left is told as the run's.
            if run.state != RunState::Complete && run.rest_outcome.as_deref() == Some(outcome) {
                continue;
            }
            let alike = kinds.iter().filter(|kind| kind.outcome == outcome);
            let count: u64 = alike.map(|kind| kind.count).sum();
            let needs = NEEDS_A_PERSON.iter().any(|one| one.as_str() == outcome);
            let filter = LineFilter {
                outcome: Some(outcome.to_owned()),
                ..LineFilter::default()
            };
            let first = run_list::lines(store, run.id, &filter, &Part::new(1, None)?)
                .await?
                .rows;
            let Some(first) = first.first() else { continue };
            let message = match count {
                1 => format!("file {}, {outcome}: {}", first.file, first.message),
                _ => format!(
                    "{count} files, {outcome}; {} is the first of them: {}",
                    first.file, first.message
                ),
            };
            // Not by the reason: the first night knows more of one than those after it.
            let same = format!("{count}/{}", first.file);
            found.push(Trouble {
                kind: if needs {
                    TroubleKind::FilesNeedAPerson
                } else {
                    TroubleKind::FilesWait
                },
                about: format!("{} {outcome}", health.connection),
                message,
                needs_a_person: needs,
                ways_out: ways_out.get(outcome).cloned().unwrap_or_default(),
                look_at: LookAt::Run {
                    run: run.id,
                    outcome: Some(outcome.to_owned()),
                },
                // Of those that are tried again, each night has others.
                state: if needs { same } else { String::new() },
            });
        }
        if let Some(count) = health.needs_a_person.get("given-up") {
            found.push(Trouble {
                kind: TroubleKind::FilesNeedAPerson,
                about: format!("{} given-up", health.connection),
                message: format!("{count} files have failed so often that they are not tried any more"),
                needs_a_person: true,
                ways_out: vec![WayOut::Release { file: None }, WayOut::Unlock { file: None }],
                look_at: LookAt::Files,
                state: count.to_string(),
            });
        }
        Ok(found)
    }
}

/// A night whose run was not made, or was made late.
fn night_missed(health: &Health, latest: DateTime<Utc>, now: DateTime<Utc>) -> Option<Trouble> {
    let missed = |message, needs_a_person, state| Trouble {
        kind: TroubleKind::NightMissed,
        about: health.connection.clone(),
        message,
        needs_a_person,
        ways_out: Vec::new(),
        look_at: LookAt::Runs,
        state,
    };
    if health.last_night == Some(false) && MISSED_AFTER < now - latest {
        let message = format!(
            "the sync that was due at {} has not run: this host was not at work then, or could not begin it",
            clientpoint_engine::clock::stamp(latest)
        );
        return Some(missed(message, true, String::new()));
    }
    let late = |run: &&Run| run.kind == RunKind::Scheduled && run.late;
    let late = health.last.as_ref().filter(late)?;
    let day = late.due.clone().unwrap_or_default();
    let message = format!(
        "the sync of {day} was made late, at {}: this host was not at work at its time",
        late.started_at
    );
    Some(missed(message, false, day))
}
