//! Which connection a person works with, and whether it is still accepted.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};
use serde::Serialize;
use wasmtime::component::Accessor;

use crate::{
    Error, Result,
    clock::stamp,
    contract::{ContentSource, exports::clientpoint::content_source::content_import::Error as ContractError},
    host::{Host, Planned, refusal_in_contract},
    oauth::{TokenError, Tokens},
    plugin::Instance,
    service::{Session, answers},
    state::State,
    store::connections::{self, Broken, Connection, Mode},
};

/// The id of the company's connection. There is one at most.
pub(crate) const ORGANIZATION: &str = "organization";

/// The word for a person's connection that needs its person.
const NEEDS_RECONNECT: &str = "needs-reconnect";

/// The one problem that nobody but the person can mend: there is no use in trying before they have signed in again.
/// Whatever else is wrong, somebody else can mend it, a policy, an approval, a secret; it is tried again each time.
const FOR_THE_PERSON: &str = "sign-in-again";

/// When a client secret or a certificate ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expiry {
    /// RFC 3339.
    pub at: String,
    /// Whole days until then; negative once it is over.
    pub days_left: i64,
}

/// The id of an Administrator's own connection: it names files, so it is made of plain characters whatever the name is.
pub(crate) fn own_connection(user: &str) -> String {
    use sha2::{Digest, Sha256};
    let plain = |c: &char| c.is_ascii_alphanumeric();
    let readable: String = user.chars().filter(plain).take(24).collect::<String>().to_lowercase();
    let digest = Sha256::digest(user.as_bytes());
    let unique: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
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
        let own = own_connection(&self.user.name);
        let store = &self.host.store;
        match self.through {
            Some(Mode::User) => connections::find(store, &own).await,
            Some(Mode::Organization) => connections::find(store, ORGANIZATION).await,
            None => match connections::find(store, &own).await? {
                Some(connection) => Ok(Some(connection)),
                None => connections::find(store, ORGANIZATION).await,
            },
        }
    }

    /// What everybody should know who works with a connection that is not accepted any more. Empty if all is well.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn warnings(&self) -> Result<Vec<String>> {
        if self.user.require_administrator("connect").is_err() {
            return Ok(Vec::new());
        }
        let own = own_connection(&self.user.name);
        let mut warnings = Vec::new();
        for id in [own.as_str(), ORGANIZATION] {
            let Some(connection) = connections::find(&self.host.store, id).await? else {
                continue;
            };
            if let Some(broken) = &connection.needs_reconnect {
                warnings.push(format!("{}. {}", since(&connection, broken), broken.message));
            }
        }
        Ok(warnings)
    }

    /// Calls the plugin for this person's connection, signed in beforehand, so that a refused sign-in is explained in
    /// its own words rather than as a request that failed. For calls that only look.
    pub(crate) async fn with_plugin<R>(
        &self,
        connection: &Connection,
        within: Duration,
        call: impl AsyncFnOnce(&ContentSource, &Accessor<State>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        let (instance, tokens) = self.signed_in(connection).await?;
        let result = instance.call(within, call).await;
        // The sign-in may have ended in the middle: what was seen by then is not the whole.
        match tokens.take_refusal() {
            Some(refused) => Err(self.refused(connection, refused).await?),
            None => result,
        }
    }

    /// An instance for this connection, signed in.
    pub(crate) async fn instance(&self, connection: &Connection) -> Result<Instance> {
        Ok(self.signed_in(connection).await?.0)
    }

    pub(crate) async fn signed_in(&self, connection: &Connection) -> Result<(Instance, Tokens)> {
        // A person's sign-in that is over can't come back by itself, and is not tried again and again.
        if let (Mode::User, Some(broken)) = (connection.mode, &connection.needs_reconnect)
            && broken.is_for_the_person()
        {
            return Err(needs_reconnect(connection, broken));
        }
        let planned = self.plan(connection.mode, &connection.settings).await?;
        let plan = self.host.held_to_endpoints(connection, planned).await?;
        let tokens = self.host.tokens(connection, &plan).await?;
        if let Err(refused) = tokens.bearer().await {
            tokens.take_refusal();
            return Err(self.refused(connection, refused).await?);
        }
        if connection.needs_reconnect.is_some() {
            self.accepted(connection).await;
        }
        let instance = self.host.instance(connection, &plan, tokens.clone()).await?;
        Ok((instance, tokens))
    }

    pub(crate) async fn plan(&self, mode: Mode, settings: &BTreeMap<String, String>) -> Result<Planned> {
        self.host
            .authorization(mode, settings)
            .await?
            .map_err(|error| Error::Settings(error.message))
    }

    /// What a refusal means for a connection that is stored, which is marked if that is final.
    async fn refused(&self, connection: &Connection, refused: TokenError) -> Result<Error> {
        let is_final = refused.is_final();
        let explained = self
            .host
            .explained(connection.mode, &connection.settings, refused)
            .await?;
        if !is_final || explained.code() == "unavailable" {
            return Ok(explained);
        }
        self.broken(connection, explained.code(), &explained.to_string()).await
    }

    /// What the source has answered. That it does not accept a token which the sign-in service has just given means that
    /// the person must sign in again.
    ///
    /// # Errors
    ///
    /// The answer's, and the database's.
    pub(crate) async fn settled<T>(
        &self,
        connection: &Connection,
        answer: std::result::Result<T, ContractError>,
    ) -> Result<T> {
        match answer {
            Ok(value) => Ok(value),
            Err(ContractError::SignInNeeded(message)) if connection.mode == Mode::User => {
                Err(self.broken(connection, "sign-in-needed", &message).await?)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// As [`Session::settled`]. Where the sign-in ended in the middle, it is told in the words of the sign-in service.
    pub(crate) async fn settled_with<T>(
        &self,
        connection: &Connection,
        tokens: &Tokens,
        answer: std::result::Result<T, ContractError>,
    ) -> Result<T> {
        match (tokens.take_refusal(), answer) {
            (Some(refused), Err(ContractError::SignInNeeded(_))) => Err(self.refused(connection, refused).await?),
            (_, answer) => self.settled(connection, answer).await,
        }
    }

    /// Marks a connection, and gives what to say about it.
    async fn broken(&self, connection: &Connection, problem: &str, message: &str) -> Result<Error> {
        let before = connection.needs_reconnect.as_ref();
        let broken = Broken {
            since: before.map_or_else(|| self.now(), |before| before.since.clone()),
            problem: problem.into(),
            message: message.into(),
        };
        // A disk without room must not hide from the person what they are to do.
        if let Err(error) = connections::broken(&self.host.store, &connection.id, &broken).await {
            tracing::warn!("that a connection is broken can't be written down: {error}");
        }
        Ok(match connection.mode {
            Mode::User => needs_reconnect(connection, &broken),
            Mode::Organization => Error::SignIn {
                problem: broken.problem,
                message: broken.message,
            },
        })
    }

    /// Notes that the credentials were accepted. Where that can't be written down, work goes on: it is seen again next time.
    pub(in crate::service) async fn accepted(&self, connection: &Connection) {
        if let Err(error) = connections::checked(&self.host.store, &connection.id, &self.now()).await {
            tracing::warn!("that a connection works can't be written down: {error}");
        }
    }

    pub(in crate::service) fn now(&self) -> String {
        stamp(self.host.clock.utc())
    }
}

impl Host {
    /// Why there is no token, in the plugin's words.
    pub(crate) async fn explained(
        &self,
        mode: Mode,
        settings: &BTreeMap<String, String>,
        refused: TokenError,
    ) -> Result<Error> {
        let Some(refusal) = refusal_in_contract(&refused) else {
            return Ok(match refused {
                TokenError::Storage(why) => Error::Storage(why),
                _ => Error::SignIn {
                    problem: "unavailable".into(),
                    message: format!("{refused}: check the network and try again"),
                },
            });
        };
        let explained = self.explain(mode, settings, refusal).await?;
        Ok(Error::SignIn {
            problem: answers::sign_in_problem(explained.problem).into(),
            message: explained.message,
        })
    }
}

impl Broken {
    /// Whether nobody but the person can mend it.
    pub fn is_for_the_person(&self) -> bool {
        self.problem == FOR_THE_PERSON
    }

    /// Whether connecting again is the way out. Of an approval that is missing, or a policy, it is not: it works again by
    /// itself once that is mended.
    pub fn wants_reconnecting(&self) -> bool {
        ["wrong-settings", "expired-secret", "sign-in-needed", FOR_THE_PERSON].contains(&self.problem.as_str())
    }
}

impl Connection {
    /// When its credential ends, seen from `now`.
    pub fn expiry(&self, now: DateTime<Utc>) -> Option<Expiry> {
        let at = self.expires_at.clone()?;
        let end: DateTime<Utc> = at.parse().ok()?;
        Some(Expiry {
            at,
            days_left: (end - now).num_seconds().div_euclid(24 * 60 * 60),
        })
    }
}

/// That, and since when, a connection is not accepted any more.
fn since(connection: &Connection, broken: &Broken) -> String {
    match (&connection.mode, &connection.account) {
        (Mode::User, Some(account)) if !broken.wants_reconnecting() => {
            format!("the sign-in of {} is not accepted since {}", account.name, broken.since)
        }
        (Mode::User, None) if !broken.wants_reconnecting() => {
            format!("your sign-in is not accepted since {}", broken.since)
        }
        (Mode::Organization, _) if !broken.wants_reconnecting() => {
            format!("the company's connection is not accepted since {}", broken.since)
        }
        (Mode::User, Some(account)) => format!(
            "the sign-in of {} needs reconnect since {}: run `clientpoint-host connect user`",
            account.name, broken.since
        ),
        (Mode::User, None) => format!(
            "your sign-in needs reconnect since {}: run `clientpoint-host connect user`",
            broken.since
        ),
        (Mode::Organization, _) => format!(
            "the company's connection needs reconnect since {}: run `clientpoint-host connect organization`",
            broken.since
        ),
    }
}

fn needs_reconnect(connection: &Connection, broken: &Broken) -> Error {
    Error::SignIn {
        problem: NEEDS_RECONNECT.into(),
        message: format!("{}. {}", since(connection, broken), broken.message),
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
