//! Long work as operations: whose each is and how far, that one alone; also after its program was killed.

mod log;

use clientpoint_host::{
    Session,
    service::{
        ItemState, OperationFilter, OperationKind, OperationState, Part, Stop, SyncOptions, Wanted,
        api::{ItemProgress, Operation},
    },
    store::users::Role,
};
use end_to_end::{World, browser::connect, pdf, whole::Whole};
use graph_sim::{Fault, FaultKind};

use crate::crashes::command;

/// The operations that somebody sees, the newest first.
async fn seen(session: &Session<'_>) -> Vec<Operation> {
    let page = session
        .operations_page(&OperationFilter::default(), &Part::whole(None))
        .await;
    page.unwrap().rows
}

/// The operation, once its files are as they are wanted.
async fn once(session: &Session<'_>, id: i64, is_so: impl Fn(&[ItemProgress]) -> bool) -> Operation {
    loop {
        let operation = session.operation(id).await.unwrap();
        if is_so(&operation.progress.items) {
            return operation;
        }
        tokio::task::yield_now().await;
    }
}

fn moves(items: &[ItemProgress]) -> bool {
    items.iter().any(|item| 0 < item.done)
}

fn states(operation: &Operation) -> Vec<(&str, ItemState)> {
    let items = operation.progress.items.iter();
    items.map(|item| (item.name.as_str(), item.state)).collect()
}

/// A world in which two Administrators have signed in, each with a file in a drive of their own that stalls in the middle.
async fn two_at_work() -> (World, [String; 2]) {
    let world = World::new().await;
    let admin = world.admin().await;
    admin.add_user("bea", Role::Administrator).await.unwrap();
    let bea = world.host.session("bea").await.unwrap();
    connect(&admin, &world.sim, "member").await.0.unwrap();
    connect(&bea, &world.sim, "second").await.0.unwrap();
    let drive = bea.status().await.unwrap().connection.unwrap().drive.unwrap().id;
    let bytes = pdf(&"many bytes ".repeat(20_000));
    let items = [
        world.sim.put("/Ada.pdf", bytes.clone().into()),
        world.sim.put_in(&drive, "/Bea.pdf", bytes.into()),
    ];
    for path in ["/Ada.pdf", "/Bea.pdf"] {
        world.sim.fault(Fault::new(FaultKind::Stall(None)).on(path).times(1));
    }
    (world, items)
}

#[tokio::test]
async fn two_imports_at_once_are_two_operations_each_with_progress_of_its_own() {
    let (world, [of_ada, of_bea]) = two_at_work().await;
    let (ada, bea) = (world.admin().await, world.host.session("bea").await.unwrap());
    let first = ada.begin_operation(OperationKind::Import).await.unwrap();
    let second = bea.begin_operation(OperationKind::Import).await.unwrap();
    let ids = [first.id(), second.id()];
    let importing = async {
        let (ada, bea) = (
            world.admin().await.carrying_out(first),
            world.host.session("bea").await.unwrap(),
        );
        let bea = bea.carrying_out(second);
        let (of_ada, of_bea) = ([of_ada.clone()], [of_bea.clone()]);
        let (one, other) = tokio::join!(ada.import(&of_ada), bea.import(&of_bea));
        (one.unwrap(), other.unwrap())
    };
    let looking = async {
        world.sim.stalled(2).await;
        let of_ada = once(&ada, ids[0], moves).await;
        let of_bea = once(&bea, ids[1], moves).await;
        assert_eq!(states(&of_ada), [("Ada.pdf", ItemState::Transferring)]);
        assert_eq!(states(&of_bea), [("Bea.pdf", ItemState::Transferring)]);
        assert_eq!((of_ada.begun_by.as_str(), of_bea.begun_by.as_str()), ("admin", "bea"));
        assert_ne!(of_ada.connection, of_bea.connection);
        assert_eq!((of_ada.progress.done, of_ada.progress.of), (0, Some(1)));
        world.sim.release_stalled();
    };
    let mut watching = ada.watch_operation(ids[0]).await.unwrap();
    let following = async {
        let mut seen = Vec::new();
        while let Some(operation) = watching.next(&ada).await.unwrap() {
            seen.push(operation);
        }
        seen
    };

    let (_, (), followed) = tokio::join!(importing, looking, following);

    let last = followed.last().unwrap();
    assert_eq!((last.state, last.counts["imported"]), (OperationState::Done, 1));
    assert!(
        followed
            .iter()
            .any(|operation| operation.state == OperationState::Running)
    );
    for (id, name) in [(ids[0], "Ada.pdf"), (ids[1], "Bea.pdf")] {
        let operation = bea.operation(id).await.unwrap();
        assert_eq!(states(&operation), [(name, ItemState::Imported)]);
        assert!(operation.progress.items[0].file.is_some() && operation.ended_at.is_some());
    }
    assert_eq!(seen(&bea).await.len(), 2);
}

#[tokio::test]
async fn nobody_but_administrators_sees_what_others_have_begun() {
    let world = World::connected().await;
    let item = world.sim.put("/A.pdf", pdf("A").into());
    world.import(&item).await;
    let admin = world.admin().await;
    admin.add_user("mia", Role::Member).await.unwrap();
    let mia = world.host.session("mia").await.unwrap();
    let id = seen(&admin).await[0].id;
    assert!(seen(&mia).await.is_empty());
    for refused in [mia.operation(id).await, mia.stop_operation(id).await] {
        assert_eq!(refused.unwrap_err().code(), "not-found");
    }
    assert_eq!(
        mia.begin_operation(OperationKind::Sync)
            .await
            .map(drop)
            .unwrap_err()
            .code(),
        "forbidden"
    );
}

