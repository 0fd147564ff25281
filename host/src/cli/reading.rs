//! Reading the words that the program was started with. Which flags `connect` has is known only once the plugin has been
//! asked; until then all are taken, so that the data folder and the plugin can be read off the words.

use std::{collections::BTreeSet, ffi::OsString};

use clap::{
    Arg, Command as Words, CommandFactory, FromArgMatches, Parser,
    builder::{Resettable, StyledStr},
    error::{ContextKind, ContextValue, ErrorKind},
};
use clientpoint_engine::contract::exports::clientpoint::content_source::source::{Description, ModeForm};

use super::{
    args::{Arguments, Command},
    connect::form::{flag, open},
    deployment::Deployment,
    opening::{build_in, tell_notices},
    terminal::Terminal,
};

/// Reads the words, and takes every flag of `connect user` and `connect organization`, whatever the form has.
///
/// # Errors
///
/// For words that can't be right whatever the form has.
pub fn read_leniently(words: &[OsString]) -> Result<Arguments, clap::Error> {
    let mut command = Arguments::command();
    let mut error = match Arguments::try_parse_from(words) {
        Ok(arguments) => return Ok(arguments),
        Err(error) => error,
    };
    for _ in words {
        let Some(flag) = of_the_form(words, &error) else { break };
        command = with(command, &["user", "organization"], |ways| ways.arg(open(&flag)));
        error = match command.clone().try_get_matches_from(words) {
            Ok(matches) => return Arguments::from_arg_matches(&matches),
            Err(error) => error,
        };
    }
    Err(error)
}

/// The words of `connect` once more, by the form of the plugin; all others as they are. Without a plugin, what is wrong is
/// for whoever carries the command out.
///
/// # Errors
///
/// For words that the form does not have, and if the help was asked for.
pub async fn by_the_form(
    arguments: Arguments,
    words: &[OsString],
    terminal: &Terminal,
) -> Result<Arguments, clap::Error> {
    let Command::Connect(connect) = &arguments.command else {
        return Ok(arguments);
    };
    let (way, mode, filled) = connect.way();
    let forms = described(&arguments, terminal)
        .await
        .map(|description| description.modes);
    match forms.into_iter().flatten().find(|form| form.mode == mode.into()) {
        Some(form) => read(words, way, &form),
        None if filled.help => help(words, way),
        None => Ok(arguments),
    }
}

/// What the plugin says of itself. A data folder is not made for that.
async fn described(arguments: &Arguments, terminal: &Terminal) -> Option<Description> {
    let nowhere = tempfile::tempdir().ok()?;
    let deployment = Deployment::read(arguments);
    if !deployment.problems.is_empty() {
        return None;
    }
    let data = if deployment.data.exists() {
        deployment.data.as_path()
    } else {
        nowhere.path()
    };
    let host = build_in(data, arguments, &deployment, terminal).await.ok()?;
    let description = host.describe().await.ok();
    tell_notices(&host, terminal);
    host.close().await;
    description
}

/// Reads the words by the form.
///
/// # Errors
///
/// For words that can't be right; and if the help was asked for.
fn read(words: &[OsString], way: &str, form: &ModeForm) -> Result<Arguments, clap::Error> {
    let command = Arguments::command();
    let arguments = command.get_arguments();
    let mut taken: BTreeSet<String> = arguments.filter_map(Arg::get_long).map(str::to_owned).collect();
    taken.extend(["help", "port", "no-browser", "secret-expires"].map(str::to_owned));
    let fields: Vec<Arg> = form.fields.iter().map(|field| flag(field, &mut taken)).collect();
    let command = with(command, &[way], |ways| {
        ways.args(fields.clone())
            .disable_help_flag(false)
            .after_help(Resettable::<StyledStr>::Reset)
    });
    Arguments::from_arg_matches(&command.try_get_matches_from(words)?)
}

/// The help, where the plugin can't be asked.
///
/// # Errors
///
/// The help itself.
fn help(words: &[OsString], way: &str) -> Result<Arguments, clap::Error> {
    let command = with(Arguments::command(), &[way], |ways| ways.disable_help_flag(false));
    Arguments::from_arg_matches(&command.try_get_matches_from(words)?)
}

fn with(command: Words, ways: &[&str], change: impl Fn(Words) -> Words) -> Words {
    command.mut_subcommand("connect", |connect| {
        ways.iter()
            .fold(connect, |connect, way| connect.mut_subcommand(way, &change))
    })
}

/// The flag of `connect` that nobody knows, if that is what is wrong.
fn of_the_form(words: &[OsString], error: &clap::Error) -> Option<String> {
    let is_open = error.kind() == ErrorKind::UnknownArgument && words.iter().any(|word| word == "connect");
    match error.get(ContextKind::InvalidArg).filter(|_| is_open) {
        Some(ContextValue::String(flag)) if flag.starts_with('-') => {
            Some(flag.split(['=', ' ']).next().unwrap_or_default().to_owned())
        }
        _ => None,
    }
}
