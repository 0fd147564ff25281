use std::fs;

use chrono::TimeDelta;
use graph_sim::{Config, Content, Seed};

use crate::client::{Ending, Graph, empty_sim, get, send, sim};

const BIG: Content = Content::Generated {
    size: 3_000_000,
    seed: 3,
};

#[tokio::test]
async fn a_file_is_downloaded_from_another_origin_without_a_token() {
    let sim = empty_sim().await;
    sim.put("/Film.mp4", BIG);
    let graph = Graph::sign_in(&sim).await;

    let address = graph.address("/Film.mp4").await;
    assert!(address.starts_with(&sim.content_url()));
    let reply = get(&address).await;
    assert_eq!((reply.status, reply.ending), (200, Ending::Complete));
    assert_eq!(reply.header("content-type"), "video/mp4");
    assert_eq!(Some(reply.body), sim.bytes("/Film.mp4"));

    let last = sim.requests().pop().unwrap();
    assert!(!last.was_authorized());
    assert!(last.path.ends_with("&sig=***"), "{}", last.path);
}

#[tokio::test]
async fn an_address_is_refused_when_late_altered_or_accompanied_by_a_token() {
    let sim = empty_sim().await;
    sim.put("/a.pdf", "a".into());
    sim.put("/b.pdf", "b".into());
    let graph = Graph::sign_in(&sim).await;
    let address = graph.address("/a.pdf").await;
    let other = sim.item_id("/b.pdf").unwrap();
    let altered = address.replace(&sim.item_id("/a.pdf").unwrap(), &other);

    assert_eq!(get(&altered).await.status, 401);
    let with_token = [("Authorization", graph.authorization.as_str())];
    assert_eq!(send("GET", &address, &with_token, "").await.status, 401);
    assert_eq!(get(&address).await.status, 200);
    sim.set_clock(sim.now() + TimeDelta::minutes(61));
    let late = get(&address).await;
    assert_eq!(late.status, 401);
    assert!(late.header("content-type").starts_with("text/html"));
}

#[tokio::test]
async fn a_token_at_the_content_host_can_be_let_pass() {
    let sim = sim(Config {
        seed: Seed::Empty,
        reject_authorization: false,
        ..Config::default()
    })
    .await;
    sim.put("/a.pdf", "a".into());
    let graph = Graph::sign_in(&sim).await;
    let address = graph.address("/a.pdf").await;
    let with_token = [("Authorization", graph.authorization.as_str())];
    assert_eq!(send("GET", &address, &with_token, "").await.status, 200);
}

#[tokio::test]
async fn a_part_is_given_with_its_place_and_the_files_version() {
    let sim = empty_sim().await;
    sim.put("/a.pdf", "0123456789".into());
    let graph = Graph::sign_in(&sim).await;
    let address = graph.address("/a.pdf").await;

    let part = send("GET", &address, &[("Range", "bytes=4-6")], "").await;
    assert_eq!((part.status, part.body.as_slice()), (206, b"456".as_slice()));
    assert_eq!(part.header("content-range"), "bytes 4-6/10");
    assert_eq!(part.header("accept-ranges"), "bytes");

    let beyond = send("GET", &address, &[("Range", "bytes=10-")], "").await;
    assert_eq!((beyond.status, beyond.header("content-range")), (416, "bytes */10"));

    sim.put("/a.pdf", "new content".into());
    let newer = get(&address).await;
    assert_eq!(newer.body, b"new content");
    assert_ne!(newer.header("etag"), part.header("etag"));
    let old = [("If-Match", part.header("etag"))];
    assert_eq!(send("GET", &address, &old, "").await.status, 412);
    let resumed = [("Range", "bytes=4-6"), ("If-Range", part.header("etag"))];
    assert_eq!(send("GET", &address, &resumed, "").await.status, 200);
}

#[tokio::test]
async fn s9_an_empty_file_has_an_empty_body() {
    let sim = sim(Config::default()).await;
    let graph = Graph::sign_in(&sim).await;
    let reply = graph.download("/Empty.pdf").await;
    assert_eq!((reply.status, reply.header("content-length")), (200, "0"));
}

#[tokio::test]
async fn s1_an_address_of_a_deleted_file_leads_nowhere() {
    let sim = empty_sim().await;
    sim.put("/a.pdf", "a".into());
    let graph = Graph::sign_in(&sim).await;
    let address = graph.address("/a.pdf").await;
    sim.delete("/a.pdf");
    assert_eq!(get(&address).await.status, 404);
}

#[tokio::test]
async fn a_folder_of_the_disk_is_served_with_its_subfolders() {
    let folder = std::env::temp_dir().join(format!("graph-sim-seed-{}", std::process::id()));
    fs::create_dir_all(folder.join("Sub")).unwrap();
    fs::write(folder.join("Sub/real.pdf"), vec![9; 700_000]).unwrap();
    let sim = sim(Config {
        seed: Seed::Folder(folder.clone()),
        ..Config::default()
    })
    .await;
    let graph = Graph::sign_in(&sim).await;

    assert_eq!(graph.download("/Sub/real.pdf").await.body, vec![9; 700_000]);
    fs::remove_dir_all(folder).unwrap();
}
