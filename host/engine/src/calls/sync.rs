//! The calls of `sync`: each lends the managed files, for its run.

use std::time::Duration;

use crate::{
    Result,
    calls::Answer,
    capability::{lent::Lent, logging::Lines},
    contract::exports::clientpoint::content_source::sync::{Options, PlanPage, Report},
    instance::Instance,
};

impl Instance {
    /// Does the next piece of a run.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`.
    pub async fn step(
        self,
        within: Duration,
        run: i64,
        lines: &Lines,
        cursor: Option<String>,
        options: Options,
    ) -> Result<Answer<Report>> {
        self.lend(Lent::Run(run))
            .logging(lines)
            .call("step", within, async |world, accessor| {
                let sync = world.clientpoint_content_source_sync();
                sync.call_step(accessor, cursor, options).await
            })
            .await
    }

    /// What the work of a run would do: one page of it.
    ///
    /// # Errors
    ///
    /// `Error::PluginStopped`.
    pub async fn plan(
        self,
        within: Duration,
        run: i64,
        lines: &Lines,
        cursor: String,
        next: Option<String>,
    ) -> Result<Answer<PlanPage>> {
        self.lend(Lent::Run(run))
            .logging(lines)
            .call("plan", within, async |world, accessor| {
                let sync = world.clientpoint_content_source_sync();
                sync.call_plan(accessor, cursor, next).await
            })
            .await
    }
}
