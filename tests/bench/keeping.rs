//! What a library that is kept for years costs those who run it: backups of it, looking whether its bytes are sound, and the
//! program that waits for the night.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use clientpoint_host::{
    Session,
    service::{BackupOptions, Stop},
};
use sha2::{Digest, Sha256};
use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::io::AsyncReadExt;

use super::{milliseconds, simulator::Simulator};

/// How many files the library has, and how large each is, in bytes.
const FILES: usize = 100_000;
const SIZE: usize = 10 << 10;
/// How many of them are new at the second backup.
const CHANGED: usize = 20;
/// The file that is looked at as a whole, in bytes.
const LARGE: u64 = 2 << 30;
/// How long the program is left alone before its memory is looked at.
const IDLE: Duration = Duration::from_secs(5);

pub async fn keeping(component: &Path) {
    let folder = tempfile::tempdir_in(component.parent().unwrap()).unwrap();
    let simulator = Simulator::start();
    let data = folder.path().join("data");
    let host = simulator.host(component, &data).await;
    let admin = host.session("admin").await.unwrap();
    backups(&admin, folder.path(), &data).await;
    verify(&admin).await;
    drop(admin);
    host.close().await;
    waiting(component, &data, &simulator).await;
}

async fn backups(admin: &Session<'_>, folder: &Path, data: &Path) {
    lay_down(data, 0..FILES).await;
    let to = folder.join("backup");
    for (what, target) in [
        ("of 100,000 files, the first", ""),
        ("with 20 new ones", " (target: at most 10)"),
    ] {
        let begin = Instant::now();
        admin
            .backup(&to, BackupOptions::default(), &Stop::default())
            .await
            .unwrap();
        println!(
            "backup {what:<28} {:>8.1} s{target}",
            milliseconds(begin.elapsed()) / 1_000.0
        );
        lay_down(data, FILES..FILES + CHANGED).await;
    }
}

/// How fast bytes are looked at. All of it is in memory by then: the processor is measured, and not the disk.
async fn verify(admin: &Session<'_>) {
    let bytes = tokio::io::repeat(7).take(LARGE);
    let place = "Company Wide".parse().unwrap();
    let file = admin.add_file("Film.mp4", bytes, &place).await.unwrap();
    let ids = [file.id];
    let mut took = Duration::MAX;
    for _ in 0..3 {
        let begin = Instant::now();
        assert!(admin.verify(&ids).await.unwrap().is_clean());
        took = took.min(begin.elapsed());
    }
    println!(
        "verify                              {:>8.2} GB/s (target: at least 1)",
        LARGE as f64 / took.as_secs_f64() / 1e9
    );
}

/// The program that waits for the night, without a console.
async fn waiting(component: &Path, data: &Path, simulator: &Simulator) {
    let program = std::env::current_exe().unwrap().with_file_name("clientpoint-host");
    let mut process = Command::new(program)
        .arg("--data")
        .arg(data)
        .arg("--plugin")
        .arg(component)
        .args(["--insecure-endpoints", "--graph-url", &simulator.graph])
        .args(["--login-url", &simulator.login, "serve", "--no-console"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    tokio::time::sleep(IDLE).await;
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kibibytes: f64 = line.split_whitespace().next().unwrap().parse().unwrap();
    println!(
        "serve without a console, idle       {:>8.1} MiB (target: at most 40)",
        kibibytes / 1024.0
    );
    process.kill().unwrap();
    process.wait().unwrap();
}

/// Files of the library's own, each with other bytes, as adding them by hand would have left them.
async fn lay_down(data: &Path, numbers: std::ops::Range<usize>) {
    let options = SqliteConnectOptions::new().filename(data.join("clientpoint.db"));
    let mut database = options.connect().await.unwrap();
    let mut transaction = database.begin().await.unwrap();
    for number in numbers {
        let mut bytes = vec![b'.'; SIZE];
        bytes[..8].copy_from_slice(&(number as u64).to_be_bytes());
        let sha256 = format!("{:x}", Sha256::digest(&bytes));
        let shard = data.join("objects").join(&sha256[..2]);
        fs::create_dir_all(&shard).unwrap();
        fs::write(shard.join(&sha256), &bytes).unwrap();
        one(&mut transaction, number, &sha256).await;
    }
    transaction.commit().await.unwrap();
    database.close().await.unwrap();
}

async fn one(database: &mut SqliteConnection, number: usize, sha256: &str) {
    let done = sqlx::query("INSERT INTO files (name, place, revision) VALUES (?, 'Company Wide', 1)")
        .bind(format!("File {number:06}.pdf"))
        .execute(&mut *database)
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO revisions (file, number, sha256, size, made_at) VALUES (?, 1, ?, ?, '2026-03-02T05:00:00Z')",
    )
    .bind(done.last_insert_rowid())
    .bind(sha256)
    .bind(SIZE as i64)
    .execute(&mut *database)
    .await
    .unwrap();
}
