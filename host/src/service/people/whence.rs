//! From where somebody asks.

/// From where somebody asks. Empty for what is done on the host's own machine.
#[derive(Clone, Debug, Default)]
pub struct From {
    /// The address of the other end.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
}
