//! Harm that is done before there is anything to ask.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use clientpoint_engine::{
    clock::{Clock, Sleep, SystemClock},
    policy::PolicyChanges,
};
use clientpoint_host::Host;
use end_to_end::{built, load, on_its_database, sources};

use super::{Attack, Stage, said, stopped};

/// The hostile component with another mark in its bytes.
fn marked(behaviour: &str) -> Arc<clientpoint_engine::plugin::Plugin> {
    const MARK: &[u8] = b"hostile-mark:behaves";
    let mut bytes = std::fs::read(built(&sources::HOSTILE)).unwrap();
    let at = bytes.windows(MARK.len()).position(|window| window == MARK).unwrap();
    let mark = format!("hostile-mark:{behaviour:.<19}");
    bytes[at..at + mark.len()].copy_from_slice(mark.as_bytes());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("marked.wasm");
    std::fs::write(&file, bytes).unwrap();
    Arc::new(load(&file).unwrap())
}

#[tokio::test]
async fn stored_credentials_go_nowhere_but_where_they_went_when_they_were_given() {
    let stage = Stage::new().await;
    let host = end_to_end::builder(&stage.world.sim, &stage.world.clock, stage.world.data.path())
        .plugin(marked("moves-endpoints"))
        .build()
        .await
        .unwrap();
    let error = host.session("admin").await.unwrap().browse(None).await.unwrap_err();
    let why = stopped(&error);
    assert!(
        why.contains("https://login.evil.example") && why.contains("https://graph.microsoft.com"),
        "{why}"
    );
    assert_eq!(stage.world.sim.requests(), []);
    stage.is_as_before_and_healthy().await;
}

/// The stage's folder in the hands of a plugin with that mark, which browses by calling.
async fn calling(stage: &Stage, mark: &str, clock: Arc<dyn Clock>) -> Attack {
    let host = end_to_end::builder(&stage.world.sim, &stage.world.clock, stage.world.data.path())
        .plugin(marked(mark))
        .clock(clock)
        .policy(PolicyChanges {
            file_types: Some(vec!["calls".into()]),
            ..PolicyChanges::default()
        })
        .build()
        .await
        .unwrap();
    Attack { host }
}

#[tokio::test]
async fn endpoints_that_move_after_a_while_get_no_token_from_a_host_that_has_one() {
    let stage = Stage::new().await;
    let users = format!("{}/v1.0/users", stage.world.sim.graph_url());
    let attack = calling(&stage, "moves-at-six", Arc::new(stage.world.clock.clone())).await;
    assert_eq!(said(&attack.browse(&users).await), "200", "it is five in the morning");
    stage.world.sim.clear_requests();

    stage.world.clock.advance(Duration::from_secs(60 * 60));

    let why = stopped(&attack.browse(&users).await);
    assert!(why.contains("https://api.evil.example"), "{why}");
    assert_eq!(stage.world.sim.requests(), []);
    stage.is_as_before_and_healthy().await;
}

/// A clock on which a second passes whenever somebody looks how much time has passed.
struct Ticking(SystemClock, AtomicU64);

impl Clock for Ticking {
    fn utc(&self) -> DateTime<Utc> {
        self.0.utc()
    }

    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.1.fetch_add(1, Ordering::SeqCst))
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.0.sleep(duration)
    }
}

#[tokio::test]
async fn of_answers_that_alternate_the_one_that_is_used_is_the_one_that_is_judged() {
    let stage = Stage::new().await;
    let users = format!("{}/v1.0/users", stage.world.sim.graph_url());
    let ticking = |from| Arc::new(Ticking(SystemClock::default(), AtomicU64::new(from)));
    let attack = calling(&stage, "alternates", ticking(0)).await;
    assert_eq!(said(&attack.browse(&users).await), "200", "the first answer is as ever");
    stage.world.sim.clear_requests();
    let attack = calling(&stage, "alternates", ticking(1)).await;
    let why = stopped(&attack.browse(&users).await);
    assert!(why.contains("https://login.evil.example"), "{why}");
    assert_eq!(stage.world.sim.requests(), []);

    // What was used to connect is what is kept, whatever it would say when asked again.
    let attack = calling(&stage, "alternates", ticking(0)).await;
    let credentials = end_to_end::credentials(&stage.world.sim);
    attack.admin().await.connect_organization(credentials).await.unwrap();
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn a_plugin_does_not_decide_that_files_have_no_bounds() {
    let stage = Stage::new().await;
    let host = end_to_end::builder(&stage.world.sim, &stage.world.clock, stage.world.data.path())
        .plugin(marked("boundless"))
        .build()
        .await
        .unwrap();
    let inspection = host.session("admin").await.unwrap().inspect().await.unwrap();
    assert_eq!(inspection.max_file_bytes, 4 << 30);
    stage.is_as_before_and_healthy().await;
}

#[tokio::test]
async fn a_plugin_that_never_finishes_starting_or_describing_itself_is_stopped() {
    let stage = Stage::new().await;
    for behaviour in ["starts-forever", "describes-forever"] {
        let data = stage.world.data.path();
        let host = on_its_database(Host::builder(data), data)
            .plugin(marked(behaviour))
            .build()
            .await
            .unwrap();
        let error = host.session("admin").await.unwrap().status().await.unwrap_err();
        assert!(
            stopped(&error).contains("not done within 5 seconds"),
            "{behaviour}: {error}"
        );
    }
    stage.is_as_before_and_healthy().await;
}
