//! The database on the server, in the one transaction in which everything comes in.

use std::{collections::BTreeMap, time::Duration};

use sqlx::{AssertSqlSafe, Connection, postgres::PgConnection};

use super::{
    tables::{ACCOUNT, Offered, Table},
    words::quoted,
};
use crate::{
    Error, Result,
    store::{
        DEFAULT_ACCOUNT,
        server::{self, Server, schema},
    },
};

/// What this calls itself on the server: what was left there by one that died is no host at work.
const PROGRAM: &str = "clientpoint-host moving";

/// What an account begins with, and what the first program writes down that has looked at it, be it refused or not.
const BEGINS_WITH: [&str; 4] = ["identity", "sealed_with", "switches", "users"];

/// What the server has of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing.
    Empty,
    /// The library of that id: it was moved there before.
    There,
}

/// The server, in a transaction that keeps everybody else away.
#[derive(Debug)]
pub(crate) struct Target {
    pub(super) connection: PgConnection,
    pub(super) server: Server,
}

impl Target {
    /// Connects and begins; the schema is made if there is none. Nothing of it stays unless it is kept.
    ///
    /// # Errors
    ///
    /// `Error::Storage` if the server can't be reached, does not let this program in, or was written to by another version;
    /// `Error::Busy` if somebody else is at it for longer than `patience`.
    pub(crate) async fn begin(server: &Server, patience: Duration) -> Result<Self> {
        let mut connection = server.connect_as(PROGRAM, DEFAULT_ACCOUNT, patience).await?;
        sqlx::query("BEGIN").execute(&mut connection).await?;
        // A large table is counted, or put in order, in the folder first: nobody else waits for the server meanwhile.
        sqlx::query("SET LOCAL idle_in_transaction_session_timeout = '5min'")
            .execute(&mut connection)
            .await?;
        schema::bring_up(&mut connection).await??;
        sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('write/' || $1, 0))")
            .bind(DEFAULT_ACCOUNT)
            .execute(&mut connection)
            .await?;
        Ok(Self {
            connection,
            server: server.clone(),
        })
    }

    /// What is there of the account.
    ///
    /// # Errors
    ///
    /// `Error::Catalogue` if that is another library, or the beginning of one; the server's.
    pub(crate) async fn standing(&mut self, library: &str) -> Result<Standing> {
        let (is_there,): (bool,) = sqlx::query_as(
            "SELECT EXISTS (SELECT 1 FROM clientpoint.identity WHERE account_id = current_setting('clientpoint.account') AND id = $1)",
        )
        .bind(library)
        .fetch_one(&mut self.connection)
        .await?;
        if is_there {
            return Ok(Standing::There);
        }
        for name in self.tables().await?.into_keys() {
            let but = match name.as_str() {
                "users" => " AND name <> 'admin'",
                "switches" => " AND name NOT LIKE 'bytes/%'",
                known if BEGINS_WITH.contains(&known) => continue,
                _ => "",
            };
            if self.has_rows(&name, but).await? {
                return Err(self.refused(
                    "database-not-empty",
                    &format!("has another library already: there are rows in `{name}`"),
                ));
            }
        }
        let (others,): (i64,) = sqlx::query_as(
            "SELECT count(*) FROM pg_stat_activity \
             WHERE datname = current_database() AND application_name = $1",
        )
        .bind(server::PROGRAM)
        .fetch_one(&mut self.connection)
        .await?;
        match others {
            0 => Ok(Standing::Empty),
            _ => Err(self.refused(
                "database-in-use",
                "is in use by another host, which would not see what has become of it: end that host",
            )),
        }
    }

    async fn has_rows(&mut self, name: &str, but: &str) -> Result<bool> {
        let (has_rows,): (bool,) = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT EXISTS (SELECT 1 FROM clientpoint.{} WHERE account_id = current_setting('clientpoint.account'){but})",
            quoted(name)
        )))
        .fetch_one(&mut self.connection)
        .await?;
        Ok(has_rows)
    }

    fn refused(&self, code: &'static str, why: &str) -> Error {
        Error::Catalogue {
            code,
            message: format!(
                "the database at `{}` {why}; nothing was changed. A library is moved into an empty database that nobody works with",
                self.server.place()
            ),
        }
    }

    /// The tables whose rows belong to an account.
    ///
    /// # Errors
    ///
    /// The server's.
    pub(super) async fn tables(&mut self) -> Result<BTreeMap<String, Offered>> {
        let rows: Vec<(String, String, String, bool)> = sqlx::query_as(
            "SELECT c.table_name::text, c.column_name::text, c.data_type::text, c.is_identity = 'YES' \
             FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name) \
             WHERE c.table_schema = 'clientpoint' AND t.table_type = 'BASE TABLE'",
        )
        .fetch_all(&mut self.connection)
        .await?;
        let mut tables: BTreeMap<String, Offered> = BTreeMap::new();
        for (table, column, kind, is_numbered) in rows {
            tables
                .entry(table)
                .or_default()
                .columns
                .insert(column, (kind, is_numbered));
        }
        tables.retain(|_, offered| offered.columns.contains_key(ACCOUNT));
        Ok(tables)
    }

    /// Which table points at which.
    ///
    /// # Errors
    ///
    /// The server's.
    pub(super) async fn references(&mut self) -> Result<Vec<(String, String)>> {
        let rows = sqlx::query_as(
            "SELECT DISTINCT f.relname::text, t.relname::text FROM pg_constraint k \
             JOIN pg_class f ON f.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid \
             JOIN pg_namespace n ON n.oid = f.relnamespace WHERE k.contype = 'f' AND n.nspname = 'clientpoint'",
        )
        .fetch_all(&mut self.connection)
        .await?;
        Ok(rows)
    }

    /// Takes away what the account began with.
    ///
    /// # Errors
    ///
    /// The server's.
    pub(super) async fn clear(&mut self, tables: &[Table]) -> Result<()> {
        for table in tables
            .iter()
            .rev()
            .filter(|table| BEGINS_WITH.contains(&table.name.as_str()))
        {
            let statement = format!(
                "DELETE FROM clientpoint.{} WHERE account_id = current_setting('clientpoint.account')",
                quoted(&table.name)
            );
            sqlx::query(AssertSqlSafe(statement))
                .execute(&mut self.connection)
                .await?;
        }
        Ok(())
    }

    /// Those of the tables that the server keeps others in step with by itself.
    ///
    /// # Errors
    ///
    /// The server's.
    pub(super) async fn triggers(&mut self, tables: &[Table]) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = sqlx::query_as(
            "SELECT DISTINCT c.relname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
             JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND n.nspname = 'clientpoint'",
        )
        .fetch_all(&mut self.connection)
        .await?;
        let is_moved = |name: &String| tables.iter().any(|table| table.name == *name);
        Ok(rows.into_iter().map(|(name,)| name).filter(is_moved).collect())
    }

    /// Lets triggers rest, or be at work again: what they would write comes in as it was, and row by row they would write one
    /// row anew for each of many.
    ///
    /// # Errors
    ///
    /// The server's, also where the tables are somebody else's.
    pub(super) async fn rest(&mut self, tables: &[String], rest: bool) -> Result<()> {
        for table in tables {
            let word = if rest { "DISABLE" } else { "ENABLE" };
            let statement = format!("ALTER TABLE clientpoint.{} {word} TRIGGER USER", quoted(table));
            sqlx::query(AssertSqlSafe(statement))
                .execute(&mut self.connection)
                .await?;
        }
        Ok(())
    }

    /// Lets the server see what it has, so that it goes about its first questions as it should.
    ///
    /// # Errors
    ///
    /// The server's.
    pub(super) async fn analyze(&mut self, tables: &[Table]) -> Result<()> {
        for table in tables {
            let statement = format!("ANALYZE clientpoint.{}", quoted(&table.name));
            sqlx::query(AssertSqlSafe(statement))
                .execute(&mut self.connection)
                .await?;
        }
        Ok(())
    }

    /// Keeps everything.
    ///
    /// # Errors
    ///
    /// The server's: whether it has kept it is not known then.
    pub(super) async fn keep(&mut self) -> Result<()> {
        sqlx::query("COMMIT").execute(&mut self.connection).await?;
        Ok(())
    }

    /// Keeps nothing.
    pub(crate) async fn leave(self) {
        // The server gives up what a connection has not kept.
        let _ = self.connection.close().await;
    }
}
