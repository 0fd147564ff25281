//! What can be seen of a data folder, as JSON; and what comes of going on with it.

use std::{collections::BTreeSet, path::Path, time::Duration};

use clientpoint_engine::clock::ManualClock;
use clientpoint_host::{
    Host, Session, key_files,
    service::{Ledger, Stop, SyncOptions},
    store::{self, connections, grants},
};
use graph_sim::Sim;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::made::carry_out;
use crate::{by_path::ByPath, files, whole::Whole};

/// Everything that an Administrator is told of a folder. Bytes are hashed, and so are opened secrets.
pub async fn look(host: &Host, data: &Path) -> Value {
    let admin = host.session("admin").await.unwrap();
    let mut status = json!(admin.status().await.unwrap());
    // Its simulator has other ports each time.
    status.as_object_mut().unwrap().remove("test_endpoints");
    json!({
        "users": admin.users().await.unwrap(),
        "status": status,
        "health": admin.health().await.unwrap(),
        "propagation": admin.propagation().await.unwrap(),
        "files": library(&admin).await,
        "runs": runs(&admin).await,
        "objects": objects(data),
        "secrets": secrets(data).await,
    })
}

/// Goes on with a folder, as people would the next day: the interrupted run is finished, files follow and are released,
/// one is imported, all uploads are taken back, and the key is changed.
pub async fn go_on(host: &Host, clock: &ManualClock, sim: &Sim) -> Value {
    clock.advance(Duration::from_secs(24 * 3600));
    let admin = host.session("admin").await.unwrap();
    let mut told = Map::new();
    told.insert("finished".into(), sync(&admin).await);
    for file in admin.library().await.unwrap() {
        // Those that are not held, or not managed, are refused in words.
        let _ = admin.release(&file.id).await;
    }
    told.insert("released".into(), sync(&admin).await);
    told.insert("after-release".into(), library(&admin).await);
    let next = put(sim, "/Next.pdf", "the next one");
    let came = admin.import(&[next]).await.unwrap().remove(0);
    told.insert("imported".into(), json!(came.file.map(|file| file.id)));
    put(sim, "/Next.pdf", "and its next content");
    told.insert("followed".into(), sync(&admin).await);
    for row in admin.runs().await.unwrap() {
        if row.run.subject == "association" && row.run.undone_at.is_none() {
            let (run, undone) = admin.undo_association(row.run.id).await.unwrap();
            told.insert(format!("undone-{}", run.id), json!(undone));
        }
    }
    told.insert("after-undo".into(), library(&admin).await);
    if host.shares_its_database() {
        admin.prepare_key().await.unwrap();
    }
    told.insert("sealed-anew".into(), json!(admin.rotate_key().await.unwrap()));
    told.into()
}

/// Whether all of `part` is in `whole`: documents may have got more keys since.
pub fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => part
            .iter()
            .all(|(key, value)| whole.get(key).is_some_and(|found| holds(found, value))),
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(whole, part)| holds(whole, part))
        }
        (whole, part) => whole == part,
    }
}

fn put(sim: &Sim, path: &str, text: &str) -> String {
    let drive = sim.drive_id();
    carry_out(sim, &json!({ "do": "put", "drive": drive, "path": path, "text": text }))
}

/// What came of a sync, without its sentences.
async fn sync(admin: &Session<'_>) -> Value {
    let ledger = admin.sync(&SyncOptions::default(), &Stop::default()).await.unwrap();
    let Ledger { run, counts, lines, .. } = ledger;
    assert_eq!(counts.values().sum::<u64>(), run.inputs, "{lines:?}");
    let lines: Vec<Value> = lines
        .into_iter()
        .map(|line| json!([line.file, line.outcome, line.revision]))
        .collect();
    json!({ "id": run.id, "state": run.state, "inputs": run.inputs, "counts": counts, "lines": lines })
}

async fn library(admin: &Session<'_>) -> Value {
    let mut all = Vec::new();
    for file in admin.library().await.unwrap() {
        let bytes = admin.bytes_of(&file.id).await.unwrap();
        assert_eq!((file.size, &file.sha256), (bytes.len() as u64, &hash(&bytes)));
        let shown = admin.showings(&file.id).await.unwrap();
        all.push(json!({ "file": file, "shown": shown }));
    }
    all.into()
}

async fn runs(admin: &Session<'_>) -> Value {
    let mut all = Vec::new();
    for row in admin.runs().await.unwrap() {
        all.push(json!(admin.run(row.run.id).await.unwrap()));
    }
    all.into()
}

/// The names of the objects, each of which must be that of its bytes.
fn objects(data: &Path) -> BTreeSet<String> {
    let named = |path: &std::path::PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    let objects = files::below(&data.join("objects"));
    for object in &objects {
        assert_eq!(named(object), hash(&std::fs::read(object).unwrap()));
    }
    objects.iter().map(named).collect()
}

/// The hashes of all stored secrets, opened with the folder's key.
async fn secrets(data: &Path) -> Value {
    let key = key_files::load(data).unwrap();
    let store = store::join(data, Duration::from_secs(1)).await.unwrap();
    let mut opened = Map::new();
    for connection in connections::list(&store).await.unwrap() {
        let credential = connections::secret(&store, &key, &connection.id).await.unwrap();
        let grant = grants::get(&store, &key, &connection.id).await.unwrap();
        let grant = grant.map(|grant| hash(grant.refresh.expose().as_bytes()));
        let told = json!({ "credential": hash(credential.expose().as_bytes()), "grant": grant });
        opened.insert(connection.id, told);
    }
    store.close().await;
    opened.into()
}

fn hash(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}
