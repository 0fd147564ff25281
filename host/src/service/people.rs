//! How the host's own people come in through the console: by a password or an account of a sign-in service, and before they
//! have one by a link that works once. The command line trusts whoever may run it; a page trusts nobody.

pub mod accounts;
mod changing;
mod known;
mod leaving;
mod listing;
mod logged_in;
mod password;
pub mod whence;

use chrono::{DateTime, TimeDelta, Utc};
use clientpoint_engine::{clock::stamp, oauth::unguessable, secrets::Secret};

use self::known::{LOGIN_FOR, hashed, idle_since};
use super::{Session, api};
use crate::{
    Error, Result,
    host::Host,
    store::{
        invitations::{self, Standing},
        logins::{self, Login},
        passwords, trail, users,
    },
};

pub use password::unfit;
pub use whence::From;

/// How long a link works.
const LINK_FOR: TimeDelta = TimeDelta::minutes(30);

/// How exactly it is noted when something was asked for: a page must not cost a write each time.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);

/// The longest name of a browser that is kept, in characters.
const AGENT_AT_MOST: usize = 200;

/// Somebody has come in.
#[derive(Debug)]
pub struct LoggedIn {
    /// Who.
    pub user: api::User,
    /// What the browser is to send from now on.
    pub cookie: Secret,
}

/// Why somebody may not come in.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The name or the password is wrong; which of them, nobody is told.
    #[error("that name and password do not belong together")]
    WrongPassword,
    /// The link has done its work.
    #[error("this link was used already; each works once")]
    LinkUsed,
    /// The link was not used in time.
    #[error("this link has ended: it works for 30 minutes")]
    LinkOver,
    /// Nobody has made such a link.
    #[error("this is no link of this host")]
    LinkUnknown,
    /// The password can't be one.
    #[error("{0}")]
    UnfitPassword(&'static str),
    /// There is no password that could be changed.
    #[error("you come in without a password, so there is none to change")]
    NoPassword,
    /// The present password was not given.
    #[error("that is not your present password")]
    NotThePresentOne,
    /// No sign-in service is set.
    #[error("nobody signs in by an account here: no sign-in service is set")]
    NoService,
    /// The sign-in service does not answer, or not as it should. The log has the reason.
    #[error(
        "the sign-in service can't be reached just now, or does not take what this host asks; whoever runs this host finds the \
         reason in its log"
    )]
    ServiceAway,
    /// Nobody has set out in this browser who could come back with that.
    #[error(
        "it was begun in another browser or has taken longer than ten minutes, or it was used before; nobody was let in: begin \
         again"
    )]
    Stray,
    /// The sign-in service has not let them in, in this word of the standard.
    #[error("the sign-in service did not let you in: either you have not agreed, or this host is not for you there")]
    Declined(String),
    /// What the sign-in service has said is not to be believed.
    #[error("{0}; nobody was let in: begin again")]
    Unbelievable(String),
    /// The account is nobody's here.
    #[error("this account is nobody's here yet")]
    UnknownAccount,
    /// The account is another person's here.
    #[error(
        "this account belongs to somebody else here, so it was not tied to you: sign in by your own; the link is still good"
    )]
    AccountOfAnother,
    /// Something else went wrong.
    #[error(transparent)]
    Other(#[from] Error),
}

impl Refused {
    /// The stable word for it.
    pub fn code(&self) -> &str {
        match self {
            Self::WrongPassword => "wrong-password",
            Self::LinkUsed => "link-used",
            Self::LinkOver => "link-over",
            Self::LinkUnknown => "link-unknown",
            Self::UnfitPassword(_) => "unfit-password",
            Self::NoPassword => "no-password",
            Self::NotThePresentOne => "not-the-present-password",
            Self::NoService => "no-sign-in-service",
            Self::ServiceAway => "sign-in-service-away",
            Self::Stray => "stray-sign-in",
            Self::Declined(_) => "sign-in-declined",
            Self::Unbelievable(_) => "sign-in-unbelievable",
            Self::UnknownAccount => "unknown-account",
            Self::AccountOfAnother => "account-of-another",
            Self::Other(error) => error.code(),
        }
    }
}

impl Host {
    /// Makes a link for a person who has no password yet, or has lost it: what is to stand in it. It works once, for 30
    /// minutes, and nobody can read it off the database.
    ///
    /// # Errors
    ///
    /// `Error::NotFound` for a name that nobody has; the database's.
    pub async fn invite(&self, user: &str) -> Result<Secret> {
        let user = users::get(&self.store, user).await?;
        let token = unguessable::<32>().map_err(Error::Storage)?;
        let now = self.clock.utc();
        invitations::put(
            &self.store,
            &hashed(&token),
            &user.name,
            &stamp(now),
            &stamp(now + LINK_FOR),
        )
        .await?;
        Ok(token)
    }

