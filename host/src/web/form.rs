//! Forms: what a browser has sent, and what is wrong with it, where it is wrong.

use axum::{
    Form,
    extract::{FromRequest, Multipart, Request},
    response::Response,
};
use clientpoint_engine::secrets::Secret;
use http::{StatusCode, header};
use maud::{Markup, html};

use super::{asked, console::Console, trouble, words};
use crate::{
    Error,
    service::{
        Given,
        api::{FieldKind, FormField},
    },
};

/// Fields that a form has at most.
const FIELDS_AT_MOST: usize = 400;

/// The largest file that is sent with a form, in bytes: a certificate with its key.
const FILE_AT_MOST: usize = 64 << 10;

/// The name of the field that says when a client secret ends.
const SECRET_EXPIRES: &str = "secret-expires";

/// What was filled in, in the order in which the browser has sent it; whether as text or with small files. What it holds
/// may be secret.
#[derive(Default)]
pub(super) struct Filled(Vec<(String, Secret)>);

impl Filled {
    /// The first value of that name; empty if there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        let named = self.0.iter().find(|(key, _)| key == name);
        named.map(|(_, value)| value.expose()).unwrap_or_default()
    }

    /// All values of that name.
    pub(super) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        let named = self.0.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.expose())
    }

    /// The one value of that name.
    ///
    /// # Errors
    ///
    /// `Error::Settings` where the form has none, so that what is missing is not taken for something empty.
    pub(super) fn needed(&self, name: &str) -> crate::Result<&str> {
        let named = self.0.iter().find(|(key, _)| key == name);
        let missing =
            || Error::Settings(format!("the form has no `{name}`: open its page anew, and try again")).at(name);
        named.map(|(_, value)| value.expose()).ok_or_else(missing)
    }

    /// The revision that somebody has looked at; none where the form does not say.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for what is none.
    pub(super) fn revision(&self) -> crate::Result<Option<u64>> {
        self.revision_at("revision")
    }

    /// The revision in that field; none where the form does not say.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for what is none.
    pub(super) fn revision_at(&self, name: &str) -> crate::Result<Option<u64>> {
        let text = self.text(name);
        let wrong = || Error::Settings(format!("`{}` is no revision", text.escape_debug()));
        let read = (!text.is_empty()).then(|| text.parse().map_err(|_| wrong()));
        read.transpose()
    }

    /// All that was sent, in its order.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.expose()))
    }

    /// What was filled in of these fields. What was left empty was not, but where the default was taken away.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for a day that is none.
    pub(super) fn given(&self, fields: &[FormField]) -> crate::Result<Given> {
        let mut given = Given::default();
        for field in fields {
            let value = self.text(&field.key);
            let is_same = field.value.as_deref() == Some(value);
            let is_emptied = field.value.as_ref().is_some_and(|known| !known.is_empty()) && !field.is_credential();
            let was_sent = self.0.iter().any(|(key, _)| *key == field.key);
            if was_sent && !is_same && (!value.trim().is_empty() || is_emptied) {
                given.fields.insert(field.key.clone(), Secret::new(value.to_owned()));
            }
        }
        let day = self.text(SECRET_EXPIRES).trim();
        if !day.is_empty() {
            let wrong = || Error::Settings(format!("`{}` is no day", day.escape_debug())).at(SECRET_EXPIRES);
            given.secret_expires = Some(day.parse().map_err(|_| wrong())?);
        }
        Ok(given)
    }
}

impl FromRequest<Console> for Filled {
    type Rejection = Response;

    async fn from_request(request: Request, console: &Console) -> Result<Self, Self::Rejection> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        // A button without fields.
        if kind.is_none() {
            return Ok(Self(Vec::new()));
        }
        let is_multipart = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"));
        let pairs: Vec<(String, Secret)> = if is_multipart {
            let parts = Multipart::from_request(request, console).await;
            in_parts(parts.map_err(asked::unreadable)?).await?
        } else {
            let sent = Form::<Vec<(String, String)>>::from_request(request, console).await;
            let Form(pairs) = sent.map_err(asked::unreadable)?;
            let secret = |(key, value)| (key, Secret::new(value));
            pairs.into_iter().map(secret).collect()
        };
        if FIELDS_AT_MOST < pairs.len() {
            return Err(unreadable("it has too many fields"));
        }
        Ok(Self(pairs))
    }
}

