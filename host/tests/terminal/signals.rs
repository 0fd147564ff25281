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
    assert_eq!(
        ledger["before"]["counts"],
        serde_json::json!({ "updated": 1 }),
        "{ledger}"
    );
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

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_cut_off_is_shown_before_what_finishes_it() {
    let Some(stage) = Stage::connected().await else { return };
    let item = stage.sim.put("/A.pdf", b"%PDF-a".to_vec().into());
    assert!(stage.run(&["onedrive", "import", &item]).status.success());
    for (words, content) in [(["sync"].as_slice(), "b"), (&["sync", "--plan"], "c")] {
        stage.sim.put("/A.pdf", format!("%PDF-{content}").into_bytes().into());
        stage.sim.fault(Fault::new(FaultKind::Stall(None)).on("/A.pdf"));
        let (mut sync, _messages) = stage.start(&["sync"]);
        stage.sim.stalled(1).await;
        sync.kill().unwrap();
        sync.wait().unwrap();
        stage.sim.clear_faults();
        stage.sim.release_stalled();

        let page = String::from_utf8(stage.run(words).stdout).unwrap();

        let (before, own) = page.split_once("\n\n").unwrap_or_else(|| panic!("{page}"));
        assert!(
            before.contains("had been interrupted, and has come to its end first:"),
            "{page}"
        );
        assert!(before.contains("complete: 1 updated = 1 files"), "{page}");
        assert!(!own.contains("updated"), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_gives_an_upload_up_and_says_what_stands() {
    let Some(stage) = Stage::connected().await else { return };
    let file = stage.folder.path().join("Mine.pdf");
    std::fs::write(&file, b"%PDF-mine").unwrap();
    assert!(stage.run(&["library", "add", file.to_str().unwrap()]).status.success());
    stage.sim.put("/A.pdf", b"%PDF-a".to_vec().into());
    let sheet = stage.folder.path().join("sheet.csv");
    std::fs::write(&sheet, "File ID,Sharepoint File Path\n100001,A.pdf\n").unwrap();
    let sheet = sheet.to_str().unwrap();
    stage.sim.fault(Fault::throttle(20).always());
    for (words, stands) in [
        (
            ["associate", sheet, "--preview"].as_slice(),
            "a preview changes nothing",
        ),
        (&["associate", sheet], "nothing was linked"),
    ] {
        let (upload, mut messages) = stage.start(words);
        line_with(&mut messages, "waiting");
        signal(&upload, "-INT");
        line_with(&mut messages, "stopping: the upload is given up");
        line_with(&mut messages, stands);
        let output = upload.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
    }
    stage.sim.clear_faults();
    let files = stage.json(&["library", "list"]);
    assert_eq!(files["files"][0]["source"], serde_json::Value::Null, "{files}");
    let done = stage.json(&["associate", sheet]);
    assert_eq!(
        done["association"]["counts"],
        serde_json::json!({ "linked": 1 }),
        "{done}"
    );
}
