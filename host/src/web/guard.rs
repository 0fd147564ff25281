//! What stands in front of every page: the one name under which the console is found, requests from its own pages alone,
//! and the headers that keep a browser from doing more than it should.

use axum::{
    body::Body,
    extract::State,
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header, uri::Authority};

use super::{api, console::Console, place::Place, trouble};

/// How a request was addressed.
#[derive(Debug, PartialEq, Eq)]
enum Name {
    Ours,
    /// By the number of this machine's own loopback address.
    Number,
    Other(String),
}

fn name_of(request: &Request<Body>, place: &Place) -> Name {
    let named = request.uri().authority().map(Authority::as_str);
    let said = || request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = named.or_else(said).unwrap_or_default();
    if host.eq_ignore_ascii_case(place.host()) {
        return Name::Ours;
    }
    let port = place.port();
    let numbers = [format!("127.0.0.1:{port}"), format!("[::1]:{port}")];
    if place.host() == format!("localhost:{port}") && numbers.iter().any(|number| number == host) {
        return Name::Number;
    }
    Name::Other(host.chars().take(255).collect())
}

/// Whether a request that changes something comes from a page of ours. Browsers say so by themselves, and no page can make
/// them say otherwise.
fn is_from_our_page(headers: &HeaderMap, place: &Place) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match text(HeaderName::from_static("sec-fetch-site")) {
        Some(site) => site == "same-origin",
        // Those that are older, or where the way is plain http, say the origin at least.
        None => text(header::ORIGIN) == Some(place.origin()),
    }
}

/// What is answered under whatever name: it names nobody, and changes nothing.
pub(super) const UNNAMED: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Where a sign-in comes back to: the address has a code in it.
const COMES_BACK: [&str; 2] = ["/connect", "/login/return"];

/// Lets through what may come through, and adds the headers.
pub(super) async fn guard(State(console): State<Console>, request: Request<Body>, next: Next) -> Response {
    let place = &console.place;
    // Whoever looks after this host asks by whatever name it has for them.
    if UNNAMED.contains(&request.uri().path()) {
        return guarded(next.run(request).await, place);
    }
    // Programs bring a token of their own, and nothing that a browser would send by itself.
    if api::is_of_it(request.uri().path()) {
        let answer = match name_of(&request, place) {
            Name::Other(name) => api::wrong_name(&name, place),
            Name::Ours | Name::Number => next.run(request).await,
        };
        return guarded(answer, place);
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let answer = match name_of(&request, place) {
        Name::Other(name) => trouble::wrong_name(&name, place),
        Name::Number if reads => {
            let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
            Redirect::temporary(&format!("{}{path}", place.origin())).into_response()
        }
        _ if !reads && !is_from_our_page(request.headers(), place) => trouble::foreign_page(),
        _ if COMES_BACK.contains(&request.uri().path()) => return returned(next.run(request).await, place),
        _ => next.run(request).await,
    };
    guarded(answer, place)
}

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// What every answer carries. Never `no-referrer`: browsers then take the origin off our own forms.
const HEADERS: [(&str, &str); 7] = [
    ("content-security-policy", POLICY),
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-opener-policy", "same-origin-allow-popups"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    ("x-frame-options", "DENY"),
];

fn guarded(mut answer: Response, place: &Place) -> Response {
    let headers = answer.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if place.is_secure() {
        let a_year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, a_year);
    }
    answer
}

/// Of the page that a sign-in comes back to: its address has a code in it, and no form stands on it.
fn returned(answer: Response, place: &Place) -> Response {
    let mut answer = guarded(answer, place);
    let none = HeaderValue::from_static("no-referrer");
    answer.headers_mut().insert(header::REFERRER_POLICY, none);
    answer
}

/// 404, as a page or for programs.
pub(super) async fn nowhere(request: Request<Body>) -> Response {
    if api::is_of_it(request.uri().path()) {
        return api::nowhere();
    }
    trouble::page(
        StatusCode::NOT_FOUND,
        "There is no such page",
        "The address may be mistyped, or be one of an older version.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(host: &str) -> Name {
        let request = Request::builder().uri("/files?q=a").header("host", host);
        name_of(&request.body(Body::empty()).unwrap(), &Place::local(4700))
    }

    #[test]
    fn there_is_one_name_and_its_numbers_lead_to_it() {
        assert_eq!(asked("localhost:4700"), Name::Ours);
        assert_eq!(asked("LOCALHOST:4700"), Name::Ours);
        assert_eq!(asked("127.0.0.1:4700"), Name::Number);
        assert_eq!(asked("[::1]:4700"), Name::Number);
        for other in [
            "evil.example",
            "localhost",
            "localhost:4701",
            "evil.example:4700",
            "",
            "127.0.0.1",
        ] {
            assert_eq!(asked(other), Name::Other(other.into()), "{other}");
        }
    }

    #[test]
    fn what_changes_something_comes_from_a_page_of_ours() {
        let place = Place::local(4700);
        let ours = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
            is_from_our_page(&pairs.collect(), &place)
        };
        assert!(ours(&[("sec-fetch-site", "same-origin")]));
        assert!(ours(&[("origin", "http://localhost:4700")]));
        for foreign in [
            &[][..],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "cross-site"), ("origin", "http://localhost:4700")],
            &[("origin", "null")],
            &[("origin", "http://localhost:4701")],
            &[("origin", "https://localhost:4700")],
        ] {
            assert!(!ours(foreign), "{foreign:?}");
        }
    }
}
