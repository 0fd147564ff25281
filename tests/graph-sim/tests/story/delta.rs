//! A reader keeps up with a drive.

mod styles;

use std::collections::BTreeSet;

use graph_sim::{Config, DeltaStyle, RequestKind, Resync, Seed, Sim};
use serde_json::Value;

use crate::client::{Graph, Reply, empty_sim, sim};

const ALL: &str = "/root/delta";

/// One round: all entries, page after page, and the link to come back by.
struct Round {
    entries: Vec<Value>,
    pages: Vec<usize>,
    link: String,
}

impl Round {
    /// The names in order; deleted entries by their facet.
    fn names(&self) -> Vec<&str> {
        self.entries
            .iter()
            .map(|entry| match entry["deleted"].is_object() {
                false => entry["name"].as_str().unwrap(),
                true if entry["folder"].is_object() => "deleted folder",
                true => "deleted file",
            })
            .collect()
    }
}

/// Reads from a path below the main drive, or from a link.
async fn read(graph: &Graph<'_>, from: &str) -> Round {
    let mut url = match from.starts_with("http") {
        true => from.to_owned(),
        false => format!("{}/v1.0/drives/{}{from}", graph.sim.graph_url(), graph.sim.drive_id()),
    };
    let (mut entries, mut pages) = (vec![], vec![]);
    loop {
        let reply = graph.get(&url).await;
        assert_eq!(reply.status, 200, "{url}: {}", reply.json());
        let json = reply.json();
        let value = json["value"].as_array().unwrap();
        pages.push(value.len());
        entries.extend(value.iter().cloned());
        let (next, delta) = (&json["@odata.nextLink"], &json["@odata.deltaLink"]);
        assert!(next.is_string() != delta.is_string());
        if let Some(link) = delta.as_str() {
            let link = link.to_owned();
            return Round { entries, pages, link };
        }
        url = next.as_str().unwrap().to_owned();
    }
}

fn gone(reply: &Reply) -> (u16, String, String) {
    let json = reply.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (
        reply.status,
        text(&json["error"]["code"]),
        text(&json["error"]["innerError"]["code"]),
    )
}

async fn sim_with(style: DeltaStyle, page_size: usize) -> Sim {
    sim(Config {
        seed: Seed::Empty,
        delta: style,
        page_size,
        ..Config::default()
    })
    .await
}

#[tokio::test]
async fn the_first_round_tells_of_all_and_the_next_of_what_changed_and_the_folders_above() {
    let sim = empty_sim().await;
    sim.put("/Team/Plan.docx", "plan".into());
    sim.put("/Team/Deep/Old.pdf", "old".into());
    let graph = Graph::sign_in(&sim).await;

    let first = read(&graph, ALL).await;
    assert_eq!(first.names(), ["root", "Team", "Plan.docx", "Deep", "Old.pdf"]);
    assert!(first.entries[0]["root"].is_object());
    assert!(first.link.contains("/root/delta?token="));
    assert_eq!(read(&graph, &first.link).await.entries, [] as [Value; 0]);

    sim.put("/Team/Deep/Old.pdf", "newer".into());
    sim.rename("/Team/Plan.docx", "Plan 2.docx");
    let second = read(&graph, &first.link).await;
    assert_eq!(second.names(), ["root", "Team", "Deep", "Old.pdf", "Plan 2.docx"]);
    assert_eq!(second.entries[3]["size"], 5);
    assert_eq!(second.entries[4]["file"], first.entries[2]["file"]);
    // The same link tells the same again, as long as nothing else happens.
    assert_eq!(read(&graph, &first.link).await.names(), second.names());
    assert_eq!(sim.requests()[1].kind, RequestKind::Delta);
}

#[tokio::test]
async fn a_moved_or_renamed_folder_is_told_of_alone() {
    let sim = empty_sim().await;
    let id = sim.put("/Team/Plan.docx", "plan".into());
    let target = sim.mkdir("/Old");
    let graph = Graph::sign_in(&sim).await;
    let link = read(&graph, ALL).await.link;

    sim.rename("/Team", "Crew");
    sim.move_to("/Crew", "/Old");
    let round = read(&graph, &link).await;
    assert_eq!(round.names(), ["root", "Old", "Crew"]);
    assert_eq!(round.entries[2]["parentReference"]["id"], target);
    assert_eq!(sim.item_id("/Old/Crew/Plan.docx").unwrap(), id);
}

