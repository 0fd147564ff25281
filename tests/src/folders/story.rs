//! How a folder is made that has a bit of everything in it: people, connections, files and what befell them.

use std::time::Duration;

use chrono::NaiveDate;
use clientpoint_engine::clock::{Clock, stamp};
use clientpoint_host::{
    Session,
    place::Place,
    service::{Stop, SyncOptions},
    store::{
        files::ShowingKind::{ClientPoint, Template},
        users::Role,
    },
};
use serde_json::{Value, json};

use super::{copy, look, made::Drives};
use crate::{
    World,
    browser::connect,
    by_path::ByPath,
    credentials,
    sheets::{apply, by_hand, outcomes, sheet},
    sync,
};

/// From half an hour before the first morning's run to a minute after it, and from one to the next.
const HALF_AN_HOUR: Duration = Duration::from_secs(31 * 60);
const A_DAY: Duration = Duration::from_secs(24 * 3600);

/// The folder as it was left, and what the program that made it says of it and would have made of it.
pub async fn story() -> (World, Value) {
    let world = World::new().await;
    let mut drives = Drives::new(&world.sim);
    people(&world).await;
    let files = company(&world, &mut drives).await;
    persons(&world, &mut drives).await;
    uploads(&world, &mut drives).await;
    syncs(&world, &mut drives, &files).await;
    interrupted(&world, &mut drives).await;
    let drive = drives.edits();
    let mut expected = json!({
        "now": stamp(world.clock.utc()),
        "graph": world.sim.graph_url(),
        "drive": drive,
        "seen": look::look(&world.host, world.data.path()).await,
    });
    expected["then"] = then(&world, &expected).await;
    (world, expected)
}

/// What this program makes of the folder when it goes on, tried on a copy.
async fn then(world: &World, expected: &Value) -> Value {
    let data = tempfile::tempdir().unwrap();
    copy(world.data.path(), data.path());
    let sim = super::simulated(expected, data.path()).await;
    let (host, clock) = super::open(expected, &sim, data.path()).await;
    look::go_on(&host, &clock, &sim).await
}

async fn people(world: &World) {
    let admin = world.admin().await;
    for name in ["bea", "dan", "eve"] {
        admin.add_user(name, Role::Administrator).await.unwrap();
    }
    admin.add_user("mia", Role::Member).await.unwrap();
}

/// The company's connection, and files that were imported through it or added by hand, each with something of its own.
async fn company(world: &World, drives: &mut Drives<'_>) -> Vec<String> {
    let admin = world.admin().await;
    let mut given = credentials(&world.sim);
    given.secret_expires = NaiveDate::from_ymd_opt(2027, 1, 31);
    admin.connect_organization(given).await.unwrap();
    admin.select_drive(&world.sim.drive_id(), false).await.unwrap();
    let mut items = Vec::new();
    for name in [
        "Updated", "Gone", "Format", "Renamed", "Held", "Sick", "Kept", "Same", "Later",
    ] {
        items.push(drives.put(&format!("/{name}.pdf"), "first"));
    }
    let mut files = Vec::new();
    for five in items.chunks(5) {
        let came = admin.import(five).await.unwrap();
        files.extend(came.into_iter().map(|came| came.file.unwrap().id));
    }
    admin.place_file(&files[0], ClientPoint, "Fabrikam").await.unwrap();
    admin.place_file(&files[0], Template, "Standard offer").await.unwrap();
    admin.place_file(&files[6], ClientPoint, "Fabrikam").await.unwrap();
    admin.keep_clientpoints(Some(&files[6]), true).await.unwrap();
    let sales: Place = "Workspace/Sales".parse().unwrap();
    admin.move_file(&files[3], &sales).await.unwrap();
    own(world, &admin, &sales).await;
    files
}

/// A file that nobody manages, with a second revision.
async fn own(world: &World, admin: &Session<'_>, place: &Place) {
    let id = by_hand(world, "Own.pdf").await;
    let again = world.data.path().join("again.pdf");
    std::fs::write(&again, crate::pdf("by hand again")).unwrap();
    admin.replace_by_path(&id, &again).await.unwrap();
    admin.move_file(&id, place).await.unwrap();
    admin.place_file(&id, ClientPoint, "Northwind").await.unwrap();
}

