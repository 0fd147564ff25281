//! The bytes of a library lie on an object store: what goes in comes out, what is lost is told, and a store that does not
//! answer has lost nothing.

mod one_place;

use std::fs;

use clientpoint_host::{
    Error, Host,
    host::{BuildError, HostBuilder},
    place::Place,
    service::{BackupOptions, CheckStanding, CheckSubject, Stop, api::Examination},
    settings::{Layers, Origin},
    way_out::WayOut,
};
use end_to_end::{World, builder, by_path::ByPath, object_store::ObjectStore, pdf, sync, whole::Whole};

/// A host whose objects lie in that store.
async fn world(store: &ObjectStore) -> World {
    let remote = store.remote("one");
    World::connected_with(|builder| builder.objects(remote)).await
}

async fn imported(world: &World, name: &str, bytes: &[u8]) -> String {
    let item = world.sim.put(name, bytes.to_vec().into());
    let outcome = world.import(&item).await;
    outcome.file.unwrap_or_else(|| panic!("{:?}", outcome.message)).id
}

/// The host of this folder anew, built otherwise.
async fn again(world: &World, change: impl FnOnce(HostBuilder) -> HostBuilder) -> Result<Host, BuildError> {
    let builder = builder(&world.sim, &world.clock, world.data.path());
    change(builder).build().await
}

fn code(refused: Result<Host, BuildError>) -> String {
    let refused = refused.err().unwrap();
    assert_eq!(refused.problems.len(), 1, "{refused}");
    refused.problems[0].code().to_owned()
}

#[tokio::test]
async fn files_of_any_size_come_in_and_go_out_and_nothing_of_them_stays_in_the_folder() {
    let store = ObjectStore::start().await;
    let world = world(&store).await;
    for size in [0, 10, 700_000, 20_000_000] {
        let mut bytes = pdf("x");
        bytes.resize(bytes.len() + size, 7);
        let id = imported(&world, &format!("/{size}.pdf"), &bytes).await;
        assert!(world.bytes(&id).await == bytes, "{size}");
        let sha256 = world.admin().await.file(&id).await.unwrap().sha256;
        assert_eq!(
            fs::metadata(store.place("one", &sha256)).unwrap().len(),
            bytes.len() as u64
        );
    }
    assert_eq!(world.drafts(), 0);
    assert!(!world.data.path().join("objects").exists());
    let verification = world.admin().await.verify(&[]).await.unwrap();
    assert!(verification.is_clean() && verification.objects == 4, "{verification:?}");
    assert!(sync(&world).await.lines.is_empty());

    world.host.close().await;
    let host = again(&world, |builder| builder.objects(store.remote("one")))
        .await
        .unwrap();
    assert_eq!(host.session("admin").await.unwrap().library().await.unwrap().len(), 4);
}