#[tokio::test]
async fn an_import_that_is_stopped_begins_no_more_and_lets_come_in_what_is_under_way() {
    let world = World::connected().await;
    let names = ["A", "B", "C", "D", "E", "F", "G"].map(|name| format!("{name}.pdf"));
    for name in &names {
        world.sim.put(&format!("/{name}"), pdf(name).into());
    }
    world
        .sim
        .fault(Fault::new(FaultKind::Stall(None)).on("/A.pdf").times(1));
    let wanted: Vec<Wanted> = names
        .iter()
        .zip(1..)
        .map(|(name, line)| Wanted {
            text: name.clone(),
            line: Some(line),
        })
        .collect();
    let admin = world.admin().await;
    let begun = admin.begin_operation(OperationKind::Import).await.unwrap();
    let id = begun.id();
    let worker = world.admin().await.carrying_out(begun);
    let stopping = async {
        world.sim.stalled(1).await;
        admin.stop_operation(id).await.unwrap();
        world.sim.release_stalled();
    };
    let stop = Stop::default();
    let (outcomes, ()) = tokio::join!(worker.import_wanted(&wanted, &stop), stopping);
    let outcomes: Vec<&str> = outcomes.unwrap().iter().map(|outcome| outcome.outcome).collect();
    assert_eq!(outcomes[..5], ["imported"; 5]);
    assert_eq!(outcomes[5..], ["not-started"; 2]);
    let operation = admin.operation(id).await.unwrap();
    assert_eq!(operation.state, OperationState::Stopped);
    assert_eq!((operation.counts["imported"], operation.counts["not-started"]), (5, 2));
}

#[tokio::test]
async fn a_sync_tells_its_run_and_how_many_of_its_files_are_done_and_what_failed_tells_why() {
    let world = World::connected().await;
    let item = world.sim.put("/A.pdf", pdf("A").into());
    world.import(&item).await;
    world.sim.put("/A.pdf", pdf("second").into());
    let admin = world.admin().await;
    admin.sync(&SyncOptions::default(), &Stop::default()).await.unwrap();
    let outdated = SyncOptions {
        plan: Some("0123456789abcdef".into()),
        ..SyncOptions::default()
    };
    let refused = admin.sync(&outdated, &Stop::default()).await.unwrap_err();
    let operations = seen(&admin).await;
    let (failed, synced) = (&operations[0], &operations[1]);
    let failure = failed.error.as_ref().unwrap();
    assert_eq!(
        (failed.state, failure.code.as_str()),
        (OperationState::Failed, refused.code())
    );
    assert_eq!(failure.ways_out, refused.ways_out());
    assert_eq!((synced.kind, synced.state), (OperationKind::Sync, OperationState::Done));
    assert_eq!(
        (synced.run, synced.connection.as_deref()),
        (Some(1), Some("organization"))
    );
    assert_eq!((synced.progress.done, synced.progress.of), (1, Some(1)));
    assert_eq!(synced.counts["updated"], 1);
}

#[tokio::test]
async fn a_host_that_is_killed_in_the_middle_of_an_import_leaves_an_operation_that_tells_what_had_come_in() {
    let world = World::connected().await;
    let there = world.sim.put("/A.pdf", pdf("A").into());
    let slow = world.sim.put("/B.pdf", pdf("B").into());
    world
        .sim
        .fault(Fault::new(FaultKind::Stall(None)).on("/B.pdf").always());
    let mut import = command(&world, world.data.path(), "onedrive");
    let mut program = import.args(["import", &there, &slow]).spawn().unwrap();
    let admin = world.admin().await;
    world.sim.stalled(1).await;
    while admin.library().await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let id = seen(&admin).await[0].id;
    assert_eq!(
        admin.operation(id).await.unwrap().state,
        OperationState::Running,
        "its program lives"
    );

    program.kill().unwrap();
    program.wait().unwrap();

    let operation = admin.operation(id).await.unwrap();
    assert_eq!(operation.state, OperationState::Interrupted);
    assert_eq!(operation.error.as_ref().unwrap().code, "interrupted");
    let item = |id: &str| operation.progress.items.iter().find(|one| one.item.id == id).unwrap();
    let file = admin.library().await.unwrap().remove(0).id;
    assert_eq!(
        (item(&there).state, item(&there).file.as_deref()),
        (ItemState::Imported, Some(file.as_str()))
    );
    assert_eq!(
        (item(&slow).state, item(&slow).file.as_deref()),
        (ItemState::Stopped, None)
    );
    drop(admin);

    let World { sim, clock, host, data } = world;
    host.close().await;
    drop(host);
    let host = end_to_end::builder(&sim, &clock, data.path()).build().await.unwrap();
    let admin = host.session("admin").await.unwrap();
    assert_eq!(
        seen(&admin).await[0],
        operation,
        "and a host that begins tells the same"
    );
    let again = admin.import(&[there]).await.unwrap().remove(0);
    assert_eq!((again.outcome, again.file.unwrap().id), ("already-imported", file));
}

#[tokio::test]
async fn work_that_is_dropped_on_its_way_is_interrupted_though_its_host_lives() {
    let world = World::connected().await;
    let item = world.sim.put("/A.pdf", pdf("A").into());
    world
        .sim
        .fault(Fault::new(FaultKind::Stall(None)).on("/A.pdf").times(1));
    let wanted = [item];
    let admin = world.admin().await;
    tokio::select! {
        _ = admin.import(&wanted) => unreachable!("it stalls"),
        () = world.sim.stalled(1) => {}
    }
    let operation = seen(&admin).await.remove(0);
    assert_eq!(operation.state, OperationState::Interrupted);
    assert_eq!(states(&operation)[0].1, ItemState::Stopped);
    assert_eq!(operation.counts["stopped"], 1);
}
