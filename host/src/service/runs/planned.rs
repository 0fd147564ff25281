//! Looks at the sync, as they are kept until the next one: page by page, and as sums.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Error, Result,
    service::{
        Page, Part, Search, Session, api,
        runs::{ledger::refuse_unknown, plan::PlannedRow},
    },
    store::{
        plans,
        runs::{self, Run},
        words::RunKind,
    },
    way_out::WayOut,
};

/// What a look at the sync has found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Plan {
    /// The run that has looked.
    pub run: api::Run,
    /// Its name, by which it is carried out; none for one that came to nothing.
    pub plan: Option<String>,
    /// How many files something would be done about, by the outcome to be expected.
    pub counts: BTreeMap<String, u64>,
    /// How many that are in all.
    pub files: u64,
    /// In how many ClientPoints and Templates they are shown.
    pub shown_in: u64,
    /// How many bytes they have, as far as that is known.
    pub bytes: u64,
    /// How many files would stay as they are.
    pub others: u64,
    /// Whether another one was begun since: what this one has found is not kept any more.
    pub is_past: bool,
}

impl Session<'_> {
    /// A look at the sync.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::NotFound`, also for a run that is none; the database's.
    pub async fn plan_made(&self, run: i64) -> Result<Plan> {
        let run = self.a_plan(run).await?;
        let sums = plans::sums(&self.host.store, &run).await?;
        let files = sums.iter().map(|alike| alike.files).sum();
        Ok(Plan {
            plan: plans::name(&run).map(str::to_owned),
            files,
            shown_in: sums.iter().map(|alike| alike.shown_in).sum(),
            bytes: sums.iter().map(|alike| alike.bytes).sum(),
            others: run.inputs.saturating_sub(files),
            is_past: plans::is_past(&self.host.store, &run).await?,
            counts: sums.into_iter().map(|alike| (alike.outcome, alike.files)).collect(),
            run: run.into(),
        })
    }

    /// A page of what it has found, in the order in which that would be done: with that outcome, and with that text in the
    /// name that a file has in the library.
    ///
    /// # Errors
    ///
    /// As [`Session::plan_made`]; `Error::Settings` for a cursor of another list.
    pub async fn planned_page(
        &self,
        run: i64,
        (outcome, search): (Option<&str>, Option<&Search>),
        part: &Part,
    ) -> Result<Page<PlannedRow>> {
        let number = run;
        let run = self.a_plan(run).await?;
        if let Some(outcome) = outcome {
            refuse_unknown(outcome, number, &self.plan_made(number).await?.counts)?;
        }
        let page = plans::page(&self.host.store, &run, outcome, search, part).await?;
        page.try_map(|row| Ok(row.into()))
    }

    async fn a_plan(&self, run: i64) -> Result<Run> {
        self.user.require_administrator("see the runs")?;
        let run = runs::get(&self.host.store, run).await?;
        if run.kind == RunKind::Plan {
            return Ok(run);
        }
        Err(Error::NotFound {
            what: "plan",
            name: run.id.to_string(),
            way_out: WayOut::MakePlan,
        })
    }
}
