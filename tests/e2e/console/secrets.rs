//! What opens the console is kept by nobody but its person.

use clientpoint_engine::secrets::Secret;
use clientpoint_host::{
    service::{Stop, SyncOptions},
    web::{Console, MetricsToken, Watching, server},
};
use end_to_end::WATCH;
use graph_sim::{Fault, FaultKind};
use reqwest::StatusCode;
use tokio::net::TcpListener;

use super::stage::{PASSWORD, Stage};

#[tokio::test]
async fn what_opens_the_console_stands_nowhere_in_the_database() {
    let stage = Stage::new().await;
    let token = stage.host.invite("admin").await.unwrap();
    let browser = stage.logged_in("admin").await;
    let cookie = browser.cookie.clone().unwrap();
    let cookie = cookie.split_once('=').unwrap().1;
    stage.host.close().await;
    for entry in std::fs::read_dir(stage._data.path())
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().is_file())
    {
        let bytes = std::fs::read(entry.path()).unwrap();
        for secret in [token.expose(), cookie, PASSWORD] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} stands in {}", entry.path().display());
        }
    }
}

#[tokio::test]
async fn no_page_no_answer_of_the_api_and_no_metric_has_what_opens_something() {
    let stage = Stage::with_files(2).await;
    let admin = stage.host.session("admin").await.unwrap();
    // A morning after a night in which a file came wrong, another was not to be had, and the sign-in has ended.
    stage.sim.put("/Plan 0.pdf", b"%PDF-2".to_vec().into());
    stage.sim.put("/Plan 1.pdf", b"%PDF-2".to_vec().into());
    stage.sim.fault(Fault::from(FaultKind::WrongHash).on("/Plan 0.pdf"));
    stage.sim.fault(Fault::from(FaultKind::Forbidden).on("/Plan 1.pdf"));
    let stop = Stop::default();
    let waiting = async {
        loop {
            stage.clock.pass(|asked| asked != WATCH).await;
        }
    };
    let options = SyncOptions::default();
    tokio::select! {
        ledger = admin.sync(&options, &stop) => assert_eq!(ledger.unwrap().lines.len(), 2),
        () = waiting => unreachable!("waiting has no end"),
    }
    stage.sim.fault(Fault::refuse(400, "invalid_client", 7_000_222));
    let browser = stage.logged_in("admin").await;
    let program = stage.program("admin").await;
    let token = MetricsToken::new(&Secret::new("a-token-for-whoever-watches".into())).unwrap();
    let watching = Watching::new(stage.host.clone(), stop.clone(), Some(token));

    let mut secrets = stage.sim.secrets();
    let cookie = browser.cookie.clone().unwrap();
    secrets.push(cookie.split_once('=').unwrap().1.to_owned());
    secrets.extend([program.token.clone(), stage.sim.content_url()]);
    secrets.extend(["a-token-for-whoever-watches", "tempauth", PASSWORD].map(str::to_owned));
    let is_clean = |said: &str, place: &str| {
        for secret in &secrets {
            assert!(!said.contains(secret.as_str()), "{place} says `{secret}`");
        }
    };
    let known = |path: &str| {
        let path = path.replace("{id}", "100001").replace("{run}", "1");
        path.replace("{form}", "csv")
            .replace("{check}", "1")
            .replace("{number}", "1")
    };
    let mut looked_at = 0;
    for route in Console::routes().into_iter().filter(|route| route.method == "GET") {
        // A stream that goes on until its operation ends.
        if route.path.ends_with("/events") {
            continue;
        }
        let answer = browser.get(&known(route.path)).await;
        looked_at += usize::from(answer.status() == StatusCode::OK);
        is_clean(&format!("{:?}", answer.headers()), route.path);
        is_clean(&answer.text().await.unwrap(), route.path);
    }
    for route in Console::api_routes().into_iter().filter(|route| route.method == "GET") {
        if route.path.ends_with("/events") {
            continue;
        }
        let asked = browser.client.get(format!("{}{}", stage.origin, known(route.path)));
        let answer = asked.bearer_auth(&program.token).send().await.unwrap();
        looked_at += usize::from(answer.status() == StatusCode::OK);
        is_clean(&format!("{:?}", answer.headers()), route.path);
        is_clean(&answer.text().await.unwrap(), route.path);
    }
    assert!(40 < looked_at, "{looked_at}");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let metrics = format!("http://{}/metrics", listener.local_addr().unwrap());
    tokio::spawn(server::serve(vec![listener], watching.router(), stop.clone()));
    let asked = browser.client.get(metrics).bearer_auth("a-token-for-whoever-watches");
    let said = asked.send().await.unwrap().text().await.unwrap();
    assert!(said.contains("# TYPE"), "{said}");
    is_clean(&said, "/metrics");
}
