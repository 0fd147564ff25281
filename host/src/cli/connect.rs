//! The words of `connect`.

pub mod form;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use clientpoint_host::{
    Error, Result, Session,
    service::{SignIn, api::ApplicationUse},
    store::connections::Mode,
    way_out::WayOut,
};
use form::{Filled, given};
use serde_json::json;

use super::{
    args::words::LIST, browser::open_browser, hints, interrupt::stop_on_signal, output::Output, show::Page,
    terminal::Terminal,
};

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
pub const ASK_THE_PLUGIN: &str =
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
    pub secret_expires: Option<NaiveDate>,
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
    let (connection, application) = match form {
        Connect::Organization(form) => {
            let given = given("connect …", form.filled, form.secret.secret_expires, terminal).await?;
            let stop = stop_on_signal(terminal, GIVEN_UP);
            let connected = stop.run_until_cancelled(session.connect_organization(given)).await;
            (connected.ok_or_else(given_up)??, None)
        }
        Connect::User(form) => {
            let given = given("connect …", form.filled, form.secret.secret_expires, terminal).await?;
            let stop = stop_on_signal(terminal, GIVEN_UP);
            let sign_in = session.begin_sign_in(given, form.port).await?;
            invite(&sign_in, terminal);
            if !form.no_browser {
                open_browser(sign_in.url());
            }
            let application = sign_in.application();
            (sign_in.finish_until(&stop).await?, Some(application))
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
    if let Some(told) = application.and_then(|application| of_application(application, connection.owner.as_deref())) {
        text.line(told);
    }
    text.line(format!("next: {next}"));
    let mut document = json!({ "connection": connection });
    if let (Some(application), Some(document)) = (application, document.as_object_mut()) {
        document.insert("application".into(), json!(application));
    }
    Ok(Output::done(document, text))
}

/// What the sign-in means for that of others.
fn of_application(application: ApplicationUse, owner: Option<&str>) -> Option<String> {
    match application {
        ApplicationUse::Registered => None,
        ApplicationUse::Registers => Some(
            "the application is registered now: other Administrators sign in by `clientpoint-host connect user` alone"
                .into(),
        ),
        ApplicationUse::Own => {
            let register = WayOut::RegisterApplication {
                of: owner.map(str::to_owned),
            };
            let fact = "the application of this sign-in is not registered for everybody";
            Some(hints::told(fact, &[register]))
        }
    }
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

/// The redirect address without its port, as it is to be registered.
fn registered(redirect_uri: &str) -> String {
    let path = redirect_uri.rsplit('/').next().unwrap_or_default();
    format!("http://localhost/{path}")
}
