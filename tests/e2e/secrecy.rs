//! No secret, token or pre-authenticated address anywhere but in memory and on the wire to where it belongs.

use std::path::Path;

use end_to_end::World;
use graph_sim::{FaultKind, Origin};

/// Every file below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn contains(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

#[tokio::test]
async fn nothing_secret_is_left_on_disk_or_said_in_an_outcome() {
    let world = World::connected().await;
    let good = world.sim.put("/Good.pdf", b"%PDF-good".to_vec().into());
    let bad = world.sim.put("/Bad.pdf", b"%PDF-bad".to_vec().into());
    world
        .sim
        .fault(graph_sim::Fault::from(FaultKind::Html200).on("/Bad.pdf"));

    let said = format!(
        "{:?} {:?}",
        world.import(&good).await,
        world.import_patiently(&bad).await
    );

    let content = world.sim.content_url();
    for path in files(world.data.path()) {
        let bytes = std::fs::read(&path).unwrap();
        for secret in [world.sim.client_secret(), "Bearer ", "sig=", content.as_str()] {
            assert!(!contains(&bytes, secret), "{} holds {secret}", path.display());
        }
    }
    for secret in [world.sim.client_secret(), "Bearer ", "sig=", content.as_str()] {
        assert!(!said.contains(secret), "{said}");
    }
}

#[tokio::test]
async fn the_token_goes_to_the_api_only_and_never_to_where_files_are_fetched() {
    let world = World::connected().await;
    let item = world.sim.put("/Deck.pdf", b"%PDF-".to_vec().into());
    world.import(&item).await;

    let requests = world.sim.requests();
    assert!(requests.iter().any(|request| request.origin == Origin::Content));
    for request in requests {
        let authorized = request.origin == Origin::Graph;
        assert_eq!(request.was_authorized(), authorized, "{request:?}");
    }
}
