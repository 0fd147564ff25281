//! The way to an origin, gone step by step, for somebody who wants to know where it ends: the name, the address, the
//! connection, what encrypts it, and what time it is there. Nothing but the origin's front page is asked for, without a token.

use std::{net::SocketAddr, time::Duration};

use chrono::{DateTime, Utc};
use http::header::DATE;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use super::{address::Reach, client::reason, resolver};
use crate::origin::origin_of;

/// How long each step may take.
const WITHIN: Duration = Duration::from_secs(15);

/// How far the way to an origin leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// `https://host[:port]`.
    pub origin: String,
    /// The name of the proxy that requests take; it looks for names and addresses then.
    pub proxy: Option<String>,
    /// Where it ends.
    pub end: WayEnd,
}

/// Where a way ends. Each word for people is without the address of anything but the origin.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WayEnd {
    /// The name does not resolve; why.
    Name(String),
    /// The name leads to addresses only to which nothing is sent: they are not on the public internet.
    Address,
    /// No connection comes about; why.
    Connection(String),
    /// What encrypts the connection does not hold.
    Encryption(Certificate),
    /// There is an answer.
    Answer {
        /// What time it is there, as the answer says; none if it does not.
        date: Option<DateTime<Utc>>,
    },
}

/// What is wrong with what encrypts a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Certificate {
    /// The certificate is of an authority that this machine does not know.
    UnknownAuthority,
    /// It is not good at this time.
    OtherTime,
    /// It is for another name.
    OtherName,
    /// Anything else; why.
    Other(String),
}

/// Goes the way to the origin of an endpoint.
pub(crate) async fn way(client: &reqwest::Client, endpoint: &str, insecure: bool) -> Way {
    let origin = origin_of(endpoint).unwrap_or_default();
    let proxy = if insecure { None } else { resolver::proxy() };
    let end = match (proxy.is_none(), super::rules::reach(insecure)) {
        (true, reach) => match dialled(&origin, reach).await {
            Ok(()) => asked(client, &origin).await,
            Err(end) => end,
        },
        (false, _) => asked(client, &origin).await,
    };
    Way { origin, proxy, end }
}

/// Resolves the name and opens a connection, which is closed at once.
async fn dialled(origin: &str, reach: Reach) -> Result<(), WayEnd> {
    let url = url::Url::parse(origin).map_err(|_| WayEnd::Name("it is no address".into()))?;
    let (host, port) = (
        url.host_str().unwrap_or_default(),
        url.port_or_known_default().unwrap_or(443),
    );
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let late = || format!("nothing within {} seconds", WITHIN.as_secs());
    let found = timeout(WITHIN, lookup_host((host, port))).await;
    let found = found.map_err(|_| WayEnd::Name(late()))?;
    let found: Vec<SocketAddr> = found.map_err(|why| WayEnd::Name(why.to_string()))?.collect();
    if found.is_empty() {
        return Err(WayEnd::Name("there is no address for it".into()));
    }
    let allowed: Vec<SocketAddr> = found.into_iter().filter(|at| reach.allows(at.ip())).collect();
    if allowed.is_empty() {
        return Err(WayEnd::Address);
    }
    match timeout(WITHIN, TcpStream::connect(allowed.as_slice())).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(why)) => Err(WayEnd::Connection(why.to_string())),
        Err(_) => Err(WayEnd::Connection(late())),
    }
}

async fn asked(client: &reqwest::Client, origin: &str) -> WayEnd {
    match client.get(format!("{origin}/")).timeout(WITHIN).send().await {
        Ok(answer) => {
            let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
            let date = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
            WayEnd::Answer {
                date: date.map(|date| date.to_utc()),
            }
        }
        Err(error) if resolver::is_prohibited(&error) => WayEnd::Address,
        Err(error) => match certificate(&error) {
            Some(wrong) => WayEnd::Encryption(wrong),
            None => WayEnd::Connection(reason(&error)),
        },
    }
}

/// What the library that encrypts has said, if it was that.
fn certificate(error: &(dyn std::error::Error + 'static)) -> Option<Certificate> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref::<rustls::Error>() {
            return Some(meaning(found));
        }
        // `io::Error` hides what it wraps from `source`, and may wrap another one.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = match wrapped {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

fn meaning(error: &rustls::Error) -> Certificate {
    use rustls::{CertificateError as Wrong, Error};
    match error {
        Error::InvalidCertificate(Wrong::UnknownIssuer) => Certificate::UnknownAuthority,
        // One that has made itself. The type that says so is not given out.
        Error::InvalidCertificate(Wrong::Other(why)) if format!("{why:?}").contains("CaUsedAsEndEntity") => {
            Certificate::UnknownAuthority
        }
        Error::InvalidCertificate(
            Wrong::Expired | Wrong::ExpiredContext { .. } | Wrong::NotValidYet | Wrong::NotValidYetContext { .. },
        ) => Certificate::OtherTime,
        Error::InvalidCertificate(Wrong::NotValidForName | Wrong::NotValidForNameContext { .. }) => {
            Certificate::OtherName
        }
        other => Certificate::Other(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_way_ends_at_a_name_that_is_none_at_an_inner_address_and_at_a_closed_door() {
        let client = super::super::client(true).unwrap();
        let to = async |origin: &str, reach| dialled(origin, reach).await;
        let name = to("https://nowhere.invalid", Reach::Public).await;
        assert!(matches!(name, Err(WayEnd::Name(_))), "{name:?}");
        // A name that leads to this machine, and an address of a company's own network.
        for inner in ["https://localhost", "https://10.0.0.1", "https://[::1]:8443"] {
            assert_eq!(to(inner, Reach::Public).await, Err(WayEnd::Address), "{inner}");
        }
        let closed = way(&client, "http://127.0.0.1:9/token", true).await;
        assert_eq!(closed.origin, "http://127.0.0.1:9");
        assert!(matches!(closed.end, WayEnd::Connection(_)), "{closed:?}");
    }

    #[test]
    fn what_is_wrong_with_a_certificate_has_its_word() {
        use rustls::{CertificateError as Wrong, Error};
        for (wrong, word) in [
            (Wrong::UnknownIssuer, Certificate::UnknownAuthority),
            (Wrong::Expired, Certificate::OtherTime),
            (Wrong::NotValidYet, Certificate::OtherTime),
            (Wrong::NotValidForName, Certificate::OtherName),
        ] {
            let error = std::io::Error::other(Error::InvalidCertificate(wrong));
            assert_eq!(certificate(&std::io::Error::other(error)), Some(word));
        }
        assert_eq!(certificate(&std::io::Error::other("something else")), None);
    }
}
