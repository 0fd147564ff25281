//! What is in the way of a move is told in words; the library is in its folder as before then.

use std::{fs, path::PathBuf};

use clientpoint_host::{Error, host::Move, service::Stop, store::users::Role};
use end_to_end::{World, by_path::ByPath, database, pdf, whole::Whole};

use super::{AtRest, moved, moving, shared};

/// A library with these files, at rest in its folder.
async fn with_files(names: &[&str]) -> (AtRest, Vec<String>) {
    let (world, mut ids) = (World::connected_in_its_folder().await, Vec::new());
    for name in names {
        let item = world.sim.put(&format!("/{name}.pdf"), pdf(name).into());
        ids.push(world.import(&item).await.file.unwrap().id);
    }
    (AtRest::of(world).await, ids)
}

async fn refused(moving: &Move, code: &str) -> Error {
    let error = moved(moving).await.unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    error
}

/// Where the bytes of a file are in its folder.
async fn object(world: &AtRest, id: &str) -> PathBuf {
    let host = world.host().build().await.unwrap();
    let sha256 = host.session("admin").await.unwrap().file(id).await.unwrap().sha256;
    host.close().await;
    world
        .data
        .path()
        .join("objects")
        .join(sha256.split_at(2).0)
        .join(sha256)
}

async fn is_at_home(world: &AtRest, files: usize) {
    let builder = world.host();
    let host = builder.build().await.unwrap();
    let admin = host.session("admin").await.unwrap();
    assert_eq!(admin.library().await.unwrap().len(), files);
    host.close().await;
}

#[tokio::test]
async fn a_folder_without_a_library_has_nothing_to_move_and_none_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("database-url");
    database::write(&file, "postgres://nobody@127.0.0.1:1/nothing");
    let data = folder.path().join("data");
    let told = refused(&moving(&data, &file, None), "no-library").await;
    assert!(told.to_string().contains("no library in"), "{told}");
    assert!(!data.exists());
}

#[tokio::test]
async fn who_may_not_what_is_not_named_and_a_server_that_is_not_there_are_told_before_anything_is_done() {
    let (world, _) = with_files(&["A"]).await;
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("database-url");
    let mut wanted = moving(world.data.path(), &file, None);
    refused(&wanted, "wrong-settings").await;
    database::write(&file, "postgres://nobody:hunter2@127.0.0.1:1/nothing");
    let told = refused(&wanted, "database-away").await.to_string();
    assert!(
        told.contains("127.0.0.1:1/nothing") && !told.contains("hunter2"),
        "{told}"
    );
    wanted.layers = Default::default();
    let told = refused(&wanted, "wrong-settings").await.to_string();
    assert!(told.contains("database.url-file"), "{told}");
    let host = world.host().build().await.unwrap();
    let admin = host.session("admin").await.unwrap();
    admin.add_user("mia", Role::Member).await.unwrap();
    host.close().await;
    let mut hers = moving(world.data.path(), &file, None);
    hers.user = "mia".into();
    refused(&hers, "forbidden").await;
    is_at_home(&world, 1).await;
}

#[tokio::test]
async fn a_folder_that_somebody_works_in_is_not_moved_away_under_them() {
    let world = World::connected_in_its_folder().await;
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("database-url");
    database::write(&file, "postgres://nobody@127.0.0.1:1/nothing");
    let told = refused(&moving(world.data.path(), &file, None), "folder-in-use").await;
    assert!(told.to_string().contains("its library can't be moved"), "{told}");
}

