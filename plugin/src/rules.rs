//! The rules of what enters the library, pure and without flows: [`enter`] (which items may), [`formats`] (which formats
//! there are, and what bytes of each look like), [`bytes`] (whether those that came are the right ones).
//!
//! Whether a file may follow an item is judged where it is asked: in [`crate::sync::judge`] and, of what the rows of a sheet
//! lead to, in `association`.

pub mod bytes;
pub mod enter;
pub mod formats;