#[tokio::test]
async fn bytes_that_the_store_has_lost_are_never_handed_out_and_come_anew_with_the_next_sync() {
    let store = ObjectStore::start().await;
    let world = world(&store).await;
    let id = imported(&world, "/A.pdf", &pdf("a")).await;
    let admin = world.admin().await;
    let place = store.place("one", &admin.file(&id).await.unwrap().sha256);
    let losses: [(&str, &dyn Fn()); 3] = [
        ("missing", &|| fs::remove_file(&place).unwrap()),
        ("cut-short", &|| fs::write(&place, b"%PDF").unwrap()),
        ("changed", &|| fs::write(&place, pdf("b")).unwrap()),
    ];
    for (word, lose) in losses {
        lose();
        assert_eq!(admin.bytes_of(&id).await.unwrap_err().code(), "damaged", "{word}");
        assert_eq!(admin.file(&id).await.unwrap().damage.unwrap().what, word);

        let ledger = sync(&world).await;

        assert_eq!(ledger.lines[0].reason, "healed", "{word}");
        assert_eq!(world.bytes(&id).await, pdf("a"), "{word}");
        assert!(admin.verify(&[]).await.unwrap().is_clean(), "{word}");
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_has_lost_nothing_and_all_is_well_when_it_answers_again() {
    let store = ObjectStore::start().await;
    let world = world(&store).await;
    let id = imported(&world, "/A.pdf", &pdf("a")).await;
    let admin = world.admin().await;
    store.answer(false);

    let wanted = admin.bytes_of(&id).await.unwrap_err();
    let verified = admin.verify(&[]).await.unwrap_err();
    let added = admin.add_file("b.pdf", &pdf("b")[..], &Place::company_wide()).await;
    for error in [wanted, verified, added.unwrap_err()] {
        assert_eq!(error.code(), "object-store-unreachable", "{error}");
        let told = error.to_string();
        assert!(
            told.contains("`s3://library/one`") && !told.contains("secret"),
            "{told}"
        );
    }
    let item = world.sim.put("/C.pdf", pdf("c").into());
    let failed = world.import_patiently(&item).await;
    assert_eq!(failed.outcome, "failed", "{failed:?}");
    assert_eq!(admin.damage(&id).await.unwrap(), []);
    assert_eq!((world.library().await.len(), world.drafts()), (1, 0));

    store.answer(true);
    assert_eq!(world.bytes(&id).await, pdf("a"));
    assert_eq!(world.import(&item).await.outcome, "imported");
    assert!(admin.verify(&[]).await.unwrap().is_clean());
}

#[tokio::test]
async fn the_doctor_tries_the_store_and_leaves_nothing_there() {
    let store = ObjectStore::start().await;
    let world = world(&store).await;
    imported(&world, "/A.pdf", &pdf("a")).await;
    let admin = world.admin().await;
    let prefix = store.place("one", &"0".repeat(64));
    let prefix = prefix.ancestors().nth(3).unwrap();
    let names = || {
        let mut names: Vec<_> = fs::read_dir(prefix)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    let before = names();
    assert!(before.iter().any(|name| name == "identity"), "{before:?}");
    let of = |found: &Examination| {
        let check = found
            .checks
            .iter()
            .find(|check| check.subject == CheckSubject::ObjectStore);
        check.unwrap().clone()
    };

    let found = admin.doctor().await.unwrap();

    assert!(found.well, "{:#?}", found.checks);
    assert_eq!(of(&found).standing, CheckStanding::Well);
    assert_eq!(names(), before);

    store.answer(false);
    let found = admin.doctor().await.unwrap();
    store.answer(true);

    let check = of(&found);
    assert_eq!(check.standing, CheckStanding::Failed);
    assert!(check.message.contains("can't be reached"), "{}", check.message);
    assert_eq!(check.ways_out, [WayOut::CheckNetwork]);
    let failed = found
        .checks
        .iter()
        .filter(|check| check.standing == CheckStanding::Failed);
    assert_eq!(failed.count(), 1, "{:#?}", found.checks);
    assert!(admin.doctor().await.unwrap().well);
}

#[tokio::test]
async fn a_place_in_a_store_is_one_library_s_and_a_library_is_in_one_place() {
    let store = ObjectStore::start().await;
    let far = world(&store).await;
    imported(&far, "/A.pdf", &pdf("a")).await;
    far.host.close().await;
    // Without the store, in another place of it, and with credentials that it does not know.
    assert_eq!(code(again(&far, |builder| builder).await), "objects-elsewhere");
    let moved = again(&far, |builder| builder.objects(store.remote("two"))).await;
    assert_eq!(code(moved), "object-store-lost");
    let stranger = again(&far, |builder| builder.objects(store.stranger("one"))).await;
    assert_eq!(code(stranger), "object-store-refused");

    let near = World::connected().await;
    imported(&near, "/A.pdf", &pdf("a")).await;
    near.host.close().await;
    let moved = again(&near, |builder| builder.objects(store.remote("three"))).await;
    assert_eq!(code(moved), "objects-elsewhere");
    let other = tempfile::tempdir().unwrap();
    let taken = builder(&near.sim, &near.clock, other.path()).objects(store.remote("one"));
    assert_eq!(code(taken.build().await), "foreign-objects");
}

#[tokio::test]
async fn a_file_that_is_removed_for_good_leaves_the_store_a_month_later() {
    let store = ObjectStore::start().await;
    let world = world(&store).await;
    let admin = world.admin().await;
    let (kept, gone) = (
        imported(&world, "/A.pdf", &pdf("a")).await,
        imported(&world, "/B.pdf", &pdf("b")).await,
    );
    let mut places = Vec::new();
    for id in [&kept, &gone] {
        places.push(store.place("one", &admin.file(id).await.unwrap().sha256));
    }
    admin.remove_file_now(&gone).await.unwrap();
    let backup = tempfile::tempdir().unwrap();
    let refused = admin
        .backup(backup.path(), BackupOptions::default(), &Stop::default())
        .await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), "backup-elsewhere");
    let is_in_a_folder = admin.sizes().await.unwrap().database_bytes.is_some();
    let setting = if is_in_a_folder {
        "`objects.url`"
    } else {
        "`database.url-file`"
    };
    assert!(refused.to_string().contains(setting), "{refused}");
    assert!(admin.is_backed_up_elsewhere(), "nobody is told that there is no backup");
    assert_eq!(admin.begin_backup().await.err().unwrap().code(), "backup-elsewhere");
    world.host.close().await;
    for (days, is_there) in [(29, true), (1, false)] {
        world.clock.advance(std::time::Duration::from_secs(days * 24 * 60 * 60));
        let host = again(&world, |builder| builder.objects(store.remote("one")))
            .await
            .unwrap();
        assert_eq!((places[0].exists(), places[1].exists()), (true, is_there), "{days}");
        host.close().await;
    }
}

#[tokio::test]
async fn the_setting_names_a_shared_folder_as_well_and_credentials_in_it_are_refused() {
    let shared = tempfile::tempdir().unwrap();
    let layers = |url: &str| {
        let mut layers = Layers::default();
        layers.put(Origin::File, "objects.url", url).unwrap();
        layers
    };
    let url = format!("file://{}", shared.path().display());
    let far = World::connected_with(|builder| builder.settings(layers(&url))).await;
    let id = imported(&far, "/A.pdf", &pdf("a")).await;
    assert_eq!(far.bytes(&id).await, pdf("a"));
    assert!(shared.path().join("identity").exists());
    far.host.close().await;

    let refused = again(&far, |builder| builder.settings(layers("s3://me:hush@bucket/x"))).await;

    let refused = refused.err().unwrap();
    assert!(matches!(refused.problems[0].bare(), Error::Settings(_)));
    assert!(!refused.to_string().contains("hush"), "{refused}");
}
