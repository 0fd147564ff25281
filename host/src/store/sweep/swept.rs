//! What a sweep has done, as people hear of it, and how the latest are remembered.

use serde::Serialize;

use crate::{
    Result,
    store::{Store, db, trash::Emptied},
    way_out::{Notice, WayOut},
};

/// How many sweeps are remembered.
const REMEMBERED: i64 = 100;

/// What a sweep has done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// The UTC day, which names the folder of the trash.
    pub day: String,
    /// How many objects there were.
    pub objects: u64,
    /// Moved to the trash: the catalogue had let them go.
    pub let_go: u64,
    /// Moved to the trash: the catalogue had never heard of them.
    pub unheard: u64,
    /// Never heard of either, and left where they are until the next sweep.
    pub left: u64,
    /// Brought back out of the trash, because a revision points at them.
    pub returned: u64,
    /// Deleted from the trash, where it had been kept for its time.
    pub emptied: Emptied,
    /// What lies among the host's own files and is not its own, as far as it has not been told before.
    pub strays: Vec<String>,
    /// Numbers that the database keeps of its files and that were wrong, in words; they were set right.
    pub mended: Vec<String>,
}

impl Swept {
    /// What a person should hear of, in words.
    pub fn notices(&self) -> Vec<Notice> {
        let mut notices = Vec::new();
        if self.unheard != 0 {
            let left = match self.left {
                0 => String::new(),
                left => format!(", {left} more are left for the next days"),
            };
            let message = format!(
                "{} objects that the library has never heard of were moved to `trash/{}`{left}. If files are missing, stop and \
                 look for the right `clientpoint.db`",
                self.unheard, self.day
            );
            notices.push(Notice {
                message,
                ways_out: vec![WayOut::ShowTrash],
            });
        }
        if self.returned != 0 {
            let back = format!(
                "{} objects that the library needs were in the trash, and are back",
                self.returned
            );
            notices.push(back.into());
        }
        for wrong in &self.mended {
            notices.push(format!("{wrong}; the ledgers of the day before may have counted with it").into());
        }
        for stray in &self.strays {
            notices.push(format!("`{stray}` in the data folder is not the host's: it is left alone").into());
        }
        notices
    }
}

/// A row of `sweeps`.
type Row = (String, String, i64, i64, i64, i64, i64, i64, i64);

/// The latest sweep: when it was, and what it did.
///
/// # Errors
///
/// The database's.
pub async fn latest(store: &Store) -> Result<Option<(String, Swept)>> {
    let row: Option<Row> = db::query_as(
        "SELECT at, day, objects, let_go, unheard, spared, returned, emptied, emptied_bytes FROM sweeps ORDER BY id DESC LIMIT 1",
    )
    .fetch_optional(store.pool())
    .await?;
    let count = i64::unsigned_abs;
    Ok(
        row.map(|(at, day, objects, let_go, unheard, left, returned, emptied, bytes)| {
            let swept = Swept {
                day,
                objects: count(objects),
                let_go: count(let_go),
                unheard: count(unheard),
                left: count(left),
                returned: count(returned),
                emptied: Emptied {
                    objects: count(emptied),
                    bytes: count(bytes),
                },
                strays: Vec::new(),
                mended: Vec::new(),
            };
            (at, swept)
        }),
    )
}

/// Writes down what a sweep has done.
pub(super) async fn remember(store: &Store, swept: &Swept, at: &str) -> Result<()> {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    db::query(
        "INSERT INTO sweeps (at, day, objects, let_go, unheard, spared, returned, emptied, emptied_bytes) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(at)
    .bind(&swept.day)
    .bind(count(swept.objects))
    .bind(count(swept.let_go))
    .bind(count(swept.unheard))
    .bind(count(swept.left))
    .bind(count(swept.returned))
    .bind(count(swept.emptied.objects))
    .bind(count(swept.emptied.bytes))
    .execute(store.pool())
    .await?;
    db::query("DELETE FROM sweeps WHERE id <= (SELECT id FROM sweeps ORDER BY id DESC LIMIT 1 OFFSET ?)")
        .bind(REMEMBERED)
        .execute(store.pool())
        .await?;
    Ok(())
}
