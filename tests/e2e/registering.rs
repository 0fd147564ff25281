//! The application that is registered once: the first Administrator gives it, all others only sign in; and what becomes of
//! the sign-ins that there are when it is changed or forgotten.

mod otherwise;

use std::path::Path;

use clientpoint_host::{
    Session,
    service::{
        Given,
        api::{ApplicationUse, Connection},
    },
    store::{connections::CredentialKind, users::Role},
    way_out::WayOut,
};
use end_to_end::{
    World,
    browser::{application, connect, decide, sign_in},
    folders::{all, expected, open, restored, simulated},
    given,
};

/// Signs in without filling anything in.
async fn only_sign_in(session: &Session<'_>, person: &str) -> clientpoint_host::Result<Connection> {
    let begun = session.begin_sign_in(Given::default(), 0).await?;
    sign_in(begun, person).await.0
}

/// Begins to sign in, and gives up: where the application of it comes from.
async fn begun(session: &Session<'_>, given: Given) -> ApplicationUse {
    let begun = session
        .begin_sign_in_at(given, "http://localhost/connect")
        .await
        .unwrap();
    session.give_up_sign_in(&begun.id).await.unwrap();
    begun.application
}

async fn with_bea() -> World {
    let world = World::new().await;
    world.admin().await.add_user("bea", Role::Administrator).await.unwrap();
    world
}

#[tokio::test]
async fn r08_r10_the_first_administrator_gives_the_application_and_the_second_only_signs_in() {
    let world = with_bea().await;
    let (admin, bea) = (world.admin().await, world.host.session("bea").await.unwrap());
    let missing = bea.begin_sign_in(Given::default(), 0).await.err().unwrap();
    assert_eq!(missing.code(), "wrong-settings", "{missing}");
    assert_eq!(begun(&admin, application(&world.sim)).await, ApplicationUse::Registers);
    assert_eq!(
        admin.application().await.unwrap().application,
        None,
        "it has not shown that it works"
    );

    connect(&admin, &world.sim, "member").await.0.unwrap();

    let registered = admin.application().await.unwrap();
    let shown = registered.application.unwrap();
    assert_eq!(
        (shown.client_id.as_str(), shown.registered_by.as_str()),
        (world.sim.client_id(), "admin")
    );
    assert_eq!(shown.credential, CredentialKind::Secret);
    let keys: Vec<&str> = shown.settings.keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        ["client-id", "cloud", "tenant"],
        "how far a sign-in reaches is no part of it"
    );
    assert_eq!(begun(&bea, Given::default()).await, ApplicationUse::Registered);
    let connection = only_sign_in(&bea, "second").await.unwrap();
    assert_eq!(connection.settings["client-id"], world.sim.client_id());
    world.sim.revoke_tokens();
    bea.browse(None).await.unwrap();
    admin.browse(None).await.unwrap();
}

#[tokio::test]
async fn an_application_that_a_first_sign_in_shows_to_be_wrong_is_not_registered() {
    let world = World::new().await;
    let admin = world.admin().await;
    let wrong = given([("client-id", world.sim.client_id()), ("client-secret", "wrong")]);
    let begun = admin.begin_sign_in(wrong, 0).await.unwrap();
    assert_eq!(sign_in(begun, "member").await.0.unwrap_err().code(), "wrong-settings");
    for person in ["declines", "personal"] {
        connect(&admin, &world.sim, person).await.0.unwrap_err();
    }
    assert_eq!(admin.application().await.unwrap().application, None);
    assert!(!admin.status().await.unwrap().connected);
}

#[tokio::test]
async fn a_forgotten_application_is_gone_with_its_secret_and_sign_ins_go_on() {
    let world = with_bea().await;
    let (admin, bea) = (world.admin().await, world.host.session("bea").await.unwrap());
    connect(&admin, &world.sim, "member").await.0.unwrap();

    let change = admin.forget_application().await.unwrap();

    assert_eq!(
        (change.application, change.replaced.unwrap().client_id.as_str()),
        (None, world.sim.client_id())
    );
    assert_eq!(admin.forget_application().await.unwrap_err().code(), "not-found");
    world.sim.revoke_tokens();
    admin.browse(None).await.unwrap();
    only_sign_in(&admin, "member").await.unwrap();
    assert_eq!(
        admin.application().await.unwrap().application,
        None,
        "what is known is never taken"
    );
    let refused = only_sign_in(&bea, "second").await.unwrap_err();
    let offered = [WayOut::RegisterApplication {
        of: Some("admin".into()),
    }];
    assert_eq!(refused.ways_out(), offered, "{refused}");
    assert_eq!(bea.status().await.unwrap().registration.ways_out, offered);

    bea.register_application_of("admin").await.unwrap();
    only_sign_in(&bea, "second").await.unwrap();
    let gone = bea.disconnect(None, None).await.unwrap();
    assert!(
        gone.ways_out.contains(&WayOut::ForgetApplication),
        "its secret is kept, and that is said"
    );
}

#[tokio::test]
async fn the_registered_secret_is_sealed_anew_with_another_key() {
    let world = with_bea().await;
    let (admin, bea) = (world.admin().await, world.host.session("bea").await.unwrap());
    admin.register_application(application(&world.sim)).await.unwrap();
    assert_eq!(admin.rotate_key().await.unwrap(), 1, "the application's secret");
    only_sign_in(&bea, "second").await.unwrap();
    assert_eq!(
        admin.rotate_key().await.unwrap(),
        3,
        "that, the sign-in's own, and its grant"
    );
    only_sign_in(&admin, "member").await.unwrap();
}

