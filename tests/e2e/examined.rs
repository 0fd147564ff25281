//! The doctor: what a first hour trips over, found by the real component against the simulated Microsoft.

use std::{sync::Arc, time::Duration};

use clientpoint_engine::test_endpoints::InsecureEndpoints;
use clientpoint_host::{
    Host,
    service::{
        self, CheckStanding, CheckSubject,
        api::{Check, Examination},
    },
    way_out::WayOut,
};
use end_to_end::{World, builder, certificate, pdf};
use graph_sim::{Fault, FaultKind, Origin, Quirks, RequestKind};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

async fn doctor(world: &World) -> Examination {
    world.admin().await.doctor().await.unwrap()
}

fn of(found: &Examination, subject: CheckSubject) -> &Check {
    found.checks.iter().find(|check| check.subject == subject).unwrap()
}

/// Asserts that this is all that has failed.
fn failed<const N: usize>(found: &Examination, subjects: [CheckSubject; N]) {
    let failed: Vec<CheckSubject> = found
        .checks
        .iter()
        .filter(|check| check.standing == CheckStanding::Failed)
        .map(|check| check.subject)
        .collect();
    assert_eq!(failed, subjects, "{:#?}", found.checks);
    assert_eq!(found.well, N == 0);
}

/// A connection with a small file in its drive.
async fn stage() -> World {
    let world = World::connected().await;
    world.sim.put("/Secret plan.pdf", pdf("a plan").into());
    world
}

/// The token of before has ended: whoever works next asks for another one.
fn later(world: &World) {
    world.clock.advance(Duration::from_secs(2 * 60 * 60));
    world.sim.set_clock(world.sim.now() + chrono::TimeDelta::hours(2));
}

#[tokio::test]
async fn all_is_well_and_nothing_was_changed() {
    let world = stage().await;
    let known = world.sim.put("/Known.pdf", pdf("known").into());
    world.import(&known).await;
    let admin = world.admin().await;
    let (library, connection) = (world.library().await, admin.status().await.unwrap().connection);
    world.sim.clear_requests();

    let found = doctor(&world).await;

    failed(&found, []);
    let well = |check: &&Check| check.standing == CheckStanding::Well;
    // Nothing is encrypted here, which is the one thing that can't be looked at.
    let elsewhere = usize::from(world.host.shares_its_database());
    assert_eq!(
        found.checks.iter().filter(well).count(),
        14 + elsewhere,
        "{:#?}",
        found.checks
    );
    assert_eq!(of(&found, CheckSubject::Tls).standing, CheckStanding::NotAsked);
    let told = serde_json::to_string(&found).unwrap();
    for name in ["plan", "Known", "Ada", "admin"] {
        assert!(!told.contains(name), "{name}: {told}");
    }
    assert_eq!(world.library().await, library);
    let after = admin.status().await.unwrap().connection;
    assert_eq!(serde_json::json!(after), serde_json::json!(connection));
    assert_eq!(world.drafts(), 0);
    let requests = world.sim.requests();
    assert!(
        requests
            .iter()
            .all(|request| request.method == "GET" || request.origin == Origin::Login)
    );
    assert_eq!(world.requests(RequestKind::Download).len(), 1);
}

#[tokio::test]
async fn a_secret_that_is_wrong_or_over_is_told_and_not_written_down() {
    for (number, says) in [(7_000_215, "secret"), (7_000_222, "secret")] {
        let world = stage().await;
        later(&world);
        world.sim.fault(Fault::refuse(401, "invalid_client", number));
        let found = doctor(&world).await;
        failed(&found, [CheckSubject::SignIn]);
        let check = of(&found, CheckSubject::SignIn);
        assert!(check.message.contains(says), "{}", check.message);
        assert_eq!(check.ways_out, [WayOut::RenewCredentials]);
        assert_eq!(of(&found, CheckSubject::Permissions).standing, CheckStanding::NotAsked);
        let connection = world.admin().await.status().await.unwrap().connection.unwrap();
        assert!(connection.needs_reconnect.is_none());
    }
}

#[tokio::test]
async fn a_permission_that_is_missing_is_named_with_the_least_and_what_is_too_much_is_named_too() {
    for roles in [&[][..], &["User.Read.All"]] {
        let world = stage().await;
        later(&world);
        world.sim.set_roles(roles);
        let found = doctor(&world).await;
        failed(&found, [CheckSubject::Permissions, CheckSubject::Drive]);
        let check = of(&found, CheckSubject::Permissions);
        assert!(
            check
                .message
                .contains("the least that would do is the application permission Files.Read.All"),
            "{}",
            check.message
        );
        assert_eq!(check.ways_out, [WayOut::GrantRights]);
    }
    let world = stage().await;
    later(&world);
    world
        .sim
        .set_roles(&["Files.Read.All", "Sites.FullControl.All", "Group.Read.All"]);
    let found = doctor(&world).await;
    failed(&found, []);
    let check = of(&found, CheckSubject::Permissions);
    assert_eq!(check.standing, CheckStanding::Warning, "{}", check.message);
    assert!(
        check.message.contains("GroupMember.Read.All") && check.message.contains("Sites.FullControl.All"),
        "{}",
        check.message
    );
}

