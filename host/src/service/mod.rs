//! What people can do with the host, as methods of a [`Session`]: one person, one host.
//!
//! Each method checks the person's role first (rule 2). What it answers is plain data that serializes to JSON, so that
//! the command line, a web page and a test read the same words.

mod associated;
mod associating;
mod connecting;
mod export;
mod importing;
mod ledger;
mod library;
mod report;
mod rollback;
mod sheet;
mod syncing;

pub use associating::{AssociatedRow, Association};
pub use connecting::{DriveList, DriveRow, Inspection, PowerRow, Status};
pub use ledger::{Health, Ledger, LedgerFormat, RunRow};
pub use library::Replaced;
pub use report::{BrowseRow, FileRow, ItemOutcome, ItemRow, Verdict};
pub use rollback::Propagation;
pub use syncing::{PlanReport, PlannedRow, Stop, SyncOptions};

use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::Accessor;

use crate::bindings::ContentSource;
use crate::bindings::exports::clientpoint::content_source::source::AuthorizationPlan;
use crate::host::Host;
use crate::oauth::{TokenError, Tokens};
use crate::state::State;
use crate::store::connections::{self, Connection, Mode};
use crate::store::users::{self, Role, User};
use crate::{Error, Result};

/// The id of the company's connection. There is one at most.
pub(crate) const ORGANIZATION: &str = "organization";

/// One person at work.
pub struct Session<'a> {
    pub(crate) host: &'a Host,
    pub(crate) user: User,
}

impl Host {
    /// Begins a session for the user of that name.
    ///
    /// # Errors
    ///
    /// `Error::NotFound`, or the database's.
    pub async fn session(&self, user: &str) -> Result<Session<'_>> {
        Ok(Session {
            host: self,
            user: users::get(&self.pool, user).await?,
        })
    }
}

impl Session<'_> {
    /// All users.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, or the database's.
    pub async fn users(&self) -> Result<Vec<User>> {
        self.user.require_administrator("list users")?;
        users::list(&self.host.pool).await
    }

    /// Adds a user.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::Settings` for a name that can't be one or is taken.
    pub async fn add_user(&self, name: &str, role: Role) -> Result<User> {
        self.user.require_administrator("add users")?;
        users::add(&self.host.pool, name, role).await
    }

    /// The connection that this person works with.
    pub(crate) async fn connection(&self) -> Result<Connection> {
        match connections::find(&self.host.pool, ORGANIZATION).await? {
            Some(connection) => Ok(connection),
            None => Err(Error::NotConnected {
                source_title: self.host.describe().await?.title,
            }),
        }
    }

    /// Calls the plugin for this person's connection, signed in beforehand, so that a refused sign-in is explained in
    /// its own words rather than as a request that failed.
    pub(crate) async fn with_plugin<R>(
        &self,
        connection: &Connection,
        within: Duration,
        call: impl AsyncFnOnce(&ContentSource, &Accessor<State>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        self.instance(connection).await?.call(within, call).await
    }

    /// An instance for this connection, signed in.
    pub(crate) async fn instance(&self, connection: &Connection) -> Result<crate::plugin::Instance> {
        let plan = self.plan(connection.mode, &connection.settings).await?;
        let tokens = self.host.tokens(connection, &plan).await?;
        self.sign_in(&tokens).await?;
        self.host.instance(connection, &plan, tokens).await
    }

    pub(crate) async fn plan(
        &self,
        mode: Mode,
        settings: &std::collections::BTreeMap<String, String>,
    ) -> Result<AuthorizationPlan> {
        self.host
            .authorization(mode, settings)
            .await?
            .map_err(|error| Error::Settings(error.message))
    }

    pub(crate) async fn sign_in(&self, tokens: &Arc<Tokens>) -> Result<()> {
        let refused = match tokens.bearer().await {
            Ok(_) => return Ok(()),
            Err(refused) => refused,
        };
        match refused {
            TokenError::Unreachable { .. } => Err(Error::SignIn {
                problem: "unavailable".into(),
                message: format!("{refused}: check the network and try again"),
            }),
            TokenError::Refused {
                status,
                error,
                description,
            } => {
                let explained = self
                    .host
                    .explain(
                        crate::bindings::exports::clientpoint::content_source::source::OauthError {
                            status,
                            error,
                            description,
                        },
                    )
                    .await?;
                Err(Error::SignIn {
                    problem: report::sign_in_problem(explained.problem).into(),
                    message: explained.message,
                })
            }
        }
    }
}
