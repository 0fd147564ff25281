//! Opening the data folder as the command line says.

use std::sync::Arc;

use clientpoint_host::{
    Error, Host,
    clock::SystemClock,
    host::{BuildError, InsecureEndpoints},
};

use super::{
    args::{self, Arguments, Command},
    bars::Bars,
    terminal::Terminal,
};

/// What has come of opening the folder, and of its daily sweep.
pub fn tell_notices(host: &Host, terminal: &Terminal) {
    for notice in host.take_notices() {
        terminal.say(format!("warning: {notice}"));
    }
}

/// The host as the command line asks for it.
///
/// # Errors
///
/// All that is wrong with the words, and with the folder.
pub async fn build(arguments: &Arguments, terminal: &Terminal) -> Result<Host, BuildError> {
    let bars = Bars::new(terminal, arguments.json);
    let name = format!("clientpoint-host {}", arguments.command.word());
    let mut builder = Host::builder(&arguments.data).name(name).progress(Arc::new(bars));
    if arguments.command.needs_plugin() {
        builder = builder.component(arguments.plugin.clone().unwrap_or_else(args::default_plugin));
    }
    if matches!(arguments.command, Command::Library(args::Library::Adopt { .. })) {
        builder = builder.adopt();
    }
    let mut problems = Vec::new();
    match (arguments.insecure_endpoints, &arguments.graph_url, &arguments.login_url) {
        (true, Some(api), Some(login)) => {
            builder = builder.insecure_endpoints(InsecureEndpoints {
                api: api.clone(),
                login: login.clone(),
            });
        }
        (true, _, _) => problems.push(Error::Settings(
            "`--insecure-endpoints` needs both `--graph-url URL` and `--login-url URL`".into(),
        )),
        (false, None, None) => {}
        (false, _, _) => problems.push(Error::Settings(
            "`--graph-url` and `--login-url` are for tests and demonstrations: they need `--insecure-endpoints` beside them".into(),
        )),
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
    match args::policy(&arguments.policy) {
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

impl Command {
    /// What it is called.
    fn word(&self) -> &'static str {
        match self {
            Self::Users(_) => "users",
            Self::Connect(_) => "connect",
            Self::Disconnect(_) => "disconnect",
            Self::Secrets(_) => "secrets",
            Self::Drives(_) => "drives",
            Self::Onedrive(_) => "onedrive",
            Self::Library(_) => "library",
            Self::Place(_) => "place",
            Self::Unplace(_) => "unplace",
            Self::Places { .. } => "places",
            Self::Associate(_) => "associate",
            Self::Sync(_) => "sync",
            Self::Serve { .. } => "serve",
            Self::Runs(_) => "runs",
            Self::Status => "status",
            Self::Trash(_) => "trash",
            Self::Inspect => "inspect",
        }
    }

    /// Whether the command can't do without a plugin.
    fn needs_plugin(&self) -> bool {
        match self {
            Self::Connect(_)
            | Self::Disconnect(_)
            | Self::Drives(_)
            | Self::Onedrive(_)
            | Self::Associate(_)
            | Self::Sync(_)
            | Self::Serve { .. }
            | Self::Status
            | Self::Library(args::Library::Follow { .. })
            | Self::Inspect => true,
            Self::Users(_)
            | Self::Secrets(_)
            | Self::Runs(_)
            | Self::Library(_)
            | Self::Place(_)
            | Self::Unplace(_)
            | Self::Places { .. }
            | Self::Trash(_) => false,
        }
    }
}
