//! Changing one's own password.

use clientpoint_engine::{clock::stamp, secrets::Secret};

use super::{
    LoggedIn, Refused,
    password::{fits, hash, unfit},
};
use crate::{service::Session, store::passwords};

impl Session<'_> {
    /// Gives this person another password. All of their logins end, and a new one begins.
    ///
    /// # Errors
    ///
    /// [`Refused`]: without a password of before there is none to change, and the present one is asked for. Nothing was
    /// changed then.
    pub async fn change_password(&self, present: Secret, new: Secret) -> Result<LoggedIn, Refused> {
        let store = &self.host.store;
        let Some(kept) = passwords::get(store, &self.user.name).await? else {
            return Err(Refused::NoPassword);
        };
        let is_same = present.expose() == new.expose();
        if !fits(Some(kept.clone()), present).await? {
            self.note("password-refused", &self.user.name).await?;
            return Err(Refused::NotThePresentOne);
        }
        if is_same {
            return Err(Refused::UnfitPassword(
                "that is the password that you have: take another one",
            ));
        }
        if let Some(why) = unfit(&new) {
            return Err(Refused::UnfitPassword(why));
        }
        let hash = hash(new).await?;
        let now = stamp(self.host.clock.utc());
        if !passwords::change(store, &self.user.name, &kept, &hash, &now).await? {
            // Somebody has chosen another one meanwhile, by a link, or the person is gone.
            return Err(Refused::NotThePresentOne);
        }
        self.note("password-changed", "").await?;
        self.host.let_in(&self.user.name, &self.from).await
    }
}
