//! The tokens of one connection: kept, renewed in time, and renewed once for all who need them.
//!
//! A person's are kept, encrypted, by a [`Keeper`], because every renewal brings another refresh token: it is stored before
//! anything it came with is used, and only one process renews at a time. The company's can be asked for again at any time:
//! they live in memory, and a [`Cache`] may spare requests to whoever works with the same ones.
//!
//! A refusal is remembered: all who waited for that renewal are told the same, and so is whoever comes within the next
//! minute, or for as long as the sign-in service wants to be left alone.

mod company;
mod want;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use http::HeaderValue;
use tokio::sync::Mutex;
use tracing::Instrument;
use zeroize::Zeroizing;

use super::{
    Asking, Endpoint, Granted, TokenError,
    grant::{Grant, early},
    keeper::{Cache, Judge, Keeper},
    remembered::Remembered,
    tokens::want::Want,
};
use crate::{clock::Clock, secrets::Secret};

/// The tokens of one connection. Clones share them.
#[derive(Clone)]
pub struct Tokens(Arc<Shared>);

struct Shared {
    source: Source,
    clock: Arc<dyn Clock>,
    judge: Option<Arc<dyn Judge>>,
    present: Mutex<Option<Token>>,
    /// How many have asked so far.
    asked: AtomicU64,
    /// Why nobody need ask at the moment.
    remembered: Remembered,
    /// The last refusal, until somebody asks for it.
    refusal: std::sync::Mutex<Option<TokenError>>,
}

enum Source {
    /// The application's own credential, and who keeps what it brings for other processes.
    Application(Endpoint, Option<Arc<dyn Cache>>),
    /// A person's grant.
    Person(Endpoint, Arc<dyn Keeper>),
    /// A sign-in that nobody has decided about yet: one token, and no more after it.
    Fresh(HeaderValue),
    /// Nothing.
    Nobody,
}

#[derive(Clone)]
struct Token {
    header: HeaderValue,
    renew_at: Duration,
    /// What it is good for, as the endpoint said.
    scope: Option<Arc<str>>,
}

impl Tokens {
    /// Tokens of the application itself, asked for when the first is needed.
    pub fn of_application(endpoint: Endpoint, clock: Arc<dyn Clock>) -> Self {
        Self::new(Source::Application(endpoint, None), clock)
    }

    /// The same, asked for once for all processes that have this cache.
    pub fn of_company(endpoint: Endpoint, cache: Arc<dyn Cache>, clock: Arc<dyn Clock>) -> Self {
        Self::new(Source::Application(endpoint, Some(cache)), clock)
    }

    /// Tokens of a person who has signed in.
    pub fn of_person(endpoint: Endpoint, keeper: Arc<dyn Keeper>, clock: Arc<dyn Clock>) -> Self {
        Self::new(Source::Person(endpoint, keeper), clock)
    }

    /// The token that a sign-in has just brought, for the check whether the sign-in is good for anything.
    ///
    /// # Errors
    ///
    /// `TokenError::Unreachable` for a token that no header can carry.
    pub fn fresh(granted: &Granted, clock: Arc<dyn Clock>) -> Result<Self, TokenError> {
        Ok(Self::new(Source::Fresh(header(&granted.access)?), clock))
    }

    /// No tokens at all.
    pub fn none(clock: Arc<dyn Clock>) -> Self {
        Self::new(Source::Nobody, clock)
    }

    fn new(source: Source, clock: Arc<dyn Clock>) -> Self {
        Self::judged(source, clock, None)
    }

    fn judged(source: Source, clock: Arc<dyn Clock>, judge: Option<Arc<dyn Judge>>) -> Self {
        Self(Arc::new(Shared {
            source,
            clock,
            judge,
            present: Mutex::default(),
            asked: AtomicU64::new(0),
            remembered: Remembered::default(),
            refusal: std::sync::Mutex::default(),
        }))
    }

