//! Tokens: renewed early, once for all, a person's stored before they are used; and what happens when they are over.

mod company;
mod kept;

use std::time::Duration;

use clientpoint_engine::clock::Clock;
use clientpoint_host::{Host, service::Stop, store::users::Role, way_out::WayOut};
use end_to_end::{World, browser::connect};
use graph_sim::{Fault, FaultKind, Place, RequestKind, RetryAfter};

/// A world in which Ada has signed in.
async fn signed_in() -> World {
    let world = World::new().await;
    connect(&world.admin().await, &world.sim, "member").await.0.unwrap();
    world.sim.clear_requests();
    world
}

fn pass(world: &World, time: Duration) {
    world.clock.advance(time);
    world.sim.set_clock(world.sim.now() + time);
}

fn renewals(world: &World) -> usize {
    world.requests(RequestKind::Token).len()
}

async fn browse(host: &Host) {
    host.session("admin").await.unwrap().browse(None).await.unwrap();
}

#[tokio::test]
async fn tokens_are_renewed_five_minutes_early_and_once_for_all_who_ask() {
    let world = signed_in().await;
    pass(&world, Duration::from_secs(54 * 60));
    browse(&world.host).await;
    assert_eq!(renewals(&world), 0);

    pass(&world, Duration::from_secs(60));
    futures::future::join_all((0..10).map(|_| browse(&world.host))).await;
    assert_eq!(renewals(&world), 1);
}

#[tokio::test]
async fn two_processes_share_one_renewal_and_a_new_one_takes_what_is_stored() {
    let world = signed_in().await;
    let other = end_to_end::builder(&world.sim, &world.clock, world.data.path())
        .build()
        .await
        .unwrap();
    browse(&other).await;
    assert_eq!(renewals(&world), 0, "the token of the sign-in is good for both");

    pass(&world, Duration::from_secs(3600));
    tokio::join!(browse(&world.host), browse(&other), browse(&world.host), browse(&other));
    assert_eq!(renewals(&world), 1);
}

#[tokio::test]
async fn a_token_that_graph_refuses_is_renewed_once_and_the_request_repeated() {
    let world = signed_in().await;
    world.sim.revoke_tokens();
    browse(&world.host).await;
    assert_eq!(renewals(&world), 1);
    let children = world.requests(RequestKind::Children);
    assert_eq!(
        children.iter().map(|request| request.status).collect::<Vec<_>>(),
        [401, 200]
    );
}

#[tokio::test]
async fn s05_a_revoked_sign_in_is_told_with_its_date_and_not_tried_again_and_again() {
    for interaction in [false, true] {
        let world = signed_in().await;
        let item = world.sim.put("/A.pdf", b"%PDF-".to_vec().into());
        world.import(&item).await.file.unwrap();
        if interaction {
            world.sim.require_interaction(true);
        } else {
            world.sim.revoke_refresh_tokens();
        }
        pass(&world, Duration::from_secs(3600));
        world.sim.clear_requests();
        let admin = world.admin().await;

        let error = admin.browse(None).await.unwrap_err();
        assert_eq!(error.code(), "needs-reconnect", "{error}");
        assert!(error.to_string().contains("2026-03-02T06:00:00Z"), "{error}");
        assert_eq!(error.ways_out(), [WayOut::SignInAgain]);
        pass(&world, Duration::from_secs(24 * 3600));
        assert_eq!(admin.drives().await.unwrap_err().to_string(), error.to_string());
        assert_eq!(renewals(&world), 1, "nobody knocks at a closed door");

        let status = admin.status().await.unwrap();
        let broken = status.connection.unwrap().needs_reconnect.unwrap();
        assert_eq!(broken.since, "2026-03-02T06:00:00Z");
        assert_eq!(status.next.as_deref(), Some("connect again"));
        assert_eq!(status.ways_out, [WayOut::SignInAgain]);
        assert_eq!(admin.warnings().await.unwrap().len(), 1);

        let ledger = admin.sync(&Default::default(), &Stop::default()).await.unwrap();
        assert_eq!(
            ledger.counts.iter().collect::<Vec<_>>(),
            [(&"owner-lost".to_string(), &1)]
        );

        world.sim.require_interaction(false);
        connect(&admin, &world.sim, "member").await.0.unwrap();
        admin.browse(None).await.unwrap();
        assert!(admin.warnings().await.unwrap().is_empty());
        assert_eq!(admin.status().await.unwrap().managed_files, 1, "the files follow again");
    }
}

