//! What lies among the host's own files and is not its own: told once, and left alone.

use std::{fs, io, path::Path};

use super::{
    Store, db,
    objects::{Objects, is_draft, is_object},
};
use crate::Result;

/// The most that are told in one sweep: the others are told in the next ones.
const TOLD_AT_MOST: usize = 1_000;

/// How many paths are asked for in one statement.
const AT_ONCE: usize = 500;

/// What a sweep finds.
pub(super) struct Strays<'a> {
    store: &'a Store,
    /// The UTC day.
    day: &'a str,
    told: Vec<String>,
}

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

impl<'a> Strays<'a> {
    /// Nothing was found yet.
    pub(super) fn new(store: &'a Store, day: &'a str) -> Self {
        Self {
            store,
            day,
            told: Vec::new(),
        }
    }

    /// These lie there.
    pub(super) async fn found(&mut self, paths: &[String]) -> Result<()> {
        for some in paths.chunks(AT_ONCE) {
            let room = TOLD_AT_MOST.saturating_sub(self.told.len());
            if room == 0 {
                break;
            }
            let new: Vec<(String,)> = db::query_as(
                "INSERT INTO strays (path, told_on) SELECT value, ?1 FROM json_each(?2) \
                     WHERE NOT EXISTS (SELECT 1 FROM strays s WHERE s.path = value) LIMIT ?3 \
                 ON CONFLICT DO NOTHING RETURNING path",
            )
            .bind(self.day)
            .bind(serde_json::json!(some).to_string())
            .bind(i64::try_from(room).unwrap_or(i64::MAX))
            .fetch_all(self.store.pool())
            .await?;
            self.told.extend(new.into_iter().map(|(path,)| path));
        }
        Ok(())
    }

    /// Those that nobody has been told of, who are told now.
    pub(super) fn told(self) -> Vec<String> {
        self.told
    }
}

/// What lies there no more is told again if it comes back.
pub(super) async fn forget_gone(store: &Store, data: &Path) -> Result<()> {
    let mut after = String::new();
    loop {
        let page: Vec<(String,)> = db::query_as("SELECT path FROM strays WHERE path > ? ORDER BY path LIMIT ?")
            .bind(&after)
            .bind(i64::try_from(AT_ONCE).unwrap_or(i64::MAX))
            .fetch_all(store.pool())
            .await?;
        let Some((last,)) = page.last() else { return Ok(()) };
        after.clone_from(last);
        let gone: Vec<String> = page
            .into_iter()
            .map(|(path,)| path)
            .filter(|path| is_gone(data, path))
            .collect();
        db::query("DELETE FROM strays WHERE path IN (SELECT value FROM json_each(?))")
            .bind(serde_json::json!(gone).to_string())
            .execute(store.pool())
            .await?;
    }
}

/// Whether nothing has that name. Of one that is no text, the name that is known leads nowhere in any case.
fn is_gone(data: &Path, path: &str) -> bool {
    let found = fs::symlink_metadata(data.join(path));
    !path.contains(char::REPLACEMENT_CHARACTER) && found.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}
