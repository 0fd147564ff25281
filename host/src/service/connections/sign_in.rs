//! A person's own sign-in, from the address to the connection (rules 7 to 12).

use std::sync::Arc;

use clientpoint_engine::{
    contract::exports::clientpoint::content_source::source::{
        Account as ContractAccount, AuthorizationPlan, Claim, SignInPage as ContractPage,
    },
    oauth::{
        Asking, Grant, Granted, Plan, SignInPage, Tokens, claims,
        pending::{Answer, Pending},
        refused_at_the_page,
    },
    planned::Planned,
};

use crate::{
    Error, Result,
    listener::{Listening, Loopback},
    service::{
        Session, Stop, api,
        connections::{
            form::{Filled, Given},
            in_use::own_connection,
        },
    },
    store::connections::{self, Account, ChosenDrive, Connection, Mode},
};

/// A sign-in under way: the address is shown, and the listener waits.
pub struct SignIn<'s> {
    session: &'s Session<'s>,
    plugin: String,
    planned: Planned,
    page: ContractPage,
    /// Where somebody with the rights approves the application.
    approval: Option<String>,
    filled: Filled,
    pending: Arc<Pending>,
    listening: Listening,
}

impl Session<'_> {
    /// Begins to connect with this Administrator's own sign-in, for which only that need be given which is new, and listens for its redirect on a port of this machine's
    /// loopback address; 0 takes a free one.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Settings` for what is missing or can't be right, and for a port that is taken.
    pub async fn begin_sign_in(&self, given: Given, port: u16) -> Result<SignIn<'_>> {
        self.user.require_administrator("connect")?;
        let description = self.host.describe().await?;
        let Some(form) = description.modes.iter().find(|form| form.mode == Mode::User.into()) else {
            return Err(Error::Settings(format!(
                "{} can't be connected with a person's sign-in",
                description.title
            )));
        };
        let before = connections::find(&self.host.store, &own_connection(&self.user.name)).await?;
        if let Some(before) = &before {
            self.host.require_of_this_plugin(before).await?;
        }
        let (filled, planned) = self.filled(form, given, before.as_ref(), Mode::User).await?;
        let Some(page) = planned.plan.sign_in.clone() else {
            return Err(Error::PluginStopped("it names no page to sign in at".into()));
        };
        let approval = self.host.engine()?.approval_url(&filled.settings, &planned).await?;
        let loopback = Loopback::bind(port)
            .await
            .map_err(|error| Error::Settings(error.to_string()).with(error.ways_out()))?;
        let pending = begin(&planned.plan, &page, &loopback.redirect_uri())?;
        let listening = loopback.listen(pending.clone(), self.host.clock.clone());
        Ok(SignIn {
            session: self,
            plugin: description.id,
            planned,
            page,
            approval,
            filled,
            pending,
            listening,
        })
    }
}

