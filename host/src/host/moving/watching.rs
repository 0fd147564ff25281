//! Who watches a move, and may end it.

use std::sync::Arc;

use clientpoint_engine::capability::progress::Progress;
use tokio_util::sync::CancellationToken;

use crate::{Error, Result, store::moving::Step};

/// Somebody who watches, and who may say that it shall stop.
pub(super) type Watch<'a> = (&'a Arc<dyn Progress>, &'a CancellationToken);

/// Tells how far the rows are, as a part of the database's size.
pub(super) fn told(step: Step, size: u64, (watcher, stop): Watch<'_>) -> Result<()> {
    let (item, name, done, total) = match step {
        Step::Written(done, total) => ("rows", "database", done, total),
        Step::Compared(done, total) => ("compared", "database, read back", done, total),
    };
    let part = u128::from(size) * u128::from(done) / u128::from(total.max(1));
    watcher.report(item, name, u64::try_from(part).unwrap_or(size), Some(size));
    stopped(stop)
}

/// That somebody wants it to stop.
pub(super) fn stopped(stop: &CancellationToken) -> Result<()> {
    match stop.is_cancelled() {
        false => Ok(()),
        true => Err(Error::Sync {
            code: "stopped",
            message: "the move was stopped: the library is in its folder as before, and what was carried to the object store \
                      need not be carried again"
                .into(),
        }),
    }
}
