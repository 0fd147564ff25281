//! Where somebody is logged in, and ending that.

use clientpoint_engine::{clock::stamp, secrets::Secret};

use super::known::{hashed, idle_since};
use crate::{
    Error, Result,
    host::Host,
    service::{Session, api},
    store::{
        logins::{self, Login},
        users,
    },
    way_out::WayOut,
};

/// How much of a hash tells the logins of one person apart, in letters.
const ID: usize = 16;

impl Host {
    /// Whether this cookie opens a session still. Asking does not keep it open.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn is_logged_in(&self, cookie: &Secret) -> Result<bool> {
        let now = self.clock.utc();
        let login = logins::get(&self.store, &hashed(cookie), &stamp(now), &idle_since(now)).await?;
        Ok(login.is_some())
    }
}

impl Session<'_> {
    /// Where a person is logged in: twenty places at most, the one first that was used last. `this` is the cookie of who
    /// asks.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden` for somebody else's without being an Administrator; `Error::NotFound`; the database's.
    pub async fn logins(&self, of: &str, this: Option<&Secret>) -> Result<Vec<api::Login>> {
        let this = this.map(hashed);
        let row = |login: Login| api::Login {
            id: id(&login),
            is_this: this.as_ref() == Some(&login.hash),
            made_at: login.made_at,
            seen_at: login.seen_at,
            ends_at: login.ends_at,
            address: login.address,
            agent: login.agent,
        };
        Ok(self.logins_of(of).await?.into_iter().map(row).collect())
    }

    /// Ends a login of that person.
    ///
    /// # Errors
    ///
    /// As [`Session::logins`]; `Error::NotFound` also for one that has ended.
    pub async fn end_login(&self, of: &str, wanted: &str) -> Result<()> {
        let logins = self.logins_of(of).await?;
        let Some(login) = logins.iter().find(|login| id(login) == wanted) else {
            return Err(Error::NotFound {
                what: "login",
                name: wanted.escape_debug().to_string(),
                way_out: WayOut::ShowUsers,
            });
        };
        logins::end(&self.host.store, &login.hash, &self.now()).await?;
        self.note("login-ended", of).await
    }

    /// Ends all logins of this person but that of the cookie with which they ask. How many those were.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn end_other_logins(&self, this: &Secret) -> Result<u64> {
        let ended = logins::end_others(&self.host.store, &self.user.name, &hashed(this)).await?;
        self.note("logins-ended", &self.user.name).await?;
        Ok(ended)
    }

    async fn logins_of(&self, of: &str) -> Result<Vec<Login>> {
        if of != self.user.name {
            self.user.require_administrator("see where others are logged in")?;
        }
        users::get(&self.host.store, of).await?;
        let now = self.host.clock.utc();
        logins::of(&self.host.store, of, &stamp(now), &idle_since(now)).await
    }
}

fn id(login: &Login) -> String {
    login.hash.chars().take(ID).collect()
}
