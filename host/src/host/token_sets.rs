//! The tokens of connections: one set a connection in this process, whoever asks.

use std::{
    collections::BTreeMap,
    sync::{Arc, MutexGuard, PoisonError},
};

use clientpoint_engine::{
    contract::exports::clientpoint::content_source::source::AuthorizationPlan,
    oauth::{Certificate, Credential, Grant, KeptBy, Tokens},
    planned::Planned,
    secrets::{Secret, SecretKey},
};

use crate::{
    Error, Result,
    host::Host,
    store::{
        applications::{self, Application},
        connections::{self, Connection, CredentialKind, Mode},
    },
};

impl Host {
    /// The tokens of a connection: one set in the process, whoever asks. Connecting anew makes another set.
    pub(crate) async fn tokens(&self, connection: &Connection, plan: &AuthorizationPlan) -> Result<Tokens> {
        let name = (connection.id.clone(), connection.connected_at.clone());
        let known = self.known_tokens().get(&name).cloned();
        if let Some(tokens) = known {
            return Ok(tokens);
        }
        let secret = self.secret_of(&connection.id).await?;
        let kept_by = match connection.mode {
            Mode::Organization => KeptBy::Cache(Arc::new(self.company_cache(connection, plan, &secret)?)),
            Mode::User => KeptBy::Keeper(Arc::new(self.keeper(&connection.id))),
        };
        let credential = credential(connection.credential, secret)?;
        let tokens = self
            .engine()?
            .tokens(&connection.of_engine(), plan, credential, kept_by);
        let mut known = self.known_tokens();
        // Those of this connection that somebody else has just put there stay: one set, whoever was first.
        known.retain(|(id, at), _| *id != connection.id || *at == connection.connected_at);
        Ok(known.entry(name).or_insert(tokens).clone())
    }

    /// The key that the secrets of this library are sealed with.
    ///
    /// # Errors
    ///
    /// `Error::Settings` if this host has another one; the database's.
    pub(crate) async fn seal_key(&self) -> Result<Arc<SecretKey>> {
        self.keys.of(&self.store).await
    }

    /// The credential of a connection, as it is kept.
    ///
    /// # Errors
    ///
    /// `Error::Settings` if it was sealed with a key that this host has not; the database's.
    pub(crate) async fn secret_of(&self, connection: &str) -> Result<Secret> {
        let open = |key: Arc<SecretKey>| async move { connections::secret(&self.store, &key, connection).await };
        self.keys.with(&self.store, open).await
    }

    /// The application that is registered for own sign-ins through a plugin, with its credential; none if there is none.
    ///
    /// # Errors
    ///
    /// As [`Host::secret_of`].
    pub(crate) async fn opened_application(&self, plugin: &str) -> Result<Option<(Application, Secret)>> {
        let open = |key: Arc<SecretKey>| async move { applications::open(&self.store, &key, plugin, Mode::User).await };
        self.keys.with(&self.store, open).await
    }

    /// Registers an application with its credential, or what a connection was made with (`of`).
    ///
    /// # Errors
    ///
    /// As [`Host::secret_of`].
    pub(crate) async fn keep_application(
        &self,
        application: &Application,
        secret: &Secret,
        of: Option<&str>,
    ) -> Result<()> {
        let put =
            |key: Arc<SecretKey>| async move { applications::put(&self.store, &key, application, secret, of).await };
        self.keys.with(&self.store, put).await
    }

    /// Stores a connection, and the endpoints of the plan that it was made by; its old tokens are forgotten. Nobody renews
    /// them meanwhile, in this process or another. An application that is given with it is registered, unless one is already.
    pub(crate) async fn keep_connection(
        &self,
        connection: &Connection,
        planned: &Planned,
        credential: &Secret,
        grant: Option<&Grant>,
        application: Option<&Application>,
    ) -> Result<()> {
        let _alone = self.renewal_right(&connection.id).await?;
        let put = |key: Arc<SecretKey>| async move {
            let secrets = connections::Secrets {
                credential,
                grant,
                application,
            };
            connections::put(&self.store, &key, connection, secrets).await
        };
        self.keys.with(&self.store, put).await?;
        self.settle_endpoints(connection, planned).await?;
        self.forget_tokens(&connection.id);
        Ok(())
    }

    /// Forgets the tokens of a connection in this process.
    pub(crate) fn forget_tokens(&self, connection: &str) {
        self.known_tokens().retain(|(id, _), _| id != connection);
    }

    pub(super) fn known_tokens(&self) -> MutexGuard<'_, BTreeMap<(String, String), Tokens>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn credential(kind: CredentialKind, secret: Secret) -> Result<Credential> {
    Ok(match kind {
        CredentialKind::None => Credential::None,
        CredentialKind::Secret => Credential::Secret(secret),
        CredentialKind::Certificate => {
            let certificate = Certificate::from_pem(&secret).map_err(Error::Settings)?;
            Credential::Certificate(certificate)
        }
    })
}
