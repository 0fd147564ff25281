//! Work goes on whoever listens.

use std::process::Stdio;

use graph_sim::Fault;

use crate::stage::{HOSTILE, Stage, closed, commands, full, line_with, signal};

#[tokio::test(flavor = "multi_thread")]
async fn serve_goes_on_without_its_listener_and_with_a_full_disk_behind_its_log() {
    let Some(stage) = Stage::connected().await else { return };
    let item = stage.sim.put("/A.pdf", b"%PDF-a".to_vec().into());
    assert!(stage.run(&["onedrive", "import", &item]).status.success());
    let tomorrow = chrono::Utc::now() + chrono::TimeDelta::days(1);
    let mut runs = 0;
    for (stdout, stderr) in [(closed(), closed()), (full(), full())] {
        runs += 1;
        let at = (tomorrow + chrono::TimeDelta::days(runs)).to_rfc3339();
        let mut command = stage.command(&["--at", &at, "serve"]);
        command.env("CLIENTPOINT_LOG", "info").stdout(stdout).stderr(stderr);
        let mut serving = command.spawn().unwrap();
        // Once a run is recorded as over, it has been told.
        let done = || stage.json(&["runs", "list"])["runs"][0]["state"] == "complete";
        let count = || stage.json(&["runs", "list"])["runs"].as_array().unwrap().len();
        while count() < usize::try_from(runs).unwrap() || !done() {
            assert_eq!(serving.try_wait().unwrap(), None, "it has died");
        }
        assert!(stage.run(&["status"]).status.success());
        assert_eq!(serving.try_wait().unwrap(), None, "it has died");
        signal(&serving, "-TERM");
        assert_ne!(serving.wait().unwrap().code(), None, "it ends by itself");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_comes_to_its_end_whoever_listens() {
    let Some(stage) = Stage::connected().await else { return };
    for (number, stderr) in [closed(), full()].into_iter().enumerate() {
        let items: Vec<String> = (0..5)
            .map(|file| {
                stage
                    .sim
                    .put(&format!("/{number}-{file}.pdf"), vec![b'%'; 300_000].into())
            })
            .collect();
        let mut words = vec!["onedrive", "import"];
        words.extend(items.iter().map(String::as_str));
        let mut command = stage.command(&words);
        command
            .env("CLIENTPOINT_LOG", "trace")
            .stdout(Stdio::piped())
            .stderr(stderr);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    assert_eq!(stage.json(&["library", "list"])["files"].as_array().unwrap().len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_in_the_drive_forges_no_line_anywhere() {
    let Some(stage) = Stage::connected().await else { return };
    let path = format!("/{HOSTILE}");
    let item = stage.sim.put(&path, b"%PDF-a".to_vec().into());
    let mut all = vec![
        stage.run(&["onedrive", "list"]),
        stage.run(&["onedrive", "import", &item]),
    ];
    stage.sim.put(&path, b"%PDF-b".to_vec().into());
    for words in [
        ["sync", "--plan"].as_slice(),
        &["sync"],
        &["runs", "list"],
        &["runs", "show", "1"],
        &["library", "show", "100001"],
        &["onedrive", "import", &format!("{HOSTILE}.docx")],
        &["status"],
        &["inspect"],
        &["--json", "onedrive", "list"],
    ] {
        let mut command = stage.command(words);
        all.push(command.env("CLIENTPOINT_LOG", "debug").output().unwrap());
    }
    let mut said = String::new();
    for output in all {
        assert!(!commands(&output.stdout) && !commands(&output.stderr), "{output:?}");
        said.push_str(&String::from_utf8(output.stdout).unwrap());
        said.push_str(&String::from_utf8(output.stderr).unwrap());
    }
    assert!(said.contains("error: forged"), "the name was there to be shown");
    assert!(!said.lines().any(|line| line.starts_with("error: forged")), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_can_not_be_written_is_told_before_the_sync_and_outcomes_are_never_hidden() {
    let Some(stage) = Stage::connected().await else { return };
    let item = stage.sim.put("/A.pdf", b"%PDF-a".to_vec().into());
    assert!(stage.run(&["onedrive", "import", &item]).status.success());
    stage.sim.put("/A.pdf", b"%PDF-b".to_vec().into());
    let report = stage.folder.path().join("report.csv");
    let shown = report.to_str().unwrap();
    std::fs::write(&report, b"kept").unwrap();
    for words in [
        ["sync", "--report", shown].as_slice(),
        &["sync", "--report", "/nowhere/report.csv"],
        &["runs", "show", "1", "--report", shown],
        &["library", "read", "100001", "-o", shown],
        &["library", "export", &shown.replace("report.csv", "nowhere/list.xlsx")],
        &[
            "library",
            "export",
            "--template",
            &shown.replace("report.csv", "nowhere/list.xlsx"),
        ],
    ] {
        let output = stage.run(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {output:?}");
    }
    assert_eq!(std::fs::read(&report).unwrap(), b"kept");
    assert!(
        stage.json(&["runs", "list"])["runs"].as_array().unwrap().is_empty(),
        "nothing has run"
    );

    std::fs::remove_file(&report).unwrap();
    stage.sim.fault(Fault::throttle(2).times(1));
    let (sync, mut messages) = stage.start(&["--json", "sync", "--report", shown]);
    let waits = line_with(&mut messages, "waiting ");
    assert!(waits.contains("seconds: ") && waits.contains("patience"), "{waits}");
    std::fs::write(&report, b"somebody was faster").unwrap();
    let said = line_with(&mut messages, "error: the report could not be written");
    assert!(said.contains("runs show 1 --report"), "{said}");
    let output = sync.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let ledger: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(ledger["counts"]["updated"], 1, "{ledger}");
    assert!(ledger["report_error"].is_string(), "{ledger}");
    assert_eq!(std::fs::read(&report).unwrap(), b"somebody was faster");
}
