//! A backup whose disk is full says so, does not count, and is gone on with once there is room.
//!
//! Only an administrator of the machine can make such a disk, in a name space of its own; elsewhere this is skipped.
#![cfg(target_os = "linux")]

use std::process::Command;

use end_to_end::{component, pdf};

use super::filled;
use crate::crashes::program;

const SCRIPT: &str = r#"
disk=$1; shift
mount -t tmpfs -o size=2m tmpfs "$disk" || exit 77
"$@" backup "$disk" 2>&1; echo "== $?"
mount -o remount,size=64m "$disk"
"$@" backup "$disk" 2>&1; echo "== $?"
"$@" backup --verify "$disk" 2>&1; echo "== $?"
"#;

#[tokio::test]
async fn a_backup_on_a_full_disk_does_not_count_and_the_next_one_goes_on() {
    let world = filled().await;
    let mut bytes = pdf("large");
    bytes.resize(6 << 20, 7);
    let item = world.sim.put("/Large.pdf", bytes.into());
    world.import(&item).await;
    let disk = tempfile::tempdir().unwrap();
    let output = Command::new("unshare")
        .args(["--mount", "--map-root-user", "sh", "-c", SCRIPT, "sh"])
        .arg(disk.path())
        .arg(program())
        .arg("--data")
        .arg(world.data.path())
        .arg("--plugin")
        .arg(component())
        .output();
    let said = match output {
        Ok(output) if output.status.code() != Some(77) && !output.stdout.is_empty() => {
            String::from_utf8(output.stdout).unwrap()
        }
        other => {
            println!("skipped: no file system of its own can be mounted here ({other:?})");
            return;
        }
    };
    let parts: Vec<&str> = said.split("== ").collect();
    assert_eq!(parts.len(), 4, "{said}");
    assert!(
        parts[0].contains("no space left in the backup folder") && parts[1].starts_with("1\n"),
        "{said}"
    );
    assert!(
        parts[1].contains("backed up as copy 1") && parts[2].starts_with("0\n"),
        "{said}"
    );
    assert!(
        parts[2].contains("every byte is as it was written") && parts[3].starts_with("0\n"),
        "{said}"
    );
}
