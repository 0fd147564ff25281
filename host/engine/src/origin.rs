//! The origin of an address: what may be told of it, and what is held against another.

use http::Uri;

/// `https://host[:port]` in lower case, without the scheme's own port.
pub fn origin(uri: &Uri) -> Option<String> {
    let scheme = uri.scheme_str()?;
    let host = uri.host()?.to_ascii_lowercase();
    // A name before the host (`https://api…@evil/`) has no business here.
    if uri.authority()?.as_str().contains('@') {
        return None;
    }
    match (scheme, uri.port_u16()) {
        ("https", None | Some(443)) | ("http", None | Some(80)) => Some(format!("{scheme}://{host}")),
        (_, Some(port)) => Some(format!("{scheme}://{host}:{port}")),
        _ => None,
    }
}

/// The origin of an address, for a message or a log: never the address itself, which may carry a credential.
pub fn origin_for_people(address: &str) -> String {
    let uri: Option<Uri> = address.parse().ok();
    uri.and_then(|uri| origin(&uri))
        .unwrap_or_else(|| "an unknown address".into())
}

/// The origin of an endpoint, as what dials reads it: `scheme://host[:port]`. None for what is no address of one.
pub fn origin_of(endpoint: &str) -> Option<String> {
    let origin = url::Url::parse(endpoint).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}
