//! Why a file that may enter did not, more exactly than the contract tells it.

use std::time::Duration;

use crate::contract::{FailureKind, seconds};

/// Why a file that may enter did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The item is not there.
    NotFound,
    /// The connection may not read it.
    AccessDenied,
    /// Somebody has locked it.
    Locked,
    /// A protection label keeps it closed.
    Labelled,
    /// The whole site is locked or archived.
    SiteClosed,
    /// The whole site was moved to another address.
    SiteMoved,
    /// Microsoft asked for more patience than one call has.
    Throttled(Option<Duration>),
    /// It changed again and again while it was read.
    Changing,
    /// Fewer bytes came than were announced.
    Truncated,
    /// No data came for too long.
    Stalled,
    /// The bytes are not those that the metadata describes.
    Mismatch,
    /// An error page or message came instead of the file.
    NotTheFile,
    /// The connection's credentials are not accepted.
    SignInNeeded,
    /// An HTTP status that means none of the others.
    SourceError(u16),
    /// No connection to Microsoft.
    Network,
    /// The library has no room.
    NoSpace,
    /// The library did not take it.
    Library,
    /// Anything else.
    Other,
}

impl From<Failure> for FailureKind {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotFound => Self::NotFound,
            Failure::AccessDenied | Failure::SiteClosed | Failure::SiteMoved => Self::AccessDenied,
            Failure::Locked => Self::Locked,
            Failure::Labelled => Self::Labelled,
            Failure::Throttled(left) => Self::Throttled(left.map(seconds)),
            Failure::Changing => Self::Changing,
            Failure::Truncated => Self::Truncated,
            Failure::Stalled => Self::Stalled,
            Failure::Mismatch => Self::Mismatch,
            Failure::NotTheFile => Self::NotTheFile,
            Failure::SignInNeeded => Self::SignInNeeded,
            Failure::SourceError(status) => Self::SourceError(status),
            Failure::Network => Self::Network,
            Failure::NoSpace => Self::NoSpace,
            Failure::Library => Self::Library,
            Failure::Other => Self::Other,
        }
    }
}
