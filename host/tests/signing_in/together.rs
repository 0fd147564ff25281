//! Two processes on one data folder.

use graph_sim::{CLIENT_ID, RequestKind, TENANT_ID};

use crate::stage::{Seen, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_that_find_the_token_over_renew_it_once() {
    let Some(stage) = Stage::set().await else { return };
    let mut seen = Seen::default();
    let user = [
        "connect",
        "user",
        "--no-browser",
        "--client-id",
        CLIENT_ID,
        "--client-secret-stdin",
    ];
    assert!(stage.sign_in(&mut seen, &user));
    let asked = || {
        let requests = stage.sim.requests();
        requests
            .iter()
            .filter(|request| request.kind == RequestKind::Token)
            .count()
    };
    assert_eq!(asked(), 1, "the code");

    let later = (stage.sim.now() + chrono::TimeDelta::hours(1)).to_rfc3339();
    let words = ["--at", &later, "onedrive", "list"];
    let both: Vec<_> = (0..2).map(|_| stage.start(&words)).collect();
    for child in both {
        assert!(seen.rest_of(child), "{}", String::from_utf8_lossy(&seen.0));
    }

    assert_eq!(asked(), 2, "the code, and one renewal");
    assert!(stage.run(&mut seen, &words));
    assert_eq!(asked(), 2, "what is stored serves the next process as well");
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_come_one_after_the_other_ask_for_the_companys_token_once() {
    let Some(stage) = Stage::set().await else { return };
    let mut seen = Seen::default();
    let company = [
        "connect",
        "organization",
        "--tenant",
        TENANT_ID,
        "--client-id",
        CLIENT_ID,
        "--client-secret-stdin",
    ];
    assert!(stage.run(&mut seen, &company));
    let asked = || {
        let requests = stage.sim.requests();
        requests
            .iter()
            .filter(|request| request.kind == RequestKind::Token)
            .count()
    };
    assert!(stage.run(&mut seen, &["drives", "list"]));
    let before = asked();

    for _ in 0..3 {
        assert!(stage.run(&mut seen, &["drives", "list"]));
    }
    assert_eq!(asked(), before, "the first of them has asked for all");

    let later = (stage.sim.now() + chrono::TimeDelta::hours(1)).to_rfc3339();
    let words = ["--at", &later, "drives", "list"];
    let both: Vec<_> = (0..2).map(|_| stage.start(&words)).collect();
    for child in both {
        assert!(seen.rest_of(child), "{}", String::from_utf8_lossy(&seen.0));
    }
    assert_eq!(
        asked(),
        before + 1,
        "one asks again when it is time, and the other waits"
    );
}
