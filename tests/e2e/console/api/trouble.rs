//! What programs send that can't be right, and what is said of it.

use super::*;

#[tokio::test]
async fn what_is_sent_is_read_strictly_and_refused_by_name() {
    let stage = Stage::with_files(1).await;
    let program = stage.program("admin").await;
    let moving = "/api/files/100001/move";
    let seen = [("if-match", "\"1\"")];
    for (body, told, field) in [
        (
            json!({ "place": "Workspace/A", "Place": 1 }),
            (422, "unknown-field"),
            Some("Place"),
        ),
        (json!({ "place": 7 }), (422, "wrong-field"), Some("place")),
        (json!({}), (422, "wrong-field"), Some("place")),
        (json!({ "place": "Nowhere" }), (422, "wrong-settings"), Some("place")),
        (json!(["place"]), (400, "not-json"), None),
        (json!({ "place": "x".repeat(70_000) }), (413, "too-large"), None),
    ] {
        let answer = program.post(moving, &seen, body).await;
        assert_eq!(answer.refused(), told, "{}", answer.json);
        assert_eq!(answer.json["field"].as_str(), field, "{}", answer.json);
    }
    let raw = async |kind: &'static str, body: Vec<u8>| {
        let request = program
            .client
            .post(format!("{}{moving}", stage.origin))
            .bearer_auth(&program.token);
        let request = request.header("if-match", "*").header("content-type", kind).body(body);
        Answer::of(request.send().await.unwrap()).await.status.as_u16()
    };
    assert_eq!(raw("text/plain", b"{}".to_vec()).await, 415);
    assert_eq!(
        raw("application/json", b"{\"place\": \"Workspace/\xff\"}".to_vec()).await,
        400
    );
    assert_eq!(raw("application/json", "[".repeat(60_000).into_bytes()).await, 400);
    assert_eq!(
        raw(
            "application/json; charset=utf-8",
            b"{\"place\": \"Company Wide\"}".to_vec()
        )
        .await,
        200
    );
    for value in ["1", "\"one\"", "W/\"1\"", "\"1\", \"2\"", ""] {
        let answer = program
            .post(moving, &[("if-match", value)], json!({ "place": "Company Wide" }))
            .await;
        assert_eq!(answer.refused(), (400, "wrong-header"), "{value}");
    }
    for (path, field) in [
        ("/api/files?afer=x", None),
        ("/api/files?limit=0", Some("limit")),
        ("/api/files?limit=1001", Some("limit")),
        ("/api/files?after=made-up", Some("after")),
        ("/api/files?state=happy", Some("state")),
        ("/api/files?order=size", Some("order")),
        ("/api/files?q=", Some("q")),
        ("/api/runs/1/lines?open=perhaps", None),
        ("/api/operations?kind=magic", Some("kind")),
    ] {
        let answer = program.get(path).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{path}: {}",
            answer.json
        );
        assert!(
            field.is_none() || answer.json["field"].as_str() == field || field == Some("after"),
            "{path}: {}",
            answer.json
        );
    }
    for path in [
        "/api/files/999999",
        "/api/operations/999",
        "/api/runs/999",
        "/api/runs/x",
        "/api/files/a%2Fb",
    ] {
        assert_eq!(program.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let hostile = json!({ "items": ["../../x", "a\n<script>", "\u{202e}"] });
    let begun = program.post("/api/imports", &[], hostile).await;
    let last = program.follow(begun.location()).await.pop().unwrap();
    assert_ne!(last["state"], "running", "{last}");
    let many: Vec<String> = (0..6).map(|number| number.to_string()).collect();
    assert_eq!(
        program
            .post("/api/imports", &[], json!({ "items": many }))
            .await
            .refused(),
        (422, "too-many")
    );
    assert_eq!(
        program
            .post("/api/imports", &[], json!({ "items": [] }))
            .await
            .refused(),
        (422, "wrong-settings")
    );
}

#[tokio::test]
async fn the_api_is_found_under_one_name_and_asks_no_browser_for_anything() {
    let stage = Stage::with_files(1).await;
    let program = stage.program("admin").await;
    let rebound = program
        .ask(Method::GET, "/api/files", &[("host", "evil.example")], None)
        .await;
    assert_eq!(rebound.refused(), (421, "wrong-name"));
    let number = format!("127.0.0.1:{}", stage.port);
    let answer = program.ask(Method::GET, "/api/files", &[("host", &number)], None).await;
    assert_eq!(
        answer.status,
        StatusCode::OK,
        "its own number leads a program there, with its token"
    );
    // A token is sent by no page of somebody else's, so no origin is asked for.
    let headers = [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("if-match", "*"),
    ];
    let moved = program
        .post(
            "/api/files/100001/move",
            &headers,
            json!({ "place": "Workspace/Sales" }),
        )
        .await;
    assert_eq!(moved.status, StatusCode::OK);
    assert!(!moved.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn bytes_that_the_disk_has_changed_never_arrive_whole_at_a_program() {
    let stage = Stage::with_files(1).await;
    let program = stage.program("admin").await;
    let sha256 = program.get("/api/files/100001").await.json["sha256"]
        .as_str()
        .unwrap()
        .to_owned();
    let object = stage
        ._data
        .path()
        .join("objects")
        .join(sha256.get(..2).unwrap())
        .join(&sha256);
    std::fs::write(object, b"%PDF-!").unwrap();
    let request = program.client.get(format!("{}/api/files/100001/content", stage.origin));
    let answer = request.bearer_auth(&program.token).send().await.unwrap();
    let arrived = answer.bytes().await;
    assert!(arrived.is_err(), "{arrived:?}");
}
