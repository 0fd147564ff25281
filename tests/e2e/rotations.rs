//! The key is changed while other programs come and go, and by programs that die: no secret is lost.

use std::{
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use end_to_end::{World, browser::connect};

use crate::crashes::{command, copied, dead, host};

/// How often the key is changed beside others.
const ROTATIONS: usize = 10;

fn run(command: &mut Command) -> (bool, String) {
    let output = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    (
        output.status.success(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[tokio::test]
async fn no_secret_is_lost_however_often_the_key_is_changed_beside_programs_that_come_and_go() {
    let World { sim, clock, host, data } = World::connected().await;
    drop(host);
    let world = World {
        host: end_to_end::builder(&sim, &clock, tempfile::tempdir().unwrap().path())
            .build()
            .await
            .unwrap(),
        sim,
        clock,
        data,
    };
    let (over, listed) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    let (well, said) = run(command(&world, world.data.path(), "library").arg("list"));
                    assert!(well, "{said}");
                    listed.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let mut failed = Vec::new();
        for rotation in 0..ROTATIONS {
            let (well, said) = run(command(&world, world.data.path(), "secrets").arg("rotate"));
            if !well {
                failed.push((rotation, said));
            }
        }
        over.store(true, Ordering::Relaxed);
        assert!(failed.is_empty(), "{failed:?}");
    });
    assert_ne!(listed.load(Ordering::Relaxed), 0);
    let (well, said) = run(command(&world, world.data.path(), "onedrive").arg("list"));
    assert!(well, "the secret opens, and is accepted: {said}");
    assert!(!world.data.path().join("secret.key.next").exists());
}

#[tokio::test]
async fn the_key_is_not_changed_while_another_program_works_and_that_one_is_named() {
    let world = World::connected().await;
    let (well, said) = run(command(&world, world.data.path(), "secrets").arg("rotate"));
    assert!(!well);
    let process = format!("(process {})", std::process::id());
    for part in ["is in use", &process, &world.data.path().display().to_string()] {
        assert!(said.contains(part), "{said}");
    }
    world.admin().await.browse(None).await.unwrap();
}

#[tokio::test]
async fn a_change_of_the_key_that_dies_at_any_await_loses_no_secret() {
    let world = World::connected().await;
    let admin = world.admin().await;
    connect(&admin, &world.sim, "member").await.0.unwrap();
    // Once before anything is done, so that the copies have the component compiled.
    assert!(!dead(&world, world.data.path(), 0, Some("rotate".as_ref())).success());
    let mut polls = 0;
    loop {
        let data = copied(&world);
        let status = dead(&world, data.path(), polls, Some("rotate".as_ref()));
        {
            let host = host(&world, data.path()).await;
            let admin = host.session("admin").await.unwrap();
            assert_eq!(admin.rotate_key().await.unwrap(), 4, "at {polls}: {status}");
            assert!(!data.path().join("secret.key.next").exists());
        }
        if status.success() {
            break;
        }
        assert_eq!(status.code(), None, "it was not killed: the change was refused");
        polls += 1;
    }
    // An answer of the database that is there already is no await: how many there are differs from time to time.
    assert!(1 < polls, "it died {polls} polls deep at most");
}

#[tokio::test]
async fn a_lost_key_is_not_made_anew_beside_what_it_has_sealed_and_there_is_a_way_out() {
    let world = World::connected().await;
    let data = copied(&world);
    std::fs::remove_file(data.path().join("secret.key")).unwrap();

    let (well, said) = run(command(&world, data.path(), "library").arg("list"));

    assert!(!well && said.contains("secrets forget"), "{said}");
    assert!(!data.path().join("secret.key").exists());
    let (well, said) = run(command(&world, data.path(), "secrets").arg("forget"));
    assert!(well, "{said}");
    let host = host(&world, data.path()).await;
    let admin = host.session("admin").await.unwrap();
    assert!(
        admin
            .status()
            .await
            .unwrap()
            .connection
            .unwrap()
            .needs_reconnect
            .is_some()
    );
    admin
        .connect_organization(end_to_end::credentials(&world.sim))
        .await
        .unwrap();
    admin.select_drive(&world.sim.drive_id(), false).await.unwrap();
    admin.browse(None).await.unwrap();
}
