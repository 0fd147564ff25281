//! Asking the token endpoint.

use std::{
    error::Error as _,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU16, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use oauth2::{
    AsyncHttpClient, AuthType, AuthorizationCode, Client, ClientId, ClientSecret, ExtraTokenFields, HttpRequest,
    HttpResponse, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardRevocableToken,
    StandardTokenResponse, TokenResponse, TokenUrl,
    basic::{
        BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
        BasicTokenType,
    },
};
use serde::{Deserialize, Serialize};

use crate::{
    clock::Clock,
    oauth::{
        assertion, life,
        plan::{Credential, Plan},
        refusal::TokenError,
        told::{Told, word},
    },
    origin::origin_for_people,
    secrets::Secret,
};

/// The longest answer of a token endpoint that is read.
const ANSWER_AT_MOST: usize = 256 * 1024;

/// How long a token endpoint may take for its whole answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// The longest description of a refusal that is kept, in characters.
const DESCRIPTION_AT_MOST: usize = 4_000;

/// What counts as the life of a token where the endpoint does not tell.
const USUAL_LIFE: Duration = Duration::from_secs(10 * 60);

/// A difference between two clocks that is worth correcting, in seconds.
const SKEW: i64 = 30;

/// A token endpoint, and the application that asks it.
pub struct Endpoint {
    plan: Plan,
    credential: Credential,
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    /// By how much the endpoint's clock is ahead of ours, in seconds, as far as that mattered.
    ahead: AtomicI64,
}

/// What is asked with.
pub enum Asking<'a> {
    /// The application's own credential (RFC 6749, section 4.4).
    Itself,
    /// A code that a sign-in has brought (section 4.1).
    Code {
        /// It is good once.
        code: &'a Secret,
        /// What the challenge in the address was made of (RFC 7636).
        verifier: &'a Secret,
        /// The one that was in the address.
        redirect_uri: &'a str,
    },
    /// A refresh token (section 6).
    Refresh(&'a Secret),
}

/// What was given.
#[derive(Debug)]
pub struct Granted {
    /// For the `authorization` header.
    pub access: Secret,
    /// For how long it is good.
    pub life: Duration,
    /// For more.
    pub refresh: Option<Secret>,
    /// Who has signed in.
    pub id_token: Option<Secret>,
}

/// What OpenID Connect adds to an answer.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct WithIdToken {
    id_token: Option<String>,
}

impl ExtraTokenFields for WithIdToken {}

type Answer = StandardTokenResponse<WithIdToken, BasicTokenType>;
type Failure = RequestTokenError<SendError, BasicErrorResponse>;
type OauthClient = Client<
    BasicErrorResponse,
    Answer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
>;

impl Endpoint {
    /// An endpoint that is asked when somebody asks.
    pub fn new(plan: Plan, credential: Credential, client: reqwest::Client, clock: Arc<dyn Clock>) -> Self {
        Self {
            plan,
            credential,
            client,
            clock,
            ahead: AtomicI64::new(0),
        }
    }

