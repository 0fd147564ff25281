//! The steps of a run, one after the other: until it ends, is interrupted, or has listed all.

use std::time::Duration;

use clientpoint_engine::contract::exports::clientpoint::content_source::sync::{Options, Report, Stage};

use crate::{
    Error, Result,
    service::{
        Session, Stop,
        runs::{course::Course, options::SyncOptions},
    },
    store::{
        connections::{Connection, Mode},
        runs::{self, Ending, Run},
        words::{GivenUp, Reason, RunKind},
    },
    way_out::WayOut,
};

/// For how long a run waits in all where the source asks for patience. Who is not served by then is first next time.
pub(super) const PATIENCE: Duration = Duration::from_secs(45 * 60);
/// How often a step is tried again that found nobody at the other end.
const TRIES: u32 = 3;
/// How long before that.
const BREATH: Duration = Duration::from_secs(60);
/// The longest cursor, in bytes.
const CURSOR_AT_MOST: usize = 64 << 10;

/// Why a run does not go on.
pub(super) enum Halt {
    /// It is over, one way or the other.
    Ended(Box<Result<Run>>),
    /// It was asked to stop, and goes on another time.
    Interrupted,
    /// Its source asks for patience: it is offered again when that is over.
    Later,
    /// It has listed all, and a plan was wanted.
    Listed,
}

impl Session<'_> {
    /// Steps until the run ends, is interrupted, or has listed all and has a plan to make or to keep to.
    pub(super) async fn steps(&self, course: &mut Course<'_>, run: &mut Run, stop: &Stop) -> Result<Halt> {
        let options: SyncOptions = serde_json::from_str(&run.options).unwrap_or_default();
        let stops_at_list = run.kind == RunKind::Plan || options.plan.is_some();
        if run.listed.0 && stops_at_list {
            return Ok(Halt::Listed);
        }
        self.host.make_damaged_due(&course.connection.id, run.id).await?;
        self.drive(course, run, &options, stop, stops_at_list).await
    }

    pub(super) async fn drive(
        &self,
        course: &mut Course<'_>,
        run: &mut Run,
        options: &SyncOptions,
        stop: &Stop,
        stop_at_list: bool,
    ) -> Result<Halt> {
        let mut waited = Duration::ZERO;
        let mut tries = 0;
        for _ in 0..self.host.limits.steps {
            if stop.is_cancelled() {
                return Ok(Halt::Interrupted);
            }
            let Some(within) = course.allowance.time(self.host.limits.transfer) else {
                let ending = Ending::GivenUp {
                    outcome: GivenUp::Deferred,
                    reason: Reason::OutOfTime,
                    message: "the run took longer than a run may: what is left is first in the next run",
                };
                return Ok(self.over(run, ending).await);
            };
            course.mandate.require().await?;
            let report = match self.step(course, run, options, within).await {
                Ok(report) => report,
                Err(error) if passes(&error) && tries < TRIES => {
                    tries += 1;
                    let why = format!("{error}; the step is tried again");
                    course.pause(&why, BREATH, stop).await;
                    continue;
                }
                // Another host may reach the database, or this one a minute later: the run is offered again as it stands.
                Err(error) if course.mandate.is_offered() && matches!(error.bare(), Error::Server { .. }) => {
                    return Err(error);
                }
                Err(error) => return Ok(self.give_up(course.connection, run, &error).await),
            };
            tries = 0;
            let listed = report.stage != Stage::Listing;
            runs::keep_cursor(&self.host.store, run, report.cursor, listed).await?;
            self.has_moved();
            if report.stage == Stage::Done {
                return Ok(self.over(run, Ending::Complete).await);
            }
            if listed && stop_at_list {
                return Ok(Halt::Listed);
            }
            let Some(pause) = report.pause.map(|seconds| Duration::from_secs(seconds.into())) else {
                continue;
            };
            let leaves = course.mandate.leaves_for(pause);
            waited = match leaves {
                true => self.host.put_off(run, pause).await?,
                false => waited + pause,
            };
            if PATIENCE < waited {
                let ending = Ending::GivenUp {
                    outcome: GivenUp::Deferred,
                    reason: Reason::Throttled,
                    message: "the source asked for more patience than a run has: what is left is first in the next run",
                };
                return Ok(self.over(run, ending).await);
            }
            if leaves {
                return Ok(Halt::Later);
            }
            course.pause("the source asks for patience", pause, stop).await;
        }
        let endless = Error::PluginStopped("it takes steps without end".into());
        Ok(self.give_up(course.connection, run, &endless).await)
    }

    async fn give_up(&self, connection: &Connection, run: &Run, error: &Error) -> Halt {
        let (outcome, reason) = meaning(error, connection.mode);
        let message = error.to_string();
        let ending = Ending::GivenUp {
            outcome,
            reason,
            message: &message,
        };
        self.over(run, ending).await
    }

    /// Ends a run that one host after the other was lost with.
    pub(super) async fn given_up_as_lost(&self, run: &Run, lost: u32) -> Halt {
        let message = format!(
            "{lost} hosts were lost one after the other while they carried this run out: look at what has ended them (memory, \
             a kill, a crash) before the next one; what is left is first in the next run"
        );
        let ending = Ending::GivenUp {
            outcome: GivenUp::Failed,
            reason: Reason::HostLost,
            message: &message,
        };
        self.over(run, ending).await
    }

    async fn over(&self, run: &Run, ending: Ending<'_>) -> Halt {
        Halt::Ended(Box::new(runs::end(&self.host.store, run, ending, &self.now()).await))
    }

    async fn step(
        &self,
        course: &mut Course<'_>,
        run: &Run,
        options: &SyncOptions,
        within: Duration,
    ) -> Result<Report> {
        let (lines, cursor) = (course.allowance.lines.clone(), run.cursor.clone());
        let options = Options {
            exact: options.plan.is_some(),
            accept_gone: options.accept_gone,
            schedule: run.schedule.clone(),
        };
        let signed_in = course.signed_in().await?;
        let called = signed_in.call(async |plugin| plugin.step(within, run.id, &lines, cursor, options).await);
        let (report, ended) = called.await?;
        let report = signed_in.settled_at_its_end(report?, ended).await?;
        if CURSOR_AT_MOST < report.cursor.len() {
            return Err(Error::PluginStopped("its cursor is too long".into()));
        }
        Ok(report)
    }
}

