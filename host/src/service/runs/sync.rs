//! Runs of the sync: now, by plan, and going on where one was interrupted.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use clientpoint_engine::{
    contract::exports::clientpoint::content_source::{
        content_import::Error as ContractError,
        sync::{Options, Planned, Report, Stage},
    },
    text::hex,
    words::Word,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    Error, Result,
    host::Host,
    service::{Ledger, Session, Stop, runs::course::Course},
    store::{
        connections::{Connection, Mode},
        files, plans,
        runs::{self, Ending, Run},
        users::{Role, User},
        words::{GivenUp, Reason, RunKind, RunState},
    },
    way_out::WayOut,
};

/// For how long a run waits in all where the source asks for patience. Who is not served by then is first next time.
const PATIENCE: Duration = Duration::from_secs(45 * 60);
/// How often a step is tried again that found nobody at the other end.
const TRIES: u32 = 3;
/// How long before that.
const BREATH: Duration = Duration::from_secs(60);
/// The longest cursor, in bytes.
const CURSOR_AT_MOST: usize = 64 << 10;

/// What a run may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SyncOptions {
    /// Lets any number of files turn `source-gone`.
    pub accept_gone: bool,
    /// Carries out this plan, exactly or not at all.
    pub plan: Option<String>,
}

/// What a run would do now.
#[derive(Clone, Debug, Serialize)]
pub struct PlanReport {
    /// Names the plan for whoever carries it out: equal plans have equal ids.
    pub plan: String,
    /// What would happen, in the order in which it would.
    pub rows: Vec<PlannedRow>,
    /// How many files follow their items and have nothing to be done.
    pub unchanged: u64,
    /// How many files would have which outcome, as the ledger of a sync counts them: also those that do not follow, and of
    /// which nothing is new.
    pub counts: BTreeMap<String, u64>,
    /// The run that lay interrupted, and came to its end before the plan was made: that one has changed files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Box<Ledger>>,
}

/// What would happen to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedRow {
    /// The File ID.
    pub file: String,
    /// Its name in the library.
    pub library_name: String,
    /// Its name in the source.
    pub name: String,
    /// The revision it has.
    pub revision: u64,
    /// The outcome to be expected.
    pub outcome: &'static str,
    /// In bytes, where it is known.
    pub size: Option<u64>,
    /// The source's mark of the content.
    pub version: Option<String>,
    /// How many ClientPoints and Templates show the file.
    pub shown_in: u32,
}

/// Why a run does not go on.
enum Halt {
    /// It is over, one way or the other.
    Ended(Box<Result<Run>>),
    /// It was asked to stop, and goes on another time.
    Interrupted,
    /// It has listed all, and a plan was wanted.
    Listed,
}

impl SyncOptions {
    /// As it is kept with the run.
    pub(crate) fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Host {
    /// The host at work by itself.
    pub(crate) fn own_session(&self) -> Session<'_> {
        Session {
            host: self,
            user: User {
                name: "timer".into(),
                role: Role::Administrator,
            },
            through: None,
        }
    }
}

