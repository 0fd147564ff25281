//! Opening the data folder as the command line says.

use std::{path::Path, sync::Arc};

use clientpoint_engine::clock::SystemClock;
use clientpoint_host::{Error, Host, host::BuildError};

use super::{
    args::{Arguments, Command},
    bars::Bars,
    deployment::Deployment,
    hints,
    library::Library,
    terminal::Terminal,
};

/// What has come of opening the folder, and of its daily sweep.
pub fn tell_notices(host: &Host, terminal: &Terminal) {
    for notice in host.take_notices() {
        terminal.say(format!("warning: {}", hints::notice(&notice)));
    }
}

/// The host as the command line and the deployment ask for it.
///
/// # Errors
///
/// All that is wrong with the folder.
pub async fn build(arguments: &Arguments, deployment: &Deployment, terminal: &Terminal) -> Result<Host, BuildError> {
    build_in(&deployment.data, arguments, deployment, terminal).await
}

/// The same in another data folder.
///
/// # Errors
///
/// As [`build`].
pub async fn build_in(
    data: &Path,
    arguments: &Arguments,
    deployment: &Deployment,
    terminal: &Terminal,
) -> Result<Host, BuildError> {
    let bars = Bars::new(terminal, arguments.json);
    let name = format!("clientpoint-host {}", arguments.command.word());
    let mut builder = Host::builder(data)
        .name(name)
        .progress(Arc::new(bars))
        .settings(deployment.layers.clone());
    if arguments.command.needs_plugin() {
        builder = builder.component(&deployment.plugin);
    }
    if let Command::Serve(serve) = &arguments.command {
        builder = builder.at_once(serve.at_once.into()).roles(serve.roles());
    }
    if matches!(arguments.command, Command::Library(Library::Adopt { .. })) {
        builder = builder.adopt();
    }
    if let Some(endpoints) = &deployment.endpoints {
        builder = builder.insecure_endpoints(endpoints.clone());
    }
    if let Some(moment) = arguments.at {
        builder = builder
            .clock(Arc::new(SystemClock::showing(moment)))
            .only_for_tests(Error::Settings(
            "`--at` is for tests and demonstrations: it works in a folder that was made with `--insecure-endpoints`"
                .into(),
        ));
    }
    builder.build().await
}
