//! The program itself: exit status, one JSON document, messages that name the thing and the way out.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod given;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;
use tempfile::TempDir;

fn host(data: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_clientpoint-host"))
        .arg("--data")
        .arg(data)
        .args(words)
        .output()
        .unwrap()
}

/// Runs a command that should go well, and reads its JSON.
fn json(data: &Path, words: &[&str]) -> Value {
    let output = host(data, &[&["--json"], words].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Runs a command that should not, and gives its status and the code of its error.
fn refused(data: &Path, words: &[&str]) -> (Option<i32>, String) {
    let output = host(data, &[&["--json"], words].concat());
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("error: "), "{said}");
    let code = document["error"]["code"].as_str().unwrap().to_string();
    (output.status.code(), code)
}

/// Paths in a folder, by their names.
fn below<const COUNT: usize>(folder: &TempDir, names: [&str; COUNT]) -> [PathBuf; COUNT] {
    names.map(|name| folder.path().join(name))
}

#[test]
fn a_file_goes_into_the_library_and_comes_out_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let [data, file, copy] = below(&folder, ["data", "a.pdf", "b.pdf"]);
    std::fs::write(&file, b"%PDF-1").unwrap();

    let added = json(
        &data,
        &["library", "add", file.to_str().unwrap(), "--place", "Workspace/Sales"],
    );
    let id = added["file"]["id"].as_str().unwrap();
    json(&data, &["place", id, "--clientpoint", "Fabrikam"]);
    std::fs::write(&file, b"%PDF-2").unwrap();
    json(&data, &["library", "replace", id, file.to_str().unwrap()]);
    json(&data, &["library", "read", id, "-o", copy.to_str().unwrap()]);

    assert_eq!(std::fs::read(copy).unwrap(), b"%PDF-2");
    assert_eq!(
        json(&data, &["library", "list"])["files"][0]["place"],
        "Workspace/Sales"
    );
    assert_eq!(json(&data, &["places", id])["places"][0]["revision"], 2);
}

#[test]
fn bytes_that_the_disk_has_changed_are_not_read_out_and_verify_names_them_until_they_are_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let [data, file, copy] = below(&folder, ["data", "a.pdf", "b.pdf"]);
    std::fs::write(&file, b"%PDF-1").unwrap();
    let added = json(&data, &["library", "add", file.to_str().unwrap()]);
    let (id, sha256) = (
        added["file"]["id"].as_str().unwrap(),
        added["file"]["sha256"].as_str().unwrap(),
    );
    let whole = json(&data, &["library", "verify"]);
    assert_eq!((&whole["objects"], &whole["damaged"]), (&1.into(), &0.into()));
    let object = data.join("objects").join(sha256.split_at(2).0).join(sha256);
    std::fs::write(&object, b"%PDF-!").unwrap();

    let read = ["library", "read", id, "-o", copy.to_str().unwrap()];
    assert_eq!(refused(&data, &read), (Some(1), "damaged".to_string()));
    assert!(!copy.exists());
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 2, "the file that was added, and the data folder");
    let verified = host(&data, &["library", "verify", id]);
    assert_eq!(verified.status.code(), Some(1));
    let told = String::from_utf8(verified.stdout).unwrap();
    assert!(told.contains(id) && told.contains("library replace"), "{told}");
    let shown = host(&data, &["library", "show", id]);
    assert!(String::from_utf8(shown.stdout).unwrap().contains("DAMAGED"));
    let listed = host(&data, &["library", "list"]);
    assert!(String::from_utf8(listed.stdout).unwrap().contains("DAMAGED"));
    assert_eq!(host(&data, &["library", "verify", "100999"]).status.code(), Some(1));

    std::fs::write(&object, b"%PDF-1").unwrap();
    json(&data, &["library", "verify"]);
    json(&data, &read);
    assert_eq!(std::fs::read(copy).unwrap(), b"%PDF-1");
}

#[test]
fn r39_the_list_of_files_goes_into_a_workbook_in_which_everything_is_text() {
    let folder = tempfile::tempdir().unwrap();
    let [data, file, list] = below(&folder, ["data", "=1+1.pdf", "list.xlsx"]);
    std::fs::write(&file, b"%PDF-1").unwrap();
    json(&data, &["library", "add", file.to_str().unwrap()]);

    assert_eq!(json(&data, &["library", "export", list.to_str().unwrap()])["files"], 1);

    assert_eq!(
        refused(&data, &["library", "export", list.to_str().unwrap()]),
        (Some(2), "wrong-settings".into())
    );
    let script = "import sys, zipfile; book = zipfile.ZipFile(sys.argv[1]); \
                  print(book.read('xl/sharedStrings.xml').decode(), book.read('xl/worksheets/sheet1.xml').decode())";
    let Ok(read) = Command::new("python3").args(["-c", script]).arg(&list).output() else {
        println!("half of it skipped: there is no python3 to unpack the workbook with");
        return;
    };
    let content = String::from_utf8(read.stdout).unwrap();
    for text in [">File ID<", ">=1+1.pdf<", ">100001<"] {
        assert!(content.contains(text), "{text} in {content}");
    }
    assert!(!content.contains("<f>"), "no formula: {content}");
}

