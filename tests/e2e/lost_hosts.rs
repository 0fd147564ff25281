//! Hosts that are lost in the middle of a run, one after the other: the run does not go round for ever.

use clientpoint_host::service::{Stop, SyncOptions};
use end_to_end::{World, beside, pdf, sync};
use graph_sim::{Fault, FaultKind, RequestKind};

#[tokio::test]
async fn a_run_that_three_hosts_were_lost_with_ends_as_failed_and_the_next_one_is_as_any() {
    let world = World::connected().await;
    let item = world.sim.put("/A.pdf", pdf("first").into());
    let id = world.import(&item).await.file.unwrap().id;
    world.sim.put("/A.pdf", pdf("second").into());
    world
        .sim
        .fault(Fault::new(FaultKind::Stall(None)).on("/A.pdf").times(3));
    let admin = world.admin().await;
    for _ in 0..3 {
        let (options, stop) = (SyncOptions::default(), Stop::default());
        let mut syncing = Box::pin(admin.sync(&options, &stop));
        world.sim.clear_requests();
        beside(syncing.as_mut(), async {
            while world.requests(RequestKind::Download).is_empty() {
                tokio::task::yield_now().await;
            }
        })
        .await;
        // Nothing of it is carried on, as of a program that was killed.
    }

    let ledger = sync(&world).await;

    let given_up = ledger.before.as_ref().unwrap();
    assert_eq!(given_up.run.state.to_string(), "incomplete");
    let message = given_up.run.message.as_deref().unwrap_or_default();
    assert!(message.contains("3 hosts were lost"), "{message}");
    assert_eq!(given_up.counts["failed"], 1, "{:?}", given_up.counts);
    assert_eq!(ledger.counts["updated"], 1);
    assert_eq!(world.bytes(&id).await, pdf("second"));
}

#[tokio::test]
async fn a_run_that_was_asked_to_stop_has_lost_nobody() {
    let world = World::connected().await;
    let item = world.sim.put("/A.pdf", pdf("first").into());
    world.import(&item).await;
    world.sim.put("/A.pdf", pdf("second").into());
    let admin = world.admin().await;
    for _ in 0..4 {
        let stop = Stop::default();
        stop.cancel();
        let refused = admin.sync(&SyncOptions::default(), &stop).await.unwrap_err();
        assert!(["interrupted", "stopped"].contains(&refused.code()), "{refused}");
    }

    let ledger = sync(&world).await;

    assert_eq!(ledger.before.map(|before| before.counts["updated"]), Some(1));
}