#[tokio::test]
async fn a_sign_in_that_ends_in_the_middle_of_a_call_is_noticed_as_well() {
    let world = signed_in().await;
    world.sim.revoke_refresh_tokens();
    world.sim.revoke_tokens();
    let admin = world.admin().await;
    assert_eq!(admin.browse(None).await.unwrap_err().code(), "needs-reconnect");
    assert!(
        admin
            .status()
            .await
            .unwrap()
            .connection
            .unwrap()
            .needs_reconnect
            .is_some()
    );
}

#[tokio::test]
async fn a_sign_in_service_that_fails_for_a_while_breaks_no_connection() {
    let world = signed_in().await;
    pass(&world, Duration::from_secs(3600));
    let admin = world.admin().await;
    for fault in [
        Fault::server_error(503),
        Fault::new(FaultKind::Throttle(RetryAfter::Seconds(3))),
        Fault::new(FaultKind::HtmlError),
    ] {
        world.sim.fault(fault.at(Place::SignIn).times(1));
        assert_eq!(admin.browse(None).await.unwrap_err().code(), "unavailable");
        assert!(admin.warnings().await.unwrap().is_empty());
        // As long as the one who throttles has asked for.
        pass(&world, Duration::from_secs(3));
    }
    admin.browse(None).await.unwrap();
}

/// What passes by itself, whatever status and word it comes with.
const PASSING: [(u16, &str, u32); 4] = [
    (400, "invalid_grant", 50_196),
    (400, "temporarily_unavailable", 90_033),
    (400, "invalid_grant", 90_055),
    (503, "temporarily_unavailable", 90_033),
];

#[tokio::test]
async fn a_sign_in_service_that_asks_for_patience_ends_no_connection() {
    for (status, word, number) in PASSING {
        let world = signed_in().await;
        let admin = world.admin().await;
        let item = world.sim.put("/A.pdf", b"%PDF-a".to_vec().into());
        world.import(&item).await.file.unwrap();
        pass(&world, Duration::from_secs(3600));
        world.sim.fault(Fault::refuse(status, word, number).times(1));
        let error = admin.browse(None).await.unwrap_err();
        assert_eq!(error.code(), "unavailable", "{number}: {error}");
        assert!(admin.warnings().await.unwrap().is_empty(), "{number}");
        pass(&world, Duration::from_secs(60));
        admin.browse(None).await.unwrap();

        // In the middle of a run.
        world.sim.put("/A.pdf", b"%PDF-b".to_vec().into());
        world.sim.revoke_tokens();
        world.sim.fault(Fault::refuse(status, word, number).times(1));
        let waiting = async {
            loop {
                world.clock.pass(|asked| asked != end_to_end::WATCH).await;
            }
        };
        let ledger = tokio::select! {
            ledger = end_to_end::sync(&world) => ledger,
            () = waiting => unreachable!("waiting has no end"),
        };
        assert!(
            !ledger.counts.contains_key("owner-lost"),
            "{number}: {:?}",
            ledger.counts
        );
        assert!(admin.warnings().await.unwrap().is_empty(), "{number}");
    }
}

