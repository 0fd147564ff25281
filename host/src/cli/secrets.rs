//! The words of the key: `secrets rotate`, `secrets forget`.

use std::path::Path;

use clap::Subcommand;
use clientpoint_host::{
    Result, Session, host,
    key_files::{KEY_VARIABLE, NEXT_KEY_VARIABLE, NextKey},
};
use serde_json::json;

use super::{asking, output::Output, show::Page, terminal::Terminal};

/// See `Command::Secrets`.
#[derive(Debug, Subcommand)]
pub enum Secrets {
    /// Seal everything with another key. Not while another `clientpoint-host` runs on this data folder; where hosts share a
    /// database, once all of them have the next key
    Rotate,
    /// Where hosts share a database: make the key that `rotate` will change to, for all of them to have before
    Next,
    /// Where `secret.key` is lost for good, on all hosts: wipe the secrets that nobody can open any more, and make a new key.
    /// The files stay; connect again afterwards
    Forget {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// Starts over with a new key, in a folder that can't be opened for want of one.
/// `server` is the file with the address of the database, where that is not in the folder.
pub async fn forget(
    (data, server): (&Path, Option<&Path>),
    user: &str,
    yes: bool,
    terminal: &Terminal,
) -> Result<Output> {
    let what = match server {
        None => "the secrets and tokens of all connections are wiped",
        Some(_) => "the secrets and tokens of all connections of all accounts of the database are wiped",
    };
    if let Some(nothing) = asking::stopped(terminal, what, yes).await? {
        return Ok(nothing);
    }
    let wiped = match server {
        None => host::forget_secrets(data, user, "clientpoint-host secrets").await?,
        Some(file) => host::forget_secrets_of_hosts(data, file, user).await?,
    };
    let application = match wiped.applications {
        0 => "",
        _ => ", the registered application among them",
    };
    let mut text = Page::of(format!(
        "wiped {} secrets{application}, and made a new key; the files are as they were: connect again to let them follow",
        wiped.secrets
    ));
    if server.is_some() {
        text.line("before another host starts, copy the key into its data folder: `secret.key`");
    }
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

/// Makes the key to change to.
pub async fn next(session: &Session<'_>) -> Result<Output> {
    let next = session.prepare_key().await?;
    let (document, mut text) = match next {
        NextKey::File { path, is_new } => {
            let made = if is_new {
                "made the next key"
            } else {
                "there is a next key already"
            };
            let text = Page::of(format!(
                "{made}: `{path}`. Copy it into the data folder of every other host of this database, for its user alone (mode \
                 600), under the same name"
            ));
            (json!({ "file": path, "made": is_new }), text)
        }
        NextKey::Variable(name) => {
            let text = Page::of(format!(
                "the next key is in `{name}`: start every other host of this database with the same, beside the present one"
            ));
            (json!({ "variable": name, "made": false }), text)
        }
    };
    text.line("nothing is sealed with it before `clientpoint-host secrets rotate`, which says who has it not yet");
    Ok(Output::done(document, text))
}