    /// The same tokens, whose refusals are judged by somebody who knows the service's numbers. For tokens that nobody
    /// else has yet.
    #[must_use]
    pub fn judged_by(self, judge: Arc<dyn Judge>) -> Self {
        match Arc::try_unwrap(self.0) {
            Ok(shared) => Self::judged(shared.source, shared.clock, Some(judge)),
            Err(shared) => Self(shared),
        }
    }

    /// The value of the `authorization` header, marked as sensitive.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub async fn bearer(&self) -> Result<HeaderValue, TokenError> {
        self.usable(Want::Good).await
    }

    /// Another token than the one that was just refused. Who comes late is given what somebody else has renewed.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub async fn instead_of(&self, refused: &HeaderValue) -> Result<HeaderValue, TokenError> {
        self.usable(Want::Another(refused.clone())).await
    }

    /// A token that the sign-in service has given just now, for who wants to know what it says of the application today: one
    /// from before has the rights that there were then. It is for everybody from then on; where it is refused, the one from
    /// before stays. A person's are renewed in their time alone.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub async fn anew(&self) -> Result<HeaderValue, TokenError> {
        self.usable(match &self.0.source {
            Source::Application(..) => Want::New,
            _ => Want::Good,
        })
        .await
    }

    /// What the present token is good for, as the sign-in service said when it gave it (RFC 6749, section 5.1). None where
    /// it said nothing, or there is no token.
    pub async fn granted(&self) -> Option<String> {
        let kept = match &self.0.source {
            Source::Person(_, keeper) => return keeper.read().await.ok()??.scope,
            _ => self.0.present.lock().await,
        };
        kept.as_ref()?.scope.as_deref().map(str::to_owned)
    }

    /// The refusal of the sign-in service since somebody last asked, if there was one.
    pub fn take_refusal(&self) -> Option<TokenError> {
        self.refusal().take()
    }

    /// In a task of its own: who asks may go away in the middle, and what a renewal has brought must be stored all the
    /// same.
    async fn usable(&self, want: Want) -> Result<HeaderValue, TokenError> {
        let tokens = self.clone();
        let asked = async move { tokens.ask(&want).await };
        // What it logs belongs to the work of whoever asks.
        let asked = tokio::spawn(asked.in_current_span());
        match asked.await {
            Ok(answer) => answer,
            Err(_) => Err(TokenError::Storage("the renewal was broken off".into())),
        }
    }

    async fn ask(&self, want: &Want) -> Result<HeaderValue, TokenError> {
        let shared = &*self.0;
        let place = shared.asked.fetch_add(1, Ordering::Relaxed) + 1;
        let mut present = shared.present.lock().await;
        if let Some(token) = present.as_ref().filter(|token| shared.is_good(token, want)) {
            return Ok(token.header.clone());
        }
        if !matches!(want, Want::New) {
            *present = None;
        }
        if let Some(error) = shared.remembered.refusal(place, shared.clock.elapsed()) {
            let Some(token) = shared.found(want, &error).await else {
                return Err(self.noted(want, error));
            };
            *present = Some(token.clone());
            return Ok(token.header);
        }
        match shared.renewed(want).await {
            Ok(token) => {
                *present = Some(token.clone());
                *self.refusal() = None;
                Ok(token.header)
            }
            Err(error) => {
                let error = shared.close(error).await;
                Err(self.noted(want, error))
            }
        }
    }

    /// Keeps a refusal for who asks for it later. Who only wants to know is told, and nobody else's work has ended.
    fn noted(&self, want: &Want, error: TokenError) -> TokenError {
        if error.is_final() && !matches!(want, Want::New) {
            *self.refusal() = Some(error.clone());
        }
        error
    }

    fn refusal(&self) -> std::sync::MutexGuard<'_, Option<TokenError>> {
        self.0.refusal.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Shared {
    /// A token that another process was given, while this one is to leave the service alone.
    async fn found(&self, want: &Want, why: &TokenError) -> Option<Token> {
        match &self.source {
            Source::Person(_, keeper) if !why.is_final() => self.kept(keeper.as_ref(), want).await.ok()?.1,
            Source::Application(_, Some(cache)) if !why.is_final() => self.cached(cache.as_ref(), want).await,
            _ => None,
        }
    }

    /// Judges a refusal, and remembers it.
    async fn close(&self, mut error: TokenError) -> TokenError {
        if let Some(judge) = &self.judge
            && matches!(error, TokenError::Refused { .. })
        {
            let judged = judge.passes(&error).await;
            if let TokenError::Refused { passes, .. } = &mut error {
                *passes = judged;
            }
        }
        let asked = self.asked.load(Ordering::Relaxed);
        self.remembered.note(error, asked, self.clock.elapsed())
    }

    fn is_good(&self, token: &Token, want: &Want) -> bool {
        want.takes(&token.header) && self.clock.elapsed() < token.renew_at
    }

    async fn renewed(&self, want: &Want) -> Result<Token, TokenError> {
        match &self.source {
            Source::Application(endpoint, None) => self.token(&endpoint.ask(&Asking::Itself).await?),
            Source::Application(endpoint, Some(cache)) => self.of_all(endpoint, cache.as_ref(), want).await,
            Source::Person(endpoint, keeper) => self.renewed_for(endpoint, keeper.as_ref(), want).await,
            Source::Fresh(header) if matches!(want, Want::Good) => Ok(Token {
                header: header.clone(),
                renew_at: Duration::MAX,
                scope: None,
            }),
            Source::Fresh(_) | Source::Nobody => Err(over()),
        }
    }

    async fn renewed_for(&self, endpoint: &Endpoint, keeper: &dyn Keeper, want: &Want) -> Result<Token, TokenError> {
        // Most of the time somebody has stored one that is good, and nobody has to wait.
        if let Some(token) = self.kept(keeper, want).await?.1 {
            return Ok(token);
        }
        let _alone = keeper.alone().await.map_err(TokenError::Storage)?;
        let (kept, token) = self.kept(keeper, want).await?;
        if let Some(token) = token {
            return Ok(token);
        }
        let granted = endpoint.ask(&Asking::Refresh(&kept.refresh)).await?;
        let token = self.token(&granted)?;
        let next = Grant::new(granted, Some(kept.refresh), self.clock.utc()).ok_or_else(over)?;
        keeper.write(&next).await.map_err(TokenError::Storage)?;
        Ok(token)
    }

    /// What is kept, and the access token in it if that is good.
    async fn kept(&self, keeper: &dyn Keeper, want: &Want) -> Result<(Grant, Option<Token>), TokenError> {
        let kept = keeper.read().await.map_err(TokenError::Storage)?.ok_or_else(over)?;
        let left = kept.renew_at.signed_duration_since(self.clock.utc()).to_std();
        let token = Token {
            header: header(&kept.access)?,
            renew_at: self.clock.elapsed() + left.unwrap_or_default(),
            scope: kept.scope.as_deref().map(Arc::from),
        };
        let good = self.is_good(&token, want);
        Ok((kept, good.then_some(token)))
    }

    fn token(&self, granted: &Granted) -> Result<Token, TokenError> {
        Ok(Token {
            header: header(&granted.access)?,
            renew_at: self.clock.elapsed() + early(granted.life),
            scope: granted.scope.as_deref().map(Arc::from),
        })
    }
}

/// What is said where there is nothing to renew with: the same as if the sign-in service had said it.
fn over() -> TokenError {
    TokenError::Refused {
        status: 400,
        error: "invalid_grant".into(),
        description: String::new(),
        told: Box::default(),
        passes: Some(false),
    }
}

fn header(access: &Secret) -> Result<HeaderValue, TokenError> {
    let text = Zeroizing::new(format!("Bearer {}", access.expose()));
    let mut header = HeaderValue::from_str(&text).map_err(|_| TokenError::Unreachable {
        endpoint: "its token endpoint".into(),
        reason: "the token it gave has characters that no header may carry".into(),
    })?;
    header.set_sensitive(true);
    Ok(header)
}
