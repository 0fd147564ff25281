//! Who is let in, and what is taken from them: a browser that was sent here, and nothing else. A page of another origin
//! that calls with a script, or under another name (DNS rebinding), is refused.

use std::pin::Pin;

use http::{HeaderMap, Method, Request, StatusCode};
use tokio::sync::{mpsc, oneshot};

use super::page::Page;

/// The one path that is answered. Applications are registered with it: the port does not count there.
pub const PATH: &str = "/connect";

/// A redirect that was taken. The browser waits for a page.
#[derive(Debug)]
pub struct Arrival<T> {
    taken: T,
    page: oneshot::Sender<Page>,
}

/// What is made of the query of a redirect, or why it is not taken.
pub(super) type Taking<T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send>>;

/// Whoever makes that of it.
pub(super) type Take<T> = Box<dyn Fn(String) -> Taking<T> + Send + Sync>;

/// Where one sign-in comes back.
pub(super) struct Door<T> {
    take: Take<T>,
    arrivals: mpsc::Sender<Arrival<T>>,
    port: u16,
}

impl<T: Send + 'static> Door<T> {
    /// A door for one sign-in. Who comes in by it, and is taken, is handed to `arrivals`.
    pub(super) fn new(take: Take<T>, arrivals: mpsc::Sender<Arrival<T>>, port: u16) -> Self {
        Self { take, arrivals, port }
    }

    /// What is shown for a request.
    pub(super) async fn answer<B>(&self, request: &Request<B>) -> Page {
        if let Err(why) = admitted(request.headers(), self.port) {
            return Page::wrong(StatusCode::FORBIDDEN, why);
        }
        if request.method() != Method::GET {
            return Page::wrong(
                StatusCode::METHOD_NOT_ALLOWED,
                "only a redirect of the sign-in service is taken here",
            );
        }
        if request.uri().path() != PATH {
            return Page::wrong(StatusCode::NOT_FOUND, "there is nothing here");
        }
        let taking = (self.take)(request.uri().query().unwrap_or_default().to_owned());
        let arrivals = self.arrivals.clone();
        let (page, shown) = oneshot::channel();
        // By itself: what was taken arrives, also where the browser waits no more.
        let arriving = tokio::spawn(async move {
            let taken = taking.await?;
            let _ = arrivals.send(Arrival { taken, page }).await;
            Ok::<_, String>(())
        });
        if let Ok(Err(why)) = arriving.await {
            return Page::wrong(StatusCode::BAD_REQUEST, &why);
        }
        shown.await.unwrap_or_else(|_| {
            Page::wrong(
                StatusCode::GONE,
                "nobody waits for this sign-in any more: begin again where its address was shown",
            )
        })
    }
}

impl<T> Arrival<T> {
    /// Parts what was taken from the page that the browser waits for.
    pub fn part(self) -> (T, PageSender) {
        (self.taken, PageSender(self.page))
    }
}

/// Shows the browser one page.
#[derive(Debug)]
pub struct PageSender(oneshot::Sender<Page>);

impl PageSender {
    /// All is well.
    pub fn well(self) {
        self.send("Connected", "You can close this window.".into());
    }

    /// What went wrong.
    pub fn failed(self, why: &str) {
        let mut text = why.to_string();
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        self.send("Not connected", format!("{text}. You can close this window."));
    }

    fn send(self, title: &'static str, text: String) {
        // A browser that has gone away needs no page.
        let _ = self.0.send(Page {
            status: StatusCode::OK,
            title,
            text,
        });
    }
}

/// Whether a request comes from a browser that was sent here, under this machine's own name.
fn admitted(headers: &HeaderMap, port: u16) -> Result<(), &'static str> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let host = text("host").unwrap_or_default();
    if !["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|name| host == format!("{name}:{port}"))
    {
        return Err("this address is called by another name than its own");
    }
    // A redirect is a navigation, and browsers that say how a request came about say so. It carries no origin; but where
    // the last page of a sign-in was sent off as a form, a browser may keep `null` of it over the redirect.
    let navigates = |name: &str, expected: &str| text(name).is_none_or(|value| value == expected);
    let says_so = text("sec-fetch-mode").is_some() && text("sec-fetch-dest").is_some();
    let has_origin = text("origin").is_some_and(|origin| origin != "null" || !says_so);
    if has_origin || !navigates("sec-fetch-mode", "navigate") || !navigates("sec-fetch-dest", "document") {
        return Err("this was called by a page of another origin, and not by a redirect of the sign-in service");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        admitted(&map, 4711).is_ok()
    }

    #[test]
    fn a_browser_that_was_sent_here_is_let_in() {
        assert!(admits(&[("host", "localhost:4711")]));
        assert!(admits(&[
            ("host", "127.0.0.1:4711"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document")
        ]));
        let cross_site = ("sec-fetch-site", "cross-site");
        assert!(
            admits(&[("host", "[::1]:4711"), cross_site]),
            "a redirect of another site is what is waited for"
        );
        let after_a_form = [
            ("host", "localhost:4711"),
            ("origin", "null"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ];
        assert!(admits(&after_a_form), "the last page may have been a form");
    }

    #[test]
    fn a_page_of_another_origin_and_another_name_are_not() {
        for headers in [
            &[][..],
            &[("host", "evil.example:4711")],
            &[("host", "localhost")],
            &[("host", "localhost:4712")],
            &[("host", "localhost:4711"), ("origin", "https://evil.example")],
            &[("host", "localhost:4711"), ("origin", "null")],
            &[
                ("host", "localhost:4711"),
                ("origin", "null"),
                ("sec-fetch-mode", "navigate"),
            ],
            &[
                ("host", "localhost:4711"),
                ("origin", "null"),
                ("sec-fetch-mode", "cors"),
                ("sec-fetch-dest", "empty"),
            ],
            &[
                ("host", "localhost:4711"),
                ("origin", "https://evil.example"),
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-dest", "document"),
            ],
            &[("host", "localhost:4711"), ("sec-fetch-mode", "no-cors")],
            &[("host", "localhost:4711"), ("sec-fetch-mode", "cors")],
            &[("host", "localhost:4711"), ("sec-fetch-dest", "iframe")],
            &[("host", "localhost:4711"), ("sec-fetch-dest", "image")],
        ] {
            assert!(!admits(headers), "{headers:?}");
        }
    }
}