/// That a run was stopped on its way.
pub(super) fn interrupted() -> Error {
    let interrupted = Error::Sync {
        code: "interrupted",
        message: "the sync was interrupted, and nothing is lost: the next one goes on where it stood".into(),
    };
    interrupted.with([WayOut::ShowRuns])
}

/// That a run goes on by itself when its source wants that.
pub(super) fn waits() -> Error {
    let waits = Error::Sync {
        code: WAITS,
        message: "the source asks for patience: the sync goes on by itself, on a host that has a place then".into(),
    };
    waits.with([WayOut::ShowRuns])
}

/// The code of a run that was put down for its source's sake.
pub(super) const WAITS: &str = "waits";

/// Whether it may be different in a minute.
fn passes(error: &Error) -> bool {
    matches!(error.code(), "unavailable" | "plugin-stopped")
}

/// What the end of a run by an error means for the files that have no line.
fn meaning(error: &Error, mode: Mode) -> (GivenUp, Reason) {
    // The company's connection has no owner who could leave.
    let lost = if mode == Mode::Organization {
        GivenUp::AccessLost
    } else {
        GivenUp::OwnerLost
    };
    match error.bare() {
        Error::SignIn { problem, .. } if problem == "unavailable" => (GivenUp::Deferred, Reason::SignInUnavailable),
        Error::SignIn { .. } => (lost, Reason::SignInRefused),
        Error::Plugin { code, .. } => match *code {
            "sign-in-needed" => (lost, Reason::SignInNeeded),
            "access-denied" | "not-found" => (GivenUp::AccessLost, Reason::DriveOutOfReach),
            "throttled" => (GivenUp::Deferred, Reason::Throttled),
            "unavailable" => (GivenUp::Deferred, Reason::SourceUnavailable),
            _ => (GivenUp::Failed, Reason::SourceUnusable),
        },
        Error::PluginStopped(_) => (GivenUp::Failed, Reason::PluginStopped),
        _ => (GivenUp::Failed, Reason::Host),
    }
}
