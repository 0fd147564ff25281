//! Databases for tests, on the server that `CLIENTPOINT_TEST_DATABASE` names: one for each data folder.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

use clientpoint_engine::secrets::Secret;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{Server, proxy::Proxy};

/// The database in the place of the one of this folder, made if it is missing; none where the tests run on SQLite.
pub(in crate::store) async fn of_folder(data: &Path) -> Option<Server> {
    let server = std::env::var("CLIENTPOINT_TEST_DATABASE").ok()?;
    let mut hasher = DefaultHasher::new();
    (data, std::process::id()).hash(&mut hasher);
    let name = format!("unit_{:016x}", hasher.finish());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    let made = sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await;
    // Two who make it at once: one of them is told that it is there.
    let code = made
        .err()
        .and_then(|error| Some(error.as_database_error()?.code()?.into_owned()));
    assert!(
        code.as_deref().is_none_or(|code| ["42P04", "23505"].contains(&code)),
        "{code:?}"
    );
    connection.close().await.unwrap();
    let (origin, _) = server.rsplit_once('/').unwrap();
    Some(Server::of_url(&Secret::new(format!("{origin}/{name}"))).unwrap())
}

/// The same database by another way, and with a password that nobody is to see.
pub(super) fn by_way(server: &Server, address: &str) -> Server {
    let options = &server.options;
    let (user, database) = (options.get_username(), options.get_database().unwrap());
    Server::of_url(&Secret::new(format!("postgres://{user}:hunter2@{address}/{database}"))).unwrap()
}

/// A way to the server.
pub(super) async fn way_to(server: &Server) -> Proxy {
    Proxy::to(&format!("{}:{}", server.options.get_host(), server.options.get_port())).await
}
