//! The one way out: every request of a plugin passes [`Egress::send_request`], and nothing goes around it.
//!
//! In this order: the rules of the connection ([`rules`]), what is posted ([`batch`]), the token for the API origin and
//! for nothing else, the address ([`address`]) that the name resolves to ([`resolver`]), limits on what comes back.
//! `authorization` is a header that a plugin can't set; trailers do not go out at all.

pub mod address;
pub mod batch;
mod client;
mod floor;
mod opened;
mod refused;
pub mod resolver;
pub mod rules;
mod way;

use std::{future::Future, sync::Arc, time::Instant};

use bytes::Bytes;
use floor::Floor;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use refused::{unsent, wants_more_than_a_token, without_token};
use rules::{Permit, Rules};
use tokio::sync::Semaphore;
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error, ForbiddenHeaderFilter, RequestOptions, WasiBody, WasiHttpHooks,
};

use crate::{
    clock::SystemClock,
    counts::Counts,
    oauth::{TokenError, Tokens},
    origin::origin,
    traffic::To,
};

pub use client::{choose_cryptography, client, confidant, messenger, reason};
pub(crate) use way::way;
pub use way::{Certificate, Way, WayEnd};

/// The longest body that a plugin may send.
const REQUEST_BODY_AT_MOST: usize = 1 << 20;

/// The longest answer of the API.
const API_ANSWER_AT_MOST: usize = 16 << 20;

/// Requests of one instance that are under way at once: each is, until its answer is read to the end or thrown away.
const AT_ONCE: usize = 64;

/// Requests of one instance that are under way or wait for it.
const QUEUED: usize = 256;

/// The way out for one instance.
#[derive(Clone)]
pub struct Egress {
    client: reqwest::Client,
    rules: Rules,
    tokens: Tokens,
    download_at_most: usize,
    queue: Arc<Semaphore>,
    under_way: Arc<Semaphore>,
    counts: Counts,
}

impl Egress {
    /// A way out under these rules. A download may be at most `download_at_most` bytes long.
    pub fn new(client: reqwest::Client, rules: Rules, tokens: Tokens, download_at_most: u64) -> Self {
        Self {
            client,
            rules,
            tokens,
            download_at_most: usize::try_from(download_at_most).unwrap_or(usize::MAX),
            queue: Arc::new(Semaphore::new(QUEUED)),
            under_way: Arc::new(Semaphore::new(AT_ONCE)),
            counts: Counts::default(),
        }
    }

    /// The same, which counts there what passes.
    pub(crate) fn counted(self, counts: Counts) -> Self {
        Self { counts, ..self }
    }

    /// Puts other rules in the place of those it has.
    pub(crate) fn allow_only(&mut self, rules: Rules) {
        self.rules = rules;
    }

    async fn send(self, request: Request<WasiBody>) -> Result<Response<WasiBody>, Error> {
        let queue = self.queue.clone();
        let place = queue.try_acquire_owned().map_err(|_| Error::ConnectionLimitReached)?;
        // The semaphore is never closed.
        let under_way = self.under_way.clone().acquire_owned().await;
        let turn = under_way.map_err(|_| Error::ConnectionLimitReached)?;
        let (parts, body) = request.into_parts();
        let counts = self.counts.clone();
        let refused = |reason: &str| {
            counts.traffic().refused();
            tracing::warn!(
                origin = origin(&parts.uri).unwrap_or_default(),
                method = %parts.method,
                "a request of the plugin was refused: {reason}"
            );
            Error::HttpRequestDenied
        };
        let permit = self
            .rules
            .judge(&parts.method, &parts.uri)
            .map_err(|denied| refused(denied.reason()))?;
        let mut body = Limited::new(body, REQUEST_BODY_AT_MOST)
            .collect()
            .await
            .map_err(|_| Error::HttpRequestBodySize(Some(REQUEST_BODY_AT_MOST as u64)))?
            .to_bytes();
        if parts.method == Method::POST {
            body = batch::reads(&body)
                .ok_or_else(|| refused("what it posts is not a batch of reads"))?
                .into();
        }
        let uri = parts.uri.clone();
        let answer = match permit {
            Permit::Bare => self.exchange(parts, body, None).await?,
            Permit::WithToken => match self.exchange_with_token(parts, body).await? {
                Ok(answer) => answer,
                Err(refused) => return Ok(without_token(&refused)),
            },
        };
        if answer.status().is_redirection()
            && let Some(location) = answer.headers().get(header::LOCATION)
            && let Ok(location) = location.to_str()
        {
            self.rules.open(&uri, location);
        }
        let (to, at_most) = match permit {
            Permit::WithToken => (To::Api, API_ANSWER_AT_MOST),
            Permit::Bare => (To::Content, self.download_at_most),
        };
        Ok(Response::from(answer).map(|body| {
            let body = Limited::new(body, at_most).map_err(move |error| {
                // They are given back with the body: a socket is open until then.
                let _until_then = (&place, &turn);
                match error.downcast::<reqwest::Error>() {
                    Ok(error) => unsent(&error),
                    Err(_) => Error::HttpResponseBodySize(Some(at_most as u64)),
                }
            });
            // By the machine's own time, as all time-outs of the client are.
            let floor = Floor::new(body, Arc::new(SystemClock::default()));
            floor.counted(self.counts.clone(), to).boxed_unsync()
        }))
    }

