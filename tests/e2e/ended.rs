//! A sign-in that ends in the middle of something: the person is told to sign in again, the connection is marked, and
//! nothing is lost.

use std::collections::BTreeMap;

use clientpoint_engine::policy::PolicyChanges;
use clientpoint_host::{
    Session,
    service::{ItemOutcome, Stop, Wanted},
    way_out::WayOut,
};
use end_to_end::{
    World,
    browser::connect,
    by_path::ByPath,
    pdf,
    sheets::{apply, by_hand, outcomes, sheet},
    sync,
};
use graph_sim::{Content, Fault, FaultKind, Place};

/// A world in which Ada has signed in, and an import takes one file at a time.
async fn signed_in() -> World {
    let one = PolicyChanges {
        max_files_per_import: Some(1),
        ..PolicyChanges::default()
    };
    let world = World::with(|builder| builder.policy(one)).await;
    connect(&world.admin().await, &world.sim, "member").await.0.unwrap();
    world
}

/// From now on no token is renewed, and the request for the content of this file needs another one.
fn end_at(world: &World, path: &str) {
    world.sim.revoke_refresh_tokens();
    let expired = Fault::new(FaultKind::TokenExpired).at(Place::Content);
    world.sim.fault(expired.on(path));
}

async fn sign_in_again(world: &World) {
    world.sim.clear_faults();
    connect(&world.admin().await, &world.sim, "member").await.0.unwrap();
    assert!(problem(&world.admin().await).await.is_none());
}

/// What the connection is marked with.
async fn problem(admin: &Session<'_>) -> Option<String> {
    let connection = admin.status().await.unwrap().connection.unwrap();
    connection.needs_reconnect.map(|broken| broken.problem)
}

fn list(items: &[String]) -> Vec<Wanted> {
    let wanted = |(line, item): (usize, &String)| Wanted {
        text: item.clone(),
        line: Some(line + 1),
    };
    items.iter().enumerate().map(wanted).collect()
}

fn told(outcomes: &[ItemOutcome]) -> Vec<(&'static str, Option<&'static str>)> {
    outcomes
        .iter()
        .map(|outcome| (outcome.outcome, outcome.reason))
        .collect()
}

#[tokio::test]
async fn r23_an_import_tells_of_each_file_and_goes_on_after_signing_in_again() {
    let world = signed_in().await;
    let items = ["/A.pdf", "/B.pdf", "/C.pdf"].map(|path| world.sim.put(path, pdf(path).into()));
    let admin = world.admin().await;
    end_at(&world, "/B.pdf");

    let outcomes = admin.import_wanted(&list(&items), &Stop::default()).await.unwrap();

    assert_eq!(
        told(&outcomes),
        [
            ("imported", None),
            ("failed", Some("sign-in-needed")),
            ("not-started", None)
        ]
    );
    for outcome in &outcomes[1..] {
        assert!(outcome.message.contains("needs reconnect since"), "{}", outcome.message);
    }
    assert_eq!(problem(&admin).await.as_deref(), Some("sign-in-again"));
    assert_eq!(world.library().await.len(), 1);

    sign_in_again(&world).await;
    let outcomes = admin.import_wanted(&list(&items), &Stop::default()).await.unwrap();
    assert_eq!(
        told(&outcomes),
        [("already-imported", None), ("imported", None), ("imported", None)]
    );
}

#[tokio::test]
async fn s05_a_run_accounts_for_each_file_and_the_next_one_brings_what_it_lacks() {
    let world = signed_in().await;
    let admin = world.admin().await;
    let paths = ["/A.pdf", "/B.pdf"];
    let items = paths.map(|path| world.sim.put(path, pdf(path).into()));
    admin.import_wanted(&list(&items), &Stop::default()).await.unwrap();
    for path in paths {
        world.sim.put(path, pdf("new").into());
    }
    end_at(&world, "/B.pdf");

    let ledger = sync(&world).await;

    assert!(1 <= ledger.counts["owner-lost"], "{:?}", ledger.counts);
    assert_eq!(ledger.counts.values().sum::<u64>(), 2);
    let why = ledger.run.message.unwrap_or_default();
    assert!(why.contains("needs reconnect since"), "{why}");
    assert_eq!(problem(&admin).await.as_deref(), Some("sign-in-again"));

    sign_in_again(&world).await;
    let ledger = sync(&world).await;
    assert_eq!(ledger.counts.values().sum::<u64>(), 2);
    for file in world.library().await {
        assert_eq!(world.bytes(&file.id).await, pdf("new"), "{}", file.name);
    }
}

