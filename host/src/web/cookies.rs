//! The cookie of a login. Cookies know no ports, so its name has the port in it: two hosts on one machine do not log each
//! other out.

use clientpoint_engine::secrets::Secret;
use http::{HeaderMap, HeaderValue, header};

use super::place::Place;

/// How the cookie is called. Where there is TLS, browsers hold it to this very name (the prefix is theirs).
fn name(place: &Place) -> String {
    if place.is_secure() {
        "__Host-clientpoint".into()
    } else {
        format!("clientpoint-{}", place.port())
    }
}

/// What a browser has sent.
pub(super) fn sent(headers: &HeaderMap, place: &Place) -> Option<Secret> {
    let name = name(place);
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    // Ours are 43 letters; whatever is longer is none of them.
    (value.len() <= 64).then(|| Secret::new(value.to_owned()))
}

/// The header that has a browser keep this. `Lax`: with `Strict`, who comes back from the sign-in of a source would
/// be nobody.
pub(super) fn kept(cookie: &Secret, place: &Place) -> Option<HeaderValue> {
    header_of(cookie.expose(), 7 * 24 * 60 * 60, place)
}

/// The header that has a browser forget it.
pub(super) fn forgotten(place: &Place) -> Option<HeaderValue> {
    header_of("", 0, place)
}

fn header_of(value: &str, seconds: u32, place: &Place) -> Option<HeaderValue> {
    // Safari drops `Secure` cookies of http://localhost.
    let secure = if place.is_secure() { "; Secure" } else { "" };
    let name = name(place);
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).ok()
}
