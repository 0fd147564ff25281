//! Sign-ins that were begun: who begins one need not be who ends it. A page begins it with one request and ends it with
//! another, which may come to another host of the same library; the command line listens for the browser itself.
//!
//! Each is known by a name that is made of its state, and tells nothing of it. They are kept in the database, sealed. What
//! comes back is taken once, from the same person, in time; then its end is kept for a while, for who asks how it stands.

mod carried;
mod known;
mod words;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use clientpoint_engine::{
    clock::{Clock, stamp},
    oauth::pending::{Answer, LIFE, state_of},
    secrets::{Secret, SecretKey},
    text::hex,
};
use known::MOST;
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
use words::{broken_off, foreign, stray, too_many, unknown, used};

use crate::{
    Result,
    store::{
        Store,
        sign_ins::{self, Beginning, SignIn, State},
    },
};

pub(crate) use known::{End, Stage, UnderWay};
pub(crate) use words::{given_up, late};

/// For how long the end of a sign-in is known.
const KEPT: Duration = LIFE;

/// How long whoever has the answer may be at work with it: tokens are asked for, and a plugin, and nobody is waited for. Whose
/// end has not come by then has died.
const WORK: Duration = Duration::from_secs(15 * 60);

/// A sign-in that has had its answer, in the hands of who makes something of it. Dropped before it was settled, it is
/// broken off: its answer is good for nobody any more.
pub(crate) struct Claimed {
    /// What it is made of.
    pub under_way: UnderWay,
    /// What came back; none once somebody has taken it.
    pub answer: Option<Answer>,
    id: String,
    is_settled: bool,
    sign_ins: Arc<SignIns>,
}

/// The sign-ins of one library, whichever of its programs has begun them.
pub(crate) struct SignIns {
    clock: Arc<dyn Clock>,
    store: Store,
}

/// How one stands, for who has begun it.
pub(crate) struct Standing {
    /// RFC 3339.
    pub begun_at: String,
    /// Until when its answer is waited for; RFC 3339.
    pub ends_at: String,
    pub stage: Stage,
}

