//! Reading the words that the program was started with. Which flags `connect` and `application set` have is known only once
//! the plugin has been asked; until then all are taken, so that the data folder and the plugin can be read off the words.

use std::{collections::BTreeSet, ffi::OsString};

use clap::{
    Arg, Command as Words, CommandFactory, FromArgMatches, Parser,
    builder::{Resettable, StyledStr},
    error::{ContextKind, ContextValue, ErrorKind},
};
use clientpoint_engine::{
    contract::exports::clientpoint::content_source::source::{Description, Field, FieldTraits, ModeForm},
    text,
};
use clientpoint_host::store::connections::Mode;

use super::{
    application::Application,
    args::{Arguments, Command},
    connect::form::{Filled, flag, open},
    deployment::Deployment,
    opening::{build_in, tell_notices},
    terminal::Terminal,
};

/// The commands whose flags are the fields of a form.
const OF_A_FORM: [[&str; 2]; 3] = [["connect", "user"], ["connect", "organization"], ["application", "set"]];

/// The form that a command fills in.
struct OfAForm<'a> {
    command: [&'static str; 2],
    mode: Mode,
    /// Whether it is the application's part of it alone.
    application: bool,
    filled: &'a Filled,
}

impl<'a> OfAForm<'a> {
    fn of(command: &'a Command) -> Option<Self> {
        match command {
            Command::Connect(connect) => {
                let (way, mode, filled) = connect.way();
                Some(Self {
                    command: ["connect", way],
                    mode,
                    application: false,
                    filled,
                })
            }
            Command::Application(Application::Set(set)) => Some(Self {
                command: ["application", "set"],
                mode: Mode::User,
                application: true,
                filled: &set.filled,
            }),
            _ => None,
        }
    }
}

/// Reads the words, and takes every flag of the commands that fill in a form, whatever it has.
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
        command = OF_A_FORM.iter().fold(command, |command, words| {
            with(command, *words, |ways| ways.arg(open(&flag)))
        });
        error = match command.clone().try_get_matches_from(words) {
            Ok(matches) => return Arguments::from_arg_matches(&matches),
            Err(error) => error,
        };
    }
    Err(error)
}

/// The words of a command that fills in a form once more, by the form of the plugin; all others as they are. Without a plugin, what is wrong is
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
    let Some(of) = OfAForm::of(&arguments.command) else {
        return Ok(arguments);
    };
    let description = described(&arguments, terminal).await;
    let forms = description.iter().flat_map(|description| &description.modes);
    match forms.into_iter().find(|form| form.mode == of.mode.into()) {
        Some(form) => read(words, &of, form),
        None if of.filled.help => help(words, of.command, description.as_ref().map(other_ways)),
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
fn read(words: &[OsString], of: &OfAForm<'_>, form: &ModeForm) -> Result<Arguments, clap::Error> {
    let command = Arguments::command();
    let arguments = command.get_arguments();
    let mut taken: BTreeSet<String> = arguments.filter_map(Arg::get_long).map(str::to_owned).collect();
    taken.extend(["help", "port", "no-browser", "secret-expires", "of"].map(str::to_owned));
    let counts = |field: &&Field| !of.application || field.traits.contains(FieldTraits::APPLICATION);
    let fields: Vec<Arg> = form
        .fields
        .iter()
        .filter(counts)
        .map(|field| flag(field, &mut taken))
        .collect();
    let command = with(command, of.command, |ways| {
        ways.args(fields)
            .disable_help_flag(false)
            .after_help(Resettable::<StyledStr>::Reset)
    });
    Arguments::from_arg_matches(&command.try_get_matches_from(words)?)
}

/// That a plugin does not have the way to connect that a command is for, and which ones it has.
fn other_ways(description: &Description) -> String {
    let way = |mode: Mode| match mode {
        Mode::User => "`clientpoint-host connect user`",
        Mode::Organization => "`clientpoint-host connect organization`",
    };
    let ways: Vec<&str> = [Mode::User, Mode::Organization]
        .into_iter()
        .filter(|mode| description.modes.iter().any(|form| form.mode == (*mode).into()))
        .map(way)
        .collect();
    let title = text::one_line(&description.title);
    match ways.as_slice() {
        [] => format!("{title} has no way to connect: give another plugin with --plugin FILE."),
        ways => format!("{title} can't be connected in this way. Use {}.", ways.join(" or ")),
    }
}

/// The help, where there is no form: because the plugin can't be asked, or has `other` ways to connect.
///
/// # Errors
///
/// The help itself.
fn help(words: &[OsString], of: [&str; 2], other: Option<String>) -> Result<Arguments, clap::Error> {
    let command = with(Arguments::command(), of, |ways| {
        let ways = ways.disable_help_flag(false);
        match other {
            Some(other) => ways.after_help(other),
            None => ways,
        }
    });
    Arguments::from_arg_matches(&command.try_get_matches_from(words)?)
}

/// What is wrong with the words, for programs: without the usage, which is for people.
pub fn in_a_sentence(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let parts = text
        .split("\n\n")
        .take_while(|part| !part.starts_with("Usage:") && !part.starts_with("For more"));
    let words: Vec<&str> = parts.flat_map(str::split_whitespace).collect();
    let sentence = words.join(" ");
    sentence.strip_prefix("error: ").unwrap_or(&sentence).to_owned()
}

fn with(command: Words, [outer, inner]: [&str; 2], change: impl FnOnce(Words) -> Words) -> Words {
    command.mut_subcommand(outer, |outer| outer.mut_subcommand(inner, change))
}

/// The flag of a form that nobody knows, if that is what is wrong.
fn of_the_form(words: &[OsString], error: &clap::Error) -> Option<String> {
    let fills_in = |word: &OsString| OF_A_FORM.iter().any(|[outer, _]| word == outer);
    let is_open = error.kind() == ErrorKind::UnknownArgument && words.iter().any(fills_in);
    match error.get(ContextKind::InvalidArg).filter(|_| is_open) {
        Some(ContextValue::String(flag)) if flag.starts_with('-') => {
            Some(flag.split(['=', ' ']).next().unwrap_or_default().to_owned())
        }
        _ => None,
    }
}
