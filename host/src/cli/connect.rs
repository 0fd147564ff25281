//! The words of connecting: `connect`, `disconnect`, `secrets`, and how a connection stands.

use std::{
    collections::BTreeMap,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use clientpoint_host::{
    Error, Result, Session,
    secrets::{KEY_VARIABLE, NEXT_KEY_VARIABLE, Secret},
    service::{Given, Selected, SignIn, Status},
    store::connections::{Connection, Mode},
};
use serde_json::{Value, json};

use super::{interrupt::stop_on_signal, output::Output, secret, show::Page, terminal::Terminal};

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

/// See `Command::Disconnect`.
#[derive(Debug, Args)]
pub struct Disconnect {
    /// Which connection [default: the one that you work with]
    connection: Option<Which>,

    /// Another Administrator's own connection, of one who has left, say
    #[arg(long, value_name = "USER", conflicts_with = "connection")]
    of: Option<String>,
}

/// One of an Administrator's two connections.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Which {
    /// Your own sign-in
    User,
    /// The company's credentials
    Organization,
}

/// See `Command::Secrets`.
#[derive(Debug, Subcommand)]
pub enum Secrets {
    /// Seal everything with another key. Not while another `clientpoint-host` runs on this data folder
    Rotate,
    /// Where `secret.key` is lost for good: wipe the secrets that nobody can open any more, and make a new key. The files
    /// stay; connect again afterwards
    Forget,
}

impl From<Which> for Mode {
    fn from(which: Which) -> Self {
        match which {
            Which::User => Self::User,
            Which::Organization => Self::Organization,
        }
    }
}

/// Connects.
pub async fn connect(session: &Session<'_>, form: Connect, terminal: &Terminal) -> Result<Output> {
    let connection = match form {
        Connect::Organization(form) => {
            let more = [("tenant", form.tenant), ("url", form.url)];
            let given = given(form.application, more, terminal).await?;
            let stop = stop_on_signal(terminal, GIVEN_UP);
            let connected = stop.unless_asked(session.connect_organization(given)).await;
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
    Ok(done(json!({ "connection": connection }), text))
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

/// Gives a connection up.
pub async fn disconnect(session: &Session<'_>, form: Disconnect) -> Result<Output> {
    let gone = session
        .disconnect(form.connection.map(Mode::from), form.of.as_deref())
        .await?;
    let mut text = Page::of("disconnected");
    for consequence in &gone.consequences {
        text.line(format!("- {consequence}"));
    }
    Ok(done(json!({ "disconnected": gone }), text))
}

/// Starts over with a new key, in a folder that can't be opened for want of one.
pub async fn forget(data: &Path, user: &str) -> Result<Output> {
    let count = clientpoint_host::host::forget_secrets(data, user).await?;
    let text = Page::of(format!(
        "wiped {count} secrets, and made a new key; the files are as they were: connect again to let them follow"
    ));
    Ok(done(json!({ "wiped": count }), text))
}

/// Changes the key.
pub async fn rotate(session: &Session<'_>) -> Result<Output> {
    let count = session.rotate_key().await?;
    let mut text = Page::of(format!(
        "sealed anew, with another key: {count}; the old key opens nothing any more"
    ));
    if std::env::var_os(KEY_VARIABLE).is_some() {
        text.line(format!(
            "from now on, `{KEY_VARIABLE}` must have the value that `{NEXT_KEY_VARIABLE}` has now"
        ));
    }
    Ok(done(json!({ "sealed": count }), text))
}

/// What choosing a drive came to.
pub fn selected(selected: &Selected) -> Output {
    let mut text = Page::of(format!("selected {}", selected.drive.name));
    if 0 < selected.files.detached {
        text.line(format!(
            "{} files of the drive before stay in the library and do not follow it any more (detached)",
            selected.files.detached
        ));
    }
    if 0 < selected.files.attached {
        text.line(format!(
            "{} files that came from this drive before follow it again",
            selected.files.attached
        ));
    }
    text.line("next: `clientpoint-host onedrive list`");
    done(json!({ "drive": selected.drive, "files": selected.files }), text)
}

/// How the connections stand.
pub fn status(status: &Status) -> Output {
    let mut text = Page::default();
    match &status.connection {
        None => text.line(format!("{}: not connected", status.source)),
        Some(connection) => {
            text.line(format!("{}: {}", status.source, how(connection)));
            for (label, value) in lines(connection, status) {
                text.line(format!("  {label:11} {value}"));
            }
        }
    }
    for other in &status.others {
        text.line(format!("also {}", how(other)));
    }
    if 0 < status.detached_files {
        text.line(format!(
            "{} files are detached: they follow OneDrive no more; selecting their drive again mends that",
            status.detached_files
        ));
    }
    if let Some(next) = &status.next {
        text.line(format!("next: {next}"));
    }
    done(serde_json::to_value(status).unwrap_or(Value::Null), text)
}

fn how(connection: &Connection) -> String {
    let mut text = match (&connection.owner, &connection.account) {
        (Some(owner), Some(account)) => format!("{owner}'s own sign-in as {}", account.name),
        (Some(owner), None) => format!("{owner}'s own sign-in"),
        (None, _) => "connected with organization credentials".into(),
    };
    if let Some(broken) = &connection.needs_reconnect {
        let how = if broken.wants_reconnecting() {
            "NEEDS RECONNECT"
        } else {
            "NOT ACCEPTED"
        };
        text.push_str(&format!(", {how} since {}", broken.since));
    }
    text
}

fn lines(connection: &Connection, status: &Status) -> Vec<(&'static str, String)> {
    let setting = |key: &str| connection.settings.get(key).cloned().unwrap_or_default();
    let drive = connection.drive.as_ref();
    let mut lines = vec![
        ("tenant", setting("tenant")),
        ("cloud", setting("cloud")),
        (
            "drive",
            drive.map_or("none selected".into(), |drive| drive.name.clone()),
        ),
        (
            "connected",
            format!("{} by {}", connection.connected_at, connection.connected_by),
        ),
        (
            "last check",
            connection.checked_at.clone().unwrap_or_else(|| "never".into()),
        ),
        ("managed", format!("{} files", status.managed_files)),
    ];
    if let Some(expires) = &status.expires {
        let left = match expires.days_left {
            left if left < 0 => "OVER: connect again with a new one".to_string(),
            left => format!("{left} days left"),
        };
        let what = match connection.credential {
            clientpoint_host::store::connections::CredentialKind::Certificate => "certificate",
            _ => "secret",
        };
        lines.push((what, format!("until {}, {left}", expires.at)));
    }
    if let Some(broken) = &connection.needs_reconnect {
        lines.push(("trouble", broken.message.clone()));
    }
    lines
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
    let read = std::fs::File::open(file).and_then(|file| file.take(PEM_AT_MOST).read_to_string(&mut text));
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

/// Opens a browser where there is one. Where there is none, people have the address.
fn open_browser(url: &str) {
    let Some(program) = browser() else {
        return;
    };
    let mut command = Command::new(program);
    command
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // Not waited for: a browser may stay open for days.
    let _ = command.spawn();
}

#[cfg(target_os = "macos")]
fn browser() -> Option<&'static str> {
    Some("open")
}

#[cfg(windows)]
fn browser() -> Option<&'static str> {
    Some("explorer")
}

#[cfg(not(any(target_os = "macos", windows)))]
fn browser() -> Option<&'static str> {
    let there_is_a_screen = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    there_is_a_screen.then_some("xdg-open")
}

fn done(json: Value, text: Page) -> Output {
    Output {
        json,
        text,
        complete: true,
    }
}
