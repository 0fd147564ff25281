//! Whether the database itself is sound.

use crate::{
    Result,
    store::{Store, db},
};

/// What is wrong with the database itself, in its own words; nothing if all is well.
///
/// # Errors
///
/// If it can't be asked at all.
pub async fn of_database(store: &Store) -> Result<Vec<String>> {
    // A server looks after its own files.
    if store.is_on_a_server() {
        return Ok(Vec::new());
    }
    let checked = db::query_as::<(String,)>("PRAGMA quick_check(20)");
    let mut problems = match checked.fetch_all(store.pool()).await {
        Ok(rows) => rows.into_iter().map(|(row,)| row).filter(|row| row != "ok").collect(),
        Err(sqlx::Error::Database(error)) => vec![error.message().to_string()],
        Err(error) => return Err(error.into()),
    };
    let astray = db::query_as::<(i64,)>("SELECT count(*) FROM pragma_foreign_key_check");
    match astray.fetch_one(store.pool()).await {
        Ok((0,)) => {}
        Ok((rows,)) => problems.push(format!("{rows} rows point at rows that are not there")),
        Err(sqlx::Error::Database(error)) => problems.push(error.message().to_string()),
        Err(error) => return Err(error.into()),
    }
    problems.dedup();
    Ok(problems)
}
