//! The database of many hosts: a PostgreSQL, found by an address that a deployment hands over in a file or a variable.
//!
//! All its connections say whose they are (`clientpoint.account`) and look at that account's rows alone, through the views
//! of the schema `own`. What would wait without end there does not: a lock is waited for as long as SQLite's is, and a
//! transaction that stands still, as that of a program that was stopped, is ended by the server.

#[cfg(test)]
mod broken;
#[cfg(test)]
mod lost_answers;
#[cfg(test)]
#[path = "../../../tests/src/proxy.rs"]
mod proxy;
pub(super) mod schema;
#[cfg(test)]
pub(super) mod trial;

use std::{path::Path, sync::Arc, time::Duration};

use clientpoint_engine::secrets::Secret;
use sqlx::{
    ConnectOptions, Connection,
    postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgSslMode},
};

use super::{
    Store, accounts,
    db::{Pool, Post},
};
use crate::{Error, Result, error::server::ServerTrouble, secret_files, way_out::WayOut};

/// The setting that names the file with the address.
pub(crate) const SETTING: &str = "database.url-file";

/// What a host calls itself there.
pub(super) const PROGRAM: &str = "clientpoint-host";

/// How many connections a host has to the server at most.
const CONNECTIONS: u32 = 12;

/// How long a connection that nobody uses stays.
const IDLE: Duration = Duration::from_secs(60);

/// How long a transaction may stand still before the server ends it. Longer than any that is at work is between two of its
/// statements, and shorter than a right lasts that nobody renews.
const STANDSTILL: Duration = Duration::from_secs(30);

/// How long a statement may take. The longest go over a whole library.
const STATEMENT: Duration = Duration::from_secs(15 * 60);

/// Where a server's database is, and how to come in.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    options: PgConnectOptions,
}

impl Server {
    /// Reads the address from the file that the setting names: `postgres://user:password@host/database`. Without a password
    /// in it, `PGPASSWORD` and `PGPASSFILE` have it.
    ///
    /// # Errors
    ///
    /// `Error::Settings` that names the file, and says nothing of the address.
    pub(crate) fn of_file(file: &Path) -> Result<Self> {
        let url = secret_files::read(SETTING, file)?;
        Self::of_url(&url).map_err(|why| {
            Error::Settings(format!(
                "the file `{}` of `{SETTING}` {why}: write `postgres://USER:PASSWORD@HOST/DATABASE`",
                file.display().to_string().escape_debug()
            ))
        })
    }

