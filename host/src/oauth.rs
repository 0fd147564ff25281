//! OAuth 2.0 for connections: obtaining tokens, keeping them in memory, renewing them in time.
//!
//! The plugin supplies the parameters and reads the refusals; this module runs the protocol. A token leaves it only as
//! the value of an `authorization` header that the egress adds to a request on its way out.

use std::error::Error as _;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use http::HeaderValue;
use oauth2::basic::BasicClient;
use oauth2::{
    AsyncHttpClient, AuthType, ClientId, ClientSecret, HttpRequest, HttpResponse, RequestTokenError, Scope,
    TokenResponse, TokenUrl,
};

use crate::clock::Clock;
use crate::secrets::Secret;

/// A token is renewed this long before it ends, so that it never ends on the way.
const RENEW_BEFORE: Duration = Duration::from_secs(5 * 60);

/// The longest answer of a token endpoint that is read.
const ANSWER_AT_MOST: usize = 256 * 1024;

/// How long a token endpoint may take for its whole answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// What a token request needs, besides the secret.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The token endpoint.
    pub token_url: String,
    /// The application.
    pub client_id: String,
    /// What is asked for.
    pub scopes: Vec<String>,
}

/// Why there is no token.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TokenError {
    /// The endpoint refused (RFC 6749, section 5.2).
    #[error("the sign-in service refused: {error}")]
    Refused {
        /// HTTP status of the answer.
        status: u16,
        /// The member `error`; empty if the answer was not JSON as it should be.
        error: String,
        /// The member `error_description`.
        description: String,
    },
    /// No answer came, or none that is one.
    #[error("the sign-in service at {endpoint} can't be reached: {reason}")]
    Unreachable {
        /// Its origin.
        endpoint: String,
        /// What went wrong.
        reason: String,
    },
}

/// The tokens of one connection. Many requests at once share one renewal.
pub struct Tokens {
    plan: Plan,
    secret: Secret,
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    present: tokio::sync::Mutex<Option<Token>>,
}

struct Token {
    header: HeaderValue,
    renew_at: Duration,
}

impl Tokens {
    /// Tokens that are asked for when the first is needed.
    pub fn new(plan: Plan, secret: Secret, client: reqwest::Client, clock: Arc<dyn Clock>) -> Self {
        Tokens {
            plan,
            secret,
            client,
            clock,
            present: tokio::sync::Mutex::default(),
        }
    }

    /// The value of the `authorization` header, marked as sensitive.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub async fn bearer(&self) -> Result<HeaderValue, TokenError> {
        let mut present = self.present.lock().await;
        if let Some(token) = present.as_ref().filter(|token| self.clock.elapsed() < token.renew_at) {
            return Ok(token.header.clone());
        }
        let token = self.ask().await?;
        let header = token.header.clone();
        *present = Some(token);
        Ok(header)
    }

    /// Another token than the one that was just refused. Who comes late is given what somebody else has renewed.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub async fn instead_of(&self, refused: &HeaderValue) -> Result<HeaderValue, TokenError> {
        let mut present = self.present.lock().await;
        if present.as_ref().is_some_and(|token| token.header == refused) {
            *present = None;
        }
        drop(present);
        self.bearer().await
    }

    async fn ask(&self) -> Result<Token, TokenError> {
        let unreachable = |reason: String| TokenError::Unreachable {
            endpoint: origin(&self.plan.token_url),
            reason,
        };
        let token_url = TokenUrl::new(self.plan.token_url.clone()).map_err(|error| unreachable(error.to_string()))?;
        let client = BasicClient::new(ClientId::new(self.plan.client_id.clone()))
            .set_client_secret(ClientSecret::new(self.secret.expose().into()))
            .set_token_uri(token_url)
            .set_auth_type(AuthType::RequestBody);
        let request = client
            .exchange_client_credentials()
            .add_scopes(self.plan.scopes.iter().cloned().map(Scope::new));
        let sender = Sender::new(&self.client);
        let answered = request.request_async(&sender).await;
        let status = sender.status.load(Ordering::Relaxed);
        let token = match answered {
            Ok(token) => token,
            Err(RequestTokenError::ServerResponse(refusal)) => {
                return Err(TokenError::Refused {
                    status,
                    error: refusal.error().to_string(),
                    description: refusal.error_description().cloned().unwrap_or_default(),
                });
            }
            // The body is left out: it may be anything, a page that repeats what was sent included.
            Err(RequestTokenError::Parse(_, _)) => {
                return Err(TokenError::Refused {
                    status,
                    error: String::new(),
                    description: String::new(),
                });
            }
            Err(RequestTokenError::Request(error)) => return Err(unreachable(error.0)),
            Err(RequestTokenError::Other(reason)) => return Err(unreachable(reason)),
        };
        let mut header = HeaderValue::from_str(&format!("Bearer {}", token.access_token().secret()))
            .map_err(|_| unreachable("the token it gave has characters that no header may carry".into()))?;
        header.set_sensitive(true);
        let life = token.expires_in().unwrap_or(RENEW_BEFORE * 2);
        Ok(Token {
            header,
            renew_at: self.clock.elapsed() + life.saturating_sub(RENEW_BEFORE),
        })
    }
}

/// Sends the crate's requests, and keeps the status of the answer, which its errors do not carry.
struct Sender<'a> {
    client: &'a reqwest::Client,
    status: AtomicU16,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct SendError(String);

impl<'a> Sender<'a> {
    fn new(client: &'a reqwest::Client) -> Self {
        Sender {
            client,
            status: AtomicU16::new(0),
        }
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, SendError> {
        let fail = |error: reqwest::Error| SendError(reason(&error));
        let request = reqwest::Request::try_from(request).map_err(fail)?;
        let mut answer = self.client.execute(request).await.map_err(fail)?;
        self.status.store(answer.status().as_u16(), Ordering::Relaxed);
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(fail)? {
            if ANSWER_AT_MOST < body.len() + chunk.len() {
                return Err(SendError("its answer is too long".into()));
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = HttpResponse::new(body);
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Sender<'_> {
    type Error = SendError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, SendError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            tokio::time::timeout(ANSWER_WITHIN, self.exchange(request))
                .await
                .map_err(|_| SendError(format!("no whole answer within {} seconds", ANSWER_WITHIN.as_secs())))?
        })
    }
}

/// An error and its causes in one line, without the address that was called.
pub fn reason(error: &reqwest::Error) -> String {
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    match causes.last() {
        Some(root) => root.clone(),
        None => "the request failed".into(),
    }
}

fn origin(address: &str) -> String {
    address
        .parse()
        .ok()
        .and_then(|uri| crate::egress::rules::origin(&uri))
        .unwrap_or_else(|| "an unknown address".into())
}