#[tokio::test]
async fn an_association_links_nothing_and_all_of_it_after_signing_in_again() {
    let world = signed_in().await;
    let admin = world.admin().await;
    world.sim.put("/A.pdf", pdf("a").into());
    let file = by_hand(&world, "A.pdf").await;
    let sheet = sheet(&world, &[(&file, "A.pdf")]);
    world.sim.revoke_refresh_tokens();
    world.sim.fault(FaultKind::TokenExpired);

    let error = admin.associate_path(&sheet, false, None).await.unwrap_err();

    assert_eq!(error.code(), "needs-reconnect", "{error}");
    assert_eq!(error.ways_out(), [WayOut::SignInAgain]);
    assert_eq!(problem(&admin).await.as_deref(), Some("sign-in-again"));
    assert!(world.library().await.iter().all(|file| !file.managed));

    sign_in_again(&world).await;
    assert_eq!(outcomes(&apply(&world, &sheet).await), ["linked"]);
}

#[tokio::test]
async fn the_companys_connection_is_marked_as_well_whatever_it_was_doing() {
    for doing in ["import", "sync", "associate"] {
        let world = World::connected().await;
        let admin = world.admin().await;
        let item = world.sim.put("/A.pdf", pdf("a").into());
        let file = by_hand(&world, "A.pdf").await;
        let sheet = sheet(&world, &[(&file, "A.pdf")]);
        if doing == "sync" {
            world.import(&item).await.file.unwrap();
            world.sim.put("/A.pdf", pdf("new").into());
        }
        world.sim.fault(FaultKind::TokenExpired);
        world
            .sim
            .fault(Fault::refuse(401, "invalid_client", 7_000_222).at(Place::SignIn));

        let message = match doing {
            "import" => world.import(&item).await.message,
            "sync" => sync(&world).await.run.message.unwrap_or_default(),
            _ => admin.associate_path(&sheet, false, None).await.unwrap_err().to_string(),
        };

        assert!(message.contains("expired"), "{doing}: {message}");
        assert_eq!(problem(&admin).await.as_deref(), Some("expired-secret"), "{doing}");
    }
}

/// What was made and called since, by name.
fn since(world: &World, before: &(u64, BTreeMap<&'static str, u64>)) -> (u64, BTreeMap<&'static str, u64>) {
    let counts = world.host.counts();
    let mut calls = counts.calls();
    for (name, count) in &before.1 {
        calls.entry(name).and_modify(|all| *all -= count);
    }
    calls.retain(|_, count| *count != 0);
    (counts.instances() - before.0, calls)
}

fn so_far(world: &World) -> (u64, BTreeMap<&'static str, u64>) {
    (world.host.counts().instances(), world.host.counts().calls())
}

#[tokio::test]
async fn the_bytes_of_a_large_file_are_taken_from_the_plugin_in_large_pieces() {
    const SIZE: u64 = 32 << 20;
    let world = World::connected().await;
    let item = world.sim.put("/Large.pdf", Content::Generated { size: SIZE, seed: 7 });

    world.import(&item).await.file.unwrap();

    let pieces = world.host.counts().pieces();
    assert!(pieces <= SIZE / (64 << 10), "{pieces} pieces");
}

#[tokio::test]
async fn an_import_takes_one_instance_and_so_does_each_step_of_a_sync() {
    let world = World::connected().await;
    let first = world.sim.put("/A.pdf", pdf("a").into());
    let second = world.sim.put("/B.pdf", pdf("b").into());
    world.import(&first).await.file.unwrap();

    let before = so_far(&world);
    world.import(&second).await.file.unwrap();
    let expected = BTreeMap::from([("authorization", 1), ("import-files", 1)]);
    assert_eq!(since(&world, &before), (2, expected));

    world.sim.put("/A.pdf", pdf("new").into());
    let before = so_far(&world);
    sync(&world).await;
    let (instances, calls) = since(&world, &before);
    assert_eq!(calls.keys().copied().collect::<Vec<_>>(), ["authorization", "step"]);
    assert_eq!((calls["authorization"], instances), (1, 1 + calls["step"]));
    assert!(1 < calls["step"], "{calls:?}");
}
