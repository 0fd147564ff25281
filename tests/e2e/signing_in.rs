//! An Administrator's own sign-in: from the address to the connection, and all the ways in which there is none.

mod by_requests;

use clientpoint_engine::{clock::Clock, oauth::pending::LIFE};
use clientpoint_host::store::{connections::Mode, users::Role};
use end_to_end::{
    World,
    browser::{application, client, connect, decide, open, sign_in},
};
use graph_sim::{Fault, FaultKind, Origin, Place, RequestKind, RetryAfter};

/// Nothing of a sign-in was kept.
async fn nothing_is_stored(world: &World) {
    let status = world.admin().await.status().await.unwrap();
    assert!(!status.connected && status.others.is_empty(), "{status:?}");
}

fn parameter(url: &str, name: &str) -> String {
    let url = url::Url::parse(url).unwrap();
    url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
}

#[tokio::test]
async fn r07_r10_r11_a_person_signs_in_and_their_own_onedrive_is_there() {
    let world = World::new().await;
    world.sim.put("/Deck.pdf", b"%PDF-".to_vec().into());
    let admin = world.admin().await;
    let begun = admin.begin_sign_in(application(&world.sim), 0).await.unwrap();
    let url = begun.url().to_string();
    assert!(url.starts_with(&format!(
        "{}/organizations/oauth2/v2.0/authorize?",
        world.sim.login_url()
    )));
    assert_eq!(parameter(&url, "response_type"), "code");
    assert_eq!(parameter(&url, "prompt"), "select_account");
    assert_eq!(parameter(&url, "code_challenge_method"), "S256");
    assert_eq!(
        parameter(&url, "scope"),
        "https://graph.microsoft.com/Files.Read openid profile offline_access"
    );

    let (made, page) = sign_in(begun, "member").await;

    let connection = made.unwrap();
    assert!(page.html.contains("You can close this window"), "{page:?}");
    assert_eq!(connection.mode, Mode::User);
    assert_eq!(connection.drive.unwrap().id, world.sim.drive_id());
    assert!(connection.account.unwrap().name.contains("Ada Winter"));
    let kinds: Vec<_> = world.sim.requests().iter().map(|request| request.kind).collect();
    assert_eq!(kinds, [RequestKind::Authorize, RequestKind::Token, RequestKind::Me]);
    assert_eq!(admin.browse(None).await.unwrap()[0].name, "Deck.pdf");
}

#[tokio::test]
async fn r08_each_administrator_has_a_sign_in_of_their_own() {
    let world = World::new().await;
    let admin = world.admin().await;
    admin.add_user("bea", Role::Administrator).await.unwrap();
    let bea = world.host.session("bea").await.unwrap();
    connect(&admin, &world.sim, "member").await.0.unwrap();

    assert_eq!(bea.browse(None).await.unwrap_err().code(), "not-connected");

    connect(&bea, &world.sim, "second").await.0.unwrap();
    let of = async |session: &clientpoint_host::Session<'_>| {
        session.status().await.unwrap().connection.unwrap().drive.unwrap().id
    };
    assert_ne!(of(&admin).await, of(&bea).await);
    assert_eq!(bea.status().await.unwrap().others.len(), 1);

    admin.disconnect(None, None).await.unwrap();
    assert_eq!(admin.browse(None).await.unwrap_err().code(), "not-connected");
    bea.browse(None).await.unwrap();
}

#[tokio::test]
async fn r06_r14_both_ways_may_exist_and_ones_own_comes_first() {
    let world = World::connected().await;
    let admin = world.admin().await;
    admin.add_user("bea", Role::Administrator).await.unwrap();
    let bea = world.host.session("bea").await.unwrap();
    bea.browse(None).await.unwrap();
    connect(&bea, &world.sim, "second").await.0.unwrap();

    let own = bea.status().await.unwrap().connection.unwrap();
    assert_eq!(own.mode, Mode::User);
    assert_ne!(own.drive.unwrap().id, world.sim.drive_id());

    let bea = bea.through(Some(Mode::Organization));
    let company = bea.status().await.unwrap().connection.unwrap();
    assert_eq!(company.mode, Mode::Organization);
    assert_eq!(company.drive.unwrap().id, world.sim.drive_id());
}

#[tokio::test]
async fn r12_r21_who_can_not_be_connected_is_told_why_and_nothing_is_stored() {
    let world = World::new().await;
    let admin = world.admin().await;
    for (person, code, says) in [
        ("personal", "account-refused", "personal"),
        ("guest", "account-refused", "guests"),
        ("declines", "declined", "Accept"),
        ("needs-admin", "consent-missing", "admin consent"),
    ] {
        let (made, page) = connect(&admin, &world.sim, person).await;
        let error = made.unwrap_err();
        assert_eq!(error.code(), code, "{person}: {error}");
        assert!(error.to_string().contains(says), "{person}: {error}");
        assert!(
            page.html.contains("Not connected") && page.html.contains(says),
            "{page:?}"
        );
        nothing_is_stored(&world).await;
    }
}

