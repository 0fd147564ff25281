//! What was told last to those who watch this host: however many ask, the folder is looked at once in a while.

use std::{io, time::Duration};

use tokio::{sync::Mutex, task::JoinHandle};

use crate::service::api::{Measured, NotReady};

/// What was told last, and when by the clock that never goes back.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    pub(crate) ready: Mutex<Ready>,
    pub(crate) measured: Mutex<Option<(Duration, Measured)>>,
}

/// Whether it can work.
#[derive(Debug, Default)]
pub(crate) struct Ready {
    pub(crate) told: Option<(Duration, Vec<NotReady>)>,
    /// Whether the object store answered, and when it was asked.
    pub(crate) store_answered: Option<(Duration, bool)>,
    /// A look at the disk that has not come back: there is one at most.
    pub(crate) looking: Option<JoinHandle<io::Result<()>>>,
}
