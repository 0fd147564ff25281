//! How far it is.

use crate::Result;

/// What is told while rows are moved.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// So many rows of all were written.
    Written(u64, u64),
    /// So many rows of all were read back.
    Compared(u64, u64),
}

/// Who is told; an error of theirs ends it, and nothing is kept.
pub(crate) type Told<'a> = &'a mut (dyn FnMut(Step) -> Result<()> + Send);
