//! Ctrl-C: answered at once, and harmless at any time.

use graph_sim::{CLIENT_ID, Fault, FaultKind};

use crate::stage::{Stage, line_with, signal};

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_is_answered_at_once_and_an_import_says_what_had_come_in() {
    let Some(stage) = Stage::connected().await else { return };
    let come = stage.sim.put("/A.pdf", b"%PDF-a".to_vec().into());
    let stuck = stage.sim.put("/B.pdf", b"%PDF-b".to_vec().into());
    stage.sim.fault(Fault::new(FaultKind::Stall(None)).on("/B.pdf"));
    let (import, mut messages) = stage.start(&["--json", "onedrive", "import", &come, &stuck]);
    while stage.json(&["library", "list"])["files"].as_array().unwrap().is_empty() {}
    signal(&import, "-INT");
    let said = line_with(&mut messages, "stopping: ");
    assert!(said.contains("again to end at once"), "{said}");
    let output = import.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["counts"], serde_json::json!({ "imported": 1, "stopped": 1 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_ctrl_c_ends_at_once_and_nothing_is_lost() {
    let Some(stage) = Stage::connected().await else { return };
    let item = stage.sim.put("/A.pdf", b"%PDF-a".to_vec().into());
    assert!(stage.run(&["onedrive", "import", &item]).status.success());
    stage.sim.put("/A.pdf", b"%PDF-b".to_vec().into());
    stage.sim.fault(Fault::new(FaultKind::Stall(None)).on("/A.pdf"));
    let (mut sync, mut messages) = stage.start(&["sync"]);
    stage.sim.stalled(1).await;
    signal(&sync, "-INT");
    line_with(&mut messages, "stopping: ");
    signal(&sync, "-INT");
    line_with(&mut messages, "ended at once");
    assert_eq!(sync.wait().unwrap().code(), Some(130));

    stage.sim.clear_faults();
    stage.sim.release_stalled();
    let ledger = stage.json(&["sync"]);
    assert_eq!(ledger["run"]["state"], "complete", "{ledger}");
    let copy = stage.folder.path().join("copy.pdf");
    assert!(
        stage
            .run(&["library", "read", "100001", "-o", copy.to_str().unwrap()])
            .status
            .success()
    );
    assert_eq!(std::fs::read(copy).unwrap(), b"%PDF-b");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_gives_a_sign_in_up_and_serve_ends_by_it() {
    let Some(stage) = Stage::connected().await else { return };
    let words = ["connect", "user", "--no-browser", "--client-id", CLIENT_ID];
    for (words, waits, says) in [
        (words.as_slice(), "waiting for the answer", "given up"),
        (&["serve"], "serving", "stopping: "),
    ] {
        let (mut child, mut messages) = stage.start(words);
        line_with(&mut messages, waits);
        signal(&child, "-INT");
        line_with(&mut messages, "stopping: ");
        if says != "stopping: " {
            line_with(&mut messages, says);
        }
        assert_eq!(child.wait().unwrap().code(), Some(i32::from(words.len() > 1)));
    }
}
