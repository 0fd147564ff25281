//! The fault matrix: everything that the simulator can do wrong, and what we and others make of it.
//!
//! `docs/fault-matrix.md` has it as a table, and this holds it against what happens now. Our columns are worked out in
//! every run of the tests; theirs where they take part in the version that the table tells of. `UPDATE_DOCS=1` writes the
//! table instead.

mod association;
mod import;
mod rows;
mod sync;
mod table;
mod theirs;

use std::{collections::BTreeMap, path::Path};

use end_to_end::{WATCH, World, browser, peers};
use graph_sim::{FAULTS, Logged, RequestKind};

use self::{
    rows::{ROWS, Row},
    table::Table,
};

/// The cells of a column, by the names of the rows.
type Column = BTreeMap<&'static str, String>;

/// What the file holds that goes wrong; it begins as a PDF or an Office file does.
pub fn bytes(path: &str, seed: u32) -> Vec<u8> {
    let head: &[u8] = if path.ends_with(".pdf") {
        b"%PDF-1.7"
    } else {
        b"PK\x03\x04"
    };
    let rest = (0..300_000_u32).map(|index| (index * 7 % 253 + seed) as u8);
    head.iter().copied().chain(rest).collect()
}

/// Lets the time pass that is waited for, without end. While a download is stalled, `others` are let through first; then
/// the watch for silence looks until somebody gives up and asks for another time.
pub async fn patience(world: &World, row: &Row, others: impl AsyncFn() -> bool) {
    let mut stalls = row.stalls();
    loop {
        tokio::select! {
            () = pass(world, |asked| asked != WATCH) => {}
            () = world.sim.stalled(1), if stalls > 0 => {
                stalls -= 1;
                while !others().await {
                    tokio::task::yield_now().await;
                }
                while world.clock.pass(|_| true).await == WATCH {}
            }
        }
    }
}

async fn pass(world: &World, wanted: impl Fn(std::time::Duration) -> bool) {
    loop {
        world.clock.pass(&wanted).await;
    }
}

#[test]
fn every_fault_of_the_simulator_has_a_row() {
    // What the sign-in service refuses is no file's trouble: the stories of tokens tell of it.
    for (name, ..) in FAULTS
        .into_iter()
        .filter(|(name, ..)| !["refuse", "slow"].contains(name))
    {
        let has_row = ROWS
            .iter()
            .any(|row| row.faults().any(|fault| fault.split(['*', '=']).next() == Some(name)));
        assert!(has_row, "{name}");
    }
}

#[tokio::test]
async fn the_table_says_what_happens() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/fault-matrix.md");
    let written = std::fs::read_to_string(&path).unwrap();
    let mut table = Table::read(&written);

    // They wait for the disk most of the time, each for its own.
    let (import, sync, association) = tokio::join!(column(import::cell), column(sync::cell), column(association::cell));
    table.set("import", "import", import);
    table.set("sync", "sync", sync);
    table.set("association", "association", association);
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    for (kind, head, column) in theirs::columns().await {
        if update {
            table.set(kind, &head, column);
        } else if let Err(known) = table.set_if_same(kind, &head, column) {
            peers::say_once(kind, &format!("the table tells of {known}, and here is {head}"));
        }
    }

    let now = table.write(&written);
    if update {
        std::fs::write(&path, now).unwrap();
        return;
    }
    for (was, is) in written.lines().zip(now.lines()) {
        assert_eq!(
            was, is,
            "docs/fault-matrix.md is not up to date: run this test with UPDATE_DOCS=1"
        );
    }
    assert_eq!(written, now);
}

#[test]
fn a_column_of_another_version_is_left_as_it_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/fault-matrix.md");
    let written = std::fs::read_to_string(&path).unwrap();
    let mut table = Table::read(&written);
    let column = || Column::from([("none", "something else".to_owned())]);
    let known = table.set_if_same("rclone", "rclone 0.0.1", column()).unwrap_err();
    assert_eq!(table.write(&written), written);
    table.set_if_same("rclone", &known, column()).unwrap();
    assert_ne!(table.write(&written), written);
}

/// Whether the content host, which needs no token, got to see one.
pub fn token(sim: &graph_sim::Sim) -> String {
    let requests = sim.requests();
    let downloads = || requests.iter().filter(|request| request.kind == RequestKind::Download);
    assert!(downloads().count() >= 2, "{requests:?}");
    match downloads().any(Logged::was_authorized) {
        true => "**token sent**".to_owned(),
        false => "no token sent".to_owned(),
    }
}

/// What the content host sends of a file, to whoever asks.
pub async fn delivered(sim: &graph_sim::Sim, path: &str) -> Vec<u8> {
    let (drive, item) = (sim.drive_id(), sim.item_id(path).unwrap());
    let url = format!("{}/v1.0/drives/{drive}/items/{item}/content", sim.graph_url());
    let redirect = browser::client().get(url).bearer_auth(sim.sign_in_as("member"));
    let redirect = redirect.send().await.unwrap();
    let location = redirect.headers()["location"].to_str().unwrap();
    let file = browser::client().get(location).send().await.unwrap();
    file.error_for_status().unwrap().bytes().await.unwrap().to_vec()
}

async fn column(cell: impl AsyncFn(&'static Row) -> String) -> Column {
    let mut column = Column::new();
    for row in &ROWS {
        column.insert(row.name, cell(row).await);
    }
    column
}

/// The simulator's part of a row: the two files, and what goes wrong.
pub fn stage(sim: &graph_sim::Sim, row: &Row, seed: u32) {
    sim.put(row.path, bytes(row.path, seed).into());
    sim.put(rows::OTHER, bytes(rows::OTHER, seed).into());
}
