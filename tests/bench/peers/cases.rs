//! What is measured.

use std::{fs, path::Path};

use serde_json::Value;

use super::{
    Row,
    contestants::{Commands, Contestant},
    measured::{self, Usage, Watch},
};
use crate::{LARGE, simulator::Simulator, syncing};

/// What a night changes, in bytes a file.
const SMALL: u64 = 10 << 10;

/// The most files that rclone takes part with: by its own pacing, its first copy of 100,000 takes more than half an hour.
const RCLONE_AT_MOST: usize = 10_000;

/// Something that all can do, or some.
pub struct Case {
    pub name: &'static str,
    kind: Kind,
    rounds: usize,
}

#[derive(Clone, Copy)]
enum Kind {
    /// So many new files of the largest size.
    New(u64),
    /// So many files, all of which follow their items, and how many of them change.
    Night { files: usize, changed: usize },
    /// Nothing but to start, and say how it stands; for others, to list a folder.
    Cold,
}

/// All of them, the quick ones first.
pub const CASES: [Case; 8] = [
    case("cold start", Kind::Cold, 9),
    case("one file of 500 MiB", Kind::New(1), 5),
    case("five files of 500 MiB", Kind::New(5), 5),
    case("nothing changed of 1,000", night(1_000, 0), 5),
    case("1,000 of 10 KiB changed, of 1,000", night(1_000, 1_000), 3),
    case("nothing changed of 100,000", night(100_000, 0), 3),
    case("1,000 of 10 KiB changed, of 100,000", night(100_000, 1_000), 1),
    case("10,000 of 10 KiB changed, of 10,000", night(10_000, 10_000), 1),
];

const fn case(name: &'static str, kind: Kind, rounds: usize) -> Case {
    Case { name, kind, rounds }
}

const fn night(files: usize, changed: usize) -> Kind {
    Kind::Night { files, changed }
}

impl Case {
    /// Runs it in turns.
    pub async fn run(&self, component: &Path, rclone: Option<&Path>) -> Row {
        let simulator = match self.kind {
            Kind::Night { files, .. } => Simulator::with(&["--items", &files.to_string()]),
            Kind::New(_) | Kind::Cold => Simulator::start(),
        };
        let rclone = rclone.filter(|_| !matches!(self.kind, Kind::Night { files, .. } if RCLONE_AT_MOST < files));
        let folder = tempfile::tempdir_in(component.parent().unwrap()).unwrap();
        let commands = Commands {
            simulator: &simulator,
            component,
            rclone,
            folder: folder.path(),
        };
        self.prepare(&commands).await;
        let mut rounds: Vec<(Contestant, Vec<Usage>)> = Vec::new();
        for round in 0..self.rounds {
            for (who, usage) in self.round(&commands, round, Watch::Time).await {
                match rounds.iter_mut().find(|(known, _)| *known == who) {
                    Some((_, usages)) => usages.push(usage),
                    None => rounds.push((who, vec![usage])),
                }
            }
        }
        if measured::can_count_syncs() {
            for (who, usage) in self.round(&commands, self.rounds, Watch::Syncs).await {
                let usages = rounds.iter_mut().find(|(known, _)| *known == who);
                if let Some(first) = usages.and_then(|(_, usages)| usages.first_mut()) {
                    first.syncs = usage.syncs;
                }
            }
        }
        Row {
            case: self.name.to_owned(),
            rounds,
        }
    }

    /// The host connected; for a night, everything followed by the host and copied by rclone.
    async fn prepare(&self, commands: &Commands<'_>) {
        let data = commands.data();
        let host = commands.simulator.host(commands.component, &data).await;
        if let Kind::Night { files, .. } = self.kind {
            let admin = host.session("admin").await.unwrap();
            syncing::manage_all(&admin, commands.simulator, &data, files).await;
        }
        drop(host);
        if let (Kind::Night { .. }, Some(rclone)) = (self.kind, commands.rclone) {
            copy(commands, rclone, Watch::Time);
            // What is asked of it from now on is what a later night costs; so for the host, whose first sync has notes to make.
        }
        if matches!(self.kind, Kind::Night { .. }) {
            measured::run(&mut commands.ours(&["sync"]), Watch::Time);
        }
    }

    /// Each of them once.
    async fn round(&self, commands: &Commands<'_>, round: usize, watch: Watch) -> Vec<(Contestant, Usage)> {
        match self.kind {
            Kind::Cold => cold(commands, watch).await,
            Kind::New(count) => {
                let items = new_files(commands, round, count).await;
                fetched(commands, &items, watch).await
            }
            Kind::Night { files, changed } => {
                let items = change(commands, round, files, changed).await;
                followed(commands, &items, watch).await
            }
        }
    }
}

async fn cold(commands: &Commands<'_>, watch: Watch) -> Vec<(Contestant, Usage)> {
    let mut usages = Vec::new();
    if let Some(rclone) = commands.rclone {
        let mut command = commands.rclone(rclone, &["lsf", "od:"]);
        usages.push((
            Contestant::Rclone,
            counted(commands, || measured::run(&mut command, watch)).await,
        ));
    }
    let mut command = commands.ours(&["status"]);
    usages.push((
        Contestant::Ours,
        counted(commands, || measured::run(&mut command, watch)).await,
    ));
    usages
}

