//! A statement with its values, and what comes of it.

use std::{
    future::Future,
    marker::PhantomData,
    pin::{Pin, pin},
};

use futures::{Stream, TryStreamExt, stream};
use sqlx::{
    AssertSqlSafe, FromRow, Postgres, SqlSafeStr, SqlStr, Sqlite,
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};

use super::{
    Connection, Pool, Transaction,
    addresses::Way,
    handed::{Executor, Target},
    text,
    values::{Value, for_postgres, for_sqlite, refuse_nul},
    writing,
};

/// What a row is read into, whichever database gives it.
pub(in crate::store) trait FromDatabase:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> FromDatabase for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// A statement whose rows nobody reads.
#[derive(Debug)]
#[must_use]
pub(in crate::store) struct Query<'q> {
    text: SqlStr,
    values: Vec<Value<'q>>,
}

/// A statement whose rows are read.
#[derive(Debug)]
#[must_use]
pub(in crate::store) struct QueryAs<'q, T> {
    query: Query<'q>,
    row: PhantomData<fn() -> T>,
}

/// What a statement has done.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Done {
    rows: u64,
}

impl Done {
    /// How many rows it has written or taken away.
    pub(in crate::store) const fn rows_affected(self) -> u64 {
        self.rows
    }
}

/// A statement.
pub(in crate::store) fn query<'q>(text: impl SqlSafeStr) -> Query<'q> {
    Query::new(text.into_sql_str(), Vec::new())
}

/// A statement whose rows are read.
pub(in crate::store) fn query_as<'q, T: FromDatabase>(text: impl SqlSafeStr) -> QueryAs<'q, T> {
    QueryAs::over(query(text))
}

type Lite = sqlx::query::Query<'static, Sqlite, SqliteArguments>;
type Post = sqlx::query::Query<'static, Postgres, PgArguments>;
type Rows<'c, T> = Pin<Box<dyn Stream<Item = sqlx::Result<T>> + Send + 'c>>;

impl<'q> Query<'q> {
    pub(super) const fn new(text: SqlStr, values: Vec<Value<'q>>) -> Self {
        Self { text, values }
    }

    /// Puts a value into the next place.
    pub(in crate::store) fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.values.push(value.into());
        self
    }

    fn lite(self) -> sqlx::Result<Lite> {
        // What a folder has from before can be looked for still, and taken away.
        if ["INSERT", "UPDATE"]
            .iter()
            .any(|word| self.text.as_str().trim_start().starts_with(word))
        {
            refuse_nul(&self.values)?;
        }
        Ok(sqlx::query_with(self.text, for_sqlite(self.values)?))
    }

    fn post(self) -> sqlx::Result<Post> {
        refuse_nul(&self.values)?;
        let text = AssertSqlSafe(text::for_postgres(self.text.as_str()));
        Ok(sqlx::query_with(text, for_postgres(self.values)?))
    }

    /// Carries it out.
    ///
    /// # Errors
    ///
    /// The database's, also that a fence that is in force does not hold.
    pub(in crate::store) async fn execute(self, executor: impl Executor<'_>) -> sqlx::Result<Done> {
        let target = executor.target();
        let Some(mut alone) = self.alone(target.pool()).await? else {
            return self.done(target).await;
        };
        let done = self.done(Target::Connection(&mut alone)).await?;
        alone.commit().await?;
        Ok(done)
    }

    /// A transaction of its own, if it needs one.
    async fn alone(&self, pool: Option<&Pool>) -> sqlx::Result<Option<Transaction>> {
        match pool {
            Some(pool) => writing::alone(pool, self.text.as_str()).await,
            None => Ok(None),
        }
    }

    async fn done(self, target: Target<'_>) -> sqlx::Result<Done> {
        let way = target.way();
        within(way.as_ref(), pin!(self.done_at(target))).await
    }

    async fn done_at(self, target: Target<'_>) -> sqlx::Result<Done> {
        let rows = match target {
            Target::Pool(Pool::Lite(pool)) => self.lite()?.execute(pool).await?.rows_affected(),
            Target::Connection(Connection::Lite(held)) => self.lite()?.execute(&mut **held).await?.rows_affected(),
            Target::Connection(Connection::Post(held)) => self.post()?.execute(&mut **held).await?.rows_affected(),
            Target::Pool(Pool::Post(post)) if post.is_own => self.post()?.execute(&post.pool).await?.rows_affected(),
            Target::Pool(Pool::Post(post)) => {
                let mut lent = post.lent().await?;
                self.post()?.execute(&mut *lent).await?.rows_affected()
            }
        };
        Ok(Done { rows })
    }
}

impl<'q, T: FromDatabase> QueryAs<'q, T> {
    pub(super) const fn over(query: Query<'q>) -> Self {
        Self {
            query,
            row: PhantomData,
        }
    }