#[tokio::test]
async fn a_deleted_item_is_told_of_by_its_id_and_marks_of_nothing() {
    let sim = empty_sim().await;
    let id = sim.put("/Plan.docx", "plan".into());
    let graph = Graph::sign_in(&sim).await;
    let link = read(&graph, ALL).await.link;

    sim.delete("/Plan.docx");
    let round = read(&graph, &link).await;
    let entry = &round.entries[0];
    assert_eq!((round.entries.len(), &entry["id"]), (1, &id.clone().into()));
    assert_eq!(entry["deleted"]["state"], "deleted");
    assert!(entry["file"].is_object() && entry["size"] == 0);
    assert!(entry["cTag"].as_str().unwrap().ends_with(",-1\""));
    for missing in ["name", "eTag", "@microsoft.graph.downloadUrl"] {
        assert!(entry[missing].is_null(), "{missing}");
    }
    // Who reads from the beginning is not told of what was gone by then.
    assert_eq!(read(&graph, ALL).await.names(), ["root"]);

    assert_eq!(sim.restore("/Plan.docx"), id);
    let back = read(&graph, &round.link).await;
    assert_eq!(back.names(), ["root", "Plan.docx"]);
    assert_eq!(back.entries[1]["id"], id);
}

#[tokio::test]
async fn what_lay_in_a_deleted_folder_is_told_of_only_where_wanted() {
    for (listed_descendants, names) in [
        (false, vec!["deleted folder"]),
        (true, vec!["deleted folder", "deleted file"]),
    ] {
        let style = DeltaStyle {
            listed_descendants,
            ..DeltaStyle::default()
        };
        let sim = sim_with(style, 200).await;
        sim.put("/Team/Plan.docx", "plan".into());
        let graph = Graph::sign_in(&sim).await;
        let link = read(&graph, ALL).await.link;
        sim.delete("/Team");
        assert_eq!(read(&graph, &link).await.names(), names);
    }
}

#[tokio::test]
async fn an_item_made_and_deleted_between_two_rounds_is_a_deletion_of_something_unknown() {
    let sim = empty_sim().await;
    let graph = Graph::sign_in(&sim).await;
    let link = read(&graph, ALL).await.link;
    sim.put("/brief.pdf", "brief".into());
    sim.delete("/brief.pdf");
    assert_eq!(read(&graph, &link).await.names(), ["deleted file"]);
}

#[tokio::test]
async fn an_item_moved_to_another_drive_is_gone_here_and_new_there() {
    let sim = empty_sim().await;
    let id = sim.put("/Team/Plan.docx", "plan".into());
    let other = sim.drive_ids().into_iter().find(|id| *id != sim.drive_id()).unwrap();
    let graph = Graph::sign_in(&sim).await;
    let here = read(&graph, ALL).await.link;
    let there = graph
        .get(&format!("/drives/{other}/root/delta?token=latest"))
        .await
        .json();
    let there = there["@odata.deltaLink"].as_str().unwrap();

    let new = sim.move_to_drive("/Team", &other, "/In");
    assert_eq!(read(&graph, &here).await.names(), ["deleted folder", "deleted file"]);
    let arrived = read(&graph, there).await;
    assert_eq!(arrived.names(), ["root", "In", "Team", "Plan.docx"]);
    assert_eq!(arrived.entries[2]["id"], new);
    assert_ne!(arrived.entries[3]["id"], id);
    assert_eq!(sim.in_drive(&other).bytes("/In/Team/Plan.docx").unwrap(), b"plan");
}

#[tokio::test]
async fn the_latest_token_stands_for_now() {
    let sim = empty_sim().await;
    sim.put("/a.pdf", "a".into());
    let graph = Graph::sign_in(&sim).await;
    let now = read(&graph, "/root/delta?token=latest").await;
    assert!(now.entries.is_empty());
    sim.put("/b.pdf", "b".into());
    assert_eq!(read(&graph, &now.link).await.names(), ["root", "b.pdf"]);
}

#[tokio::test]
async fn every_page_is_told_once_though_the_drive_changes_meanwhile() {
    let sim = sim(Config {
        seed: Seed::Items(50),
        ..Config::default()
    })
    .await;
    let graph = Graph::sign_in(&sim).await;
    let url = format!(
        "/drives/{}/root/delta?$top=20&$select=id,name,deleted,file",
        sim.drive_id()
    );
    let first = graph.get(&url).await.json();
    assert_eq!(first["value"].as_array().unwrap().len(), 20);

    // When items of pages read and unread change, go and come.
    sim.put("/File 000001.pdf", "again".into());
    sim.delete("/File 000002.pdf");
    sim.delete("/File 000050.pdf");
    sim.put("/New.pdf", "new".into());
    let rest = read(&graph, first["@odata.nextLink"].as_str().unwrap()).await;

    let mut known = BTreeSet::new();
    for entry in first["value"].as_array().unwrap().iter().chain(&rest.entries) {
        let id = entry["id"].as_str().unwrap().to_owned();
        match entry["deleted"].is_object() {
            true => known.remove(&id),
            false => known.insert(id),
        };
    }
    // Then the last word on each makes the drive as it is: 49 files and the root.
    assert_eq!(known.len(), 50);
    assert!(rest.link.contains("$top=20") && rest.link.contains("$select=id,name,deleted,file"));
    assert!(read(&graph, &rest.link).await.entries.is_empty());
}

