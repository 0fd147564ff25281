//! A move as an operator types it, to an object store that speaks as S3 does.

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use end_to_end::{World, component, database, object_store::ObjectStore, pdf};
use serde_json::Value;

use super::AtRest;
use crate::crashes::program;

/// The program on this folder, with the credentials of the store.
fn typed(world: &AtRest, store: &ObjectStore, words: &[&str]) -> Command {
    let mut command = Command::new(program());
    command
        .args(["--insecure-endpoints", "--graph-url", &world.sim.graph_url()])
        .args(["--login-url", &world.sim.login_url(), "--data"])
        .arg(world.data.path())
        .arg("--plugin")
        .arg(component())
        .args(words)
        .envs(store.variables())
        .stdin(Stdio::null());
    command
}

fn json(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn run(mut command: Command) -> Output {
    // The store lives in this process.
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

/// The settings that the program has told to write down, as they stand in what it says.
fn told_settings(said: &str) -> String {
    let from = said.find("\n[").unwrap();
    said.split_at(from).1.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_moves_a_library_writes_down_what_they_are_told_and_the_next_sync_goes_on() {
    let Some((place, database)) = database::empty() else {
        return;
    };
    let (world, store) = (World::connected_in_its_folder().await, ObjectStore::start().await);
    let mut bytes = vec![("/A.pdf", pdf("A")), ("/B.pdf", pdf("B")), ("/C.pdf", pdf("C"))];
    bytes[2].1.resize(20_000_000, 7);
    let mut ids = Vec::new();
    for (path, bytes) in &bytes {
        let item = world.sim.put(path, bytes.clone().into());
        ids.push(world.import(&item).await.file.unwrap().id);
    }
    let world = AtRest::of(world).await;
    let url = store.url("library");
    let migrate = [
        "migrate",
        "--to-database-file",
        database.to_str().unwrap(),
        "--to-objects",
        &url,
    ];

    // The store is away at first: nothing has happened.
    store.answer(false);
    let refused = run(typed(&world, &store, &[&["--json"], &migrate[..]].concat())).await;
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let document: Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert_eq!(document["error"]["code"], "object-store-unreachable");
    store.answer(true);

    let done = run(typed(&world, &store, &[&migrate[..], &["--check"]].concat())).await;

    let said = String::from_utf8(done.stdout.clone()).unwrap();
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert!(said.contains("3 objects, ") && said.contains("compared each"), "{said}");
    let again = json(&run(typed(&world, &store, &[&["--json"], &migrate[..]].concat())).await);
    assert_eq!(
        (&again["was_there"], &again["copied"]),
        (&Value::Bool(true), &Value::from(0))
    );
    let refused = run(typed(&world, &store, &["library", "list"])).await;
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(
        told.contains("Set `database.url-file`") && told.contains("library adopt"),
        "{told}"
    );

    let config = place.path().join("host.toml");
    fs::write(&config, told_settings(&said)).unwrap();
    let config = config.to_str().unwrap();
    world.sim.put("/A.pdf", pdf("another A").into());
    bytes[0].1 = pdf("another A");
    let synced = json(&run(typed(&world, &store, &["--json", "--config", config, "sync"])).await);
    assert_eq!(synced["counts"]["updated"], 1, "{synced}");
    for (id, (_, bytes)) in ids.iter().zip(&bytes) {
        assert!(
            downloaded(&world, &store, config, id, place.path()).await == *bytes,
            "{id}"
        );
    }
    let verified = json(
        &run(typed(
            &world,
            &store,
            &["--json", "--config", config, "library", "verify"],
        ))
        .await,
    );
    assert_eq!(verified["damaged"], 0, "{verified}");
    assert_eq!(store.count("library"), 4);

    // Once somebody has worked with it there, nothing is carried any more.
    let again = run(typed(&world, &store, &migrate)).await;
    let said = String::from_utf8(again.stdout.clone()).unwrap();
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    assert!(
        said.contains("nothing was carried") && said.contains("somebody has worked with it there since"),
        "{said}"
    );
    assert!(!said.contains("are on `"), "{said}");
    assert_eq!(store.count("library"), 4);
}

async fn downloaded(world: &AtRest, store: &ObjectStore, config: &str, id: &str, to: &Path) -> Vec<u8> {
    let copy = to.join(id);
    let words = [
        "--json",
        "--config",
        config,
        "library",
        "read",
        id,
        "-o",
        copy.to_str().unwrap(),
    ];
    json(&run(typed(world, store, &words)).await);
    fs::read(copy).unwrap()
}
