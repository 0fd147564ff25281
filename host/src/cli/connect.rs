//! The words of `connect`.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use clientpoint_engine::secrets::Secret;
use clientpoint_host::{
    Error, Result, Session,
    service::{Given, SignIn},
};
use serde_json::json;

use super::{browser::open_browser, interrupt::stop_on_signal, output::Output, secret, show::Page, terminal::Terminal};

/// The longest certificate that is read, in bytes.
const PEM_AT_MOST: u64 = 64 << 10;

/// What becomes of connecting when somebody stops it.
const GIVEN_UP: &str = "connecting is given up";

/// See `Command::Connect`. Whoever is connected already, and connects again, gives only what has changed: the rest is
/// known.
#[derive(Debug, Subcommand)]
pub enum Connect {
    /// With your own Microsoft sign-in: you see what you may see. To connect again, give only what has changed
    User(User),
    /// With the company's own credentials: all Administrators see the same drives. To connect again, give only what has
    /// changed
    Organization(Organization),
}

/// See [`Connect::User`].
#[derive(Debug, Args)]
pub struct User {
    #[command(flatten)]
    application: Application,

    /// Sign in to this tenant only (its ID or a domain), as a guest must, with `--reach sites` [default: any organization's]
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,

    /// What to ask for: your own OneDrive (own), or the libraries of sites that you can open as well (sites)
    /// [default: own]
    #[arg(long)]
    reach: Option<String>,

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
    application: Application,

    /// The company's tenant: its ID or a domain (Microsoft Entra admin center > Overview)
    #[arg(long)]
    tenant: Option<String>,

    /// For an application that was granted single sites only (Sites.Selected): the address of one, copied from the browser
    #[arg(long, value_name = "ADDRESS")]
    url: Option<String>,
}

/// The registered application, and how it shows that it is itself.
#[derive(Debug, Args)]
pub struct Application {
    /// The application's ID (Microsoft Entra admin center > App registrations > your application > Overview)
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,

    /// The application's certificate and its private key, in one PEM file (upload the certificate alone under
    /// App registrations > your application > Certificates & secrets)
    #[arg(long, value_name = "FILE", conflicts_with = "client_secret_stdin")]
    certificate: Option<PathBuf>,

    /// Read the client secret from standard input (App registrations > your application > Certificates & secrets; the
    /// secret's value, not its ID)
    #[arg(long)]
    client_secret_stdin: bool,

    /// When the client secret ends, as Certificates & secrets shows it: `status` counts the days
    #[arg(long, value_name = "YYYY-MM-DD", requires = "client_secret_stdin")]
    secret_expires: Option<NaiveDate>,

    /// The cloud that the tenant lives in: global, us-gov, us-dod or china [default: global]
    #[arg(long)]
    cloud: Option<String>,
}

/// Connects.
pub async fn connect(session: &Session<'_>, form: Connect, terminal: &Terminal) -> Result<Output> {
    let connection = match form {
        Connect::Organization(form) => {
            let more = [("tenant", form.tenant), ("url", form.url)];
            let given = given(form.application, more, terminal).await?;
            let stop = stop_on_signal(terminal, GIVEN_UP);
            let connected = stop.run_until_cancelled(session.connect_organization(given)).await;
            connected.ok_or_else(given_up)??
        }
        Connect::User(form) => {
            let more = [("tenant", form.tenant), ("reach", form.reach)];
            let given = given(form.application, more, terminal).await?;
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
        Some(drive) => (
            format!("; the drive is {}", drive.name),
            "`clientpoint-host onedrive list`",
        ),
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
        "waiting for the answer on {} (Ctrl-C gives up); if Microsoft shows an error page instead, check --client-id and \
         --tenant, and that {} is among the application's redirect addresses (the port does not count)",
        sign_in.redirect_uri(),
        registered(sign_in.redirect_uri()),
    ));
    if let Some(url) = sign_in.approval_url() {
        terminal.say(
            "a page that says that approval is needed does not come back here: an administrator of Microsoft 365 can approve \
             the application once for everybody, at",
        );
        terminal.say("");
        terminal.say(format!("  {url}"));
        terminal.say("");
        terminal.say("and then you run this again");
    }
}

async fn given<const N: usize>(
    application: Application,
    more: [(&str, Option<String>); N],
    terminal: &Terminal,
) -> Result<Given> {
    let mut fields = BTreeMap::new();
    let always = [("client-id", application.client_id), ("cloud", application.cloud)];
    for (key, value) in always.into_iter().chain(more) {
        if let Some(value) = value {
            fields.insert(key.to_string(), Secret::new(value));
        }
    }
    if let Some(file) = &application.certificate {
        fields.insert("certificate".into(), pem(file)?);
    }
    if application.client_secret_stdin {
        fields.insert("client-secret".into(), secret::from_stdin(terminal).await?);
    }
    Ok(Given {
        fields,
        secret_expires: application.secret_expires,
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
