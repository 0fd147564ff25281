//! The program and its data folder: a lost database, rights, what is left behind, and what is not its own.
#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_clientpoint-host");

fn host(data: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.arg("--data").arg(data).args(words).output().unwrap()
}

/// Makes an empty folder one for tests, in which the clock can be set.
fn for_tests(data: &Path) {
    let nowhere = "http://127.0.0.1:9";
    let endpoints = ["--insecure-endpoints", "--graph-url", nowhere, "--login-url", nowhere];
    let made = host(data, &[&endpoints[..], &["users", "list"]].concat());
    assert!(made.status.success(), "{made:?}");
}

/// As [`host`], on another day, in a folder that was made by [`for_tests`].
fn host_on(data: &Path, day: &str, words: &[&str]) -> Output {
    let moment = format!("{day}T08:00:00Z");
    host(data, &[&["--at", &moment], words].concat())
}

fn json(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A library with these files, added by hand.
fn library(data: &Path, names: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let file = folder.path().join(name);
        fs::write(&file, name).unwrap();
        json(&host(data, &["--json", "library", "add", file.to_str().unwrap()]));
    }
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(below(&path));
        }
        all.push(path);
    }
    all.sort();
    all
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Something that nothing points at: its name is that of an object.
fn orphan(data: &Path) -> PathBuf {
    let name = format!("ab{}", "0".repeat(62));
    let path = data.join("objects/ab").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, b"nobody's").unwrap();
    path
}

#[test]
fn with_its_database_away_every_command_refuses_alike_and_nothing_is_made_or_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let (data, away) = (folder.path().join("data"), folder.path().join("away.db"));
    library(&data, &["a.pdf", "b.pdf", "c.pdf", "d.pdf"]);
    fs::rename(data.join("clientpoint.db"), &away).unwrap();
    let before = below(&data);

    for words in [
        "users list",
        "users add mia --role member",
        "library list",
        "library show 100001",
        "library keep-clientpoints",
        "places 100001",
        "runs list",
        "secrets rotate",
        "secrets forget",
        "trash list",
        "trash empty",
        "status",
        "inspect",
        "drives list",
        "onedrive list",
        "sync",
        "serve --once",
        "disconnect",
    ] {
        let words: Vec<&str> = ["--json"].into_iter().chain(words.split(' ')).collect();
        // Long after: what is older than an hour is no more safe than what is young.
        let output = host_on(&data, "2031-01-01", &words);
        assert_eq!(output.status.code(), Some(1), "{words:?}: {output:?}");
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["error"]["code"], "new-catalogue", "{words:?}");
        assert!(
            said(&output).contains("Put the right `clientpoint.db` back"),
            "{output:?}"
        );
        assert_eq!(below(&data), before, "{words:?}");
    }

    fs::rename(&away, data.join("clientpoint.db")).unwrap();
    assert_eq!(
        json(&host(&data, &["--json", "library", "list"]))["files"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
    for (id, name) in [("100001", "a.pdf"), ("100004", "d.pdf")] {
        let copy = folder.path().join(name);
        json(&host(
            &data,
            &["--json", "library", "read", id, "-o", copy.to_str().unwrap()],
        ));
        assert_eq!(fs::read(copy).unwrap(), name.as_bytes());
    }
}

#[test]
fn what_adopting_a_database_would_cost_is_told_and_it_is_done_with_yes() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    library(data, &["a.pdf"]);
    fs::remove_file(data.join("clientpoint.db")).unwrap();
    let before = below(data);

    let told = host(data, &["library", "adopt"]);

    assert_eq!(told.status.code(), Some(1), "{told:?}");
    let text = String::from_utf8(told.stdout).unwrap();
    for part in [
        "is missing",
        "A new library would be begun",
        "1 objects in all",
        "library adopt --yes",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(below(data), before);
    let strange = host(data, &["--json", "--as", "mia", "library", "adopt", "--yes"]);
    assert_eq!(strange.status.code(), Some(1));
    assert_eq!(below(data), before, "only an Administrator may");
    assert_eq!(
        json(&host(data, &["--json", "library", "adopt", "--yes"]))["adopted"],
        true
    );
    assert_eq!(
        json(&host(data, &["--json", "library", "list"]))["files"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    assert_eq!(json(&host(data, &["--json", "library", "adopt"]))["adopted"], false);
}

#[test]
fn what_it_writes_is_its_owners_only_whatever_the_umask_and_what_people_write_is_as_they_want_it() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("a.pdf"));
    fs::create_dir(&data).unwrap();
    fs::write(data.join("mine.txt"), b"not the host's").unwrap();
    fs::write(&file, b"%PDF").unwrap();
    fs::set_permissions(data.join("mine.txt"), fs::Permissions::from_mode(0o666)).unwrap();
    let (copy, list) = (folder.path().join("copy.pdf"), folder.path().join("list.xlsx"));
    let script = r#"umask 000
        "$1" --data "$2" --insecure-endpoints --graph-url http://127.0.0.1:9 --login-url http://127.0.0.1:9 library add "$3" &&
        "$1" --data "$2" library read 100001 -o "$4" &&
        "$1" --data "$2" secrets rotate && "$1" --data "$2" library export "$5""#;
    let done = Command::new("sh")
        .args(["-c", script, "sh", PROGRAM])
        .args([&data, &file, &copy, &list])
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
    orphan(&data);
    for path in [data.join("objects/ab"), data.join("objects")] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
    }
    host_on(&data, "2031-01-01", &["users", "list"]);

    for path in below(&data) {
        let expected = match path.is_dir() {
            _ if path.ends_with("mine.txt") => 0o666,
            true => 0o700,
            false => 0o600,
        };
        assert_eq!(mode(&path), expected, "{}", path.display());
    }
    assert!(data.join("trash/2031-01-01").is_dir());
    assert_eq!(mode(&copy), 0o666, "people's own files have the rights that they want");
    assert_eq!(mode(&list), 0o666);
}

