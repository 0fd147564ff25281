//! A run that dies anywhere: whoever comes next finishes it, and nobody can tell the difference.

use std::{
    future::Future,
    path::{Path, PathBuf},
    pin::pin,
    process::{ExitStatus, Stdio},
    task::Poll,
};

use clientpoint_host::{
    Host,
    service::{FileRow, Stop, SyncOptions},
    store::files::ShowingKind,
};
use end_to_end::{World, builder, by_path::ByPath, component, database, pdf, whole::Whole};
use graph_sim::Sim;
use tempfile::TempDir;

/// A folder with imported files, and a drive in which much has happened since.
async fn prepared() -> World {
    let world = World::connected().await;
    let mut items = Vec::new();
    for name in ["A", "B", "C", "D", "E"] {
        items.push(world.sim.put(&format!("/{name}.pdf"), pdf("first").into()));
    }
    let admin = world.admin().await;
    let outcomes = admin.import(&items).await.unwrap();
    for outcome in &outcomes {
        let id = &outcome.file.as_ref().unwrap().id;
        admin.place_file(id, ShowingKind::ClientPoint, "One").await.unwrap();
    }
    world.sim.put("/A.pdf", pdf("second").into());
    world.sim.put("/B.pdf", pdf("another second").into());
    world.sim.delete("/C.pdf");
    world.sim.rename("/D.pdf", "D.docx");
    world.sim.rename("/E.pdf", "E renamed.pdf");
    world
}

pub fn copied(world: &World) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    end_to_end::folders::copy(world.data.path(), folder.path());
    folder
}

pub async fn host(world: &World, data: &Path) -> Host {
    builder(&world.sim, &world.clock, data).build().await.unwrap()
}

/// All that anybody could see: the library with its links and bytes, what is shown, and the first run's ledger.
#[derive(Debug, PartialEq)]
struct Seen {
    files: Vec<(FileRow, Vec<u8>, u64)>,
    ledger: Vec<(String, String, String, String, u64, u64)>,
    rest: u64,
}

async fn finish_and_look(world: &World, data: &Path) -> Seen {
    let host = host(world, data).await;
    let admin = host.session("admin").await.unwrap();
    let last = loop {
        match admin.sync(&SyncOptions::default(), &Stop::default()).await {
            Ok(ledger) => break ledger,
            // A process that another test is just starting holds copies of all that is open here, until it is started.
            Err(error) if error.code() == "sync-running" => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(last.counts.values().sum::<u64>(), last.run.inputs);
    let mut files = Vec::new();
    for file in admin.library().await.unwrap() {
        let bytes = admin.bytes_of(&file.id).await.unwrap();
        let shown = admin.showings(&file.id).await.unwrap()[0].revision;
        files.push((file, bytes, shown));
    }
    let first = admin.run(1).await.unwrap();
    let line = |line: clientpoint_host::service::api::Line| {
        (
            line.file,
            line.outcome,
            line.reason,
            line.message,
            line.revision,
            line.reached,
        )
    };
    Seen {
        files,
        ledger: first.lines.into_iter().map(line).collect(),
        rest: first.run.rest,
    }
}

/// Runs a future and drops it after so many polls. Whether it came to its end.
pub async fn cut(future: impl Future, polls: usize) -> bool {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        future.as_mut().poll(context).map(|_| true)
    })
    .await
}

#[tokio::test]
async fn s12_a_run_that_is_cut_off_at_any_await_is_finished_as_if_nothing_had_happened() {
    let world = prepared().await;
    let undisturbed = finish_and_look(&world, copied(&world).path()).await;
    assert_eq!(undisturbed.ledger.len(), 5, "{undisturbed:?}");

    let mut polls = 0;
    loop {
        let data = copied(&world);
        let ended = {
            let host = host(&world, data.path()).await;
            let admin = host.session("admin").await.unwrap();
            let (options, stop) = (SyncOptions::default(), Stop::default());
            cut(admin.sync(&options, &stop), polls).await
        };
        assert_eq!(
            finish_and_look(&world, data.path()).await,
            undisturbed,
            "cut off at {polls}"
        );
        if ended {
            break;
        }
        polls += 3;
    }
    assert!(polls > 30, "it was cut off {polls} polls deep at most");
}

#[tokio::test]
async fn s12_a_process_that_dies_at_any_await_leaves_a_run_that_is_finished_as_if_nothing_had_happened() {
    let world = prepared().await;
    let undisturbed = finish_and_look(&world, copied(&world).path()).await;
    // Once before anything is done, so that the copies have the component compiled.
    assert!(!dead(&world, world.data.path(), 0, None).success());
    let mut polls = 0;
    loop {
        let data = copied(&world);
        let status = dead(&world, data.path(), polls, None);
        assert_eq!(
            finish_and_look(&world, data.path()).await,
            undisturbed,
            "dead at {polls}"
        );
        if status.success() {
            break;
        }
        assert!(status.code().is_none(), "it ended by itself: {status}");
        polls += 2;
    }
    assert!(polls > 30, "it died {polls} polls deep at most");
}

/// Lets a process sync a folder, or upload a sheet, and die after so many polls, if it has not come to its end by then.
pub fn dead(world: &World, data: &Path, polls: usize, sheet: Option<&Path>) -> ExitStatus {
    std::process::Command::new(env!("CARGO_BIN_EXE_killed"))
        .arg(data)
        .args([world.sim.graph_url(), world.sim.login_url(), polls.to_string()])
        .args(sheet)
        .stderr(Stdio::null())
        .status()
        .unwrap()
}

/// The program, which is built with the workspace's tests.
pub fn program() -> PathBuf {
    let deps = std::env::current_exe().unwrap();
    let program = deps.parent().unwrap().parent().unwrap().join("clientpoint-host");
    assert!(program.exists(), "build the workspace first: `cargo xtask test`");
    program
}

pub fn command(world: &World, data: &Path, what: &str) -> std::process::Command {
    command_at(&world.sim, data, what)
}

/// The same, in front of that simulator.
pub fn command_at(sim: &Sim, data: &Path, what: &str) -> std::process::Command {
    let mut command = std::process::Command::new(program());
    command
        .arg("--data")
        .arg(data)
        .arg("--plugin")
        .arg(component())
        .args(["--insecure-endpoints", "--graph-url", &sim.graph_url()])
        .args(["--login-url", &sim.login_url(), what])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some(settings) = database::settings_of(data) {
        command.env("CLIENTPOINT_CONFIG", settings);
    }
    command
}

#[tokio::test]
async fn s12_a_program_that_is_killed_at_any_request_leaves_a_run_that_is_finished_by_the_next() {
    let world = prepared().await;
    let undisturbed = finish_and_look(&world, copied(&world).path()).await;
    // Once, so that the copies have the component compiled.
    assert!(command(&world, world.data.path(), "status").status().unwrap().success());
    for number in 1.. {
        let data = copied(&world);
        world.sim.clear_requests();
        let mut program = command(&world, data.path(), "sync").spawn().unwrap();
        let ended = loop {
            if program.try_wait().unwrap().is_some() {
                break true;
            }
            if world.sim.requests().len() >= number {
                program.kill().unwrap();
                program.wait().unwrap();
                break false;
            }
            tokio::task::yield_now().await;
        };
        let seen = finish_and_look(&world, data.path()).await;
        assert_eq!(seen, undisturbed, "killed at request {number}");
        if ended {
            assert!(number > 4);
            break;
        }
    }
}
