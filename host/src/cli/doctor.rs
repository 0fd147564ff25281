//! The words of `doctor`: what was looked at, a line each, with the way out.

use std::path::Path;

use clientpoint_host::{
    Error, Result, Session,
    service::{self, CheckStanding, Ended, api::Examination},
};

use super::{
    hints,
    output::{Output, document},
    show::Page,
};

/// Looks at everything that work takes. A person is needed where something has failed.
pub async fn doctor(session: &Session<'_>) -> Result<Output> {
    let found = session.doctor().await?;
    let ended = if found.well { Ended::Well } else { Ended::NeedsAPerson };
    Ok(told(&found)?.ended(ended))
}

/// What there is to say where the host can't be opened: the rest could not be looked at.
pub fn unopened(problems: &[Error], data: &Path) -> Result<Output> {
    Ok(told(&service::unopened(problems, data))?.unless(false))
}

fn told(found: &Examination) -> Result<Output> {
    let mut text = Page::default();
    for check in &found.checks {
        let label = match check.standing {
            CheckStanding::Well => "ok",
            CheckStanding::Warning => "note",
            CheckStanding::Failed => "FAILED",
            CheckStanding::NotAsked => "-",
        };
        let told = hints::told(&check.message, &check.ways_out);
        text.line(format!("{label:6}  {:11}  {told}", check.subject));
    }
    Ok(Output::done(document(found)?, text))
}
