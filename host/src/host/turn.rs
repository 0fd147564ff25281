//! The turn of a connection: whoever has it moves files, and those who wait for it are told who that is, and since when.

use std::{fs::File, io::Write, path::Path, time::Duration};

use chrono::{DateTime, Utc};
use clientpoint_engine::clock::stamp;
use serde::{Deserialize, Serialize};

use super::{locks, waiting::Waiting};
use crate::Result;

/// As much of a lock file as is read: a holder is far shorter.
const HOLDER_AT_MOST: u64 = 4 << 10;

/// The right to move files through a connection. It ends when it is dropped, or its process dies.
pub(crate) struct Turn(File);

/// Who has the turn, as it is written into the lock file.
#[derive(Serialize, Deserialize)]
struct Holder {
    what: String,
    by: String,
    process: u32,
    since: String,
}

impl Turn {
    /// Waits until nobody has the turn that this file stands for, `patience` at most. `what` is told to those who wait
    /// then: `an import`, by `by`.
    ///
    /// # Errors
    ///
    /// If it does not come in time, or the disk's.
    pub(super) async fn take(path: &Path, patience: Duration, what: &str, by: &str, waiting: &Waiting) -> Result<Self> {
        let stuck = "another import does not come to an end: end that program, and try again";
        let locking = locks::locked(path, patience, stuck);
        let file = match locks::free(path)? {
            Some(file) => file,
            None => waiting.telling(|| words(path, waiting.now()), locking).await?,
        };
        let holder = Holder {
            what: what.into(),
            by: by.into(),
            process: std::process::id(),
            since: stamp(waiting.now()),
        };
        Ok(Self::new(file, &holder))
    }

    /// The words are for others: a disk that does not take them keeps nobody from working.
    fn new(mut file: File, holder: &Holder) -> Self {
        let written = file.set_len(0).and_then(|()| {
            let text = serde_json::to_vec(holder).unwrap_or_default();
            file.write_all(&text)
        });
        if let Err(error) = written {
            tracing::debug!("who has the turn can't be written down: {error}");
        }
        Self(file)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Whoever comes next writes a name of their own; until then nobody has it.
        let _ = self.0.set_len(0);
    }
}

fn words(path: &Path, now: DateTime<Utc>) -> String {
    let Some(holder) = holder(path) else {
        return "waiting for the connection's turn: another program has it".into();
    };
    let since = holder.since.parse::<DateTime<Utc>>().ok();
    let seconds = since.map(|since| (now - since).num_seconds()).filter(|for_| 0 <= *for_);
    format!(
        "waiting for the connection's turn: {} by `{}` (process {}) has it since {}{}",
        holder.what,
        holder.by,
        holder.process,
        holder.since,
        seconds
            .map(|seconds| format!(", for {}", span(seconds)))
            .unwrap_or_default()
    )
}

fn holder(path: &Path) -> Option<Holder> {
    let file = File::open(path).ok()?;
    serde_json::from_reader(std::io::Read::take(file, HOLDER_AT_MOST)).ok()
}

fn span(seconds: i64) -> String {
    match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7_200 => format!("{} minutes", seconds / 60),
        _ => format!("{} hours", seconds / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_wait_are_told_who_has_the_turn_and_since_when() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("organization.lock");
        let now = "2026-03-02T05:32:30Z".parse().unwrap();
        let holder = Holder {
            what: "an import".into(),
            by: "ada".into(),
            process: 4711,
            since: "2026-03-02T05:30:00Z".into(),
        };
        let turn = Turn::new(File::create(&path).unwrap(), &holder);
        assert_eq!(
            words(&path, now),
            "waiting for the connection's turn: an import by `ada` (process 4711) has it since 2026-03-02T05:30:00Z, for 2 minutes"
        );

        drop(turn);

        assert_eq!(
            words(&path, now),
            "waiting for the connection's turn: another program has it"
        );
    }
}
