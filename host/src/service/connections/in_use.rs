//! Which connection a person works with, and the one way to call the plugin for it.

use std::collections::BTreeMap;

use clientpoint_engine::{
    SignedIn as OfEngine, calls::Answer, clock::stamp,
    contract::exports::clientpoint::content_source::content_import::Error as ContractError, instance::Instance,
    planned::Planned, text::hex,
};

use crate::{
    Error, Result,
    host::Host,
    service::Session,
    store::{
        DEFAULT_ACCOUNT,
        connections::{self, Connection, Mode},
    },
};

/// The id of the company's connection, in an account. There is one at most.
const ORGANIZATION: &str = "organization";

/// A connection, signed in, for as long as an import, a run or an association takes; what becomes of its sign-in is noted.
pub(crate) struct SignedIn<'s> {
    session: &'s Session<'s>,
    connection: Connection,
    engine: OfEngine,
}

impl Host {
    /// The id of the company's connection. There is one at most.
    pub(crate) fn company_connection(&self) -> String {
        of_account(self.account(), ORGANIZATION.into())
    }

    /// The id of an Administrator's own connection.
    pub(crate) fn own_connection(&self, user: &str) -> String {
        of_account(self.account(), own_connection(user))
    }
}

/// An id is one connection's in the whole database: that of another account than the default one begins with it. Those of the
/// default account stay as they are, for secrets are sealed to them.
fn of_account(account: &str, id: String) -> String {
    match account {
        DEFAULT_ACCOUNT => id,
        account => format!("{account}.{id}"),
    }
}

/// It names files, so it is made of plain characters whatever the name is.
fn own_connection(user: &str) -> String {
    use sha2::{Digest, Sha256};
    let plain = |c: &char| c.is_ascii_alphanumeric();
    let readable: String = user.chars().filter(plain).take(24).collect::<String>().to_lowercase();
    let digest = Sha256::digest(user.as_bytes());
    let mut unique = hex(&digest);
    unique.truncate(12);
    format!("user-{readable}-{unique}")
}

impl Session<'_> {
    /// The connection that this person works with: the one they asked for, else their own, else the company's (rules 8
    /// and 14).
    pub(crate) async fn connection(&self) -> Result<Connection> {
        match self.present_connection().await? {
            Some(connection) => {
                self.host.require_of_this_plugin(&connection).await?;
                Ok(connection)
            }
            None => Err(Error::NotConnected {
                source_title: self.host.describe().await?.title,
            }),
        }
    }

    /// As [`Session::connection`], where there may be none.
    pub(crate) async fn present_connection(&self) -> Result<Option<Connection>> {
        let own = self.host.own_connection(&self.user.name);
        let company = self.host.company_connection();
        let store = &self.host.store;
        match self.through {
            Some(Mode::User) => connections::find(store, &own).await,
            Some(Mode::Organization) => connections::find(store, &company).await,
            None => match connections::find(store, &own).await? {
                Some(connection) => Ok(Some(connection)),
                None => connections::find(store, &company).await,
            },
        }
    }

    /// Signs this connection in.
    ///
    /// # Errors
    ///
    /// `Error::SignIn` where the sign-in is refused, in the words of the sign-in service; `Error::PluginStopped` for a
    /// plugin that names other endpoints than the connection was made with.
    pub(crate) async fn signed_in(&self, connection: &Connection) -> Result<SignedIn<'_>> {
        self.refuse_what_is_over(connection)?;
        let planned = self.plan(connection.mode, &connection.settings).await?;
        let plan = self.host.held_to_endpoints(connection, planned).await?;
        let tokens = self.host.tokens(connection, &plan).await?;
        let engine = self
            .host
            .engine()?
            .signed_in(connection.of_engine(), plan, tokens)
            .await;
        let mut signed_in = SignedIn {
            session: self,
            connection: connection.clone(),
            engine: match engine {
                Ok(engine) => engine.watched_by(self.watcher.clone()),
                Err(why) => return Err(self.refused(connection, why).await?),
            },
        };
        if connection.needs_reconnect.is_some() {
            self.accepted(connection).await;
            signed_in.connection.needs_reconnect = None;
        }
        Ok(signed_in)
    }

    pub(crate) async fn plan(&self, mode: Mode, settings: &BTreeMap<String, String>) -> Result<Planned> {
        self.host
            .authorization(mode, settings)
            .await?
            .map_err(|error| Error::Settings(error.message).at(error.key))
    }

    pub(in crate::service) fn now(&self) -> String {
        stamp(self.host.clock.utc())
    }
}

