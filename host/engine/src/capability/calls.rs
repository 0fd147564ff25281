//! How many calls that wait for the database or the disk an instance may have under way.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many, whatever interfaces they are of. What each asks with may be as large as the instance's memory.
const AT_MOST: usize = 16;

/// The places for such calls. Clones share them.
#[derive(Clone, Debug)]
pub struct Calls(Arc<Semaphore>);

impl Default for Calls {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_MOST)))
    }
}

impl Calls {
    /// The right to one more call, for as long as it takes.
    ///
    /// # Errors
    ///
    /// What to answer, if there is no place.
    pub fn one_more(&self) -> Result<OwnedSemaphorePermit, String> {
        let place = self.0.clone().try_acquire_owned();
        place.map_err(|_| format!("more than {AT_MOST} calls at a time"))
    }
}
