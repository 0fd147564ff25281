//! A person's own sign-in, from the address to the connection (rules 7 to 12): one request begins it, another one ends it.

use clientpoint_engine::{
    clock::stamp,
    contract::exports::clientpoint::content_source::source::{
        Account as ContractAccount, AuthorizationPlan, Claim, SignInPage as ContractPage,
    },
    oauth::{
        Asking, Grant, Granted, Plan, SignInPage, Tokens, claims,
        pending::{Answer, Pending},
        refused_at_the_page,
    },
    secrets::Secret,
};

use crate::{
    Error, Result,
    host::{Claimed, End, Host, Stage, UnderWay},
    service::{
        Session,
        api::{self, ApplicationUse},
        connections::form::Given,
    },
    store::connections::{self, Account, ChosenDrive, Connection, Mode},
    way_out::WayOut,
};

impl Session<'_> {
    /// Begins to connect with this Administrator's own sign-in, for which only that need be given which is new. The browser
    /// comes back to `redirect_uri`, with which the application is registered; what it brings is for
    /// [`Session::finish_sign_in`], within ten minutes.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Settings` for what is missing or can't be right; `Error::SignIn` where too many are under
    /// way.
    pub async fn begin_sign_in_at(&self, given: Given, redirect_uri: &str) -> Result<api::SignInBegun> {
        self.user.require_administrator("connect")?;
        let description = self.host.describe().await?;
        let Some(form) = description.modes.iter().find(|form| form.mode == Mode::User.into()) else {
            return Err(Error::Settings(format!(
                "{} can't be connected with a person's sign-in",
                description.title
            )));
        };
        let before = connections::find(&self.host.store, &self.host.own_connection(&self.user.name)).await?;
        if let Some(before) = &before {
            self.host.require_of_this_plugin(before).await?;
        }
        let filling = self
            .filled_to_sign_in(&description, form, given, before.as_ref())
            .await?;
        let (filled, planned) = (filling.filled, filling.planned);
        let Some(page) = planned.plan.sign_in.clone() else {
            return Err(Error::PluginStopped("it names no page to sign in at".into()));
        };
        let under_way = UnderWay {
            approval: self.host.engine()?.approval_url(&filled.settings, &planned).await?,
            pending: begin(&planned.plan, &page, redirect_uri)?,
            plugin: description.id,
            planned,
            page,
            filled,
            is_registered: filling.application == ApplicationUse::Registered,
            registers: filling.registers,
        };
        self.waiting(&under_way, filling.application).await
    }

    /// Makes the connection, with the query of the redirect that came back, to whichever host of the library.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::SignIn` for the sign-in of somebody else (`sign-in-foreign`), one that nobody waits for
    /// (`sign-in-unknown`, `sign-in-used`, `too-late`, `stopped`) or an answer that is none (`sign-in-issuer`,
    /// `sign-in-empty`), none of which changes how the sign-in stands; and if it was declined or is good for nothing. Nothing
    /// is stored then.
    pub async fn finish_sign_in(&self, query: &str) -> Result<api::Connection> {
        self.user.require_administrator("connect")?;
        let claimed = self
            .host
            .sign_ins
            .claim(&*self.host.seal_key().await?, query, &self.user.name)
            .await?;
        self.redeemed(claimed).await
    }

    /// How a sign-in of this person's stands; its end is known for ten minutes.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::SignIn` (`sign-in-unknown`).
    pub async fn sign_in(&self, id: &str) -> Result<api::SignInStanding> {
        self.user.require_administrator("connect")?;
        let found = self.host.sign_ins.standing(id, &self.user.name).await?;
        Ok(api::SignInStanding {
            id: id.to_owned(),
            begun_at: found.begun_at,
            ends_at: found.ends_at,
            standing: match found.stage {
                Stage::Pending => api::Standing::Pending,
                Stage::Connected(connection) => api::Standing::Connected {
                    connection: Box::new((*connection).into()),
                },
                Stage::Refused(why) => api::Standing::Refused(why),
            },
        })
    }

    /// Gives a sign-in of this person's up: nobody waits for its answer any more. One that has had its answer, or that nobody
    /// knows, stays as it is.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn give_up_sign_in(&self, id: &str) -> Result<()> {
        self.host.sign_ins.give_up(id, &self.user.name).await
    }

    /// Notes that this person has begun it in the browser with that cookie: what comes back is taken from there alone.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(crate) async fn sign_in_begun_in(&self, id: &str, cookie: &Secret) -> Result<()> {
        self.host.sign_ins.begun_in(id, &self.user.name, cookie).await
    }

    async fn waiting(&self, under_way: &UnderWay, application: ApplicationUse) -> Result<api::SignInBegun> {
        let pending = &under_way.pending;
        let (state, address) = (pending.state().clone(), pending.url.clone());
        let (redirect_uri, approval_url) = (pending.redirect_uri.clone(), under_way.approval.clone());
        let (key, by) = (self.host.seal_key().await?, &self.user.name);
        let (id, ends) = self.host.sign_ins.keep(&key, by, under_way).await?;
        Ok(api::SignInBegun {
            id,
            state,
            address,
            redirect_uri,
            approval_url,
            application,
            begun_by: self.user.name.clone(),
            ends_at: stamp(ends),
        })
    }

    /// What comes of an answer that was taken; it is known from then on.
    pub(super) async fn redeemed(&self, mut claimed: Claimed) -> Result<api::Connection> {
        let made = match claimed.answer.take() {
            Some(answer) => self.made(&claimed.under_way, answer).await,
            None => Err(unusable("there is no answer")),
        };
        let made = made.map_err(|error| of_the_registered(&claimed.under_way, error));
        let end = match &made {
            Ok(connection) => End::Connected {
                connection: Box::new(connection.clone()),
            },
            Err(error) => End::refused(error),
        };
        claimed.settle(&end).await;
        made.map(api::Connection::from)
    }

    async fn made(&self, of: &UnderWay, answer: Answer) -> Result<Connection> {
        let host = self.host;
        let settings = &of.filled.settings;
        let code = match answer {
            Answer::Code(code) => code,
            Answer::Refused { error, description } => {
                let refused = refused_at_the_page(&of.page.url, error, description);
                return Err(host.explained(Mode::User, settings, refused).await?);
            }
        };
        let endpoint = host.engine()?.endpoint(&of.planned.plan, of.filled.credential.clone());
        let asking = Asking::Code {
            code: &code,
            verifier: &of.pending.verifier,
            redirect_uri: &of.pending.redirect_uri,
        };
        let granted = match endpoint.ask(&asking).await {
            Ok(granted) => granted,
            Err(refused) => return Err(host.explained(Mode::User, settings, refused).await?),
        };
        let claims = self.believed(of, &granted)?;
        let tokens = Tokens::fresh(&granted, host.clock.clone()).map_err(|error| unusable(&error.to_string()))?;
        let candidate = self.candidate(of);
        let account = self.verified(&candidate, &of.planned.plan, tokens, claims).await?;
        let grant = Grant::new(granted, None, host.clock.utc()).ok_or_else(|| {
            unusable("the sign-in service gave no refresh token, so that the sign-in would end within the hour")
        })?;
        self.kept(of, candidate, account, &grant).await
    }

    /// The claims that the plugin wants to see, of an id_token that is believed.
    fn believed(&self, of: &UnderWay, granted: &Granted) -> Result<Vec<Claim>> {
        let token = granted
            .id_token
            .as_ref()
            .ok_or_else(|| unusable(&claims::Unbelievable::Shape.to_string()))?;
        let expected = claims::Expected {
            client_id: &of.planned.plan.client_id,
            issuer: &of.page.issuer,
            nonce: &of.pending.nonce,
            now: self.host.clock.utc(),
        };
        let claims = claims::check(token, &expected).map_err(|why| unusable(&why.to_string()))?;
        let wanted = claims.into_iter().filter(|(name, _)| of.page.claims.contains(name));
        Ok(wanted.map(|(name, value)| Claim { name, value }).collect())
    }

    /// The connection as it would be.
    fn candidate(&self, of: &UnderWay) -> Connection {
        Connection {
            id: self.host.own_connection(&self.user.name),
            plugin: of.plugin.clone(),
            mode: Mode::User,
            owner: Some(self.user.name.clone()),
            account: None,
            settings: of.filled.settings.clone(),
            credential: of.filled.kind,
            expires_at: of.filled.expires_at.clone(),
            registered: of.is_registered || of.registers.is_some(),
            drive: None,
            connected_at: self.now(),
            connected_by: self.user.name.clone(),
            checked_at: Some(self.now()),
            needs_reconnect: None,
        }
    }

    /// Stores it. The same account keeps the drive that was chosen; for another one, the drive that suggests itself takes
    /// its place, and the files of the old one stop following.
    async fn kept(
        &self,
        of: &UnderWay,
        mut connection: Connection,
        account: ContractAccount,
        grant: &Grant,
    ) -> Result<Connection> {
        let before = connections::find(&self.host.store, &connection.id).await?;
        let same = |before: &Connection| {
            before.account.as_ref().is_some_and(|before| before.id == account.id)
                && of.filled.is_same_account(&before.settings)
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
        // Another account is never with the drive of the one before, also if this ends in between.
        connection.drive = kept.clone();
        drop(self.no_sync(&connection.id, "a new connection").await?);
        self.host
            .keep_connection(
                &connection,
                &of.planned,
                &of.filled.secret,
                Some(grant),
                of.registers.as_ref(),
            )
            .await?;
        connection.drive = before.and_then(|before| before.drive);
        match kept.or(suggested) {
            Some(drive) => {
                self.change_drive(&connection, &drive).await?;
                connection.drive = Some(drive);
            }
            // Another account, without a drive of its own: nothing of the old one's is followed.
            None => {
                self.leave_drive(&connection).await?;
                connection.drive = None;
            }
        }
        Ok(connection)
    }

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

impl Host {
    /// The id of the sign-in that the query of a redirect belongs to, if the browser with that cookie has begun it, at whichever
    /// host of the library.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(crate) async fn sign_in_of_browser(&self, cookie: &Secret, query: &str) -> Result<Option<String>> {
        self.sign_ins.of_browser(cookie, query).await
    }
}

fn begin(plan: &AuthorizationPlan, page: &ContractPage, redirect_uri: &str) -> Result<Pending> {
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
    Pending::begin(&plan, &page, redirect_uri).map_err(Error::PluginStopped)
}

/// What is wrong with the registered application is mended there, and not by who signs in.
fn of_the_registered(of: &UnderWay, error: Error) -> Error {
    let is_its_own = ["wrong-settings", "expired-secret"].contains(&error.code());
    let way_out = (of.is_registered && is_its_own).then_some(WayOut::RegisterApplication { of: None });
    error.with(way_out)
}

fn unusable(why: &str) -> Error {
    Error::SignIn {
        problem: "sign-in-refused".into(),
        message: format!("{why}; nothing was connected"),
    }
}