impl Session<'_> {
    /// Runs the sync of this person's connection now. A run that was interrupted comes to its end first.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotConnected`, `Error::Sync` if one is running, if the plan is outdated, or if it
    /// was asked to stop; `Error::Ledger`. What befell single files is in the ledger, and no error.
    pub async fn sync(&self, options: &SyncOptions, stop: &Stop) -> Result<Ledger> {
        self.user.require_administrator("run the sync")?;
        let connection = self.connection().await?;
        if let Some(plan) = &options.plan {
            plans::require(&self.host.store, &connection.id, plan).await?;
        }
        let _right = self.no_sync(&connection.id).await?;
        let before = self.finish_interrupted(&connection, stop).await?;
        let run = self.begin(&connection, RunKind::Manual, options).await?;
        let ledger = self.carry_on(&connection, run, stop).await?;
        Ok(Ledger { before, ..ledger })
    }

    /// Runs what is due, for all connections, until it is stopped. `told` hears of every run.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`.
    pub async fn serve(&self, stop: &Stop, told: impl Fn(&Result<Ledger>)) -> Result<()> {
        self.user.require_administrator("serve")?;
        self.host.serve(stop, told).await
    }

    /// Runs what is due now, for all connections, and says what became of it.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, or the database's.
    pub async fn serve_once(&self, stop: &Stop) -> Result<Vec<Result<Ledger>>> {
        self.user.require_administrator("serve")?;
        self.host.tick(stop).await
    }

    /// What [`Session::sync`] would do now. The files and what is shown stay as they are.
    ///
    /// # Errors
    ///
    /// As [`Session::sync`].
    pub async fn plan_sync(&self, stop: &Stop) -> Result<PlanReport> {
        self.user.require_administrator("plan a sync")?;
        let connection = self.connection().await?;
        let _right = self.no_sync(&connection.id).await?;
        let before = self.finish_interrupted(&connection, stop).await?;
        let mut run = self.begin(&connection, RunKind::Plan, &SyncOptions::default()).await?;
        let mut course = Course::new(self, &connection);
        let halt = {
            let _turn = self.turn(&connection.id, "a sync").await?;
            self.steps(&mut course, &mut run, stop).await?
        };
        let rows = match halt {
            Halt::Ended(ended) => {
                let ended = (*ended)?;
                if ended.state != RunState::Complete {
                    let message = ended.message.unwrap_or_default();
                    return Err(Error::Sync {
                        code: "no-plan",
                        message: format!("there is no plan: {message}"),
                    });
                }
                Vec::new()
            }
            Halt::Interrupted => return Err(self.give_up_plan(&run).await?),
            Halt::Listed => self.planned(&mut course, &run).await?,
        };
        let plan = plan_id(&rows);
        let mut counts = runs::settled(&self.host.store, &run).await?;
        let settled: u64 = counts.values().sum();
        let unchanged = run.inputs.saturating_sub(rows.len() as u64).saturating_sub(settled);
        for row in &rows {
            *counts.entry(row.outcome.into()).or_default() += 1;
        }
        if unchanged != 0 {
            *counts.entry("unchanged".into()).or_default() += unchanged;
        }
        plans::end(&self.host.store, &run, &plans::message(&plan), &self.now()).await?;
        Ok(PlanReport {
            plan,
            unchanged,
            counts,
            rows,
            before,
        })
    }

    pub(crate) async fn give_up_plan(&self, run: &Run) -> Result<Error> {
        plans::end(&self.host.store, run, "interrupted", &self.now()).await?;
        Ok(interrupted())
    }

    /// Brings a run to its end. Whoever calls holds the right to.
    pub(crate) async fn carry_on(&self, connection: &Connection, mut run: Run, stop: &Stop) -> Result<Ledger> {
        let halt = {
            let _turn = self.turn(&connection.id, "a sync").await?;
            // Before it had the turn, or while it lay interrupted, files may have come and gone.
            runs::count_inputs(&self.host.store, &mut run).await?;
            let mut course = Course::new(self, connection);
            match self.steps(&mut course, &mut run, stop).await? {
                Halt::Listed => self.work(&mut course, &mut run, stop).await?,
                halt => halt,
            }
        };
        match halt {
            Halt::Ended(ended) => self.ledger_of((*ended)?).await,
            Halt::Interrupted => Err(interrupted()),
            Halt::Listed => Err(Error::PluginStopped("it lists without end".into())),
        }
    }

    /// Brings a run to its end that lay interrupted, if there is one, and gives its ledger.
    async fn finish_interrupted(&self, connection: &Connection, stop: &Stop) -> Result<Option<Box<Ledger>>> {
        let Some(run) = runs::unfinished(&self.host.store, &connection.id).await? else {
            return Ok(None);
        };
        if run.kind == RunKind::Plan {
            self.give_up_plan(&run).await?;
            return Ok(None);
        }
        Ok(Some(Box::new(self.carry_on(connection, run, stop).await?)))
    }

    async fn begin(&self, connection: &Connection, kind: RunKind, options: &SyncOptions) -> Result<Run> {
        let Some(drive) = &connection.drive else {
            return Err(ContractError::NoDrive.into());
        };
        let begin = runs::Begin {
            connection: &connection.id,
            drive: &drive.id,
            kind,
            due: None,
            late: false,
            by: &self.user.name,
            options: &options.written(),
        };
        let run = runs::begin(&self.host.store, begin, &self.now()).await?;
        run.ok_or_else(|| Error::Storage("the run could not be recorded".into()))
    }

    /// Steps until the run ends, is interrupted, or has listed all and has a plan to make or to keep to.
    async fn steps(&self, course: &mut Course<'_>, run: &mut Run, stop: &Stop) -> Result<Halt> {
        let options: SyncOptions = serde_json::from_str(&run.options).unwrap_or_default();
        let stops_at_list = run.kind == RunKind::Plan || options.plan.is_some();
        if run.listed.0 && stops_at_list {
            return Ok(Halt::Listed);
        }
        self.host.make_damaged_due(&course.connection.id, run.id).await?;
        self.drive(course, run, &options, stop, stops_at_list).await
    }

    /// The work of a run by plan: only if the plan still holds.
    async fn work(&self, course: &mut Course<'_>, run: &mut Run, stop: &Stop) -> Result<Halt> {
        let options: SyncOptions = serde_json::from_str(&run.options).unwrap_or_default();
        let rows = self.planned(course, run).await?;
        let begun = runs::has_lines(&self.host.store, run.id).await?;
        if !begun && options.plan.as_deref() != Some(plan_id(&rows).as_str()) {
            let message = "the world has moved since that plan was made, and nothing was changed";
            let ending = Ending::GivenUp {
                outcome: GivenUp::Deferred,
                reason: Reason::PlanOutdated,
                message,
            };
            runs::end(&self.host.store, run, ending, &self.now()).await?;
            let outdated = Error::Sync {
                code: "plan-outdated",
                message: message.into(),
            };
            return Err(outdated.with([WayOut::MakePlan]));
        }
        self.drive(course, run, &options, stop, false).await
    }

    async fn drive(
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
            let report = match self.step(course, run, options, within).await {
                Ok(report) => report,
                Err(error) if passes(&error) && tries < TRIES => {
                    tries += 1;
                    self.host.waiting(&format!("{error}; the step is tried again"), BREATH);
                    stop.run_until_cancelled(self.host.clock.sleep(BREATH)).await;
                    continue;
                }
                Err(error) => return Ok(self.give_up(course.connection, run, &error).await),
            };
            tries = 0;
            let listed = report.stage != Stage::Listing;
            runs::keep_cursor(&self.host.store, run, report.cursor, listed).await?;
            if report.stage == Stage::Done {
                return Ok(self.over(run, Ending::Complete).await);
            }
            if listed && stop_at_list {
                return Ok(Halt::Listed);
            }
            let Some(pause) = report.pause.map(|seconds| Duration::from_secs(seconds.into())) else {
                continue;
            };
            waited += pause;
            if PATIENCE < waited {
                let ending = Ending::GivenUp {
                    outcome: GivenUp::Deferred,
                    reason: Reason::Throttled,
                    message: "the source asked for more patience than a run has: what is left is first in the next run",
                };
                return Ok(self.over(run, ending).await);
            }
            self.host.waiting("the source asks for patience", pause);
            stop.run_until_cancelled(self.host.clock.sleep(pause)).await;
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

    async fn planned(&self, course: &mut Course<'_>, run: &Run) -> Result<Vec<PlannedRow>> {
        let mut rows = Vec::new();
        let mut seen = BTreeSet::new();
        let mut next = None;
        loop {
            let within = course.allowance.time(self.host.limits.call);
            let within =
                within.ok_or_else(|| Error::PluginStopped("it plans for longer than a run may take".into()))?;
            let (lines, cursor) = (course.allowance.lines.clone(), run.cursor.clone().unwrap_or_default());
            let signed_in = course.signed_in().await?;
            let page = signed_in.see(async |plugin| plugin.plan(within, run.id, &lines, cursor, next).await);
            let page = page.await?;
            let empty = page.planned.is_empty();
            for planned in page.planned {
                if !seen.insert(planned.file.clone()) {
                    return Err(Error::PluginStopped("it plans a file twice".into()));
                }
                rows.push(self.row(course.connection, planned).await?);
            }
            next = page.next;
            if next.is_none() || empty {
                return Ok(rows);
            }
        }
    }

    async fn row(&self, connection: &Connection, planned: Planned) -> Result<PlannedRow> {
        let file = match files::get(&self.host.store, &planned.file).await {
            Err(Error::NotFound { .. }) => None,
            found => Some(found?),
        };
        let managed = |file: &files::LibraryFile| {
            let link = file.link.as_ref();
            link.is_some_and(|link| link.connection == connection.id)
        };
        let file = file
            .filter(managed)
            .ok_or_else(|| Error::PluginStopped("it plans for a file that is none of its own".into()))?;
        Ok(PlannedRow {
            library_name: file.name,
            outcome: planned.outcome.word(),
            file: planned.file,
            name: planned.name,
            revision: planned.revision,
            size: planned.size,
            version: planned.version,
            shown_in: planned.shown_in,
        })
    }
}

fn interrupted() -> Error {
    let interrupted = Error::Sync {
        code: "interrupted",
        message: "the sync was interrupted, and nothing is lost: the next one goes on where it stood".into(),
    };
    interrupted.with([WayOut::ShowRuns])
}

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

/// Names a plan by what it would do, and to what.
fn plan_id(rows: &[PlannedRow]) -> String {
    let text = serde_json::to_string(rows).unwrap_or_default();
    let mut name = hex(&Sha256::digest(text.as_bytes()));
    name.truncate(16);
    name
}
