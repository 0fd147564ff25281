//! A disk without room: what only reads works, what writes says so and loses nothing, and goes on once there is room.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use end_to_end::chance::Chance;

use crate::{
    commands::{self, Typed},
    seen::look,
    stage::{Call, Stage, copy, said},
};

/// Room beyond what the folder holds, in bytes.
const ROOM: u64 = 4 << 20;

/// What the part in a name space of its own is told.
pub struct Inside {
    data: PathBuf,
    base: PathBuf,
    call: Call,
    left: u64,
    reads: bool,
    input: Option<String>,
    words: Vec<String>,
}

/// Runs so many commands, each on a small disk of its own that has been filled but for some bytes.
pub fn full(stage: &Stage, times: usize, chance: &mut Chance) {
    if !mountable() {
        println!(
            "full disk: NOT DONE: no file system of its own can be mounted here (it takes root, or user name spaces)"
        );
        return;
    }
    let all = commands::all(stage);
    let mut refused = 0;
    for number in 0..times {
        let typed = &all[number % all.len()];
        // Every third disk has no byte left; the others run full somewhere on the way.
        let left = if number % 3 == 0 { 0 } else { chance.below(512 << 10) };
        refused += usize::from(once(stage, typed, left));
    }
    println!(
        "full disk: {times} commands, {refused} of them refused in words: nothing lost, and done once there was room"
    );
}

fn mountable() -> bool {
    let folder = tempfile::tempdir().unwrap();
    let mount = Command::new("unshare")
        .args(["--mount", "--map-root-user", "mount", "-t", "tmpfs", "tmpfs"])
        .arg(folder.path())
        .output();
    mount.is_ok_and(|output| output.status.success())
}

fn once(stage: &Stage, typed: &Typed, left: u64) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    let call = stage.call();
    let size = size(&stage.base()) + ROOM;
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "--map-root-user", "sh", "-c"])
        .arg(format!("mount -t tmpfs -o size={size} tmpfs \"$0\" && exec \"$@\""))
        .arg(folder.path())
        .arg(std::env::current_exe().unwrap())
        .arg("--inside")
        .arg(folder.path())
        .arg(stage.base())
        .args([&call.graph, &call.login])
        .arg(&call.inputs)
        .args([
            left.to_string(),
            typed.reads.to_string(),
            typed.input.unwrap_or_default().to_string(),
        ])
        .args(typed.words(&out.path().join("out")));
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "`{}` with {left} bytes left: {}",
        typed.name(),
        said(&output)
    );
    String::from_utf8_lossy(&output.stdout).contains("refused")
}

impl Inside {
    /// What the words say, if they are for that part.
    pub fn of(words: &[String]) -> Option<Self> {
        let [first, data, base, graph, login, inputs, left, reads, input, words @ ..] = words else {
            return None;
        };
        (first == "--inside").then(|| Self {
            data: data.into(),
            base: base.into(),
            call: Call {
                graph: graph.clone(),
                login: login.clone(),
                inputs: inputs.into(),
            },
            left: left.parse().unwrap(),
            reads: reads == "true",
            input: Some(input.clone()).filter(|input| !input.is_empty()),
            words: words.to_vec(),
        })
    }
}

/// One command, on the disk that has been mounted for it.
pub fn inside(inside: Inside) {
    let Inside { data: disk, call, .. } = &inside;
    let data = disk.join("data");
    copy(&inside.base, &data);
    let filler = fill(disk, inside.left);
    let words: Vec<&str> = inside.words.iter().map(String::as_str).collect();
    let output = call.run(&data, &words, inside.input.as_deref());
    let told = said(&output);
    let done = output.status.code() == Some(0);
    if !done && inside.words[0] != "sync" && inside.words[0] != "serve" {
        assert!(!inside.reads, "it only reads: {told}");
        assert!(
            told.contains("no space left") && told.contains(disk.to_str().unwrap()),
            "{told}"
        );
        println!("refused");
    }
    // What only reads works, whatever else did not.
    call.well(&data, &["library", "list"]);
    fs::remove_file(filler).unwrap();
    look(call, &data, "with room again");
    if !done {
        let out = inside.words.iter().find(|word| word.contains("/out."));
        if let Some(out) = out.map(Path::new).filter(|out| out.exists()) {
            fs::remove_file(out).unwrap();
        }
        let again = call.run(&data, &words, inside.input.as_deref());
        let fine = again
            .status
            .code()
            .is_some_and(|code| code == 0 || ["sync", "serve"].contains(&words[0]) && code != 2);
        assert!(fine, "with room again: {}\nbefore: {told}", said(&again));
    }
    if words[0] != "disconnect" {
        call.well(&data, &["sync"]);
    }
    look(call, &data, "in the end");
}

/// Fills a disk but for so many bytes.
fn fill(disk: &Path, left: u64) -> PathBuf {
    let path = disk.join("filler");
    let mut file = File::create(&path).unwrap();
    let block = vec![7; 4096];
    while file.write_all(&block).is_ok() {}
    let size = file.metadata().unwrap().len();
    file.set_len(size.saturating_sub(left)).unwrap();
    path
}

fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| match entry.file_type().unwrap().is_dir() {
            true => 4096 + size(&entry.path()),
            // A disk gives whole pages.
            false => entry.metadata().unwrap().len().next_multiple_of(4096),
        })
        .sum()
}
