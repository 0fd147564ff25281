//! The turn of a connection: whoever has it moves files, and those who wait for it are told who that is, and since when.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::{Either, select};
use serde::{Deserialize, Serialize};

use super::{Host, locks};
use crate::Result;
use crate::capability::progress::Progress;
use crate::clock::{Clock, stamp};

/// How soon those who wait hear of it, and how soon again. The waits double from there.
const FIRST_WORDS: Duration = Duration::from_secs(1);
const NEXT_WORDS: Duration = Duration::from_secs(10);

/// The longest time between two words.
const RAREST_WORDS: Duration = Duration::from_secs(5 * 60);

/// As much of a lock file as is read: a holder is far shorter.
const HOLDER_AT_MOST: u64 = 4 << 10;

/// The right to move files through a connection. It ends when it is dropped, or its process dies.
pub(crate) struct Turn(File);

/// Somebody who waits, and somebody who is told.
#[derive(Clone)]
pub(super) struct Waiting {
    clock: Arc<dyn Clock>,
    watcher: Arc<dyn Progress>,
}

/// Who has the turn, as it is written into the lock file.
#[derive(Serialize, Deserialize)]
struct Holder {
    what: String,
    by: String,
    process: u32,
    since: String,
}

impl Host {
    /// Waits until no other call moves files through this connection: five files are in flight at a time, not five a call
    /// (rule 23). `what` is told to those who wait then: `an import`.
    pub(crate) async fn turn(&self, connection: &str, what: &str, by: &str) -> Result<Turn> {
        let path = self.data.join(format!("{connection}.lock"));
        let stuck = "another import does not come to an end: end that program, and try again";
        let locking = locks::locked(&path, self.limits.transfer, stuck);
        let waiting = self.queue();
        let file = match locks::free(&path)? {
            Some(file) => file,
            None => waiting.telling(|| words(&path, self.clock.utc()), locking).await?,
        };
        let holder = Holder {
            what: what.into(),
            by: by.into(),
            process: std::process::id(),
            since: stamp(self.clock.utc()),
        };
        Ok(Turn::new(file, &holder))
    }

    pub(super) fn queue(&self) -> Waiting {
        Waiting {
            clock: self.clock.clone(),
            watcher: self.watcher.clone(),
        }
    }
}

impl Waiting {
    /// Waits for a lock, and tells whoever watches what is waited for.
    pub(super) async fn telling(
        &self,
        words: impl Fn() -> String,
        locking: impl Future<Output = Result<File>>,
    ) -> Result<File> {
        let mut locking = pin!(locking);
        let mut pause = FIRST_WORDS;
        loop {
            match select(locking.as_mut(), self.clock.sleep(pause)).await {
                Either::Left((locked, _)) => return locked,
                Either::Right(_) => self.watcher.queued(&words()),
            }
            pause = pause.saturating_mul(2).clamp(NEXT_WORDS, RAREST_WORDS);
        }
    }
}

impl Turn {
    /// The words are for others: a disk that does not take them keeps nobody from working.
    fn new(mut file: File, holder: &Holder) -> Self {
        let written = file.set_len(0).and_then(|()| {
            let text = serde_json::to_vec(holder).unwrap_or_default();
            file.write_all(&text)
        });
        if let Err(error) = written {
            tracing::debug!("who has the turn can't be written down: {error}");
        }
        Turn(file)
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
