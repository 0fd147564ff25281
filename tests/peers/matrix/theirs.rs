//! What others make of it, cell by cell. A cell says whether the file is there, and what the client's exit status makes
//! people believe.

use std::{path::Path, process::Output, rc::Rc, time::Duration};

use end_to_end::peers::{self, Peer};
use graph_sim::{Config, Sim};
use serde_json::json;
use tokio::{
    sync::Semaphore,
    task::{JoinSet, LocalSet},
};

use super::{
    Column,
    rows::{OTHER, ROWS, Row, Trouble},
};
use crate::{front::Front, onedrive::OneDrive, rclone::Rclone};

/// Who is asked, and what the table calls them.
const KINDS: [(&str, &str); 4] = [
    ("rclone", "rclone"),
    ("rclone-debian", "Debian's rclone"),
    ("onedrive", "Debian's onedrive"),
    ("graph-client", "microsoft-graph-client"),
];
/// After which time somebody is called still waiting. None of the faults that pass takes half of it.
const LIMIT: Duration = Duration::from_secs(25);
/// How many clients run at a time.
const AT_A_TIME: usize = 10;
/// A cell of a client that the row is not about.
const NOT_ASKED: &str = "–";

/// The columns of all peers that are here: kind, head and cells.
pub async fn columns() -> Vec<(&'static str, String, Column)> {
    let gate = Rc::new(Semaphore::new(AT_A_TIME));
    let mut asked = vec![];
    for (kind, head) in KINDS {
        let Some(peer) = peers::ask(kind) else { continue };
        if kind == "onedrive"
            && let Err(reason) = OneDrive::new(&peer, &Sim::start(config(kind)).await.unwrap()).await
        {
            peer.skip(reason);
            continue;
        }
        asked.push((kind, head, Rc::new(peer)));
    }
    let all = async {
        let mut tasks: Vec<JoinSet<_>> = asked.iter().map(|(_, _, peer)| begin(peer, &gate)).collect();
        let mut columns = vec![];
        for ((kind, head, peer), tasks) in asked.iter().zip(&mut tasks) {
            let mut column = Column::new();
            while let Some(done) = tasks.join_next().await {
                let (row, cell) = done.unwrap();
                column.insert(row, cell);
            }
            columns.push((*kind, format!("{head} {}", peer.version()), column));
        }
        columns
    };
    LocalSet::new().run_until(all).await
}

/// Begins with all rows of a column; they wait for their turn.
fn begin(peer: &Rc<Peer>, gate: &Rc<Semaphore>) -> JoinSet<(&'static str, String)> {
    let mut tasks = JoinSet::new();
    for row in &ROWS {
        let (peer, gate) = (Rc::clone(peer), Rc::clone(gate));
        tasks.spawn_local(async move {
            let _turn = gate.acquire().await.unwrap();
            (row.name, cell(&peer, row).await)
        });
    }
    tasks
}

fn config(kind: &str) -> Config {
    match kind {
        "onedrive" => crate::onedrive::config(),
        "graph-client" => Config {
            https_links: true,
            ..crate::rclone::config(kind)
        },
        kind => crate::rclone::config(kind),
    }
}

async fn cell(peer: &Peer, row: &Row) -> String {
    if row.faults().any(|fault| fault.starts_with("drip")) {
        // A byte every five seconds takes days, and all that could be said is that they still wait.
        return NOT_ASKED.to_owned();
    }
    let sim = Sim::start(config(peer.name())).await.unwrap();
    super::stage(&sim, row, 0);
    let set = || row.set(&sim);
    match peer.name() {
        "onedrive" => {
            let client = OneDrive::new(peer, &sim).await.unwrap();
            if let Trouble::Expired(_) = row.trouble {
                peers::well(&client.run().await);
                sim.set_clock(sim.now() + chrono::TimeDelta::minutes(1));
                super::stage(&sim, row, 1);
            }
            set();
            let output = peers::try_run(&mut client.command(), LIMIT).await;
            seen(&sim, row, &client.folder(), output)
        }
        "graph-client" if row.is_of_changes() => NOT_ASKED.to_owned(),
        "graph-client" => {
            set();
            let folder = tempfile::tempdir().unwrap();
            let output = fetch(peer, &sim, folder.path()).await;
            seen(&sim, row, folder.path(), output)
        }
        kind => {
            // By delta it lists only where it is told to, and keeps no token; Debian's can't.
            let by_delta = matches!(row.trouble, Trouble::Style(_));
            if row.is_of_changes() && (kind != "rclone" || !by_delta) {
                return NOT_ASKED.to_owned();
            }
            set();
            let rclone = Rclone::new(peer, &sim).await;
            let folder = rclone.folder("copy");
            let delta: &[&str] = if by_delta {
                &["--onedrive-delta", "--fast-list"]
            } else {
                &[]
            };
            // Its ten tries within ten tries would take minutes.
            let tries = ["--low-level-retries", "2"];
            let mut command = rclone.command(&[delta, &tries, &["copy", "od:", "copy"]].concat());
            let output = peers::try_run(&mut command, LIMIT).await;
            seen(&sim, row, &folder, output)
        }
    }
}

/// Lets `graph-client/fetch.mjs` fetch the drive into a folder.
async fn fetch(peer: &Peer, sim: &Sim, folder: &Path) -> Option<Output> {
    peer.set_version(&peer.npm_version("@microsoft/microsoft-graph-client"));
    let front = Front::start(sim).await;
    let question = json!({ "token": sim.sign_in_as("member"), "drive": sim.drive_id(), "folder": folder });
    let mut command = peer
        .node("fetch.mjs")
        .expect("Node is here, since the other peers of npm are");
    front.lead(&mut command);
    peers::try_run_with(&mut command, &question.to_string(), LIMIT).await
}

/// What is there afterwards. In bold, what nobody would notice.
fn seen(sim: &Sim, row: &Row, folder: &Path, output: Option<Output>) -> String {
    if let Trouble::Token = row.trouble {
        return super::token(sim);
    }
    let has = |path: &str| std::fs::read(folder.join(path.trim_start_matches('/'))).ok();
    let Some(output) = output else {
        return format!("still waiting after {} s", LIMIT.as_secs());
    };
    let ended = match output.status.code() {
        Some(code) => format!("exit {code}"),
        None => "killed".to_owned(),
    };
    let right = |path: &str, bytes: &[u8]| sim.bytes(path).is_some_and(|right| right == bytes);
    let unnoticed = output.status.success();
    let cell = match has(row.path) {
        Some(bytes) if right(row.path, &bytes) && !row.doubtful => "right bytes".to_owned(),
        Some(bytes) if right(row.path, &bytes) && unnoticed => format!("**keeps it unchecked, {ended}**"),
        Some(_) if unnoticed => format!("**keeps wrong bytes, {ended}**"),
        Some(_) => format!("keeps wrong bytes, {ended}"),
        None if unnoticed => format!("**not there, {ended}**"),
        None => format!("not there, {ended}"),
    };
    match has(OTHER).is_some_and(|bytes| right(OTHER, &bytes)) {
        true => cell,
        false => format!("{cell}, nor the other file"),
    }
}
