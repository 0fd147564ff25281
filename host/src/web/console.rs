//! What every page has at hand, and who asks for one.

use std::{net::IpAddr, sync::Arc};

use axum::extract::FromRequestParts;
use clientpoint_engine::secrets::Secret;
use http::request::Parts;
use maud::{Markup, html};
use tokio::{
    sync::{AcquireError, Semaphore},
    task::JoinHandle,
};

use super::{cookies, metrics_token::MetricsToken, one_upload::Uploads, place::Place, throttle};
use crate::{
    Error, Host, Result,
    service::{Session, Stop, people::From as Whence},
    store::connections::Mode,
};

/// So much that pages have begun goes on beside them at a time.
const BESIDE_AT_MOST: u32 = 64;

/// What every page has at hand.
#[derive(Clone)]
pub struct Console {
    pub(super) host: Arc<Host>,
    pub(super) place: Arc<Place>,
    pub(super) throttle: Arc<throttle::Throttle>,
    pub(super) uploads: Uploads,
    /// What pages have begun is to end, and nothing new begins.
    pub(super) stop: Stop,
    pub(super) beside: Arc<Semaphore>,
    /// What opens the numbers; without it there are none here.
    pub(super) metrics: Option<MetricsToken>,
}

impl Console {
    /// A console of this host, to be found at that place.
    pub fn new(host: Arc<Host>, place: Place) -> Self {
        let throttle = throttle::Throttle::new(host.clock.clone());
        Self {
            host,
            place: Arc::new(place),
            throttle: Arc::new(throttle),
            uploads: Uploads::default(),
            stop: Stop::default(),
            beside: Arc::new(Semaphore::new(BESIDE_AT_MOST as usize)),
            metrics: None,
        }
    }

    /// The same, with its numbers for whoever has this token.
    #[must_use]
    pub fn metrics(mut self, token: Option<MetricsToken>) -> Self {
        self.metrics = token;
        self
    }

    /// The same, which ends what its pages have begun once this asks for it.
    #[must_use]
    pub fn until(mut self, stop: Stop) -> Self {
        self.stop = stop;
        self
    }

    /// Waits until what its pages have begun has ended.
    pub async fn ended(&self) {
        // It is never closed.
        let _ = self.beside.acquire_many(BESIDE_AT_MOST).await;
    }

    /// Does something beside the request that asks for it: who closes the page does not break it off.
    pub(super) fn beside(
        &self,
        work: impl Future<Output = Result<()>> + Send + 'static,
    ) -> JoinHandle<Result<Result<()>, AcquireError>> {
        let beside = self.beside.clone();
        tokio::spawn(async move {
            let _place = beside.acquire().await?;
            let done = work.await;
            if let Err(error) = &done {
                tracing::info!("what a page has begun did not come to its end: {}", error.code());
            }
            Ok(done)
        })
    }

    /// Where a sign-in comes back to.
    pub(super) fn redirect_uri(&self) -> String {
        format!("{}/connect", self.place.origin())
    }

    /// The same as it is to be registered: the port of this machine's own address does not count.
    pub(super) fn redirect_uri_registered(&self) -> String {
        if self.place.is_secure() {
            self.redirect_uri()
        } else {
            "http://localhost/connect".into()
        }
    }
}

/// The address of the other end, as the server notes it with each request.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Who asks, before anybody knows who that is, and for what.
#[derive(Clone)]
pub(crate) struct Asker {
    pub(crate) from: Whence,
    pub(crate) cookie: Option<Secret>,
    /// What is sent by a browser that is on the way to the sign-in service and back.
    pub(crate) on_the_way: Option<Secret>,
    /// What is asked for: path and query.
    pub(crate) path: String,
    /// Whose connection the address names, if any: `through=own` or `through=company`.
    pub(crate) through: Option<Mode>,
    /// What it names in the place of one of these two.
    pub(crate) no_connection: Option<String>,
    /// Whether it only looks, and changes nothing.
    pub(crate) looks: bool,
}

impl Asker {
    /// Where to go back to after logging in. What came back from a sign-in is good for nothing then, and goes nowhere.
    pub(super) fn back(&self) -> String {
        if self.path.starts_with("/connect") {
            "/integrations".into()
        } else {
            self.path.clone()
        }
    }

    /// That the address names a connection that can't be.
    ///
    /// # Errors
    ///
    /// `Error::Settings`.
    pub(super) fn refuse_no_connection(&self) -> Result<()> {
        let Some(word) = &self.no_connection else { return Ok(()) };
        let shown: String = word.chars().take(40).collect();
        let what = format!(
            "`through` can't be `{}`: it is `own` for one's own sign-in or `company` for the company's connection, and there \
             once",
            shown.escape_debug()
        );
        Err(Error::Settings(what).at("through"))
    }

    fn through_word(&self) -> Option<&'static str> {
        Some(match self.through? {
            Mode::User => "own",
            Mode::Organization => "company",
        })
    }

    /// An address that goes on with the same connection.
    pub(super) fn with_through(&self, address: &str) -> String {
        match self.through_word() {
            Some(word) => {
                let mark = if address.contains('?') { '&' } else { '?' };
                format!("{address}{mark}through={word}")
            }
            None => address.to_owned(),
        }
    }

    /// The same in a form that only looks.
    pub(super) fn through_field(&self) -> Markup {
        html! { @if let Some(word) = self.through_word() { input type="hidden" name="through" value=(word); } }
    }

    /// Writes down that somebody has done something.
    pub(super) async fn note(&self, console: &Console, session: &Session<'_>, what: &str, about: &str) -> Result<()> {
        console.host.step(&session.user().name, what, about, &self.from).await
    }
}

/// Whose connection a query names; or what it names that is none, and what is there twice.
fn through(query: Option<&str>) -> Result<Option<Mode>, String> {
    let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let mut words = pairs.filter(|(key, _)| key == "through").map(|(_, word)| word);
    let Some(word) = words.next() else { return Ok(None) };
    match (word.as_ref(), words.next()) {
        ("own", None) => Ok(Some(Mode::User)),
        ("company", None) => Ok(Some(Mode::Organization)),
        (one, None) => Err(one.to_owned()),
        (one, Some(other)) => Err(format!("{one}, {other}")),
    }
}

impl FromRequestParts<Console> for Asker {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<Peer>();
        let agent = parts.headers.get(http::header::USER_AGENT);
        let agent = agent.and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        let through = through(parts.uri.query());
        Ok(Self {
            looks: parts.method.is_safe(),
            from: Whence {
                address: peer.map(|peer| peer.0.to_string()).unwrap_or_default(),
                agent: agent.to_owned(),
            },
            path: parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            cookie: cookies::sent(&parts.headers, &console.place),
            on_the_way: cookies::sent_on_the_way(&parts.headers, &console.place),
            no_connection: through.as_ref().err().cloned(),
            through: through.unwrap_or_default(),
        })
    }
}
