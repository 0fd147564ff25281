//! What an Administrator has filled in, held against the plugin's form.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use clientpoint_engine::{
    contract::exports::clientpoint::content_source::source::{Credentials, Field, FieldKind, FieldTraits, ModeForm},
    oauth::{Certificate, Credential},
    secrets::Secret,
};

use crate::{Error, Result, host::Filled, store::connections::CredentialKind};

/// The largest certificate file, in bytes.
const PEM_AT_MOST: usize = 64 << 10;

/// By how much this machine's clock may be behind that of whoever made a certificate a moment ago.
const CLOCKS_DIFFER: chrono::TimeDelta = chrono::TimeDelta::hours(1);

/// What was filled in.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// By the keys of the plugin's form; secrets, and the text of the certificate's PEM file, included.
    pub fields: BTreeMap<String, Secret>,
    /// When the client secret ends, where people know it. A certificate says it itself.
    pub secret_expires: Option<NaiveDate>,
}

/// A credential that is kept.
pub(in crate::service) struct Kept<'a> {
    pub kind: CredentialKind,
    /// RFC 3339.
    pub expires_at: Option<&'a str>,
    pub secret: Secret,
}

impl Given {
    /// Adds the settings that are known, of the fields that count, where nothing was given: who connects again gives only what
    /// has changed. A setting that was given empty has its default again.
    pub(in crate::service) fn with_settings(
        mut self,
        form: &ModeForm,
        known: &BTreeMap<String, String>,
        counts: impl Fn(&Field) -> bool,
    ) -> Self {
        for field in form.fields.iter().filter(|field| counts(field)) {
            if let Some(value) = known.get(&field.key) {
                let known = || Secret::new(value.clone());
                self.fields.entry(field.key.clone()).or_insert_with(known);
            }
        }
        self
    }

    /// The same with a credential that is kept; none if another one was given, or there is none.
    pub(in crate::service) fn with_credential(&self, form: &ModeForm, kept: Kept<'_>) -> Option<Self> {
        let is_credential = |field: &&Field| matches!(field.kind, FieldKind::Secret | FieldKind::Certificate);
        let mut credentials = form.fields.iter().filter(is_credential);
        if credentials.clone().any(|field| self.fields.contains_key(&field.key)) {
            return None;
        }
        let field = credentials.find(|field| match kept.kind {
            CredentialKind::Secret => matches!(field.kind, FieldKind::Secret),
            CredentialKind::Certificate => matches!(field.kind, FieldKind::Certificate),
            CredentialKind::None => false,
        })?;
        let mut given = self.clone();
        given.fields.insert(field.key.clone(), kept.secret);
        if kept.kind == CredentialKind::Secret {
            let day = kept.expires_at.and_then(|end| end.get(..10));
            given.secret_expires = given.secret_expires.or(day.and_then(|day| day.parse().ok()));
        }
        Some(given)
    }

    /// Whether anything of the application was given.
    pub(in crate::service) fn gives_application(&self, form: &ModeForm) -> bool {
        let mut fields = form.fields.iter().filter(|field| is_of_application(field));
        fields.any(|field| self.fields.contains_key(&field.key))
    }
}

/// Whether a field is part of the registration of the application.
pub(in crate::service) fn is_of_application(field: &Field) -> bool {
    field.traits.contains(FieldTraits::APPLICATION)
}

/// The settings that are part of the registration of the application.
pub(in crate::service) fn of_application(
    form: &ModeForm,
    settings: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let fields = form.fields.iter().filter(|field| is_of_application(field));
    let known = fields.filter_map(|field| Some((field.key.clone(), settings.get(&field.key)?.clone())));
    known.collect()
}

/// The keys of the settings, of all ways to connect, of which another value means another account of the source.
pub(in crate::service) fn keys_of_accounts(forms: &[ModeForm]) -> Vec<String> {
    let fields = forms.iter().flat_map(|form| &form.fields);
    let keys: BTreeSet<_> = fields
        .filter(|field| field.traits.contains(FieldTraits::ACCOUNT))
        .map(|field| &field.key)
        .collect();
    keys.into_iter().cloned().collect()
}

