//! A way to the server that breaks, and a server that ends connections: what people are told, and that it passes by itself.

use super::{
    proxy::Proxy,
    trial::{write, write_all},
    *,
};
use crate::store::db;

/// A library behind a way, and how people call its server; none where the tests run on SQLite.
async fn stage() -> Option<(Store, Proxy, String, tempfile::TempDir)> {
    let data = tempfile::tempdir().unwrap();
    let near = trial::of_folder(data.path()).await?;
    let way = trial::way_to(&near).await;
    let server = trial::by_way(&near, &way);
    let store = server
        .open(crate::store::DEFAULT_ACCOUNT, Duration::from_secs(20))
        .await
        .unwrap();
    Some((store, way, server.place(), data))
}

fn told(error: &Error, place: &str) -> String {
    let told = error.to_string();
    assert_eq!(error.code(), "database-away", "{told}");
    assert!(told.contains(place) && told.contains("try again"), "{told}");
    assert!(!told.contains("hunter2") && !told.contains("disk"), "{told}");
    told
}

#[tokio::test]
async fn a_way_that_breaks_in_the_middle_is_told_with_the_server_and_all_goes_on_once_it_is_whole() {
    let Some((store, way, place, _data)) = stage().await else {
        return;
    };
    let mut transaction = store.write().await.unwrap();
    write(&mut transaction).await.unwrap();

    way.open(false);

    let broken = write(&mut transaction).await.unwrap_err();
    assert!(told(&broken, &place).contains("can't be reached, or broke off"));
    drop(transaction);
    told(&store.write().await.unwrap_err(), &place);
    let switch = db::query_as::<(String,)>("SELECT name FROM switches")
        .fetch_all(store.pool())
        .await;
    told(&switch.unwrap_err().into(), &place);

    way.open(true);

    let nothing: Vec<(String,)> = db::query_as("SELECT name FROM switches")
        .fetch_all(store.pool())
        .await
        .unwrap();
    assert_eq!(nothing, [], "half of it was done");
    write_all(&store).await.unwrap();
}

#[tokio::test]
async fn a_server_that_ends_a_connection_is_told_and_the_next_one_works() {
    let Some((store, _way, place, _data)) = stage().await else {
        return;
    };
    let mut transaction = store.write().await.unwrap();
    let (process,): (i64,) = db::query_as("SELECT CAST(pg_backend_pid() AS INTEGER)")
        .fetch_one(&mut *transaction)
        .await
        .unwrap();
    let end = db::query_as::<(bool,)>("SELECT pg_terminate_backend(CAST(? AS int), 5000)").bind(process);
    assert_eq!(end.fetch_one(store.pool()).await.unwrap(), (true,));

    let ended = write(&mut transaction).await.unwrap_err();

    assert!(told(&ended, &place).contains("stopped or started"), "{ended}");
    drop(transaction);
    write_all(&store).await.unwrap();
}

#[tokio::test]
async fn who_waits_in_vain_for_others_to_write_leaves_no_connection_behind_that_is_in_the_middle_of_something() {
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = trial::of_folder(folder.path()).await else {
        return;
    };
    let account = crate::store::DEFAULT_ACCOUNT;
    let one = server.open(account, Duration::from_secs(20)).await.unwrap();
    let other = server.open(account, Duration::from_millis(50)).await.unwrap();
    let writing = one.write().await.unwrap();

    for _ in 0..CONNECTIONS {
        assert_eq!(other.write().await.unwrap_err().code(), "database-busy");
    }
    drop(writing);

    for _ in 0..2 * CONNECTIONS {
        let (users,): (i64,) = db::query_as("SELECT count(*) FROM users")
            .fetch_one(other.pool())
            .await
            .unwrap();
        assert_eq!(users, 1);
    }
    one.write().await.unwrap().commit().await.unwrap();
}
