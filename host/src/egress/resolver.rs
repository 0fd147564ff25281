//! Names, resolved to addresses that requests may go to.
//!
//! A host name on the allow-list may still resolve to a machine inside the network, by mistake or on purpose. So the
//! address that is about to be dialled is judged as well, at the moment it is resolved: there is no second resolution
//! that could answer otherwise.

use std::io;
use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::Reach;

/// A resolver that hands out addresses within reach only.
#[derive(Debug)]
pub struct Within(pub Reach);

impl Resolve for Within {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed: Vec<SocketAddr> = found.iter().copied().filter(|found| reach.allows(found.ip())).collect();
            if allowed.is_empty() && !found.is_empty() {
                return Err(ProhibitedAddress(name.as_str().to_string()).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// A name that resolves to nothing but addresses inside the network.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` resolves to an address that is not on the public internet")]
pub struct ProhibitedAddress(pub String);

/// Whether an error was caused by [`ProhibitedAddress`].
pub fn is_prohibited(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<ProhibitedAddress>() {
            return true;
        }
        // `io::Error` hides what it wraps from `source`.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if wrapped.is_some_and(|inner| inner.is::<ProhibitedAddress>()) {
            return true;
        }
        cause = error.source();
    }
    false
}
