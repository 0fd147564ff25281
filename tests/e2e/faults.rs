//! Whatever goes wrong on the way ends in right bytes or in a typed reason, never in a wrong or half file.

mod judged;

use std::time::Duration;

use clientpoint_host::service::ItemOutcome;
use end_to_end::{WATCH, World, whole::Whole};
use graph_sim::{Fault, FaultKind, Place, RequestKind, RetryAfter};

const DECK: &str = "/Deck.pptx";

const PDF: &str = "/Deck.pdf";

fn bytes() -> Vec<u8> {
    let mut bytes = b"PK\x03\x04".to_vec();
    bytes.extend((0..900_000u32).map(|index| (index * 7 % 253) as u8));
    bytes
}

/// Given a file and a fault, when it is imported, then … The drafts are gone in any case.
async fn import(path: &str, fault: impl Into<Fault>) -> (World, ItemOutcome) {
    let world = World::connected().await;
    let item = world.sim.put(path, bytes().into());
    world.sim.fault(fault);
    let outcome = world.import_patiently(&item).await;
    assert_eq!(world.drafts(), 0, "no draft is left behind");
    (world, outcome)
}

async fn right_bytes(path: &str, fault: impl Into<Fault>, verification: &str) -> World {
    let (world, outcome) = import(path, fault).await;
    let file = outcome.file.as_ref().unwrap_or_else(|| panic!("{outcome:?}"));
    assert_eq!(world.bytes(&file.id).await, bytes());
    assert_eq!(file.verification.as_deref(), Some(verification));
    world
}

async fn typed_reason(path: &str, fault: impl Into<Fault>, outcome: &str, reason: &str) -> World {
    let (world, became) = import(path, fault).await;
    assert_eq!((became.outcome, became.reason), (outcome, Some(reason)), "{became:?}");
    assert!(
        became.message.contains(path.trim_start_matches('/')),
        "it names the file: {}",
        became.message
    );
    assert_eq!(world.library().await, [], "the library is as before");
    world
}

/// Lets time pass for whoever waits for such a time; without end.
async fn pass(world: &World, wanted: impl Fn(Duration) -> bool) {
    loop {
        world.clock.pass(&wanted).await;
    }
}

fn once(kind: FaultKind) -> Fault {
    Fault::from(kind).times(1)
}

#[tokio::test]
async fn throttled_with_every_form_of_retry_after_it_waits_as_told() {
    for (form, least) in [
        (RetryAfter::Seconds(7), 7.0),
        (RetryAfter::Fraction(2.128), 2.128),
        (RetryAfter::Date(20), 18.0),
        (RetryAfter::Missing, 0.1),
    ] {
        let world = World::connected().await;
        let item = world.sim.put(DECK, bytes().into());
        world.sim.fault(once(FaultKind::Throttle(form)));
        let importing = world.import(&item);
        tokio::pin!(importing);
        let waited = tokio::select! {
            outcome = &mut importing => panic!("it did not wait: {outcome:?}"),
            waited = world.clock.pass(|asked| asked != WATCH) => waited,
        };
        assert!(least <= waited.as_secs_f64(), "{form:?}: {waited:?}");
        let file = importing.await.file.unwrap();
        assert_eq!(world.bytes(&file.id).await, bytes());
    }
}

#[tokio::test]
async fn throttled_for_longer_than_the_budget_it_says_so() {
    let fault = Fault::from(FaultKind::Throttle(RetryAfter::Seconds(3_600))).at(Place::Content);
    typed_reason(DECK, fault, "failed", "throttled").await;
}

#[tokio::test]
async fn an_address_that_has_run_out_is_asked_for_anew() {
    let world = right_bytes(DECK, once(FaultKind::ExpiredUrl), "verified").await;
    assert_eq!(world.requests(RequestKind::Content).len(), 2);
}

