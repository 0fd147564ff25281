//! Uploads of a sheet among other things that happen: syncs, other connections, sign-ins that end, and the death of the
//! process.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use clientpoint_host::{
    Session,
    host::Limits,
    service::{RunRow, Stop, SyncOptions},
    store::{connections::Mode, users::Role},
    way_out::WayOut,
};
use end_to_end::{
    World, beside,
    browser::connect,
    by_path::ByPath,
    pdf,
    sheets::{apply, by_hand, outcomes, sheet},
    sync,
    whole::Whole,
};

use graph_sim::{Fault, FaultKind, RequestKind};

use crate::crashes::{copied, cut, host};

/// A file that another Administrator has imported from the drive that the company has, too.
async fn of_bea(world: &World) -> (Session<'_>, String) {
    let admin = world.admin().await;
    admin.add_user("bea", Role::Administrator).await.unwrap();
    let bea = world.host.session("bea").await.unwrap();
    connect(&bea, &world.sim, "member").await.0.unwrap();
    let item = world.sim.put("/Old.pdf", pdf("old").into());
    let id = bea.import(&[item]).await.unwrap().remove(0).file.unwrap().id;
    (bea, id)
}

#[tokio::test]
async fn a_file_whose_connection_was_given_up_is_linked_to_the_same_item_by_another() {
    let world = World::connected().await;
    let (_, id) = of_bea(&world).await;
    let path = sheet(&world, &[(&id, "Old.pdf")]);
    assert_eq!(outcomes(&apply(&world, &path).await), ["already-linked"]);
    world.admin().await.disconnect(None, Some("bea")).await.unwrap();
    world.sim.put("/Old.pdf", pdf("older").into());
    sync(&world).await;
    assert_eq!(world.bytes(&id).await, pdf("old"), "it follows nothing");

    let done = apply(&world, &path).await;

    assert_eq!(outcomes(&done), ["linked"], "{done:?}");
    sync(&world).await;
    assert_eq!(world.bytes(&id).await, pdf("older"));
    world
        .admin()
        .await
        .undo_association(done.run.unwrap().id)
        .await
        .unwrap();
    assert_eq!(world.bytes(&id).await, pdf("old"));
    assert_eq!(world.admin().await.status().await.unwrap().detached_files, 1);
}

