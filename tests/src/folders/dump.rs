//! A database as text, and back: `CREATE` and `INSERT` statements that any SQLite reads.

use std::path::Path;

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection,
    sqlite::{SqliteConnectOptions, SqliteConnection},
};

/// Everything in a database: tables with their rows, then indexes and triggers, where File IDs go on, and the number of the schema.
pub async fn dump(database: &Path) -> String {
    let mut connection = open(database, false).await;
    let mut text = "PRAGMA foreign_keys = OFF;\nBEGIN;\n".to_string();
    for (name, sql) in schema_of(&mut connection, "table").await {
        text.push_str(&format!("{sql};\n"));
        let columns = columns(&mut connection, &name).await;
        for row in rows(&mut connection, &name, &columns).await {
            text.push_str(&format!("INSERT INTO {name} VALUES ({row});\n"));
        }
    }
    for kind in ["index", "trigger"] {
        for (_, sql) in schema_of(&mut connection, kind).await {
            text.push_str(&format!("{sql};\n"));
        }
    }
    text.push_str("DELETE FROM sqlite_sequence;\n");
    let counters = ["name", "seq"].map(str::to_string);
    for row in rows(&mut connection, "sqlite_sequence", &counters).await {
        text.push_str(&format!("INSERT INTO sqlite_sequence VALUES ({row});\n"));
    }
    text.push_str(&format!("PRAGMA user_version = {};\nCOMMIT;\n", schema(database).await));
    connection.close().await.unwrap();
    text
}

/// Makes a database of what [`dump`] has written.
pub async fn restore(text: &str, database: &Path) {
    let mut connection = open(database, true).await;
    sqlx::raw_sql(AssertSqlSafe(text.to_string()))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

/// The number of a database's schema.
pub async fn schema(database: &Path) -> i64 {
    let mut connection = open(database, false).await;
    let (version,): (i64,) = sqlx::query_as("PRAGMA user_version")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    version
}

/// All rows of the tables that `old` has, in the columns that it has, as `database` holds them: `table: row`.
pub async fn rows_as_in(old: &Path, database: &Path) -> Vec<String> {
    let mut old = open(old, false).await;
    let mut connection = open(database, false).await;
    let mut all = Vec::new();
    for (name, _) in schema_of(&mut old, "table").await {
        let columns = columns(&mut old, &name).await;
        let rows = rows(&mut connection, &name, &columns).await;
        all.extend(rows.into_iter().map(|row| format!("{name}: {row}")));
    }
    all.sort();
    all
}

/// Lets what the plugin has noted lead to another origin.
pub async fn move_links(database: &Path, from: &str, to: &str) {
    let mut connection = open(database, false).await;
    for update in [
        "UPDATE state SET value = CAST(replace(CAST(value AS TEXT), ?1, ?2) AS BLOB) WHERE value IS NOT NULL",
        "UPDATE runs SET cursor = replace(cursor, ?1, ?2)",
    ] {
        let done = sqlx::query(update).bind(from).bind(to).execute(&mut connection).await;
        done.unwrap();
    }
    connection.close().await.unwrap();
}

async fn open(database: &Path, new: bool) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(new)
        .foreign_keys(false);
    options.connect().await.unwrap()
}

async fn schema_of(connection: &mut SqliteConnection, kind: &str) -> Vec<(String, String)> {
    let query = "SELECT name, sql FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL AND name NOT LIKE 'sqlite_%' \
                 ORDER BY rowid";
    sqlx::query_as(query).bind(kind).fetch_all(connection).await.unwrap()
}

async fn columns(connection: &mut SqliteConnection, table: &str) -> Vec<String> {
    let rows: Vec<(String,)> = sqlx::query_as("SELECT name FROM pragma_table_info(?)")
        .bind(table)
        .fetch_all(connection)
        .await
        .unwrap();
    rows.into_iter().map(|(name,)| name).collect()
}

/// Each row as a list of literals.
async fn rows(connection: &mut SqliteConnection, table: &str, columns: &[String]) -> Vec<String> {
    let quoted: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
    let query = format!("SELECT {} FROM {table}", quoted.join(" || ', ' || "));
    let rows: Vec<(String,)> = sqlx::query_as(AssertSqlSafe(query))
        .fetch_all(connection)
        .await
        .unwrap();
    rows.into_iter().map(|(row,)| row).collect()
}
