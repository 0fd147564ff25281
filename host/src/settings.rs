//! Settings: what can be set, and which of several places has the word. A value on the command line comes before one of a
//! variable, that before the file of the deployment, that before what is kept in the data folder, and the plugin's own
//! default comes last.
//!
//! What names a path, an address of the inner network, or test mode is never kept: whoever may use a page must not be able
//! to turn the host against the machine that it runs on.

mod catalogue;
mod kind;
mod layers;
mod retention;

pub use catalogue::{ALL, Known, find};
pub use kind::{Kind, bytes};
pub use layers::{Layers, Origin, Resolved, Settings};
pub use retention::Retention;