#[tokio::test]
async fn a_database_with_rows_of_another_library_is_left_as_it_is() {
    let Some((_place, database)) = database::empty() else {
        return;
    };
    let ((one, _), (other, _)) = (with_files(&["A"]).await, with_files(&["B"]).await);
    moved(&moving(one.data.path(), &database, None)).await.unwrap();

    let told = refused(&moving(other.data.path(), &database, None), "database-not-empty").await;

    assert!(told.to_string().contains("rows in `"), "{told}");
    is_at_home(&other, 1).await;
    let host = one.at_its_new_place(&moving(one.data.path(), &database, None)).await;
    assert_eq!(host.session("admin").await.unwrap().library().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_host_that_was_refused_by_the_new_database_and_one_that_is_there_still_are_told_apart() {
    let Some((_place, database)) = database::empty() else {
        return;
    };
    let (world, _) = with_files(&["A"]).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let builder = || world.host().database(&database);
    assert_eq!(
        builder().build().await.err().unwrap().problems[0].code(),
        "two-libraries"
    );
    let moving = moving(world.data.path(), &database, None);
    let there = clientpoint_host::Host::builder(elsewhere.path())
        .database(&database)
        .build()
        .await
        .unwrap();
    let code = moved(&moving).await.unwrap_err().code().to_owned();
    assert!(
        ["database-in-use", "database-not-empty"].contains(&code.as_str()),
        "{code}"
    );
    there.close().await;
    is_at_home(&world, 1).await;
}

#[tokio::test]
async fn a_library_without_a_file_is_one_and_the_database_stays_empty_for_it() {
    let Some((_place, database)) = database::empty() else {
        return;
    };
    let (world, _) = with_files(&[]).await;

    let refused = world.host().database(&database).build().await.err().unwrap();

    assert_eq!(refused.problems[0].code(), "two-libraries");
    moved(&moving(world.data.path(), &database, None)).await.unwrap();
}

#[tokio::test]
async fn another_key_is_not_taken_along() {
    let Some((_place, database)) = database::empty() else {
        return;
    };
    let (world, _) = with_files(&["A"]).await;
    let (key, kept) = (world.data.path().join("secret.key"), world.data.path().join("kept"));
    fs::rename(&key, &kept).unwrap();
    database::write(&key, &"0f".repeat(32));
    let moving = moving(world.data.path(), &database, None);
    refused(&moving, "wrong-settings").await;
    fs::remove_file(&key).unwrap();
    refused(&moving, "wrong-settings").await;
    fs::rename(&kept, &key).unwrap();
    is_at_home(&world, 1).await;
    moved(&moving).await.unwrap();
}

#[tokio::test]
async fn what_the_disk_has_lost_is_named_and_the_rest_is_moved() {
    let Some((_place, database)) = database::empty() else {
        return;
    };
    let (world, ids) = with_files(&["A", "B", "C"]).await;
    fs::remove_file(object(&world, &ids[0]).await).unwrap();
    fs::write(object(&world, &ids[1]).await, pdf("X")).unwrap();
    let store = tempfile::tempdir().unwrap();
    let moving = moving(world.data.path(), &database, Some(&shared(store.path())));

    let done = moved(&moving).await.unwrap();

    assert_eq!((done.objects, done.copied, done.damaged), (1, 1, 2), "{done:?}");
    let told = done.damages.join("\n");
    for part in [
        "`A.pdf`",
        "they are missing",
        "`B.pdf`",
        "not the ones that were stored",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let host = world.at_its_new_place(&moving).await;
    let admin = host.session("admin").await.unwrap();
    assert_eq!(admin.bytes_of(&ids[2]).await.unwrap(), pdf("C"));
    assert_eq!(admin.bytes_of(&ids[0]).await.unwrap_err().code(), "damaged");
    assert_eq!(admin.verify(&[]).await.unwrap().damaged, 2);
    admin.sync(&Default::default(), &Stop::default()).await.unwrap();
    for (id, name) in ids.iter().zip(["A", "B", "C"]) {
        assert_eq!(admin.bytes_of(id).await.unwrap(), pdf(name), "fetched anew");
    }
}

#[tokio::test]
async fn with_a_look_at_every_byte_what_a_store_has_wrongly_is_told_and_put_there_again_by_a_move_that_was_broken_off()
{
    let Some((_place, database)) = database::empty() else {
        return;
    };
    let (world, ids) = with_files(&["A", "B"]).await;
    let store = tempfile::tempdir().unwrap();
    let mut moving = moving(world.data.path(), &database, Some(&shared(store.path())));
    moved(&moving).await.unwrap();
    let at_home = object_of(&world, "A");
    let there = store
        .path()
        .join("objects")
        .join(at_home.strip_prefix(world.data.path().join("objects")).unwrap());
    fs::write(&there, pdf("X")).unwrap();

    let done = moved(&moving).await.unwrap();
    assert_eq!((done.copied, done.was_there), (0, true), "by its size it is whole");
    moving.check = true;
    let done = moved(&moving).await.unwrap();
    assert_eq!((done.copied, done.damaged, done.was_there), (0, 1, true), "{done:?}");
    let mark = world.data.path().join("moved.json");
    let text = fs::read_to_string(&mark).unwrap();
    fs::write(&mark, text.replace("\"is_done\": true", "\"is_done\": false")).unwrap();
    let done = moved(&moving).await.unwrap();
    assert_eq!((done.copied, done.damaged, done.was_there), (1, 0, true), "{done:?}");

    let host = world.at_its_new_place(&moving).await;
    let admin = host.session("admin").await.unwrap();
    assert_eq!(admin.bytes_of(&ids[0]).await.unwrap(), pdf("A"));
}

/// Where the bytes of a file with that text are in the folder.
fn object_of(world: &AtRest, text: &str) -> PathBuf {
    let objects = end_to_end::files::below(&world.data.path().join("objects"));
    let is_it = |path: &PathBuf| fs::read(path).unwrap() == pdf(text);
    objects.into_iter().find(is_it).unwrap()
}

#[tokio::test]
async fn a_library_that_was_moved_is_taken_back_by_those_who_have_read_what_that_costs() {
    let Some((_place, database)) = database::empty() else {
        return;
    };
    let (world, _) = with_files(&["A"]).await;
    let moving = moving(world.data.path(), &database, None);
    moved(&moving).await.unwrap();
    // A program that knows nothing of marks takes the database for what it is: an earlier one.
    let mark = world.data.path().join("moved.json");
    let text = fs::read(&mark).unwrap();
    fs::remove_file(&mark).unwrap();
    assert_eq!(at_home(&world).await, Some("older-catalogue".into()));
    fs::write(&mark, text).unwrap();
    assert_eq!(at_home(&world).await, Some("moved".into()));

    let builder = world.host().adopt();
    builder.build().await.unwrap().close().await;

    assert_eq!(at_home(&world).await, None);
    // It has gone another way since: neither takes the place of the other.
    refused(&moving, "moved-before").await;
    assert_eq!(at_home(&world).await, None);
}

/// Why a host does not work with what lies in the folder.
async fn at_home(world: &AtRest) -> Option<String> {
    let built = world.host().build().await;
    match built {
        Ok(host) => {
            host.close().await;
            None
        }
        Err(refused) => Some(refused.problems[0].code().to_owned()),
    }
}
