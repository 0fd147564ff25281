//! What requests of the control API bring along.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use crate::config::{Consent, Resync};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Put {
    pub(super) drive: Option<String>,
    pub(super) path: String,
    pub(super) text: Option<String>,
    pub(super) base64: Option<String>,
    pub(super) generated: Option<Generated>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RefusePages {
    pub(super) status: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Generated {
    pub(super) size: u64,
    #[serde(default)]
    pub(super) seed: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct At {
    pub(super) drive: Option<String>,
    pub(super) path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rename {
    pub(super) drive: Option<String>,
    pub(super) path: String,
    pub(super) name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Move {
    pub(super) drive: Option<String>,
    pub(super) path: String,
    pub(super) folder: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MoveToDrive {
    pub(super) drive: Option<String>,
    pub(super) path: String,
    pub(super) to: String,
    pub(super) folder: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpireDelta {
    pub(super) resync: Resync,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BreakDelta {
    pub(super) status: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Units {
    pub(super) per_minute: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetFault {
    pub(super) fault: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetClock {
    pub(super) now: DateTime<Utc>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Revoke {
    pub(super) person: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Interaction {
    pub(super) required: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Roles {
    pub(super) roles: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OneSite {
    pub(super) path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsentBy {
    pub(super) by: Consent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInEvery {
    pub(super) hours: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Challenge {
    pub(super) drive: String,
    pub(super) status: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct TokenLife {
    pub(super) expires_in: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddCertificate {
    pub(super) base64: String,
}
