//! The words of telling people: `notify test`.

use clap::Subcommand;
use clientpoint_host::{Result, Session};
use serde_json::json;

use super::{output::Output, show::Page};

/// See `Command::Notify`.
#[derive(Debug, Subcommand)]
pub enum Notify {
    /// Send a test by each way that was set, now
    Test,
}

/// Carries out a command.
pub async fn notify(session: &Session<'_>, command: Notify) -> Result<Output> {
    match command {
        Notify::Test => test(session).await,
    }
}

async fn test(session: &Session<'_>) -> Result<Output> {
    let deliveries = session.test_telling().await?;
    let mut text = Page::default();
    for delivery in &deliveries {
        text.line(match &delivery.failed {
            None => format!("{}: delivered", delivery.way),
            Some(why) => format!("{}: NOT delivered: {why}", delivery.way),
        });
    }
    let is_done = deliveries.iter().all(|delivery| delivery.failed.is_none());
    Ok(Output::done(json!({ "deliveries": deliveries }), text).unless(is_done))
}
