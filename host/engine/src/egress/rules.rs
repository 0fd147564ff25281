//! What a connection's instance may ask of the network: decided from values alone.

use http::{Method, Uri};
use url::Host;

use super::{address::Reach, opened::Opened};
use crate::origin::origin;

/// How the path of a batch ends (OData 4.01, section 11.7). Whatever a plugin says, nothing is posted to another: there
/// are paths at which a POST changes something without a word in its body.
const BATCH: &str = "/$batch";

/// The allow-list of one connection.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The origin that gets the token: `https://host[:port]`.
    pub api_origin: String,
    /// Paths of that origin where POST is allowed, as far as they are those of a batch.
    pub post_paths: Vec<String>,
    /// Whether a redirect of the API origin opens its target.
    pub redirects: bool,
    /// For tests and demonstrations: plain http, and addresses of this machine.
    pub insecure: bool,
    /// What redirects have opened.
    opened: Opened,
}

/// What a request may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// It goes to the API origin, with the token.
    WithToken,
    /// It goes to an address that the API handed out, without the token.
    Bare,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// Not https.
    Scheme,
    /// The method is not allowed there.
    Method,
    /// Neither the API origin nor an address that it handed out.
    Destination,
    /// An address that is not on the public internet.
    Address,
}

impl Rules {
    /// Rules with nothing opened yet.
    pub fn new(api_origin: String, post_paths: Vec<String>, redirects: bool, insecure: bool) -> Self {
        Self {
            api_origin,
            post_paths,
            redirects,
            insecure,
            opened: Opened::default(),
        }
    }

    /// Judges a request before anything is sent.
    ///
    /// # Errors
    ///
    /// See [`Denied`].
    pub fn judge(&self, method: &Method, uri: &Uri) -> Result<Permit, Denied> {
        let origin = origin(uri).ok_or(Denied::Destination)?;
        // What dials reads an address in its own way (`https://2130706433/` is 127.0.0.1), so that way counts.
        let url = url::Url::parse(&uri.to_string()).map_err(|_| Denied::Destination)?;
        if literal(&url).is_some_and(|address| !self.reach().allows(address)) {
            return Err(Denied::Address);
        }
        if !self.insecure && uri.scheme() != Some(&http::uri::Scheme::HTTPS) {
            return Err(Denied::Scheme);
        }
        if url.origin().ascii_serialization() != origin {
            return Err(Denied::Destination);
        }
        if origin == self.api_origin {
            let takes_batches = |path: &str| path.ends_with(BATCH) && self.post_paths.iter().any(|known| known == path);
            let allowed = *method == Method::GET || (*method == Method::POST && takes_batches(uri.path()));
            return if allowed {
                Ok(Permit::WithToken)
            } else {
                Err(Denied::Method)
            };
        }
        if !self.opened.has(&uri.to_string()) {
            return Err(Denied::Destination);
        }
        if *method != Method::GET {
            return Err(Denied::Method);
        }
        Ok(Permit::Bare)
    }

    /// Opens the target of a redirect that came as the answer to `from`, if that is the API, or an address that the API
    /// itself has named: a host that is not the API's leads one hop further at most. `location` may be relative.
    pub fn open(&self, from: &Uri, location: &str) {
        if !self.redirects {
            return;
        }
        let target = url::Url::parse(&from.to_string()).and_then(|base| base.join(location));
        let Some(uri) = target.ok().and_then(|url| url.as_str().parse::<Uri>().ok()) else {
            return;
        };
        let from_api = origin(from).is_some_and(|origin| origin == self.api_origin);
        // An address may be used byte for byte only, so both forms are noted: as it came, and as it is joined.
        self.opened
            .note(&from.to_string(), from_api, &[location, &uri.to_string()]);
    }

    /// How far this connection's requests may reach.
    pub fn reach(&self) -> Reach {
        reach(self.insecure)
    }
}

impl Denied {
    /// For the log of the host: what was wrong, without the address, which may carry a credential.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Scheme => "only https is allowed",
            Self::Method => "this method is not allowed there",
            Self::Destination => "it goes neither to the API nor to an address that the API handed out",
            Self::Address => "the address is not on the public internet",
        }
    }
}

/// How far requests may reach, with the switch for tests or without.
pub fn reach(insecure: bool) -> Reach {
    if insecure { Reach::AlsoLoopback } else { Reach::Public }
}

/// Whether an endpoint may be called that a plugin has named: an address that needs no name must be within reach.
///
/// # Errors
///
/// See [`Denied`].
pub fn endpoint(address: &str, insecure: bool) -> Result<(), Denied> {
    let url = url::Url::parse(address).map_err(|_| Denied::Destination)?;
    match url.scheme() {
        "https" => {}
        "http" if insecure => {}
        _ => return Err(Denied::Scheme),
    }
    if literal(&url).is_some_and(|address| !reach(insecure).allows(address)) {
        return Err(Denied::Address);
    }
    Ok(())
}

