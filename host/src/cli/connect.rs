//! The words of `connect`.

pub mod form;

use std::{collections::BTreeMap, fs::File, io::Read, path::Path};

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use clientpoint_engine::secrets::Secret;
use clientpoint_host::{
    Error, Result, Session,
    service::{Given, SignIn},
    store::connections::Mode,
};
use form::Filled;
use serde_json::json;

use super::{
    args::words::LIST, browser::open_browser, interrupt::stop_on_signal, output::Output, secret, show::Page,
    terminal::Terminal,
};

/// The longest certificate that is read, in bytes.
const PEM_AT_MOST: u64 = 64 << 10;

/// What becomes of connecting when somebody stops it.
const GIVEN_UP: &str = "connecting is given up";

/// See `Command::Connect`. Whoever is connected already, and connects again, gives only what has changed: the rest is
/// known.
#[derive(Debug, Subcommand)]
pub enum Connect {
    /// With your own sign-in: you see what you may see. To connect again, give only what has changed
    #[command(disable_help_flag = true, after_help = ASK_THE_PLUGIN)]
    User(User),
    /// With the company's own credentials: all Administrators see the same drives. To connect again, give only what has
    /// changed
    #[command(disable_help_flag = true, after_help = ASK_THE_PLUGIN)]
    Organization(Organization),
}

/// What there is to fill in, the plugin says.
const ASK_THE_PLUGIN: &str =
    "The plugin says what else there is to fill in: give it with --plugin FILE, and ask for --help.";

/// See [`Connect::User`].
#[derive(Debug, Args)]
pub struct User {
    #[command(flatten)]
    filled: Filled,

    #[command(flatten)]
    secret: Expiry,

    /// Listen for the answer on this port of this machine [default: a free one]
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    port: u16,

    /// Only print the address, and open no browser
    #[arg(long)]
    no_browser: bool,
}

/// See [`Connect::Organization`].
#[derive(Debug, Args)]
pub struct Organization {
    #[command(flatten)]
    filled: Filled,

    #[command(flatten)]
    secret: Expiry,
}

/// What a person knows of a secret.
#[derive(Debug, Args)]
pub struct Expiry {
    /// When the secret ends, as the page says where it was made: `status` counts the days
    #[arg(long, value_name = "YYYY-MM-DD")]
    secret_expires: Option<NaiveDate>,
}

impl Connect {
    /// The subcommand, the mode that it stands for, and what was filled in.
    pub fn way(&self) -> (&'static str, Mode, &Filled) {
        match self {
            Self::User(form) => ("user", Mode::User, &form.filled),
            Self::Organization(form) => ("organization", Mode::Organization, &form.filled),
        }
    }
}

/// Connects.
pub async fn connect(session: &Session<'_>, form: Connect, terminal: &Terminal) -> Result<Output> {
    let connection = match form {
        Connect::Organization(form) => {
            let given = given(form.filled, form.secret, terminal).await?;
            let stop = stop_on_signal(terminal, GIVEN_UP);
            let connected = stop.run_until_cancelled(session.connect_organization(given)).await;
            connected.ok_or_else(given_up)??
        }
        Connect::User(form) => {
            let given = given(form.filled, form.secret, terminal).await?;
            let stop = stop_on_signal(terminal, GIVEN_UP);
            let sign_in = session.begin_sign_in(given, form.port).await?;
            invite(&sign_in, terminal);
            if !form.no_browser {
                open_browser(sign_in.url());
            }
            sign_in.finish_until(&stop).await?
        }
    };
    let who = match &connection.account {
        Some(account) => format!("connected as {}", account.name),
        None => "connected".into(),
    };
    let (drive, next) = match &connection.drive {
        Some(drive) => (format!("; the drive is {}", drive.name), LIST),
        None => (
            String::new(),
            "`clientpoint-host drives list` shows the drives, `drives select` chooses one",
        ),
    };
    let mut text = Page::of(who + &drive);
    text.line(format!("next: {next}"));
    Ok(Output::done(json!({ "connection": connection }), text))
}

fn given_up() -> Error {
    Error::SignIn {
        problem: "stopped".into(),
        message: "connecting was given up; `clientpoint-host status` tells how the connection stands".into(),
    }
}

/// Tells a person where to sign in.
fn invite(sign_in: &SignIn<'_>, terminal: &Terminal) {
    terminal.say("sign in with your browser, within ten minutes:");
    terminal.say("");
    terminal.say(format!("  {}", sign_in.url()));
    terminal.say("");
    terminal.say(format!(
        "waiting for the answer on {} (Ctrl-C gives up); if an error page shows up instead, check what was filled in, and \
         that {} is among the application's redirect addresses (the port does not count)",
        sign_in.redirect_uri(),
        registered(sign_in.redirect_uri()),
    ));
    if let Some(url) = sign_in.approval_url() {
        terminal.say(
            "a page that says that approval is needed does not come back here: an administrator can approve \
             the application once for everybody, at",
        );
        terminal.say("");
        terminal.say(format!("  {url}"));
        terminal.say("");
        terminal.say("and then you run this again");
    }
}

async fn given(filled: Filled, secret: Expiry, terminal: &Terminal) -> Result<Given> {
    let texts = filled.texts.into_iter();
    let mut fields: BTreeMap<String, Secret> = texts.map(|(key, text)| (key, Secret::new(text))).collect();
    for (key, file) in &filled.files {
        fields.insert(key.clone(), pem(file)?);
    }
    for key in filled.from_stdin {
        let secret = secret::from_stdin(&key, terminal).await?;
        fields.insert(key, secret);
    }
    Ok(Given {
        fields,
        secret_expires: secret.secret_expires,
    })
}

fn pem(file: &Path) -> Result<Secret> {
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

/// The redirect address without its port, as it is to be registered.
fn registered(redirect_uri: &str) -> String {
    let path = redirect_uri.rsplit('/').next().unwrap_or_default();
    format!("http://localhost/{path}")
}
