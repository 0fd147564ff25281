//! Coming in by an account of the sign-in service that is set: a person goes there, and comes back with who they are. An
//! account is tied to a person here by a link, and by nothing else: neither a name nor an address that the service tells says
//! who somebody is.

use clientpoint_engine::{
    clock::stamp,
    oauth::{Unknown, pending::Answer, unguessable},
    secrets::Secret,
};

use super::{From, LoggedIn, Refused, known::hashed};
use crate::{
    Error,
    host::{Aim, Host},
    store::{
        identities::{self, Identity},
        invitations::{self, Redeemed},
        users,
    },
};

/// Somebody sets out to the sign-in service.
#[derive(Debug)]
pub struct SetOut {
    /// Where: an address of the service, for this browser alone.
    pub address: String,
    /// What the browser is to send when it comes back.
    pub cookie: Secret,
}

/// Somebody has come back, and in.
#[derive(Debug)]
pub struct Arrived {
    /// As by a password.
    pub logged_in: LoggedIn,
    /// The page that they wanted to go on to.
    pub back: String,
}

impl Host {
    /// Begins a sign-in of somebody whose account is known here; they go on to the page `back` then. The browser comes back
    /// to `redirect_uri`.
    ///
    /// # Errors
    ///
    /// [`Refused`].
    pub async fn set_out(&self, back: &str, redirect_uri: &str, from: &From) -> Result<SetOut, Refused> {
        self.on_the_way(Aim::ComeIn(back.to_owned()), redirect_uri, from).await
    }

    /// The same for whoever has a link: the account that they come back with is tied to its person.
    ///
    /// # Errors
    ///
    /// [`Refused`]; also for a link that is not good.
    pub async fn set_out_with_link(&self, token: &Secret, redirect_uri: &str, from: &From) -> Result<SetOut, Refused> {
        self.invited(token).await?;
        self.on_the_way(Aim::UseLink(token.clone()), redirect_uri, from).await
    }

    async fn on_the_way(&self, aim: Aim, redirect_uri: &str, from: &From) -> Result<SetOut, Refused> {
        let service = self.arrivals.service().ok_or(Refused::NoService)?;
        // Before anybody is sent away who could not come in afterwards.
        service.credential().map_err(|error| not_set_right(&error))?;
        let pending = service
            .issuer
            .begin(&service.client_id, redirect_uri)
            .await
            .map_err(told)?;
        let cookie = unguessable::<32>().map_err(Error::Storage)?;
        let address = pending.url.clone();
        self.arrivals.put(hashed(&cookie), &from.address, aim, pending);
        Ok(SetOut { address, cookie })
    }

    /// Lets somebody in who has come back with this query, in the browser that has set out with this cookie.
    ///
    /// # Errors
    ///
    /// [`Refused`]. A link is as good as before then.
    pub async fn arrive(&self, query: &str, cookie: &Secret, from: &From) -> Result<Arrived, Refused> {
        let service = self.arrivals.service().ok_or(Refused::NoService)?;
        let key = hashed(cookie);
        let pending = self.arrivals.pending(&key).ok_or(Refused::Stray)?;
        // What is no answer to this one leaves it waiting.
        let answer = pending.accept(query).map_err(|_| Refused::Stray)?;
        let arrival = self.arrivals.take(&key).ok_or(Refused::Stray)?;
        let code = match answer {
            Answer::Code(code) => code,
            Answer::Refused { error, .. } => return Err(Refused::Declined(error)),
        };
        let credential = service.credential().map_err(|error| not_set_right(&error))?;
        let claims = service
            .issuer
            .who(&pending, &code, &service.client_id, credential)
            .await
            .map_err(told)?;
        let identity = Identity {
            issuer: service.issuer.address().to_owned(),
            subject: claims.get("sub").cloned().unwrap_or_default(),
        };
        let (user, back) = match arrival.aim {
            Aim::ComeIn(back) => (self.known_by(&identity, from).await?, back),
            Aim::UseLink(token) => (self.tied(&token, &identity, from).await?, "/".to_owned()),
        };
        let logged_in = self.let_in(&user, from).await?;
        Ok(Arrived { logged_in, back })
    }

    async fn known_by(&self, identity: &Identity, from: &From) -> Result<String, Refused> {
        if let Some(user) = identities::user_of(&self.store, identity).await? {
            // Whoever was removed has no account here.
            return Ok(users::get(&self.store, &user).await?.name);
        }
        self.step("", "login-refused", "an account that is nobody's here", from)
            .await?;
        Err(Refused::UnknownAccount)
    }

    async fn tied(&self, token: &Secret, identity: &Identity, from: &From) -> Result<String, Refused> {
        let user = self.invited(token).await?;
        let now = stamp(self.clock.utc());
        match invitations::redeem_by_account(&self.store, &hashed(token), &user, identity, &now).await? {
            Redeemed::Done => {}
            Redeemed::Used => return Err(Refused::LinkUsed),
            Redeemed::OfAnother => return Err(Refused::AccountOfAnother),
        }
        self.step(&user, "account-tied", "", from).await?;
        Ok(user)
    }
}

/// What names a file of this machine is for the log alone.
fn not_set_right(error: &Error) -> Refused {
    tracing::error!("nobody can be let in by the sign-in service: {error}");
    Refused::ServiceAway
}

fn told(why: Unknown) -> Refused {
    tracing::warn!("nobody can be let in by the sign-in service: {why}");
    match why {
        Unknown::Unbelievable(why) => Refused::Unbelievable(why.to_string()),
        Unknown::Service(_) | Unknown::Refused(_) => Refused::ServiceAway,
    }
}
