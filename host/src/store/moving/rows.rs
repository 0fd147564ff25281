//! Rows on their way, a page at a time.

use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, Row, postgres::PgArguments, query::Query, sqlite::SqliteRow};

use super::{
    source::Source,
    steps::{Step, Told},
    tables::{Kind, Table},
    target::Target,
    words::{of_table, quoted},
};
use crate::{Error, Result};

/// How many rows go in one statement, and how many bytes: whichever is more first.
const ROWS: usize = 1_000;
const BYTES: usize = 4 << 20;

/// The values of a column, row by row.
enum Values {
    Numbers(Vec<Option<i64>>),
    Texts(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

/// Some rows, column by column.
struct Page {
    columns: Vec<Values>,
    rows: usize,
    bytes: usize,
}

/// Moves the rows of a table: how many. Before them, `done` of all were moved.
///
/// # Errors
///
/// `Error::Storage` that names the table, for what the server does not take; the databases', and what `told` says.
pub(super) async fn moved(
    source: &mut Source,
    target: &mut Target,
    table: &Table,
    (done, total): (u64, u64),
    told: Told<'_>,
) -> Result<u64> {
    let read = format!("SELECT {} FROM {}", table.names(), table.from);
    let write = insertion(table);
    let mut moved = 0;
    let mut rows = sqlx::query(AssertSqlSafe(read)).fetch(&mut source.connection);
    let mut page = Page::of(table);
    loop {
        let row = rows.try_next().await?;
        let is_last = row.is_none();
        if let Some(row) = row {
            page.add(&row, table)?;
        }
        if 0 < page.rows && (is_last || ROWS <= page.rows || BYTES <= page.bytes) {
            let full = std::mem::replace(&mut page, Page::of(table));
            moved += full.rows as u64;
            full.bound(&write)
                .execute(&mut target.connection)
                .await
                .map_err(|error| of_table(&target.server, &table.name, error))?;
            told(Step::Written(done + moved, total))?;
        }
        if is_last {
            return Ok(moved);
        }
    }
}

/// Puts a page into a table: a list for each column.
fn insertion(table: &Table) -> String {
    let lists: Vec<String> = (1..)
        .zip(&table.columns)
        .map(|(place, column)| match column.kind {
            Kind::Number => format!("${place}::bigint[]"),
            Kind::Text => format!("${place}::text[]"),
            Kind::Bytes => format!("${place}::bytea[]"),
        })
        .collect();
    format!(
        "INSERT INTO clientpoint.{} ({}) SELECT * FROM unnest({})",
        quoted(&table.name),
        table.names(),
        lists.join(", ")
    )
}

impl Page {
    fn of(table: &Table) -> Self {
        let column = |kind| match kind {
            Kind::Number => Values::Numbers(Vec::new()),
            Kind::Text => Values::Texts(Vec::new()),
            Kind::Bytes => Values::Bytes(Vec::new()),
        };
        Self {
            columns: table.columns.iter().map(|of| column(of.kind)).collect(),
            rows: 0,
            bytes: 0,
        }
    }

    fn add(&mut self, row: &SqliteRow, table: &Table) -> Result<()> {
        for (place, (values, column)) in self.columns.iter_mut().zip(&table.columns).enumerate() {
            self.bytes += size_of::<i64>();
            match values {
                Values::Numbers(values) => values.push(row.try_get(place)?),
                Values::Bytes(values) => {
                    let value: Option<Vec<u8>> = row.try_get(place)?;
                    self.bytes += value.as_ref().map_or(0, Vec::len);
                    values.push(value);
                }
                Values::Texts(values) => {
                    let value: Option<String> = row.try_get(place)?;
                    if value.as_ref().is_some_and(|text| text.contains('\0')) {
                        return Err(Error::Storage(format!(
                            "`{}` of {} has a NUL in it, which PostgreSQL does not take: nothing was moved. Rename it at its \
                             source and let it follow, or take the file out of the library",
                            column.name,
                            which(row, table)
                        )));
                    }
                    self.bytes += value.as_ref().map_or(0, String::len);
                    values.push(value);
                }
            }
        }
        self.rows += 1;
        Ok(())
    }

    fn bound(self, statement: &str) -> Query<'static, sqlx::Postgres, PgArguments> {
        let query = sqlx::query(AssertSqlSafe(statement.to_owned()));
        self.columns.into_iter().fold(query, |query, values| match values {
            Values::Numbers(values) => query.bind(values),
            Values::Texts(values) => query.bind(values),
            Values::Bytes(values) => query.bind(values),
        })
    }
}

/// A row in words: its table, and its key as far as that is numbers.
fn which(row: &SqliteRow, table: &Table) -> String {
    let number = |name: &String| {
        let number: i64 = row.try_get(name.as_str()).ok()?;
        Some(format!("{name} {number}"))
    };
    let key: Vec<String> = table.key.iter().filter_map(number).collect();
    match key.is_empty() {
        true => format!("a row of `{}`", table.name),
        false => format!("the row of `{}` with {}", table.name, key.join(", ")),
    }
}