#[tokio::test]
async fn cut_off_in_the_middle_it_goes_on_where_it_was() {
    let world = right_bytes(DECK, once(FaultKind::Cut(None)), "verified").await;
    let downloads = world.requests(RequestKind::Download);
    assert_eq!(downloads.len(), 2);
    assert!(downloads[1].range.is_some(), "{downloads:?}");
}

#[tokio::test]
async fn cut_off_where_ranges_are_ignored_it_starts_over() {
    let world = World::connected().await;
    let item = world.sim.put(DECK, bytes().into());
    world.sim.fault(once(FaultKind::Cut(None)));
    world.sim.fault(FaultKind::NoRange);
    let file = world.import_patiently(&item).await.file.unwrap();
    assert_eq!(world.bytes(&file.id).await, bytes());
}

#[tokio::test]
async fn cut_off_always_it_gives_up_with_a_reason() {
    typed_reason(DECK, FaultKind::Cut(Some(0)), "failed", "truncated").await;
}

#[tokio::test]
async fn closed_early_it_goes_on_where_it_was() {
    right_bytes(DECK, once(FaultKind::Short(None)), "verified").await;
}

#[tokio::test]
async fn stalled_it_waits_thirty_seconds_and_goes_on_where_it_was() {
    let world = World::connected().await;
    let item = world.sim.put(DECK, bytes().into());
    world.sim.fault(once(FaultKind::Stall(None)));
    let importing = world.import(&item);
    let time = async {
        world.sim.stalled(1).await;
        // Thirty seconds and one more look, but no time that the second attempt would need.
        for _ in 0..7 {
            world.clock.pass(|_| true).await;
        }
        world.sim.none_stalled().await;
        // Data flows again: time may pass while somebody waits, but not while the watch looks.
        pass(&world, |asked| asked != WATCH).await;
    };
    let outcome = tokio::select! {
        outcome = importing => outcome,
        () = time => unreachable!("time has no end"),
    };
    let file = outcome.file.unwrap();
    assert_eq!(world.bytes(&file.id).await, bytes());
    let waited = clientpoint_engine::clock::Clock::elapsed(&world.clock);
    assert!(Duration::from_secs(30) <= waited, "{waited:?}");
    world.sim.none_stalled().await;
}

#[tokio::test]
async fn a_sign_in_page_never_becomes_a_file() {
    for path in [DECK, PDF] {
        typed_reason(path, FaultKind::Html200, "failed", "not-the-file").await;
    }
}

#[tokio::test]
async fn an_error_message_in_json_never_becomes_a_file() {
    for path in [DECK, PDF] {
        typed_reason(path, FaultKind::Json200, "failed", "not-the-file").await;
    }
}

#[tokio::test]
async fn a_page_never_becomes_a_file_even_where_no_hash_is_published() {
    let world = World::connected().await;
    let item = world.sim.put(PDF, bytes().into());
    world.sim.fault(FaultKind::NoHash);
    world.sim.fault(FaultKind::Html200);
    let outcome = world.import_patiently(&item).await;
    assert_eq!((outcome.outcome, outcome.reason), ("failed", Some("not-the-file")));
    assert_eq!(world.library().await, []);
}

#[tokio::test]
async fn s11_malware_is_refused_whether_it_is_known_before_or_found_on_the_way() {
    for kind in [FaultKind::Malware, FaultKind::MalwareLate] {
        typed_reason(PDF, kind, "refused", "malware").await;
    }
}

#[tokio::test]
async fn a_server_that_recovers_is_asked_again() {
    for status in [500, 502, 503, 504] {
        right_bytes(DECK, Fault::from(FaultKind::ServerError(status)).times(2), "verified").await;
    }
    right_bytes(DECK, once(FaultKind::HtmlError), "verified").await;
}

#[tokio::test]
async fn a_server_that_does_not_recover_is_named_by_its_status() {
    let fault = Fault::from(FaultKind::ServerError(502)).at(Place::Content);
    typed_reason(DECK, fault, "failed", "source-error").await;
}

