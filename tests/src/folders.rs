//! Data folders as older programs have left them: how one is made, kept in the repository, and brought back.
//!
//! ```text
//! tests/folders/schema-N/clientpoint.sql   the database, statement by statement
//!                        objects/          the bytes
//!                        secret.key        the key that its secrets are sealed with
//!                        expected.json     what the program that made it answered, and what came of going on with it
//! ```

pub mod dump;
pub mod look;
pub mod made;
pub mod story;

use std::{
    fs,
    path::{Path, PathBuf},
};

use clientpoint_engine::clock::ManualClock;
use clientpoint_host::Host;
use graph_sim::{Config, Seed, Sim};
use serde_json::Value;
use tempfile::TempDir;

use crate::MORNING;

const SQL: &str = "clientpoint.sql";
const DATABASE: &str = "clientpoint.db";
const KEY: &str = "secret.key";
const EXPECTED: &str = "expected.json";

/// Where they are kept.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("folders")
}

/// All that are kept, in the order of their names.
pub fn all() -> Vec<PathBuf> {
    let entries = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// Puts a folder into the repository. The database must be at rest, or in the hands of this process.
///
/// # Panics
///
/// If there is one of that schema already: what has been kept is not made anew.
pub async fn keep(data: &Path, expected: &Value) -> PathBuf {
    let database = data.join(DATABASE);
    let folder = root().join(format!("schema-{}", dump::schema(&database).await));
    assert!(!folder.exists(), "`{}` is kept as it was made", folder.display());
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(SQL), dump::dump(&database).await).unwrap();
    copy(&data.join("objects"), &folder.join("objects"));
    fs::copy(data.join(KEY), folder.join(KEY)).unwrap();
    let mut text = serde_json::to_string_pretty(expected).unwrap();
    text.push('\n');
    fs::write(folder.join(EXPECTED), text).unwrap();
    folder
}

/// What the program that made a folder answered.
pub fn expected(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join(EXPECTED)).unwrap()).unwrap()
}

/// Brings a folder back, as it was on the disk of those who had it.
pub async fn restored(folder: &Path) -> TempDir {
    let data = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(folder.join(SQL)).unwrap();
    dump::restore(&text, &data.path().join(DATABASE)).await;
    copy(&folder.join("objects"), &data.path().join("objects"));
    let key = data.path().join(KEY);
    fs::copy(folder.join(KEY), &key).unwrap();
    private(&key);
    data
}

/// Everything below a folder, to another place.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The simulated Microsoft that a folder worked with, with the same items and marks, at other addresses: the links that
/// the folder has kept lead there now.
pub async fn simulated(expected: &Value, data: &Path) -> Sim {
    let sim = Sim::start(quiet()).await.unwrap();
    for edit in expected["drive"].as_array().unwrap() {
        made::carry_out(&sim, edit);
    }
    dump::move_links(
        &data.join(DATABASE),
        expected["graph"].as_str().unwrap(),
        &sim.graph_url(),
    )
    .await;
    sim
}

/// Opens a folder with today's program, at the hour at which it was left.
pub async fn open(expected: &Value, sim: &Sim, data: &Path) -> (Host, ManualClock) {
    let clock = ManualClock::new(expected["now"].as_str().unwrap().parse().unwrap());
    let host = crate::builder(sim, &clock, data).build().await.unwrap();
    (host, clock)
}

/// As [`open`], with the library in the folder, or on the server of the file with that address.
pub async fn open_at(expected: &Value, sim: &Sim, data: &Path, database: Option<&Path>) -> (Host, ManualClock) {
    let clock = ManualClock::new(expected["now"].as_str().unwrap().parse().unwrap());
    let builder = crate::in_its_folder(sim, &clock, data);
    let builder = match database {
        Some(file) => builder.database(file),
        None => builder,
    };
    (builder.build().await.unwrap(), clock)
}

fn quiet() -> Config {
    Config {
        seed: Seed::Empty,
        clock: Some(MORNING.parse().unwrap()),
        ..Config::default()
    }
}

fn private(file: &Path) {
    #[cfg(unix)]
    fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    #[cfg(not(unix))]
    let _ = file;
}
