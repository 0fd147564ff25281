//! Files that somebody has added by hand, and sheets that tie them to items.

use std::path::{Path, PathBuf};

use clientpoint_host::{place::Place, service::Association};

use crate::{World, by_path::ByPath, pdf};

/// A file in the library, added by hand. Gives its File ID.
pub async fn by_hand(world: &World, name: &str) -> String {
    let path = world.data.path().join(name);
    std::fs::write(&path, pdf("by hand")).unwrap();
    let file = world
        .admin()
        .await
        .add_path(&path, &Place::company_wide())
        .await
        .unwrap();
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

/// Uploads a sheet, and sees that its outcomes add up.
pub async fn apply(world: &World, sheet: &Path) -> Association {
    let done = world.admin().await.associate_path(sheet, false, None).await.unwrap();
    assert_eq!(done.counts.values().sum::<u64>(), done.rows.len() as u64);
    done
}

/// What became of the rows, in the order of the sheet.
pub fn outcomes(done: &Association) -> Vec<&'static str> {
    done.rows.iter().map(|row| row.outcome).collect()
}
