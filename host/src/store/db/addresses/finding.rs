//! Which of several addresses a database is to be asked at: the first that answers, and takes writes.

use std::{
    fmt::{self, Display},
    time::Duration,
};

use sqlx::{
    ConnectOptions, Connection,
    postgres::{PgConnectOptions, PgConnection},
};
use tokio::time::timeout;

/// Whether nothing can be written in this session: at a standby, and where a database or its server was set so.
const ONLY_READS: &str = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean";

/// The library of the account that is there from the beginning.
const LIBRARY: &str = "SELECT id FROM clientpoint.identity WHERE account_id = $1";

/// Why an address is passed over.
#[derive(Debug)]
pub(crate) enum Passed {
    /// It has not answered in time.
    Silent,
    /// It takes no writes.
    OnlyReads,
    /// It has another library than the one that was opened.
    OtherLibrary,
    /// What the server, or the way to it, has said.
    Said(sqlx::Error),
}

/// The code of a server that can't be worked with just now.
pub(crate) const AWAY: &str = "database-away";

impl Passed {
    /// The code that this has as an error.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::OnlyReads => "database-read-only",
            Self::OtherLibrary => "database-refused",
            Self::Said(sqlx::Error::Database(said)) => {
                let code = said.code().unwrap_or_default();
                // It is being started or stopped, has no connection left, or broke off; by
                // <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
                let passes = ["08", "53", "57"].iter().any(|class| code.starts_with(class));
                if passes { AWAY } else { "database-refused" }
            }
            Self::Silent | Self::Said(_) => AWAY,
        }
    }
}

/// The library that has to be there: the account that it is asked of, and its id.
pub(crate) type Library<'a> = (&'a str, &'a str);

/// Where an address leads to, for people: without who comes in.
pub(crate) fn place(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or_default();
    format!("{}:{}/{database}", options.get_host(), options.get_port())
}

/// The same of all of them, one after the other.
pub(crate) fn places(all: &[PgConnectOptions]) -> String {
    let places: Vec<String> = all.iter().map(place).collect();
    places.join(", ")
}

/// A connection by the first of these addresses that answers within `patience` and takes writes, and which that is. Where a
/// library is named, it has to be there.
///
/// # Errors
///
/// The place of each of them, and why it was passed over.
pub(crate) async fn first(
    ways: &[(usize, &PgConnectOptions)],
    library: Option<Library<'_>>,
    patience: Duration,
) -> Result<(usize, PgConnection), Vec<(String, Passed)>> {
    let mut passed = Vec::new();
    for (at, options) in ways {
        let why = match timeout(patience, fit(options, library)).await {
            Ok(Ok(connection)) => return Ok((*at, connection)),
            Ok(Err(why)) => why,
            Err(_) => Passed::Silent,
        };
        passed.push((place(options), why));
    }
    Err(passed)
}

async fn fit(options: &PgConnectOptions, library: Option<Library<'_>>) -> Result<PgConnection, Passed> {
    let mut connection = options.connect().await?;
    let why = match unfit(&mut connection, library).await {
        Ok(None) => return Ok(connection),
        Ok(Some(why)) => why,
        Err(said) => Passed::Said(said),
    };
    // It is of no use, whatever comes of this.
    let _ = connection.close().await;
    Err(why)
}

async fn unfit(connection: &mut PgConnection, library: Option<Library<'_>>) -> sqlx::Result<Option<Passed>> {
    if only_reads(connection).await? {
        return Ok(Some(Passed::OnlyReads));
    }
    let Some((account, id)) = library else {
        return Ok(None);
    };
    let there = library_of(connection, account).await?;
    Ok((there.as_deref() != Some(id)).then_some(Passed::OtherLibrary))
}

/// Whether nothing can be written by this connection.
///
/// # Errors
///
/// The server's.
pub(super) async fn only_reads(connection: &mut PgConnection) -> sqlx::Result<bool> {
    let (only_reads,): (bool,) = sqlx::query_as(ONLY_READS).fetch_one(connection).await?;
    Ok(only_reads)
}

/// The id of an account's library.
///
/// # Errors
///
/// The server's, also that it has no tables of ours.
pub(crate) async fn library_of(connection: &mut PgConnection, account: &str) -> sqlx::Result<Option<String>> {
    let row: Option<(String,)> = sqlx::query_as(LIBRARY).bind(account).fetch_optional(connection).await?;
    Ok(row.map(|(id,)| id))
}

impl From<sqlx::Error> for Passed {
    fn from(said: sqlx::Error) -> Self {
        Self::Said(said)
    }
}

/// As the end of a sentence that begins with the place.
impl Display for Passed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent => f.write_str("does not answer"),
            Self::OnlyReads => f.write_str("can only be read now, as a standby can"),
            Self::OtherLibrary => f.write_str("has another library"),
            Self::Said(sqlx::Error::Database(said)) => write!(f, "does not let this host in ({})", said.message()),
            Self::Said(other) => write!(f, "can't be reached ({other})"),
        }
    }
}
