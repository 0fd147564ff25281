//! The database of many hosts: a PostgreSQL, found by an address that a deployment hands over in a file, or by several.
//!
//! All its connections say whose they are (`clientpoint.account`) and look at that account's rows alone, through the views
//! of the schema `own`. What would wait without end there does not: a lock is waited for as long as SQLite's is, and a
//! transaction that stands still, as that of a program that was stopped, is ended by the server.

#[cfg(test)]
mod broken;
#[cfg(test)]
mod failing_over;
#[cfg(test)]
mod lost_answers;
#[cfg(test)]
#[path = "../../../tests/src/proxy.rs"]
mod proxy;
mod reading;
pub(super) mod schema;
#[cfg(test)]
pub(super) mod trial;

use std::{path::Path, sync::Arc, time::Duration};

use clientpoint_engine::secrets::Secret;
use sqlx::{
    ConnectOptions, Connection,
    postgres::{PgConnectOptions, PgConnection, PgPoolOptions},
};

use super::{
    Store, accounts,
    db::{
        Pool, Post,
        addresses::{
            Addresses,
            finding::{self, AWAY, Passed},
        },
    },
};
use crate::{Error, Result, error::server::ServerTrouble, secret_files, way_out::WayOut};

/// The setting that names the file with the address.
pub(crate) const SETTING: &str = "database.url-file";

/// What a host calls itself there.
pub(super) const PROGRAM: &str = "clientpoint-host";

/// How many connections a host has to the server at most.
const CONNECTIONS: u32 = 12;

/// How many more it has for renewing rights and giving them back.
const FOR_RIGHTS: u32 = 2;

/// How long a connection that nobody uses stays.
const IDLE: Duration = Duration::from_secs(60);

/// How long a transaction may stand still before the server ends it. Longer than any that is at work is between two of its
/// statements, and shorter than a right lasts that nobody renews.
const STANDSTILL: Duration = Duration::from_secs(30);

/// How long a statement may take. The longest go over a whole library.
const STATEMENT: Duration = Duration::from_secs(15 * 60);

/// Where a server's database is, and how to come in: by one address, or by several, of which one takes writes at a time.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    addresses: Vec<PgConnectOptions>,
}

impl Server {
    /// Reads the addresses from the file that the setting names, one a line: `postgres://user:password@host/database`. Without
    /// a password in it, `PGPASSWORD` and `PGPASSFILE` have it.
    ///
    /// # Errors
    ///
    /// `Error::Settings` that names the file and the line, and says nothing of the address.
    pub(crate) fn of_file(file: &Path) -> Result<Self> {
        let text = secret_files::read_lines(SETTING, file)?;
        Self::of_lines(&text).map_err(|why| {
            Error::Settings(format!(
                "the file `{}` of `{SETTING}` {why}: write `postgres://USER:PASSWORD@HOST/DATABASE`",
                file.display().to_string().escape_debug()
            ))
        })
    }

    /// The database at these addresses, one a line.
    ///
    /// # Errors
    ///
    /// What is wrong with them, as the end of a sentence; never an address itself.
    fn of_lines(text: &Secret) -> Result<Self, String> {
        let addresses = reading::addresses(text)?;
        Ok(Self { addresses })
    }

    /// Where it is, for people: without who comes in. All places, where there are several.
    pub(crate) fn place(&self) -> String {
        finding::places(&self.addresses)
    }

    /// Whether that is a place of it, as [`Server::place`] has told it at another time: addresses may have come and gone since.
    pub(crate) fn is_at(&self, place: &str) -> bool {
        let ours: Vec<String> = self.addresses.iter().map(finding::place).collect();
        place.split(", ").any(|one| ours.iter().any(|ours| ours == one))
    }

    /// How this account comes in by each address, in a program of that name.
    fn of_account(&self, account: &str, program: &str, patience: Duration) -> Vec<PgConnectOptions> {
        let millis = |span: Duration| span.as_millis().to_string();
        let of = |options: &PgConnectOptions| {
            options.clone().application_name(program).options([
                ("search_path", "own,clientpoint".to_owned()),
                ("clientpoint.account", account.to_owned()),
                ("lock_timeout", millis(patience)),
                ("statement_timeout", millis(STATEMENT)),
                ("idle_in_transaction_session_timeout", millis(STANDSTILL)),
                ("client_min_messages", "warning".to_owned()),
                // Compiling a statement takes longer than any of these, whose lists the planner takes to be long.
                ("jit", "off".to_owned()),
                // So does starting workers for it, which many hosts would want at once.
                ("max_parallel_workers_per_gather", "0".to_owned()),
            ])
        };
        self.addresses.iter().map(of).collect()
    }

