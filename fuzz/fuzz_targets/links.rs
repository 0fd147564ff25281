//! Addresses that the service names: following pages and redirects. Another reader of URLs, the one that dials, must see
//! the same in them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onedrive_plugin::graph::{self, Head};
use url::Url;

const API: &str = "https://graph.microsoft.com";
const LOOKALIKE: &str = "https://graph.microsoft.com.evil.example";

fuzz_target!(|text: &str| {
    let redirect = Head::new(302, vec![("Location".into(), text.into())]);
    assert!(!format!("{redirect:?}").contains("secret"));
    let location = redirect.location().unwrap();

    let dialled = Url::parse(location).ok();
    if let Some(address) = graph::address(location) {
        assert!(location.starts_with(graph::origin(location).unwrap()));
        assert!(!address.authority.contains(['@', '/', '?', '#']));
        if let Some(url) = &dialled {
            assert!(url.username().is_empty() && url.password().is_none());
        }
    }
    if graph::same_origin(location, API) {
        let url = dialled.expect("what has an origin can be dialled");
        assert_eq!(url.origin().ascii_serialization(), API, "{location}");
    }
    // A name that only begins like the API's is somebody else's.
    assert!(!graph::same_origin(location, LOOKALIKE) || !graph::same_origin(location, API));
    let request = graph::redirected(location, 7);
    assert_eq!(request.url, location, "byte for byte");
});
