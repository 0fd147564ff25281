//! The command line: thin. It reads words, calls a [`Session`](clientpoint_host::service::Session), and shows what came
//! of it, as a table for people or as one JSON document.

mod adopt;
pub mod args;
mod associate;
mod bars;
mod bin;
mod connect;
mod interrupt;
mod list;
mod run;
mod secret;
mod show;
mod sync;
pub mod terminal;
mod trash;
mod verify;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use clientpoint_host::Error;
use clientpoint_host::clock::SystemClock;
use clientpoint_host::host::{BuildError, Host, InsecureEndpoints};
use clientpoint_host::store::connections::Mode;
use clientpoint_host::text;
use serde_json::{Value, json};

use args::{Arguments, Command};
use show::Page;
use terminal::{Shown, Terminal};

/// What a command has to say.
pub struct Output {
    /// For programs.
    pub json: Value,
    /// For people.
    pub text: Page,
    /// Whether everything that was asked for was done.
    pub complete: bool,
}

/// Reads the words that the program was started with.
///
/// # Errors
///
/// The status to end with: 0 after help was asked for, 2 after words that can't be right. It is said by then.
pub fn arguments(terminal: &Terminal) -> Result<Arguments, ExitCode> {
    let error = match Arguments::try_parse() {
        Ok(arguments) => return Ok(arguments),
        Err(error) => error,
    };
    let said = |error: &clap::Error| {
        let mut page = Page::default();
        error.render().to_string().lines().for_each(|line| page.line(line));
        page
    };
    if !error.use_stderr() {
        return Err(ended(terminal, terminal.show(&said(&error)), true));
    }
    // It repeats what was typed, and a line break in that is no end of a line.
    let typed = std::env::args_os().map(|word| text::one_line(&word.to_string_lossy()).into_owned());
    let error = Arguments::try_parse_from(typed).err().unwrap_or(error);
    terminal.say_all(&said(&error));
    Err(ExitCode::from(2))
}

/// Carries out one command line. 0: everything asked for was done; 1: something was not, or its result could not be
/// written; 2: wrong usage or settings. Who closes the pipe that the result is written to wants no more of it, which
/// changes nothing.
pub async fn main(arguments: Arguments, terminal: &Terminal) -> ExitCode {
    let json = arguments.json;
    match carry_out(arguments, terminal).await {
        Ok(output) if json => ended(terminal, terminal.show_json(&output.json), output.complete),
        Ok(output) => ended(terminal, terminal.show(&output.text), output.complete),
        Err(problems) => {
            problems.iter().for_each(|problem| terminal.error(problem));
            if json {
                ended(terminal, terminal.show_json(&in_json(&problems)), false);
            }
            ExitCode::from(if problems.iter().any(Error::is_usage) { 2 } else { 1 })
        }
    }
}

fn ended(terminal: &Terminal, shown: Shown, complete: bool) -> ExitCode {
    let Shown::Not(error) = shown else {
        return ExitCode::from(u8::from(!complete));
    };
    terminal.error(format_args!(
        "the result can't be written to standard output: {error}; what the command has done stays done"
    ));
    ExitCode::FAILURE
}

async fn carry_out(arguments: Arguments, terminal: &Terminal) -> Result<Output, Vec<Error>> {
    if let Command::Library(args::Library::Adopt { yes }) = arguments.command {
        return adopt::adopt(&arguments, yes, terminal).await;
    }
    if let Command::Secrets(connect::Secrets::Forget) = arguments.command {
        let done = connect::forget(&arguments.data, &arguments.user).await;
        return done.map_err(|error| vec![error.about(&arguments.data)]);
    }
    let data = arguments.data.clone();
    let host = build(&arguments, terminal).await.map_err(|error| error.problems)?;
    let done = at_work(&host, arguments, terminal).await;
    host.close().await;
    done.map_err(|errors| errors.into_iter().map(|error| error.about(&data)).collect())
}

async fn at_work(host: &Host, arguments: Arguments, terminal: &Terminal) -> Result<Output, Vec<Error>> {
    let session = host.session(&arguments.user).await.map_err(|error| vec![error])?;
    let session = session.through(arguments.through.map(Mode::from));
    let done = run::run(&session, arguments.command, terminal).await;
    // Whatever was asked for: who works with a connection that is not accepted any more is told.
    for warning in session.warnings().await.unwrap_or_default() {
        let told = done.as_ref().is_err_and(|error| error.to_string() == warning);
        if !told {
            terminal.say(format!("warning: {warning}"));
        }
    }
    tell_notices(host, terminal);
    done.map_err(|error| vec![error])
}

/// What has come of opening the folder, and of its daily sweep.
fn tell_notices(host: &Host, terminal: &Terminal) {
    for notice in host.take_notices() {
        terminal.say(format!("warning: {notice}"));
    }
}

async fn build(arguments: &Arguments, terminal: &Terminal) -> Result<Host, BuildError> {
    let bars = bars::Bars::new(terminal, arguments.json);
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

fn in_json(problems: &[Error]) -> Value {
    let mut errors: Vec<Value> = problems
        .iter()
        .map(|problem| json!({ "code": problem.code(), "message": problem.to_string() }))
        .collect();
    let more = errors.split_off(1.min(errors.len()));
    let mut document = json!({ "error": errors.pop() });
    if let (false, Some(document)) = (more.is_empty(), document.as_object_mut()) {
        document.insert("more".into(), more.into());
    }
    document
}

impl Command {
    /// What it is called.
    fn word(&self) -> &'static str {
        match self {
            Command::Users(_) => "users",
            Command::Connect(_) => "connect",
            Command::Disconnect(_) => "disconnect",
            Command::Secrets(_) => "secrets",
            Command::Drives(_) => "drives",
            Command::Onedrive(_) => "onedrive",
            Command::Library(_) => "library",
            Command::Place(_) => "place",
            Command::Unplace(_) => "unplace",
            Command::Places { .. } => "places",
            Command::Associate(_) => "associate",
            Command::Sync(_) => "sync",
            Command::Serve { .. } => "serve",
            Command::Runs(_) => "runs",
            Command::Status => "status",
            Command::Trash(_) => "trash",
            Command::Inspect => "inspect",
        }
    }

    /// Whether the command can't do without a plugin.
    fn needs_plugin(&self) -> bool {
        match self {
            Command::Connect(_)
            | Command::Disconnect(_)
            | Command::Drives(_)
            | Command::Onedrive(_)
            | Command::Associate(_)
            | Command::Sync(_)
            | Command::Serve { .. }
            | Command::Status
            | Command::Library(args::Library::Follow { .. })
            | Command::Inspect => true,
            Command::Users(_)
            | Command::Secrets(_)
            | Command::Runs(_)
            | Command::Library(_)
            | Command::Place(_)
            | Command::Unplace(_)
            | Command::Places { .. }
            | Command::Trash(_) => false,
        }
    }
}
