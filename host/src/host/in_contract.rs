//! The host's own values in the words of the contract.

use std::collections::BTreeMap;

use clientpoint_engine::{contract::exports::clientpoint::content_source::source as contract, oauth::TokenError};

use crate::store::connections::Mode;

/// Settings in the words of the contract.
pub(crate) fn in_contract(settings: &BTreeMap<String, String>) -> Vec<contract::Setting> {
    let setting = |(key, value): (&String, &String)| contract::Setting {
        key: key.clone(),
        value: value.clone(),
    };
    settings.iter().map(setting).collect()
}

/// A refusal in the words of the contract; none for what is no refusal.
pub(crate) fn refusal_in_contract(refused: &TokenError) -> Option<contract::Refusal> {
    let TokenError::Refused {
        status,
        error,
        description,
        told,
        ..
    } = refused
    else {
        return None;
    };
    Some(contract::Refusal {
        error: contract::OauthError {
            status: *status,
            error: error.clone(),
            description: description.clone(),
        },
        codes: told.codes.clone(),
        suberror: told.suberror.clone(),
        correlation_id: told.correlation_id.clone(),
    })
}

impl From<Mode> for contract::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Organization => Self::Organization,
            Mode::User => Self::User,
        }
    }
}
