//! The command line: thin. It reads words, calls a [`Session`](clientpoint_host::Session), and shows what came
//! of it, as a table for people or as one JSON document.

mod accounts;
mod adopt;
mod application;
pub mod args;
mod asking;
mod associate;
mod backup;
mod bars;
mod bin;
mod browser;
mod columns;
mod connect;
mod console;
mod deployment;
mod disconnect;
mod doctor;
mod drives;
mod file;
mod fitting;
mod generate;
mod given_file;
mod hints;
mod inspect;
mod interrupt;
mod items;
mod ledger;
mod ledger_file;
mod library;
mod library_list;
mod list;
mod listening;
mod listing;
mod log_words;
mod logging;
mod migrate;
mod new_file;
mod notify;
mod opening;
mod operations;
mod output;
mod pages;
mod places;
mod propagation;
mod prune;
mod reading;
mod revisions;
mod roles;
mod run;
mod runs;
mod secret;
mod secrets;
mod serve;
mod settings;
mod show;
mod status;
mod sync;
pub mod terminal;
mod tokens;
mod trash;
mod users;
mod verify;
mod watching;

use std::{ffi::OsString, path::Path, process::ExitCode, sync::Arc};

use args::{Arguments, Command};
use clientpoint_engine::text;
use clientpoint_host::{Error, Host, rows::Lists, service::Ended, store::connections::Mode};
use deployment::Deployment;
use library::Library;
use opening::{build, tell_notices};
use output::Output;
use secrets::Secrets;
use serde_json::{Value, json};
use show::Page;
use terminal::{Shown, Terminal};

/// Reads the words that the program was started with.
///
/// # Errors
///
/// The status to end with: 0 after help was asked for, 2 after words that can't be right. It is said by then.
pub async fn arguments(terminal: &Terminal) -> Result<Arguments, ExitCode> {
    let words: Vec<OsString> = std::env::args_os().collect();
    let read = async |words: &[OsString]| {
        let arguments = reading::read_leniently(words)?;
        logging::begin(&arguments, terminal);
        reading::by_the_form(arguments, words, terminal).await
    };
    let error = match read(&words).await {
        Ok(arguments) => return Ok(arguments),
        Err(error) => error,
    };
    let said = |error: &clap::Error| {
        let mut page = Page::default();
        error.render().to_string().lines().for_each(|line| page.line(line));
        page
    };
    if !error.use_stderr() {
        return Err(ended(terminal, terminal.show(&said(&error)), Ended::Well));
    }
    // It repeats what was typed, and a line break in that is no end of a line.
    let typed = words
        .iter()
        .map(|word| OsString::from(text::one_line(&word.to_string_lossy()).into_owned()));
    let error = read(&typed.collect::<Vec<_>>()).await.err().unwrap_or(error);
    terminal.say_all(&said(&error));
    let for_programs = words
        .iter()
        .take_while(|word| *word != "--")
        .any(|word| word == "--json");
    if for_programs {
        let problem = Error::Settings(reading::in_a_sentence(&error));
        // Who has closed the pipe wants no more of it.
        let _ = terminal.show_json(&in_json(&[problem]), &mut Lists::new());
    }
    Err(ExitCode::from(2))
}

/// Carries out one command line. 0: everything asked for was done; 1: something was not, or its result could not be
/// written; 2: wrong usage or settings; 3: everything was done, and a person is needed. Who closes the pipe that the result is written to wants no more of it, which
/// changes nothing.
pub async fn main(arguments: Arguments, terminal: &Terminal) -> ExitCode {
    let json = arguments.json;
    if json {
        terminal.for_programs();
    }
    match carry_out(arguments, terminal).await {
        Ok(mut output) if json => {
            let shown = terminal.show_json(&output.json, &mut output.lists);
            ended(terminal, shown, output.ended)
        }
        Ok(output) => ended(terminal, terminal.show(&output.text), output.ended),
        Err(problems) => {
            problems
                .iter()
                .for_each(|problem| terminal.error(hints::error(problem)));
            if json {
                ended(
                    terminal,
                    terminal.show_json(&in_json(&problems), &mut Lists::new()),
                    Ended::NotDone,
                );
            }
            ExitCode::from(if problems.iter().any(Error::is_usage) { 2 } else { 1 })
        }
    }
}

