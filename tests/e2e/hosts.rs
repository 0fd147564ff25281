//! Bytes on an object store, and more than one host at work with one library.

use std::{fs, time::Duration};

use clientpoint_host::{
    Host,
    service::{Ledger, Stop, api::NotReady},
};
use end_to_end::{World, builder, by_path::ByPath, database, object_store::ObjectStore, pdf, sync, whole::Whole};
use graph_sim::RequestKind;
use tempfile::TempDir;

/// Half an hour after a story's morning has begun, and a bit.
pub const HALF_PAST_FIVE: Duration = Duration::from_secs(31 * 60);

/// A host on another machine, as far as it can tell: with a data folder of its own, and the key of the first.
pub async fn beside(world: &World, store: &ObjectStore) -> (TempDir, Host) {
    let data = tempfile::tempdir().unwrap();
    let key = world.data.path().join("secret.key");
    fs::copy(key, data.path().join("secret.key")).unwrap();
    let builder = builder(&world.sim, &world.clock, data.path())
        .database(world.data.path().join("database-url"))
        .objects(store.remote("library"));
    (data, builder.build().await.unwrap())
}

/// A connected world whose bytes lie on an object store.
pub async fn on_a_store(store: &ObjectStore) -> World {
    World::connected_with(|builder| builder.objects(store.remote("library"))).await
}

#[tokio::test]
async fn bytes_that_lie_on_an_object_store_come_in_are_read_and_follow_as_in_a_folder() {
    let store = ObjectStore::start().await;
    let world = on_a_store(&store).await;
    let item = world.sim.put("/A.pdf", pdf("first").into());

    let id = world.import(&item).await.file.unwrap().id;

    assert_eq!(world.bytes(&id).await, pdf("first"));
    assert_eq!((store.count("library"), world.drafts()), (1, 0));
    world.sim.put("/A.pdf", pdf("second").into());
    assert_eq!(sync(&world).await.counts["updated"], 1);
    assert_eq!(world.bytes(&id).await, pdf("second"));
    assert_eq!(store.count("library"), 2);
    assert!(
        !world.data.path().join("objects").exists(),
        "nothing lies in the folder"
    );
    let admin = world.admin().await;
    assert!(admin.verify(&[]).await.unwrap().is_clean());

    store.spoil("library");

    let found = admin.verify(&[]).await.unwrap();
    assert!(!found.is_clean());
    assert_eq!(admin.bytes_of(&id).await.unwrap_err().code(), "damaged");
}

#[tokio::test]
async fn a_host_is_not_ready_while_its_object_store_does_not_answer_and_asks_it_once_in_a_while() {
    let store = ObjectStore::start().await;
    let world = on_a_store(&store).await;
    let after = |seconds| world.clock.advance(Duration::from_secs(seconds));
    assert_eq!(world.host.not_ready().await, []);
    store.answer(false);
    after(9);
    assert_eq!(
        world.host.not_ready().await,
        [],
        "an answer of the store is good for ten seconds"
    );

    after(1);

    assert_eq!(world.host.not_ready().await, [NotReady::ObjectStore]);
    store.answer(true);
    after(10);
    assert_eq!(world.host.not_ready().await, []);
}

#[tokio::test]
async fn another_library_does_not_get_into_a_bucket_that_has_one() {
    let store = ObjectStore::start().await;
    let world = on_a_store(&store).await;
    let other = tempfile::tempdir().unwrap();

    let refused = builder(&world.sim, &world.clock, other.path())
        .objects(store.remote("library"))
        .build()
        .await
        .err()
        .unwrap();

    assert!(refused.to_string().contains("another library"), "{refused}");
    drop(world);
}

#[tokio::test]
async fn what_one_host_brings_in_another_reads_and_keeps_in_step() {
    if database::server().is_none() {
        return;
    }
    let store = ObjectStore::start().await;
    let world = on_a_store(&store).await;
    let item = world.sim.put("/A.pdf", pdf("first").into());
    let id = world.import(&item).await.file.unwrap().id;
    let (_data, other) = beside(&world, &store).await;

    let admin = other.session("admin").await.unwrap();

    assert_eq!(admin.bytes_of(&id).await.unwrap(), pdf("first"));
    world.sim.put("/A.pdf", pdf("second").into());
    let ledger = admin.sync(&Default::default(), &Stop::default()).await.unwrap();
    assert_eq!(ledger.counts["updated"], 1);
    assert_eq!(world.bytes(&id).await, pdf("second"));
}

#[tokio::test]
async fn a_host_with_another_key_is_refused() {
    if database::server().is_none() {
        return;
    }
    let store = ObjectStore::start().await;
    let world = on_a_store(&store).await;
    let data = tempfile::tempdir().unwrap();

    let refused = builder(&world.sim, &world.clock, data.path())
        .database(world.data.path().join("database-url"))
        .objects(store.remote("library"))
        .build()
        .await
        .err()
        .unwrap();

    assert!(refused.to_string().contains("secret.key"), "{refused}");
}

#[tokio::test]
async fn two_hosts_ask_for_the_companys_token_once() {
    if database::server().is_none() {
        return;
    }
    let store = ObjectStore::start().await;
    let world = on_a_store(&store).await;
    let (_data, other) = beside(&world, &store).await;
    let browse = async |host: &Host| {
        let session = host.session("admin").await.unwrap();
        session.browse(None).await.unwrap();
    };

    browse(&other).await;

    assert_eq!(
        world.requests(RequestKind::Token).len(),
        0,
        "the first has asked for both"
    );
    world.clock.advance(Duration::from_secs(3600));
    world.sim.set_clock(world.sim.now() + Duration::from_secs(3600));
    tokio::join!(browse(&world.host), browse(&other), browse(&world.host), browse(&other));
    assert_eq!(world.requests(RequestKind::Token).len(), 1);
}

#[tokio::test]
async fn at_half_past_five_two_hosts_make_one_run() {
    if database::server().is_none() {
        return;
    }
    let store = ObjectStore::start().await;
    let world = on_a_store(&store).await;
    let item = world.sim.put("/A.pdf", pdf("first").into());
    let id = world.import(&item).await.file.unwrap().id;
    world.sim.put("/A.pdf", pdf("second").into());
    let (_data, other) = beside(&world, &store).await;
    world.clock.advance(HALF_PAST_FIVE);

    let (stop, also) = (Stop::default(), Stop::default());
    let (one, two) = tokio::join!(world.host.tick(&stop), other.tick(&also));

    let told = [one.unwrap(), two.unwrap()].concat();
    let ledgers: Vec<&Ledger> = told.iter().filter_map(|told| told.as_ref().ok()).collect();
    assert_eq!(ledgers.len(), 1, "{told:?}");
    assert_eq!(ledgers[0].counts["updated"], 1);
    assert_eq!(world.admin().await.runs().await.unwrap().len(), 1);
    assert_eq!(world.bytes(&id).await, pdf("second"));
}