#[tokio::test]
async fn the_companys_connection_waits_too_and_is_not_sent_to_its_settings() {
    let world = World::connected().await;
    for (status, word, number) in PASSING {
        pass(&world, Duration::from_secs(3600));
        world.sim.fault(Fault::refuse(status, word, number).times(1));
        let error = world.admin().await.browse(None).await.unwrap_err();
        assert_eq!(error.code(), "unavailable", "{number}: {error}");
        assert!(world.admin().await.warnings().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_refusal_is_told_to_all_who_wait_and_remembered_for_as_long_as_it_says() {
    for (retry_after, seconds) in [(None, 60), (Some("300"), 300), (Some("9e12"), 3600)] {
        let world = signed_in().await;
        pass(&world, Duration::from_secs(3600));
        let refusal = graph_sim::SignInRefusal {
            status: 429,
            word: "temporarily_unavailable".into(),
            numbers: vec![90_055],
            suberror: None,
            retry_after: retry_after.map(str::to_string),
        };
        world.sim.fault(FaultKind::Refuse(refusal));
        let browse = async || world.admin().await.browse(None).await.unwrap_err().code().to_string();
        let codes = futures::future::join_all((0..20).map(|_| browse())).await;
        assert!(codes.iter().all(|code| code == "unavailable"), "{codes:?}");
        assert_eq!(renewals(&world), 1, "one asks, and all are told");

        pass(&world, Duration::from_secs(seconds - 1));
        browse().await;
        assert_eq!(renewals(&world), 1);
        pass(&world, Duration::from_secs(1));
        browse().await;
        assert_eq!(renewals(&world), 2);
        assert!(world.admin().await.warnings().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn what_others_can_mend_is_tried_again_and_works_again_by_itself() {
    for (status, word, number) in [
        (400, "invalid_grant", 53_003),
        (400, "invalid_grant", 65_001),
        (401, "invalid_client", 7_000_222),
        (400, "unauthorized_client", 7_000_112),
        (400, "invalid_request", 90_002),
    ] {
        let world = signed_in().await;
        let admin = world.admin().await;
        pass(&world, Duration::from_secs(3600));
        world.sim.fault(Fault::refuse(status, word, number).times(1));
        assert_eq!(
            admin.browse(None).await.unwrap_err().code(),
            "needs-reconnect",
            "{number}"
        );
        let warnings = admin.warnings().await.unwrap();
        assert_eq!(warnings.len(), 1, "{number}");
        // Who can mend it is told, and whether connecting again is of any use.
        let reconnect = matches!(number, 7_000_222 | 7_000_112 | 90_002);
        assert_eq!(
            warnings[0].message.contains("needs reconnect"),
            reconnect,
            "{}",
            warnings[0]
        );
        assert_eq!(warnings[0].ways_out.contains(&WayOut::SignInAgain), reconnect);
        pass(&world, Duration::from_secs(60));
        admin.browse(None).await.unwrap();
        assert!(admin.warnings().await.unwrap().is_empty(), "{number}");
    }
}

#[tokio::test]
async fn a_sign_in_that_a_policy_ends_every_so_often_is_told_as_that() {
    let world = signed_in().await;
    world.sim.require_sign_in_every(Some(chrono::TimeDelta::hours(8)));
    pass(&world, Duration::from_secs(9 * 3600));
    let error = world.admin().await.browse(None).await.unwrap_err();
    assert_eq!(error.code(), "needs-reconnect");
    assert!(error.to_string().contains("sign-in frequency"), "{error}");
}

#[tokio::test]
async fn however_an_answer_writes_the_life_of_a_token_it_is_one() {
    for (told, life) in [
        (serde_json::json!("3599"), 3599),
        (serde_json::json!(3599.5), 3599),
        (serde_json::json!(9e12), 24 * 3600),
        (serde_json::json!("an hour"), 600),
        (serde_json::json!(null), 600),
    ] {
        let world = World::new().await;
        world.sim.tell_life(Some(told.clone()));
        connect(&world.admin().await, &world.sim, "member").await.0.unwrap();
        world.sim.tell_life(None);
        world.sim.clear_requests();
        pass(&world, Duration::from_secs(life - 310));
        // Graph itself counts its own hour.
        if life < 3600 {
            browse(&world.host).await;
            assert_eq!(renewals(&world), 0, "{told}");
        }
        pass(&world, Duration::from_secs(20));
        browse(&world.host).await;
        assert_eq!(renewals(&world), 1, "{told}");
    }
}

#[tokio::test]
async fn r13_one_persons_trouble_keeps_nobody_elses_night_from_coming() {
    let world = World::new().await;
    let admin = world.admin().await;
    admin.add_user("bea", Role::Administrator).await.unwrap();
    let bea = world.host.session("bea").await.unwrap();
    connect(&admin, &world.sim, "member").await.0.unwrap();
    connect(&bea, &world.sim, "second").await.0.unwrap();
    let drive = bea.status().await.unwrap().connection.unwrap().drive.unwrap().id;
    let of_ada = world.sim.put("/A.pdf", b"%PDF-a".to_vec().into());
    let of_ben = world.sim.put_in(&drive, "/B.pdf", b"%PDF-b".to_vec().into());
    admin.import(&[of_ada]).await.unwrap();
    bea.import(&[of_ben]).await.unwrap();
    world.sim.put_in(&drive, "/B.pdf", b"%PDF-new".to_vec().into());
    world.sim.revoke_refresh_tokens_of("member");
    pass(&world, Duration::from_secs(2 * 3600));

    let ledgers = world.host.tick(&Stop::default()).await.unwrap();

    let mut outcomes: Vec<String> = ledgers
        .into_iter()
        .flat_map(|ledger| ledger.unwrap().counts.into_keys())
        .collect();
    outcomes.sort();
    assert_eq!(outcomes, ["owner-lost", "updated"]);
}
