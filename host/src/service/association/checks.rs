//! Sheets that were checked, kept for a while: what is linked is the very bytes that somebody has looked at, through the
//! same connection and into the same drive. They are in memory alone; who comes after the host was ended checks once more.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

use super::answer::Association;
use crate::{
    Error,
    store::connections::{Connection, Mode},
    way_out::WayOut,
};

/// For so many minutes a check counts.
pub const MINUTES: i64 = 30;

/// The most that are kept at a time, of all people.
const SHEETS_AT_MOST: usize = 16;

/// The most that they take together, in bytes; the latest is kept however large it is.
const BYTES_AT_MOST: usize = 64 << 20;

/// What a row takes beside its texts, in bytes, roughly.
const ROW: usize = 300;

/// Those of a host. Held across the beginning of an operation, so that a double click begins one.
#[derive(Default)]
pub(crate) struct Checks(pub(super) Mutex<Vec<Kept>>);

/// One of them. Clones share what is large.
#[derive(Clone)]
pub(super) struct Kept {
    /// The number of its operation.
    pub(super) check: i64,
    pub(super) by: String,
    /// What the file was called.
    pub(super) name: String,
    pub(super) sheet: Bytes,
    pub(super) through: Option<Mode>,
    pub(super) at: DateTime<Utc>,
    /// None until the check has come to its end.
    pub(super) found: Option<Found>,
    /// The operation that links it.
    pub(super) linking: Option<i64>,
    /// What that came to.
    pub(super) linked: Option<Arc<Association>>,
}

/// What a check has found, and where.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) answer: Arc<Association>,
    connection: String,
    drive: Option<String>,
}

impl Found {
    /// Whether that connection is the one that was looked through, with the same drive.
    pub(super) fn is_of(&self, connection: &Connection) -> bool {
        self.connection == connection.id && self.drive.as_ref() == connection.drive.as_ref().map(|drive| &drive.id)
    }
}

impl Kept {
    fn size(&self) -> usize {
        let rows = self.found.iter().flat_map(|found| &found.answer.rows);
        let rows: usize = rows.map(|row| ROW + row.path.len() + row.message.len()).sum();
        self.sheet.len() + rows
    }

    /// Whether it does not count any more.
    pub(super) fn is_over(&self, now: DateTime<Utc>) -> bool {
        TimeDelta::minutes(MINUTES) <= now - self.at
    }
}

impl Checks {
    /// What a check has found; nothing is kept of one that nobody began as such.
    pub(super) async fn found(
        &self,
        check: Option<i64>,
        answer: &Association,
        through: &Connection,
        now: DateTime<Utc>,
    ) {
        let mut all = self.0.lock().await;
        let Some(kept) = all.iter_mut().find(|kept| Some(kept.check) == check) else {
            return;
        };
        kept.at = now;
        kept.through = Some(through.mode);
        kept.found = Some(Found {
            answer: Arc::new(answer.clone()),
            connection: through.id.clone(),
            drive: through.drive.as_ref().map(|drive| drive.id.clone()),
        });
        make_room(&mut all, now);
    }

    /// What that operation is to link, as its check has found it.
    pub(super) async fn of_link(&self, operation: Option<i64>) -> Option<Found> {
        let all = self.0.lock().await;
        let kept = all.iter().find(|kept| operation.is_some() && kept.linking == operation);
        kept.and_then(|kept| kept.found.clone())
    }

    /// What linking has come to.
    pub(super) async fn linked(&self, operation: Option<i64>, answer: &Association) {
        let mut all = self.0.lock().await;
        let kept = all
            .iter_mut()
            .find(|kept| operation.is_some() && kept.linking == operation);
        if let Some(kept) = kept {
            kept.linked = Some(Arc::new(answer.clone()));
        }
    }
}

/// Lets go of what is over and, until the rest fits, of the oldest.
pub(super) fn make_room(all: &mut Vec<Kept>, now: DateTime<Utc>) {
    all.retain(|kept| !kept.is_over(now));
    let is_too_much = |all: &[Kept]| SHEETS_AT_MOST < all.len() || BYTES_AT_MOST < all.iter().map(Kept::size).sum();
    while 1 < all.len() && is_too_much(all) {
        all.remove(0);
    }
}

/// A check that is not there any more.
pub(super) fn over() -> Error {
    let over = Error::Sync {
        code: "check-over",
        message: format!(
            "this check is over: a check counts for {MINUTES} minutes, and until the host is ended. Nothing was linked by it"
        ),
    };
    over.with([WayOut::Associate])
}

/// The drive is not the one that was looked at.
pub(super) fn other_drive() -> Error {
    let other = Error::Sync {
        code: "check-over",
        message: "the connection or its drive is another one than when the sheet was checked, and nothing was linked"
            .into(),
    };
    other.with([WayOut::Associate])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(check: i64, bytes: usize, at: &str) -> Kept {
        Kept {
            check,
            by: "admin".into(),
            name: "sheet.csv".into(),
            sheet: vec![0; bytes].into(),
            through: None,
            at: at.parse().unwrap(),
            found: None,
            linking: None,
            linked: None,
        }
    }

    #[test]
    fn what_is_over_goes_first_and_then_the_oldest_until_the_rest_fits() {
        let now = "2026-03-01T06:00:00Z";
        let mut all = vec![
            kept(1, 1, "2026-03-01T05:30:00Z"),
            kept(2, 40 << 20, now),
            kept(3, 40 << 20, now),
        ];
        make_room(&mut all, now.parse().unwrap());
        let left: Vec<i64> = all.iter().map(|kept| kept.check).collect();
        assert_eq!(left, [3]);
        let mut all: Vec<Kept> = (0..20).map(|check| kept(check, 1, now)).collect();
        make_room(&mut all, now.parse().unwrap());
        assert_eq!((all.len(), all[0].check), (SHEETS_AT_MOST, 4));
        let mut all = vec![kept(1, BYTES_AT_MOST + 1, now)];
        make_room(&mut all, now.parse().unwrap());
        assert_eq!(all.len(), 1, "the latest stays");
    }
}