/// Three Administrators' own sign-ins: one that works, one that was given up, one that is not accepted any more.
async fn persons(world: &World, drives: &mut Drives<'_>) {
    for (name, person) in [("bea", "second"), ("dan", "member"), ("eve", "member")] {
        let session = world.host.session(name).await.unwrap();
        let connection = connect(&session, &world.sim, person).await.0.unwrap();
        let item = drives.put_in(&connection.drive.unwrap().id, &format!("/Of {name}.pdf"), name);
        let came = session.import(&[item]).await.unwrap();
        assert_eq!(came[0].outcome, "imported", "{came:?}");
    }
    world.admin().await.disconnect(None, Some("dan")).await.unwrap();
    world.sim.revoke_refresh_tokens_of("member");
    world.sim.revoke_tokens();
    world.clock.advance(Duration::from_secs(2 * 3600));
    world.sim.set_clock(world.clock.utc());
    let eve = world.host.session("eve").await.unwrap();
    assert_eq!(eve.browse(None).await.unwrap_err().code(), "needs-reconnect");
}

/// Three uploads of sheets: one with rows that can't be, one that links a file anew, one that was taken back.
async fn uploads(world: &World, drives: &mut Drives<'_>) {
    for name in ["Offer", "Draft", "Draft 2", "Contract"] {
        drives.put(&format!("/Clients/{name}.pdf"), name);
    }
    let offer = by_hand(world, "Offer.pdf").await;
    let draft = by_hand(world, "Draft.pdf").await;
    let contract = by_hand(world, "Contract.pdf").await;
    let rows = [
        (offer.as_str(), "Clients/Offer.pdf"),
        (&draft, "Clients/Draft.pdf"),
        (&contract, "Clients/Contrakt.pdf"),
        ("999999", "Clients/Offer.pdf"),
    ];
    let first = apply(world, &sheet(world, &rows)).await;
    let expected = ["linked", "linked", "path-not-found", "unknown-file-id"];
    assert_eq!(outcomes(&first), expected, "{first:?}");
    sync(world).await;
    let again = apply(world, &sheet(world, &[(&draft, "Clients/Draft 2.pdf")])).await;
    assert_eq!(outcomes(&again), ["re-linked"], "{again:?}");
    let back = apply(world, &sheet(world, &[(&contract, "Clients/Contract.pdf")])).await;
    let run = back.run.unwrap().id;
    world.admin().await.undo_association(run).await.unwrap();
}

/// Runs with every kind of end: by hand, of a morning, planned, by a plan; and a file that was taken back and is held.
async fn syncs(world: &World, drives: &mut Drives<'_>, files: &[String]) {
    let admin = world.admin().await;
    for name in ["Updated", "Held", "Kept"] {
        drives.put(&format!("/{name}.pdf"), "second");
    }
    drives.delete("/Gone.pdf");
    drives.rename("/Format.pdf", "Format.docx");
    drives.rename("/Renamed.pdf", "Under another name.pdf");
    drives.mark_malware("/Sick.pdf");
    drives.put("/Sick.pdf", "sick");
    drives.mark_malware("/Sick.pdf");
    let ledger = sync(world).await;
    for outcome in ["updated", "source-gone", "format-mismatch", "malware", "unchanged"] {
        assert!(ledger.counts.contains_key(outcome), "{outcome}: {ledger:?}");
    }
    admin.rollback(&files[4]).await.unwrap();
    drives.put("/Held.pdf", "third");
    world.clock.advance(A_DAY - HALF_AN_HOUR);
    assert!(!world.host.tick(&Stop::default()).await.unwrap().is_empty());
    drives.put("/Updated.pdf", "third");
    let plan = admin.plan_sync(&Stop::default()).await.unwrap().plan;
    let options = SyncOptions {
        plan: Some(plan),
        ..SyncOptions::default()
    };
    admin.sync(&options, &Stop::default()).await.unwrap();
    drives.put("/Updated.pdf", "fourth");
    admin.plan_sync(&Stop::default()).await.unwrap();
}

/// The last thing that happened: a run that was broken off, with something left to be done.
async fn interrupted(world: &World, drives: &mut Drives<'_>) {
    let admin = world.admin().await;
    admin.keep_clientpoints(None, true).await.unwrap();
    drives.put("/Later.pdf", "second");
    let stop = Stop::default();
    stop.cancel();
    let stopped = admin.sync(&SyncOptions::default(), &stop).await.unwrap_err();
    assert_eq!(stopped.code(), "interrupted");
}