impl SignedIn<'_> {
    /// Which connection it is.
    pub(in crate::service) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The one way to call the plugin: in an instance of its own, signed in beforehand, so that a refused sign-in is told in
    /// its own words rather than as a request that failed. Where the sign-in ends in the middle, that is noted, and comes
    /// beside what the call came to, which stands.
    ///
    /// # Errors
    ///
    /// As [`Session::signed_in`]. Nothing was called then.
    pub(in crate::service) async fn call<R>(
        &mut self,
        call: impl AsyncFnOnce(Instance) -> R,
    ) -> Result<(R, Option<Error>)> {
        // Who has connected anew meanwhile has made another set of tokens.
        let tokens = self.session.host.tokens(&self.connection, self.engine.plan()).await?;
        self.engine.go_on_with(tokens);
        let (answered, ended) = match self.engine.call(call).await {
            Ok(called) => called,
            Err(why) => return Err(self.session.refused(&self.connection, why).await?),
        };
        let ended = match ended {
            // What can't be explained is told all the same: it must not hide what the call came to.
            Some(why) => Some(
                self.session
                    .refused(&self.connection, why)
                    .await
                    .unwrap_or_else(|error| error),
            ),
            None => None,
        };
        Ok((answered, ended))
    }

    /// As [`SignedIn::call`], for calls that only look: what was seen until the sign-in ended is not the whole.
    ///
    /// # Errors
    ///
    /// As [`SignedIn::call`], and the call's.
    pub(in crate::service) async fn look<R, E: Into<Error>>(
        &mut self,
        call: impl AsyncFnOnce(Instance) -> Result<R, E>,
    ) -> Result<R> {
        let (answered, ended) = self.call(call).await?;
        match ended {
            Some(ended) => Err(ended),
            None => answered.map_err(Into::into),
        }
    }

    /// As [`SignedIn::look`], where whatever the source answers but what was asked for is an error.
    ///
    /// # Errors
    ///
    /// As [`SignedIn::look`] and [`SignedIn::settled`].
    pub(in crate::service) async fn see<T, E: Into<Error>>(
        &mut self,
        call: impl AsyncFnOnce(Instance) -> Result<Answer<T>, E>,
    ) -> Result<T> {
        let answer = self.look(call).await?;
        self.settled(answer).await
    }

    /// What the source has answered. That it does not accept a token which the sign-in service has just given means that
    /// the person must sign in again.
    ///
    /// # Errors
    ///
    /// The answer's, and the database's.
    pub(in crate::service) async fn settled<T>(&self, answer: Answer<T>) -> Result<T> {
        match answer {
            Ok(value) => Ok(value),
            Err(ContractError::SignInNeeded(message)) if self.connection.mode == Mode::User => {
                let broken = self.session.broken(&self.connection, "sign-in-needed", &message);
                Err(broken.await?)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// As [`SignedIn::settled`]. Where the sign-in ended in the middle, it is told in the words of the sign-in service.
    ///
    /// # Errors
    ///
    /// As [`SignedIn::settled`].
    pub(in crate::service) async fn settled_at_its_end<T>(&self, answer: Answer<T>, ended: Option<Error>) -> Result<T> {
        match (answer, ended) {
            (Err(ContractError::SignInNeeded(_)), Some(ended)) => Err(ended),
            (answer, _) => self.settled(answer).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::service::connections::in_use::*;

    #[test]
    fn r08_each_administrator_has_a_connection_of_their_own_whatever_their_name() {
        let names = ["ada", "Ada", "../../etc", "ä/ö", "a b", "user-ada"];
        let ids: std::collections::BTreeSet<String> = names.map(own_connection).into();
        assert_eq!(ids.len(), names.len());
        assert!(
            ids.iter()
                .all(|id| id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
        );
        assert!(!ids.contains(ORGANIZATION));
    }
}
