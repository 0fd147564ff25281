//! A library leaves its folder for a server: nothing is lost, changed or given twice on its way, wherever that is broken off.

mod again;
mod cut_off;
mod refused;
mod typed;

use std::{path::Path, sync::Arc};

use clientpoint_engine::{capability::progress::Unwatched, clock::ManualClock};
use clientpoint_host::{
    Host, HostBuilder, Result,
    host::{Move, MovedLibrary, move_library},
    service::Stop,
    settings::{Layers, Origin},
    store::files::ShowingKind,
};
use end_to_end::{
    MORNING, World,
    by_path::ByPath,
    database,
    folders::{
        all, dump, expected,
        look::{go_on, holds, look},
        open_at, restored, simulated,
    },
    in_its_folder, pdf,
    whole::Whole,
};
use graph_sim::Sim;
use serde_json::Value;
use tempfile::TempDir;

/// The address of a folder as a store.
fn shared(folder: &Path) -> String {
    format!("file://{}", folder.display())
}

/// What is to be moved where.
fn moving(data: &Path, database: &Path, objects: Option<&str>) -> Move {
    let mut layers = Layers::default();
    let database = database.to_str().unwrap();
    layers.put(Origin::CommandLine, "database.url-file", database).unwrap();
    if let Some(objects) = objects {
        layers.put(Origin::CommandLine, "objects.url", objects).unwrap();
    }
    Move {
        data: data.to_path_buf(),
        layers,
        user: "admin".into(),
        check: false,
        name: "a move".into(),
    }
}

async fn moved(moving: &Move) -> Result<MovedLibrary> {
    let now = MORNING.parse().unwrap();
    move_library(moving, Arc::new(Unwatched), &Stop::default(), now).await
}

/// A library in its folder that nobody works with.
struct AtRest {
    sim: Sim,
    clock: ManualClock,
    data: TempDir,
}

impl AtRest {
    /// Ends the host of a world.
    async fn of(world: World) -> Self {
        let World { sim, clock, host, data } = world;
        host.close().await;
        Self { sim, clock, data }
    }

    /// A host on the folder that is told nothing else.
    fn host(&self) -> HostBuilder {
        in_its_folder(&self.sim, &self.clock, self.data.path())
    }

    /// The host of a library that was moved so.
    async fn at_its_new_place(&self, moving: &Move) -> Host {
        self.host().settings(moving.layers.clone()).build().await.unwrap()
    }
}

/// Without what differs from one simulator to the next, and from one kind of database to the other.
fn comparable(mut seen: Value) -> Value {
    seen.as_object_mut().unwrap().remove("health");
    seen
}

#[tokio::test]
async fn every_folder_that_was_ever_made_goes_on_at_a_server_as_it_would_have_gone_on_at_home() {
    for folder in all() {
        let Some((_place, database)) = database::empty() else {
            return;
        };
        let expected = expected(&folder);
        let (stays, leaves, untouched) = (
            restored(&folder).await,
            restored(&folder).await,
            restored(&folder).await,
        );
        let (sim, other) = (
            simulated(&expected, stays.path()).await,
            simulated(&expected, leaves.path()).await,
        );
        let (home, clock): (Host, ManualClock) = open_at(&expected, &sim, stays.path(), None).await;

        let done = moved(&moving(leaves.path(), &database, None)).await.unwrap();

        let name = folder.display();
        assert_eq!((done.damaged, done.was_there), (0, false), "{name}: {done:?}");
        let schema = async |data: &Path| dump::schema(&data.join("clientpoint.db")).await;
        let was_older = schema(untouched.path()).await < schema(leaves.path()).await;
        assert_eq!(done.notices.len(), usize::from(was_older), "{name}");
        let (away, later) = open_at(&expected, &other, leaves.path(), Some(&database)).await;
        let seen = look(&away, leaves.path()).await;
        assert_eq!(
            comparable(seen.clone()),
            comparable(look(&home, stays.path()).await),
            "{name}"
        );
        assert!(holds(&seen, &expected["seen"]), "{name}");
        let then = go_on(&away, &later, &other).await;
        assert_eq!(then, go_on(&home, &clock, &sim).await, "{name}");
        assert!(holds(&then, &expected["then"]), "{name}");
    }
}

#[tokio::test]
async fn what_follows_goes_on_following_and_no_file_id_that_was_ever_given_is_given_again() {
    let Some((_place, database)) = database::empty() else {
        return;
    };
    let (world, store) = (World::connected_in_its_folder().await, tempfile::tempdir().unwrap());
    let admin = world.admin().await;
    let mut ids = Vec::new();
    for name in ["A", "B", "C"] {
        let item = world.sim.put(&format!("/{name}.pdf"), pdf(name).into());
        ids.push(world.import(&item).await.file.unwrap().id);
    }
    admin
        .place_file(&ids[0], ShowingKind::ClientPoint, "One")
        .await
        .unwrap();
    // The last number is gone with its file, and is given to nobody else.
    admin.remove_file_now(&ids[2]).await.unwrap();
    let world = AtRest::of(world).await;
    let objects = shared(store.path());
    let mut moving = moving(world.data.path(), &database, Some(&objects));
    moving.check = true;

    let done = moved(&moving).await.unwrap();

    assert_eq!((done.objects, done.copied, done.damaged), (2, 2, 0), "{done:?}");
    let host = world.at_its_new_place(&moving).await;
    let admin = host.session("admin").await.unwrap();
    for (id, name) in ids.iter().zip(["A", "B"]) {
        assert_eq!(admin.bytes_of(id).await.unwrap(), pdf(name));
    }
    assert_eq!(admin.showings(&ids[0]).await.unwrap().len(), 1);
    world.sim.put("/A.pdf", pdf("another A").into());
    let item = world.sim.put("/D.pdf", pdf("D").into());
    let ledger = admin.sync(&Default::default(), &Stop::default()).await.unwrap();
    assert_eq!((ledger.counts["updated"], ledger.run.inputs), (1, 2));
    assert_eq!(admin.bytes_of(&ids[0]).await.unwrap(), pdf("another A"));
    let next = admin.import(&[item]).await.unwrap().remove(0).file.unwrap().id;
    assert_eq!(next, "100004");
    assert!(admin.verify(&[]).await.unwrap().is_clean());
    assert_eq!(admin.library().await.unwrap().len(), 3);
}
