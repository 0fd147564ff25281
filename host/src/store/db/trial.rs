//! What tests alone ask of a database.

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlitePool};

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