#[test]
fn after_each_command_the_database_is_one_file_and_a_copy_of_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (data, copy) = (folder.path().join("data"), folder.path().join("copy"));
    library(&data, &["a.pdf", "b.pdf"]);
    let alone = || {
        let beside = |path: &PathBuf| path.to_string_lossy().contains("clientpoint.db-");
        assert!(!below(&data).iter().any(beside));
    };

    alone();
    for words in [
        &["library", "show", "7"][..],
        &["--as", "nobody", "library", "list"],
        &["--plugin", "/nowhere.wasm", "inspect"],
        &["--policy", "a=b", "users", "list"],
        &["library", "read", "100001", "-o", "/nowhere/a.pdf"],
    ] {
        assert!(!host(&data, words).status.success(), "{words:?}");
        alone();
    }
    fs::create_dir(&copy).unwrap();
    fs::copy(data.join("clientpoint.db"), copy.join("clientpoint.db")).unwrap();
    let files = json(&host(&copy, &["--json", "library", "list"]));
    assert_eq!(files["files"].as_array().unwrap().len(), 2);
}

#[test]
fn what_is_not_its_own_among_its_files_refuses_no_command_is_told_once_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    for_tests(data);
    library(data, &["a.pdf"]);
    fs::create_dir(data.join("cache")).unwrap();
    let strays = ["objects/notes.txt", "drafts/letter.docx", "cache/notes.txt", "trash"];
    for stray in strays {
        fs::write(data.join(stray), b"mine").unwrap();
    }
    fs::create_dir(data.join("drafts/holiday")).unwrap();

    let first = host_on(data, "2031-01-01", &["library", "list"]);
    let second = host_on(data, "2031-01-02", &["library", "list"]);

    assert_eq!(
        (first.status.code(), second.status.code()),
        (Some(0), Some(0)),
        "{first:?}"
    );
    for stray in [
        "objects/notes.txt",
        "drafts/letter.docx",
        "cache/notes.txt",
        "drafts/holiday",
    ] {
        assert!(said(&first).contains(stray), "{stray}: {first:?}");
        assert!(!said(&second).contains(stray), "{stray}: {second:?}");
        assert!(data.join(stray).exists());
    }
}

#[test]
fn the_trash_is_listed_with_its_sizes_and_emptied_by_administrators() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    for_tests(data);
    library(data, &["a.pdf"]);
    host(data, &["users", "add", "mia", "--role", "member"]);
    let orphan = orphan(data);
    let swept = host_on(data, "2031-01-01", &["library", "list"]);
    assert!(
        said(&swept).contains("1 objects that the library has never heard of"),
        "{swept:?}"
    );
    assert!(!orphan.exists());

    let trash = json(&host_on(data, "2031-01-01", &["--json", "trash", "list"]));

    assert_eq!(trash["trash"]["days"][0]["day"], "2031-01-01");
    assert_eq!(trash["trash"]["days"][0]["deleted_on"], "2031-01-31");
    assert_eq!(
        (&trash["trash"]["objects"], &trash["trash"]["bytes"]),
        (&1.into(), &8.into())
    );
    assert_eq!(trash["trash"]["swept"]["unheard"], 1);
    let refused = host_on(data, "2031-01-01", &["--as", "mia", "trash", "empty"]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let emptied = json(&host_on(data, "2031-01-01", &["--json", "trash", "empty"]));
    assert_eq!(emptied["emptied"]["bytes"], 8);
    let trash = json(&host_on(data, "2031-01-01", &["--json", "trash", "list"]));
    assert_eq!(trash["trash"]["objects"], 0);
}

/// A file system that is really full. Only an administrator of the machine can make one, in a name space of its own.
#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_emptying_the_trash_makes_room() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("a.pdf"));
    fs::create_dir(&data).unwrap();
    fs::write(&file, vec![7; 300_000]).unwrap();
    let script = r#"mount -t tmpfs -o size=4m tmpfs "$2" || exit 77
        "$1" --data "$2" library add "$3" || exit 3
        mkdir -p "$2/trash/2026-01-01"
        head -c 1500000 /dev/zero > "$2/trash/2026-01-01/$4"
        head -c 9000000 /dev/zero > "$2/somebody's"
        "$1" --data "$2" library add "$3" && exit 4
        "$1" --data "$2" trash empty || exit 5
        "$1" --data "$2" library add "$3" || exit 6"#;
    let output = Command::new("unshare")
        .args(["--mount", "--map-root-user", "sh", "-c", script, "sh", PROGRAM])
        .args([&data, &file])
        .arg("0".repeat(64))
        .output();
    match output {
        Ok(output) if output.status.code() != Some(77) && !output.stdout.is_empty() => {
            assert_eq!(output.status.code(), Some(0), "{output:?}");
            assert!(said(&output).contains("trash empty"), "{output:?}");
        }
        other => println!("skipped: no file system of its own can be mounted here ({other:?})"),
    }
}
