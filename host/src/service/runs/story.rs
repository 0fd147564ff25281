//! The end of a run in the log: what it came to, and which files somebody may look for. No name of a file is in it.

use std::time::Duration;

use crate::service::{
    Ledger,
    runs::ledger::{Ended, is_fine},
};

/// How many files of each sort the log names.
const NAMED: usize = 20;

impl Ledger {
    /// Tells the log how the run has ended.
    pub(super) fn tell(&self, took: Duration) {
        let of_sort = |fine: bool| {
            let lines = self.lines.iter().filter(|line| line.outcome != "unchanged");
            lines.filter(move |line| is_fine(&line.outcome) == fine)
        };
        for line in of_sort(true).take(NAMED) {
            let (file, revision) = (&line.file, line.revision);
            tracing::info!(file, revision, "a file is {}", line.outcome);
        }
        for line in of_sort(false).take(NAMED) {
            let (file, reason) = (&line.file, &line.reason);
            tracing::warn!(file, reason, "a file is {}", line.outcome);
        }
        let counts: Vec<String> = self
            .counts
            .iter()
            .map(|(outcome, count)| format!("{count} {outcome}"))
            .collect();
        let (run, seconds, files) = (&self.run, took.as_secs(), self.run.inputs);
        let sums = if counts.is_empty() {
            "nothing".to_owned()
        } else {
            counts.join(" + ")
        };
        let told = format!(
            "run {} is {}, it took {seconds} seconds: {sums} = {files} files",
            run.id, run.state
        );
        match self.ended() {
            Ended::Well => tracing::info!("{told}"),
            Ended::NeedsAPerson => tracing::warn!("{told}; somebody is to look at it"),
            Ended::NotDone => {
                let why = run.message.as_deref().map(|why| format!("; {why}")).unwrap_or_default();
                tracing::warn!("{told}{why}");
            }
        }
    }
}
