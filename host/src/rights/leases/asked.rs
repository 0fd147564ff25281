//! Asking for a while, and what is asked with.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{Error, Result, rights::Holder};

/// Does something at the database, unless it does not answer for so long.
pub(super) async fn in_time(patience: Duration, work: impl Future<Output = Result<()>>) -> Result<()> {
    match tokio::time::timeout(patience, work).await {
        Ok(done) => done,
        Err(_) => Err(Error::Storage("the database does not answer in time".into())),
    }
}

/// Who holds a lease, and on which machine, as it is written down beside it.
pub(super) fn written(holder: &Holder) -> String {
    let holder = Holder {
        machine: Some(rustix::system::uname().nodename().to_string_lossy().into_owned()),
        ..holder.clone()
    };
    serde_json::to_string(&holder).unwrap_or_default()
}

/// What one at a time looks at, in this host.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nobody leaves it half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
