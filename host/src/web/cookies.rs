//! The cookie of a login, and that of the way to a sign-in service and back. Cookies know no ports, so their names have the
//! port in them: two hosts on one machine do not log each other out.

use clientpoint_engine::secrets::Secret;
use http::{HeaderMap, HeaderValue, header};

use super::place::Place;

/// How long somebody may be on the way, in seconds: as long as what they come back with is waited for.
const ON_THE_WAY_FOR: u32 = 10 * 60;

/// How the cookie of a login is called. Where there is TLS, browsers hold it to this very name (the prefix is theirs).
fn name(place: &Place) -> String {
    if place.is_secure() {
        "__Host-clientpoint".into()
    } else {
        format!("clientpoint-{}", place.port())
    }
}

/// The same of whoever is on the way to a sign-in service.
fn name_on_the_way(place: &Place) -> String {
    format!("{}-on-the-way", name(place))
}

/// The login that a browser has sent.
pub(super) fn sent(headers: &HeaderMap, place: &Place) -> Option<Secret> {
    sent_as(&name(place), headers)
}

/// What a browser has sent that is on the way.
pub(super) fn sent_on_the_way(headers: &HeaderMap, place: &Place) -> Option<Secret> {
    sent_as(&name_on_the_way(place), headers)
}

fn sent_as(name: &str, headers: &HeaderMap) -> Option<Secret> {
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
    header_of(&name(place), cookie.expose(), 7 * 24 * 60 * 60, place)
}

/// The header that has a browser forget it.
pub(super) fn forgotten(place: &Place) -> Option<HeaderValue> {
    header_of(&name(place), "", 0, place)
}

/// The header that has a browser keep this while it is on the way. `Lax`, too: it comes back from elsewhere.
pub(super) fn kept_on_the_way(cookie: &Secret, place: &Place) -> Option<HeaderValue> {
    header_of(&name_on_the_way(place), cookie.expose(), ON_THE_WAY_FOR, place)
}

/// The header that has it forget that.
pub(super) fn forgotten_on_the_way(place: &Place) -> Option<HeaderValue> {
    header_of(&name_on_the_way(place), "", 0, place)
}

fn header_of(name: &str, value: &str, seconds: u32, place: &Place) -> Option<HeaderValue> {
    // Safari drops `Secure` cookies of http://localhost.
    let secure = if place.is_secure() { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).ok()
}
