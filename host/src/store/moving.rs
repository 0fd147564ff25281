//! Moving a library from the database of a folder to one on a server: all rows in one transaction, each of which is read
//! back and compared before that is kept.
//!
//! Which tables and columns there are is asked of both databases: each table of SQLite has to be there under its name, with
//! the same columns and the account beside them. What is one and the same in both is moved as it is; what may not be is named
//! in `tables`.

mod carrying;
mod comparing;
mod rows;
mod sequences;
mod source;
mod steps;
mod tables;
mod target;
mod words;

use serde::Serialize;

use super::{Store, db};
use crate::{Error, Result};

pub(crate) use carrying::{Carried, carry, looked};
pub(crate) use source::Source;
pub(crate) use steps::Step;
pub(crate) use target::{Standing, Target};

use steps::Told;
use tables::Table;

/// A table, with how many rows of it were moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rows {
    /// Its name.
    pub table: String,
    /// How many.
    pub rows: u64,
}

/// A library on its way: both databases, and how the tables of one are those of the other.
#[derive(Debug)]
pub(crate) struct Moving {
    source: Source,
    target: Target,
    tables: Vec<Table>,
    /// How many rows there are in all.
    total: u64,
}

impl Moving {
    /// Holds both against each other. `bytes_too` says that objects were put on a store, which the database has to know of.
    ///
    /// # Errors
    ///
    /// `Error::Storage` if a table has no place on the server, which is a fault of this program; the databases'.
    pub(crate) async fn begin(mut source: Source, mut target: Target, bytes_too: bool) -> Result<Self> {
        let tables = tables::fit(
            source.tables().await?,
            target.tables().await?,
            &target.references().await?,
        )?;
        let tables = match bytes_too {
            true => tables.into_iter().map(Table::with_objects).collect(),
            false => tables,
        };
        let mut total = 0;
        for table in &tables {
            total += source.count(table).await?;
        }
        Ok(Self {
            source,
            target,
            tables,
            total,
        })
    }

    /// Writes all rows, reads them back and compares them. They are kept by [`Moving::keep`] alone.
    ///
    /// # Errors
    ///
    /// `Error::Storage` that names the table, for what the server does not take and for what it has otherwise afterwards; the
    /// databases', and what `told` says.
    pub(crate) async fn write(&mut self, told: Told<'_>) -> Result<Vec<Rows>> {
        self.target.clear(&self.tables).await?;
        let triggers = self.target.triggers(&self.tables).await?;
        self.target.rest(&triggers, true).await?;
        let (mut moved, mut done) = (Vec::new(), 0);
        for table in &self.tables {
            let rows = rows::moved(&mut self.source, &mut self.target, table, (done, self.total), told).await?;
            done += rows;
            moved.push(Rows {
                table: table.name.clone(),
                rows,
            });
        }
        self.target.rest(&triggers, false).await?;
        sequences::set(&mut self.source, &mut self.target, &self.tables).await?;
        if let Some(otherwise) = self.compare(told).await? {
            return Err(Error::Storage(format!(
                "{otherwise}: what the database has taken is not what it was given; nothing was moved"
            )));
        }
        self.target.analyze(&self.tables).await?;
        Ok(moved)
    }

    /// Compares all rows of both, byte by byte. Gives the first difference, as the beginning of a sentence.
    ///
    /// # Errors
    ///
    /// The databases', and what `told` says.
    pub(crate) async fn compare(&mut self, told: Told<'_>) -> Result<Option<String>> {
        let mut done = 0;
        for table in &self.tables {
            match comparing::compared(&mut self.source, &mut self.target, table, (done, self.total), told).await? {
                Ok(rows) => done += rows,
                Err(otherwise) => return Ok(Some(otherwise)),
            }
        }
        Ok(None)
    }

    /// How many rows each table has.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(crate) async fn rows(&mut self) -> Result<Vec<Rows>> {
        let mut all = Vec::new();
        for table in &self.tables {
            all.push(Rows {
                table: table.name.clone(),
                rows: self.source.count(table).await?,
            });
        }
        Ok(all)
    }

    /// Keeps what was written.
    ///
    /// # Errors
    ///
    /// The database's: whether it has kept it is not known then.
    pub(crate) async fn keep(mut self) -> Result<()> {
        self.target.keep().await?;
        self.source.close().await;
        Ok(())
    }

    /// Leaves both as they are.
    pub(crate) async fn leave(self) {
        self.target.leave().await;
        self.source.close().await;
    }
}

/// Some of the revisions that an object is the content of, each as the beginning of a sentence.
///
/// # Errors
///
/// The database's.
pub(crate) async fn named(store: &Store, sha256: &str, limit: u32) -> Result<Vec<String>> {
    let rows: Vec<(i64, String, i64)> = db::query_as(
        "SELECT r.file, f.name, r.number FROM revisions r JOIN files f ON f.id = r.file \
         WHERE r.sha256 = ? ORDER BY r.file, r.number LIMIT ?",
    )
    .bind(sha256)
    .bind(limit)
    .fetch_all(store.pool())
    .await?;
    let told = |(file, name, revision)| format!("file {file} (`{name}`), revision {revision}");
    Ok(rows.into_iter().map(told).collect())
}

#[cfg(test)]
mod tests;
