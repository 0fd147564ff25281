//! A library on a server is in one place from its first host on: whoever keeps bytes elsewhere is refused.

use std::{fs, path::Path};

use clientpoint_host::{
    Host,
    host::{BuildError, HostBuilder},
};
use end_to_end::{World, builder, by_path::ByPath, database, object_store::ObjectStore, pdf};
use sqlx::{Connection, PgConnection};

use super::{again, code, imported, world};

/// A host on another machine, as far as it can tell, with the key of the first and its database.
async fn beside(
    world: &World,
    data: &Path,
    change: impl FnOnce(HostBuilder) -> HostBuilder,
) -> Result<Host, BuildError> {
    fs::copy(world.data.path().join("secret.key"), data.join("secret.key")).unwrap();
    let builder = builder(&world.sim, &world.clock, data).database(world.data.path().join("database-url"));
    change(builder).build().await
}

#[tokio::test]
async fn hosts_that_keep_bytes_in_folders_of_their_own_do_not_come_together_though_nothing_lies_there_yet() {
    if database::server().is_none() {
        return;
    }
    let (store, other) = (ObjectStore::start().await, tempfile::tempdir().unwrap());
    let near = World::connected().await;
    near.admin().await.add_account("acme").await.unwrap();
    near.host.of("acme").await.unwrap();
    let word = |folder: &str| fs::read_to_string(near.data.path().join(folder).join("bytes")).unwrap();
    assert_ne!(word("."), word("accounts/acme"), "each account has a folder of its own");

    let refused = beside(&near, other.path(), |builder| builder).await;
    assert!(refused.as_ref().err().unwrap().to_string().contains("of another host"));
    assert_eq!(code(refused), "objects-elsewhere");
    assert!(!other.path().join("bytes").exists(), "nothing was changed");
    let refused = beside(&near, other.path(), |builder| builder.objects(store.remote("one"))).await;
    assert!(
        refused
            .as_ref()
            .err()
            .unwrap()
            .to_string()
            .contains("leave the setting away")
    );
    assert_eq!(code(refused), "objects-elsewhere");
    let put = store.place("one", &"0".repeat(64));
    assert!(!put.ancestors().nth(3).unwrap().exists(), "nothing was put");

    near.host.close().await;
    again(&near, |builder| builder).await.unwrap().close().await;
    // Whoever takes the folder along is the same host.
    fs::copy(near.data.path().join("bytes"), other.path().join("bytes")).unwrap();
    beside(&near, other.path(), |builder| builder)
        .await
        .unwrap()
        .close()
        .await;
}

#[tokio::test]
async fn beside_a_host_with_a_store_none_comes_in_without_it_or_with_another_though_nothing_lies_there_yet() {
    if database::server().is_none() {
        return;
    }
    let (store, other) = (ObjectStore::start().await, tempfile::tempdir().unwrap());
    let far = world(&store).await;

    let refused = beside(&far, other.path(), |builder| builder).await;
    assert!(refused.as_ref().err().unwrap().to_string().contains("set it as it was"));
    assert_eq!(code(refused), "objects-elsewhere");
    let refused = beside(&far, other.path(), |builder| builder.objects(store.remote("two"))).await;
    assert_eq!(code(refused), "object-store-lost");

    let host = beside(&far, other.path(), |builder| builder.objects(store.remote("one"))).await;
    host.unwrap().close().await;
    assert!(!other.path().join("bytes").exists());
}

#[tokio::test]
async fn a_library_from_before_there_were_notes_is_noted_by_the_next_host() {
    if database::server().is_none() {
        return;
    }
    let (near, other) = (World::connected().await, tempfile::tempdir().unwrap());
    let id = imported(&near, "/A.pdf", &pdf("a")).await;
    near.host.close().await;
    let url = fs::read_to_string(near.data.path().join("database-url")).unwrap();
    let mut direct = PgConnection::connect(&url).await.unwrap();
    let noted = async |direct: &mut PgConnection| -> Vec<String> {
        let rows: Vec<(String,)> = sqlx::query_as("SELECT name FROM clientpoint.switches")
            .fetch_all(direct)
            .await
            .unwrap();
        rows.into_iter().map(|(name,)| name).collect()
    };
    assert_eq!(noted(&mut direct).await.len(), 1);
    sqlx::raw_sql("DELETE FROM clientpoint.switches")
        .execute(&mut direct)
        .await
        .unwrap();
    fs::remove_file(near.data.path().join("bytes")).unwrap();

    let host = again(&near, |builder| builder).await.unwrap();

    let word = fs::read_to_string(near.data.path().join("bytes")).unwrap();
    assert_eq!(noted(&mut direct).await, [format!("bytes/{}", word.trim_end())]);
    assert_eq!(
        host.session("admin").await.unwrap().bytes_of(&id).await.unwrap(),
        pdf("a")
    );
    assert_eq!(
        code(beside(&near, other.path(), |builder| builder).await),
        "objects-missing"
    );
}
