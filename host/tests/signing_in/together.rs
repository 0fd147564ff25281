//! Two processes on one data folder.

use graph_sim::{CLIENT_ID, RequestKind};

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