/// The address itself, where the host is no name.
fn literal(url: &url::Url) -> Option<std::net::IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        Rules::new(
            "https://api.example.com".into(),
            vec!["/v1.0/$batch".into()],
            true,
            false,
        )
    }

    fn judge(rules: &Rules, method: &str, uri: &str) -> Result<Permit, Denied> {
        rules.judge(&method.parse().unwrap(), &uri.parse().unwrap())
    }

    #[test]
    fn r22_the_api_is_only_ever_read() {
        let rules = rules();
        let api = "https://api.example.com/v1.0/$batch";
        assert_eq!(judge(&rules, "GET", api), Ok(Permit::WithToken));
        assert_eq!(judge(&rules, "POST", api), Ok(Permit::WithToken));
        assert_eq!(
            judge(&rules, "POST", "https://api.example.com/v1.0/me"),
            Err(Denied::Method)
        );
        for method in ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] {
            assert_eq!(judge(&rules, method, api), Err(Denied::Method), "{method}");
        }
    }

    #[test]
    fn r22_nothing_is_posted_but_to_a_batch_whatever_a_plugin_says() {
        let checkout = "/v1.0/me/drive/root:/Plan.docx:/checkout";
        let rules = Rules {
            post_paths: vec![checkout.into(), "/v1.0/$batch".into()],
            ..rules()
        };
        let at = |path: &str| format!("https://api.example.com{path}");
        assert_eq!(judge(&rules, "POST", &at(checkout)), Err(Denied::Method));
        assert_eq!(judge(&rules, "POST", &at("/v1.0/$batch")), Ok(Permit::WithToken));
        assert_eq!(judge(&rules, "POST", &at("/beta/$batch")), Err(Denied::Method));
    }

    #[test]
    fn only_the_very_address_that_the_api_handed_out_is_open() {
        let rules = rules();
        let handed_out = "https://files.example.net/download?id=1&sig=abc";
        assert_eq!(judge(&rules, "GET", handed_out), Err(Denied::Destination));

        rules.open(&"https://api.example.com/v1.0/x/content".parse().unwrap(), handed_out);

        assert_eq!(judge(&rules, "GET", handed_out), Ok(Permit::Bare));
        assert_eq!(judge(&rules, "POST", handed_out), Err(Denied::Method));
        assert_eq!(
            judge(&rules, "GET", "https://files.example.net/download?id=1&sig=abd"),
            Err(Denied::Destination)
        );
        assert_eq!(
            judge(&rules, "GET", "https://files.example.net/"),
            Err(Denied::Destination)
        );
    }

    #[test]
    fn a_host_that_is_not_the_api_leads_one_hop_further_and_no_more() {
        let rules = rules();
        let hops = [
            "https://api.example.com/v1.0/x/content",
            "https://tenant.example.net/download?t=1",
            "https://region.example.net/download?t=2",
            "https://elsewhere.example.net/",
        ];
        for pair in hops.windows(2) {
            rules.open(&pair[0].parse().unwrap(), pair[1]);
        }
        assert_eq!(judge(&rules, "GET", hops[1]), Ok(Permit::Bare));
        assert_eq!(judge(&rules, "GET", hops[2]), Ok(Permit::Bare));
        assert_eq!(judge(&rules, "GET", hops[3]), Err(Denied::Destination));
        // What the API names itself is as near as can be, whoever named it before.
        rules.open(&hops[0].parse().unwrap(), hops[2]);
        rules.open(&hops[2].parse().unwrap(), hops[3]);
        assert_eq!(judge(&rules, "GET", hops[3]), Ok(Permit::Bare));
    }

    #[test]
    fn an_address_that_was_never_opened_opens_none() {
        let rules = rules();
        let target = "https://files.example.net/x";
        rules.open(&"https://stranger.example.net/".parse().unwrap(), target);
        assert_eq!(judge(&rules, "GET", target), Err(Denied::Destination));
    }

    #[test]
    fn names_that_look_like_the_api_are_not_the_api() {
        let rules = rules();
        for other in [
            "https://api.example.com.evil.net/v1.0",
            "https://api.example.com:8443/v1.0",
            "https://api.example.com@evil.net/v1.0",
            "https://evil.net/api.example.com",
        ] {
            assert_eq!(judge(&rules, "GET", other), Err(Denied::Destination), "{other}");
        }
        assert_eq!(judge(&rules, "GET", "http://api.example.com/v1.0"), Err(Denied::Scheme));
        assert_eq!(
            judge(&rules, "GET", "https://API.example.com:443/v1.0"),
            Ok(Permit::WithToken)
        );
    }

    #[test]
    fn an_address_inside_the_network_is_refused_even_if_the_api_handed_it_out() {
        let rules = rules();
        for inside in [
            "https://169.254.169.254/latest",
            "https://[::1]/x",
            "https://10.0.0.1/",
            "https://[::ffff:169.254.169.254]/",
            "https://[0:0:0:0:0:ffff:7f00:1]/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://127.0.0.1./",
        ] {
            rules.open(&"https://api.example.com/c".parse().unwrap(), inside);
            assert_eq!(judge(&rules, "GET", inside), Err(Denied::Address), "{inside}");
        }
    }

    #[test]
    fn an_address_that_is_read_in_two_ways_is_refused() {
        let rules = rules();
        for other in [
            "https://files%2eexample.net/",
            "https://files.example.net:443\\@evil.net/",
        ] {
            rules.open(&"https://api.example.com/c".parse().unwrap(), other);
            let Ok(uri) = other.parse::<Uri>() else { continue };
            assert_eq!(rules.judge(&Method::GET, &uri), Err(Denied::Destination), "{other}");
        }
    }

    #[test]
    fn an_endpoint_inside_the_network_is_refused() {
        assert_eq!(endpoint("https://login.example.com/token", false), Ok(()));
        assert_eq!(endpoint("http://login.example.com/token", false), Err(Denied::Scheme));
        assert_eq!(endpoint("file:///etc/passwd", true), Err(Denied::Scheme));
        assert_eq!(endpoint("https://169.254.169.254/token", false), Err(Denied::Address));
        assert_eq!(endpoint("http://169.254.169.254/token", true), Err(Denied::Address));
        assert_eq!(endpoint("http://127.0.0.1:4010/token", true), Ok(()));
    }
}
