//! Holding still: while somebody copies what a copy of the database names, nothing leaves the objects, and nothing the
//! trash. Many may copy at a time; who wants to let something go has the lock alone, and comes again later if others copy.

use std::{fs::File, time::Duration};

use super::Objects;
use crate::{
    Error, Result,
    locks::{self, Hold},
};

/// How long who copies waits for a sweep that is under way.
const SWEPT_WITHIN: Duration = Duration::from_secs(60);

/// What is held by who copies, or by who lets go. It ends when it is dropped, or its process dies.
#[derive(Debug)]
pub struct HeldStill {
    /// None where the disk takes no writes, and so no sweep either.
    _lock: Option<File>,
}

impl Objects {
    /// Keeps everything where it is. A sweep that is under way comes to its end first.
    ///
    /// # Errors
    ///
    /// `Error::Storage` if it does not; the file system's.
    pub async fn held_still(&self) -> Result<HeldStill> {
        let lock = locks::open(&self.still())?;
        if let Some(file) = &lock
            && !locks::wait(file, Hold::Together, SWEPT_WITHIN).await?
        {
            return Err(Error::Storage(format!(
                "another program sweeps `{}` and does not come to an end: end it, and try again",
                self.objects.display()
            )));
        }
        Ok(HeldStill { _lock: lock })
    }

    /// The right to let objects go. None while somebody copies them.
    ///
    /// # Errors
    ///
    /// The file system's.
    pub(in crate::store) fn letting_go(&self) -> Result<Option<HeldStill>> {
        let file = locks::required(&self.still())?;
        let is_free = locks::attempt(&file, Hold::Alone)?;
        Ok(is_free.then_some(HeldStill { _lock: Some(file) }))
    }

    fn still(&self) -> std::path::PathBuf {
        self.lock.with_file_name("still.lock")
    }
}
