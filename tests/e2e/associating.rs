//! Library files are tied to items by a sheet: every row has an outcome, and what is linked follows from then on.

use std::path::{Path, PathBuf};

use clientpoint_host::place::Place;
use clientpoint_host::service::{Association, Stop, SyncOptions};
use end_to_end::World;

pub fn pdf(text: &str) -> Vec<u8> {
    format!("%PDF-1.7 {text}").into_bytes()
}

/// A file in the library, added by hand. Gives its File ID.
pub async fn by_hand(world: &World, name: &str) -> String {
    let path = world.data.path().join(name);
    std::fs::write(&path, pdf("by hand")).unwrap();
    let file = world.admin().await.add_file(&path, &Place::company_wide()).await.unwrap();
    file.id
}

/// A sheet as comma separated text.
pub fn sheet(world: &World, rows: &[(&str, &str)]) -> PathBuf {
    let mut text = "File ID,Sharepoint File Path\n".to_string();
    for (id, path) in rows {
        text.push_str(&format!("{id},\"{}\"\n", path.replace('"', "\"\"")));
    }
    let path = world.data.path().join("sheet.csv");
    std::fs::write(&path, text).unwrap();
    path
}

pub async fn apply(world: &World, sheet: &Path) -> Association {
    let done = world.admin().await.associate(sheet, false, None).await.unwrap();
    assert_eq!(done.counts.values().sum::<u64>(), done.rows.len() as u64);
    done
}

pub fn outcomes(done: &Association) -> Vec<&'static str> {
    done.rows.iter().map(|row| row.outcome).collect()
}

pub async fn sync(world: &World) -> clientpoint_host::service::Ledger {
    world.admin().await.sync(&SyncOptions::default(), &Stop::default()).await.unwrap()
}

#[tokio::test]
async fn r43_a_linked_file_keeps_its_bytes_until_the_next_sync_and_is_locked() {
    let world = World::connected().await;
    let id = by_hand(&world, "Offer.pdf").await;
    world.sim.put("/Clients/Northwind/Offer.pdf", pdf("from the drive").into());
    let sheet = sheet(&world, &[(&id, "Clients/Northwind/Offer.pdf")]);

    let done = apply(&world, &sheet).await;

    assert_eq!(outcomes(&done), ["linked"], "{done:?}");
    assert_eq!(done.rows[0].resolved.as_deref(), Some("Clients/Northwind/Offer.pdf"));
    assert_eq!(world.bytes(&id).await, pdf("by hand"));
    let refused = world.admin().await.replace_file(&id, &sheet).await.unwrap_err();
    assert_eq!(refused.code(), "managed-by-onedrive");

    let ledger = sync(&world).await;

    assert_eq!(ledger.counts.get("updated"), Some(&1), "{ledger:?}");
    assert_eq!(world.bytes(&id).await, pdf("from the drive"));
}