#[tokio::test]
async fn r12_a_guest_of_the_filled_in_tenant_has_no_onedrive_there() {
    let world = World::new().await;
    let admin = world.admin().await;
    let mut given = application(&world.sim);
    given
        .fields
        .extend(end_to_end::given([("tenant", world.sim.tenant())]).fields);
    let begun = admin.begin_sign_in(given.clone(), 0).await.unwrap();
    assert_eq!(sign_in(begun, "guest").await.0.unwrap_err().code(), "account-refused");
    nothing_is_stored(&world).await;
    let begun = admin.begin_sign_in(given, 0).await.unwrap();
    sign_in(begun, "member").await.0.unwrap();
}

#[tokio::test]
async fn a_person_whose_permission_is_missing_is_told_which() {
    let world = World::new().await;
    world.sim.fault(Fault::new(FaultKind::Forbidden).at(Place::Metadata));
    let error = connect(&world.admin().await, &world.sim, "member").await.0.unwrap_err();
    assert_eq!(error.code(), "consent-missing");
    assert!(error.to_string().contains("Files.Read"), "{error}");
    nothing_is_stored(&world).await;
}

#[tokio::test]
async fn r10_a_wrong_state_a_strange_page_and_a_second_use_are_turned_away_and_the_sign_in_goes_on() {
    let world = World::new().await;
    let admin = world.admin().await;
    let begun = admin.begin_sign_in(application(&world.sim), 0).await.unwrap();
    let (url, back) = (begun.url().to_string(), begun.redirect_uri().to_string());
    let browser = async {
        let right = decide(&url, "member").await;
        for wrong in [
            format!("{back}?code=stolen&state=guessed"),
            format!("{back}?code=stolen"),
            format!("{back}?error=access_denied&state=guessed"),
            back.clone(),
        ] {
            let page = open(&wrong).await;
            assert_eq!(page.status, 400, "{wrong}: {page:?}");
        }
        assert_eq!(open(&back.replace("/connect", "/")).await.status, 404);
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("sec-fetch-mode", "no-cors"),
            ("host", "evil.example"),
        ] {
            let answer = client().get(&right).header(name, value).send().await.unwrap();
            assert_eq!(answer.status(), 403, "{name}");
        }
        assert_eq!(client().post(&right).send().await.unwrap().status(), 405);
        let (first, second) = tokio::join!(open(&right), open(&right));
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 400], "{first:?} {second:?}");
        assert!([first, second].iter().any(|page| page.html.contains("used already")));
        right
    };
    let (made, right) = tokio::join!(begun.finish(), browser);
    made.unwrap();
    client().get(&right).send().await.expect_err("nobody listens any more");
    let tokens = world.requests(RequestKind::Token);
    assert_eq!(tokens.len(), 1, "a code is redeemed once: {tokens:?}");
}

#[tokio::test]
async fn r10_a_code_that_comes_late_is_explained() {
    let world = World::new().await;
    let admin = world.admin().await;
    let begun = admin.begin_sign_in(application(&world.sim), 0).await.unwrap();
    let url = begun.url().to_string();
    let browser = async {
        let right = decide(&url, "member").await;
        world.sim.set_clock(world.sim.now() + chrono::TimeDelta::minutes(11));
        open(&right).await
    };
    let (made, page) = tokio::join!(begun.finish(), browser);
    let error = made.unwrap_err();
    assert_eq!(error.code(), "sign-in-again", "{error}");
    assert!(page.html.contains("Not connected"), "{page:?}");
    nothing_is_stored(&world).await;
}

#[tokio::test]
async fn r10_nobody_comes_for_ten_minutes_and_the_port_is_closed() {
    let world = World::new().await;
    let admin = world.admin().await;
    let begun = admin.begin_sign_in(application(&world.sim), 0).await.unwrap();
    let (url, clock) = (begun.url().to_string(), world.clock.clone());
    let late = async {
        clock.pass(|asked| asked == LIFE).await;
    };
    let (made, ()) = tokio::join!(begun.finish(), late);
    assert_eq!(made.unwrap_err().code(), "too-late");
    let right = decide(&url, "member").await;
    client().get(&right).send().await.expect_err("nobody listens any more");
    nothing_is_stored(&world).await;
}

