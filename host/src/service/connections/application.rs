//! The application that is registered once for everybody's own sign-ins: an Administrator fills in nothing then. Each
//! connection keeps the client and the credential that it was made with, whatever becomes of this.

use clientpoint_engine::{
    contract::exports::clientpoint::content_source::source::{Description, ModeForm},
    secrets::Secret,
};

use crate::{
    Error, Result,
    service::{
        Session, api,
        connections::{
            accepted::expiry,
            form::{Given, is_of_application},
            known::kept,
        },
    },
    store::{
        applications::{self, Application},
        connections::{self, Connection, Mode},
    },
    way_out::WayOut,
};

/// The problems of a connection that its application has a part in: such a one is not offered.
const OF_THE_APPLICATION: [&str; 3] = ["wrong-settings", "expired-secret", "secret-lost"];

impl Session<'_> {
    /// The registered application, without its secret; or how one can be registered.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; without a plugin; the database's.
    pub async fn application(&self) -> Result<api::Registration> {
        self.user.require_administrator("see the registered application")?;
        let description = self.host.describe().await?;
        self.registration(&description.id).await
    }

    /// Registers an application, or changes the one that is, for which only that need be given which is new. Whether its
    /// credential is right shows at the next sign-in.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Settings` for what is missing, can't be right, or is no part of an application.
    pub async fn register_application(&self, given: Given) -> Result<api::RegistrationChange> {
        self.user.require_administrator("register an application")?;
        let description = self.host.describe().await?;
        let form = form(&description)?;
        let is_part = |key: &String| {
            form.fields
                .iter()
                .any(|field| field.key == *key && is_of_application(field))
        };
        if let Some(other) = given.fields.keys().find(|key| !is_part(key)) {
            return Err(Error::Settings(format!("`{other}` is no part of an application")));
        }
        if given.fields.is_empty() && given.secret_expires.is_none() {
            return Err(Error::Settings("nothing of the application was given".into()));
        }
        self.registered(&description, &form, given).await
    }

    /// Registers the application that a user's own sign-in was made with.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::NotFound` for a user without one; `Error::Settings` for a credential that has ended.
    pub async fn register_application_of(&self, user: &str) -> Result<api::RegistrationChange> {
        self.user.require_administrator("register an application")?;
        let description = self.host.describe().await?;
        let form = form(&description)?;
        let connection = connections::find(&self.host.store, &self.host.own_connection(user)).await?;
        let connection = connection.ok_or_else(|| Error::NotFound {
            what: "own sign-in of the user",
            name: user.to_owned(),
            way_out: WayOut::ShowStatus,
        })?;
        self.host.require_of_this_plugin(&connection).await?;
        let planned = self.plan(Mode::User, &connection.settings).await?;
        self.host.held_to_endpoints(&connection, planned).await?;
        let secret = self.host.secret_of(&connection.id).await?;
        let given = Given::default().with_settings(&form, &connection.settings, |_| true);
        let given = given.with_credential(&form, kept(&connection, secret)).unwrap_or(given);
        let (filled, planned) = self.filled(&form, given, None, Mode::User).await?;
        let application = self.application_of(&description, &form, &filled, &planned);
        self.put(application, &filled.secret, Some(&connection.id)).await
    }

    /// Deletes the registered application, with its secret.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::NotFound` where none is registered; the database's.
    pub async fn forget_application(&self) -> Result<api::RegistrationChange> {
        self.user.require_administrator("forget the registered application")?;
        let description = self.host.describe().await?;
        let store = &self.host.store;
        let before = applications::find(store, &description.id, Mode::User).await?;
        if !applications::forget(store, &description.id, Mode::User).await? {
            return Err(Error::NotFound {
                what: "registered application for",
                name: description.title,
                way_out: WayOut::RegisterApplication { of: None },
            });
        }
        let mut consequences = vec![
            "its secret was deleted here".into(),
            "an Administrator who signs in gives an application again, and the first one that is given is registered"
                .into(),
        ];
        consequences.extend(self.of_sign_ins(&description.id).await?);
        Ok(api::RegistrationChange {
            application: None,
            replaced: before.map(|before| self.shown(before)),
            consequences,
            ways_out: vec![WayOut::RegisterApplication { of: None }],
        })
    }

    async fn registered(
        &self,
        description: &Description,
        form: &ModeForm,
        given: Given,
    ) -> Result<api::RegistrationChange> {
        let (filled, planned) = self.filled_by_application(description, form, given).await?;
        let application = self.application_of(description, form, &filled, &planned);
        self.put(application, &filled.secret, None).await
    }

    async fn put(
        &self,
        application: Application,
        secret: &Secret,
        of: Option<&str>,
    ) -> Result<api::RegistrationChange> {
        let store = &self.host.store;
        let before = applications::find(store, &application.plugin, Mode::User).await?;
        self.host.keep_application(&application, secret, of).await?;
        let mut consequences = vec![
            "an Administrator signs in with it from now on, and fills in nothing".into(),
            "whether it is accepted shows at the next sign-in".into(),
        ];
        consequences.extend(self.of_sign_ins(&application.plugin).await?);
        Ok(api::RegistrationChange {
            application: Some(self.shown(application)),
            replaced: before.map(|before| self.shown(before)),
            consequences,
            ways_out: vec![WayOut::SignInAgain],
        })
    }

    /// What a change means for the sign-ins that there are: nothing.
    async fn of_sign_ins(&self, plugin: &str) -> Result<Option<String>> {
        let count = self.own_sign_ins(plugin).await?.len();
        Ok((0 < count).then(|| {
            format!(
                "nothing changes for the sign-ins that there are ({count}): each keeps the application and the credential \
                 that it was made with, until its person signs in again"
            )
        }))
    }

    /// How it stands with the application of this plugin.
    pub(super) async fn registration(&self, plugin: &str) -> Result<api::Registration> {
        let store = &self.host.store;
        let Some(application) = applications::find(store, plugin, Mode::User).await? else {
            return self.unregistered(plugin).await;
        };
        let opened = self.host.opened_application(plugin).await;
        let application = self.shown(application);
        let next = match opened {
            Err(error) if error.is_usage() => Some(error.fact()),
            Err(error) => return Err(error),
            Ok(_) if application.days_left.is_some_and(|left| left < 0) => {
                Some("the registered application's credential has ended".to_owned())
            }
            Ok(_) => None,
        };
        Ok(api::Registration {
            ways_out: next.iter().map(|_| WayOut::RegisterApplication { of: None }).collect(),
            application: Some(application),
            next,
        })
    }

    async fn unregistered(&self, plugin: &str) -> Result<api::Registration> {
        let offered = self.registration_offered(plugin).await?;
        let next = match &offered {
            Some(_) => "no application is registered, so each Administrator who signs in gives one",
            None => "no application is registered yet; the first one that is given with an own sign-in is",
        };
        let way_out = offered.unwrap_or(WayOut::RegisterApplication { of: None });
        Ok(api::Registration {
            application: None,
            next: Some(next.into()),
            ways_out: vec![way_out],
        })
    }

    /// That the application of a sign-in can be registered, where there is one: this person's own first.
    pub(super) async fn registration_offered(&self, plugin: &str) -> Result<Option<WayOut>> {
        let works = |connection: &Connection| {
            let broken = connection.needs_reconnect.as_ref();
            broken.is_none_or(|broken| !OF_THE_APPLICATION.contains(&broken.problem.as_str()))
        };
        let all = self.own_sign_ins(plugin).await?;
        let mut owners: Vec<String> = all.into_iter().filter(works).filter_map(|one| one.owner).collect();
        owners.sort_by_key(|owner| *owner != self.user.name);
        let first = owners.into_iter().next();
        Ok(first.map(|owner| WayOut::RegisterApplication { of: Some(owner) }))
    }

    async fn own_sign_ins(&self, plugin: &str) -> Result<Vec<Connection>> {
        let mut all = connections::list(&self.host.store).await?;
        all.retain(|one| one.mode == Mode::User && one.plugin == plugin);
        Ok(all)
    }

    fn shown(&self, application: Application) -> api::Application {
        let expires = expiry(application.expires_at.as_deref(), self.host.clock.utc());
        api::Application {
            plugin: application.plugin,
            mode: application.mode,
            client_id: application.client_id,
            settings: application.settings,
            credential: application.credential,
            days_left: expires.as_ref().map(|expires| expires.days_left),
            expires_at: application.expires_at,
            registered_at: application.registered_at,
            registered_by: application.registered_by,
        }
    }
}

/// The form for a person's own sign-in, as far as an application is made of it: what is none of it has its default.
fn form(description: &Description) -> Result<ModeForm> {
    let form = description.modes.iter().find(|form| form.mode == Mode::User.into());
    let mut form = form.cloned().ok_or_else(|| {
        Error::Settings(format!(
            "{} can't be connected with a person's sign-in",
            description.title
        ))
    })?;
    form.fields
        .retain(|field| is_of_application(field) || field.default.is_some());
    Ok(form)
}
