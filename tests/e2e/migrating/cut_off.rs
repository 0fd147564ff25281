//! A move that is cut off at any await, and the one after it.

use std::{future::Future, path::Path, pin::pin, task::Poll};

use clientpoint_engine::clock::ManualClock;
use clientpoint_host::host::Move;
use end_to_end::{
    database,
    folders::{all, expected, look::look, restored, simulated},
    in_its_folder,
};
use graph_sim::Sim;
use serde_json::Value;
use tempfile::TempDir;

use super::{comparable, moved, moving, shared};
use crate::crashes::cut;

/// How often a move is cut off, each time a bit later.
const CUTS: usize = 40;

/// How many polls before the end it is cut off at each of them.
const LAST: usize = 30;

/// How many polls a future takes to its end.
async fn polls(future: impl Future) -> usize {
    let (mut future, mut polls) = (pin!(future), 0);
    std::future::poll_fn(move |context| {
        polls += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(polls),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// A folder, an empty database and a store, and what is to be moved where.
struct Stage {
    sim: Sim,
    clock: ManualClock,
    data: TempDir,
    _places: [TempDir; 2],
    moving: Move,
}

async fn stage(folder: &Path) -> Option<Stage> {
    let (place, database) = database::empty()?;
    let (data, store, expected) = (restored(folder).await, tempfile::tempdir().unwrap(), expected(folder));
    let moving = moving(data.path(), &database, Some(&shared(store.path())));
    Some(Stage {
        sim: simulated(&expected, data.path()).await,
        clock: ManualClock::new(expected["now"].as_str().unwrap().parse().unwrap()),
        data,
        _places: [place, store],
        moving,
    })
}

#[tokio::test]
async fn a_move_that_is_cut_off_anywhere_is_brought_to_its_end_by_the_next() {
    let folder = all().pop().unwrap();
    let Some(first) = stage(&folder).await else { return };
    let in_all = polls(moved(&first.moving)).await;
    assert!(CUTS < in_all, "{in_all}");
    let whole = seen(&first).await;
    let (mut as_before, mut marked) = (0, 0);
    // The moment in which the server is told to keep the rows is close to the end: nothing is left out there.
    let far = (1..in_all - LAST).step_by(in_all.div_ceil(CUTS));
    for cut_at in far.chain(in_all - LAST..in_all + LAST / 2) {
        let stage = stage(&folder).await.unwrap();
        let ended = cut(moved(&stage.moving), cut_at).await;

        // Either the folder is the library as before, or nobody goes on with it.
        match stage.data.path().join("moved.json").exists() {
            true => marked += 1,
            false => as_before += 1,
        }
        let done = moved(&stage.moving).await.unwrap();

        assert!(!ended || done.was_there, "{cut_at}: {done:?}");
        assert!(!done.has_gone_on, "{cut_at}: {done:?}");
        assert_eq!(seen(&stage).await, whole, "cut off at {cut_at} of {in_all}");
    }
    assert!(0 < as_before && 0 < marked, "{as_before} {marked}");
}

/// What a host sees at the new place. At home, nobody sees anything any more.
async fn seen(stage: &Stage) -> Value {
    let data = stage.data.path();
    let at_home = in_its_folder(&stage.sim, &stage.clock, data).build().await;
    let refused = at_home.err().unwrap();
    assert_eq!(refused.problems[0].code(), "moved", "{refused}");
    let builder = in_its_folder(&stage.sim, &stage.clock, data).settings(stage.moving.layers.clone());
    let host = builder.build().await.unwrap();
    let seen = comparable(look(&host, data).await);
    host.close().await;
    seen
}
