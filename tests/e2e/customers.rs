//! Many customers in one database: each has a library of its own, and all hosts do what is due of all of them.

use clientpoint_host::{
    Host,
    place::Place,
    service::{Ledger, Stop},
};
use end_to_end::{World, by_path::ByPath, credentials, database, object_store::ObjectStore, pdf, whole::Whole};

use crate::hosts::HALF_PAST_FIVE;

/// A connected world on a server, with the account `acme` beside the default one; none where stories run on SQLite.
pub async fn with_acme(store: &ObjectStore) -> Option<(World, std::sync::Arc<Host>)> {
    database::server()?;
    let world = World::connected_with(|builder| builder.objects(store.remote("library"))).await;
    world.admin().await.add_account("acme").await.unwrap();
    let acme = world.host.of("acme").await.unwrap();
    let admin = acme.session("admin").await.unwrap();
    admin.connect_organization(credentials(&world.sim)).await.unwrap();
    admin.select_drive(&world.sim.drive_id(), false).await.unwrap();
    drop(admin);
    Some((world, acme))
}

#[tokio::test]
async fn two_accounts_follow_the_same_item_and_know_nothing_of_each_other() {
    let store = ObjectStore::start().await;
    let Some((world, acme)) = with_acme(&store).await else {
        return;
    };
    let item = world.sim.put("/A.pdf", pdf("first").into());
    let ours = world.import(&item).await.file.unwrap().id;
    let admin = acme.session("admin").await.unwrap();
    let theirs = admin.import(&[item]).await.unwrap().remove(0).file.unwrap().id;

    assert_ne!(ours, theirs, "a File ID is one file's in the whole database");
    assert_eq!(admin.bytes_of(&theirs).await.unwrap(), pdf("first"));
    assert_eq!(admin.bytes_of(&ours).await.unwrap_err().code(), "not-found");
    assert_eq!(
        world.admin().await.bytes_of(&theirs).await.unwrap_err().code(),
        "not-found"
    );
    // The same bytes are kept for each.
    assert_eq!(store.count("library"), 1);
    assert_eq!(store.count("library/accounts/acme"), 1);
    admin
        .add_user("ada", clientpoint_host::store::users::Role::Member)
        .await
        .unwrap();
    assert!(world.host.session("ada").await.is_err(), "she is of another account");
}

#[tokio::test]
async fn at_half_past_five_any_host_does_what_is_due_of_all_accounts() {
    let store = ObjectStore::start().await;
    let Some((world, acme)) = with_acme(&store).await else {
        return;
    };
    let item = world.sim.put("/A.pdf", pdf("first").into());
    let ours = world.import(&item).await.file.unwrap().id;
    let admin = acme.session("admin").await.unwrap();
    let theirs = admin.import(&[item]).await.unwrap().remove(0).file.unwrap().id;
    world.sim.put("/A.pdf", pdf("second").into());
    world.clock.advance(HALF_PAST_FIVE);

    let told = world.host.tick(&Stop::default()).await.unwrap();

    let ledgers: Vec<&Ledger> = told.iter().filter_map(|told| told.as_ref().ok()).collect();
    assert_eq!(ledgers.len(), 2, "{told:?}");
    assert!(ledgers.iter().all(|ledger| ledger.counts["updated"] == 1), "{told:?}");
    assert_eq!(world.bytes(&ours).await, pdf("second"));
    assert_eq!(admin.bytes_of(&theirs).await.unwrap(), pdf("second"));
    assert_eq!(
        (
            world.admin().await.runs().await.unwrap().len(),
            admin.runs().await.unwrap().len()
        ),
        (1, 1)
    );
    assert!(world.host.tick(&Stop::default()).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_host_of_one_customer_puts_the_bytes_of_another_where_all_look_for_them() {
    let store = ObjectStore::start().await;
    let Some((world, acme)) = with_acme(&store).await else {
        return;
    };
    world.admin().await.add_account("beta").await.unwrap();
    // As it is where a process was started for acme's pages, and carries out what is due of all.
    for (account, prefix) in [("beta", "library/accounts/beta"), ("default", "library")] {
        let host = acme.of(account).await.unwrap();
        let admin = host.session("admin").await.unwrap();
        let added = admin
            .add_file("a.pdf", &pdf("a")[..], &Place::company_wide())
            .await
            .unwrap();
        assert_eq!(store.count(prefix), 1, "{account}");
        let elsewhere = world.host.of(account).await.unwrap();
        let admin = elsewhere.session("admin").await.unwrap();
        assert_eq!(admin.bytes_of(&added.id).await.unwrap(), pdf("a"), "{account}");
    }
    assert_eq!(store.count("library/accounts/acme"), 0);
}

#[tokio::test]
async fn an_account_that_is_not_there_is_refused_and_accounts_are_no_customer_s_business() {
    let store = ObjectStore::start().await;
    let Some((world, acme)) = with_acme(&store).await else {
        return;
    };

    let missing = world.host.of("nobody").await.err().unwrap();
    assert_eq!(missing.code(), "not-found");
    let admin = acme.session("admin").await.unwrap();
    let refused = admin.add_account("other").await.unwrap_err().to_string();
    assert!(refused.contains("`default`"), "{refused}");
}

#[tokio::test]
async fn the_size_of_the_database_is_known_to_who_watches_it_and_to_no_customer() {
    let store = ObjectStore::start().await;
    let Some((world, acme)) = with_acme(&store).await else {
        return;
    };

    let sizes = acme.session("admin").await.unwrap().sizes().await.unwrap();
    assert_eq!(sizes.database_bytes, None, "others have their rows in it as well");
    let measured = world.host.measured().await.unwrap();
    assert!(1 << 20 < measured.database, "{}", measured.database);
}
