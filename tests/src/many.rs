//! Many connections in one data folder, as if as many people had made them: written by the store's own functions, since
//! signing each in would take longer than the story.

use std::{sync::Arc, time::Duration};

use clientpoint_engine::library::{DraftPlace, ItemRef, Library, Link, Verification};
use clientpoint_host::{
    key_files,
    store::{
        self,
        connections::{self, ChosenDrive, Connection, Secrets},
        objects::Objects,
        reference::Reference,
    },
};
use tokio::sync::Semaphore;

use crate::{World, pdf};

/// Makes as many connections, each to the library of a site of its own, in which there is one file that the host has in
/// an older version. The first site's file has the first of these names, and so on; the others' is `File.pdf`. Gives the
/// connections' ids.
pub async fn connections(world: &World, count: usize, names: &[&str]) -> Vec<String> {
    let data = world.data.path();
    let store = store::join(data, Duration::from_secs(20)).await.unwrap();
    let key = key_files::load(data).unwrap();
    let company = connections::find(&store, "organization").await.unwrap().unwrap();
    let credential = connections::secret(&store, &key, "organization").await.unwrap();
    let library = Reference::new(
        store.clone(),
        Objects::open(data).unwrap(),
        Arc::new(world.clock.clone()),
    );
    let mut ids = Vec::new();
    for number in 0..count {
        let name = names.get(number).unwrap_or(&"File.pdf");
        let (id, site) = (format!("many-{number:04}"), format!("/sites/Many{number:04}"));
        let drive = world.sim.add_site(&site, &id, &[("Documents", "Documents")]).remove(0);
        let item = world.sim.put_in(&drive, &format!("/{name}"), pdf("new").into());
        let connection = Connection {
            id: id.clone(),
            drive: Some(ChosenDrive {
                id: drive.clone(),
                name: id.clone(),
            }),
            ..company.clone()
        };
        let secrets = Secrets {
            credential: &credential,
            grant: None,
            application: None,
        };
        connections::put(&store, &key, &connection, secrets).await.unwrap();
        follow(&library, &id, name, ItemRef::new(&drive, &item)).await;
        ids.push(id);
    }
    ids
}

/// Puts a file into the library that follows the item in a version of before.
async fn follow(library: &Reference, connection: &str, name: &str, source: ItemRef) {
    let place = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
    let mut draft = library.draft(1 << 20, DraftPlace::new(place)).unwrap();
    let old = pdf("old");
    draft.append(&old).unwrap();
    let link = Link {
        source,
        version: Some("before".into()),
        hash: "hash".into(),
        size: old.len() as u64,
        verification: Verification::NoHash,
        name: name.into(),
        web_url: None,
    };
    draft.commit(connection, name, link).await.unwrap();
}
