//! A run of the sync from its first step to its last.

use std::time::Duration;

use crate::{
    Error, Result,
    capability::logging::Lines,
    contract::exports::clientpoint::content_source::sync::{Options, Stage},
    signed_in::SignedIn,
};

/// More steps than a run has for the largest drive.
const STEPS_AT_MOST: u32 = 200_000;

/// For how long a run waits in all where the source asks for patience.
const PATIENCE: Duration = Duration::from_secs(45 * 60);

impl Default for Options {
    /// Of a run that a person has started, and that does what any run does.
    fn default() -> Self {
        Self {
            exact: false,
            accept_gone: false,
            schedule: None,
        }
    }
}

impl SignedIn {
    /// Does a whole run, and waits between its steps for as long as the source asks for. `cursor` is where the run stands,
    /// none at its beginning. `keep` hears where it stands after each step, and writes that down: whoever begins there after
    /// a crash does nothing twice.
    ///
    /// # Errors
    ///
    /// As [`SignedIn::step`]; `Error::Plugin` (`throttled`) where the source asks for more patience than 45 minutes; what
    /// `keep` answers.
    pub async fn sync(
        &self,
        run: i64,
        mut cursor: Option<String>,
        options: Options,
        mut keep: impl AsyncFnMut(&str) -> Result<()>,
    ) -> Result<()> {
        let (lines, mut waited) = (Lines::default(), Duration::ZERO);
        for _ in 0..STEPS_AT_MOST {
            let report = self.step(run, &lines, cursor, options.clone()).await?;
            keep(&report.cursor).await?;
            if report.stage == Stage::Done {
                return Ok(());
            }
            cursor = Some(report.cursor);
            let pause = Duration::from_secs(report.pause.unwrap_or(0).into());
            waited += pause;
            if PATIENCE < waited {
                return Err(Error::Plugin {
                    code: "throttled",
                    message: "the source asks for more patience than a run has: what is left is first in the next run"
                        .into(),
                });
            }
            self.engine().clock().sleep(pause).await;
        }
        Err(Error::PluginStopped("it takes steps without end".into()))
    }
}
