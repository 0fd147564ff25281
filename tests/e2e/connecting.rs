//! Connecting with the company's credentials, and choosing a drive.

use std::{future::poll_fn, task::Poll, time::Duration};

use clientpoint_engine::secrets::Secret;
use clientpoint_host::{service::Given, way_out::WayOut};
use end_to_end::{World, credentials, sync};
use graph_sim::{EXPIRED_SECRET, Origin, RequestKind};
use sqlx::{ConnectOptions, SqliteConnection, sqlite::SqliteConnectOptions};

fn with(world: &World, key: &str, value: &str) -> Given {
    let mut given = credentials(&world.sim);
    given.fields.insert(key.into(), Secret::new(value.into()));
    given
}

#[tokio::test]
async fn r14_one_token_of_the_right_shape_serves_everything_and_nobody_asks_for_me() {
    let world = World::new().await;
    world.connect().await;
    let admin = world.admin().await;
    admin.drives().await.unwrap();
    admin.browse(None).await.unwrap();

    let requests = world.sim.requests();
    assert!(
        requests.iter().all(|request| request.origin != Origin::Login),
        "the token is kept: {requests:?}"
    );
    assert!(
        requests.iter().all(|request| !request.path.contains("/me")),
        "{requests:?}"
    );
    assert!(requests.iter().all(|request| request.method == "GET"));
    assert!(
        requests.iter().all(|request| {
            request
                .user_agent
                .as_deref()
                .is_some_and(|agent| agent.starts_with("ISV|ClientPoint|"))
        }),
        "{requests:?}"
    );
}

#[tokio::test]
async fn r16_what_is_wrong_with_the_credentials_is_said_and_nothing_is_stored() {
    let world = World::new().await;
    let admin = world.admin().await;
    for (key, value, code, says) in [
        ("client-secret", "wrong", "wrong-settings", "secret"),
        ("client-secret", EXPIRED_SECRET, "expired-secret", "secret"),
        (
            "tenant",
            "11111111-2222-4333-8444-555555555555",
            "wrong-settings",
            "enant",
        ),
        (
            "client-id",
            "11111111-2222-4333-8444-555555555555",
            "wrong-settings",
            "pplication",
        ),
        ("tenant", "not a tenant", "wrong-settings", "enant"),
        ("client-id", "not-a-guid", "wrong-settings", "lient"),
        ("tenant", "common", "wrong-settings", "enant"),
        ("cloud", "mars", "wrong-settings", "loud"),
    ] {
        let error = admin.connect_organization(with(&world, key, value)).await.unwrap_err();
        assert_eq!(error.code(), code, "{key}={value}: {error}");
        assert!(error.to_string().contains(says), "{key}={value}: {error}");
        assert!(!admin.status().await.unwrap().connected);
    }
}

#[tokio::test]
async fn r16_a_missing_field_is_named_with_the_place_to_find_it() {
    let world = World::new().await;
    let mut given = credentials(&world.sim);
    given.fields.remove("client-id");
    let error = world
        .admin()
        .await
        .connect_organization(given)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("Client ID") && error.contains("Entra"), "{error}");
    assert_eq!(world.sim.requests(), []);
}

#[tokio::test]
async fn a_sign_in_service_that_cannot_be_reached_is_named() {
    let world = World::with(|builder| {
        builder.insecure_endpoints(clientpoint_engine::test_endpoints::InsecureEndpoints {
            api: "http://127.0.0.1:9".into(),
            login: "http://127.0.0.1:9".into(),
        })
    })
    .await;
    let error = world
        .admin()
        .await
        .connect_organization(credentials(&world.sim))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "unavailable");
    assert!(error.to_string().contains("http://127.0.0.1:9"), "{error}");
}

#[tokio::test]
async fn r17_all_drives_are_listed_once_labelled_by_kind() {
    let world = World::connected().await;
    let list = world.admin().await.drives().await.unwrap();
    let mut listed: Vec<_> = list.drives.iter().map(|drive| drive.id.clone()).collect();
    let mut there = world.sim.drive_ids();
    listed.sort();
    there.sort();
    assert_eq!(listed, there);
    assert!(list.drives.iter().any(|drive| drive.kind == "personal-work"));
    assert!(list.drives.iter().any(|drive| drive.kind == "site-library"));
    assert_eq!(list.drives.iter().filter(|drive| drive.selected).count(), 1);
}

#[tokio::test]
async fn r30_one_drive_is_selected_and_another_takes_a_switch() {
    let world = World::connected().await;
    let admin = world.admin().await;
    let other = world
        .sim
        .drive_ids()
        .into_iter()
        .find(|id| *id != world.sim.drive_id())
        .unwrap();

    let refused = admin.select_drive(&other, false).await.unwrap_err();
    assert_eq!(refused.ways_out(), [WayOut::SwitchDrive]);
    assert_eq!(admin.select_drive(&other, true).await.unwrap().drive.id, other);
    let unknown = admin.select_drive("b!nowhere", true).await.unwrap_err();
    assert_eq!(unknown.code(), "not-found");
    let status = admin.status().await.unwrap();
    assert_eq!(status.connection.unwrap().drive.unwrap().id, other);
}