#[tokio::test]
async fn s05_the_end_of_the_registered_credential_is_seen_coming() {
    let world = World::new().await;
    let admin = world.admin().await;
    let mut form = application(&world.sim);
    form.secret_expires = Some("2026-03-12".parse().unwrap());
    admin.register_application(form).await.unwrap();
    let registration = admin.status().await.unwrap().registration;
    assert_eq!(
        (registration.application.unwrap().days_left, registration.next),
        (Some(9), None)
    );

    world.clock.advance(std::time::Duration::from_secs(11 * 24 * 3600));
    world.sim.set_clock(world.sim.now() + chrono::TimeDelta::days(11));
    let registration = admin.application().await.unwrap();
    assert!(registration.next.unwrap().contains("ended"));
    let refused = admin.begin_sign_in(Given::default(), 0).await.err().unwrap();
    assert!(refused.to_string().contains("2026-03-12"), "{refused}");
    for ways_out in [registration.ways_out, refused.ways_out()] {
        assert_eq!(ways_out, [WayOut::RegisterApplication { of: None }]);
    }
    admin
        .register_application(given([("client-secret", world.sim.client_secret())]))
        .await
        .unwrap();
    only_sign_in(&admin, "member").await.unwrap();
}

#[tokio::test]
async fn what_is_no_part_of_an_application_is_not_registered_with_it() {
    let world = World::new().await;
    let admin = world.admin().await;
    for (key, value, says) in [
        ("reach", "sites", "reach"),
        ("colour", "red", "colour"),
        ("client-id", "my app", "GUID"),
    ] {
        let error = admin.register_application(given([(key, value)])).await.unwrap_err();
        assert!(
            error.code() == "wrong-settings" && error.to_string().contains(says),
            "{error}"
        );
    }
    let nothing = admin.register_application(Given::default()).await.unwrap_err();
    assert_eq!(nothing.code(), "wrong-settings");
    assert_eq!(
        admin.register_application_of("admin").await.unwrap_err().code(),
        "not-found"
    );
    assert_eq!(admin.application().await.unwrap().application, None);
    assert_eq!(world.sim.requests(), []);
}

#[tokio::test]
async fn r02_a_member_neither_sees_nor_changes_the_application() {
    let world = World::new().await;
    let admin = world.admin().await;
    admin.register_application(application(&world.sim)).await.unwrap();
    admin.add_user("mia", Role::Member).await.unwrap();
    let mia = world.host.session("mia").await.unwrap();
    let refused = [
        mia.application().await.map(drop).unwrap_err(),
        mia.register_application(application(&world.sim))
            .await
            .map(drop)
            .unwrap_err(),
        mia.register_application_of("admin").await.map(drop).unwrap_err(),
        mia.forget_application().await.map(drop).unwrap_err(),
        mia.begin_sign_in(Given::default(), 0).await.map(drop).unwrap_err(),
    ];
    assert!(refused.iter().all(|error| error.code() == "forbidden"), "{refused:?}");
    assert!(admin.application().await.unwrap().application.is_some());
}

/// Whether the program that made a kept folder wrote down which application was registered.
fn knew_of_applications(folder: &Path) -> bool {
    let statements = std::fs::read_to_string(folder.join("clientpoint.sql")).unwrap();
    statements.contains("INSERT INTO applications")
}

#[tokio::test]
async fn a_folder_of_before_has_no_application_registered_and_offers_that_of_a_sign_in() {
    let mut offered = 0;
    for folder in all() {
        let (expected, data) = (expected(&folder), restored(&folder).await);
        let sim = simulated(&expected, data.path()).await;
        let (host, _) = open(&expected, &sim, data.path()).await;
        let admin = host.session("admin").await.unwrap();
        let registration = admin.application().await.unwrap();
        if knew_of_applications(&folder) {
            assert!(registration.application.is_some(), "{}", folder.display());
            continue;
        }
        assert_eq!(registration.application, None, "{}", folder.display());
        let Some(WayOut::RegisterApplication { of: Some(owner) }) = registration.ways_out.first() else {
            continue;
        };
        offered += 1;
        let change = admin.register_application_of(owner).await.unwrap();
        assert_eq!(change.replaced, None);
        assert_eq!(admin.application().await.unwrap().application, change.application);
        assert_eq!(begun(&admin, Given::default()).await, ApplicationUse::Registered);
    }
    assert_ne!(offered, 0, "one of them has a sign-in that works");
}

#[tokio::test]
async fn of_two_who_give_the_first_application_at_once_one_is_registered_and_both_are_connected() {
    let world = with_bea().await;
    let (admin, bea) = (world.admin().await, world.host.session("bea").await.unwrap());
    let page = "http://localhost/connect";
    let one = admin.begin_sign_in_at(application(&world.sim), page).await.unwrap();
    let other = bea.begin_sign_in_at(application(&world.sim), page).await.unwrap();
    assert_eq!([one.application, other.application], [ApplicationUse::Registers; 2]);
    for (session, begun, person) in [(&bea, &other, "second"), (&admin, &one, "member")] {
        let back = decide(&begun.address, person).await;
        session.finish_sign_in(back.split_once('?').unwrap().1).await.unwrap();
    }
    let registered = admin.application().await.unwrap().application.unwrap();
    assert_eq!(registered.registered_by, "bea", "whoever was first stays");
}
