use graph_sim::{Content, Fault, FaultKind, Place, QuickXor, RequestKind, RetryAfter, Sim};
use tokio::io::AsyncReadExt;

use crate::client::{Ending, FORM, Graph, empty_sim, get, open, send, token_url};

const SIZE: u64 = 1_000_000;

/// A simulator with one file, `/f.mp4`, that has this fault.
async fn faulty(fault: impl Into<Fault>) -> Sim {
    let sim = empty_sim().await;
    sim.put("/f.mp4", Content::Generated { size: SIZE, seed: 1 });
    let fault: Fault = fault.into();
    sim.fault(fault.on("/f.mp4"));
    sim
}

#[tokio::test]
async fn s7_a_throttled_request_is_told_when_to_come_again_in_every_form() {
    for (after, header) in [
        (RetryAfter::Seconds(7), "7"),
        (RetryAfter::Fraction(0.25), "0.25"),
        (RetryAfter::Missing, ""),
    ] {
        let sim = faulty(Fault::new(FaultKind::Throttle(after)).times(1)).await;
        let graph = Graph::sign_in(&sim).await;
        let throttled = graph.in_drive("/root:/f.mp4").await;
        assert_eq!((throttled.status, throttled.header("retry-after")), (429, header));
        assert_eq!(graph.in_drive("/root:/f.mp4").await.status, 200);
    }
    let sim = faulty(FaultKind::Throttle(RetryAfter::Date(60))).await;
    let throttled = Graph::sign_in(&sim).await.in_drive("/root:/f.mp4").await;
    assert!(throttled.header("retry-after").ends_with(" GMT"));
}

#[tokio::test]
async fn a_fault_happens_only_where_it_is_put() {
    let sim = faulty(Fault::throttle(1).at(Place::Download)).await;
    let graph = Graph::sign_in(&sim).await;
    assert_eq!(graph.in_drive("/root:/f.mp4").await.status, 200);
    assert_eq!(graph.download("/f.mp4").await.status, 429);

    sim.clear_faults();
    sim.fault(Fault::server_error(503).at(Place::SignIn));
    let reply = send("POST", &token_url(&sim, sim.tenant()), &[FORM], "").await;
    assert_eq!(reply.status, 503);
}

#[tokio::test]
async fn the_sign_in_service_fails_in_the_words_of_oauth() {
    let sim = empty_sim().await;
    let ask = || async { send("POST", &token_url(&sim, sim.tenant()), &[FORM], "").await };

    sim.fault(Fault::throttle(7).at(Place::SignIn).times(1));
    let throttled = ask().await;
    assert_eq!((throttled.status, throttled.header("retry-after")), (429, "7"));
    assert_eq!(throttled.json()["error"], "temporarily_unavailable");
    assert_eq!(throttled.ending, Ending::Complete);

    sim.fault(Fault::server_error(500).at(Place::SignIn).times(1));
    let failed = ask().await;
    assert_eq!(
        (failed.status, failed.json()["error_codes"][0].as_u64()),
        (500, Some(90_033))
    );

    sim.fault(Fault::new(FaultKind::HtmlError).at(Place::SignIn).times(1));
    let page = ask().await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (500, "text/html; charset=utf-8")
    );
}

#[tokio::test]
async fn refusals_come_when_the_content_is_asked_for() {
    for (kind, status, code) in [
        (FaultKind::Forbidden, 403, "accessDenied"),
        (FaultKind::Locked, 423, "resourceLocked"),
        (FaultKind::Gone, 404, "itemNotFound"),
        (FaultKind::Malware, 403, "malwareDetected"),
    ] {
        let sim = faulty(kind).await;
        let graph = Graph::sign_in(&sim).await;
        assert_eq!(graph.in_drive("/root:/f.mp4").await.status, 200);
        let refused = graph.in_drive("/root:/f.mp4:/content").await;
        assert_eq!((refused.status, refused.error_code().as_str()), (status, code));
    }
}

#[tokio::test]
async fn the_content_host_answers_something_else() {
    for (kind, status, media_type) in [
        (FaultKind::ExpiredUrl, 401, "text/html; charset=utf-8"),
        (FaultKind::Html200, 200, "text/html; charset=utf-8"),
        (FaultKind::Json200, 200, "application/json; charset=utf-8"),
        (FaultKind::MalwareLate, 403, "text/html; charset=utf-8"),
    ] {
        let late = kind == FaultKind::MalwareLate;
        let sim = faulty(Fault::new(kind).times(1)).await;
        let graph = Graph::sign_in(&sim).await;
        let reply = graph.download("/f.mp4").await;
        assert_eq!((reply.status, reply.header("content-type")), (status, media_type));
        assert_eq!(reply.headers.contains_key("x-virus-infected"), late);
        assert_eq!(graph.download("/f.mp4").await.body.len() as u64, SIZE);
    }
}

#[tokio::test]
async fn a_body_ends_early_where_told_and_the_rest_can_be_asked_for() {
    let sim = faulty(Fault::new(FaultKind::Short(Some(300_000))).times(1)).await;
    let graph = Graph::sign_in(&sim).await;
    let whole = sim.bytes("/f.mp4").unwrap();
    let short = graph.download("/f.mp4").await;
    assert_eq!((short.status, short.ending), (200, Ending::Early));
    assert_eq!(short.header("content-length"), SIZE.to_string());
    assert_eq!(short.body, &whole[..300_000]);

    let address = graph.address("/f.mp4").await;
    let rest = send("GET", &address, &[("Range", "bytes=300000-")], "").await;
    assert_eq!(rest.body, &whole[300_000..]);
}

