//! The pooled client that every request goes out by: whose addresses it takes, and how long it waits.

use std::{error::Error as _, time::Duration};

use super::{resolver, rules};

/// How long a connection may take to come about.
const CONNECT_WITHIN: Duration = Duration::from_secs(15);

/// The longest silence between two pieces of an answer. A plugin has a shorter patience of its own; this is for one
/// that has none.
const SILENCE_AT_MOST: Duration = Duration::from_secs(120);

/// Chooses the cryptography of TLS in this process, for clients of others that don't bring their own.
pub fn choose_cryptography() {
    // One that is chosen already is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The pooled client that everything shares.
///
/// # Errors
///
/// The client's, for a system without TLS roots, say.
pub fn client(insecure: bool) -> Result<reqwest::Client, reqwest::Error> {
    choose_cryptography();
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_WITHIN)
        .read_timeout(SILENCE_AT_MOST)
        .tcp_nodelay(true)
        .http2_adaptive_window(true);
    let builder = builder.dns_resolver(resolver::Within {
        reach: rules::reach(insecure),
        proxy: if insecure { None } else { resolver::proxy() },
    });
    if insecure {
        builder.no_proxy().build()
    } else {
        builder.https_only(true).build()
    }
}

/// A client for addresses that whoever runs the host has set, and for nothing that a plugin or a person at a page names: it
/// reaches any address, by the system's proxy, and follows no redirect.
///
/// # Errors
///
/// As [`client`].
pub fn messenger() -> Result<reqwest::Client, reqwest::Error> {
    choose_cryptography();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_WITHIN)
        .timeout(SILENCE_AT_MOST)
        .build()
}

/// As [`messenger`], for what must not be read or changed on its way: by https alone, but where plain http is wanted for
/// a test on this very machine.
///
/// # Errors
///
/// As [`client`].
pub fn confidant(insecure: bool) -> Result<reqwest::Client, reqwest::Error> {
    choose_cryptography();
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_WITHIN)
        .timeout(SILENCE_AT_MOST);
    if insecure {
        builder.no_proxy().build()
    } else {
        builder.https_only(true).build()
    }
}

/// The root of an error in one line, without the address that was called.
pub fn reason(error: &reqwest::Error) -> String {
    let mut root = None;
    let mut cause = error.source();
    while let Some(error) = cause {
        root = Some(error.to_string());
        cause = error.source();
    }
    root.unwrap_or_else(|| "the request failed".into())
}
