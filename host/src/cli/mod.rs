//! The command line: thin. It reads words, calls a [`Session`](clientpoint_host::service::Session), and shows what came
//! of it, as a table for people or as one JSON document.

mod adopt;
pub mod args;
mod associate;
mod bars;
mod connect;
mod run;
mod show;
mod sync;
mod trash;

use std::process::ExitCode;
use std::sync::Arc;

use clientpoint_host::Error;
use clientpoint_host::clock::SystemClock;
use clientpoint_host::host::{BuildError, Host, InsecureEndpoints};
use clientpoint_host::store::connections::Mode;
use serde_json::{Value, json};

use args::{Arguments, Command};

/// What a command has to say.
pub struct Output {
    /// For programs.
    pub json: Value,
    /// For people.
    pub text: String,
    /// Whether everything that was asked for was done.
    pub complete: bool,
}

/// Carries out one command line. 0: everything asked for was done; 1: something was not; 2: wrong usage or settings.
pub async fn main(arguments: Arguments) -> ExitCode {
    let json = arguments.json;
    match carry_out(arguments).await {
        Ok(output) => {
            if json {
                println!("{:#}", output.json);
            } else {
                print!("{}", output.text);
            }
            ExitCode::from(u8::from(!output.complete))
        }
        Err(problems) => {
            for problem in &problems {
                eprintln!("error: {}", show::plain(&problem.to_string()));
            }
            if json {
                println!("{:#}", in_json(&problems));
            }
            ExitCode::from(if problems.iter().any(Error::is_usage) { 2 } else { 1 })
        }
    }
}

async fn carry_out(arguments: Arguments) -> Result<Output, Vec<Error>> {
    if let Command::Library(args::Library::Adopt { yes }) = arguments.command {
        return adopt::adopt(&arguments, yes).await;
    }
    let host = build(&arguments).await.map_err(|error| error.problems)?;
    let done = at_work(&host, arguments).await;
    host.close().await;
    done
}

async fn at_work(host: &Host, arguments: Arguments) -> Result<Output, Vec<Error>> {
    let session = host.session(&arguments.user).await.map_err(|error| vec![error])?;
    let session = session.through(arguments.through.map(Mode::from));
    let done = run::run(&session, arguments.command).await;
    // Whatever was asked for: who works with a connection that is not accepted any more is told.
    for warning in session.warnings().await.unwrap_or_default() {
        let told = done.as_ref().is_err_and(|error| error.to_string() == warning);
        if !told {
            eprintln!("warning: {}", show::plain(&warning));
        }
    }
    tell_notices(host);
    done.map_err(|error| vec![error])
}

/// What the folder's daily sweep has found.
fn tell_notices(host: &Host) {
    for notice in host.take_notices() {
        eprintln!("warning: {}", show::plain(&notice));
    }
}

async fn build(arguments: &Arguments) -> Result<Host, BuildError> {
    let mut builder = Host::builder(&arguments.data).progress(Arc::new(bars::Bars::new(arguments.json)));
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
            | Command::Inspect => true,
            Command::Users(_)
            | Command::Secrets(_)
            | Command::Runs(_)
            | Command::Library(_)
            | Command::Place(_)
            | Command::Places { .. }
            | Command::Trash(_) => false,
        }
    }
}
