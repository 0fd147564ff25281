//! Where the company's token is kept for all hosts and processes of a library: sealed, in the database, asked for by one of
//! them at a time. It has the name of what it was asked for, and with what: connections that ask for the same share it.

use std::{any::Any, sync::Arc};

use clientpoint_engine::{
    clock::Clock,
    contract::exports::clientpoint::content_source::source::AuthorizationPlan,
    oauth::{Cache, CompanyToken, Keeping},
    secrets::{Secret, SecretKey},
    text::hex,
};

use crate::{
    Error, Result,
    host::{Host, keys::Keys, rights, waiting::Waiting},
    rights::Rights,
    store::{
        Store,
        company_tokens::{self, Asker},
        connections::Connection,
    },
};

/// As many characters of a token's name are in that of the right to ask for it, which may be the name of a file.
const IN_RIGHT: usize = 16;

/// Keeps the company's token of one connection, and of those that ask for the same.
pub(super) struct DatabaseCache {
    store: Store,
    keys: Arc<Keys>,
    /// What is asked for, and with what.
    asked: Secret,
    asker: Asker,
    rights: Arc<dyn Rights>,
    clock: Arc<dyn Clock>,
    waiting: Waiting,
}

impl Host {
    /// `secret` is the credential that the connection asks with.
    pub(super) fn company_cache(
        &self,
        connection: &Connection,
        plan: &AuthorizationPlan,
        secret: &Secret,
    ) -> Result<DatabaseCache> {
        Ok(DatabaseCache {
            store: self.store.clone(),
            keys: self.keys.clone(),
            asked: asked(plan, connection, secret)?,
            asker: Asker {
                connection: connection.id.clone(),
                connected_at: connection.connected_at.clone(),
            },
            rights: self.rights.clone(),
            clock: self.clock.clone(),
            waiting: self.queue(),
        })
    }
}

impl Cache for DatabaseCache {
    fn alone(&self) -> Keeping<'_, Box<dyn Any + Send>> {
        Box::pin(async move {
            let key = self.keys.of(&self.store).await.map_err(told)?;
            let mut right = name(&key, &self.asked);
            right.truncate(IN_RIGHT);
            let held = rights::renewal(&self.rights, &format!("company-{right}"), &self.waiting).await;
            Ok(Box::new(held.map_err(told)?) as Box<dyn Any + Send>)
        })
    }

    fn read(&self) -> Keeping<'_, Option<CompanyToken>> {
        Box::pin(async move {
            let read = |key: Arc<SecretKey>| async move {
                company_tokens::get(&self.store, &key, &name(&key, &self.asked)).await
            };
            self.keys.with(&self.store, read).await.map_err(told)
        })
    }

    fn write<'a>(&'a self, token: &'a CompanyToken) -> Keeping<'a, ()> {
        Box::pin(async move {
            let write = |key: Arc<SecretKey>| async move {
                let name = name(&key, &self.asked);
                company_tokens::put(&self.store, &key, (&name, &self.asker), token, self.clock.utc()).await
            };
            self.keys.with(&self.store, write).await.map_err(told)
        })
    }
}

/// The engine writes it to the log.
fn told(error: Error) -> String {
    error.to_string()
}

/// What is asked for, and with what: the same for all connections that share a token.
fn asked(plan: &AuthorizationPlan, connection: &Connection, secret: &Secret) -> Result<Secret> {
    let asked = (
        &plan.token_url,
        &plan.client_id,
        &plan.scopes,
        &plan.egress.api_origin,
        connection.credential.word(),
        secret.expose(),
    );
    let asked = serde_json::to_string(&asked).map_err(|error| Error::Storage(error.to_string()))?;
    Ok(Secret::new(asked))
}

/// What a token is called: the same for whoever asks the same service for the same, as the same application with the same
/// credential. It tells nothing of the credential to who does not have the key of the library, and another credential never
/// finds what the one before it has brought.
fn name(key: &SecretKey, asked: &Secret) -> String {
    let seal = key.authenticate("the name of a company's token", asked.expose().as_bytes());
    hex(&seal.tag())
}
