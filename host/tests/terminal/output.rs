//! What can't be written never ends the work, and no name breaks a line or commands a terminal.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

use crate::stage::{HOSTILE, closed, commands, full};

fn command(data: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clientpoint-host"));
    command.arg("--data").arg(data).args(words).stdin(Stdio::null());
    command
}

fn run(data: &Path, words: &[&str]) -> Output {
    command(data, words).output().unwrap()
}

/// A library with so many files that their list fills a pipe.
fn library(data: &Path) {
    let file = data.join("source.pdf");
    std::fs::create_dir_all(data).unwrap();
    std::fs::write(&file, b"%PDF-1").unwrap();
    let added = run(data, &["library", "add", file.to_str().unwrap()]);
    assert!(added.status.success(), "{added:?}");
    for name in ["A", "B", "C"] {
        let shown = run(data, &["place", "100001", "--clientpoint", name]);
        assert!(shown.status.success(), "{shown:?}");
    }
}

#[test]
fn a_reader_who_has_seen_enough_ends_a_list_quietly() {
    let folder = tempfile::tempdir().unwrap();
    library(folder.path());
    for words in [
        ["library", "list"].as_slice(),
        &["--json", "library", "list"],
        &["places", "100001"],
        &["--help"],
        &["library", "--help"],
        &["--version"],
    ] {
        let output = command(folder.path(), words).stdout(closed()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{words:?}: {output:?}");
        assert!(output.stderr.is_empty(), "{words:?}: {output:?}");
    }
}

#[test]
fn the_status_of_what_was_done_does_not_change_because_nobody_listens() {
    let folder = tempfile::tempdir().unwrap();
    for (stdout, stderr) in [(closed(), closed()), (full(), full()), (closed(), full())] {
        let mut command = command(folder.path(), &["library", "show", "7"]);
        assert_eq!(command.stdout(stdout).stderr(stderr).status().unwrap().code(), Some(1));
    }
    for stderr in [closed(), full()] {
        let mut command = command(folder.path(), &["library", "shout"]);
        assert_eq!(command.stderr(stderr).status().unwrap().code(), Some(2));
    }
    let mut command = command(folder.path(), &["users", "add", "mia", "--role", "member"]);
    let status = command.stderr(closed()).env("CLIENTPOINT_LOG", "trace").status();
    assert_eq!(status.unwrap().code(), Some(0));
}

#[test]
fn a_result_that_can_not_be_written_is_told_and_what_was_done_stays_done() {
    let folder = tempfile::tempdir().unwrap();
    for (json, name) in [(false, "mia"), (true, "max")] {
        let mut words = vec!["users", "add", name, "--role", "member"];
        words.extend(json.then_some("--json"));
        let output = command(folder.path(), &words).stdout(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("can't be written to standard output"), "{said}");
        assert!(said.contains("stays done"), "{said}");
    }
    let users = run(folder.path(), &["users", "list"]);
    let users = String::from_utf8(users.stdout).unwrap();
    assert!(users.contains("mia") && users.contains("max"), "{users}");
    let help = command(folder.path(), &["--help"]).stdout(full()).output().unwrap();
    assert_eq!(help.status.code(), Some(1), "{help:?}");
}

#[test]
fn a_name_breaks_no_line_and_commands_no_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join(HOSTILE));
    std::fs::write(&file, b"%PDF-1").unwrap();
    let added = run(&data, &["library", "add", file.to_str().unwrap()]);
    assert!(added.status.success(), "{added:?}");

    let shown = run(&data, &["library", "show", "100001"]);
    let list = run(&data, &["library", "list"]);
    let refused = run(
        &data,
        &["library", "read", "100001", "-o", &format!("/nowhere/{HOSTILE}")],
    );
    let unknown = run(&data, &["library", "show", HOSTILE]);
    let nobody = run(&data, &["--as", HOSTILE, "library", "list"]);
    let mistyped = run(&data, &["library", HOSTILE]);
    let flag = run(&data, &[&format!("--{HOSTILE}"), "library", "list"]);
    let place = run(&data, &["library", "move", "100001", HOSTILE]);
    for output in [
        &added, &shown, &list, &refused, &unknown, &nobody, &mistyped, &flag, &place,
    ] {
        let forged = |said: &[u8]| {
            String::from_utf8_lossy(said)
                .lines()
                .any(|line| line.starts_with("error: forged"))
        };
        assert!(!commands(&output.stdout) && !commands(&output.stderr), "{output:?}");
        assert!(!forged(&output.stdout) && !forged(&output.stderr), "{output:?}");
    }
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert_eq!(shown.lines().count(), 10, "{shown}");
    assert!(shown.contains("a\\nerror: forged\\r\\u{1b}[2J"), "{shown}");
    assert_eq!(String::from_utf8(list.stdout).unwrap().lines().count(), 2);
    assert_eq!(String::from_utf8(refused.stderr).unwrap().lines().count(), 1);
}

#[test]
fn json_says_the_very_name_and_shows_nothing_that_commands_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join(HOSTILE));
    std::fs::write(&file, b"%PDF-1").unwrap();
    let added = run(&data, &["--json", "library", "add", file.to_str().unwrap()]);
    assert!(!commands(&added.stdout), "{added:?}");
    let document: Value = serde_json::from_slice(&added.stdout).unwrap();
    assert_eq!(document["file"]["name"], HOSTILE);
    let unknown = run(&data, &["--json", "library", "show", HOSTILE]);
    assert!(!commands(&unknown.stdout), "{unknown:?}");
    let document: Value = serde_json::from_slice(&unknown.stdout).unwrap();
    assert!(document["error"]["message"].as_str().unwrap().contains(HOSTILE));
}