    /// Sends with the token; a token that is refused is renewed once. Whatever goes to the API can be repeated: the one
    /// thing that is posted is a batch of reads, which was read before it comes here.
    async fn exchange_with_token(
        &self,
        parts: http::request::Parts,
        body: Bytes,
    ) -> Result<Result<reqwest::Response, TokenError>, Error> {
        let token = match self.tokens.bearer().await {
            Ok(token) => token,
            Err(refused) => return Ok(Err(refused)),
        };
        let answer = self.exchange(parts.clone(), body.clone(), Some(token.clone())).await?;
        if answer.status() != StatusCode::UNAUTHORIZED || wants_more_than_a_token(answer.headers()) {
            return Ok(Ok(answer));
        }
        match self.tokens.instead_of(&token).await {
            Ok(token) => Ok(Ok(self.exchange(parts, body, Some(token)).await?)),
            Err(refused) => Ok(Err(refused)),
        }
    }

    async fn exchange(
        &self,
        mut parts: http::request::Parts,
        body: Bytes,
        token: Option<HeaderValue>,
    ) -> Result<reqwest::Response, Error> {
        // Both are for the client to set, for what it sends.
        parts.headers.remove(header::HOST);
        parts.headers.remove(header::CONTENT_LENGTH);
        let to = if token.is_some() { To::Api } else { To::Content };
        if let Some(token) = token {
            parts.headers.insert(header::AUTHORIZATION, token);
        }
        let request = reqwest::Request::try_from(Request::from_parts(parts, body)).map_err(|error| unsent(&error))?;
        let begun = Instant::now();
        let answered = self.client.execute(request).await;
        let answer = answered.as_ref().ok().map(|answer| (answer.status(), answer.headers()));
        self.counts.traffic().ended(to, begun.elapsed(), answer);
        answered.map_err(|error| unsent(&error))
    }
}

impl WasiHttpHooks for Egress {
    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        Arc::new(|name: &HeaderName| {
            DEFAULT_FORBIDDEN_HEADERS.contains(name)
                || [header::AUTHORIZATION, header::PROXY_AUTHORIZATION, header::COOKIE].contains(name)
                || batch::names_another_method(name.as_str())
        })
    }

    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        _options: Option<RequestOptions>,
        _processed: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<(Response<WasiBody>, Processing), Error>> + Send> {
        let egress = self.clone();
        Box::new(async move {
            let response = egress.send(request).await?;
            let sent: Processing = Box::new(async { Ok(()) });
            Ok((response, sent))
        })
    }
}

type Processing = Box<dyn Future<Output = Result<(), Error>> + Send>;

#[cfg(test)]
mod tests {
    use http_body_util::Full;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    #[test]
    fn a_plugin_can_set_neither_authorization_nor_cookies() {
        let client = client(true).unwrap();
        let tokens = Tokens::none(Arc::new(SystemClock::default()));
        let rules = Rules::new("https://api.example.com".into(), vec![], true, false);
        let mut egress = Egress::new(client, rules, tokens, 1);

        // Trailers ask the filter, headers ask the method: both must say no.
        let filter = egress.forbidden_header_filter();
        for name in [
            header::AUTHORIZATION,
            header::PROXY_AUTHORIZATION,
            header::COOKIE,
            header::HOST,
            HeaderName::from_static("x-http-method-override"),
        ] {
            assert!(filter(&name) && egress.is_forbidden_header(&name), "{name}");
        }
        assert!(!filter(&header::RANGE));
    }

    /// A server that answers with the head of a file and keeps the rest to itself.
    async fn holding_back() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                assert_ne!(stream.read(&mut [0; 4096]).await.unwrap(), 0);
                let head = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n";
                stream.write_all(head).await.unwrap();
                open.push(stream);
            }
        });
        origin
    }

    #[tokio::test]
    async fn a_request_is_under_way_until_its_answer_is_read_or_thrown_away() {
        let address = holding_back().await + "/file";
        let rules = Rules::new("http://127.0.0.1:9".into(), vec![], true, true);
        rules.open(&"http://127.0.0.1:9/".parse().unwrap(), &address);
        let tokens = Tokens::none(Arc::new(SystemClock::default()));
        let egress = Egress::new(client(true).unwrap(), rules, tokens, 1 << 20);
        let mut kept = Vec::new();
        for _ in 0..AT_ONCE {
            let body = Full::new(Bytes::new()).map_err(|never| match never {}).boxed_unsync();
            let request = Request::get(&address).body(body).unwrap();
            kept.push(egress.clone().send(request).await.unwrap());
        }
        assert_eq!(egress.under_way.available_permits(), 0);
        assert_eq!(egress.queue.available_permits(), QUEUED - AT_ONCE);
        kept.pop();
        assert_eq!(egress.under_way.available_permits(), 1);
        drop(kept);
        assert_eq!(egress.queue.available_permits(), QUEUED);
    }
}
