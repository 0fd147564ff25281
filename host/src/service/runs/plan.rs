//! What a run would do, and doing exactly that.

use std::collections::{BTreeMap, BTreeSet};

use clientpoint_engine::{
    contract::exports::clientpoint::content_source::sync::Planned as InContract, text::hex, words::Word,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tracing::Instrument;
use utoipa::ToSchema;

use crate::{
    Error, Result,
    service::{
        Session, Stop,
        operations::work::CameTo,
        runs::{
            course::Course,
            ledger::Ledger,
            mandate::Mandate,
            options::SyncOptions,
            steps::{Halt, interrupted},
        },
    },
    store::{
        connections::Connection,
        files,
        plans::{self, Planned},
        runs::{self, Ending, Run},
        words::{GivenUp, OperationKind, Reason, RunKind, RunState},
    },
    way_out::WayOut,
};

/// What a run would do now.
#[derive(Clone, Debug, Serialize)]
pub struct PlanReport {
    /// Names the plan for whoever carries it out: equal plans have equal ids.
    pub plan: String,
    /// What would happen, in the order in which it would; empty where the rows were told one by one.
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
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
    pub outcome: String,
    /// In bytes, where it is known.
    pub size: Option<u64>,
    /// The source's mark of the content.
    pub version: Option<String>,
    /// How many ClientPoints and Templates show the file.
    pub shown_in: u32,
}

/// Who hears of the rows of a plan.
pub type TellRow<'t> = dyn FnMut(PlannedRow) -> Result<()> + Send + 't;

/// What there is to be known of a plan without its rows.
#[derive(Default)]
struct Sum {
    name: Sha256,
    rows: u64,
    expected: BTreeMap<String, u64>,
}

impl Session<'_> {
    /// What [`Session::sync`] would do now. The files and what is shown stay as they are.
    ///
    /// # Errors
    ///
    /// As [`Session::sync`].
    pub async fn plan_sync(&self, stop: &Stop) -> Result<PlanReport> {
        let mut rows = Vec::new();
        let mut told = |row: PlannedRow| {
            rows.push(row);
            Ok(())
        };
        let report = self.plan_sync_row_by_row(stop, &mut told).await?;
        Ok(PlanReport { rows, ..report })
    }

    /// As [`Session::plan_sync`], for plans of any length: each row is told as it comes, and the report has none.
    ///
    /// # Errors
    ///
    /// As [`Session::sync`], and those of `told`.
    pub async fn plan_sync_row_by_row(&self, stop: &Stop, told: &mut TellRow<'_>) -> Result<PlanReport> {
        self.user.require_administrator("plan a sync")?;
        let work = self.work(OperationKind::Plan, stop).await?;
        let planning = work.session.sync_planned(&work.stop, told);
        let came_to = |report: &PlanReport| CameTo {
            plan: Some(report.plan.clone()),
            ..CameTo::counts(report.counts.clone())
        };
        work.carry_out(planning, came_to).await
    }

    async fn sync_planned(&self, stop: &Stop, told: &mut TellRow<'_>) -> Result<PlanReport> {
        let connection = self.connection().await?;
        self.works_through(&connection.id);
        let mandate = Mandate::by_hand(self.no_sync(&connection.id, "a sync").await?);
        let planning = self.planned_by(&mandate, &connection, (stop, told));
        mandate.guarding(Box::pin(planning)).await
    }

    async fn planned_by(
        &self,
        mandate: &Mandate,
        connection: &Connection,
        (stop, told): (&Stop, &mut TellRow<'_>),
    ) -> Result<PlanReport> {
        let before = self.finish_interrupted(connection, mandate, stop).await?;
        let run = self.begin(connection, RunKind::Plan, &SyncOptions::default()).await?;
        let span = self.works_on(run.id);
        let report = self
            .plan_of(connection, run, mandate, (stop, told))
            .instrument(span)
            .await?;
        Ok(PlanReport { before, ..report })
    }

    async fn plan_of(
        &self,
        connection: &Connection,
        mut run: Run,
        mandate: &Mandate,
        (stop, told): (&Stop, &mut TellRow<'_>),
    ) -> Result<PlanReport> {
        let mut course = Course::new(self, connection, mandate);
        plans::begin(&self.host.store, &run).await?;
        let halt = {
            let _turn = self.turn(&connection.id, "a sync").await?;
            self.steps(&mut course, &mut run, stop).await?
        };
        let planned = match halt {
            Halt::Ended(ended) => {
                let ended = (*ended)?;
                if ended.state != RunState::Complete {
                    let message = ended.message.unwrap_or_default();
                    return Err(Error::Sync {
                        code: "no-plan",
                        message: format!("there is no plan: {message}"),
                    });
                }
                Sum::default()
            }
            Halt::Interrupted | Halt::Later => return Err(self.give_up_plan(&run).await?),
            Halt::Listed => self.planned(&mut course, &run, told).await?,
        };
        let (plan, rows, expected) = planned.end();
        let mut counts = runs::settled(&self.host.store, &run).await?;
        let settled: u64 = counts.values().sum();
        let unchanged = run.inputs.saturating_sub(rows).saturating_sub(settled);
        for (outcome, count) in expected {
            *counts.entry(outcome).or_default() += count;
        }
        if unchanged != 0 {
            *counts.entry("unchanged".into()).or_default() += unchanged;
        }
        plans::end(&self.host.store, &run, &plans::message(&plan), &self.now()).await?;
        Ok(PlanReport {
            plan,
            unchanged,
            counts,
            rows: Vec::new(),
            before: None,
        })
    }

    pub(crate) async fn give_up_plan(&self, run: &Run) -> Result<Error> {
        plans::end(&self.host.store, run, "interrupted", &self.now()).await?;
        Ok(interrupted())
    }

    /// The work of a run by plan: only if the plan still holds.
    pub(super) async fn work_by_plan(&self, course: &mut Course<'_>, run: &mut Run, stop: &Stop) -> Result<Halt> {
        let options: SyncOptions = serde_json::from_str(&run.options).unwrap_or_default();
        let planned = self.planned(course, run, &mut |_| Ok(())).await?;
        let begun = runs::has_lines(&self.host.store, run.id).await?;
        if !begun && options.plan.as_deref() != Some(planned.end().0.as_str()) {
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

    /// What the work of a run would do: `told` hears of each row. What is kept of them is their File IDs.
    async fn planned(&self, course: &mut Course<'_>, run: &Run, told: &mut TellRow<'_>) -> Result<Sum> {
        let mut sum = Sum::default();
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
            let (empty, first) = (page.planned.is_empty(), sum.rows);
            let mut kept = Vec::new();
            for planned in page.planned {
                if !seen.insert(planned.file.clone()) {
                    return Err(Error::PluginStopped("it plans a file twice".into()));
                }
                let row = self.row(course.connection, planned).await?;
                sum.add(&row)?;
                if run.kind == RunKind::Plan {
                    kept.push(row.kept());
                }
                told(row)?;
            }
            plans::keep(&self.host.store, run, first, &kept).await?;
            next = page.next;
            if next.is_none() || empty {
                return Ok(sum);
            }
        }
    }

    async fn row(&self, connection: &Connection, planned: InContract) -> Result<PlannedRow> {
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
            outcome: planned.outcome.word().into(),
            file: planned.file,
            name: planned.name,
            revision: planned.revision,
            size: planned.size,
            version: planned.version,
            shown_in: planned.shown_in,
        })
    }
}

impl PlannedRow {
    fn kept(&self) -> Planned {
        Planned {
            file: self.file.clone(),
            library_name: self.library_name.clone(),
            name: self.name.clone(),
            revision: self.revision,
            outcome: self.outcome.clone(),
            size: self.size.map(|size| i64::try_from(size).unwrap_or(i64::MAX)),
            version: self.version.clone(),
            shown_in: self.shown_in.into(),
        }
    }
}

impl From<Planned> for PlannedRow {
    fn from(of: Planned) -> Self {
        Self {
            file: of.file,
            library_name: of.library_name,
            name: of.name,
            revision: of.revision,
            outcome: of.outcome,
            size: of.size.map(i64::unsigned_abs),
            version: of.version,
            shown_in: u32::try_from(of.shown_in).unwrap_or(u32::MAX),
        }
    }
}

impl Sum {
    fn add(&mut self, row: &PlannedRow) -> Result<()> {
        let text = serde_json::to_vec(row).map_err(|error| Error::Storage(error.to_string()))?;
        self.name.update(if self.rows == 0 { "[" } else { "," });
        self.name.update(&text);
        self.rows += 1;
        *self.expected.entry(row.outcome.clone()).or_default() += 1;
        Ok(())
    }

    /// The plan's name: what it would do, and to what, as one JSON list, hashed. How many rows it has, and how many of which
    /// outcome.
    fn end(mut self) -> (String, u64, BTreeMap<String, u64>) {
        self.name.update(if self.rows == 0 { "[]" } else { "]" });
        let mut name = hex(&self.name.finalize());
        name.truncate(16);
        (name, self.rows, self.expected)
    }
}