async fn in_parts(mut parts: Multipart) -> Result<Vec<(String, Secret)>, Response> {
    let mut pairs = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(asked::unreadable)? {
        let name = part.name().unwrap_or_default().to_owned();
        let bytes = part.bytes().await.map_err(asked::unreadable)?;
        if FILE_AT_MOST < bytes.len() || FIELDS_AT_MOST < pairs.len() {
            return Err(unreadable("a file in it is too large"));
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| unreadable("a file in it is no text"))?;
        pairs.push((name, Secret::new(text.to_owned())));
    }
    Ok(pairs)
}

fn unreadable(why: &str) -> Response {
    let why = format!("What was sent can't be read: {why}. Nothing was changed.");
    trouble::page(StatusCode::BAD_REQUEST, "That did not work", &why)
}

/// What is wrong with a form, above it: the focus goes there, and a link leads to the field.
pub(super) fn summary(error: Option<&Error>, fields: &[FormField]) -> Markup {
    let is_there = |key: &str| fields.iter().any(|field| field.key == key);
    told(error, error.and_then(Error::field).filter(|key| is_there(key)))
}

/// What is wrong with a form of the console's own.
pub(super) fn problem(error: Option<&Error>) -> Markup {
    told(error, error.and_then(Error::field))
}

fn told(error: Option<&Error>, field: Option<&str>) -> Markup {
    let Some(error) = error else { return html! {} };
    html! {
        section.card.trouble #problem role="alert" tabindex="-1" autofocus { div.pad {
            h2 { "There is a problem" }
            p { @match field {
                Some(key) => a href={ "#" (key) } { (words::sentence(&error.fact())) },
                None => (words::sentence(&error.fact())),
            } }
            div.buttons { (trouble::buttons(&error.ways_out())) }
            (trouble::support(error))
        } }
    }
}

/// The fields of a plugin's form: what must be filled in, then what is known or may stay as it is. `sent` is what was
/// filled in before; a secret is never sent back.
pub(super) fn fields(fields: &[FormField], sent: Option<&Filled>, error: Option<&Error>) -> Markup {
    let wrong = |field: &FormField| error.filter(|error| error.field() == Some(&field.key));
    let is_first = |field: &&FormField| field.is_needed || field.is_credential() || wrong(field).is_some();
    let one = |one: &FormField| field(one, sent, wrong(one));
    let rest: Vec<&FormField> = fields.iter().filter(|field| !is_first(field)).collect();
    let may_be_secret = fields.iter().any(|field| field.kind == FieldKind::Secret);
    html! {
        @for first in fields.iter().filter(is_first) { (one(first)) }
        @if may_be_secret {
            label for=(SECRET_EXPIRES) { "The secret ends on" }
            input #(SECRET_EXPIRES) type="date" name=(SECRET_EXPIRES) value=(sent.map_or("", |sent| sent.text(SECRET_EXPIRES))) aria-describedby="secret-expires-help";
            small #secret-expires-help .soft { "If you know it: you are reminded in time. A certificate says it itself." }
        }
        @if !rest.is_empty() { details { summary { "More" } div.fields { @for field in rest { (one(field)) } } } }
    }
}

fn field(field: &FormField, sent: Option<&Filled>, wrong: Option<&Error>) -> Markup {
    let key = field.key.as_str();
    let help = format!("{key}-help");
    let why = format!("{key}-wrong");
    let described = if wrong.is_some() {
        format!("{why} {help}")
    } else {
        help.clone()
    };
    let known = field.value.as_deref().unwrap_or_default();
    let value = sent
        .filter(|sent| sent.all(key).next().is_some())
        .map_or(known, |sent| sent.text(key));
    let is_wrong = wrong.map(|_| "true");
    html! {
        @if let FieldKind::Choice(options) = &field.kind {
            fieldset aria-describedby=(described) {
                legend #(key) tabindex="-1" { (field.label) }
                @for option in options {
                    label.choice { input type="radio" name=(key) value=(option) checked[option == value]; (option) }
                }
            }
        } @else {
            label for=(key) { (field.label) }
            @if let Some(wrong) = wrong { p.wrong #(why) { (words::sentence(&wrong.fact())) } }
            @match field.kind {
                FieldKind::Secret => input #(key) name=(key) type="password" autocomplete="off" maxlength="1000" aria-describedby=(described) aria-invalid=[is_wrong];,
                FieldKind::Certificate => input #(key) name=(key) type="file" accept=".pem,.crt,.cer,.key" aria-describedby=(described) aria-invalid=[is_wrong];,
                _ => input #(key) name=(key) value=(value) maxlength="1000" autocomplete="off" spellcheck="false" required[field.is_needed] aria-describedby=(described) aria-invalid=[is_wrong];,
            }
        }
        small #(help) .soft { (field.help) }
    }
}
