//! The host's judgement of requests: the address in it, what a redirect opens, and what may be posted. The modules are
//! taken by path, since the rest of the host is nothing to fuzz and takes long to compile.
#![no_main]
#![allow(dead_code, missing_docs, reason = "parts of another crate")]

#[path = "../../host/engine/src/egress"]
mod egress {
    pub mod address;
    pub mod batch;
    mod opened;
    pub mod rules;
}

#[path = "../../host/engine/src/origin.rs"]
mod origin;

use egress::{
    batch,
    rules::{Permit, Rules, endpoint},
};
use http::{Method, Uri};
use libfuzzer_sys::fuzz_target;
use url::{Host, Url};

const API: &str = "https://graph.microsoft.com";

fuzz_target!(|text: &str| {
    posts_only_read(text);
    if endpoint(text, false).is_ok() {
        is_outside(&Url::parse(text).unwrap());
    }
    let rules = Rules::new(API.into(), vec!["/v1.0/$batch".into()], true, false);
    let from: Uri = "https://graph.microsoft.com/v1.0/content".parse().unwrap();
    let Ok(uri) = text.parse::<Uri>() else { return };
    for opened in [false, true] {
        if opened {
            rules.open(&from, text);
        }
        let Ok(permit) = rules.judge(&Method::GET, &uri) else {
            continue;
        };
        // As the client reads it that dials.
        let url = Url::parse(&uri.to_string()).unwrap();
        assert_eq!(url.scheme(), "https");
        assert!(url.username().is_empty() && url.password().is_none());
        is_outside(&url);
        let to_api = url.origin().ascii_serialization() == API;
        assert_eq!(permit == Permit::WithToken, to_api, "{uri}");
        assert!(to_api || opened, "{uri}");
        assert!(rules.judge(&Method::DELETE, &uri).is_err());
        let posts = rules.judge(&Method::POST, &uri).is_ok();
        assert!(!posts || (to_api && url.path() == "/v1.0/$batch"), "{uri}");
    }
});

fn is_outside(url: &Url) {
    let inside = match url.host().unwrap() {
        Host::Domain(_) => false,
        Host::Ipv4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        Host::Ipv6(address) => {
            let v4 = address.to_ipv4();
            address.is_loopback() || v4.is_some_and(|v4| v4.is_loopback() || v4.is_private() || v4.is_link_local())
        }
    };
    assert!(!inside, "{url}");
}

fn posts_only_read(text: &str) {
    if let Some(sent) = batch::reads(text.as_bytes()) {
        let sent: serde_json::Value = serde_json::from_slice(&sent).unwrap();
        let requests = sent["requests"].as_array().unwrap();
        assert!(
            requests
                .iter()
                .all(|request| request["method"] == "GET" && request.get("headers").is_none())
        );
        assert_eq!(
            batch::reads(sent.to_string().as_bytes()),
            Some(sent.to_string().into_bytes())
        );
    }
}
