//! What tests alone ask of a database.

use sqlx::{AssertSqlSafe, PgConnection, SqlSafeStr, SqlitePool};

use super::{
    Connection, Pool,
    handed::{Executor, Target},
    query_as, text,
};

/// Statements without values, one after the other.
pub(in crate::store) async fn raw(statements: impl SqlSafeStr, executor: impl Executor<'_>) -> sqlx::Result<()> {
    let said = statements.into_sql_str();
    let post = || AssertSqlSafe(text::for_postgres(said.as_str()));
    match executor.target() {
        Target::Pool(Pool::Lite(pool)) => sqlx::raw_sql(said).execute(pool).await.map(|_| ()),
        Target::Connection(Connection::Lite(held)) => sqlx::raw_sql(said).execute(&mut **held).await.map(|_| ()),
        Target::Pool(Pool::Post(server)) => sqlx::raw_sql(post()).execute(&server.pool).await.map(|_| ()),
        Target::Connection(Connection::Post(held)) => sqlx::raw_sql(post()).execute(&mut **held).await.map(|_| ()),
    }
}

impl Pool {
    /// SQLite's, for what it alone can be asked.
    pub(in crate::store) fn lite(&self) -> &SqlitePool {
        match self {
            Self::Lite(pool) => pool,
            Self::Post(_) => panic!("this test is about SQLite"),
        }
    }
}

/// How SQLite would go about a statement: a step a line.
pub(in crate::store) async fn plan(statement: &str, pool: &Pool) -> sqlx::Result<Vec<String>> {
    let rows: Vec<(i64, i64, i64, String)> = query_as(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}")))
        .fetch_all(pool)
        .await?;
    Ok(rows.into_iter().map(|(.., step)| step).collect())
}

/// What a statement says to a server.
pub(in crate::store) fn on_a_server(statement: &str) -> String {
    text::for_postgres(statement)
}

/// How a server would go about what is said to it, whatever its values are: a step a line.
pub(in crate::store) async fn server_plan(said: &str, server: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    let numbers = said.split('$').skip(1).map_while(|after| {
        let digits = after.split(|sign: char| !sign.is_ascii_digit()).next()?;
        Some(digits.parse().unwrap_or(0))
    });
    let places: usize = numbers.max().unwrap_or(0);
    let mut kinds = vec!["unknown"; places];
    let bracketed = |words: &[&str]| match words {
        [] => String::new(),
        words => format!("({})", words.join(", ")),
    };
    loop {
        let prepared = format!("PREPARE looked_at {} AS {said}", bracketed(&kinds));
        let Err(error) = sqlx::raw_sql(AssertSqlSafe(prepared)).execute(&mut *server).await else {
            break;
        };
        let told = error.as_database_error().map(|told| (told.code(), told.message()));
        match told {
            // Of what kind a value is can't be seen by the statement alone.
            Some((Some(code), message)) if ["42P18", "42P08"].contains(&&*code) => {
                let number = message
                    .rsplit('$')
                    .next()
                    .and_then(|number| number.parse::<usize>().ok());
                kinds[number.unwrap() - 1] = "bigint";
            }
            Some((Some(code), _)) if code == "42883" && kinds.contains(&"bigint") => {
                kinds
                    .iter_mut()
                    .filter(|kind| **kind == "bigint")
                    .for_each(|kind| *kind = "text");
            }
            _ => return Err(error),
        }
    }
    let values = bracketed(&vec!["NULL"; places]);
    let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE looked_at {values}"));
    let rows: Vec<(String,)> = sqlx::query_as(explain)
        .persistent(false)
        .fetch_all(&mut *server)
        .await?;
    sqlx::raw_sql("DEALLOCATE looked_at").execute(server).await?;
    Ok(rows.into_iter().map(|(step,)| step).collect())
}
