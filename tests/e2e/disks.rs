//! Disks that are full or can only be read, by the program as people have it: what only reads works, everything else says
//! which folder it is about and what to do, and with room again all is as before.
//!
//! Only an administrator of the machine can make such a disk, in a name space of its own; elsewhere these are skipped.
#![cfg(target_os = "linux")]

use std::{path::Path, process::Command};

use end_to_end::{World, component, pdf, sheets::by_hand};
use tempfile::TempDir;

use crate::crashes::program;

/// Carries out steps on a small disk with a copy of a data folder on it, each a line of words: `fill`, `free`,
/// `read-only`, `writable`, or a command of the program.
const SCRIPT: &str = r#"
disk=$1; seed=$2; steps=$3; shift 3
mount -t tmpfs -o size=64m tmpfs "$disk" || exit 77
cp -a "$seed/." "$disk"
while read -r step; do
    case $step in
    fill) cat /dev/zero >> "$disk/fill" 2>/dev/null; status=0 ;;
    free) rm "$disk/fill"; status=$? ;;
    read-only) mount -o remount,ro "$disk"; status=$? ;;
    writable) mount -o remount,rw "$disk"; status=$? ;;
    *) timeout 60 "$@" $step < /dev/null > "$steps.out" 2>&1; status=$?; cat "$steps.out" ;;
    esac
    echo "== $status $step"
done < "$steps"
"#;

/// What became of a step.
#[derive(Debug)]
struct Done {
    step: String,
    status: String,
    said: String,
}

fn carried_out(world: &World, seed: &Path, steps: &[&str]) -> Option<Vec<Done>> {
    let folder = tempfile::tempdir().unwrap();
    let (disk, list) = (folder.path().join("disk"), folder.path().join("steps"));
    std::fs::create_dir(&disk).unwrap();
    std::fs::write(&list, format!("{}\n", steps.join("\n"))).unwrap();
    let output = Command::new("unshare")
        .args(["--mount", "--map-root-user", "sh", "-c", SCRIPT, "sh"])
        .args([&disk, seed, &list])
        .arg(program())
        .args(["--insecure-endpoints", "--graph-url", &world.sim.graph_url()])
        .args(["--login-url", &world.sim.login_url(), "--data"])
        .arg(&disk)
        .arg("--plugin")
        .arg(component())
        .output();
    let output = match output {
        Ok(output) if output.status.code() != Some(77) && !output.stdout.is_empty() => output,
        other => {
            println!("skipped: no file system of its own can be mounted here ({other:?})");
            return None;
        }
    };
    let (mut done, mut said) = (Vec::new(), String::new());
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        match line.strip_prefix("== ").and_then(|end| end.split_once(' ')) {
            Some((status, step)) => done.push(Done {
                step: step.into(),
                status: status.into(),
                said: std::mem::take(&mut said),
            }),
            None => said.push_str(&format!("{line}\n")),
        }
    }
    assert_eq!(done.len(), steps.len(), "{done:#?}");
    Some(done)
}

/// A data folder at rest, with files of all kinds and a run.
async fn seed() -> (World, TempDir) {
    let world = World::connected().await;
    let item = world.sim.put("/A.pdf", pdf("first").into());
    world.import(&item).await;
    by_hand(&world, "Own.pdf").await;
    end_to_end::sync(&world).await;
    world.sim.put("/B.pdf", pdf("not in the library yet").into());
    let folder = tempfile::tempdir().unwrap();
    // By the program itself, so that the copy has the component compiled, and the database is at rest.
    let status = crate::crashes::command(&world, world.data.path(), "status")
        .status()
        .unwrap();
    assert!(status.success());
    end_to_end::folders::copy(world.data.path(), folder.path());
    (world, folder)
}

const READING: [&str; 16] = [
    "users list",
    "library list",
    "--json library list",
    "library show 100001",
    "library show 100002",
    "library keep-clientpoints",
    "places 100001",
    "runs list",
    "runs show 1",
    "status",
    "inspect",
    "drives list",
    "onedrive list",
    "library bin",
    "trash list",
    "library verify",
];

fn writing(item: &str) -> Vec<String> {
    let import = format!("onedrive import {item}");
    let steps = [
        "users add bea --role administrator",
        "library move 100001 Workspace/Sales",
        "library add /etc/passwd",
        "library replace 100002 /etc/passwd",
        "library keep-clientpoints on",
        "place 100001 --clientpoint Fabrikam",
        "secrets rotate",
        "sync",
        &import,
    ];
    steps.map(str::to_string).into()
}

/// Reading works and writing is refused with words, between `before` and `after`; then both work.
async fn withstands(before: &'static str, after: &'static str, words: &[&str]) {
    let (world, folder) = seed().await;
    let writing = writing(&world.sim.item_id("/B.pdf").unwrap());
    let mut steps: Vec<&str> = vec![before];
    steps.extend(READING);
    // Reading may have tidied up, and so made room.
    steps.extend(writing.iter().flat_map(|step| [before, step.as_str()]));
    steps.push(after);
    let trouble = steps.len();
    steps.extend(READING);
    steps.extend([
        "library move 100001 Workspace/Sales",
        "sync",
        "secrets rotate",
        "status",
    ]);
    let Some(done) = carried_out(&world, folder.path(), &steps) else {
        return;
    };
    let large = |done: &&Done| done.step.starts_with("library add");
    assert_eq!(done.iter().find(large).unwrap().status, "1", "{done:#?}");
    for (place, done) in done.iter().enumerate() {
        let writes = place < trouble && writing.contains(&done.step);
        // A full database may have room left for a row: that is as well.
        let refused = writes && (before != "fill" || done.status != "0");
        assert_eq!(done.status, if refused { "1" } else { "0" }, "{done:#?}");
        // What becomes of an import is told item by item, in the plugin's words.
        if refused && !done.step.starts_with("onedrive") {
            for word in words {
                assert!(done.said.contains(word), "{word}: {done:#?}");
            }
        }
    }
}

#[tokio::test]
async fn on_a_full_disk_what_reads_works_and_what_writes_says_so_and_with_room_again_all_is_as_before() {
    withstands("fill", "free", &["no space left in `/", "free some room"]).await;
}

#[tokio::test]
async fn on_a_disk_that_can_only_be_read_what_reads_works_and_what_writes_says_so() {
    withstands("read-only", "writable", &["can only be read", "`/", "--data"]).await;
}