#[tokio::test]
async fn a_connection_is_reset_in_the_middle() {
    let sim = faulty(FaultKind::Cut(Some(300_000))).await;
    let cut = Graph::sign_in(&sim).await.download("/f.mp4").await;
    assert_eq!((cut.status, cut.ending), (200, Ending::Reset));
    assert!(cut.body.len() <= 300_000);
    assert!(sim.bytes("/f.mp4").unwrap().starts_with(&cut.body));
}

#[tokio::test]
async fn a_stalled_download_waits_until_it_is_released() {
    let sim = faulty(Fault::new(FaultKind::Stall(Some(10))).times(1)).await;
    let graph = Graph::sign_in(&sim).await;
    let address = graph.address("/f.mp4").await;

    let (reply, ()) = tokio::join!(get(&address), async {
        sim.stalled(1).await;
        sim.wait_for(|request| request.kind == RequestKind::Download).await;
        sim.release_stalled();
    });
    assert_eq!((reply.status, reply.ending), (200, Ending::Complete));
    assert_eq!(Some(reply.body), sim.bytes("/f.mp4"));
    sim.none_stalled().await;
}

#[tokio::test]
async fn a_dripping_download_comes_byte_by_byte_whenever_it_is_released() {
    let sim = faulty(Fault::new(FaultKind::Drip(Some(SIZE - 3))).times(1)).await;
    let graph = Graph::sign_in(&sim).await;
    let address = graph.address("/f.mp4").await;

    let mut released = 0;
    let releasing = async {
        loop {
            sim.stalled(1).await;
            sim.release_stalled();
            released += 1;
            tokio::task::yield_now().await;
        }
    };
    let reply = tokio::select! {
        reply = get(&address) => reply,
        () = releasing => unreachable!("it goes on for ever"),
    };
    assert!(3 <= released, "one byte, one release");
    assert_eq!((reply.status, reply.ending), (200, Ending::Complete));
    assert_eq!(Some(reply.body), sim.bytes("/f.mp4"));
}

#[tokio::test]
async fn a_stalled_download_ends_with_its_reader_and_with_the_simulator() {
    let sim = faulty(FaultKind::Stall(Some(10))).await;
    let graph = Graph::sign_in(&sim).await;
    let address = graph.address("/f.mp4").await;

    let reader = open("GET", &address, &[], "").await;
    sim.stalled(1).await;
    drop(reader);
    sim.none_stalled().await;

    let mut reader = open("GET", &address, &[], "").await;
    sim.stalled(1).await;
    drop(graph);
    drop(sim);
    let mut received = vec![];
    let _ = reader.read_to_end(&mut received).await;
    assert!((received.len() as u64) < SIZE);
}

#[tokio::test]
async fn a_complete_answer_may_still_be_too_short_too_long_or_other_bytes() {
    let sim = faulty(FaultKind::ShortClean(Some(10))).await;
    let short = Graph::sign_in(&sim).await.download("/f.mp4").await;
    assert_eq!((short.body.len(), short.ending), (10, Ending::Complete));

    let sim = faulty(FaultKind::Grow(5)).await;
    let long = Graph::sign_in(&sim).await.download("/f.mp4").await;
    assert_eq!((long.body.len() as u64, long.ending), (SIZE + 5, Ending::Complete));

    let sim = faulty(FaultKind::Rewritten).await;
    let graph = Graph::sign_in(&sim).await;
    let rewritten = graph.download("/f.mp4").await;
    assert_ne!(
        QuickXor::of(&rewritten.body),
        QuickXor::of(&sim.bytes("/f.mp4").unwrap())
    );
    assert_eq!(rewritten.body, graph.download("/f.mp4").await.body);
}

#[tokio::test]
async fn range_and_length_can_be_left_out() {
    let sim = faulty(FaultKind::NoRange).await;
    let address = Graph::sign_in(&sim).await.address("/f.mp4").await;
    let whole = send("GET", &address, &[("Range", "bytes=5-")], "").await;
    assert_eq!((whole.status, whole.body.len() as u64), (200, SIZE));

    let sim = faulty(FaultKind::Chunked).await;
    let chunked = Graph::sign_in(&sim).await.download("/f.mp4").await;
    assert!(!chunked.headers.contains_key("content-length"));
    assert_eq!(Some(chunked.body), sim.bytes("/f.mp4"));
}

#[tokio::test]
async fn a_file_that_moves_on_has_another_version_at_each_download() {
    let sim = faulty(Fault::new(FaultKind::EtagMoves).times(1)).await;
    let graph = Graph::sign_in(&sim).await;
    let before = graph.in_drive("/root:/f.mp4").await.json();
    let reply = graph.download("/f.mp4").await;
    let after = graph.in_drive("/root:/f.mp4").await.json();

    assert_ne!(before["file"]["hashes"]["quickXorHash"], QuickXor::of(&reply.body));
    assert_eq!(after["file"]["hashes"]["quickXorHash"], QuickXor::of(&reply.body));
    assert_eq!(after["eTag"], reply.header("etag"));
    assert_eq!(after["size"], before["size"]);
}

#[tokio::test]
async fn graph_can_fail_in_html_or_find_the_token_too_old_once() {
    let sim = faulty(Fault::new(FaultKind::HtmlError).times(1)).await;
    let graph = Graph::sign_in(&sim).await;
    let html = graph.in_drive("/root:/f.mp4").await;
    assert_eq!(
        (html.status, html.header("content-type")),
        (500, "text/html; charset=utf-8")
    );

    sim.fault(FaultKind::TokenExpired);
    assert_eq!(graph.get("/users").await.status, 401);
    assert_eq!(graph.get("/users").await.status, 200);
}