#[tokio::test]
async fn r19_the_status_says_what_is_connected_and_what_comes_next() {
    let world = World::new().await;
    let admin = world.admin().await;
    assert_eq!(admin.status().await.unwrap().ways_out, [WayOut::Connect]);
    admin.connect_organization(credentials(&world.sim)).await.unwrap();
    assert_eq!(admin.status().await.unwrap().ways_out, [WayOut::ChooseDrive]);
    admin.select_drive(&world.sim.drive_id(), false).await.unwrap();
    let status = admin.status().await.unwrap();
    assert_eq!(status.next, None);
    let connection = status.connection.unwrap();
    assert_eq!(connection.settings["tenant"], world.sim.tenant());
    assert_eq!(connection.checked_at.as_deref(), Some(end_to_end::MORNING));
}

#[tokio::test]
async fn a_connection_outlives_the_process() {
    let world = World::connected().await;
    let item = world.sim.put("/Deck.pdf", b"%PDF-".to_vec().into());
    let World { sim, clock, host, data } = world;
    drop(host);
    // The token of before has ended: the secret must be good for another one.
    clock.advance(Duration::from_secs(3600));
    sim.set_clock(sim.now() + Duration::from_secs(3600));

    let host = end_to_end::builder(&sim, &clock, data.path()).build().await.unwrap();
    let outcomes = host.session("admin").await.unwrap().import(&[item]).await.unwrap();

    assert_eq!(outcomes[0].outcome, "imported");
    assert!(sim.requests().iter().any(|request| request.kind == RequestKind::Token));
}

/// What the database has of the company's connection: its settings, and its drive.
async fn kept(database: &mut SqliteConnection) -> (String, Option<String>) {
    let kept = sqlx::query_as("SELECT settings, drive_id FROM connections");
    kept.fetch_one(database).await.unwrap()
}

#[tokio::test]
async fn whoever_dies_while_another_company_is_connected_never_leaves_it_with_the_drive_of_the_one_before() {
    let world = World::new().await;
    world.connect().await;
    let options = SqliteConnectOptions::new().filename(world.data.path().join("clientpoint.db"));
    let mut database = options.connect().await.unwrap();
    let (_, drive) = kept(&mut database).await;
    assert!(drive.is_some());
    let admin = world.admin().await;
    let (mut before, mut between) = (0, 0);
    for polls in 0_usize.. {
        // Another company was connected until now.
        sqlx::query("UPDATE connections SET settings = replace(settings, ?, 'fabrikam.example'), drive_id = ?, drive_name = 'D'")
            .bind(world.sim.tenant())
            .bind(&drive)
            .execute(&mut database)
            .await
            .unwrap();
        let mut connecting = Box::pin(admin.connect_organization(credentials(&world.sim)));
        let mut left = polls;
        let ended = poll_fn(|context| {
            if left == 0 {
                return Poll::Ready(None);
            }
            left -= 1;
            connecting.as_mut().poll(context).map(Some)
        });
        let ended = ended.await;
        drop(connecting);
        let (settings, now) = kept(&mut database).await;
        match settings.contains("fabrikam.example") {
            true => {
                assert_eq!(now, drive, "after {polls} polls the one before is as it was");
                before += 1;
            }
            false => {
                assert_eq!(now, None, "after {polls} polls");
                between += 1;
            }
        }
        if let Some(ended) = ended {
            assert!(ended.unwrap().drive.is_none());
            break;
        }
    }
    assert!(0 < before && 1 < between, "{before} and {between}");
}

#[tokio::test]
async fn a_run_of_the_drive_before_ends_once_another_is_chosen_though_the_connection_has_none_by_then() {
    let world = World::new().await;
    world.connect().await;
    let options = SqliteConnectOptions::new().filename(world.data.path().join("clientpoint.db"));
    let mut database = options.connect().await.unwrap();
    // A host died in the middle of a sync, and another while the next company was connected.
    let left = [
        "INSERT INTO runs (connection, plugin, drive, kind, started_by, started_at, options, inputs) \
         SELECT id, plugin, 'of-another-company', 'manual', 'admin', connected_at, '{}', 0 FROM connections",
        "UPDATE connections SET drive_id = NULL, drive_name = NULL",
    ];
    for statement in left {
        sqlx::query(statement).execute(&mut database).await.unwrap();
    }

    let admin = world.admin().await;
    admin.select_drive(&world.sim.drive_id(), false).await.unwrap();

    let (running,): (i64,) = sqlx::query_as("SELECT count(*) FROM runs WHERE state = 'running'")
        .fetch_one(&mut database)
        .await
        .unwrap();
    assert_eq!(running, 0);
    let ledger = sync(&world).await;
    assert_eq!(ledger.run.drive, world.sim.drive_id());
}