/// Checks what was given, and parts the secrets from the rest. `now` is the present day.
///
/// # Errors
///
/// `Error::Settings` for what is missing, can't be right, or is too much.
pub(in crate::service) fn fill_in(form: &ModeForm, given: Given, now: chrono::DateTime<chrono::Utc>) -> Result<Filled> {
    let Given {
        mut fields,
        secret_expires,
    } = given;
    let mut settings = BTreeMap::new();
    let mut secrets = Vec::new();
    for field in &form.fields {
        let value = fields
            .remove(&field.key)
            .filter(|value| !value.expose().trim().is_empty());
        match (value, &field.kind, &field.default) {
            (Some(value), FieldKind::Secret, _) => secrets.push((CredentialKind::Secret, value)),
            (Some(value), FieldKind::Certificate, _) => secrets.push((CredentialKind::Certificate, value)),
            (Some(value), FieldKind::Choice(words), _) if !words.iter().any(|word| word == value.expose().trim()) => {
                return Err(Error::Settings(format!(
                    "{} can't be `{}`: choose one of {}. {}",
                    field.label,
                    value.expose().trim(),
                    words.join(", "),
                    field.help
                ))
                .at(&field.key));
            }
            (Some(value), _, _) if value.expose().trim().contains(char::is_control) => {
                return Err(Error::Settings(format!(
                    "{} has a character in it that nobody can see: type it anew. {}",
                    field.label, field.help
                ))
                .at(&field.key));
            }
            (Some(value), _, _) => {
                settings.insert(field.key.clone(), value.expose().trim().to_string());
            }
            (None, FieldKind::Secret | FieldKind::Certificate, _) => {}
            (None, _, Some(default)) => {
                settings.insert(field.key.clone(), default.clone());
            }
            (None, _, None) => {
                return Err(Error::Settings(format!("{} is missing. {}", field.label, field.help)).at(&field.key));
            }
        }
    }
    if let Some(unknown) = fields.keys().next() {
        return Err(Error::Settings(format!("there is no setting `{unknown}`")));
    }
    if 1 < secrets.len() {
        return Err(Error::Settings(
            "a client secret and a certificate are too much: give one of them, best the certificate".into(),
        ));
    }
    let (kind, secret) = match secrets.pop() {
        Some(secret) => secret,
        None if form.credentials == Credentials::AtMostOne => (CredentialKind::None, Secret::new(String::new())),
        None => return Err(missing(form)),
    };
    let is_filled_in = |field: &&Field| match field.kind {
        FieldKind::Secret => kind == CredentialKind::Secret,
        FieldKind::Certificate => kind == CredentialKind::Certificate,
        _ => false,
    };
    let at = form.fields.iter().find(is_filled_in).map(|field| field.key.clone());
    let (credential, expires_at) = credential(kind, &secret, secret_expires, now)
        .map_err(|error| error.at(at.unwrap_or_else(|| "secret-expires".into())))?;
    let names_account = |field: &&Field| field.traits.contains(FieldTraits::ACCOUNT);
    Ok(Filled {
        account: form
            .fields
            .iter()
            .filter(names_account)
            .map(|field| field.key.clone())
            .collect(),
        settings,
        secret,
        kind,
        credential,
        expires_at,
    })
}

fn credential(
    kind: CredentialKind,
    secret: &Secret,
    expires: Option<NaiveDate>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(Credential, Option<String>)> {
    if expires.is_some() && kind != CredentialKind::Secret {
        return Err(Error::Settings(
            "the day of the end is given for client secrets only: a certificate says itself when it ends".into(),
        ));
    }
    let over = |what: &str, end: String| {
        Error::Settings(format!(
            "the {what} has ended on {end}: make a new one under Certificates & secrets, and connect with it"
        ))
    };
    match kind {
        CredentialKind::None => Ok((Credential::None, None)),
        CredentialKind::Secret => {
            if let Some(end) = expires.filter(|end| *end < now.date_naive()) {
                return Err(over("client secret", end.to_string()));
            }
            let end = expires.map(|end| format!("{end}T00:00:00Z"));
            Ok((Credential::Secret(secret.clone()), end))
        }
        CredentialKind::Certificate => {
            if PEM_AT_MOST < secret.expose().len() {
                return Err(Error::Settings("the certificate's file is too large to be one".into()));
            }
            let certificate = Certificate::from_pem(secret)
                .map_err(|why| Error::Settings(format!("the certificate can't be used: {why}")))?;
            if now + CLOCKS_DIFFER < certificate.begins() {
                return Err(Error::Settings(format!(
                    "the certificate is good from {} on only, by this machine's clock: set that right, or connect with a                      certificate that is good now",
                    clientpoint_engine::clock::stamp(certificate.begins())
                )));
            }
            let end = clientpoint_engine::clock::stamp(certificate.expires());
            if certificate.expires() <= now {
                return Err(over("certificate", end));
            }
            Ok((Credential::Certificate(certificate), Some(end)))
        }
    }
}

fn missing(form: &ModeForm) -> Error {
    let fields = form
        .fields
        .iter()
        .filter(|field| matches!(field.kind, FieldKind::Secret | FieldKind::Certificate));
    let ways: Vec<String> = fields.map(|field| format!("{}: {}", field.label, field.help)).collect();
    let error = Error::Settings(format!(
        "the application must show that it is itself, in one of these ways. {}",
        ways.join(". ")
    ));
    let first = form.fields.iter().find(|field| is_credential(field));
    match first {
        Some(field) => error.at(&field.key),
        None => error,
    }
}

fn is_credential(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Secret | FieldKind::Certificate)
}