    /// A link for the first Administrator, as long as none of them can come in, by a password or by an account of the
    /// sign-in service that is set; none after that.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn first_invitation(&self) -> Result<Option<Secret>> {
        let issuer = self.arrivals.service().map(|service| service.issuer.address());
        if passwords::has_administrator(&self.store, issuer).await? {
            return Ok(None);
        }
        match users::first_administrator(&self.store).await? {
            Some(user) => Ok(Some(self.invite(&user).await?)),
            None => Ok(None),
        }
    }

    /// Whose link that is, if it is good.
    ///
    /// # Errors
    ///
    /// [`Refused`].
    pub async fn invited(&self, token: &Secret) -> Result<String, Refused> {
        let now = stamp(self.clock.utc());
        match invitations::standing(&self.store, &hashed(token), &now).await? {
            Standing::Good(user) => Ok(user),
            Standing::Used => Err(Refused::LinkUsed),
            Standing::Over => Err(Refused::LinkOver),
            Standing::Unknown => Err(Refused::LinkUnknown),
        }
    }

    /// Gives the person of a link this password, ends all of their logins, and lets them in.
    ///
    /// # Errors
    ///
    /// [`Refused`]; the link is as good as before then.
    pub async fn claim(&self, token: &Secret, password: Secret, from: &From) -> Result<LoggedIn, Refused> {
        let user = self.invited(token).await?;
        if let Some(why) = unfit(&password) {
            return Err(Refused::UnfitPassword(why));
        }
        let hash = password::hash(password).await?;
        let now = stamp(self.clock.utc());
        if !invitations::redeem(&self.store, &hashed(token), &user, &hash, &now).await? {
            return Err(Refused::LinkUsed);
        }
        self.step(&user, "password-set", "", from).await?;
        self.let_in(&user, from).await
    }

    /// Lets a person in by their password.
    ///
    /// # Errors
    ///
    /// [`Refused`], in the same words and after the same work whether the name is known or not.
    pub async fn log_in(&self, name: &str, password: Secret, from: &From) -> Result<LoggedIn, Refused> {
        let known = passwords::get(&self.store, name).await?;
        if !password::fits(known, password).await? {
            self.step(name, "login-refused", "", from).await?;
            return Err(Refused::WrongPassword);
        }
        self.let_in(name, from).await
    }

    async fn let_in(&self, user: &str, from: &From) -> Result<LoggedIn, Refused> {
        let user = users::get(&self.store, user).await?;
        let cookie = unguessable::<32>().map_err(Error::Storage)?;
        let now = self.clock.utc();
        let login = Login {
            hash: hashed(&cookie),
            user: user.name.clone(),
            made_at: stamp(now),
            seen_at: stamp(now),
            ends_at: stamp(now + LOGIN_FOR),
            address: from.address.clone(),
            agent: from.agent.chars().take(AGENT_AT_MOST).collect(),
        };
        logins::begin(&self.store, &login).await?;
        self.step(&user.name, "logged-in", "", from).await?;
        Ok(LoggedIn {
            user: user.into(),
            cookie,
        })
    }

    /// The session of whoever sends this cookie; none if it opens nothing (any more).
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn resumed(&self, cookie: &Secret) -> Result<Option<Session<'_>>> {
        let now = self.clock.utc();
        let hash = hashed(cookie);
        let Some(login) = logins::get(&self.store, &hash, &stamp(now), &idle_since(now)).await? else {
            return Ok(None);
        };
        let seen = login.seen_at.parse::<DateTime<Utc>>().ok();
        if seen.is_none_or(|seen| seen + SEEN_EVERY <= now) {
            logins::seen(&self.store, &login, &stamp(now)).await?;
        }
        // Whoever was removed meanwhile has no session.
        match self.session(&login.user).await {
            Ok(session) => Ok(Some(session)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Ends the login of that cookie.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn log_out(&self, cookie: &Secret, from: &From) -> Result<()> {
        let now = self.clock.utc();
        let hash = hashed(cookie);
        if let Some(login) = logins::get(&self.store, &hash, &stamp(now), "").await? {
            self.step(&login.user, "logged-out", "", from).await?;
        }
        logins::end(&self.store, &hash, &stamp(now)).await
    }

    /// Writes down who did what.
    pub(crate) async fn step(&self, user: &str, what: &str, about: &str, from: &From) -> Result<()> {
        let user: String = user.chars().take(64).collect();
        trail::add(&self.store, &stamp(self.clock.utc()), &user, what, about, &from.address).await
    }
}

impl Session<'_> {
    /// Makes a link for somebody, as [`Host::invite`] does.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, and those of [`Host::invite`].
    pub async fn invite(&self, user: &str) -> Result<Secret> {
        self.user.require_administrator("make links for users")?;
        let token = self.host.invite(user).await?;
        self.note("link-made", user).await?;
        Ok(token)
    }
}
