//! The application that is registered once for everybody's own sign-ins.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    store::connections::{CredentialKind, Mode},
    way_out::WayOut,
};

/// A registered application, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Application {
    /// The plugin's id.
    pub plugin: String,
    /// The way to connect that it is for.
    pub mode: Mode,
    /// What the sign-in service knows it by.
    pub client_id: String,
    /// What was filled in of it, by the keys that the plugin's description names; secrets are not among them.
    pub settings: BTreeMap<String, String>,
    /// How it shows that it is itself.
    pub credential: CredentialKind,
    /// When its client secret or certificate ends, where that is known; RFC 3339.
    pub expires_at: Option<String>,
    /// Whole days until then; negative once it is over.
    pub days_left: Option<i64>,
    /// RFC 3339.
    pub registered_at: String,
    /// The Administrator who did it.
    pub registered_by: String,
}

/// How it stands with the application of everybody's own sign-ins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Registration {
    /// The one that is registered; none where each sign-in gives its own.
    pub application: Option<Application>,
    /// What to do next, where something is missing or has ended.
    pub next: Option<String>,
    /// The ways to do that.
    pub ways_out: Vec<WayOut>,
}

/// What registering or forgetting an application came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RegistrationChange {
    /// The one that is registered now.
    pub application: Option<Application>,
    /// The one that was until now.
    pub replaced: Option<Application>,
    /// What comes of it, and what does not, in sentences.
    pub consequences: Vec<String>,
    /// What can be done now.
    pub ways_out: Vec<WayOut>,
}

/// Where the application of a sign-in comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicationUse {
    /// It is the registered one.
    Registered,
    /// It was given, none is registered, and it will be once the sign-in has shown that it works.
    Registers,
    /// It was given for this sign-in, or is known from the connection before: what is registered stays as it is.
    Own,
}