    /// The database at this address. On another machine its certificate has to be right, unless the address says otherwise
    /// (`sslmode`).
    ///
    /// # Errors
    ///
    /// What is wrong with it, as the end of a sentence; never the address itself.
    pub(crate) fn of_url(url: &Secret) -> Result<Self, &'static str> {
        let text = url.expose();
        if !(text.starts_with("postgres://") || text.starts_with("postgresql://")) {
            return Err("has no address of a PostgreSQL database");
        }
        let options: PgConnectOptions = text.parse().map_err(|_| "has an address that can't be read")?;
        if options.get_database().is_none_or(str::is_empty) {
            return Err("has an address that names no database");
        }
        let is_near = options.get_socket().is_some()
            || matches!(options.get_host(), "localhost" | "127.0.0.1" | "::1" | "[::1]")
            || options.get_host().starts_with('/');
        let options = if is_near || text.contains("sslmode=") {
            options
        } else {
            options.ssl_mode(PgSslMode::VerifyFull)
        };
        Ok(Self { options })
    }

    /// Where it is, for people: without who comes in.
    pub(crate) fn place(&self) -> String {
        let options = &self.options;
        let database = options.get_database().unwrap_or_default();
        format!("{}:{}/{database}", options.get_host(), options.get_port())
    }

    /// How this account comes in.
    fn of_account(&self, account: &str, patience: Duration) -> PgConnectOptions {
        let millis = |span: Duration| span.as_millis().to_string();
        self.options.clone().options([
            ("search_path", "own,clientpoint".to_owned()),
            ("clientpoint.account", account.to_owned()),
            ("lock_timeout", millis(patience)),
            ("statement_timeout", millis(STATEMENT)),
            ("idle_in_transaction_session_timeout", millis(STANDSTILL)),
            ("client_min_messages", "warning".to_owned()),
            // Compiling a statement takes longer than any of these, whose lists the planner takes to be long.
            ("jit", "off".to_owned()),
        ])
    }

    /// Connects for an account, with the present schema, which is made if there is none.
    ///
    /// # Errors
    ///
    /// `Error::Storage` if the server can't be reached, does not let this host in, or was written to by a newer version;
    /// `Error::NotFound` for an account that is not there.
    pub(crate) async fn open(&self, account: &str, patience: Duration) -> Result<Store> {
        let options = self.of_account(account, patience).application_name(PROGRAM);
        let place: Arc<str> = self.place().into();
        let made = async {
            let mut connection = options.connect().await.map_err(|error| self.trouble(error))?;
            let made = async {
                match schema::prepare(&mut connection).await? {
                    Ok(()) => accounts::require(&mut connection, account).await,
                    refused => Ok(refused),
                }
            };
            let made = made.await;
            let closed = connection.close().await;
            let told = |error| ServerTrouble::at(&place, error);
            made.map_err(told)??;
            Ok::<_, Error>(closed.map_err(told)?)
        };
        tokio::time::timeout(patience.max(CONNECT), made)
            .await
            .map_err(|_| self.silent())??;
        let pool = |at_least: u32| -> PgPool {
            PgPoolOptions::new()
                .max_connections(CONNECTIONS)
                .min_connections(at_least)
                .idle_timeout(IDLE)
                .acquire_timeout(patience.max(CONNECT))
                .connect_lazy_with(options.clone())
        };
        Ok(Store::over(Pool::Post(Post {
            pool: pool(1),
            others: pool(0),
            account: Arc::from(account),
            is_own: true,
            place,
        })))
    }

    /// A connection for an account, by a program of that name, to whatever is there.
    ///
    /// # Errors
    ///
    /// `Error::Storage` if the server can't be reached, or does not let this program in.
    pub(super) async fn connect_as(&self, program: &str, account: &str, patience: Duration) -> Result<PgConnection> {
        let options = self.of_account(account, patience).application_name(program);
        let connected = tokio::time::timeout(patience.max(CONNECT), options.connect()).await;
        connected
            .map_err(|_| self.silent())?
            .map_err(|error| self.trouble(error))
    }

    fn trouble(&self, error: sqlx::Error) -> Error {
        let why = match &error {
            sqlx::Error::Database(said) => said.message().to_owned(),
            other => other.to_string(),
        };
        Error::Storage(format!(
            "the database at `{}` does not let this host in ({why}): look at the address in the file of `{SETTING}`, and whether \
             the server is there",
            self.place()
        ))
        .with([WayOut::ShowSettings])
    }

    fn silent(&self) -> Error {
        Error::Storage(format!(
            "the database at `{}` does not answer: see that it is there, and try again",
            self.place()
        ))
    }
}

/// How long connecting may take at least.
const CONNECT: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> Result<Server, &'static str> {
        Server::of_url(&Secret::new(url.to_owned()))
    }

    #[test]
    fn an_address_is_refused_in_words_that_do_not_repeat_it() {
        for (url, why) in [
            ("mysql://u:hunter2@h/d", "no address of a PostgreSQL"),
            ("postgres://u:hunter2@h:port/d", "can't be read"),
            ("postgres://u:hunter2@h/", "names no database"),
        ] {
            let said = of(url).unwrap_err();
            assert!(said.contains(why) && !said.contains("hunter2"), "{said}");
        }
        let server = of("postgres://ada:hunter2@db.example:6000/library").unwrap();
        assert_eq!(server.place(), "db.example:6000/library");
    }

    #[test]
    fn on_another_machine_the_certificate_has_to_be_right_unless_the_address_says_otherwise() {
        let mode = |url| of(url).unwrap().options.get_ssl_mode();
        assert!(matches!(mode("postgres://u@db.example/l"), PgSslMode::VerifyFull));
        assert!(matches!(
            mode("postgres://u@db.example/l?sslmode=require"),
            PgSslMode::Require
        ));
        assert!(matches!(mode("postgres://u@127.0.0.1/l"), PgSslMode::Prefer));
    }
}
