//! Where the redirect of a sign-in arrives: a listener on this machine's loopback address, for one sign-in (RFC 8252,
//! section 7.3).
//!
//! It answers one path, to a browser that was sent there and to nothing else: a page of another origin that calls it
//! with a script, or under another name (DNS rebinding), is refused. What it shows is plain text in plain HTML.

use std::{
    convert::Infallible,
    net::{Ipv4Addr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, mpsc, oneshot},
    task::{JoinHandle, JoinSet},
};

use super::pending::{Answer, LIFE, Pending};
use crate::clock::Clock;

/// The one path that is answered. Applications are registered with it: the port does not count there.
pub const PATH: &str = "/connect";

/// How often a free port is looked for.
const FREE_PORT_TRIES: u32 = 8;

/// Connections at a time; more are closed at once.
const AT_ONCE: usize = 16;

/// How long a browser may take to say what it wants.
const HEADER_WITHIN: Duration = Duration::from_secs(10);

/// How long the last page may take to arrive, once all is decided.
const GOODBYE_WITHIN: Duration = Duration::from_secs(2);

/// A taken port.
pub struct Loopback {
    listeners: Vec<TcpListener>,
    port: u16,
}

/// Why a port can't be taken.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// Somebody has it.
    #[error(
        "port {0} is in use by another program: give another one with `--port N`, or leave `--port` out for a free one"
    )]
    InUse(u16),
    /// Anything else.
    #[error("port {0} of this machine can't be listened on: {1}")]
    Other(u16, std::io::Error),
}

/// Why nothing came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "nobody has come back from the sign-in page within ten minutes, so nothing was connected: run the command again"
)]
pub struct TooLate;

/// A redirect that was taken. The browser waits for a page.
#[derive(Debug)]
pub struct Arrival {
    /// What came back.
    pub answer: Answer,
    page: oneshot::Sender<Page>,
}

/// A listener at work. Dropping it closes the port.
pub struct Listening {
    arrivals: mpsc::Receiver<Arrival>,
    closing: Arc<Notify>,
    task: JoinHandle<()>,
    clock: Arc<dyn Clock>,
}

#[derive(Debug)]
struct Page {
    status: StatusCode,
    title: &'static str,
    text: String,
}

impl Loopback {
    /// Takes a port of the loopback address; 0 takes a free one.
    ///
    /// # Errors
    ///
    /// See [`PortError`].
    pub async fn bind(port: u16) -> Result<Self, PortError> {
        // A free port may be free on one of the two addresses only.
        let mut tries = if port == 0 { FREE_PORT_TRIES } else { 1 };
        loop {
            tries -= 1;
            match Self::bind_both(port).await {
                Err(PortError::InUse(_)) if 0 < tries => {}
                bound => return bound,
            }
        }
    }

    async fn bind_both(port: u16) -> Result<Self, PortError> {
        let bind = async |address: std::net::IpAddr, port| {
            let bound = TcpListener::bind((address, port)).await;
            bound.map_err(|error| match error.kind() {
                std::io::ErrorKind::AddrInUse => PortError::InUse(port),
                _ => PortError::Other(port, error),
            })
        };
        let first = bind(Ipv4Addr::LOCALHOST.into(), port).await?;
        let port = first
            .local_addr()
            .map_err(|error| PortError::Other(port, error))?
            .port();
        let mut listeners = vec![first];
        // Some browsers take `localhost` for the other address: nobody else may sit there. Where it does not exist,
        // nobody can.
        match bind(Ipv6Addr::LOCALHOST.into(), port).await {
            Ok(second) => listeners.push(second),
            Err(error @ PortError::InUse(_)) => return Err(error),
            Err(PortError::Other(..)) => {}
        }
        Ok(Self { listeners, port })
    }

    /// The address that the browser is to be sent to.
    pub fn redirect_uri(&self) -> String {
        format!("http://localhost:{}{PATH}", self.port)
    }

    /// Begins to answer, for this sign-in.
    pub fn listen(self, pending: Arc<Pending>, clock: Arc<dyn Clock>) -> Listening {
        let (sender, arrivals) = mpsc::channel(1);
        let closing = Arc::new(Notify::new());
        let door = Arc::new(Door {
            pending,
            arrivals: sender,
            port: self.port,
        });
        let task = tokio::spawn(serve(self.listeners, door, closing.clone()));
        Listening {
            arrivals,
            closing,
            task,
            clock,
        }
    }
}

