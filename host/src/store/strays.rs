//! What lies among the host's own files and is not its own: told once, and left alone.

use std::{fs, path::Path};

use super::{
    Store,
    objects::{Objects, is_draft, is_object},
};
use crate::Result;

/// What lies in the other folders and is not the host's.
pub(super) fn beside(objects: &Objects, data: &Path) -> Vec<String> {
    let cached = |name: &str| name.starts_with(".tmp") || name.split_once('-').is_some_and(|(code, _)| is_object(code));
    let mut strays = within(&objects.drafts, "drafts", is_draft);
    strays.extend(within(&data.join("cache"), "cache", cached));
    strays
}

fn within(folder: &Path, title: &str, is_ours: impl Fn(&str) -> bool) -> Vec<String> {
    let mut strays = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if !file || !is_ours(&name) {
            strays.push(format!("{title}/{name}"));
        }
    }
    strays
}

/// Those that nobody has been told of, who are told now.
pub(super) async fn untold(store: &Store, strays: &[String], day: &str) -> Result<Vec<String>> {
    let found = serde_json::to_string(strays).unwrap_or_default();
    sqlx::query("DELETE FROM strays WHERE path NOT IN (SELECT value FROM json_each(?))")
        .bind(&found)
        .execute(store.pool())
        .await?;
    let new: Vec<(String,)> = sqlx::query_as(
        "INSERT INTO strays (path, told_on) SELECT value, ? FROM json_each(?) WHERE true \
         ON CONFLICT DO NOTHING RETURNING path",
    )
    .bind(day)
    .bind(&found)
    .fetch_all(store.pool())
    .await?;
    Ok(new.into_iter().map(|(path,)| path).collect())
}