    /// Asks for tokens.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub async fn ask(&self, asking: &Asking<'_>) -> Result<Granted, TokenError> {
        let proof = self.proof()?;
        let sender = Sender::new(&self.client, self.clock.utc());
        let answered = self.send(asking, proof.as_ref(), &sender).await;
        let Some(ahead) = self.other_time(&sender).filter(|_| is_invalid_client(&answered)) else {
            return self.read(asking, proof.as_ref(), answered, &sender);
        };
        // The assertion may have been refused because of our clock alone.
        let before = self.ahead.swap(ahead, Ordering::Relaxed);
        let again = Sender::new(&self.client, self.clock.utc());
        let newer = self.proof()?;
        let second = self.send(asking, newer.as_ref(), &again).await;
        if is_invalid_client(&second) {
            self.ahead.store(before, Ordering::Relaxed);
            return self.read(asking, proof.as_ref(), answered, &sender);
        }
        self.read(asking, newer.as_ref(), second, &again)
    }

    /// An assertion, where the application proves itself by one.
    fn proof(&self) -> Result<Option<Secret>, TokenError> {
        let Credential::Certificate(certificate) = &self.credential else {
            return Ok(None);
        };
        let signed = certificate.assertion(&self.plan.client_id, &self.plan.token_url, self.now());
        signed.map(Some).map_err(|reason| self.unreachable(reason))
    }

    async fn send(&self, asking: &Asking<'_>, signed: Option<&Secret>, sender: &Sender<'_>) -> Result<Answer, Failure> {
        let other = |what: String| RequestTokenError::Other(what);
        let token_url = TokenUrl::new(self.plan.token_url.clone()).map_err(|error| other(error.to_string()))?;
        let mut client =
            OauthClient::new(ClientId::new(self.plan.client_id.clone())).set_auth_type(AuthType::RequestBody);
        let mut proof = Vec::new();
        if let Credential::Secret(secret) = &self.credential {
            client = client.set_client_secret(ClientSecret::new(secret.expose().into()));
        }
        if let Some(signed) = signed {
            proof.push(("client_assertion_type", assertion::TYPE.to_string()));
            proof.push(("client_assertion", signed.expose().to_string()));
        }
        let client = client.set_token_uri(token_url);
        let scopes = self.plan.scopes.iter().cloned().map(Scope::new);
        match asking {
            Asking::Itself => {
                let request = client.exchange_client_credentials().add_scopes(scopes);
                let request = proof
                    .into_iter()
                    .fold(request, |request, (k, v)| request.add_extra_param(k, v));
                request.request_async(sender).await
            }
            Asking::Code {
                code,
                verifier,
                redirect_uri,
            } => {
                let redirect =
                    RedirectUrl::new((*redirect_uri).to_string()).map_err(|error| other(error.to_string()))?;
                let request = client
                    .exchange_code(AuthorizationCode::new(code.expose().into()))
                    .set_redirect_uri(std::borrow::Cow::Owned(redirect))
                    .set_pkce_verifier(PkceCodeVerifier::new(verifier.expose().into()));
                let request = proof
                    .into_iter()
                    .fold(request, |request, (k, v)| request.add_extra_param(k, v));
                request.request_async(sender).await
            }
            Asking::Refresh(token) => {
                let token = RefreshToken::new(token.expose().into());
                let request = client.exchange_refresh_token(&token).add_scopes(scopes);
                let request = proof
                    .into_iter()
                    .fold(request, |request, (k, v)| request.add_extra_param(k, v));
                request.request_async(sender).await
            }
        }
    }

    fn read(
        &self,
        asking: &Asking<'_>,
        signed: Option<&Secret>,
        answered: Result<Answer, Failure>,
        sender: &Sender<'_>,
    ) -> Result<Granted, TokenError> {
        let answer = match answered {
            Ok(answer) => answer,
            Err(RequestTokenError::ServerResponse(refusal)) => {
                let said = refusal.error_description().map_or("", String::as_str);
                return Err(self.refused(
                    sender,
                    word(refusal.error().as_ref()),
                    self.without_secrets(asking, signed, said),
                ));
            }
            // The body is left out: it may be anything, a page that repeats what was sent included.
            Err(RequestTokenError::Parse(_, _)) => return Err(self.refused(sender, String::new(), String::new())),
            Err(RequestTokenError::Request(error)) => return Err(self.unreachable(error.0)),
            Err(RequestTokenError::Other(reason)) => return Err(self.unreachable(reason)),
        };
        if *answer.token_type() != BasicTokenType::Bearer {
            return Err(self.unreachable("the token it gave is of a kind that is not known here".into()));
        }
        Ok(Granted {
            access: Secret::new(answer.access_token().secret().clone()),
            life: answer.expires_in().unwrap_or(USUAL_LIFE).min(life::AT_MOST),
            refresh: answer.refresh_token().map(|token| Secret::new(token.secret().clone())),
            id_token: answer.extra_fields().id_token.clone().map(Secret::new),
        })
    }

    /// What a refusal says, without anything that was sent to get it: who reads it may be a plugin.
    fn without_secrets(&self, asking: &Asking<'_>, signed: Option<&Secret>, text: &str) -> String {
        let mut text = text.to_owned();
        let mut blot = |secret: &Secret| {
            if !secret.expose().is_empty() {
                text = text.replace(secret.expose(), "***");
            }
        };
        if let Credential::Secret(secret) = &self.credential {
            blot(secret);
        }
        if let Some(signed) = signed {
            blot(signed);
        }
        match asking {
            Asking::Itself => {}
            Asking::Code { code, verifier, .. } => {
                blot(code);
                blot(verifier);
            }
            Asking::Refresh(token) => blot(token),
        }
        // Cut at the very end: of a secret that is cut in two, nobody would know the beginning.
        text.chars().take(DESCRIPTION_AT_MOST).collect()
    }

    /// By how much the clock of an answer is ahead of ours, if that is news, and matters: only assertions carry a time.
    fn other_time(&self, sender: &Sender<'_>) -> Option<i64> {
        let Credential::Certificate(_) = &self.credential else {
            return None;
        };
        let theirs = (*sender.date.lock().unwrap_or_else(PoisonError::into_inner))?;
        let ahead = (theirs - self.clock.utc()).num_seconds();
        let known = self.ahead.load(Ordering::Relaxed);
        (SKEW < (ahead - known).abs()).then_some(ahead)
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.utc() + chrono::TimeDelta::seconds(self.ahead.load(Ordering::Relaxed))
    }

    /// A refusal, which leaves its numbers and ids in the log.
    fn refused(&self, sender: &Sender<'_>, error: String, description: String) -> TokenError {
        let status = sender.status.load(Ordering::Relaxed);
        let told = sender.told.lock().unwrap_or_else(PoisonError::into_inner).clone();
        told.log(&origin_for_people(&self.plan.token_url), status, &error);
        TokenError::Refused {
            status,
            error,
            description,
            told: Box::new(told),
            passes: None,
        }
    }

    fn unreachable(&self, reason: String) -> TokenError {
        TokenError::Unreachable {
            endpoint: origin_for_people(&self.plan.token_url),
            reason,
        }
    }
}

