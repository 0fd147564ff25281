//! Harm that is done before there is anything to ask.

use std::sync::Arc;

use clientpoint_host::host::Host;
use end_to_end::{built, load, sources};

use super::{Stage, stopped};

/// The hostile component with another mark in its bytes.
fn marked(behaviour: &str) -> Arc<clientpoint_host::plugin::Plugin> {
    const MARK: &[u8] = b"hostile-mark:behaves";
    let mut bytes = std::fs::read(built(&sources::HOSTILE)).unwrap();
    let at = bytes.windows(MARK.len()).position(|window| window == MARK).unwrap();
    let mark = format!("hostile-mark:{behaviour:.<19}");
    bytes[at..at + mark.len()].copy_from_slice(mark.as_bytes());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("marked.wasm");
    std::fs::write(&file, bytes).unwrap();
    Arc::new(load(&file).unwrap())
}

#[tokio::test]
async fn stored_credentials_go_nowhere_but_where_they_went_when_they_were_given() {
    let stage = Stage::new().await;
    let host = end_to_end::builder(&stage.world.sim, &stage.world.clock, stage.world.data.path())
        .plugin(marked("moves-endpoints"))
        .build()
        .await
        .unwrap();
    let error = host.session("admin").await.unwrap().browse(None).await.unwrap_err();
    let why = stopped(&error);
    assert!(
        why.contains("https://login.evil.example") && why.contains("https://graph.microsoft.com"),
        "{why}"
    );
    assert_eq!(stage.world.sim.requests(), []);
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn a_plugin_does_not_decide_that_files_have_no_bounds() {
    let stage = Stage::new().await;
    let host = end_to_end::builder(&stage.world.sim, &stage.world.clock, stage.world.data.path())
        .plugin(marked("boundless"))
        .build()
        .await
        .unwrap();
    let inspection = host.session("admin").await.unwrap().inspect().await.unwrap();
    assert_eq!(inspection.max_file_bytes, 4 << 30);
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn a_plugin_that_never_finishes_starting_or_describing_itself_is_stopped() {
    let stage = Stage::new().await;
    for behaviour in ["starts-forever", "describes-forever"] {
        let host = Host::builder(stage.world.data.path())
            .plugin(marked(behaviour))
            .build()
            .await
            .unwrap();
        let error = host.session("admin").await.unwrap().status().await.unwrap_err();
        assert!(
            stopped(&error).contains("not done within 5 seconds"),
            "{behaviour}: {error}"
        );
    }
    stage.is_as_before_and_healthy().await;
}
