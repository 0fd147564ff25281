//! What is told to those who watch this host.

use std::{
    io::Write,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use clientpoint_engine::secrets::Secret;
use clientpoint_host::{
    Host,
    service::{Stop, SyncOptions},
    web::{MetricsToken, Watching, server},
};
use reqwest::{Client, Method, StatusCode};
use tokio::net::TcpListener;

use super::stage::Stage;

const TOKEN: &str = "a-token-for-whoever-watches";

/// A port of its own, as `serve` opens it.
async fn port(host: &Arc<Host>, stop: &Stop, token: Option<&str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let token = token.map(|token| MetricsToken::new(&Secret::new(token.into())).unwrap());
    let watching = Watching::new(host.clone(), stop.clone(), token);
    tokio::spawn(server::serve(vec![listener], watching.router(), stop.clone()));
    origin
}

async fn asked(url: &str, token: Option<&str>) -> (StatusCode, String) {
    let mut request = Client::builder().no_proxy().build().unwrap().get(url);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// Gives a program this input, and says what it complains of; none where the program is not there.
fn complaint(program: &str, words: &[&str], input: &str) -> Option<String> {
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(_) => {
            println!("skipped: {program} is not on this machine");
            return None;
        }
    };
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (!output.status.success()).then(|| String::from_utf8_lossy(&said).into_owned())
}

#[tokio::test]
async fn whether_it_lives_and_can_work_is_told_to_anybody_and_changed_by_nobody() {
    let stage = Stage::new().await;
    let browser = stage.browser();
    for path in ["/healthz", "/readyz"] {
        let foreign = [("host", "monitoring.example")];
        let answer = browser.ask(Method::GET, path, &foreign, &[]).await;
        assert_eq!(
            (answer.status(), answer.text().await.unwrap().as_str()),
            (StatusCode::OK, "ok\n"),
            "{path}"
        );
        let head = browser.ask(Method::HEAD, path, &foreign, &[]).await;
        assert_eq!(
            (head.status(), head.text().await.unwrap().as_str()),
            (StatusCode::OK, ""),
            "{path}"
        );
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            let refused = browser.ask(method.clone(), path, &[], &[]).await;
            assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        }
    }
    let metrics = browser
        .ask(Method::GET, "/metrics", &[("authorization", "Bearer x")], &[])
        .await;
    assert_eq!(metrics.status(), StatusCode::NOT_FOUND, "nobody has set a token");

    let own = port(&stage.host, &stage.stop, None).await;
    stage.host.close().await;
    assert_eq!(
        asked(&format!("{own}/readyz"), None).await.1,
        "ok\n",
        "an answer is good for a second"
    );
    stage.clock.advance(Duration::from_secs(1));
    let (status, body) = asked(&format!("{own}/readyz"), None).await;
    assert_eq!((status, body.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "database\n"));
    assert_eq!(
        asked(&format!("{own}/healthz"), None).await.1,
        "ok\n",
        "it lives all the same"
    );
}

#[tokio::test]
async fn the_numbers_are_for_whoever_has_the_token_and_name_nobody() {
    let stage = Stage::with_files(2).await;
    let admin = stage.host.session("admin").await.unwrap();
    stage.sim.put("/Plan 0.pdf", b"%PDF-1, again".to_vec().into());
    stage.sim.delete("/Plan 1.pdf");
    admin.sync(&SyncOptions::default(), &Stop::default()).await.unwrap();
    let url = port(&stage.host, &stage.stop, Some(TOKEN)).await + "/metrics";
    for wrong in [None, Some("another-token-of-that-length"), Some("")] {
        assert_eq!(asked(&url, wrong).await.0, StatusCode::UNAUTHORIZED, "{wrong:?}");
    }
    let (status, text) = asked(&url, Some(TOKEN)).await;
    assert_eq!(status, StatusCode::OK, "{text}");

    let value = |sample: &str| -> f64 {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {sample} in\n{text}"))
            .parse()
            .unwrap()
    };
    assert_eq!(value("clientpoint_runs_total{kind=\"manual\",end=\"complete\"}"), 1.0);
    assert_eq!(value("clientpoint_run_duration_seconds_count{kind=\"manual\"}"), 1.0);
    assert_eq!(value("clientpoint_file_outcomes_total{outcome=\"updated\"}"), 1.0);
    assert_eq!(value("clientpoint_file_outcomes_total{outcome=\"source-gone\"}"), 1.0);
    assert!(
        value("clientpoint_source_requests_total{to=\"api\",end=\"2xx\"}") > 2.0,
        "{text}"
    );
    assert!(
        value("clientpoint_source_requests_total{to=\"content\",end=\"2xx\"}") > 2.0,
        "{text}"
    );
    assert!(
        value("clientpoint_source_received_bytes_total{to=\"content\"}") > 20.0,
        "{text}"
    );
    let answers = value("clientpoint_source_response_seconds_count{to=\"api\"}");
    assert_eq!(
        value("clientpoint_source_response_seconds_bucket{to=\"api\",le=\"+Inf\"}"),
        answers
    );
    assert_eq!(value("clientpoint_plugin_calls_total{call=\"import-files\"}"), 2.0);
    assert!(value("clientpoint_plugin_memory_peak_bytes") > 100_000.0, "{text}");
    assert_eq!(
        (
            value("clientpoint_plugin_instances"),
            value("clientpoint_plugin_memory_bytes")
        ),
        (0.0, 0.0)
    );
    assert_eq!(
        value("clientpoint_troubles{kind=\"files-need-a-person\",needs_a_person=\"true\"}"),
        1.0
    );
    assert!(value("clientpoint_database_size_bytes") > 10_000.0, "{text}");
    let good = text
        .lines()
        .find(|line| line.starts_with("clientpoint_last_good_run_timestamp_seconds{connection=\""));
    let number: String = good
        .unwrap()
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    assert!(number.parse::<u64>().is_ok(), "{good:?}");
    assert_eq!(
        value(&format!("clientpoint_connection_accepted{{connection=\"{number}\"}}")),
        1.0
    );

    let lower = text.to_lowercase();
    for name in [
        "admin",
        "plan 0",
        ".pdf",
        "100001",
        "organization",
        "contoso",
        &stage.sim.drive_id().to_lowercase(),
    ] {
        assert!(!lower.contains(name), "{name} is named:\n{text}");
    }
    if let Some(said) = complaint("promtool", &["check", "metrics"], &text) {
        panic!("{said}\n{text}");
    }
    every_alert_is_on_a_metric_that_there_is(&text);
}

fn every_alert_is_on_a_metric_that_there_is(text: &str) {
    let rules = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/alerts.yml");
    let rules = rules.to_str().unwrap();
    let served: Vec<(&str, &str)> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '))
        .collect();
    let written = std::fs::read_to_string(rules).unwrap();
    let words = written.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let named: Vec<&str> = words.filter(|word| word.starts_with("clientpoint_")).collect();
    assert!(named.len() > 10, "{named:?}");
    for name in named {
        let is_served = served.iter().any(|(family, kind)| match *kind {
            "histogram" => ["_bucket", "_sum", "_count"]
                .iter()
                .any(|part| name == format!("{family}{part}")),
            _ => name == *family,
        });
        assert!(is_served, "an alert is on {name}, which nobody serves");
    }
    if let Some(said) = complaint("promtool", &["check", "rules", rules], "") {
        panic!("{said}");
    }
}
