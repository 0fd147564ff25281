//! A sheet by a program: sent, checked, linked, and taken back.

use super::*;

#[tokio::test]
async fn a_sheet_is_sent_checked_linked_and_taken_back() {
    let stage = Stage::with_files(0).await;
    let admin = stage.host.session("admin").await.unwrap();
    let place = "Company Wide".parse().unwrap();
    for name in ["A.pdf", "B.pdf"] {
        admin.add_file(name, &b"%PDF-1"[..], &place).await.unwrap();
    }
    stage.sim.put("/A.pdf", b"%PDF-1 theirs".to_vec().into());
    let program = stage.program("admin").await;
    let sheet = "File ID,Sharepoint File Path\n100001,A.pdf\n100002,Nowhere.pdf\n";
    let send = async |kind: &'static str, key: &'static str| {
        let request = program
            .client
            .post(format!("{}/api/sheets?name=links.csv", stage.origin));
        let request = request.bearer_auth(&program.token).header("content-type", kind);
        Answer::of(request.header("idempotency-key", key).body(sheet).send().await.unwrap()).await
    };
    assert_eq!(send("application/json", "a").await.refused(), (415, "no-sheet"));
    let begun = send("text/csv", "b").await;
    let check = program.done(&begun).await["id"].as_i64().unwrap();
    assert_eq!(send("text/csv", "b").await.location(), begun.location());
    let found = program.get(&format!("/api/sheets/{check}")).await.json;
    assert_eq!(
        (&found["to_link"], &found["open"], &found["name"]),
        (&json!(1), &json!(1), &json!("links.csv")),
        "{found}"
    );
    let open = program.get(&format!("/api/sheets/{check}/rows?open=true")).await.json;
    assert_eq!(open["rows"][0]["outcome"], "path-not-found", "{open}");

    let link = format!("/api/sheets/{check}/link");
    let begun = program.post(&link, &[], json!({})).await;
    let run = program.done(&begun).await["run"].as_i64().unwrap();
    assert_eq!(
        program.post(&link, &[], json!({})).await.location(),
        begun.location(),
        "it is linked once"
    );
    for path in [
        format!("/api/sheets/{check}/report"),
        format!("/api/uploads/{run}/report"),
    ] {
        let request = program.client.get(format!("{}{path}", stage.origin));
        let report = request.bearer_auth(&program.token).send().await.unwrap();
        assert_eq!(report.status(), StatusCode::OK, "{path}");
        let bytes = report.bytes().await.unwrap();
        assert!(bytes.starts_with(b"PK"), "a workbook is an archive: {path}");
    }
    let upload = program.get(&format!("/api/uploads/{run}")).await.json;
    assert_eq!(upload["counts"]["linked"], 1, "{upload}");
    let rows = program.get(&format!("/api/uploads/{run}/rows")).await.json;
    assert_eq!(rows["rows"].as_array().unwrap().len(), 2);
    assert_eq!(program.get("/api/files/100001").await.json["managed"], true);

    let back = format!("/api/uploads/{run}/take-back");
    program.done(&program.post(&back, &[], json!({})).await).await;
    assert_eq!(program.get("/api/files/100001").await.json["managed"], false);
    assert_eq!(
        program.post(&back, &[], json!({})).await.refused(),
        (422, "wrong-settings")
    );
    let over = program.post("/api/sheets/999/link", &[], json!({})).await;
    assert_eq!(
        (over.refused(), &over.json["wayOut"]),
        ((409, "check-over"), &json!("associate"))
    );
}
