//! What programs do with files by hand.

use super::*;

impl Program {
    /// Sends bytes as they are.
    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], bytes: Vec<u8>) -> Answer {
        let request = self.client.request(method, format!("{}{path}", self.origin));
        let request = request.header("authorization", format!("Bearer {}", self.token));
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value));
        Answer::of(request.body(bytes).send().await.unwrap()).await
    }
}

#[tokio::test]
async fn a_program_adds_a_file_replaces_it_and_hears_of_who_was_faster() {
    let stage = Stage::with_files(1).await;
    let program = stage.program("admin").await;
    let added = program
        .send(
            Method::POST,
            "/api/files?name=Film.mp4&place=Workspace/Sales",
            &[],
            b"first".to_vec(),
        )
        .await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.json);
    assert_eq!(added.location(), "/api/files/100002");
    assert_eq!(
        (&added.json["place"], &added.json["managed"]),
        (&json!("Workspace/Sales"), &json!(false))
    );
    let path = "/api/files/100002/content";
    let unseen = program.send(Method::PUT, path, &[], b"second".to_vec()).await;
    assert_eq!(unseen.refused(), (428, "revision-required"));
    let seen = [("if-match", "\"1\"")];
    let replaced = program.send(Method::PUT, path, &seen, b"second".to_vec()).await;
    assert_eq!(
        (replaced.status, &replaced.json["revision"]),
        (StatusCode::OK, &json!(2))
    );
    assert_eq!(replaced.headers["etag"], "\"2\"");
    let late = program.send(Method::PUT, path, &seen, b"third".to_vec()).await;
    assert_eq!(late.refused(), (412, "outdated"));
    assert_eq!(program.get("/api/files/100002").await.json["size"], 6);
}

#[tokio::test]
async fn a_managed_file_can_not_be_replaced_and_what_is_no_file_is_refused() {
    let stage = Stage::with_files(1).await;
    let program = stage.program("admin").await;
    let any = [("if-match", "*")];
    let managed = program
        .send(Method::PUT, "/api/files/100001/content", &any, b"mine".to_vec())
        .await;
    assert_eq!(managed.status, StatusCode::CONFLICT, "R29: {}", managed.json);
    assert_eq!(program.get("/api/files/100001").await.json["revision"], 1);
    for (path, headers, told) in [
        ("/api/files", vec![], (422, "wrong-settings")),
        ("/api/files?name=..", vec![], (422, "wrong-settings")),
        ("/api/files?name=a/b.pdf", vec![], (422, "wrong-settings")),
        ("/api/files?name=A.pdf&place=Drawer", vec![], (422, "wrong-settings")),
        ("/api/files?name=A.pdf&colour=red", vec![], (422, "wrong-parameter")),
        (
            "/api/files?name=A.pdf",
            vec![("content-type", "multipart/form-data; boundary=b")],
            (415, "no-file"),
        ),
    ] {
        let refused = program.send(Method::POST, path, &headers, b"bytes".to_vec()).await;
        assert_eq!(refused.refused(), told, "{path}: {}", refused.json);
    }
    let files = program.get("/api/files").await.json;
    assert_eq!(files["rows"].as_array().unwrap().len(), 1, "{files}");
}

/// What comes of a slow upload at a time.
static PIECE: [u8; 1 << 20] = [b'.'; 1 << 20];

#[tokio::test]
async fn a_second_upload_of_the_same_person_is_told_before_its_bytes_are_read() {
    let stage = Stage::new().await;
    let program = stage.program("admin").await;
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<&'static [u8], std::io::Error>>(1);
    let body = reqwest::Body::wrap_stream(futures::stream::unfold(receiver, async |mut receiver| {
        Some((receiver.recv().await?, receiver))
    }));
    let first = program.client.post(format!("{}/api/files?name=Slow.mp4", stage.origin));
    let first = first
        .header("authorization", format!("Bearer {}", program.token))
        .body(body);
    let first = tokio::spawn(async move { Answer::of(first.send().await.unwrap()).await });
    // More than lies on the way between the two: the first one has begun.
    for _ in 0..32 {
        sender.send(Ok(&PIECE)).await.unwrap();
    }
    let second = program
        .send(Method::POST, "/api/files?name=Quick.mp4", &[], b"quick".to_vec())
        .await;
    assert_eq!(second.refused(), (409, "upload-running"));
    drop(sender);
    assert_eq!(first.await.unwrap().status, StatusCode::CREATED);
    let after = program
        .send(Method::POST, "/api/files?name=After.mp4", &[], b"after".to_vec())
        .await;
    assert_eq!(after.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_file_is_shown_taken_out_and_removed_for_good_by_way_of_the_bin() {
    let stage = Stage::with_files(1).await;
    let program = stage.program("admin").await;
    let fabrikam = json!({ "kind": "ClientPoint", "name": "Fabrikam" });
    let shown = program.post("/api/files/100001/show", &[], fabrikam.clone()).await;
    assert_eq!(shown.json["places"][0]["name"], "Fabrikam", "{}", shown.json);
    let odd = json!({ "kind": "Drawer", "name": "Fabrikam" });
    let odd = program.post("/api/files/100001/show", &[], odd).await;
    assert_eq!(
        (odd.refused(), &odd.json["field"]),
        ((422, "wrong-settings"), &json!("kind"))
    );
    let out = program.post("/api/files/100001/take-out", &[], fabrikam.clone()).await;
    assert_eq!(out.json["places"], json!([]));
    let again = program.post("/api/files/100001/take-out", &[], fabrikam).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);

    let early = program.ask(Method::DELETE, "/api/bin/100001", &[], None).await;
    assert_eq!(
        early.status,
        StatusCode::NOT_FOUND,
        "it is in the library: {}",
        early.json
    );
    let binned = program
        .ask(Method::DELETE, "/api/files/100001", &[("if-match", "\"1\"")], None)
        .await;
    assert_eq!(binned.status, StatusCode::OK);
    let gone = program.ask(Method::DELETE, "/api/bin/100001", &[], None).await;
    assert_eq!((gone.status, &gone.json["id"]), (StatusCode::OK, &json!("100001")));
    assert_eq!(program.get("/api/bin").await.json["rows"], json!([]));
}
