//! The ways on which people are told, as they were set. Each address is set by whoever starts the host, so that nobody who
//! may use a page can send what is told elsewhere, or ask the inner network for something.

use std::path::Path;

use clientpoint_engine::secrets::Secret;

use crate::{Error, Result, secret_files, settings::Settings, way_out::WayOut};

/// Where a webhook is, and what it understands.
pub(super) struct Webhook {
    /// Whoever has it can write there: it is a secret.
    pub(super) url: Secret,
    pub(super) form: Form,
}

/// What a webhook understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The digest itself.
    Generic,
    /// An adaptive card in a message.
    Teams,
    /// A text with their marks.
    Slack,
}

/// How the connection to a mail server is made safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tls {
    /// It begins in the clear and goes on safely, or not at all.
    Upgraded,
    /// From the first byte.
    Always,
    /// Not at all.
    None,
}

/// A mail server, and what it is asked to send.
pub(super) struct Mail {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Tls,
    pub(super) from: String,
    pub(super) to: Vec<String>,
    /// User and password.
    pub(super) login: Option<(String, Secret)>,
}

/// All ways that were set.
#[derive(Default)]
pub(super) struct Ways {
    pub(super) webhook: Option<Webhook>,
    pub(super) mail: Option<Mail>,
    /// Where browsers find the console, without a slash at its end.
    pub(super) origin: Option<String>,
}

impl Ways {
    /// Their words.
    pub(super) fn words(&self) -> Vec<&'static str> {
        let webhook = self.webhook.is_some().then_some("webhook");
        webhook
            .into_iter()
            .chain(self.mail.is_some().then_some("mail"))
            .collect()
    }

    /// As they were set.
    ///
    /// # Errors
    ///
    /// `Error::Settings` that names what is missing or can't be.
    pub(super) fn of(settings: &Settings) -> Result<Self> {
        let origin = settings.get("console.public-url");
        Ok(Self {
            webhook: settings
                .get("notify.webhook-file")
                .map(|file| webhook(file, settings))
                .transpose()?,
            mail: settings
                .get("notify.mail-server")
                .map(|server| mail(server, settings))
                .transpose()?,
            origin: origin.map(|origin| origin.trim_end_matches('/').to_owned()),
        })
    }
}

fn wrong(why: impl Into<String>) -> Error {
    Error::Settings(why.into()).with([WayOut::ShowSettings])
}

fn webhook(file: &str, settings: &Settings) -> Result<Webhook> {
    let url = secret_files::read("notify.webhook-file", Path::new(file))?;
    let parsed = url::Url::parse(url.expose()).ok();
    if !parsed.is_some_and(|url| ["http", "https"].contains(&url.scheme()) && url.has_host()) {
        return Err(wrong(format!(
            "the file `{file}` of `notify.webhook-file` has no address: write one line, as in `https://example.com/hook`"
        )));
    }
    let form = match settings.get("notify.webhook-form") {
        Some("teams") => Form::Teams,
        Some("slack") => Form::Slack,
        _ => Form::Generic,
    };
    Ok(Webhook { url, form })
}

fn mail(server: &str, settings: &Settings) -> Result<Mail> {
    let tls = match settings.get("notify.mail-tls") {
        Some("tls") => Tls::Always,
        Some("none") => Tls::None,
        _ => Tls::Upgraded,
    };
    let (host, port) = match server.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()),
        None => (
            server,
            Some(match tls {
                Tls::Upgraded => 587,
                Tls::Always => 465,
                Tls::None => 25,
            }),
        ),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let port = port.ok_or_else(|| {
        wrong(format!(
            "`notify.mail-server` can't be `{}`: write NAME:PORT, as in `mail.example.com:587`",
            server.escape_debug()
        ))
    })?;
    let needed = |key: &str| {
        let value = settings.get(key);
        value.ok_or_else(|| wrong(format!("`notify.mail-server` needs `{key}` beside it")))
    };
    let user = settings.get("notify.mail-user");
    let password = settings.get("notify.mail-password-file").map(Path::new);
    let login = match (user, password) {
        (Some(user), Some(file)) => Some((user.to_owned(), secret_files::read("notify.mail-password-file", file)?)),
        (None, None) => None,
        _ => {
            return Err(wrong(
                "`notify.mail-user` and `notify.mail-password-file` need each other",
            ));
        }
    };
    let is_here = host == "localhost"
        || host
            .parse()
            .is_ok_and(|address: std::net::IpAddr| address.is_loopback());
    if tls == Tls::None && login.is_some() && !is_here {
        return Err(wrong(
            "the password of `notify.mail-user` would go in the clear: set `notify.mail-tls` to `starttls` or `tls`",
        ));
    }
    Ok(Mail {
        host,
        port,
        tls,
        from: needed("notify.mail-from")?.to_owned(),
        to: needed("notify.mail-to")?
            .split(',')
            .map(|to| to.trim().to_owned())
            .collect(),
        login,
    })
}
