//! The ways in which the service may tell of changes.

use super::*;

#[tokio::test]
async fn a_selection_that_forgets_deletions_makes_them_look_alive() {
    let sim = empty_sim().await;
    sim.put("/a.pdf", "a".into());
    let graph = Graph::sign_in(&sim).await;
    let forgetful = read(&graph, "/root/delta?$select=id,file").await.link;
    let careful = read(&graph, "/root/delta?select=id,file,deleted").await.link;
    sim.delete("/a.pdf");
    assert!(read(&graph, &forgetful).await.entries[0]["deleted"].is_null());
    assert!(read(&graph, &careful).await.entries[0]["deleted"].is_object());
}

#[tokio::test]
async fn pages_may_be_empty_and_items_may_come_twice() {
    let style = DeltaStyle {
        empty_pages: true,
        repeated_items: true,
        ..DeltaStyle::default()
    };
    let sim = sim_with(style, 2).await;
    for name in ["/a.pdf", "/b.pdf", "/c.pdf"] {
        sim.put(name, "x".into());
    }
    let graph = Graph::sign_in(&sim).await;
    let round = read(&graph, ALL).await;
    assert_eq!(round.pages, [0, 2, 0, 3]);
    assert_eq!(round.names(), ["root", "a.pdf", "a.pdf", "b.pdf", "c.pdf"]);
}

#[tokio::test]
async fn links_may_have_their_token_in_the_path_and_parents_may_have_none() {
    let style = DeltaStyle {
        token_in_path: true,
        no_paths: true,
        ..DeltaStyle::default()
    };
    let sim = sim_with(style, 1).await;
    sim.put("/Team/a.pdf", "x".into());
    let graph = Graph::sign_in(&sim).await;
    let round = read(&graph, "/root/delta?$select=id,name,parentReference").await;
    assert_eq!(round.pages, [1, 1, 1]);
    assert!(round.link.contains("/root/delta(token='") && round.link.ends_with("')?$select=id,name,parentReference"));
    let parent = &round.entries[2]["parentReference"];
    assert!(parent["id"].is_string() && parent["path"].is_null());

    sim.put("/Team/b.pdf", "x".into());
    let encoded = round.link.replace('\'', "%27");
    assert_eq!(read(&graph, &encoded).await.names(), ["root", "Team", "b.pdf"]);
    assert!(read(&graph, "/root/delta(token='latest')").await.entries.is_empty());
}

#[tokio::test]
async fn folders_above_and_shortcuts_come_as_preferred() {
    let sim = empty_sim().await;
    sim.mkdir("/Team");
    let graph = Graph::sign_in(&sim).await;
    let link = read(&graph, ALL).await.link;
    sim.put("/Team/a.pdf", "a".into());
    sim.put_shortcut("/Team/Elsewhere", "b!other", "01OTHER");

    let alone = graph.get_with(&link, &[("Prefer", "deltaExcludeParent")]).await;
    assert_eq!(Graph::names(&alone), ["a.pdf"]);
    let all = graph
        .get_with(&link, &[("Prefer", "Include-Feature=AddToOneDrive")])
        .await;
    assert_eq!(Graph::names(&all), ["root", "Team", "a.pdf", "Elsewhere"]);
}
