//! Our association of existing files, cell by cell.

use clientpoint_host::place::Place;
use end_to_end::World;

use super::rows::{OTHER, Row, Trouble};

const BY_HAND: &str = "uploaded by hand";

/// What a sheet with two rows comes to for the one that leads to the file with the trouble. No bytes are fetched by it;
/// what is linked follows from the next sync on, with what the column of the sync says.
///
/// # Panics
/// If it is a silent loss: a row without outcome or reason, or bytes that are not as before.
pub async fn cell(row: &Row) -> String {
    if let Trouble::Style(_) | Trouble::Expired(_) | Trouble::Token = row.trouble {
        // It reads no changes, and no bytes.
        return "–".to_owned();
    }
    let world = World::connected().await;
    super::stage(&world.sim, row, 0);
    let admin = world.admin().await;
    let mut sheet = "File ID,Sharepoint File Path\n".to_owned();
    let mut ids = vec![];
    for path in [row.path, OTHER] {
        let name = path.trim_start_matches('/');
        let file = world.data.path().join(name);
        std::fs::write(&file, BY_HAND).unwrap();
        let id = admin.add_file(&file, &Place::company_wide()).await.unwrap().id;
        sheet += &format!("{id},{name}\n");
        ids.push(id);
    }
    let path = world.data.path().join("sheet.csv");
    std::fs::write(&path, sheet).unwrap();
    row.set(&world.sim);

    let done = tokio::select! {
        done = admin.associate(&path, false, None) => done.unwrap(),
        () = super::patience(&world, row, async || true) => unreachable!("patience has no end"),
    };

    assert_eq!(done.counts.values().sum::<u64>(), 2, "{}: {done:?}", row.name);
    assert_eq!(done.rows[1].outcome, "linked", "{}: {done:?}", row.name);
    for id in ids {
        assert_eq!(world.bytes(&id).await, BY_HAND.as_bytes(), "{}", row.name);
    }
    let became = &done.rows[0];
    assert!(
        became.outcome == "linked" || !became.message.is_empty(),
        "{}: {done:?}",
        row.name
    );
    became.outcome.to_owned()
}
