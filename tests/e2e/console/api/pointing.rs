//! What programs do as pages do: renaming, following something else, choosing the drive, and taking reports along.

use super::*;

#[tokio::test]
async fn a_program_renames_a_file_and_hears_of_who_was_faster() {
    let stage = Stage::with_files(1).await;
    let program = stage.program("admin").await;
    let path = "/api/files/100001/rename";
    let named = json!({ "name": "Offer.pdf", "from": "Plan 0.pdf" });
    assert_eq!(
        program.post(path, &[], named.clone()).await.refused(),
        (428, "revision-required")
    );
    let renamed = program.post(path, &[("if-match", "\"1\"")], named.clone()).await;
    assert_eq!(
        (renamed.status, &renamed.json["name"]),
        (StatusCode::OK, &json!("Offer.pdf"))
    );
    assert_eq!(renamed.headers["etag"], "\"1\"");
    // The same again is what is the case already; something else by who has not seen it is refused.
    let again = program.post(path, &[("if-match", "\"1\"")], named).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.json);
    let other = json!({ "name": "Other.pdf", "from": "Plan 0.pdf" });
    let late = program.post(path, &[("if-match", "*")], other).await;
    assert_eq!(late.refused(), (412, "outdated"));
    assert_eq!(late.json["field"], "name");
    assert!(
        late.json["detail"].as_str().unwrap().contains("`Offer.pdf`"),
        "{}",
        late.json
    );
    for (name, told) in [("Offer.docx", (422, "wrong-settings")), ("", (422, "wrong-settings"))] {
        let refused = program.post(path, &[("if-match", "*")], json!({ "name": name })).await;
        assert_eq!(refused.refused(), told, "{}", refused.json);
    }
    let elsewhere = json!({ "place": "Workspace/A", "from": "Division/B" });
    let moved = program
        .post("/api/files/100001/move", &[("if-match", "*")], elsewhere)
        .await;
    assert_eq!(
        (moved.refused(), &moved.json["field"]),
        ((412, "outdated"), &json!("place"))
    );
    let unknown = json!({ "name": "A.pdf" });
    let unknown = program
        .post("/api/files/999999/rename", &[("if-match", "*")], unknown)
        .await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_program_lets_a_file_follow_something_else_once_and_takes_it_back() {
    let stage = Stage::with_files(1).await;
    stage.sim.put("/Saved anew.pdf", b"%PDF-1 anew".to_vec().into());
    let program = stage.program("admin").await;
    let path = "/api/files/100001/follow";
    let key = [("idempotency-key", "4711-f")];
    let wanted = json!({ "item": "/Saved anew.pdf" });
    let begun = program.post(path, &key, wanted.clone()).await;
    assert_eq!(begun.json["kind"], "link-sheet", "{}", begun.json);
    let done = program.done(&begun).await;
    assert_eq!(done["counts"], json!({ "re-linked": 1 }), "{done}");
    let again = program.post(path, &key, wanted).await;
    assert_eq!(again.location(), begun.location());
    let file = program.get("/api/files/100001").await.json;
    assert_eq!(file["source_name"], "Saved anew.pdf", "{file}");

    let run = done["run"].as_i64().unwrap();
    // No sheet was sent, so there is none to write a report into.
    let report = program.get(&format!("/api/uploads/{run}/report")).await;
    assert_eq!(report.refused(), (409, "check-over"));
    let back = program
        .post(&format!("/api/uploads/{run}/take-back"), &[], json!({}))
        .await;
    program.done(&back).await;
    assert_eq!(program.get("/api/files/100001").await.json["source_name"], "Plan 0.pdf");

    assert_eq!(
        program.post(path, &[], json!({ "item": " " })).await.refused(),
        (422, "wrong-settings")
    );
    let nobody = program
        .post("/api/files/999999/follow", &[], json!({ "item": "/Plan 0.pdf" }))
        .await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    let nowhere = program.post(path, &[], json!({ "item": "/Nowhere.pdf" })).await;
    let failed = program.follow(nowhere.location()).await.pop().unwrap();
    assert_eq!(
        (&failed["state"], &failed["error"]["code"]),
        (&json!("failed"), &json!("not-found")),
        "{failed}"
    );
}

#[tokio::test]
async fn a_program_chooses_the_drive_and_another_one_only_when_it_says_so() {
    let stage = Stage::with_files(1).await;
    let libraries = [("Archive", "Archive")];
    let other = stage.sim.add_site("/sites/archive", "Archive", &libraries).remove(0);
    let program = stage.program("admin").await;
    let path = "/api/drives/select";
    let same = program.post(path, &[], json!({ "drive": stage.sim.drive_id() })).await;
    assert_eq!(
        same.json["files"],
        json!({ "detached": 0, "attached": 0 }),
        "{}",
        same.json
    );
    let asked = program.post(path, &[], json!({ "drive": other })).await;
    assert_eq!(
        (asked.refused(), asked.json["wayOut"].as_str()),
        ((422, "wrong-settings"), Some("switch-drive"))
    );
    let switched = program.post(path, &[], json!({ "drive": other, "switch": true })).await;
    assert_eq!(switched.json["id"], json!(other), "{}", switched.json);
    assert_eq!(switched.json["selected"], true);
    assert_eq!(switched.json["files"]["detached"], 1);
    for body in [
        json!({}),
        json!({ "drive": other, "address": "https://contoso.example" }),
    ] {
        assert_eq!(program.post(path, &[], body).await.refused(), (422, "wrong-field"));
    }
    let unknown = program
        .post(path, &[], json!({ "drive": "nothing", "switch": true }))
        .await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{}", unknown.json);
}

#[tokio::test]
async fn a_ledger_leaves_as_a_file_in_three_forms_and_narrowed() {
    let stage = Stage::with_files(2).await;
    stage.sim.put("/Plan 1.pdf", b"%PDF-1 a new one".to_vec().into());
    let program = stage.program("admin").await;
    let done = program.done(&program.post("/api/syncs", &[], json!({})).await).await;
    let path = format!("/api/runs/{}/ledger", done["run"]);
    let file = async |rest: &str| {
        let request = program.client.get(format!("{}{path}/{rest}", stage.origin));
        let answer = request.bearer_auth(&program.token).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{rest}");
        let length: usize = answer.headers()["content-length"].to_str().unwrap().parse().unwrap();
        let name = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
        let bytes = answer.bytes().await.unwrap();
        assert_eq!(bytes.len(), length);
        (name, bytes)
    };
    let (name, csv) = file("csv").await;
    assert!(name.contains("attachment; filename=\"run-"), "{name}");
    let csv = String::from_utf8(csv.to_vec()).unwrap();
    assert!(csv.contains("Plan 1.pdf") && csv.contains("updated"), "{csv}");
    let (_, narrowed) = file("csv?q=plan%207").await;
    assert!(!String::from_utf8(narrowed.to_vec()).unwrap().contains("Plan 1.pdf"));
    let none = program.get(&format!("{path}/csv?outcome=malware")).await;
    assert_eq!(none.refused(), (422, "wrong-settings"));
    let (_, json) = file("json?q=plan%201").await;
    let json: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["lines"].as_array().unwrap().len(), 1, "{json}");
    assert!(file("xlsx").await.1.starts_with(b"PK"));
    let pdf = program.get(&format!("{path}/pdf")).await;
    assert_eq!(
        (pdf.refused(), &pdf.json["field"]),
        ((422, "wrong-settings"), &json!("form"))
    );
    assert_eq!(
        program.get("/api/runs/999/ledger/csv").await.status,
        StatusCode::NOT_FOUND
    );
}
