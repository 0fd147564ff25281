//! Opening the data folder as the command line says.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clientpoint_engine::clock::SystemClock;
use clientpoint_host::{Error, Host, host::BuildError};

use super::{
    args::{Arguments, Command, words::COMPONENT},
    bars::Bars,
    hints,
    library::Library,
    policy::policy,
    terminal::Terminal,
};

/// What has come of opening the folder, and of its daily sweep.
pub fn tell_notices(host: &Host, terminal: &Terminal) {
    for notice in host.take_notices() {
        terminal.say(format!("warning: {}", hints::notice(&notice)));
    }
}

/// The host as the command line asks for it.
///
/// # Errors
///
/// All that is wrong with the words, and with the folder.
pub async fn build(arguments: &Arguments, terminal: &Terminal) -> Result<Host, BuildError> {
    build_in(&arguments.data, arguments, terminal).await
}

/// The host as the command line asks for it, in another data folder.
///
/// # Errors
///
/// As [`build`].
pub async fn build_in(data: &Path, arguments: &Arguments, terminal: &Terminal) -> Result<Host, BuildError> {
    let bars = Bars::new(terminal, arguments.json);
    let name = format!("clientpoint-host {}", arguments.command.word());
    let mut builder = Host::builder(data).name(name).progress(Arc::new(bars));
    if arguments.command.needs_plugin() {
        builder = builder.component(arguments.plugin.clone().unwrap_or_else(default_plugin));
    }
    if matches!(arguments.command, Command::Library(Library::Adopt { .. })) {
        builder = builder.adopt();
    }
    let mut problems = Vec::new();
    match arguments.endpoints() {
        Ok(Some(endpoints)) => builder = builder.insecure_endpoints(endpoints),
        Ok(None) => {}
        Err(error) => problems.push(error),
    }
    match arguments.at {
        Some(moment) if arguments.insecure_endpoints => {
            builder = builder.clock(Arc::new(SystemClock::showing(moment)));
        }
        Some(_) => problems.push(Error::Settings(
            "`--at` is for tests and demonstrations: it needs `--insecure-endpoints` beside it".into(),
        )),
        None => {}
    }
    match policy(&arguments.policy) {
        Ok(changes) => builder = builder.policy(changes),
        Err(error) => problems.push(error),
    }
    if problems.is_empty() {
        return builder.build().await;
    }
    // What else is wrong is said in the same breath.
    match builder.build().await {
        Err(more) => problems.extend(more.problems),
        Ok(host) => host.close().await,
    }
    Err(BuildError { problems })
}

/// Where `cargo xtask build` puts the plugin, seen from this program; else beside this program.
fn default_plugin() -> PathBuf {
    let beside = std::env::current_exe()
        .ok()
        .and_then(|program| program.parent().map(PathBuf::from))
        .unwrap_or_default();
    let built = beside.join("../component").join(COMPONENT);
    if built.exists() { built } else { beside.join(COMPONENT) }
}