#[tokio::test]
async fn s11_what_may_not_be_read_says_why() {
    let world = World::connected().await;
    for (kind, reason) in [
        (FaultKind::Forbidden, "access-denied"),
        (FaultKind::Locked, "locked"),
        (FaultKind::Gone, "not-found"),
    ] {
        let item = world.sim.put(PDF, bytes().into());
        world.sim.clear_faults();
        world.sim.fault(kind);
        let outcome = world.import_patiently(&item).await;
        assert_eq!((outcome.outcome, outcome.reason), ("failed", Some(reason)));
    }
    assert_eq!(world.library().await, []);
}

#[tokio::test]
async fn a_token_that_has_run_out_is_renewed_once_and_nobody_notices() {
    let world = World::connected().await;
    let item = world.sim.put(DECK, bytes().into());
    world.sim.revoke_tokens();
    let file = world.import(&item).await.file.unwrap();
    assert_eq!(world.bytes(&file.id).await, bytes());
    assert_eq!(world.requests(RequestKind::Token).len(), 1);
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_read_is_never_a_mixture() {
    let world = World::connected().await;
    let item = world.sim.put(PDF, bytes().into());
    world.sim.fault(FaultKind::EtagMoves);
    world.sim.fault(once(FaultKind::Cut(None)));
    let outcome = world.import_patiently(&item).await;
    match outcome.file {
        Some(file) => assert_eq!(file.verification.as_deref(), Some("verified")),
        None => assert_eq!(outcome.reason, Some("changing")),
    }
    assert_eq!(world.drafts(), 0);
}

#[tokio::test]
async fn r24_a_file_that_grows_past_the_limit_stops_at_the_limit() {
    let world = World::connected_with(|builder| {
        builder.policy(clientpoint_engine::policy::PolicyChanges {
            max_file_bytes: Some(1_000_000),
            ..Default::default()
        })
    })
    .await;
    let item = world.sim.put(PDF, bytes().into());
    world.sim.fault(FaultKind::Grow(50_000_000));
    world.sim.fault(FaultKind::Chunked);

    let outcome = world.import_patiently(&item).await;

    assert_eq!(
        (outcome.outcome, outcome.reason),
        ("refused", Some("too-large")),
        "{outcome:?}"
    );
    assert_eq!(world.drafts(), 0);
}

#[tokio::test]
async fn one_file_s_trouble_is_not_that_of_the_others() {
    let world = World::connected().await;
    let items: Vec<String> = ["/a.pdf", "/b.pdf", "/c.pdf"]
        .iter()
        .map(|path| world.sim.put(path, bytes().into()))
        .collect();
    world.sim.fault(Fault::from(FaultKind::Html200).on("/b.pdf"));
    world.sim.fault(
        Fault::from(FaultKind::Cut(None))
            .on("/c.pdf")
            .times(1)
            .at(Place::Download),
    );
    let patience = async {
        loop {
            world.clock.pass(|asked| asked != WATCH).await;
        }
    };
    let admin = world.admin().await;
    let outcomes = tokio::select! {
        outcomes = admin.import(&items) => outcomes.unwrap(),
        () = patience => unreachable!("patience has no end"),
    };
    let became: Vec<_> = outcomes.iter().map(|outcome| outcome.outcome).collect();
    assert_eq!(became, ["imported", "failed", "imported"]);
}

#[tokio::test]
async fn a_source_that_cannot_be_reached_is_said_to_be_out_of_reach() {
    let World { sim, clock, host, data } = World::connected().await;
    let item = sim.put(PDF, bytes().into());
    let admin = host.session("admin").await.unwrap();
    assert_eq!(admin.browse(None).await.unwrap().len(), 1);
    drop(sim);

    let outcomes = tokio::select! {
        outcomes = admin.import(std::slice::from_ref(&item)) => outcomes.unwrap(),
        () = async { loop { clock.pass(|asked| asked != WATCH).await; } } => unreachable!("time has no end"),
    };

    assert_eq!((outcomes[0].outcome, outcomes[0].reason), ("failed", Some("network")));
    assert!(admin.library().await.unwrap().is_empty());
    drop(data);
}