impl SignIns {
    /// Those of this database.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { clock, store }
    }

    /// One more waits for its person, who has begun it. Gives its name, and until when it is waited for.
    ///
    /// # Errors
    ///
    /// `Error::SignIn` (`too-many-sign-ins`) where as many wait as may; `Error::Settings` if the key was changed meanwhile; the
    /// database's.
    pub async fn keep(&self, key: &SecretKey, by: &str, under_way: &UnderWay) -> Result<(String, DateTime<Utc>)> {
        let id = id_of(under_way.pending.state());
        let (begun, ends) = (self.clock.utc(), self.away(LIFE));
        let one = Beginning {
            id: &id,
            by,
            at: &stamp(begun),
            ends_at: &stamp(ends),
            approval: under_way.approval.as_deref(),
            made_of: &carried::text(under_way)?,
        };
        let kept = sign_ins::begin(&self.store, key, &one, MOST, &self.forgotten()).await?;
        kept.map_err(|full| match full.of_a_person {
            true => too_many("of yours", MOST.of_a_person, &full.until),
            false => too_many("of all people here", MOST.in_all, &full.until),
        })?;
        Ok((id, ends))
    }

    /// Takes the query of a redirect, once: with the state of a sign-in that is waited for, from the person who began it.
    ///
    /// # Errors
    ///
    /// `Error::SignIn`: `sign-in-unknown`, `sign-in-foreign`, `sign-in-used`, `too-late`, `stopped`; and, for an answer that
    /// is none, `sign-in-issuer` and `sign-in-empty`, after which it is waited for as before. `Error::Settings` if the key was
    /// changed meanwhile; the database's.
    pub async fn claim(self: &Arc<Self>, key: &SecretKey, query: &str, by: &str) -> Result<Claimed> {
        let id = state_of(query).map(|state| id_of(&state)).ok_or_else(unknown)?;
        let one = self.known(&id).await?;
        if one.begun_by != by {
            return Err(foreign());
        }
        let now = stamp(self.clock.utc());
        if one.state() != State::Waiting || sign_ins::over_since(&one, &now).is_some() {
            return Err(known::over(&one, &now).unwrap_or_else(used));
        }
        let under_way = carried::read(&one.open(key)?).ok_or_else(unknown)?;
        let answer = under_way.pending.accept(query).map_err(stray)?;
        if !sign_ins::take(&self.store, &id, &now, &stamp(self.away(WORK))).await? {
            // Somebody was as fast.
            let one = self.known(&id).await?;
            return Err(known::over(&one, &now).unwrap_or_else(used));
        }
        Ok(Claimed {
            under_way,
            answer: Some(answer),
            id,
            is_settled: false,
            sign_ins: self.clone(),
        })
    }

    /// As [`SignIns::claim`], for who listens for this one alone.
    ///
    /// # Errors
    ///
    /// As [`SignIns::claim`].
    pub async fn claim_one(self: &Arc<Self>, key: &SecretKey, id: &str, query: &str, by: &str) -> Result<Claimed> {
        match state_of(query) {
            Some(state) if id_of(&state) == id => self.claim(key, query, by).await,
            _ => Err(unknown()),
        }
    }

    /// Nobody waits for it any more. One that has had its answer is not given up.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn give_up(&self, id: &str, by: &str) -> Result<()> {
        let now = stamp(self.clock.utc());
        sign_ins::give_up(&self.store, (id, by), &End::GivenUp.written(), &now).await
    }

    /// As [`SignIns::give_up`], beside whatever goes on; nobody hears whether that is done.
    pub fn give_up_beside(self: &Arc<Self>, id: &str, by: &str) {
        let (this, id, by) = (self.clone(), id.to_owned(), by.to_owned());
        beside(async move { this.give_up(&id, &by).await });
    }

    /// How it stands, for who has begun it.
    ///
    /// # Errors
    ///
    /// `Error::SignIn` (`sign-in-unknown`), also for everybody else; the database's.
    pub async fn standing(&self, id: &str, by: &str) -> Result<Standing> {
        let one = self.known(id).await?;
        if one.begun_by != by {
            return Err(unknown());
        }
        Ok(Standing {
            stage: known::stage(&one, &stamp(self.clock.utc())),
            begun_at: one.begun_at,
            ends_at: one.ends_at,
        })
    }

    /// Notes that this person has begun it in the browser with that cookie.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn begun_in(&self, id: &str, by: &str, cookie: &Secret) -> Result<()> {
        sign_ins::set_browser(&self.store, (id, by), &hashed(cookie)).await
    }

    /// The name of the sign-in that such a query belongs to, if the browser with that cookie has begun it.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn of_browser(&self, cookie: &Secret, query: &str) -> Result<Option<String>> {
        let Some(state) = state_of(query) else { return Ok(None) };
        let known = self.look(&id_of(&state)).await?;
        let browser = hashed(cookie);
        Ok(known
            .filter(|one| one.browser.as_ref() == Some(&browser))
            .map(|one| one.id))
    }

    /// Lets go of what nobody asks for any more.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn tidy(&self) -> Result<()> {
        sign_ins::tidy(&self.store, &stamp(self.clock.utc()), &self.forgotten()).await
    }

    async fn known(&self, id: &str) -> Result<SignIn> {
        self.look(id).await?.ok_or_else(unknown)
    }

    /// The one of that name, unless it was over long ago.
    async fn look(&self, id: &str) -> Result<Option<SignIn>> {
        let one = sign_ins::find(&self.store, id).await?;
        let forgotten = self.forgotten();
        Ok(one.filter(|one| sign_ins::over_since(one, &forgotten).is_none_or(|at| *at > *forgotten)))
    }

    /// What was over at this moment is not known any more; RFC 3339.
    fn forgotten(&self) -> String {
        let now = self.clock.utc();
        stamp(now.checked_sub_signed(delta(KEPT)).unwrap_or(now))
    }

    fn away(&self, time: Duration) -> DateTime<Utc> {
        let now = self.clock.utc();
        now.checked_add_signed(delta(time)).unwrap_or(now)
    }
}

impl Claimed {
    /// It has come to this. Where that can't be written down, it is told as broken off later.
    pub async fn settle(mut self, end: &End) {
        let now = stamp(self.sign_ins.clock.utc());
        let settled = sign_ins::end(&self.sign_ins.store, &self.id, &end.written(), &now).await;
        self.is_settled = true;
        if let Err(error) = settled {
            tracing::warn!("how a sign-in has ended can't be written down: {}", error.code());
        }
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        if self.is_settled {
            return;
        }
        let (of, id) = (self.sign_ins.clone(), std::mem::take(&mut self.id));
        beside(async move {
            let end = End::refused(&broken_off()).written();
            sign_ins::end(&of.store, &id, &end, &stamp(of.clock.utc())).await
        });
    }
}

/// Does this where somebody can. Else the sign-in ends by its time.
fn beside(work: impl Future<Output = Result<()>> + Send + 'static) {
    let Ok(runtime) = Handle::try_current() else { return };
    runtime.spawn(async move {
        if let Err(error) = work.await {
            tracing::debug!("that a sign-in is over can't be written down: {}", error.code());
        }
    });
}

/// What a sign-in is known by wherever its state may not stand.
fn id_of(state: &Secret) -> String {
    let mut id = hashed(state);
    id.truncate(32);
    id
}

fn hashed(secret: &Secret) -> String {
    hex(&Sha256::digest(secret.expose().as_bytes()))
}

fn delta(time: Duration) -> TimeDelta {
    TimeDelta::from_std(time).unwrap_or_default()
}

#[cfg(test)]
mod tests;
