//! The daily sync of libraries of several sizes: what a quiet night costs, and what a night with changes does.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use clientpoint_host::{
    Session,
    service::{Ledger, Stop, SyncOptions},
};
use serde_json::Value;
use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{median, milliseconds, simulator::Simulator};

/// How many files follow their items, to show how cost grows.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
/// How many of them change, and what they are then, in bytes.
const CHANGED: usize = 1_000;
const CHANGED_SIZE: u64 = 10 << 10;
/// How often a quiet night is measured; the median is told.
const NIGHTS: usize = 5;

pub async fn syncing(component: &Path) {
    println!("managed files | nothing changed: requests, ms | 1,000 changed: requests, s | guest memory, MiB");
    for size in SIZES {
        one(component, size).await;
    }
    println!("targets at 100,000: at most 3 requests and 300 ms; at most 2 requests a changed file, and the pages");
}

async fn one(component: &Path, size: usize) {
    let simulator = Simulator::with(&["--items", &size.to_string()]);
    let folder = tempfile::tempdir_in(component.parent().unwrap()).unwrap();
    let data = folder.path().join("data");
    let host = simulator.host(component, &data).await;
    let admin = host.session("admin").await.unwrap();
    manage_all(&admin, &simulator, &data, size).await;

    let mut quiet = Vec::new();
    let mut quiet_requests = 0;
    for _ in 0..NIGHTS {
        let (ledger, requests, took) = night(&admin, &simulator).await;
        assert_eq!(ledger.counts["unchanged"], size as u64);
        quiet.push(took);
        quiet_requests = requests;
    }
    for number in 0..CHANGED {
        let name = format!("/File {:06}.pdf", number * (size / CHANGED) + 1);
        simulator.put(&name, CHANGED_SIZE, number as u64).await;
    }
    let (ledger, requests, took) = night(&admin, &simulator).await;
    assert_eq!(ledger.counts["updated"], CHANGED as u64);
    assert_eq!(ledger.run.inputs, size as u64);
    println!(
        "{size:>13} | {quiet_requests:>6}, {:>8.1} | {requests:>6}, {:>6.2} | {:>6.1}",
        milliseconds(median(quiet)),
        took.as_secs_f64(),
        host.peak_guest_memory() as f64 / 1_048_576.0
    );
}

async fn night(admin: &Session<'_>, simulator: &Simulator) -> (Ledger, usize, Duration) {
    let before = simulator.requests().await;
    let begin = Instant::now();
    let ledger = admin.sync(&SyncOptions::default(), &Stop::default()).await.unwrap();
    let took = begin.elapsed();
    (ledger, simulator.requests().await - before, took)
}

/// Imports one file, and lays down the others as their imports would have left them: a hundred thousand imports would
/// take longer than everything that is measured here.
pub async fn manage_all(admin: &Session<'_>, simulator: &Simulator, data: &Path, size: usize) {
    let items = simulator.list().await;
    let (first, rest) = items.split_first().unwrap();
    let outcomes = admin.import(&[first["id"].as_str().unwrap().into()]).await.unwrap();
    let model = outcomes[0].file.as_ref().unwrap().id.parse::<i64>().unwrap();
    assert_eq!(items.len(), size);

    let options = SqliteConnectOptions::new().filename(data.join("clientpoint.db"));
    let mut database = options.connect().await.unwrap();
    let mut transaction = database.begin().await.unwrap();
    for item in rest {
        lay_down(&mut transaction, model, item).await;
    }
    transaction.commit().await.unwrap();
    sqlx::query("ANALYZE").execute(&mut database).await.unwrap();
    database.close().await.unwrap();
}

async fn lay_down(database: &mut SqliteConnection, model: i64, item: &Value) {
    let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str);
    let done = sqlx::query("INSERT INTO files (name, place, revision) VALUES (?, 'Company Wide', 1)")
        .bind(text("/name"))
        .execute(&mut *database)
        .await
        .unwrap();
    let file = done.last_insert_rowid();
    for copy in [
        "INSERT INTO revisions (file, number, sha256, size, made_at) \
         SELECT ?, number, sha256, size, made_at FROM revisions WHERE file = ?",
        "INSERT INTO links (file, connection, plugin, drive, item, version, hash, size, verification, name, linked_at) \
         SELECT ?, connection, plugin, drive, item, version, hash, size, verification, name, linked_at \
         FROM links WHERE file = ?",
    ] {
        sqlx::query(copy)
            .bind(file)
            .bind(model)
            .execute(&mut *database)
            .await
            .unwrap();
    }
    sqlx::query("UPDATE links SET item = ?, version = ?, hash = ?, size = ?, name = ? WHERE file = ?")
        .bind(text("/id"))
        .bind(text("/cTag"))
        .bind(text("/file/hashes/quickXorHash"))
        .bind(item["size"].as_i64())
        .bind(text("/name"))
        .bind(file)
        .execute(&mut *database)
        .await
        .unwrap();
}