impl Listening {
    /// Waits for the redirect, for as long as a sign-in may take.
    ///
    /// # Errors
    ///
    /// [`TooLate`].
    pub async fn arrival(&mut self) -> Result<Arrival, TooLate> {
        tokio::select! {
            arrived = self.arrivals.recv() => arrived.ok_or(TooLate),
            () = self.clock.sleep(LIFE) => Err(TooLate),
        }
    }

    /// Stops listening, once the browser has its page.
    pub async fn close(mut self) {
        self.closing.notify_one();
        // A browser that does not take its page keeps nobody waiting.
        let _ = tokio::time::timeout(GOODBYE_WITHIN, &mut self.task).await;
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Arrival {
    /// Parts the answer from the page that the browser waits for.
    pub fn part(self) -> (Answer, PageSender) {
        (self.answer, PageSender(self.page))
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

struct Door {
    pending: Arc<Pending>,
    arrivals: mpsc::Sender<Arrival>,
    port: u16,
}

async fn serve(listeners: Vec<TcpListener>, door: Arc<Door>, closing: Arc<Notify>) {
    let mut open = JoinSet::new();
    loop {
        while open.try_join_next().is_some() {}
        let accepting = listeners.iter().map(|listener| Box::pin(listener.accept()));
        let accepted = tokio::select! {
            (accepted, ..) = futures::future::select_all(accepting) => accepted,
            () = closing.notified() => break,
        };
        match accepted {
            Ok((stream, _)) if open.len() < AT_ONCE => {
                open.spawn(converse(stream, door.clone()));
            }
            Ok(_) => {}
            // Out of handles, say: what is open may end.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    drop(listeners);
    while open.join_next().await.is_some() {}
}

async fn converse(stream: TcpStream, door: Arc<Door>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let door = door.clone();
        async move { Ok::<_, Infallible>(door.answer(&request).await.response()) }
    });
    let conversation = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_WITHIN)
        .keep_alive(false)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service);
    // What a browser does to its own connection is its own affair.
    let _ = conversation.await;
}

impl Door {
    async fn answer<B>(&self, request: &Request<B>) -> Page {
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
        let answer = match self.pending.accept(request.uri().query().unwrap_or_default()) {
            Ok(answer) => answer,
            Err(stray) => return Page::wrong(StatusCode::BAD_REQUEST, &stray.to_string()),
        };
        let (page, shown) = oneshot::channel();
        let _ = self.arrivals.send(Arrival { answer, page }).await;
        shown.await.unwrap_or_else(|_| {
            Page::wrong(
                StatusCode::GONE,
                "the command that waited for this sign-in has ended: run it again",
            )
        })
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

impl Page {
    fn wrong(status: StatusCode, why: &str) -> Self {
        Self {
            status,
            title: "Not connected",
            text: format!("{why}."),
        }
    }

    fn response(self) -> Response<Full<Bytes>> {
        let (title, text) = (in_html(self.title), in_html(&self.text));
        let body = format!(
            "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\n<h1>{title}</h1>\n<p>{text}</p>\n"
        );
        let mut response = Response::new(Full::new(Bytes::from(body)));
        *response.status_mut() = self.status;
        for (name, value) in [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; frame-ancestors 'none'",
            ),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ] {
            response
                .headers_mut()
                .insert(name, header::HeaderValue::from_static(value));
        }
        response
    }
}

fn in_html(text: &str) -> String {
    let mut safe = String::new();
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
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

    #[test]
    fn a_page_shows_text_and_never_what_is_in_it() {
        assert_eq!(in_html("<b a=\"1\">&"), "&lt;b a=&quot;1&quot;&gt;&amp;");
    }

    #[tokio::test]
    async fn a_port_in_use_is_named_with_the_way_out() {
        let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = Loopback::bind(port).await.err().unwrap().to_string();
        assert!(error.contains(&port.to_string()) && error.contains("--port"), "{error}");
    }
}
