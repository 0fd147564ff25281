//! Whether a connection is still accepted, and what people are told who have to do something about it.

use chrono::{DateTime, Utc};
use clientpoint_engine::Error as EngineError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Error, Result,
    service::Session,
    store::connections::{self, Broken, Connection, Mode},
    way_out::{Notice, WayOut},
};

/// The word for a person's connection that needs its person.
const NEEDS_RECONNECT: &str = "needs-reconnect";

/// The one problem that nobody but the person can mend: there is no use in trying before they have signed in again.
/// Whatever else is wrong, somebody else can mend it, a policy, an approval, a secret; it is tried again each time.
const FOR_THE_PERSON: &str = "sign-in-again";

/// When a client secret or a certificate ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Expiry {
    /// RFC 3339.
    pub at: String,
    /// Whole days until then; negative once it is over.
    pub days_left: i64,
}

impl Session<'_> {
    /// What everybody should know who works with a connection that is not accepted any more. Empty if all is well.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn warnings(&self) -> Result<Vec<Notice>> {
        if self.user.require_administrator("connect").is_err() {
            return Ok(Vec::new());
        }
        let own = self.host.own_connection(&self.user.name);
        let company = self.host.company_connection();
        let mut warnings = Vec::new();
        for id in [own.as_str(), company.as_str()] {
            let Some(connection) = connections::find(&self.host.store, id).await? else {
                continue;
            };
            if let Some(broken) = &connection.needs_reconnect {
                warnings.push(told(&connection, broken));
            }
        }
        Ok(warnings)
    }

    /// A person's sign-in that is over can't come back by itself, and is not tried again and again.
    pub(in crate::service) fn refuse_what_is_over(&self, connection: &Connection) -> Result<()> {
        match (connection.mode, &connection.needs_reconnect) {
            (Mode::User, Some(broken)) if broken.is_for_the_person() => Err(needs_reconnect(connection, broken)),
            _ => Ok(()),
        }
    }

    /// What it means for a connection that is stored that there is no token: it is marked if that is final.
    pub(super) async fn refused(&self, connection: &Connection, why: EngineError) -> Result<Error> {
        match why {
            EngineError::SignIn {
                problem,
                message,
                is_final: true,
                ..
            } if problem != "unavailable" => self.broken(connection, &problem, &message).await,
            other => Ok(other.into()),
        }
    }

    /// Marks a connection, and gives what to say about it.
    pub(super) async fn broken(&self, connection: &Connection, problem: &str, message: &str) -> Result<Error> {
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
    pub(super) async fn accepted(&self, connection: &Connection) {
        if let Err(error) = connections::checked(&self.host.store, &connection.id, &self.now()).await {
            tracing::warn!("that a connection works can't be written down: {error}");
        }
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
        [
            "wrong-settings",
            "expired-secret",
            "secret-lost",
            "sign-in-needed",
            FOR_THE_PERSON,
        ]
        .contains(&self.problem.as_str())
    }
}

impl Connection {
    /// When its credential ends, seen from `now`.
    pub fn expiry(&self, now: DateTime<Utc>) -> Option<Expiry> {
        expiry(self.expires_at.as_deref(), now)
    }
}

/// When a credential ends, seen from `now`.
pub(super) fn expiry(at: Option<&str>, now: DateTime<Utc>) -> Option<Expiry> {
    let end: DateTime<Utc> = at?.parse().ok()?;
    Some(Expiry {
        at: at?.to_owned(),
        days_left: (end - now).num_seconds().div_euclid(24 * 60 * 60),
    })
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
        (Mode::User, Some(account)) => {
            format!("the sign-in of {} needs reconnect since {}", account.name, broken.since)
        }
        (Mode::User, None) => format!("your sign-in needs reconnect since {}", broken.since),
        (Mode::Organization, _) => format!("the company's connection needs reconnect since {}", broken.since),
    }
}

/// What to say of a connection that is not accepted any more.
pub(super) fn told(connection: &Connection, broken: &Broken) -> Notice {
    let way_out = broken.wants_reconnecting().then(|| connect_again(connection.mode));
    Notice {
        message: format!("{}. {}", since(connection, broken), broken.message),
        ways_out: way_out.into_iter().collect(),
    }
}

/// The way to have a connection accepted again.
pub(in crate::service) fn connect_again(mode: Mode) -> WayOut {
    match mode {
        Mode::User => WayOut::SignInAgain,
        Mode::Organization => WayOut::RenewCredentials,
    }
}

fn needs_reconnect(connection: &Connection, broken: &Broken) -> Error {
    let Notice { message, ways_out } = told(connection, broken);
    let needs_reconnect = Error::SignIn {
        problem: NEEDS_RECONNECT.into(),
        message,
    };
    needs_reconnect.with(ways_out)
}
