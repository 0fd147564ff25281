//! The words of the key: `secrets rotate`, `secrets forget`.

use std::path::Path;

use clap::Subcommand;
use clientpoint_host::{
    Result, Session, host,
    key_files::{KEY_VARIABLE, NEXT_KEY_VARIABLE},
};
use serde_json::json;

use super::{asking, output::Output, show::Page, terminal::Terminal};

/// See `Command::Secrets`.
#[derive(Debug, Subcommand)]
pub enum Secrets {
    /// Seal everything with another key. Not while another `clientpoint-host` runs on this data folder
    Rotate,
    /// Where `secret.key` is lost for good: wipe the secrets that nobody can open any more, and make a new key. The files
    /// stay; connect again afterwards
    Forget {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// Starts over with a new key, in a folder that can't be opened for want of one.
pub async fn forget(data: &Path, user: &str, yes: bool, terminal: &Terminal) -> Result<Output> {
    let what = "the secrets and tokens of all connections are wiped";
    if let Some(nothing) = asking::stopped(terminal, what, yes).await? {
        return Ok(nothing);
    }
    let wiped = host::forget_secrets(data, user, "clientpoint-host secrets").await?;
    let application = match wiped.applications {
        0 => "",
        _ => ", the registered application among them",
    };
    let text = Page::of(format!(
        "wiped {} secrets{application}, and made a new key; the files are as they were: connect again to let them follow",
        wiped.secrets
    ));
    let document = json!({ "wiped": wiped.secrets, "applications": wiped.applications });
    Ok(Output::done(document, text))
}

/// Changes the key.
pub async fn rotate(session: &Session<'_>) -> Result<Output> {
    let count = session.rotate_key().await?;
    let mut text = Page::of(format!(
        "sealed anew, with another key: {count}; the old key opens nothing any more"
    ));
    if std::env::var_os(KEY_VARIABLE).is_some() {
        text.line(format!(
            "from now on, `{KEY_VARIABLE}` must have the value that `{NEXT_KEY_VARIABLE}` has now"
        ));
    }
    Ok(Output::done(json!({ "sealed": count }), text))
}