fn ended(terminal: &Terminal, shown: Shown, ended: Ended) -> ExitCode {
    let Shown::Not(error) = shown else {
        return ExitCode::from(match ended {
            Ended::Well => 0,
            Ended::NotDone => 1,
            Ended::NeedsAPerson => 3,
        });
    };
    terminal.error(format_args!(
        "the result can't be written to standard output: {error}; what the command has done stays done"
    ));
    ExitCode::FAILURE
}

async fn carry_out(arguments: Arguments, terminal: &Terminal) -> Result<Output, Vec<Error>> {
    let mut deployment = Deployment::read(&arguments);
    let data = deployment.data.clone();
    let problems = std::mem::take(&mut deployment.problems);
    if !problems.is_empty() {
        // Nothing is opened, and nothing made, with half of what was set.
        return match arguments.command {
            Command::Doctor => doctor::unopened(&problems, &data).map_err(|error| vec![error]),
            _ => Err(problems),
        };
    }
    fitting::refuse(&deployment, &arguments.command).map_err(|error| vec![error])?;
    if let Command::Library(Library::Adopt { yes }) = arguments.command {
        return adopt::adopt(&arguments, &deployment, yes, terminal).await;
    }
    match &arguments.command {
        Command::Generate { folder } => return generate::generate(folder).map_err(|error| vec![error]),
        Command::Restore(wanted) => {
            let now = arguments.at.unwrap_or_else(chrono::Utc::now);
            return backup::restore((&data, wanted), (&arguments.user, arguments.json), now, terminal).await;
        }
        Command::Migrate(wanted) => {
            let now = arguments.at.unwrap_or_else(chrono::Utc::now);
            let whose = (arguments.user.as_str(), arguments.json);
            return migrate::migrate((&data, &deployment.layers, wanted), whose, now, terminal).await;
        }
        Command::Backup(wanted) if wanted.verify => {
            let folder = wanted.folder(&deployment.layers).map_err(|error| vec![error])?;
            return backup::verify(&folder, arguments.json, terminal).await;
        }
        _ => {}
    }
    if let Command::Secrets(Secrets::Forget { yes }) = arguments.command {
        let server = deployment.layers.get("database.url-file").map(Path::new);
        let done = secrets::forget((&data, server), &arguments.user, yes, terminal).await;
        return done.map_err(|error| vec![error.about(&data)]);
    }
    let host = match build(&arguments, &deployment, terminal).await {
        Ok(host) => host,
        Err(error) => {
            return match arguments.command {
                Command::Doctor => doctor::unopened(&error.problems, &data).map_err(|error| vec![error]),
                _ => Err(error.problems),
            };
        }
    };
    let host = Arc::new(host);
    // Another account has a host of its own, which lives in this one.
    let done = match &arguments.account {
        Some(account) if account != host.account() => match host.of(account).await {
            Ok(other) => at_work(&other, arguments, &deployment, terminal).await,
            Err(error) => Err(vec![error]),
        },
        _ => at_work(&host, arguments, &deployment, terminal).await,
    };
    host.close().await;
    done.map_err(|errors| errors.into_iter().map(|error| error.about(&data)).collect())
}

async fn at_work(
    host: &Arc<Host>,
    arguments: Arguments,
    deployment: &Deployment,
    terminal: &Terminal,
) -> Result<Output, Vec<Error>> {
    let session = host.session(&arguments.user).await.map_err(|error| vec![error])?;
    let session = session.through(arguments.through.map(Mode::from));
    let done = run::run(host, &session, arguments.command, deployment, terminal).await;
    // Whatever was asked for: who works with a connection that is not accepted any more is told.
    for warning in session.warnings().await.unwrap_or_default() {
        let told = done
            .as_ref()
            .is_err_and(|error| error.to_string() == warning.to_string());
        if !told {
            terminal.say(format!("warning: {}", hints::notice(&warning)));
        }
    }
    tell_notices(host, terminal);
    done.map_err(|error| vec![error])
}

fn in_json(problems: &[Error]) -> Value {
    let mut errors: Vec<Value> = problems.iter().map(hints::in_json).collect();
    let more = errors.split_off(1.min(errors.len()));
    let mut document = json!({ "error": errors.pop() });
    if let (false, Some(document)) = (more.is_empty(), document.as_object_mut()) {
        document.insert("more".into(), more.into());
    }
    document
}
