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
const CUTS: usize = 25;

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
    for cut_at in (1..in_all).step_by(in_all.div_ceil(CUTS)) {
        let stage = stage(&folder).await.unwrap();
        let ended = cut(moved(&stage.moving), cut_at).await;
        whole_after(&stage, ended, &whole).await;
    }
}

#[tokio::test]
async fn a_move_that_is_cut_off_while_the_server_is_told_to_keep_it_is_brought_to_its_end_as_well() {
    let folder = all().pop().unwrap();
    let Some(first) = stage(&folder).await else { return };
    moved(&first.moving).await.unwrap();
    let whole = seen(&first).await;
    for polls in 0.. {
        let stage = stage(&folder).await.unwrap();
        let mark = stage.data.path().join("moved.json");
        let ended = cut_once(|| mark.exists(), moved(&stage.moving), polls).await;
        assert!(mark.exists(), "{polls}");
        whole_after(&stage, ended, &whole).await;
        if ended {
            assert!(2 < polls, "{polls}");
            break;
        }
    }
}

/// Moves once more, and looks whether all is there.
async fn whole_after(stage: &Stage, ended: bool, whole: &Value) {
    let done = moved(&stage.moving).await.unwrap();
    assert!(!ended || done.was_there, "{done:?}");
    assert!(!done.has_gone_on, "{done:?}");
    assert_eq!(seen(stage).await, *whole);
}

/// As [`cut`], so many polls after something has come about.
async fn cut_once(has_come: impl Fn() -> bool, future: impl Future, polls: usize) -> bool {
    let (mut future, mut left) = (pin!(future), polls);
    std::future::poll_fn(move |context| {
        if has_come() {
            if left == 0 {
                return Poll::Ready(false);
            }
            left -= 1;
        }
        future.as_mut().poll(context).map(|_| true)
    })
    .await
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
