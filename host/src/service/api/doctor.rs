//! What was found when everything was looked at that work takes.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    store::{
        connections::Mode,
        words::{CheckStanding, CheckSubject},
    },
    way_out::WayOut,
};

/// What was found. It names neither files nor people: it can be sent to those who help.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Examination {
    /// The version of this program.
    pub version: &'static str,
    /// The plugin's id and version; none where there is none.
    pub plugin: Option<String>,
    /// Whose connection was looked at: `organization` (the company's) or `user` (the own one). None where there is none.
    pub connection: Option<Mode>,
    /// Whether nothing has failed.
    pub well: bool,
    /// One finding a subject, in the order in which one builds on the other.
    pub checks: Vec<Check>,
}

/// What was found about one subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Finding)]
pub struct Check {
    /// What was looked at.
    pub subject: CheckSubject,
    /// How it stands.
    pub standing: CheckStanding,
    /// In a sentence.
    pub message: String,
    /// What can be done about it, the likeliest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ways_out: Vec<WayOut>,
}

impl Examination {
    pub(in crate::service) fn new(plugin: Option<String>, connection: Option<Mode>, checks: Vec<Check>) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            plugin,
            connection,
            well: checks.iter().all(|check| check.standing != CheckStanding::Failed),
            checks,
        }
    }
}

impl Check {
    pub(in crate::service) fn well(subject: CheckSubject, message: impl Into<String>) -> Self {
        Self::new(subject, CheckStanding::Well, message)
    }

    pub(in crate::service) fn warning(subject: CheckSubject, message: impl Into<String>) -> Self {
        Self::new(subject, CheckStanding::Warning, message)
    }

    pub(in crate::service) fn failed(subject: CheckSubject, message: impl Into<String>) -> Self {
        Self::new(subject, CheckStanding::Failed, message)
    }

    pub(in crate::service) fn not_asked(subject: CheckSubject, message: impl Into<String>) -> Self {
        Self::new(subject, CheckStanding::NotAsked, message)
    }

    pub(in crate::service) fn new(subject: CheckSubject, standing: CheckStanding, message: impl Into<String>) -> Self {
        Self {
            subject,
            standing,
            message: message.into(),
            ways_out: Vec::new(),
        }
    }

    #[must_use]
    pub(in crate::service) fn with(mut self, ways_out: impl IntoIterator<Item = WayOut>) -> Self {
        self.ways_out.extend(ways_out);
        self
    }
}
