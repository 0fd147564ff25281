//! Whoever is too slow holds up nobody, and whoever waits is told for whom.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use clientpoint_engine::capability::progress::Progress;
use end_to_end::{WATCH, World, builder, pdf};
use graph_sim::{Fault, FaultKind};

/// What those who wait were told.
#[derive(Clone, Default)]
struct Words(Arc<Mutex<Vec<String>>>);

impl Progress for Words {
    fn report(&self, _item: &str, _name: &str, _done: u64, _total: Option<u64>) {}

    fn queued(&self, why: &str) {
        self.0.lock().unwrap().push(why.to_string());
    }
}

impl Words {
    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// Lets a byte come, and then the time pass in which the plugin looks once.
async fn drip(world: &World) {
    world.sim.stalled(1).await;
    world.sim.pass_stalled().await;
    world.clock.pass(|asked| asked == WATCH).await;
}

#[tokio::test]
async fn a_download_that_drips_is_broken_off_after_a_minute_and_gone_on_with() {
    let world = World::connected().await;
    let bytes = pdf(&"a file that drips ".repeat(1_000));
    let item = world.sim.put("/Slow.pdf", bytes.clone().into());
    world.sim.fault(Fault::new(FaultKind::Drip(None)).times(1));
    let importing = world.import(&item);
    // A breath between two tries takes no time. Longer waits are of those who tell what they wait for: they are no part of it.
    let breathing = async {
        loop {
            world.clock.pass(|asked| asked < WATCH).await;
        }
    };
    let time = async {
        for _ in 0..30 {
            drip(&world).await;
        }
    };
    tokio::pin!(importing);
    let outcome = tokio::select! {
        outcome = &mut importing => outcome,
        () = time => panic!("it goes on byte by byte"),
        () = breathing => unreachable!("breathing has no end"),
    };

    assert_eq!(world.bytes(&outcome.file.unwrap().id).await, bytes);
    let waited = clientpoint_engine::clock::Clock::elapsed(&world.clock);
    assert!(waited < Duration::from_secs(120), "{waited:?}");
    assert_eq!(world.drafts(), 0);
}

#[tokio::test]
async fn who_waits_for_the_turn_of_a_connection_is_told_who_has_it_and_since_when() {
    let world = World::connected().await;
    let slow = world.sim.put("/Slow.pdf", pdf("slow").into());
    let other = world.sim.put("/Other.pdf", pdf("other").into());
    world
        .sim
        .fault(Fault::new(FaultKind::Stall(None)).on("/Slow.pdf").times(1));
    let words = Words::default();
    let second = builder(&world.sim, &world.clock, world.data.path()).progress(Arc::new(words.clone()));
    let second = second.build().await.unwrap();
    let session = second.session("admin").await.unwrap();
    let wanted = [other];

    let waiting = async {
        world.sim.stalled(1).await;
        let told = async {
            for pause in [1, 10, 20] {
                world.clock.pass(|asked| asked == Duration::from_secs(pause)).await;
            }
            while words.all().len() < 3 {
                tokio::task::yield_now().await;
            }
            world.sim.release_stalled();
        };
        tokio::join!(session.import(&wanted), told).0
    };
    let (_, outcomes) = tokio::join!(world.import(&slow), waiting);

    assert_eq!(outcomes.unwrap()[0].outcome, "imported");
    let told = words.all();
    let process = std::process::id();
    let begun = format!("an import by `admin` (process {process}");
    assert!(told[0].contains(&begun), "{told:?}");
    assert!(
        told[0].ends_with(") has it since 2026-03-02T05:00:00Z, for 1 second"),
        "{told:?}"
    );
    assert!(told[1].ends_with("for 11 seconds"), "{told:?}");
    assert!(told[2].ends_with("for 31 seconds"), "{told:?}");
}
