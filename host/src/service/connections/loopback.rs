//! A person's own sign-in on the machine that the host runs on: the browser comes back to a port of its loopback address.

use crate::{
    Error, Result,
    host::{Claimed, given_up, late},
    listener::{Listening, Loopback},
    service::{Session, Stop, api, connections::form::Given},
};

/// A sign-in under way: the address is shown, and the listener waits. Dropped, it is given up.
pub struct SignIn<'s> {
    session: &'s Session<'s>,
    begun: api::SignInBegun,
    /// Whether nobody need be told any more that nobody waits for it.
    is_over: bool,
    listening: Listening<Claimed>,
}

impl Session<'_> {
    /// As [`Session::begin_sign_in_at`], and listens for the redirect on a port of this machine's loopback address; 0 takes
    /// a free one.
    ///
    /// # Errors
    ///
    /// As [`Session::begin_sign_in_at`]; `Error::Settings` for a port that is taken.
    pub async fn begin_sign_in(&self, given: Given, port: u16) -> Result<SignIn<'_>> {
        self.user.require_administrator("connect")?;
        let loopback = Loopback::bind(port)
            .await
            .map_err(|error| Error::Settings(error.to_string()).with(error.ways_out()))?;
        // Before it: whatever keeps it from being taken leaves nothing begun.
        let key = self.host.seal_key().await?;
        let begun = self.begin_sign_in_at(given, &loopback.redirect_uri()).await?;
        let sign_ins = self.host.sign_ins.clone();
        let (id, by) = (begun.id.clone(), begun.begun_by.clone());
        let take = move |query: String| {
            let (sign_ins, key, id, by) = (sign_ins.clone(), key.clone(), id.clone(), by.clone());
            async move {
                let claimed = sign_ins.claim_one(&key, &id, &query, &by).await;
                claimed.map_err(|stray| stray.fact())
            }
        };
        Ok(SignIn {
            session: self,
            begun,
            is_over: false,
            listening: loopback.listen(take, self.host.clock.clone()),
        })
    }
}

impl SignIn<'_> {
    /// Where the person goes with a browser.
    pub fn url(&self) -> &str {
        &self.begun.address
    }

    /// Where somebody with the rights approves the application for everybody: the page that asks for an approval does not
    /// send the browser back.
    pub fn approval_url(&self) -> Option<&str> {
        self.begun.approval_url.as_deref()
    }

    /// Where its application comes from.
    pub fn application(&self) -> api::ApplicationUse {
        self.begun.application
    }

    /// Where the browser comes back to.
    pub fn redirect_uri(&self) -> &str {
        &self.begun.redirect_uri
    }

    /// Waits for the person, and makes the connection.
    ///
    /// # Errors
    ///
    /// `Error::SignIn` if nobody came, or the sign-in was declined or is good for nothing. Nothing is stored then.
    pub async fn finish(self) -> Result<api::Connection> {
        self.finish_until(&Stop::default()).await
    }

    /// As [`SignIn::finish`], until somebody asks to stop waiting.
    ///
    /// # Errors
    ///
    /// As [`SignIn::finish`], and `Error::SignIn` (`stopped`).
    pub async fn finish_until(mut self, stop: &Stop) -> Result<api::Connection> {
        let Some(arrival) = stop.run_until_cancelled(self.listening.arrival()).await else {
            self.listening.close().await;
            if let Err(error) = self.session.give_up_sign_in(&self.begun.id).await {
                tracing::warn!("that a sign-in was given up can't be written down: {}", error.code());
            }
            self.is_over = true;
            // Whoever has stopped it knows the way.
            return Err(given_up().parted().0);
        };
        // It is late, or in the hands of who has come.
        self.is_over = true;
        let arrival = arrival.map_err(|_| late(self.approval_url()))?;
        let (claimed, browser) = arrival.part();
        let made = self.session.redeemed(claimed).await;
        match &made {
            Ok(_) => browser.well(),
            Err(error) => browser.failed(&error.to_string()),
        }
        self.listening.close().await;
        made
    }
}

impl Drop for SignIn<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            let (sign_ins, begun) = (&self.session.host.sign_ins, &self.begun);
            sign_ins.give_up_beside(&begun.id, &begun.begun_by);
        }
    }
}
