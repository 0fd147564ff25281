//! Names, resolved to addresses that requests may go to.
//!
//! A host name on the allow-list may still resolve to a machine inside the network, by mistake or on purpose. So the
//! address that is about to be dialled is judged as well, at the moment it is resolved: there is no second resolution
//! that could answer otherwise. A proxy is where those who run the host say, mostly inside the network.

use std::{io, net::SocketAddr};

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::Reach;

/// A resolver that hands out addresses within reach only, and those of the proxy.
#[derive(Debug)]
pub struct Within {
    /// How far names may lead.
    pub reach: Reach,
    /// The name of the proxy: it may lead anywhere.
    pub proxy: Option<String>,
}

/// The name of the proxy that the client takes for requests over https, where the environment or the system names one.
pub fn proxy() -> Option<String> {
    // Any host does that no list of exceptions has.
    let public = http::Uri::from_static("https://public.invalid/");
    let proxy = Matcher::from_system().intercept(&public)?;
    proxy.uri().host().map(str::to_owned)
}

impl Resolve for Within {
    fn resolve(&self, name: Name) -> Resolving {
        let proxy = self.proxy.as_deref();
        let is_proxy = proxy.is_some_and(|proxy| proxy.eq_ignore_ascii_case(name.as_str()));
        let reach = self.reach;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let within = |found: &SocketAddr| is_proxy || reach.allows(found.ip());
            let allowed: Vec<SocketAddr> = found.iter().copied().filter(within).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_name_of_the_proxy_may_lead_into_the_network() {
        let resolved = async |proxy: Option<&str>| {
            let within = Within {
                reach: Reach::Public,
                proxy: proxy.map(str::to_owned),
            };
            within
                .resolve("localhost".parse().unwrap())
                .await
                .map(|found| found.count())
        };
        for other in [None, Some("proxy.corp.example")] {
            let refused = resolved(other).await.unwrap_err();
            assert!(is_prohibited(&*refused), "{refused}");
        }
        assert_ne!(resolved(Some("LocalHost")).await.unwrap(), 0);
    }
}