    /// Connects for an account, with the present schema, which is made if there is none. Of several addresses, by the first
    /// that takes writes; once that does so no more, the store goes on by another one.
    ///
    /// # Errors
    ///
    /// `Error::Server` if the server can't be reached or does not let this host in, and if none of several takes writes;
    /// `Error::Storage` if it was written to by a newer version; `Error::NotFound` for an account that is not there.
    pub(crate) async fn open(&self, account: &str, patience: Duration) -> Result<Store> {
        let all = self.of_account(account, PROGRAM, patience);
        let limit = patience.max(CONNECT);
        let (at, options, found) = match &*all {
            [only] => (0, only, None),
            several => {
                let (at, options, connection) = first(several, limit).await?;
                (at, options, Some(connection))
            }
        };
        let place: Arc<str> = finding::place(options).into();
        let made = async {
            let mut connection = match found {
                Some(connection) => connection,
                None => options.connect().await.map_err(|error| trouble(options, error))?,
            };
            let made = async {
                match schema::prepare(&mut connection).await? {
                    Ok(()) => accounts::require(&mut connection, account).await,
                    refused => Ok(refused),
                }
            };
            let made = made.await;
            let library = match (&made, &*all) {
                (Ok(Ok(())), [_, _, ..]) => finding::library_of(&mut connection, account).await,
                _ => Ok(None),
            };
            let closed = connection.close().await;
            let told = |error| ServerTrouble::at(&place, error);
            made.map_err(told)??;
            closed.map_err(told)?;
            Ok::<_, Error>(library.map_err(told)?)
        };
        let library = tokio::time::timeout(limit, made).await.map_err(|_| silent(options))??;
        let pool = |at_least: u32| {
            PgPoolOptions::new()
                .max_connections(CONNECTIONS)
                .min_connections(at_least)
                .idle_timeout(IDLE)
                .acquire_timeout(limit)
        };
        let library = library.map(|id| (account.to_owned(), id));
        let pools = [pool(1), pool(0), pool(1).max_connections(FOR_RIGHTS)];
        let (addresses, [pool, others, rights]) = Addresses::pooled(all.clone(), (at, options), library, pools);
        Ok(Store::over(Pool::Post(Post {
            pool,
            others,
            rights,
            patience,
            turns: Arc::default(),
            account: Arc::from(account),
            is_own: true,
            addresses,
        })))
    }

    /// A connection for an account, by a program of that name, to whatever is there; of several addresses, by the first that
    /// takes writes.
    ///
    /// # Errors
    ///
    /// `Error::Server` if the server can't be reached, or does not let this program in.
    pub(super) async fn connect_as(&self, program: &str, account: &str, patience: Duration) -> Result<PgConnection> {
        let all = self.of_account(account, program, patience);
        let limit = patience.max(CONNECT);
        match &*all {
            [only] => {
                let connected = tokio::time::timeout(limit, only.connect()).await;
                connected
                    .map_err(|_| silent(only))?
                    .map_err(|error| trouble(only, error))
            }
            several => Ok(first(several, limit).await?.2),
        }
    }
}

/// A connection by the first of several addresses that takes writes: which that is, how one comes in there, and the
/// connection. Each has so long for it.
///
/// # Errors
///
/// `Error::Server` that names all of them, and why each is of no use.
async fn first(several: &[PgConnectOptions], limit: Duration) -> Result<(usize, &PgConnectOptions, PgConnection)> {
    let ways: Vec<(usize, &PgConnectOptions)> = several.iter().enumerate().collect();
    let passed = match finding::first(&ways, None, limit).await {
        Ok((at, connection)) => match several.get(at) {
            Some(options) => return Ok((at, options, connection)),
            None => Vec::new(),
        },
        Err(passed) => passed,
    };
    let words: Vec<String> = passed.iter().map(|(place, why)| format!("`{place}` {why}")).collect();
    let mut codes = passed.iter().map(|(_, why)| why.code());
    let code = codes.next().unwrap_or(AWAY);
    Err(Error::Server {
        // Where one is away and another refuses, the one that is away may be the right one.
        code: if codes.all(|other| other == code) { code } else { AWAY },
        message: format!(
            "none of the addresses in the file of `{SETTING}` leads to a database that takes writes: {}. Look at the addresses, \
             and whether the server that takes writes is there",
            words.join("; ")
        ),
    }
    .with([WayOut::ShowSettings]))
}

fn trouble(options: &PgConnectOptions, error: sqlx::Error) -> Error {
    let why = Passed::from(error);
    Error::Server {
        code: why.code(),
        message: format!(
            "the database at `{}` {why}: look at the address in the file of `{SETTING}`, and whether the server is there",
            finding::place(options)
        ),
    }
    .with([WayOut::ShowSettings])
}

fn silent(options: &PgConnectOptions) -> Error {
    Error::Server {
        code: AWAY,
        message: format!(
            "the database at `{}` does not answer: see that it is there, and try again",
            finding::place(options)
        ),
    }
}

/// How long connecting may take at least.
const CONNECT: Duration = Duration::from_secs(10);

/// The version of a library's server, as `15.4`, if it takes writes; none of a database in a folder.
///
/// # Errors
///
/// The server's, also that it can only be read.
pub(crate) async fn version(store: &Store) -> Result<Option<String>> {
    let Pool::Post(post) = store.pool() else {
        return Ok(None);
    };
    let asked = "SELECT current_setting('server_version'), current_setting('transaction_read_only')";
    let (version, only_reads): (String, String) = post.within(sqlx::query_as(asked).fetch_one(&post.pool)).await?;
    if only_reads == "on" {
        return Err(ServerTrouble::only_reads(&post.addresses.place().into()).into());
    }
    // Packages of a distribution say after it which one that is.
    Ok(version.split_whitespace().next().map(str::to_owned))
}

/// How large the whole database is, with all accounts in it, in bytes.
///
/// # Errors
///
/// The server's.
pub(super) async fn size(post: &Post) -> Result<u64> {
    let size = sqlx::query_scalar("SELECT pg_database_size(current_database())").fetch_one(&post.pool);
    let size: i64 = post.within(size).await?;
    Ok(size.unsigned_abs())
}
