//! What is not as it should be.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{store::words::TroubleKind, way_out::WayOut};

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Trouble {
    /// What kind of trouble.
    pub kind: TroubleKind,
    /// What it is about: a connection's id, with an outcome behind it where it is about files; empty for the host itself.
    pub about: String,
    /// In a sentence.
    pub message: String,
    /// Whether it stays until a person acts. What does not goes away by itself, as far as can be told.
    pub needs_a_person: bool,
    /// What can be done about it, the likeliest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ways_out: Vec<WayOut>,
    /// Where more of it is seen.
    pub look_at: LookAt,
    /// What makes it the same trouble as yesterday: the sentence may say how many days are left, and this does not.
    #[serde(skip)]
    pub state: String,
}

/// Where more of a trouble is seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "page", rename_all = "kebab-case")]
pub enum LookAt {
    /// Among all that needs a person.
    Home,
    /// Among the connections.
    Connections,
    /// Among the runs.
    Runs,
    /// In a run.
    Run {
        /// Its number.
        run: i64,
        /// Only lines with that outcome; none for all.
        #[serde(skip_serializing_if = "Option::is_none")]
        outcome: Option<String>,
    },
    /// Among the files.
    Files,
}