    /// Puts a value into the next place.
    pub(in crate::store) fn bind(self, value: impl Into<Value<'q>>) -> Self {
        Self::over(self.query.bind(value))
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(in crate::store) async fn fetch_optional(self, executor: impl Executor<'_>) -> sqlx::Result<Option<T>> {
        let (query, target) = (self.query, executor.target());
        let Some(mut alone) = query.alone(target.pool()).await? else {
            return Self::first(query, target).await;
        };
        let row = Self::first(query, Target::Connection(&mut alone)).await?;
        alone.commit().await?;
        Ok(row)
    }

    async fn first(query: Query<'q>, target: Target<'_>) -> sqlx::Result<Option<T>> {
        let way = target.way();
        within(way.as_ref(), pin!(Self::first_at(query, target))).await
    }

    async fn first_at(query: Query<'q>, target: Target<'_>) -> sqlx::Result<Option<T>> {
        match target {
            Target::Pool(Pool::Lite(pool)) => read(query.lite()?.fetch_optional(pool).await?),
            Target::Connection(Connection::Lite(held)) => read(query.lite()?.fetch_optional(&mut **held).await?),
            // A server gives a row before others can see what it says: what is written is there once all has come.
            Target::Connection(Connection::Post(held)) => first(query.post()?.fetch(&mut **held)).await,
            Target::Pool(Pool::Post(post)) if post.is_own => first(query.post()?.fetch(&post.pool)).await,
            Target::Pool(Pool::Post(post)) => {
                let mut lent = post.lent().await?;
                first(query.post()?.fetch(&mut *lent)).await
            }
        }
    }

    /// The first row.
    ///
    /// # Errors
    ///
    /// The database's, also that there is none.
    pub(in crate::store) async fn fetch_one(self, executor: impl Executor<'_>) -> sqlx::Result<T> {
        self.fetch_optional(executor).await?.ok_or(sqlx::Error::RowNotFound)
    }

    /// All rows. Whoever asks has bounded them.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(in crate::store) async fn fetch_all(self, executor: impl Executor<'_>) -> sqlx::Result<Vec<T>> {
        let (query, target) = (self.query, executor.target());
        let Some(mut alone) = query.alone(target.pool()).await? else {
            return Self::every(query, target).await;
        };
        let rows = Self::every(query, Target::Connection(&mut alone)).await?;
        alone.commit().await?;
        Ok(rows)
    }

    async fn every(query: Query<'q>, target: Target<'_>) -> sqlx::Result<Vec<T>> {
        let way = target.way();
        within(way.as_ref(), pin!(Self::every_at(query, target))).await
    }

    async fn every_at(query: Query<'q>, target: Target<'_>) -> sqlx::Result<Vec<T>> {
        match target {
            Target::Pool(Pool::Post(post)) if !post.is_own => {
                let mut lent = post.lent().await?;
                all(query.post()?.fetch(&mut *lent)).await
            }
            Target::Pool(Pool::Lite(pool)) => all(query.lite()?.fetch(pool)).await,
            Target::Connection(Connection::Lite(held)) => all(query.lite()?.fetch(&mut **held)).await,
            Target::Connection(Connection::Post(held)) => all(query.post()?.fetch(&mut **held)).await,
            Target::Pool(Pool::Post(post)) => all(query.post()?.fetch(&post.pool)).await,
        }
    }

    /// The rows one after the other, where they are too many to be held. Only in a transaction.
    pub(in crate::store) fn fetch<'c>(self, connection: &'c mut Connection) -> sqlx::Result<Rows<'c, T>>
    where
        T: 'c,
    {
        let query = self.query;
        Ok(match connection {
            Connection::Lite(held) => {
                Box::pin(query.lite()?.fetch(&mut **held).and_then(async |row| T::from_row(&row)))
            }
            Connection::Post(held) => {
                let way = held.way.clone();
                let rows = query.post()?.fetch(&mut **held);
                Box::pin(stream::try_unfold((rows, way), async |(mut rows, way)| {
                    let row = way.within(rows.try_next()).await?;
                    Ok(match row {
                        Some(row) => Some((T::from_row(&row)?, (rows, way))),
                        None => None,
                    })
                }))
            }
        })
    }
}

/// An answer, and an error with the place of the server if it is one's.
async fn within<T>(way: Option<&Way>, answer: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    match way {
        Some(way) => way.within(answer).await,
        None => answer.await,
    }
}

fn read<R, T: for<'r> FromRow<'r, R>>(row: Option<R>) -> sqlx::Result<Option<T>>
where
    R: sqlx::Row,
{
    row.map(|row| T::from_row(&row)).transpose()
}

/// The first of the rows, once all have come.
async fn first<R: sqlx::Row, T: for<'r> FromRow<'r, R>>(
    rows: impl Stream<Item = sqlx::Result<R>> + Send,
) -> sqlx::Result<Option<T>> {
    let mut rows = pin!(rows);
    let mut first = None;
    while let Some(row) = rows.try_next().await? {
        if first.is_none() {
            first = Some(T::from_row(&row)?);
        }
    }
    Ok(first)
}

/// Reads each row as it comes, so that they are not held twice.
async fn all<R: sqlx::Row, T: for<'r> FromRow<'r, R>>(
    rows: impl Stream<Item = sqlx::Result<R>> + Send,
) -> sqlx::Result<Vec<T>> {
    let mut rows = pin!(rows);
    let mut read = Vec::new();
    while let Some(row) = rows.try_next().await? {
        read.push(T::from_row(&row)?);
    }
    Ok(read)
}
