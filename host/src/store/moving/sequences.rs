//! Where the server goes on with its numbers: behind the highest that was ever given, so that no File ID is given twice.

use sqlx::AssertSqlSafe;

use super::{source::Source, tables::Table, target::Target, words::quoted};
use crate::{Error, Result};

/// Sets all of them. None goes back: a number that the server has given already is not given again either.
///
/// # Errors
///
/// `Error::Storage` for a number that would not be new; the databases'.
pub(super) async fn set(source: &mut Source, target: &mut Target, tables: &[Table]) -> Result<()> {
    for table in tables {
        let Some(column) = &table.numbered else { continue };
        let highest = source.highest(table, column).await?;
        let (sequence,): (String,) = sqlx::query_as("SELECT pg_get_serial_sequence($1, $2)")
            .bind(format!("clientpoint.{}", quoted(&table.name)))
            .bind(column)
            .fetch_one(&mut target.connection)
            .await?;
        // The name comes from the server, in quotes where it needs them.
        let next = format!("(SELECT CASE WHEN is_called THEN last_value + 1 ELSE last_value END FROM {sequence})");
        let (next,): (i64,) = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT setval($1::regclass, greatest($2, {next}), false)"
        )))
        .bind(&sequence)
        .bind(highest.saturating_add(1))
        .fetch_one(&mut target.connection)
        .await?;
        if next <= highest {
            return Err(Error::Storage(format!(
                "`{}` would go on with {next}, which was given before: nothing was moved",
                table.name
            )));
        }
    }
    Ok(())
}