/// Lets a sync of bea's begin, and go no further.
async fn until_running<T>(world: &World, mut sync: Pin<&mut impl Future<Output = T>>) {
    let is_running = || {
        let locks = std::fs::read_dir(world.data.path()).unwrap();
        let mut locks = locks.map(|entry| entry.unwrap().path());
        let lock = locks.find(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name.starts_with("user-bea") && name.ends_with(".sync.lock")
        });
        lock.is_some_and(|lock| std::fs::File::open(lock).unwrap().try_lock().is_err())
    };
    poll_fn(|context| {
        assert!(sync.as_mut().poll(context).is_pending(), "it was over before it began");
        if is_running() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

#[tokio::test]
async fn no_upload_takes_files_away_from_a_sync_that_is_running_whoever_runs_it() {
    let world = World::connected().await;
    let (bea, id) = of_bea(&world).await;
    world.sim.put("/New.pdf", pdf("new").into());
    world.sim.put("/Old.pdf", pdf("older").into());
    let admin = world.admin().await;
    let upload = apply(&world, &sheet(&world, &[(&id, "New.pdf")])).await;
    admin.undo_association(upload.run.unwrap().id).await.unwrap();
    let again = apply(&world, &sheet(&world, &[(&id, "New.pdf")])).await.run.unwrap().id;
    admin.undo_association(again).await.unwrap();
    let path = sheet(&world, &[(&id, "New.pdf")]);

    let (options, stop) = (SyncOptions::default(), Stop::default());
    let mut sync = pin!(bea.sync(&options, &stop));
    until_running(&world, sync.as_mut()).await;

    let refused = admin.associate_path(&path, false, None).await.unwrap_err();
    assert_eq!(refused.code(), "sync-running", "{refused}");
    assert!(refused.to_string().contains("bea"), "{refused}");
    assert_eq!(admin.undo_association(again).await.unwrap_err().code(), "sync-running");
    admin.associate_path(&path, true, None).await.unwrap();
    let ledger = sync.await.unwrap();
    assert_eq!(ledger.counts, [("updated".to_string(), 1)].into(), "{ledger:?}");
    assert_eq!(world.bytes(&id).await, pdf("older"));
}

#[tokio::test]
async fn an_upload_goes_beside_the_sync_of_a_connection_whose_files_it_does_not_name() {
    let world = World::connected().await;
    let (bea, id) = of_bea(&world).await;
    let other = by_hand(&world, "Offer.pdf").await;
    world.sim.put("/New.pdf", pdf("new").into());
    world.sim.put("/Old.pdf", pdf("older").into());
    let admin = world.admin().await;
    let path = sheet(&world, &[(&other, "New.pdf")]);
    let (options, stop) = (SyncOptions::default(), Stop::default());
    world
        .sim
        .fault(Fault::new(FaultKind::Stall(None)).on("/Old.pdf").times(1));
    world.sim.clear_requests();
    let mut sync_of_bea = pin!(bea.sync(&options, &stop));
    beside(sync_of_bea.as_mut(), async {
        while world.requests(RequestKind::Download).is_empty() {
            tokio::task::yield_now().await;
        }

        let done = admin.associate_path(&path, false, None).await.unwrap();

        assert_eq!(outcomes(&done), ["linked"]);
        let health = admin.health().await.unwrap();
        let at_work = |id: &str| {
            let health = health.iter().find(|health| health.connection.starts_with(id)).unwrap();
            health
                .at_work
                .as_ref()
                .map(|at_work| (at_work.what.clone(), at_work.by.clone()))
        };
        assert_eq!(at_work("user-bea"), Some(("a sync".into(), "bea".into())));
        assert_eq!(at_work("organization"), None, "the upload is over");
        admin.undo_association(done.run.unwrap().id).await.unwrap();
        assert!(apply(&world, &path).await.is_clean());
    })
    .await;
    world.sim.release_stalled();
    let ledger = sync_of_bea.await.unwrap();
    assert_eq!(ledger.counts, [("updated".to_string(), 1)].into(), "{ledger:?}");
    assert_eq!(world.bytes(&id).await, pdf("older"));
    sync(&world).await;
    assert_eq!(world.bytes(&other).await, pdf("new"));
}

#[tokio::test]
async fn nobody_gives_a_connection_up_while_an_upload_goes_through_it() {
    let world = World::connected().await;
    let id = by_hand(&world, "Offer.pdf").await;
    world.sim.put("/A.pdf", pdf("a").into());
    let path = sheet(&world, &[(&id, "A.pdf")]);
    world.clock.advance(Duration::from_secs(7_200));
    let admin = world.admin().await;
    let mut upload = pin!(admin.associate_path(&path, false, None));
    // Until it asks for a token: it has read the connection by then.
    poll_fn(|context| {
        assert!(upload.as_mut().poll(context).is_pending());
        if world.sim.requests().is_empty() {
            context.waker().wake_by_ref();
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
    let refused = admin.disconnect(Some(Mode::Organization), None).await.unwrap_err();
    assert_eq!(refused.code(), "sync-running", "{refused}");
    assert!(upload.await.unwrap().is_clean());
    sync(&world).await;
    assert_eq!(world.bytes(&id).await, pdf("a"));
}

#[tokio::test]
async fn s05_a_sign_in_that_ends_during_an_upload_is_noticed() {
    for preview in [true, false] {
        let world = World::new().await;
        let admin = world.admin().await;
        connect(&admin, &world.sim, "member").await.0.unwrap();
        let id = by_hand(&world, "Offer.pdf").await;
        world.sim.put("/A.pdf", pdf("a").into());
        world.sim.revoke_refresh_tokens();
        world.sim.revoke_tokens();

        let path = sheet(&world, &[(&id, "A.pdf")]);
        let error = admin.associate_path(&path, preview, None).await.unwrap_err();

        assert_eq!(error.code(), "needs-reconnect", "{error}");
        let status = admin.status().await.unwrap();
        assert!(status.connection.unwrap().needs_reconnect.is_some());
    }
}

#[tokio::test]
async fn a_sheet_that_takes_too_long_is_told_from_one_that_is_too_large() {
    let world = World::connected().await;
    let id = by_hand(&world, "Offer.pdf").await;
    let rows: Vec<(&str, &str)> = (0..20_000).map(|_| (id.as_str(), "Clients/A.pdf")).collect();
    let path = sheet(&world, &rows);
    for (limits, code, says) in [
        (
            Limits {
                call: Duration::from_nanos(1),
                ..Limits::default()
            },
            "timed-out",
            "try again later",
        ),
        (
            Limits {
                sheet_memory: 2 << 20,
                ..Limits::default()
            },
            "sheet-too-large",
            "copy the columns",
        ),
    ] {
        let limited = end_to_end::builder(&world.sim, &world.clock, world.data.path())
            .limits(limits)
            .build()
            .await
            .unwrap();
        let admin = limited.session("admin").await.unwrap();
        let error = admin.associate_path(&path, false, None).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
}

/// The only upload, once nobody is at it: a process that another test is just starting holds copies of all that is open
/// here, until it is started.
async fn upload(admin: &Session<'_>) -> Option<RunRow> {
    for _ in 0..10_000 {
        let mut runs = admin.runs().await.unwrap().into_iter();
        match runs.find(|row| row.run.subject == "association") {
            Some(row) if row.run.state == "running" => tokio::task::yield_now().await,
            run => return run,
        }
    }
    panic!("it is shown as running, and nobody is at it")
}

#[tokio::test]
async fn s12_an_upload_that_is_cut_off_at_any_await_is_shown_as_interrupted_and_taken_back() {
    let world = World::connected().await;
    let id = by_hand(&world, "Offer.pdf").await;
    world.sim.put("/A.pdf", pdf("a").into());
    let path = sheet(&world, &[(&id, "A.pdf")]);
    let before = world.library().await;
    let (mut polls, mut interrupted) = (0, 0);
    loop {
        let data = copied(&world);
        let ended = {
            let host = host(&world, data.path()).await;
            let admin = host.session("admin").await.unwrap();
            cut(admin.associate_path(&path, false, None), polls).await
        };
        let host = host(&world, data.path()).await;
        let admin = host.session("admin").await.unwrap();
        if let Some(row) = upload(&admin).await {
            if row.run.state == "interrupted" {
                interrupted += 1;
                let linked = admin.library().await.unwrap() != before;
                let hint = row.run.message.unwrap();
                let undo = format!("until upload {} is taken back", row.run.id);
                assert!(hint.contains(&undo), "cut off at {polls}: {hint}");
                let undoing = WayOut::UndoUpload { run: row.run.id };
                let ways_out = Vec::from_iter(linked.then_some(undoing));
                assert_eq!(row.ways_out, ways_out, "cut off at {polls}");
                let ledger = admin.run(row.run.id).await.unwrap();
                assert!(ledger.run.message.unwrap().contains(&undo));
            } else {
                assert_eq!(row.run.state, "complete", "cut off at {polls}");
            }
            let (run, _) = loop {
                match admin.undo_association(row.run.id).await {
                    Err(error) if error.code() == "sync-running" => tokio::task::yield_now().await,
                    done => break done.unwrap(),
                }
            };
            assert_ne!(run.state, "running");
            let again = loop {
                match admin.associate_path(&path, false, None).await {
                    Err(error) if error.code() == "sync-running" => tokio::task::yield_now().await,
                    done => break done.unwrap(),
                }
            };
            admin.undo_association(again.run.unwrap().id).await.unwrap();
            let dead = admin.run(row.run.id).await.unwrap().run;
            assert!(dead.message.unwrap().contains("taken back"), "cut off at {polls}");
        }
        assert_eq!(admin.library().await.unwrap(), before, "cut off at {polls}");
        if ended {
            break;
        }
        polls += 2;
    }
    assert!(polls > 10, "it was cut off {polls} polls deep at most");
    assert!(0 < interrupted);
}

#[tokio::test]
async fn s12_what_an_upload_has_linked_before_it_died_is_told_by_the_next_and_taken_back() {
    let world = World::connected().await;
    let id = by_hand(&world, "Offer.pdf").await;
    world.sim.put("/A.pdf", pdf("a").into());
    let path = sheet(&world, &[(&id, "A.pdf")]);
    let before = world.library().await;
    let admin = world.admin().await;
    {
        let mut dying = pin!(admin.associate_path(&path, false, None));
        while world.library().await == before {
            assert!(
                !cut(dying.as_mut(), 1).await,
                "it came to its end, and nobody saw the link"
            );
        }
    }
    assert_eq!(upload(&admin).await.unwrap().run.state, "interrupted");

    assert_eq!(outcomes(&apply(&world, &path).await), ["already-linked"]);

    let dead = admin.run(1).await.unwrap().run;
    assert_eq!(dead.state, "failed");
    assert!(dead.message.unwrap().contains("until upload 1 is taken back"));
    let (_, undone) = admin.undo_association(1).await.unwrap();
    assert_eq!(undone.files, 1);
    assert_eq!(world.library().await, before);
}
