//! Requests and the heads of answers, as values.

/// A request that reads: GET, or the one POST that carries many of them. This plugin changes nothing in Microsoft's
/// cloud.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// An absolute URL, sent byte for byte.
    pub url: String,
    /// Header names in lower case, with their values.
    pub headers: Vec<(&'static str, String)>,
    /// Sent by POST where there is one; else the request is a GET.
    pub body: Option<Vec<u8>>,
}

impl Request {
    /// A request that accepts a body of this type.
    #[must_use]
    pub fn new(url: impl Into<String>, accept: &str) -> Self {
        Self {
            url: url.into(),
            headers: vec![("accept", accept.to_owned())],
            body: None,
        }
    }

    /// The same request, sent by POST with this body of JSON.
    #[must_use]
    pub fn posting(mut self, body: Vec<u8>) -> Self {
        self.headers.push(("content-type", "application/json".to_owned()));
        self.body = Some(body);
        self
    }

    /// The same request with one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Without the query, which carries the credential of a pre-authenticated URL.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let method = if self.body.is_some() { "POST" } else { "GET" };
        write!(
            f,
            "{method} {}",
            origin(&self.url).unwrap_or("an address without origin")
        )
    }
}

/// Status and headers of an answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Head {
    /// The HTTP status.
    pub status: u16,
    headers: Vec<(String, String)>,
}

impl Head {
    /// Header names are compared without regard to case.
    #[must_use]
    pub const fn new(status: u16, headers: Vec<(String, String)>) -> Self {
        Self { status, headers }
    }

    /// The value of the first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// A header that is a whole number.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u64> {
        self.header(name)?.parse().ok()
    }

    /// Where a redirect leads. None unless the status is one of a redirect to be followed by a GET.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
            .then(|| self.header("location"))
            .flatten()
    }

    /// `Content-Range` of a 206: the first byte's place, and the whole length if it is known.
    #[must_use]
    pub fn content_range(&self) -> Option<(u64, Option<u64>)> {
        let (range, whole) = self.header("content-range")?.strip_prefix("bytes ")?.split_once('/')?;
        let (first, _) = range.split_once('-')?;
        Some((first.trim().parse().ok()?, whole.trim().parse().ok()))
    }
}

/// The status alone: headers may carry a pre-authenticated URL.
impl std::fmt::Debug for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "status {}", self.status)
    }
}

/// The parts of an absolute http or https URL, as they stand in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Address<'a> {
    /// `http` or `https`.
    pub scheme: &'a str,
    /// `host` or `host:port`.
    pub authority: &'a str,
    /// Path and query; empty if the URL ends with the authority.
    pub path: &'a str,
}

/// Takes a URL apart without changing a byte of it: pre-authenticated URLs stop working when they are rewritten.
/// None for anything that is not plainly an http or https URL: credentials, backslashes, blanks and control characters
/// are where two readers of a URL can disagree about its host.
#[must_use]
pub fn address(url: &str) -> Option<Address<'_>> {
    let (scheme, rest) = url.split_once("://")?;
    if !matches!(scheme, "http" | "https") || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (path, _fragment) = path.split_once('#').unwrap_or((path, ""));
    let sound = !authority.is_empty() && !authority.contains(['@', '\\']);
    sound.then_some(Address {
        scheme,
        authority,
        path,
    })
}

/// `scheme://authority` of a URL that [`address`] takes.
#[must_use]
pub fn origin(url: &str) -> Option<&str> {
    let address = address(url)?;
    url.get(..address.scheme.len() + "://".len() + address.authority.len())
}

/// Whether two URLs have the same origin, with the default ports filled in.
#[must_use]
pub fn same_origin(one: &str, other: &str) -> bool {
    let whole = |url| {
        address(url).map(|address| {
            let authority = address.authority.to_ascii_lowercase();
            let port = if address.scheme == "https" { ":443" } else { ":80" };
            let bare = authority.strip_suffix(port).map(str::to_owned);
            (address.scheme, bare.unwrap_or(authority))
        })
    };
    whole(one).is_some_and(|origin| whole(other) == Some(origin))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn head(status: u16, name: &str, value: &str) -> Head {
        Head::new(status, vec![(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn a_url_is_taken_apart_byte_for_byte() {
        let url =
            "https://contoso-my.sharepoint.com/personal/a_b/_layouts/15/download.aspx?UniqueId=1&tempauth=v1.%2F=";
        let parts = address(url).unwrap();
        assert_eq!(format!("{}://{}{}", parts.scheme, parts.authority, parts.path), url);
    }

    #[test]
    fn addresses_that_can_be_read_two_ways_are_not_taken() {
        for url in [
            "https://graph.microsoft.com@evil.example/",
            "https://evil.example\\@graph.microsoft.com/",
            "ftp://graph.microsoft.com/",
            "//graph.microsoft.com/",
            "https:///v1.0",
            "https://graph.microsoft.com/ x",
            "/v1.0/users",
        ] {
            assert_eq!(origin(url), None, "{url}");
        }
    }

    #[test]
    fn origins_are_equal_regardless_of_case_and_default_port() {
        assert!(same_origin(
            "https://Graph.microsoft.com/v1.0/x",
            "https://graph.microsoft.com:443"
        ));
        assert!(!same_origin(
            "http://graph.microsoft.com",
            "https://graph.microsoft.com"
        ));
        assert!(!same_origin(
            "https://graph.microsoft.com.evil.example/",
            "https://graph.microsoft.com"
        ));
        assert!(!same_origin("nonsense", "nonsense"));
    }

    #[test]
    fn only_redirects_have_a_location() {
        assert_eq!(head(302, "Location", "https://a/b").location(), Some("https://a/b"));
        assert_eq!(head(201, "Location", "https://a/b").location(), None);
        assert_eq!(head(304, "Location", "https://a/b").location(), None);
    }

    #[test]
    fn content_ranges_are_read() {
        assert_eq!(
            head(206, "Content-Range", "bytes 5-9/10").content_range(),
            Some((5, Some(10)))
        );
        assert_eq!(
            head(206, "content-range", "bytes 5-9/*").content_range(),
            Some((5, None))
        );
        assert_eq!(head(416, "content-range", "bytes */10").content_range(), None);
        assert_eq!(head(206, "content-range", "lines 1-2/3").content_range(), None);
    }

    #[test]
    fn debug_texts_do_not_carry_the_credential_of_a_url() {
        let request = Request::new("https://host.example/download?tempauth=secret", "*/*");
        assert_eq!(format!("{request:?}"), "GET https://host.example");
        let redirect = head(302, "Location", "https://host.example/?tempauth=secret");
        assert_eq!(format!("{redirect:?}"), "status 302");
    }
}
