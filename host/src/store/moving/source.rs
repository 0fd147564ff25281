//! The database of the folder, held so that nobody writes to it.

use std::{path::Path, time::Duration};

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection,
    sqlite::{SqliteConnectOptions, SqliteConnection},
};

use super::{
    tables::{Column, Kind, Table},
    words::quoted,
};
use crate::{
    Error, Result,
    store::{identity, opening::DATABASE},
};

/// The database that is moved. Nobody writes to it as long as this lives, also no program that is too old to hold the folder.
#[derive(Debug)]
pub(crate) struct Source {
    pub(super) connection: SqliteConnection,
    /// The counter of the folder's own identity, which may be ahead of the database.
    seen: i64,
}

impl Source {
    /// Opens it.
    ///
    /// # Errors
    ///
    /// `Error::Busy` if somebody writes to it for longer than `patience`; the database's.
    pub(crate) async fn open(data: &Path, patience: Duration) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(data.join(DATABASE))
            .busy_timeout(patience);
        let mut connection = options.connect().await?;
        sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await?;
        let (library,): (String,) = sqlx::query_as("SELECT id FROM identity")
            .fetch_one(&mut connection)
            .await?;
        let seen = identity::seen(data, &library);
        Ok(Self { connection, seen })
    }

    /// Lets go of it. Nothing was written.
    pub(crate) async fn close(self) {
        let _ = self.connection.close().await;
    }

    /// Its tables, with their columns, and by what their rows are told apart.
    ///
    /// # Errors
    ///
    /// `Error::Storage` for a column of a kind that there is not; the database's.
    pub(super) async fn tables(&mut self) -> Result<Vec<Table>> {
        let names: Vec<(String,)> = sqlx::query_as(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
        )
        .fetch_all(&mut self.connection)
        .await?;
        let mut tables = Vec::new();
        for (name,) in names {
            let rows: Vec<(String, String, i64)> =
                sqlx::query_as("SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid")
                    .bind(&name)
                    .fetch_all(&mut self.connection)
                    .await?;
            let (mut columns, mut key) = (Vec::new(), Vec::new());
            for (column, kind, place) in rows {
                let kind = match kind.as_str() {
                    "INTEGER" => Kind::Number,
                    "TEXT" => Kind::Text,
                    "BLOB" => Kind::Bytes,
                    other => {
                        return Err(Error::Storage(format!(
                            "`{name}.{column}` is of the kind `{other}`, which no server has: this program has a fault"
                        )));
                    }
                };
                if 0 < place {
                    key.push((place, column.clone()));
                }
                columns.push(Column { name: column, kind });
            }
            key.sort();
            tables.push(Table::new(
                name,
                columns,
                key.into_iter().map(|(_, name)| name).collect(),
                self.seen,
            ));
        }
        Ok(tables)
    }

    /// How many rows a table has.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(super) async fn count(&mut self, table: &Table) -> Result<u64> {
        let (count,): (i64,) = sqlx::query_as(AssertSqlSafe(format!("SELECT count(*) FROM {}", table.from)))
            .fetch_one(&mut self.connection)
            .await?;
        Ok(count.unsigned_abs())
    }

    /// The highest number that a table has given its rows, also those that are gone; 0 where it has given none.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(super) async fn highest(&mut self, table: &Table, column: &str) -> Result<i64> {
        let given: Option<(i64,)> = sqlx::query_as("SELECT seq FROM sqlite_sequence WHERE name = ?")
            .bind(&table.name)
            .fetch_optional(&mut self.connection)
            .await?;
        let (highest,): (i64,) = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT coalesce(max({}), 0) FROM {}",
            quoted(column),
            table.from
        )))
        .fetch_one(&mut self.connection)
        .await?;
        Ok(given.map_or(0, |(given,)| given).max(highest))
    }
}
