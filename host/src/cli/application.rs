//! The words of `application`: what is registered once for everybody's own sign-ins.

use clap::{Args, Subcommand};
use clientpoint_host::{
    Error, Result, Session,
    service::api::{Application as Registered, RegistrationChange},
    store::connections::CredentialKind,
};
use serde_json::json;

use super::{
    asking,
    connect::{
        ASK_THE_PLUGIN, Expiry,
        form::{Filled, given},
    },
    hints,
    output::Output,
    show::Page,
    terminal::Terminal,
};

/// See `Command::Application`.
#[derive(Debug, Subcommand)]
pub enum Application {
    /// What is registered, without its secret
    Show,
    /// Register the application, or change it: give only what has changed then. Sign-ins that there are keep what they were
    /// made with
    #[command(disable_help_flag = true, after_help = ASK_THE_PLUGIN)]
    Set(Set),
    /// Delete the registered application, with its secret. Sign-ins that there are keep what they were made with
    Forget {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// See [`Application::Set`].
#[derive(Debug, Args)]
pub struct Set {
    #[command(flatten)]
    pub filled: Filled,

    #[command(flatten)]
    secret: Expiry,

    /// Take the one that this user's own sign-in was made with, and fill nothing in
    #[arg(long, value_name = "USER")]
    of: Option<String>,
}

/// Shows, registers or forgets the application.
pub async fn application(session: &Session<'_>, command: Application, terminal: &Terminal) -> Result<Output> {
    match command {
        Application::Show => show(session).await,
        Application::Set(form) => Ok(changed(&set(session, form, terminal).await?)),
        Application::Forget { yes } => {
            let what = "the registered application is deleted, with its secret";
            match asking::stopped(terminal, what, yes).await? {
                Some(nothing) => Ok(nothing),
                None => Ok(changed(&session.forget_application().await?)),
            }
        }
    }
}

async fn show(session: &Session<'_>) -> Result<Output> {
    let registration = session.application().await?;
    let mut text = Page::default();
    if let Some(application) = &registration.application {
        text.line(format!("application {}", application.client_id));
        for (key, value) in application
            .settings
            .iter()
            .filter(|(_, value)| **value != application.client_id)
        {
            text.line(format!("  {key:11} {value}"));
        }
        text.line(format!("  {:11} {}", "credential", credential(application)));
        let (at, by) = (&application.registered_at, &application.registered_by);
        text.line(format!("  {:11} {at} by {by}", "registered"));
    }
    if let Some(next) = &registration.next {
        text.line(hints::told(next, &registration.ways_out));
    }
    Ok(Output::done(json!(registration), text))
}

async fn set(session: &Session<'_>, form: Set, terminal: &Terminal) -> Result<RegistrationChange> {
    // Nobody is asked for a secret who may not register any.
    session.require_administrator("register an application")?;
    let Some(user) = form.of else {
        let given = given("application set", form.filled, form.secret.secret_expires, terminal).await?;
        return session.register_application(given).await;
    };
    if !form.filled.is_empty() || form.secret.secret_expires.is_some() {
        return Err(Error::Settings(
            "`--of` takes an application as it is: fill nothing in beside it".into(),
        ));
    }
    session.register_application_of(&user).await
}

fn changed(change: &RegistrationChange) -> Output {
    let did = match (&change.application, &change.replaced) {
        (Some(now), None) => format!("registered the application {}", now.client_id),
        (Some(now), Some(before)) if now.client_id == before.client_id => {
            format!("registered the application {} anew", now.client_id)
        }
        (Some(now), Some(before)) => {
            format!(
                "registered the application {} in the place of {}",
                now.client_id, before.client_id
            )
        }
        (None, Some(before)) => format!("forgot the application {}", before.client_id),
        (None, None) => "forgot the application".into(),
    };
    let mut text = Page::of(did);
    for consequence in &change.consequences {
        text.line(format!("- {consequence}"));
    }
    for way_out in &change.ways_out {
        text.line(format!("- {}", hints::typed(way_out)));
    }
    Output::done(json!(change), text)
}

/// How it shows that it is itself, and until when.
pub fn credential(application: &Registered) -> String {
    let what = match application.credential {
        CredentialKind::None => return "none: a public client".into(),
        CredentialKind::Secret => "secret",
        CredentialKind::Certificate => "certificate",
    };
    match (&application.expires_at, application.days_left) {
        (Some(at), Some(left)) if left < 0 => format!("{what}, until {at}, OVER: register it with a new one"),
        (Some(at), Some(left)) => format!("{what}, until {at}, {left} days left"),
        _ => what.into(),
    }
}