async fn new_files(commands: &Commands<'_>, round: usize, count: u64) -> Vec<(String, String)> {
    let mut items = Vec::new();
    for number in 0..count {
        let name = format!("Round {round} file {number}.mp4");
        let seed = round as u64 * 10 + number;
        items.push((commands.simulator.put(&format!("/{name}"), LARGE, seed).await, name));
    }
    items
}

/// New files, by all three, to the disk; what was fetched is thrown away, so that disk and memory stay as they were.
async fn fetched(commands: &Commands<'_>, items: &[(String, String)], watch: Watch) -> Vec<(Contestant, Usage)> {
    let mut usages = vec![(Contestant::Curl, curl(commands, items, watch).await)];
    fs::remove_dir_all(commands.target(Contestant::Curl)).unwrap();
    if let Some(rclone) = commands.rclone {
        let target = commands.target(Contestant::Rclone);
        let mut command = commands.rclone(rclone, &["copy", "od:"]);
        command.arg(&target);
        for (_, name) in items {
            command.arg("--include").arg(format!("/{name}"));
        }
        let usage = counted(commands, || {
            measured::run(&mut command, watch).and(measured::sync(&target, watch))
        });
        usages.push((Contestant::Rclone, usage.await));
        check(&target, items);
        fs::remove_dir_all(&target).unwrap();
    }
    let ids: Vec<&str> = items.iter().map(|(id, _)| id.as_str()).collect();
    let mut command = commands.ours(&[&["onedrive", "import"], ids.as_slice()].concat());
    let ours = counted(commands, || measured::run(&mut command, watch)).await;
    let outcomes: Value = serde_json::from_str(&ours.said).unwrap();
    let imported = outcomes["outcomes"].as_array().map_or(0, |outcomes| {
        outcomes
            .iter()
            .filter(|outcome| outcome["outcome"] == "imported")
            .count()
    });
    assert_eq!(imported, items.len(), "{outcomes:#}");
    usages.push((Contestant::Ours, ours));
    usages
}

async fn curl(commands: &Commands<'_>, items: &[(String, String)], watch: Watch) -> Usage {
    let target = commands.target(Contestant::Curl);
    let mut command = commands.curl(&commands.simulator.token().await, items);
    let usage = counted(commands, || {
        measured::run(&mut command, watch).and(measured::sync(&target, watch))
    });
    let usage = usage.await;
    check(&target, items);
    usage
}

/// Whoever is fast must have brought something.
fn check(target: &Path, items: &[(String, String)]) {
    for (_, name) in items {
        let size = fs::metadata(target.join(name))
            .unwrap_or_else(|error| panic!("{name}: {error}"))
            .len();
        assert_ne!(size, 0, "{name}");
    }
}

/// Changes the first so many of the files, and says which.
async fn change(commands: &Commands<'_>, round: usize, files: usize, changed: usize) -> Vec<(String, String)> {
    let mut items = Vec::new();
    for number in 0..changed {
        let name = format!("File {:06}.pdf", number * (files / changed) + 1);
        let seed = (round * changed + number) as u64;
        items.push((commands.simulator.put(&format!("/{name}"), SMALL, seed).await, name));
    }
    items
}

/// A night: curl is told what has changed, the others find it out.
async fn followed(commands: &Commands<'_>, items: &[(String, String)], watch: Watch) -> Vec<(Contestant, Usage)> {
    let mut usages = Vec::new();
    if !items.is_empty() {
        // Its copies of the night before are written over: where a file system without a journal (ext4) looks for a place for
        // a new file, it goes past all that were deleted within the last minutes, and who is measured next would pay for it.
        usages.push((Contestant::Curl, curl(commands, items, watch).await));
    }
    if let Some(rclone) = commands.rclone {
        usages.push((
            Contestant::Rclone,
            counted(commands, || copy(commands, rclone, watch)).await,
        ));
        check(&commands.target(Contestant::Rclone), items);
    }
    let mut command = commands.ours(&["sync"]);
    let ours = counted(commands, || measured::run(&mut command, watch)).await;
    let ledger: Value = serde_json::from_str(&ours.said).unwrap();
    assert_eq!(
        ledger["counts"]["updated"].as_u64().unwrap_or_default(),
        items.len() as u64,
        "{ledger:#}"
    );
    usages.push((Contestant::Ours, ours));
    usages
}

/// rclone's own way of keeping a folder in step.
fn copy(commands: &Commands<'_>, rclone: &Path, watch: Watch) -> Usage {
    let target = commands.target(Contestant::Rclone);
    let mut command = commands.rclone(rclone, &["sync", "od:"]);
    measured::run(command.arg(&target), watch).and(measured::sync(&target, watch))
}

/// With the requests that the simulator saw meanwhile.
async fn counted(commands: &Commands<'_>, run: impl FnOnce() -> Usage) -> Usage {
    let before = commands.simulator.requests().await;
    let mut usage = run();
    usage.requests = commands.simulator.requests().await - before;
    usage
}
