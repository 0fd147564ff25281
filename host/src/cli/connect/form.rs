//! The form that the plugin describes, as flags: one a field, under its key.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, Id, builder::PathBufValueParser, value_parser};
use clientpoint_engine::{
    contract::exports::clientpoint::content_source::source::{Field, FieldKind},
    secrets::Secret,
};
use clientpoint_host::{Error, Result as HostResult, service::Given};

use crate::cli::{secret, terminal::Terminal};

/// The longest certificate that is read, in bytes.
const PEM_AT_MOST: u64 = 64 << 10;

/// The ids of flags begin with how they are filled in, and end with the field's key.
const TEXT: &str = "text:";
const STDIN: &str = "stdin:";
const FILE: &str = "file:";
/// And those that nobody knows yet.
const OPEN: &str = "open:";

/// What was filled in.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    /// As typed, by key.
    pub texts: BTreeMap<String, String>,
    /// In files, by key.
    pub files: BTreeMap<String, PathBuf>,
    /// The keys of what comes in by standard input.
    pub from_stdin: Vec<String>,
    /// Whether the help was asked for, while the form is not known.
    pub help: bool,
}

impl Filled {
    /// Whether nothing was.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.files.is_empty() && self.from_stdin.is_empty()
    }
}

impl FromArgMatches for Filled {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut filled = Self::default();
        filled.update_from_arg_matches(matches)?;
        Ok(filled)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for id in matches.ids().map(Id::as_str) {
            if let (Some(key), Ok(Some(text))) = (id.strip_prefix(TEXT), matches.try_get_one::<String>(id)) {
                self.texts.insert(key.to_owned(), text.clone());
            } else if let (Some(key), Ok(Some(file))) = (id.strip_prefix(FILE), matches.try_get_one::<PathBuf>(id)) {
                self.files.insert(key.to_owned(), file.clone());
            } else if let (Some(key), Ok(Some(true))) = (id.strip_prefix(STDIN), matches.try_get_one::<bool>(id)) {
                self.from_stdin.push(key.to_owned());
            }
            self.help |= [format!("{OPEN}--help"), format!("{OPEN}-h")]
                .iter()
                .any(|help| help == id);
        }
        Ok(())
    }
}

impl Args for Filled {
    fn augment_args(command: Command) -> Command {
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        command
    }
}

/// A flag that may be anything.
pub fn open(flag: &str) -> Arg {
    let arg = Arg::new(format!("{OPEN}{flag}")).hide(true);
    let arg = match flag.strip_prefix("--") {
        Some(long) => arg.long(long.to_owned()),
        None => arg.short(flag.chars().nth(1)),
    };
    if ["-h", "--help"].contains(&flag) {
        return arg.action(ArgAction::SetTrue);
    }
    arg.num_args(0..=1)
        .action(ArgAction::Append)
        .value_parser(value_parser!(OsString))
}

/// The flag of a field, under a name that is none of those `taken`.
pub fn flag(field: &Field, taken: &mut BTreeSet<String>) -> Arg {
    let long = match field.kind {
        FieldKind::Secret => format!("{}-stdin", field.key),
        _ => field.key.clone(),
    };
    let long = named(&long, taken);
    let help = |how: &str| format!("{}{how}. {}", field.label, field.help);
    let default = field.default.as_deref().filter(|default| !default.is_empty());
    let default = default.map_or_else(String::new, |default| format!(" [default: {default}]"));
    match &field.kind {
        FieldKind::Secret => Arg::new(format!("{STDIN}{}", field.key))
            .long(long)
            .action(ArgAction::SetTrue)
            .help(help(", read from standard input")),
        FieldKind::Certificate => Arg::new(format!("{FILE}{}", field.key))
            .long(long)
            .value_name("FILE")
            .value_parser(PathBufValueParser::new())
            .help(help("")),
        FieldKind::Choice(words) => Arg::new(format!("{TEXT}{}", field.key))
            .long(long)
            .value_name(words.join("|"))
            .help(help("") + &default),
        FieldKind::Text => Arg::new(format!("{TEXT}{}", field.key))
            .long(long)
            .value_name(field.key.to_uppercase())
            .help(help("") + &default),
    }
}

/// A flag of that name which nobody else has. Keys are the plugin's, and may be anything.
fn named(key: &str, taken: &mut BTreeSet<String>) -> String {
    let is_sound = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let sound = key.replace(|c: char| !is_sound(c), "-");
    let mut name = sound.trim_start_matches('-').to_owned();
    while name.is_empty() || !taken.insert(name.clone()) {
        name = format!("set-{name}");
    }
    name
}

/// What was filled in, with what comes in by files and by standard input. `command` is where that can be typed.
pub async fn given(
    command: &str,
    filled: Filled,
    secret_expires: Option<NaiveDate>,
    terminal: &Terminal,
) -> HostResult<Given> {
    let texts = filled.texts.into_iter();
    let mut fields: BTreeMap<String, Secret> = texts.map(|(key, text)| (key, Secret::new(text))).collect();
    for (key, file) in &filled.files {
        fields.insert(key.clone(), pem(file)?);
    }
    for key in filled.from_stdin {
        let secret = secret::from_stdin(command, &key, terminal).await?;
        fields.insert(key, secret);
    }
    Ok(Given { fields, secret_expires })
}

fn pem(file: &Path) -> HostResult<Secret> {
    let mut text = String::new();
    let read = File::open(file).and_then(|file| file.take(PEM_AT_MOST).read_to_string(&mut text));
    let secret = Secret::new(text);
    match read {
        Ok(_) => Ok(secret),
        Err(error) => Err(Error::Settings(format!(
            "the certificate `{}` can't be read: {error}; give a PEM file with the certificate and its private key",
            file.display()
        ))),
    }
}
