//! The engine's own values in the words of the contract.

use std::collections::BTreeMap;

use crate::{contract::exports::clientpoint::content_source::source as contract, oauth::TokenError};

/// Settings in the words of the contract.
pub fn in_contract(settings: &BTreeMap<String, String>) -> Vec<contract::Setting> {
    let setting = |(key, value): (&String, &String)| contract::Setting {
        key: key.clone(),
        value: value.clone(),
    };
    settings.iter().map(setting).collect()
}

/// A refusal in the words of the contract; none for what is no refusal.
pub fn refusal_in_contract(refused: &TokenError) -> Option<contract::Refusal> {
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
