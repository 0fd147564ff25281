//! Where the console is found: one origin, and no other.

use http::uri::Authority;

/// Where the console is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `http://localhost:4700`, or the origin that browsers use: without a path.
    origin: String,
    port: u16,
}

impl Place {
    /// On this machine alone, at that port.
    pub fn local(port: u16) -> Self {
        Self {
            origin: format!("http://localhost:{port}"),
            port,
        }
    }

    /// Where browsers find it: `https://…`, or `http://localhost:…` for what is forwarded to this machine. None for
    /// anything else: plain http beyond one machine would send passwords in the clear.
    pub fn public(origin: &str) -> Option<Self> {
        let origin = origin.trim_end_matches('/');
        let (scheme, authority) = origin.split_once("://")?;
        let authority: Authority = authority.parse().ok()?;
        let usual = match (scheme, authority.host()) {
            ("https", _) => 443,
            ("http", "localhost") => 80,
            _ => return None,
        };
        let bare = !authority.as_str().contains('@') && origin == origin.to_ascii_lowercase();
        bare.then(|| Self {
            port: authority.port_u16().unwrap_or(usual),
            origin: origin.to_owned(),
        })
    }

    /// The origin, as a browser says it.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn is_secure(&self) -> bool {
        self.origin.starts_with("https://")
    }

    pub(super) fn host(&self) -> &str {
        self.origin.split_once("://").map_or("", |(_, host)| host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_beyond_this_machine_has_tls_and_no_path() {
        for (origin, is_one) in [
            ("https://files.example.com", true),
            ("https://files.example.com/", true),
            ("https://files.example.com:8443", true),
            ("http://localhost:8080", true),
            ("http://files.example.com", false),
            ("https://files.example.com/console", false),
            ("https://me@files.example.com", false),
            ("HTTPS://FILES.EXAMPLE.COM", false),
            ("files.example.com", false),
            ("", false),
        ] {
            assert_eq!(Place::public(origin).is_some(), is_one, "{origin}");
        }
    }
}