#[test]
fn what_can_t_be_right_ends_with_2_and_what_went_wrong_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    json(data, &["users", "add", "mia", "--role", "member"]);

    assert_eq!(refused(data, &["library", "show", "7"]), (Some(1), "not-found".into()));
    assert_eq!(
        refused(data, &["--as", "nobody", "library", "list"]),
        (Some(1), "not-found".into())
    );
    assert_eq!(
        refused(data, &["--as", "mia", "users", "list"]),
        (Some(1), "forbidden".into())
    );
    assert_eq!(
        refused(data, &["--plugin", "/nowhere.wasm", "inspect"]),
        (Some(2), "wrong-settings".into())
    );
    assert_eq!(
        refused(data, &["--graph-url", "http://x", "library", "list"]),
        (Some(2), "wrong-settings".into())
    );
    assert_eq!(
        refused(data, &["library", "add", "/nowhere.pdf"]),
        (Some(2), "wrong-settings".into())
    );
    assert_eq!(host(data, &["library", "move", "1", "Nowhere"]).status.code(), Some(2));
    assert_eq!(host(data, &["onedrive", "import"]).status.code(), Some(2));
}

#[test]
fn everything_that_is_wrong_with_what_was_set_is_said_at_once_and_nothing_is_made_with_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let output = host(
        folder.path(),
        &["--policy", "a=b", "--graph-url", "http://x", "inspect"],
    );
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    for part in ["--policy a=b", "--insecure-endpoints"] {
        assert!(said.contains(part), "{said}");
    }
    let made = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(made, 0, "no library begins with half of its settings");
}

/// A file system that is really full. Only an administrator of the machine can make one, in a name space of its own.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named_and_leaves_the_library_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (data, big) = (folder.path().join("data"), folder.path().join("big.mp4"));
    std::fs::create_dir(&data).unwrap();
    std::fs::write(&big, vec![7; 6 << 20]).unwrap();
    let script = r#"mount -t tmpfs -o size=4m tmpfs "$1" || exit 77
        "$2" --data "$1" --json library add "$3"; status=$?
        "$2" --data "$1" --json library list; ls "$1/drafts"; exit $status"#;
    let program = env!("CARGO_BIN_EXE_clientpoint-host");
    let output = Command::new("unshare")
        .args(["--mount", "--map-root-user", "sh", "-c", script, "sh"])
        .args([&data, Path::new(program), &big])
        .output();
    let output = match output {
        Ok(output) if output.status.code() != Some(77) && !output.stdout.is_empty() => output,
        other => {
            println!("skipped: no file system of its own can be mounted here ({other:?})");
            return;
        }
    };
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("\"no-space\""), "{said}");
    assert!(said.contains("\"empty-trash\""), "the way out is there: {said}");
    assert!(
        said.trim_end().ends_with("\"files\": []\n}"),
        "no file, and no draft behind the list: {said}"
    );
}

#[test]
fn a_file_that_is_there_is_not_written_over_and_nothing_is_done_then() {
    let folder = tempfile::tempdir().unwrap();
    let [data, file, there] = below(&folder, ["data", "Plan.pdf", "there.xlsx"]);
    std::fs::write(&file, b"%PDF-1").unwrap();
    std::fs::write(&there, b"kept").unwrap();
    json(&data, &["library", "add", file.to_str().unwrap()]);
    let (there, pdf) = (there.to_str().unwrap(), file.to_str().unwrap());

    for words in [
        &["library", "read", "100001", "-o", there][..],
        &["library", "export", there],
        &["library", "export", "--template", there],
        &["library", "export", "--template", pdf],
        &["associate", pdf, "--report", there],
        &["associate", pdf, "--report", pdf],
        &["associate", "/nowhere.xlsx"],
        &["associate", data.to_str().unwrap()],
        &["sync", "--report", there],
        &["runs", "show", "1", "--report", there],
        &["runs", "show", "1", "--report", pdf],
    ] {
        assert_eq!(refused(&data, words), (Some(2), "wrong-settings".into()), "{words:?}");
    }

    assert_eq!(std::fs::read(there).unwrap(), b"kept");
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        3,
        "nothing else is left there"
    );
    assert!(json(&data, &["runs", "list"])["runs"].as_array().unwrap().is_empty());
}

#[cfg(unix)]
#[test]
fn what_is_read_has_the_rights_that_the_person_gives_to_new_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let [data, mine, copy] = below(&folder, ["data", "mine", "copy"]);
    std::fs::write(&mine, b"mine").unwrap();
    json(&data, &["library", "add", mine.to_str().unwrap()]);
    json(&data, &["library", "read", "100001", "-o", copy.to_str().unwrap()]);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&copy), mode(&mine));
}
