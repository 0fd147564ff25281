//! The schema of a server's database: made at the first start, and brought up to date by whoever comes first with a newer
//! program. Its number is the one of the schema of a data folder.

use sqlx::{AssertSqlSafe, Connection, postgres::PgConnection};

use crate::{
    Error, Result,
    store::{db::DEFAULT_ACCOUNT, migrations::SCRIPTS},
};

/// What the tables were made of, in this order, when the schema had the number [`FIRST`].
const MADE: [&str; 2] = [
    include_str!("../postgres/1_people.sql"),
    include_str!("../postgres/2_library.sql"),
];

/// The number of the first schema on a server.
const FIRST: usize = 27;

/// What leads from each number to the next one. A script is never changed once it has been released: a new one is added.
/// Hosts of the version before go on beside it, so it takes nothing away that they ask for.
const STEPS: &[&str] = &[
    include_str!("../postgres/30_offers.sql"),
    include_str!("../postgres/31_company_tokens.sql"),
    include_str!("../postgres/32_sign_ins.sql"),
    include_str!("../postgres/33_counting.sql"),
    include_str!("../postgres/34_of_accounts.sql"),
];

/// Makes the views that an account works with, anew.
const VIEWS: &str = include_str!("../postgres/views.sql");

/// What changes of the schema are done one after the other by, across hosts.
const MAKING: i64 = 0x636c_6965_6e74;

/// Makes the schema, or brings it up to date; once, whoever else does the same. Inside of what the server says is that it
/// was written to by another version.
pub(super) async fn prepare(connection: &mut PgConnection) -> sqlx::Result<Result<()>> {
    if number(connection).await? == Some(SCRIPTS.len()) {
        return Ok(Ok(()));
    }
    let mut transaction = connection.begin().await?;
    let made = bring_up(&mut transaction).await?;
    if made.is_ok() {
        transaction.commit().await?;
    }
    Ok(made)
}

/// The same, in the transaction in which the connection is. Nobody else makes or changes a schema until that has ended.
pub(in crate::store) async fn bring_up(connection: &mut PgConnection) -> sqlx::Result<Result<()>> {
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(MAKING)
        .execute(&mut *connection)
        .await?;
    let from = match number(connection).await? {
        // Somebody else was first.
        Some(number) if number == SCRIPTS.len() => return Ok(Ok(())),
        Some(number) if (FIRST..SCRIPTS.len()).contains(&number) => number,
        Some(number) => {
            return Ok(Err(Error::Storage(format!(
                "the database was written by another version (schema {number}, this program knows {}): use the newest program",
                SCRIPTS.len()
            ))));
        }
        None => {
            make(connection).await?;
            FIRST
        }
    };
    for step in STEPS.iter().skip(from - FIRST) {
        sqlx::raw_sql(*step).execute(&mut *connection).await?;
    }
    sqlx::raw_sql(VIEWS).execute(&mut *connection).await?;
    sqlx::query("UPDATE clientpoint.schema SET number = $1")
        .bind(i64::try_from(FIRST + STEPS.len()).unwrap_or(i64::MAX))
        .execute(connection)
        .await?;
    Ok(Ok(()))
}

async fn make(transaction: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::raw_sql(
        "CREATE SCHEMA clientpoint; CREATE TABLE clientpoint.schema (one BIGINT PRIMARY KEY CHECK (one = 1), number BIGINT NOT NULL);",
    )
    .execute(&mut *transaction)
    .await?;
    for script in MADE {
        sqlx::raw_sql(script).execute(&mut *transaction).await?;
    }
    sqlx::raw_sql(AssertSqlSafe(format!(
        "INSERT INTO clientpoint.schema VALUES (1, {FIRST}); \
         INSERT INTO clientpoint.accounts VALUES ('{DEFAULT_ACCOUNT}', to_char(now() AT TIME ZONE 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'))"
    )))
    .execute(transaction)
    .await?;
    Ok(())
}

/// The number of the schema; none in a database that has none of this program.
async fn number(connection: &mut PgConnection) -> sqlx::Result<Option<usize>> {
    let (is_there,): (bool,) = sqlx::query_as("SELECT to_regclass('clientpoint.schema') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await?;
    if !is_there {
        return Ok(None);
    }
    let (number,): (i64,) = sqlx::query_as("SELECT number FROM clientpoint.schema")
        .fetch_one(connection)
        .await?;
    Ok(Some(usize::try_from(number).unwrap_or(usize::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_and_a_folder_have_the_same_number() {
        assert_eq!(FIRST + STEPS.len(), SCRIPTS.len());
    }

    #[tokio::test]
    async fn a_database_of_the_first_schema_is_brought_up_to_date_with_what_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let Some(server) = super::super::trial::of_folder(folder.path()).await else {
            return;
        };
        let patience = std::time::Duration::from_secs(10);
        let mut connection = server.connect_as("unit", DEFAULT_ACCOUNT, patience).await.unwrap();
        let mut transaction = connection.begin().await.unwrap();
        make(&mut transaction).await.unwrap();
        sqlx::raw_sql(VIEWS).execute(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
        sqlx::raw_sql("INSERT INTO users (name, role) VALUES ('ada', 'administrator')")
            .execute(&mut connection)
            .await
            .unwrap();

        prepare(&mut connection).await.unwrap().unwrap();
        prepare(&mut connection).await.unwrap().unwrap();

        assert_eq!(number(&mut connection).await.unwrap(), Some(SCRIPTS.len()));
        let (name,): (String,) = sqlx::query_as("SELECT name FROM users WHERE role <> 'member' AND name <> 'admin'")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(name, "ada");
        sqlx::raw_sql("SELECT worker, lost, run_at FROM runs")
            .execute(&mut connection)
            .await
            .unwrap();
    }
}
