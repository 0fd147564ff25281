//! What need not be filled in, because it is known: from the connection before, and from the registered application. A
//! credential that is kept is used again only for the same application, and goes only where it went before.

use clientpoint_engine::{
    clock::stamp,
    contract::exports::clientpoint::content_source::source::{Description, Field, ModeForm},
    planned::Planned,
    secrets::Secret,
};

use crate::{
    Error, Result,
    host::Filled,
    service::{
        Session, api,
        connections::form::{Given, Kept, fill_in, is_of_application, of_application},
    },
    store::{
        applications::{self, Application},
        connections::{Connection, Mode},
    },
    way_out::WayOut,
};

/// What a person signs in with.
pub(super) struct Filling {
    pub filled: Filled,
    pub planned: Planned,
    /// Where the application comes from.
    pub application: api::ApplicationUse,
    /// The application, where it is to be registered once the sign-in has shown that it works.
    pub registers: Option<Application>,
}

impl Filling {
    fn of_its_own(filled: Filled, planned: Planned) -> Self {
        Self {
            filled,
            planned,
            application: api::ApplicationUse::Own,
            registers: None,
        }
    }
}

impl Session<'_> {
    /// The form as it was filled in, with what is known from the connection before where nothing was given. Its credential
    /// is used again only for the same application, and goes only where it went before.
    pub(in crate::service) async fn filled(
        &self,
        form: &ModeForm,
        given: Given,
        before: Option<&Connection>,
        mode: Mode,
    ) -> Result<(Filled, Planned)> {
        let Some(before) = before else {
            return self.filled_and_planned(form, given, mode).await;
        };
        let given = given.with_settings(form, &before.settings, |_| true);
        // A secret that can't be opened any more is asked for again.
        let secret = self.host.secret_of(&before.id).await;
        let again = secret
            .ok()
            .and_then(|secret| given.with_credential(form, kept(before, secret)));
        if let Some(again) = again
            && let Ok(planned_before) = self.plan(mode, &before.settings).await
        {
            let (filled, planned) = self.filled_and_planned(form, again, mode).await?;
            if self.host.is_same_application(before, &planned, &planned_before).await? {
                return Ok((filled, planned));
            }
        }
        self.filled_and_planned(form, given, mode).await
    }

    /// What a person signs in with: what was given, else the registered application; who has given one of their own before,
    /// that. What is no part of the application comes from the connection before.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for what is missing or can't be right.
    pub(super) async fn filled_to_sign_in(
        &self,
        description: &Description,
        form: &ModeForm,
        given: Given,
        before: Option<&Connection>,
    ) -> Result<Filling> {
        let gives = given.gives_application(form);
        let registered = applications::find(&self.host.store, &description.id, Mode::User).await?;
        let (filled, planned, registers) = match &registered {
            None => self.filled_first(description, form, given, before).await?,
            Some(registered) if before.is_some_and(|before| has_its_own(form, before, registered)) => {
                let (filled, planned) = self.filled(form, given, before, Mode::User).await?;
                return Ok(Filling::of_its_own(filled, planned));
            }
            Some(_) => {
                let given = with_what_is_ones_own(form, given, before);
                let (filled, planned) = self.filled_by_application(description, form, given).await?;
                (filled, planned, None)
            }
        };
        Ok(Filling {
            application: match (&registers, gives) {
                (Some(_), _) => api::ApplicationUse::Registers,
                (None, false) if registered.is_some() => api::ApplicationUse::Registered,
                _ => api::ApplicationUse::Own,
            },
            filled,
            planned,
            registers,
        })
    }

    /// As [`Session::filled_to_sign_in`], while no application is registered: one that is given whole is to be. What is known
    /// from the connection before is offered, and never taken.
    async fn filled_first(
        &self,
        description: &Description,
        form: &ModeForm,
        given: Given,
        before: Option<&Connection>,
    ) -> Result<(Filled, Planned, Option<Application>)> {
        let gives = given.gives_application(form);
        let alone = gives.then(|| with_what_is_ones_own(form, given.clone(), before));
        let (filled, planned) = match self.filled(form, given, before, Mode::User).await {
            Ok(filled) => filled,
            Err(error) if error.is_usage() && !gives => {
                return Err(error.with(self.registration_offered(&description.id).await?));
            }
            Err(error) => return Err(error),
        };
        let is_whole = alone
            .and_then(|alone| fill_in(form, alone, self.host.clock.utc()).ok())
            .is_some_and(|alone| is_same_application(form, &alone, &filled));
        let registers = is_whole.then(|| self.application_of(description, form, &filled, &planned));
        Ok((filled, planned, registers))
    }

    /// What was given, with what is registered where nothing was.
    ///
    /// # Errors
    ///
    /// `Error::Settings`; `Error::PluginStopped` where the plugin would send the registered credential elsewhere than when it
    /// was registered.
    pub(super) async fn filled_by_application(
        &self,
        description: &Description,
        form: &ModeForm,
        given: Given,
    ) -> Result<(Filled, Planned)> {
        let opened = self.host.opened_application(&description.id).await;
        let register = || [WayOut::RegisterApplication { of: None }];
        let Some((registered, secret)) = opened.map_err(|error| error.with(register()))? else {
            return self.filled_and_planned(form, given, Mode::User).await;
        };
        let gives = given.gives_application(form);
        let given = given.with_settings(form, &registered.settings, is_of_application);
        let kept = Kept {
            kind: registered.credential,
            expires_at: registered.expires_at.as_deref(),
            secret,
        };
        let is_same =
            |planned: &Planned| planned.named == registered.endpoints && planned.plan.client_id == registered.client_id;
        if let Some(again) = given.with_credential(form, kept) {
            match self.filled_and_planned(form, again, Mode::User).await {
                Ok((filled, planned)) if is_same(&planned) => return Ok((filled, planned)),
                Err(error) if !gives => return Err(error.with(register())),
                _ => {}
            }
        }
        let (filled, planned) = self.filled_and_planned(form, given, Mode::User).await?;
        if gives || is_same(&planned) {
            return Ok((filled, planned));
        }
        let (now, then) = (planned.named, &registered.endpoints);
        let moved = Error::PluginStopped(format!(
            "it would sign in at {} and call {}, but the application was registered for {} and {}",
            now.login, now.api, then.login, then.api
        ));
        Err(moved.with(register()))
    }

    /// An application, as it was filled in.
    pub(super) fn application_of(
        &self,
        description: &Description,
        form: &ModeForm,
        filled: &Filled,
        planned: &Planned,
    ) -> Application {
        Application {
            plugin: description.id.clone(),
            mode: Mode::User,
            client_id: planned.plan.client_id.clone(),
            settings: of_application(form, &filled.settings),
            credential: filled.kind,
            expires_at: filled.expires_at.clone(),
            endpoints: planned.named.clone(),
            registered_at: stamp(self.host.clock.utc()),
            registered_by: self.user.name.clone(),
        }
    }

    /// What was filled in, and the plugin's answer to it.
    async fn filled_and_planned(&self, form: &ModeForm, given: Given, mode: Mode) -> Result<(Filled, Planned)> {
        let filled = fill_in(form, given, self.host.clock.utc())?;
        let planned = self.plan(mode, &filled.settings).await?;
        Ok((filled, planned))
    }
}

/// The credential of a connection.
pub(super) fn kept(of: &Connection, secret: Secret) -> Kept<'_> {
    Kept {
        kind: of.credential,
        expires_at: of.expires_at.as_deref(),
        secret,
    }
}

/// What was given, with the settings of before that are no part of the application.
fn with_what_is_ones_own(form: &ModeForm, given: Given, before: Option<&Connection>) -> Given {
    match before {
        Some(before) => given.with_settings(form, &before.settings, |field: &Field| !is_of_application(field)),
        None => given,
    }
}

/// Whether a connection was made with another application than the registered one, by who gave it then.
fn has_its_own(form: &ModeForm, before: &Connection, registered: &Application) -> bool {
    !before.registered && of_application(form, &before.settings) != registered.settings
}

fn is_same_application(form: &ModeForm, one: &Filled, other: &Filled) -> bool {
    let settings = |of: &Filled| of_application(form, &of.settings);
    one.kind == other.kind && one.secret.expose() == other.secret.expose() && settings(one) == settings(other)
}
