//! The lines of a run as a list, each with what can be done about it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Result,
    service::{
        LineFilter, Page, Part, Session,
        api::Line,
        runs::{ledger::refuse_unknown, ways_out},
    },
    store::{run_list, runs},
    way_out::WayOut,
};

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineRow {
    /// The line.
    #[serde(flatten)]
    pub line: Line,
    /// What can be done about it, the likeliest first; taking the update back, where it is one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ways_out: Vec<WayOut>,
}

impl Session<'_> {
    /// A page of the lines of a run that the filter lets through: by File ID, or in the order of the sheet.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`; `Error::Settings` for a cursor of another list, and for an outcome that the
    /// run does not have; the database's.
    pub async fn lines_page(&self, run: i64, filter: &LineFilter, part: &Part) -> Result<Page<LineRow>> {
        self.user.require_administrator("see the runs")?;
        let run = runs::get(&self.host.store, run).await?;
        if let Some(outcome) = &filter.outcome {
            let counts = runs::counts(&self.host.store, &run).await?;
            refuse_unknown(outcome, run.id, &counts)?;
        }
        let page = run_list::lines(&self.host.store, run.id, filter, part).await?;
        page.try_map(|line| {
            let line = Line::from(line);
            let ways_out = ways_out::of_line(&line);
            Ok(LineRow { line, ways_out })
        })
    }
}
