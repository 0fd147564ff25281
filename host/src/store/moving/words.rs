//! How things are called in statements and in sentences.

use crate::{Error, store::server::Server};

/// The name of something in a database, in quotes.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// What a server says of a table, which SQLite has taken otherwise.
pub(super) fn of_table(server: &Server, table: &str, error: sqlx::Error) -> Error {
    match &error {
        sqlx::Error::Database(said) => Error::Storage(format!(
            "the database at `{}` does not take the rows of `{table}` ({}): nothing was moved",
            server.place(),
            said.message()
        )),
        _ => error.into(),
    }
}
