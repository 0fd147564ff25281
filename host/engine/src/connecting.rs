//! Connecting with the application's own credential, from a form that is filled in to a connection that is signed in.

use std::collections::BTreeMap;

use crate::{
    Error, Result,
    connection::Connection,
    contract::exports::clientpoint::content_source::source::{FieldKind, ModeForm},
    engine::Engine,
    oauth::{Credential, KeptBy},
    planned::Endpoints,
    signed_in::SignedIn,
};

impl ModeForm {
    /// The settings that the form asks for, of what was given by its keys; a setting that is not given, or is empty, has
    /// its default. A secret or a certificate is none of them: no plugin sees it.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for one that is missing.
    pub fn settings(&self, given: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
        let is_setting = |kind: &FieldKind| !matches!(kind, FieldKind::Secret | FieldKind::Certificate);
        let settings = self.fields.iter().filter(|field| is_setting(&field.kind)).map(|field| {
            let given = given.get(&field.key).map(|value| value.trim());
            let value = given.filter(|value| !value.is_empty()).or(field.default.as_deref());
            let missing = || Error::Settings(format!("{} is missing. {}", field.label, field.help));
            Ok((field.key.clone(), value.ok_or_else(missing)?.to_owned()))
        });
        settings.collect()
    }
}

impl Engine {
    /// Signs in with the application's own credential, and has the plugin's word that the connection is good for something.
    /// Beside it come the endpoints that the plugin has named. What is to be kept is the connection, these endpoints, and
    /// the credential, sealed: it never goes to others.
    ///
    /// # Errors
    ///
    /// `Error::Settings` in the plugin's words, `Error::SignIn`, `Error::PluginStopped`.
    pub async fn connect(&self, connection: Connection, credential: Credential) -> Result<(SignedIn, Endpoints)> {
        let planned = self.authorization(connection.mode, &connection.settings).await?;
        let planned = planned.map_err(|error| Error::Settings(error.message))?;
        let tokens = self.tokens(&connection, &planned.plan, credential, KeptBy::Nobody);
        let signed_in = self.signed_in(connection, planned.plan, tokens.clone()).await?;
        self.verified(signed_in.connection(), signed_in.plan(), tokens, Vec::new())
            .await?;
        Ok((signed_in, planned.named))
    }
}