/// Whether the application was not believed to be itself.
fn is_invalid_client(answered: &Result<Answer, Failure>) -> bool {
    matches!(answered, Err(RequestTokenError::ServerResponse(refusal)) if *refusal.error() == BasicErrorResponseType::InvalidClient)
}

/// Sends the crate's requests, and keeps of the answer what its errors do not carry.
struct Sender<'a> {
    client: &'a reqwest::Client,
    status: AtomicU16,
    date: Mutex<Option<DateTime<Utc>>>,
    told: Mutex<Told>,
    /// Our time, when it was asked.
    now: DateTime<Utc>,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct SendError(String);

impl<'a> Sender<'a> {
    fn new(client: &'a reqwest::Client, now: DateTime<Utc>) -> Self {
        Sender {
            client,
            status: AtomicU16::new(0),
            date: Mutex::default(),
            told: Mutex::default(),
            now,
        }
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, SendError> {
        let fail = |error: reqwest::Error| SendError(reason(&error));
        let request = reqwest::Request::try_from(request).map_err(fail)?;
        let mut answer = self.client.execute(request).await.map_err(fail)?;
        self.status.store(answer.status().as_u16(), Ordering::Relaxed);
        let date = answer
            .headers()
            .get(http::header::DATE)
            .and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
        *self.date.lock().unwrap_or_else(PoisonError::into_inner) = date.map(|date| date.to_utc());
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(fail)? {
            if ANSWER_AT_MOST < body.len() + chunk.len() {
                return Err(SendError("its answer is too long".into()));
            }
            body.extend_from_slice(&chunk);
        }
        if answer.status().is_success() {
            body = life::in_whole_seconds(body);
        } else {
            let told = Told::read(answer.headers(), &body, self.now);
            *self.told.lock().unwrap_or_else(PoisonError::into_inner) = told;
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

#[cfg(test)]
mod tests {
    use crate::{clock::SystemClock, oauth::token_endpoint::*};

    #[test]
    fn a_refusal_that_repeats_what_was_sent_is_blotted_out() {
        let endpoint = Endpoint::new(
            Plan::default(),
            Credential::Secret(Secret::new("hush~1".into())),
            crate::egress::client(true).unwrap(),
            Arc::new(SystemClock::default()),
        );
        let token = Secret::new("r3fresh".into());
        let signed = Secret::new("head.body.signature".into());
        let said = |text: &str| endpoint.without_secrets(&Asking::Refresh(&token), Some(&signed), text);
        assert_eq!(
            said("AADSTS1: hush~1, head.body.signature and r3fresh are bad"),
            "AADSTS1: ***, *** and *** are bad"
        );
        let before = "x".repeat(DESCRIPTION_AT_MOST - 3);
        assert_eq!(
            said(&format!("{before}r3fresh")),
            format!("{before}***"),
            "where it is cut"
        );
    }

    #[test]
    fn an_error_word_is_a_word() {
        assert_eq!(word("invalid_grant"), "invalid_grant");
        for text in ["", "Invalid Grant", "<script>", &"x".repeat(65)] {
            assert_eq!(word(text), "");
        }
    }
}
