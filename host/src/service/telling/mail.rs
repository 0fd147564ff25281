//! A digest by mail.

use std::time::{Duration, SystemTime};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Tls as Safely, TlsParameters},
    },
};

use super::{
    digest::Digest,
    ways::{Mail, Tls},
};

/// How long each word of the server may take, and all of them together.
const A_WORD_WITHIN: Duration = Duration::from_secs(10);
const WITHIN: Duration = Duration::from_secs(30);

/// The longest answer of a server that is told, in characters.
const ANSWER_AT_MOST: usize = 300;

/// Sends it. `key` is the same whenever the same digest is sent again, so that who gets it twice can tell.
///
/// # Errors
///
/// Why it did not arrive.
pub(super) async fn send(mail: &Mail, digest: &Digest, key: &str, now: SystemTime) -> Result<(), String> {
    let message = message(mail, digest, key, now)?;
    let transport = transport(mail)?;
    match tokio::time::timeout(WITHIN, transport.send(message)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => {
            let told: String = reason(&error).chars().take(ANSWER_AT_MOST).collect();
            Err(format!("the mail server `{}` did not take it: {told}", mail.host))
        }
        Err(_) => Err(format!(
            "the mail server `{}` was not done within {} seconds",
            mail.host,
            WITHIN.as_secs()
        )),
    }
}

fn reason(error: &lettre::transport::smtp::Error) -> String {
    let mut told = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let more = error.to_string();
        if !told.contains(&more) {
            told.push_str(&format!(": {more}"));
        }
        cause = error.source();
    }
    told
}

fn message(mail: &Mail, digest: &Digest, key: &str, now: SystemTime) -> Result<Message, String> {
    let mailbox = |text: &str| -> Result<Mailbox, String> {
        let read = text.parse();
        read.map_err(|error| format!("`{}` is no address of a mail: {error}", text.escape_debug()))
    };
    let from = mailbox(&mail.from)?;
    let domain = from.email.domain().to_owned();
    let mut builder = Message::builder()
        .from(from)
        .subject(digest.title.clone())
        .date(now)
        .message_id(Some(format!("<{key}@{domain}>")))
        .header(ContentType::TEXT_PLAIN);
    for to in &mail.to {
        builder = builder.to(mailbox(to)?);
    }
    let mut message = builder.body(digest.text()).map_err(|error| error.to_string())?;
    // Nobody's answering machine answers.
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    let value = HeaderValue::new(name, "auto-generated".to_owned());
    message.headers_mut().insert_raw(value);
    Ok(message)
}

fn transport(mail: &Mail) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let parameters = || {
        let made = TlsParameters::new(mail.host.clone());
        made.map_err(|error| format!("TLS can't be had: {error}"))
    };
    let safely = match mail.tls {
        Tls::Upgraded => Safely::Required(parameters()?),
        Tls::Always => Safely::Wrapper(parameters()?),
        Tls::None => Safely::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&mail.host)
        .port(mail.port)
        .tls(safely)
        .timeout(Some(A_WORD_WITHIN));
    if let Some((user, password)) = &mail.login {
        builder = builder.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
    }
    Ok(builder.build())
}