impl SignIn<'_> {
    /// Where the person goes with a browser.
    pub fn url(&self) -> &str {
        &self.pending.url
    }

    /// Where somebody with the rights approves the application for everybody: the page that asks for an approval does not
    /// send the browser back.
    pub fn approval_url(&self) -> Option<&str> {
        self.approval.as_deref()
    }

    /// Where the browser comes back to.
    pub fn redirect_uri(&self) -> &str {
        &self.pending.redirect_uri
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
            return Err(Error::SignIn {
                problem: "stopped".into(),
                message: "the sign-in was given up before anybody came back from it: nothing was changed".into(),
            });
        };
        let arrival = arrival.map_err(|late| self.too_late(&late.to_string()))?;
        let (answer, browser) = arrival.part();
        let made = self.made(answer).await;
        match &made {
            Ok(_) => browser.well(),
            Err(error) => browser.failed(&error.to_string()),
        }
        self.listening.close().await;
        made.map(api::Connection::from)
    }

    fn too_late(&self, late: &str) -> Error {
        let approval = self.approval.as_ref().map(|url| {
            format!(
                "; if the sign-in service asked for an administrator's approval, one can give it once for everybody at {url}"
            )
        });
        Error::SignIn {
            problem: "too-late".into(),
            message: format!("{late}{}", approval.unwrap_or_default()),
        }
    }

    async fn made(&self, answer: Answer) -> Result<Connection> {
        let host = self.session.host;
        let settings = &self.filled.settings;
        let code = match answer {
            Answer::Code(code) => code,
            Answer::Refused { error, description } => {
                let refused = refused_at_the_page(&self.page.url, error, description);
                return Err(host.explained(Mode::User, settings, refused).await?);
            }
        };
        let endpoint = host
            .engine()?
            .endpoint(&self.planned.plan, self.filled.credential.clone());
        let asking = Asking::Code {
            code: &code,
            verifier: &self.pending.verifier,
            redirect_uri: &self.pending.redirect_uri,
        };
        let granted = match endpoint.ask(&asking).await {
            Ok(granted) => granted,
            Err(refused) => return Err(host.explained(Mode::User, settings, refused).await?),
        };
        let claims = self.believed(&granted)?;
        let tokens = Tokens::fresh(&granted, host.clock.clone()).map_err(|error| unusable(&error.to_string()))?;
        let candidate = self.candidate();
        let account = self
            .session
            .verified(&candidate, &self.planned.plan, tokens, claims)
            .await?;
        let grant = Grant::new(granted, None, host.clock.utc()).ok_or_else(|| {
            unusable("the sign-in service gave no refresh token, so that the sign-in would end within the hour")
        })?;
        self.kept(candidate, account, &grant).await
    }

    /// The claims that the plugin wants to see, of an id_token that is believed.
    fn believed(&self, granted: &Granted) -> Result<Vec<Claim>> {
        let token = granted
            .id_token
            .as_ref()
            .ok_or_else(|| unusable(&claims::Unbelievable::Shape.to_string()))?;
        let expected = claims::Expected {
            client_id: &self.planned.plan.client_id,
            issuer: &self.page.issuer,
            nonce: &self.pending.nonce,
            now: self.session.host.clock.utc(),
        };
        let claims = claims::check(token, &expected).map_err(|why| unusable(&why.to_string()))?;
        let wanted = claims.into_iter().filter(|(name, _)| self.page.claims.contains(name));
        Ok(wanted.map(|(name, value)| Claim { name, value }).collect())
    }

    /// The connection as it would be.
    fn candidate(&self) -> Connection {
        let session = self.session;
        Connection {
            id: own_connection(&session.user.name),
            plugin: self.plugin.clone(),
            mode: Mode::User,
            owner: Some(session.user.name.clone()),
            account: None,
            settings: self.filled.settings.clone(),
            credential: self.filled.kind,
            expires_at: self.filled.expires_at.clone(),
            drive: None,
            connected_at: session.now(),
            connected_by: session.user.name.clone(),
            checked_at: Some(session.now()),
            needs_reconnect: None,
        }
    }

    /// Stores it. The same account keeps the drive that was chosen; for another one, the drive that suggests itself takes
    /// its place, and the files of the old one stop following.
    async fn kept(&self, mut connection: Connection, account: ContractAccount, grant: &Grant) -> Result<Connection> {
        let session = self.session;
        let before = connections::find(&session.host.store, &connection.id).await?;
        let same = |before: &Connection| {
            before.account.as_ref().is_some_and(|before| before.id == account.id)
                && self.filled.is_same_account(&before.settings)
        };
        let kept = before
            .as_ref()
            .filter(|before| same(before))
            .and_then(|before| before.drive.clone());
        let suggested = account.drive.map(|drive| ChosenDrive {
            id: drive.id,
            name: drive.name,
        });
        connection.account = Some(Account {
            id: account.id,
            name: account.name,
        });
        connection.drive = before.as_ref().and_then(|before| before.drive.clone());
        drop(session.no_sync(&connection.id).await?);
        session
            .host
            .keep_connection(&connection, &self.planned, &self.filled.secret, Some(grant))
            .await?;
        match kept.or(suggested) {
            Some(drive) => {
                session.change_drive(&connection, &drive).await?;
                connection.drive = Some(drive);
            }
            // Another account, without a drive of its own: nothing of the old one's is followed.
            None => {
                session.leave_drive(&connection).await?;
                connection.drive = None;
            }
        }
        Ok(connection)
    }
}

impl Session<'_> {
    /// The plugin's last word on a sign-in that nobody has stored yet.
    pub(in crate::service) async fn verified(
        &self,
        candidate: &Connection,
        plan: &AuthorizationPlan,
        tokens: Tokens,
        claims: Vec<Claim>,
    ) -> Result<ContractAccount> {
        let engine = self.host.engine()?;
        Ok(engine.verified(&candidate.of_engine(), plan, tokens, claims).await?)
    }
}

fn begin(plan: &AuthorizationPlan, page: &ContractPage, redirect_uri: &str) -> Result<Arc<Pending>> {
    let plan = Plan {
        token_url: plan.token_url.clone(),
        client_id: plan.client_id.clone(),
        scopes: plan.scopes.clone(),
    };
    let parameters = page.parameters.iter();
    let page = SignInPage {
        url: page.url.clone(),
        parameters: parameters.map(|one| (one.key.clone(), one.value.clone())).collect(),
        issuer: page.issuer.clone(),
    };
    let pending = Pending::begin(&plan, &page, redirect_uri).map_err(Error::PluginStopped)?;
    Ok(Arc::new(pending))
}

fn unusable(why: &str) -> Error {
    Error::SignIn {
        problem: "sign-in-refused".into(),
        message: format!("{why}; nothing was connected"),
    }
}