#[tokio::test]
async fn an_expired_token_says_where_to_start_again() {
    let sim = empty_sim().await;
    sim.put("/a.pdf", "a".into());
    let graph = Graph::sign_in(&sim).await;
    for (resync, code) in [
        (Resync::ApplyDifferences, "resyncChangesApplyDifferences"),
        (Resync::UploadDifferences, "resyncChangesUploadDifferences"),
    ] {
        let link = read(&graph, "/root/delta?$top=5").await.link;
        sim.expire_delta_tokens(resync);
        let reply = graph.get(&link).await;
        assert_eq!(gone(&reply), (410, "resyncRequired".to_owned(), code.to_owned()));
        let location = reply.header("location").to_owned();
        assert!(location.contains("$top=5"));
        assert_eq!(read(&graph, &location).await.names(), ["root", "a.pdf"]);
    }

    let link = read(&graph, ALL).await.link;
    sim.expire_delta_tokens(Resync::ApplyDifferences);
    sim.set_delta_style(DeltaStyle {
        dead_location: true,
        ..DeltaStyle::default()
    });
    let reply = graph.get(&link).await;
    assert_eq!(reply.status, 410);
    assert_eq!(graph.get(reply.header("location")).await.status, 400);
    assert_eq!(read(&graph, ALL).await.names(), ["root", "a.pdf"]);
}

#[tokio::test]
async fn a_token_of_another_drive_or_nobodys_is_refused() {
    let sim = empty_sim().await;
    let other = sim.drive_ids().into_iter().find(|id| *id != sim.drive_id()).unwrap();
    let graph = Graph::sign_in(&sim).await;
    let link = read(&graph, ALL).await.link;
    assert_eq!(graph.get(&link.replace(&sim.drive_id(), &other)).await.status, 400);
    assert_eq!(graph.in_drive("/root/delta?token=made-up").await.status, 400);
}

#[tokio::test]
async fn delta_is_for_the_root_by_any_of_its_names() {
    let sim = empty_sim().await;
    let folder = sim.mkdir("/Team");
    let root = sim.item_id("/").unwrap();
    let graph = Graph::sign_in(&sim).await;
    let user = graph.get("/users").await.json()["value"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();

    for path in [format!("/items/{root}/delta"), "/items/root/delta".to_owned()] {
        assert_eq!(read(&graph, &path).await.names(), ["root", "Team"]);
    }
    let of_user = graph.get(&format!("/users/{user}/drive/root/delta")).await;
    assert_eq!(Graph::names(&of_user), ["root", "Team"]);
    let mine = Graph::of_person(&sim, "member").get("/me/drive/root/delta").await;
    assert_eq!(Graph::names(&mine), ["root", "Team"]);
    let of_folder = graph.in_drive(&format!("/items/{folder}/delta")).await;
    assert_eq!(
        (of_folder.status, of_folder.error_code().as_str()),
        (501, "notSupported")
    );
}

#[tokio::test]
async fn what_another_process_has_told_is_of_no_use_and_no_version_of_it_comes_again() {
    let started = |born| async move {
        let sim = sim(Config {
            seed: Seed::Empty,
            born,
            ..Config::default()
        })
        .await;
        sim.put("/A.pdf", b"one".to_vec().into());
        sim
    };
    let (first, second) = (started(1_000).await, started(2_000).await);
    let before = read(&Graph::sign_in(&first).await, ALL).await;
    second.put("/A.pdf", b"another".to_vec().into());

    let after = Graph::sign_in(&second).await;
    let reply = after
        .get(&before.link.replace(&first.graph_url(), &second.graph_url()))
        .await;

    let code = "resyncChangesApplyDifferences".to_owned();
    assert_eq!(gone(&reply), (410, "resyncRequired".to_owned(), code));
    let there = read(&after, ALL).await;
    let tag = |round: &Round| round.entries.iter().find(|entry| entry["name"] == "A.pdf").unwrap()["cTag"].clone();
    assert_ne!(tag(&before), tag(&there));
}
