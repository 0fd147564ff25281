//! Which command is carried out where.

use std::sync::Arc;

use clientpoint_host::{Error, Host, Result, Session};

use super::{
    accounts, application, args::Command, associate, backup, connect, deployment::Deployment, disconnect, doctor,
    drives, generate, inspect, items, library, notify, operations, output::Output, places, prune, runs, secrets,
    secrets::Secrets, serve, settings, status, sync, terminal::Terminal, trash, users,
};

/// Carries out a command.
pub async fn run(
    host: &Arc<Host>,
    session: &Session<'_>,
    command: Command,
    deployment: &Deployment,
    terminal: &Terminal,
) -> Result<Output> {
    match command {
        Command::Users(command) => users::users(session, command, &deployment.layers).await,
        Command::Accounts(command) => accounts::accounts(session, command).await,
        Command::Connect(form) => connect::connect(session, form, terminal).await,
        Command::Application(command) => application::application(session, command, terminal).await,
        Command::Disconnect(form) => disconnect::disconnect(session, form, terminal).await,
        // The folder of a lost key does not open, so `forget` is carried out before there is a session.
        Command::Secrets(Secrets::Next) => secrets::next(session).await,
        Command::Secrets(_) => secrets::rotate(session).await,
        Command::Drives(command) => drives::drives(session, command, terminal).await,
        Command::Items(command) => items::items(session, command, terminal).await,
        Command::Library(command) => library::library(session, command, terminal).await,
        Command::Place(arguments) => places::place(session, arguments).await,
        Command::Unplace(arguments) => places::unplace(session, arguments).await,
        Command::Places { id } => places::places(session, &id).await,
        Command::Associate(arguments) => associate::associate(session, arguments, terminal).await,
        Command::Sync(arguments) => sync::sync(session, arguments, terminal).await,
        Command::Serve(arguments) => serve::serve(host, session, &arguments, &deployment.layers, terminal).await,
        Command::Runs(command) => runs::runs(session, command, terminal).await,
        Command::Settings(command) => settings::settings(session, command).await,
        Command::Operations(command) => operations::operations(session, command).await,
        Command::Trash(command) => trash::trash(session, command, terminal).await,
        Command::Prune(arguments) => prune::prune(session, arguments, terminal).await,
        Command::Backup(arguments) => backup::backup(session, arguments, &deployment.layers, terminal).await,
        // It has to come before the host is made.
        Command::Restore(_) => Err(Error::Settings("a library that is open needs no restoring".into())),
        Command::Migrate(_) => Err(Error::Settings("a library that is open can't be moved".into())),
        Command::Status(arguments) => status::status(session, &arguments).await,
        Command::Notify(command) => notify::notify(session, command).await,
        Command::Doctor => doctor::doctor(session).await,
        Command::Inspect => inspect::inspect(session).await,
        // It has come before there was a host.
        Command::Generate { folder } => generate::generate(&folder),
    }
}
