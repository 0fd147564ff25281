use std::{collections::BTreeMap, sync::Arc};

use clientpoint_engine::{clock::ManualClock, secrets::Secret};
use tempfile::TempDir;

use super::*;
use crate::{
    key_files,
    place::Place,
    store::{
        connections::{ChosenDrive, CredentialKind, Mode, Secrets},
        files::{self, Created, Link, NewFile},
        objects::Object,
        words::RunState,
    },
};

const NOW: &str = "2026-03-02T05:30:00Z";

/// A host with a connection that has the drive `d`.
async fn host() -> (TempDir, Host) {
    let data = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(NOW.parse().unwrap()));
    let host = Host::builder(data.path()).clock(clock).build().await.unwrap();
    let connection = Connection {
        id: "c".into(),
        plugin: "p".into(),
        mode: Mode::Organization,
        owner: None,
        account: None,
        settings: BTreeMap::new(),
        credential: CredentialKind::Secret,
        expires_at: None,
        registered: false,
        drive: Some(ChosenDrive {
            id: "d".into(),
            name: "Documents".into(),
        }),
        connected_at: NOW.into(),
        connected_by: "admin".into(),
        checked_at: None,
        needs_reconnect: None,
    };
    let secrets = Secrets {
        credential: &Secret::new("secret".into()),
        grant: None,
        application: None,
    };
    let key = key_files::load(data.path()).unwrap();
    connections::put(&host.store, &key, &connection, secrets).await.unwrap();
    (data, host)
}

/// A run of that day's morning, which nobody has begun with.
async fn planned(host: &Host, day: &str) -> Run {
    let begin = runs::Begin {
        connection: "c",
        drive: "d",
        kind: RunKind::Scheduled,
        due: Some(("morning", day)),
        late: false,
        by: "timer",
        options: "{}",
    };
    runs::begin(&host.store, begin, NOW).await.unwrap().unwrap()
}

/// A new file that follows an item of the drive.
async fn comes_in(host: &Host, item: &str) {
    let link = Link {
        connection: "c".into(),
        drive: "d".into(),
        item: item.into(),
        version: None,
        hash: String::new(),
        size: 3,
        verification: "no-hash".into(),
        name: "a.pdf".into(),
        web_url: None,
    };
    let object = Object {
        sha256: format!("{item:0>64}"),
        size: 3,
    };
    let new = NewFile {
        name: "a.pdf",
        place: &Place::company_wide(),
        object: &object,
        link: Some(&link),
    };
    let created = files::create(&host.store, new, NOW).await.unwrap();
    assert!(matches!(created, Created::File(_)), "{created:?}");
}

#[tokio::test]
async fn a_run_that_is_ended_unbegun_accounts_for_the_files_that_have_come_since_it_was_planned() {
    let (_data, host) = host().await;
    comes_in(&host, "1").await;
    let run = planned(&host, "2026-03-02").await;
    comes_in(&host, "2").await;
    let right = host.sync_right("c", "a sync", "timer").await.unwrap().yours().unwrap();
    let mandate = Mandate::by_hand(right);

    let (id, stop) = (run.id, Stop::default());
    let ending = host.end_left(run, true, &mandate, &stop);
    mandate.guarding(Box::pin(ending)).await.unwrap();

    let ended = runs::get(&host.store, id).await.unwrap();
    assert_eq!((ended.state, ended.inputs), (RunState::Incomplete, 2), "{ended:?}");
    let counts = runs::counts(&host.store, &ended).await.unwrap();
    assert_eq!(counts, BTreeMap::from([("deferred".to_owned(), 2)]));
}
