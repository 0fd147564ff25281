//! Holding the rows of a table on the server against those of the folder, one by one, in the same order.

use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, ColumnIndex, Database, Decode, Row, Type};

use super::{
    source::Source,
    steps::{Step, Told},
    tables::{Kind, Table},
    target::Target,
    words::quoted,
};
use crate::{Error, Result};

/// After how many rows is told how far it is.
const TOLD_AFTER: u64 = 1_000;

/// A value, as both databases give it.
#[derive(PartialEq, Eq)]
enum Value {
    Number(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// Compares all rows of a table: how many there are, or what is otherwise, as the beginning of a sentence. Before them, `done`
/// of all were compared.
///
/// # Errors
///
/// The databases', and what `told` says.
pub(super) async fn compared(
    source: &mut Source,
    target: &mut Target,
    table: &Table,
    (done, total): (u64, u64),
    told: Told<'_>,
) -> Result<Result<u64, String>> {
    let names = table.names();
    let ours = format!("SELECT {names} FROM {} ORDER BY {}", table.from, table.order("BINARY"));
    let theirs = format!(
        "SELECT {names} FROM clientpoint.{} WHERE account_id = current_setting('clientpoint.account') ORDER BY {}",
        quoted(&table.name),
        table.order("\"C\"")
    );
    let mut ours = sqlx::query(AssertSqlSafe(ours)).fetch(&mut source.connection);
    let mut theirs = sqlx::query(AssertSqlSafe(theirs)).fetch(&mut target.connection);
    let mut compared = 0;
    loop {
        let (one, other) = (ours.try_next().await?, theirs.try_next().await?);
        let (one, other) = match (one, other) {
            (None, None) => break,
            (Some(one), Some(other)) => (one, other),
            (one, _) => {
                let what = if one.is_some() { "fewer" } else { "more" };
                return Ok(Err(format!(
                    "`{}` has {what} rows in the database than in the folder",
                    table.name
                )));
            }
        };
        for (place, column) in table.columns.iter().enumerate() {
            if value(&one, place, column.kind)? != value(&other, place, column.kind)? {
                return Ok(Err(format!(
                    "`{}` of a row of `{}` is not in the database as it is in the folder",
                    column.name, table.name
                )));
            }
        }
        compared += 1;
        if compared % TOLD_AFTER == 0 {
            told(Step::Compared(done + compared, total))?;
        }
    }
    told(Step::Compared(done + compared, total))?;
    Ok(Ok(compared))
}

fn value<'r, R>(row: &'r R, place: usize, kind: Kind) -> Result<Value>
where
    R: Row,
    usize: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
    Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
    R::Database: Database,
{
    let value = match kind {
        Kind::Number => row.try_get(place).map(Value::Number),
        Kind::Text => row.try_get(place).map(Value::Text),
        Kind::Bytes => row.try_get(place).map(Value::Bytes),
    };
    value.map_err(Error::from)
}
