//! What goes wrong on the way heals, and nothing is lost by it.

use graph_sim::{Fault, FaultKind, Resync};

use super::*;

#[tokio::test]
async fn after_410_nothing_is_lost_and_nothing_unchanged_is_fetched() {
    for resync in [Resync::ApplyDifferences, Resync::UploadDifferences] {
        let world = World::connected().await;
        let files = imported(&world, &["A.pdf", "B.pdf", "C.pdf", "D.pdf"]).await;
        world.sim.put("/A.pdf", pdf("second").into());
        world.sim.delete("/B.pdf");
        world.sim.expire_delta_tokens(resync);

        assert_eq!(
            counts(&sync(&world).await),
            [("source-gone", 1), ("unchanged", 2), ("updated", 1)]
        );

        assert_eq!(world.requests(RequestKind::Download).len(), 1);
        assert_eq!(world.bytes(&files["A.pdf"]).await, pdf("second"));
    }
}

#[tokio::test]
async fn whatever_the_style_of_the_changes_the_result_is_the_same() {
    let styles = [
        |style: &mut graph_sim::DeltaStyle| style.token_in_path = true,
        |style: &mut graph_sim::DeltaStyle| style.repeated_items = true,
        |style: &mut graph_sim::DeltaStyle| style.empty_pages = true,
        |style: &mut graph_sim::DeltaStyle| style.listed_descendants = false,
        |style: &mut graph_sim::DeltaStyle| style.no_paths = true,
        |style: &mut graph_sim::DeltaStyle| style.dead_location = true,
    ];
    for (number, change) in styles.into_iter().enumerate() {
        let world = World::connected().await;
        let mut style = graph_sim::DeltaStyle::default();
        change(&mut style);
        world.sim.set_delta_style(style);
        imported(&world, &["A.pdf", "B.pdf", "C.pdf"]).await;
        world.sim.put("/A.pdf", pdf("second").into());
        world.sim.delete("/B.pdf");
        let expected = [("source-gone", 1), ("unchanged", 1), ("updated", 1)];
        assert_eq!(counts(&sync(&world).await), expected, "style {number}");
    }
}

#[tokio::test]
async fn s8_every_fault_of_one_file_leaves_the_others_alone_and_heals() {
    for (kind, outcome) in [
        (FaultKind::Forbidden, "access-lost"),
        (FaultKind::Locked, "locked"),
        (FaultKind::Gone, "failed"),
        (FaultKind::Html200, "failed"),
        (FaultKind::Json200, "failed"),
        (FaultKind::MalwareLate, "malware"),
        (FaultKind::NoHash, "unverified"),
        (FaultKind::WrongHash, "failed"),
    ] {
        let world = World::connected().await;
        let files = imported(&world, &["A.pdf", "B.pdf"]).await;
        world.sim.put("/A.pdf", pdf("second").into());
        world.sim.put("/B.pdf", pdf("second").into());
        world.sim.fault(Fault::new(kind.clone()).on("/A.pdf"));

        let ledger = sync(&world).await;

        let line = |id: &str| {
            ledger
                .lines
                .iter()
                .find(|line| line.file == id)
                .unwrap()
                .outcome
                .clone()
        };
        assert_eq!(line(&files["A.pdf"]), outcome, "{kind:?}");
        assert_eq!(line(&files["B.pdf"]), "updated", "{kind:?}");
        world.sim.clear_faults();
        world.sim.put("/A.pdf", pdf("third").into());
        sync(&world).await;
        assert_eq!(world.bytes(&files["A.pdf"]).await, pdf("third"), "{kind:?}");
    }
}

#[tokio::test]
async fn s5_a_sign_in_that_is_refused_is_told_for_every_file_and_heals() {
    let world = World::connected().await;
    let files = imported(&world, &["A.pdf", "B.pdf"]).await;
    world.sim.put("/A.pdf", pdf("second").into());
    world
        .sim
        .fault(Fault::new(FaultKind::Forbidden).at(graph_sim::Place::Metadata));

    let ledger = sync(&world).await;

    assert_eq!(counts(&ledger), [("access-lost", 2)]);
    assert_eq!(ledger.run.state, "incomplete");
    world.sim.clear_faults();
    assert_eq!(counts(&sync(&world).await), [("unchanged", 1), ("updated", 1)]);
    assert_eq!(world.bytes(&files["A.pdf"]).await, pdf("second"));
}

#[tokio::test]
async fn a_token_that_expires_in_mid_run_is_renewed() {
    let world = World::connected().await;
    imported(&world, &["A.pdf", "B.pdf"]).await;
    world.sim.put("/A.pdf", pdf("second").into());
    world.sim.put("/B.pdf", pdf("second").into());
    world.sim.fault(Fault::new(FaultKind::TokenExpired).on("/A.pdf"));
    assert_eq!(counts(&sync(&world).await), [("updated", 2)]);
}
