//! Databases for tests, on the server that `CLIENTPOINT_TEST_DATABASE` names: one for each data folder.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

use clientpoint_engine::secrets::Secret;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{Server, proxy::Proxy};
use crate::{
    Result,
    store::{
        Store,
        db::{self, Transaction},
    },
};

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
    Some(Server::of_lines(&Secret::new(format!("{origin}/{name}"))).unwrap())
}

/// The address of the same database by another way, with a password that nobody is to see.
pub(super) fn url_by(way: &Proxy, server: &Server) -> String {
    let options = server.addresses.first().unwrap();
    let (user, database) = (options.get_username(), options.get_database().unwrap());
    format!("postgres://{user}:hunter2@{}/{database}", way.address)
}

/// The same database by another way.
pub(super) fn by_way(server: &Server, way: &Proxy) -> Server {
    Server::of_lines(&Secret::new(url_by(way, server))).unwrap()
}

/// A way to the server.
pub(super) async fn way_to(server: &Server) -> Proxy {
    let options = server.addresses.first().unwrap();
    Proxy::to(&format!("{}:{}", options.get_host(), options.get_port())).await
}

/// Writes in this transaction.
pub(super) async fn write(transaction: &mut Transaction) -> Result<()> {
    let switch = "INSERT INTO switches (name) VALUES ('x') ON CONFLICT (name) DO NOTHING";
    db::query(switch).execute(&mut **transaction).await?;
    Ok(())
}

/// Writes in a transaction of its own, to the end.
pub(super) async fn write_all(store: &Store) -> Result<()> {
    let mut transaction = store.write().await?;
    write(&mut transaction).await?;
    Ok(transaction.commit().await?)
}
