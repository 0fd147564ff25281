//! Files that a sync holds back because so many would be gone at once: a person looks at them, and lets them go.

use serde::Serialize;

use crate::{
    Error, Result,
    service::{LineFilter, LineRow, Page, Part, Session, api},
    store::{run_list, runs, words::LineReason},
    way_out::WayOut,
};

/// What a sync holds back.
#[derive(Clone, Debug, Serialize)]
pub struct HeldBack {
    /// The last run of the connection, which holds them back.
    pub run: api::Run,
    /// How many files.
    pub files: u64,
}

/// The lines of files that were held back.
fn held_back() -> LineFilter {
    LineFilter {
        reason: Some(LineReason::TooManyGone),
        ..LineFilter::default()
    }
}

impl Session<'_> {
    /// What the last sync of that connection holds back; none if it holds nothing back.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, or the database's.
    pub async fn held_back(&self, connection: &str) -> Result<Option<HeldBack>> {
        self.user.require_administrator("see the runs")?;
        let Some(run) = runs::last(&self.host.store, connection).await? else {
            return Ok(None);
        };
        let kinds = run_list::kinds(&self.host.store, run.id, &held_back()).await?;
        let files: u64 = kinds.iter().map(|kind| kind.count).sum();
        let run = run.into();
        Ok((0 < files).then_some(HeldBack { run, files }))
    }

    /// What that run holds back.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`; `Error::Sync` (`guard-outdated`) if a later sync has looked since, or it holds
    /// nothing back; the database's.
    pub async fn held_back_by(&self, run: i64) -> Result<HeldBack> {
        self.user.require_administrator("see the runs")?;
        let connection = runs::get(&self.host.store, run).await?.connection;
        let held = self.held_back(&connection).await?.filter(|held| held.run.id == run);
        held.ok_or_else(|| {
            let outdated = Error::Sync {
                code: "guard-outdated",
                message: format!(
                    "run {run} holds no files back that are missing, or a later sync has looked again; nothing was changed"
                ),
            };
            outdated.with([WayOut::ShowRuns])
        })
    }

    /// A page of the files that a run holds back.
    ///
    /// # Errors
    ///
    /// As [`Session::lines_page`].
    pub async fn held_back_page(&self, run: i64, part: &Part) -> Result<Page<LineRow>> {
        self.lines_page(run, &held_back(), part).await
    }
}
