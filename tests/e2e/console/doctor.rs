//! The doctor's page and its address for programs.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::stage::Stage;

#[tokio::test]
async fn the_doctor_looks_when_asked_and_tells_each_step_with_a_button_where_there_is_one() {
    let stage = Stage::with_files(1).await;
    let browser = stage.logged_in("admin").await;
    let asked = stage.sim.requests().len();
    let page = browser.page("/doctor").await;
    assert!(page.contains("Look now") && !page.contains("What was found"), "{page}");
    assert_eq!(stage.sim.requests().len(), asked, "opening the page asks nobody");

    let found = browser.post("/doctor", &[]).await;
    assert_eq!(found.status(), StatusCode::OK);
    let found = found.text().await.unwrap();
    assert!(found.contains("Everything that was looked at works"), "{found}");
    assert!(
        !found.contains("Plan 0") && !found.contains("clientpoint-host"),
        "{found}"
    );

    stage.sim.set_quirks(graph_sim::Quirks {
        drives: [(stage.sim.drive_id(), 404)].into(),
        ..graph_sim::Quirks::default()
    });
    let found = browser.post("/doctor?through=company", &[]).await.text().await.unwrap();
    assert!(found.contains("Something does not work"), "{found}");
    assert!(found.contains(r#"href="/integrations/drives""#), "{found}");
}

#[tokio::test]
async fn programs_are_told_the_same_with_stable_words() {
    let stage = Stage::with_files(1).await;
    let program = stage.program("admin").await;
    let answer = program.ask(Method::GET, "/api/doctor", &[], None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
    assert_eq!(answer.json["well"], json!(true), "{}", answer.json);
    let subjects: Vec<&str> = answer.json["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|check| check["subject"].as_str())
        .collect();
    assert_eq!(subjects.first(), Some(&"plugin"));
    let elsewhere = usize::from(stage.host.shares_its_database());
    assert_eq!((subjects.len(), subjects.last()), (15 + elsewhere, Some(&"file")));
    assert!(!answer.json.to_string().contains("Plan 0"), "{}", answer.json);
}