#[tokio::test]
async fn a_port_in_use_is_named_before_anybody_signs_in() {
    let world = World::new().await;
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let admin = world.admin().await;
    let error = admin.begin_sign_in(application(&world.sim), port).await.err().unwrap();
    assert_eq!(error.code(), "wrong-settings");
    assert!(error.to_string().contains(&port.to_string()), "{error}");
}

#[tokio::test]
async fn a_sign_in_service_that_fails_is_told_from_one_that_refuses() {
    let world = World::new().await;
    let admin = world.admin().await;
    for fault in [
        Fault::server_error(500),
        Fault::new(FaultKind::Throttle(RetryAfter::Seconds(3))),
        Fault::new(FaultKind::HtmlError),
    ] {
        world.sim.fault(fault.at(Place::SignIn).times(1));
        let error = connect(&admin, &world.sim, "member").await.0.unwrap_err();
        assert_eq!(error.code(), "unavailable", "{error}");
        nothing_is_stored(&world).await;
    }
    connect(&admin, &world.sim, "member").await.0.unwrap();
}

#[tokio::test]
async fn clocks_may_differ_by_five_minutes_and_more_is_named() {
    for (minutes, well) in [(5, true), (-5, true), (7, false), (-70, false)] {
        let world = World::new().await;
        world.sim.set_clock(
            world.clock.utc() + chrono::TimeDelta::minutes(minutes) - chrono::TimeDelta::seconds(minutes.signum()),
        );
        let made = connect(&world.admin().await, &world.sim, "member").await.0;
        match made {
            Ok(_) => assert!(well, "{minutes}"),
            Err(error) => assert!(!well && error.to_string().contains("clock"), "{minutes}: {error}"),
        }
    }
}

#[tokio::test]
async fn what_is_filled_in_wrongly_is_said_before_anybody_signs_in() {
    let world = World::new().await;
    let admin = world.admin().await;
    for (key, value, says) in [
        ("tenant", "common", "tenant"),
        ("tenant", "consumers", "tenant"),
        ("client-id", "my app", "GUID"),
        ("cloud", "mars", "us-gov"),
        ("reach", "everything", "own, sites"),
        ("colour", "red", "colour"),
    ] {
        let mut given = application(&world.sim);
        given.fields.extend(end_to_end::given([(key, value)]).fields);
        let error = admin.begin_sign_in(given, 0).await.err().unwrap();
        assert_eq!(error.code(), "wrong-settings", "{key}={value}");
        assert!(error.to_string().contains(says), "{key}={value}: {error}");
    }
    assert_eq!(world.sim.requests(), []);
}

#[tokio::test]
async fn a_secret_that_is_wrong_is_explained_once_the_person_has_signed_in() {
    let world = World::new().await;
    let admin = world.admin().await;
    let mut given = application(&world.sim);
    given
        .fields
        .extend(end_to_end::given([("client-secret", "wrong")]).fields);
    let begun = admin.begin_sign_in(given, 0).await.unwrap();
    let error = sign_in(begun, "member").await.0.unwrap_err();
    assert_eq!(error.code(), "wrong-settings");
    assert!(error.to_string().contains("Secret ID"), "{error}");
    nothing_is_stored(&world).await;
}

#[tokio::test]
async fn signing_in_as_somebody_else_changes_the_drive_and_loses_no_file() {
    let world = World::new().await;
    let admin = world.admin().await;
    connect(&admin, &world.sim, "member").await.0.unwrap();
    let item = world.sim.put("/Deck.pdf", b"%PDF-".to_vec().into());
    let file = world.import(&item).await.file.unwrap();

    connect(&admin, &world.sim, "second").await.0.unwrap();
    let status = admin.status().await.unwrap();
    assert_eq!((status.managed_files, status.detached_files), (0, 1));
    assert_eq!(world.bytes(&file.id).await, b"%PDF-");

    connect(&admin, &world.sim, "member").await.0.unwrap();
    let status = admin.status().await.unwrap();
    assert_eq!((status.managed_files, status.detached_files), (1, 0));
}

#[tokio::test]
async fn r02_a_member_can_not_begin_to_sign_in() {
    let world = World::new().await;
    world.admin().await.add_user("mia", Role::Member).await.unwrap();
    let mia = world.host.session("mia").await.unwrap();
    let refused = mia.begin_sign_in(application(&world.sim), 0).await.err().unwrap();
    assert_eq!(refused.code(), "forbidden");
    assert_eq!(mia.disconnect(None, None).await.unwrap_err().code(), "forbidden");
    assert_eq!(mia.rotate_key().await.unwrap_err().code(), "forbidden");
    assert!(
        world
            .sim
            .requests()
            .iter()
            .all(|request| request.origin != Origin::Login)
    );
}
