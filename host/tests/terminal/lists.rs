//! A list of files to import, as editors and people leave it.

use graph_sim::{Fault, FaultKind};
use serde_json::{Value, json};

use crate::stage::{Stage, line_with, signal};

/// Writes a list, and gives its path.
fn list(stage: &Stage, text: &str) -> String {
    let path = stage.folder.path().join("list.txt");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().into()
}

/// What became of each line.
fn told(document: &Value) -> Vec<(u64, &str, &str)> {
    let outcomes = document["outcomes"].as_array().unwrap();
    let told = outcomes.iter().map(|outcome| {
        (
            outcome["line"].as_u64().unwrap(),
            outcome["outcome"].as_str().unwrap(),
            outcome["reason"].as_str().unwrap_or_default(),
        )
    });
    told.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_comes_in_line_by_line_whatever_it_was_written_with() {
    let Some(stage) = Stage::connected().await else { return };
    for name in ["A", "B", "C, D", "E", "F", "G", "twin%20s", "twin s"] {
        stage
            .sim
            .put(&format!("/{name}.pdf"), format!("%PDF-{name}").into_bytes().into());
    }
    let by_id = stage.sim.put("/H.pdf", b"%PDF-h".to_vec().into());
    let drives = stage.json(&["drives", "list"]);
    let drives = drives["drives"].as_array().unwrap();
    let address = drives.iter().find(|drive| drive["selected"] == true).unwrap()["web_url"].as_str();
    let address = address.unwrap();
    let text = format!(
        "\u{feff}# for Sales\r\nA.pdf\r\n\r\n\"B.pdf\"\r\n/C, D.pdf\r\n  a.PDF  \r\nMissing.pdf\r\n{address}/E.pdf?web=1\r\n\
         {by_id}\r\nF.pdf\r\ntwin%20s.pdf\r\nG.pdf"
    );
    let document = stage.json(&["onedrive", "import", "--from", &list(&stage, &text)]);
    let expected = [
        (2, "imported", ""),
        (4, "imported", ""),
        (5, "imported", ""),
        (6, "duplicate", ""),
        (7, "failed", "not-found"),
        (8, "imported", ""),
        (9, "imported", ""),
        (10, "imported", ""),
        (11, "refused", "ambiguous"),
        (12, "imported", ""),
    ];
    assert_eq!(told(&document), expected, "{document:#}");
    assert_eq!(stage.json(&["library", "list"])["files"].as_array().unwrap().len(), 7);

    // Once more, as people read it: nothing comes in twice, and the lines are named.
    let again = stage.run(&["onedrive", "import", "--from", &list(&stage, &text)]);
    assert_eq!(again.status.code(), Some(1));
    let page = String::from_utf8(again.stdout).unwrap();
    for part in ["line 7: ", "line 11: ", "7 already-imported", "of 10 files"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(stage.json(&["library", "list"])["files"].as_array().unwrap().len(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_stopped_tells_each_line_what_had_come_in() {
    let Some(stage) = Stage::connected().await else { return };
    let names: Vec<String> = (1..=7).map(|number| format!("{number}.pdf")).collect();
    for name in &names {
        stage.sim.put(&format!("/{name}"), b"%PDF-x".to_vec().into());
    }
    stage.sim.fault(Fault::new(FaultKind::Stall(None)).on("/6.pdf"));
    let list = list(&stage, &names.join("\n"));
    let (import, mut messages) = stage.start(&["--json", "onedrive", "import", "--from", &list]);
    // The first five are one selection; the sixth is of the next.
    while stage.json(&["library", "list"])["files"].as_array().unwrap().len() < 6 {}
    signal(&import, "-INT");
    line_with(&mut messages, "stopping: ");
    let output = import.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        document["counts"],
        json!({ "imported": 6, "stopped": 1 }),
        "{document:#}"
    );
    let stopped: Vec<u64> = told(&document)
        .iter()
        .filter(|told| told.1 == "stopped")
        .map(|told| told.0)
        .collect();
    assert_eq!(stopped, [6]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_of_many_pages_is_shown_and_written_to_its_last_line() {
    let Some(stage) = Stage::connected().await else { return };
    let rows: Vec<String> = (1..=2_300).map(|row| format!("{},A{row}.pdf", 500_000 + row)).collect();
    let sheet = stage.folder.path().join("sheet.csv");
    std::fs::write(&sheet, format!("File ID,Sharepoint File Path\n{}\n", rows.join("\n"))).unwrap();
    stage.run(&["associate", sheet.to_str().unwrap()]);

    let document = stage.json(&["runs", "show", "1"]);
    let lines = document["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 2_300);
    assert_eq!(
        (&lines[0]["reason"], &lines[2_299]["reason"]),
        (&json!("row-2"), &json!("row-2301"))
    );
    assert_eq!(document["counts"], json!({ "unknown-file-id": 2_300 }));

    let page = String::from_utf8(stage.run(&["runs", "show", "1"]).stdout).unwrap();
    assert_eq!(
        page.lines().filter(|line| line.starts_with("unknown-file-id ")).count(),
        2_300
    );
    assert!(page.trim_end().ends_with("2300 unknown-file-id = 2300 rows"), "{page}");

    for (ending, begins) in [("csv", "\"File ID\""), ("json", "{"), ("xlsx", "PK")] {
        let report = stage.folder.path().join(format!("run.{ending}"));
        let written = stage.run(&["runs", "show", "1", "--report", report.to_str().unwrap()]);
        assert!(written.status.success(), "{written:?}");
        let bytes = std::fs::read(report).unwrap();
        assert!(bytes.starts_with(begins.as_bytes()), "{ending}");
        match ending {
            "csv" => assert_eq!(String::from_utf8(bytes).unwrap().lines().count(), 2_301),
            "json" => assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), document),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drive_of_many_pages_is_listed_to_its_end_and_in_one_table() {
    let Some(stage) = Stage::connected().await else { return };
    for number in 0..1_200 {
        stage.sim.put(&format!("/{number:04}.pdf"), b"%PDF-".to_vec().into());
    }
    stage.sim.clear_requests();
    let page = String::from_utf8(stage.run(&["onedrive", "list"]).stdout).unwrap();
    assert_eq!(page.lines().count(), 1_201);
    assert_eq!(page.matches("ITEM ID").count(), 1);
    let document = stage.json(&["onedrive", "list"]);
    assert_eq!(document["entries"].as_array().unwrap().len(), 1_200);
}