#[tokio::test]
async fn a_permission_that_was_taken_away_or_given_a_moment_ago_is_seen_at_once_and_by_everybody() {
    let world = stage().await;
    world.sim.set_roles(&[]);
    failed(&doctor(&world).await, [CheckSubject::Permissions, CheckSubject::Drive]);
    assert!(world.admin().await.browse(None).await.is_err());

    world
        .sim
        .set_roles(&["Files.Read.All", "Sites.Read.All", "User.Read.All"]);

    failed(&doctor(&world).await, []);
    let other = builder(&world.sim, &world.clock, world.data.path())
        .build()
        .await
        .unwrap();
    for host in [&world.host, &other] {
        host.session("admin").await.unwrap().browse(None).await.unwrap();
    }
}

#[tokio::test]
async fn a_drive_that_is_gone_is_told_with_the_way_to_another() {
    let world = stage().await;
    world.sim.set_quirks(Quirks {
        drives: [(world.sim.drive_id(), 404)].into(),
        ..Quirks::default()
    });
    let found = doctor(&world).await;
    failed(&found, [CheckSubject::Drive]);
    assert_eq!(of(&found, CheckSubject::Drive).ways_out, [WayOut::ChooseDrive]);
    assert_eq!(of(&found, CheckSubject::Listing).standing, CheckStanding::NotAsked);
}

#[tokio::test]
async fn a_clock_that_is_an_hour_wrong_is_told() {
    let world = stage().await;
    world.clock.advance(Duration::from_secs(60 * 60));
    let found = doctor(&world).await;
    failed(&found, [CheckSubject::Clock]);
    let check = of(&found, CheckSubject::Clock);
    assert!(check.message.contains("60 minutes ahead of"), "{}", check.message);
    assert_eq!(check.ways_out, [WayOut::SetClock]);
}

#[tokio::test]
async fn a_damaged_file_is_told_without_its_name() {
    let world = stage().await;
    world.sim.fault(FaultKind::WrongHash);
    let found = doctor(&world).await;
    failed(&found, [CheckSubject::File]);
    let check = of(&found, CheckSubject::File);
    assert!(
        check.message.contains("other bytes") && !check.message.contains("plan"),
        "{}",
        check.message
    );
    assert_eq!(world.requests(RequestKind::Download).len(), 2, "it was looked at twice");
}

/// The same folder and connection, with another endpoint in the place of the API's.
async fn elsewhere(world: &World, api: String) -> Host {
    let endpoints = InsecureEndpoints {
        api,
        login: world.sim.login_url(),
    };
    let again = builder(&world.sim, &world.clock, world.data.path()).insecure_endpoints(endpoints);
    again.build().await.unwrap()
}

#[tokio::test]
async fn an_address_in_ones_own_network_is_told_and_nothing_is_sent() {
    let world = stage().await;
    let host = elsewhere(&world, "https://10.0.0.1".into()).await;
    let found = host.session("admin").await.unwrap().doctor().await.unwrap();
    // It is an address by itself, which is refused before any way is gone; a name that leads to one is told by
    // `egress::way` of the engine, where a test has one.
    failed(&found, [CheckSubject::SignIn]);
    let check = of(&found, CheckSubject::SignIn);
    assert!(
        check.message.contains("not on the public internet"),
        "{}",
        check.message
    );
    assert_eq!(of(&found, CheckSubject::Connection).standing, CheckStanding::NotAsked);
}

#[tokio::test]
async fn a_certificate_of_an_authority_that_nobody_knows_is_told_as_that() {
    let Some(made) = certificate::made_for("rsa:2048", 2, "localhost") else {
        return;
    };
    let key = PrivateKeyDer::from_pem_slice(made.key.as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(made.der)], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    let world = stage().await;
    let host = elsewhere(&world, format!("https://localhost:{port}")).await;
    let found = host.session("admin").await.unwrap().doctor().await.unwrap();
    failed(&found, [CheckSubject::Tls]);
    let check = of(&found, CheckSubject::Tls);
    assert!(
        check.message.contains("an authority that this machine does not know"),
        "{}",
        check.message
    );
    assert_eq!(check.ways_out, [WayOut::TrustAuthority]);
}

#[tokio::test]
async fn a_folder_without_its_key_is_told_before_anything_else_can_be() {
    let World { sim, clock, host, data } = stage().await;
    host.close().await;
    drop(host);
    std::fs::remove_file(data.path().join("secret.key")).unwrap();
    let built = builder(&sim, &clock, data.path()).build().await;
    let found = service::unopened(&built.err().unwrap().problems, data.path());
    failed(&found, [CheckSubject::Key]);
    let check = of(&found, CheckSubject::Key);
    assert!(check.ways_out.contains(&WayOut::ForgetSecrets), "{check:?}");
    let told = serde_json::to_string(&found).unwrap();
    assert!(!told.contains(&data.path().display().to_string()), "{told}");
}

#[tokio::test]
async fn before_anybody_has_connected_that_is_what_is_missing() {
    let world = World::new().await;
    let found = doctor(&world).await;
    failed(&found, [CheckSubject::SignIn]);
    assert_eq!(of(&found, CheckSubject::SignIn).ways_out, [WayOut::Connect]);
    assert_eq!(world.sim.requests(), []);
}
