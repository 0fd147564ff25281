//! What was filled in to connect.

use std::collections::BTreeMap;

use clientpoint_engine::{oauth::Credential, secrets::Secret};

use crate::store::connections::CredentialKind;

/// What an Administrator has filled in, with the secrets parted from the rest.
pub(crate) struct Filled {
    /// What the plugin may see.
    pub settings: BTreeMap<String, String>,
    /// What it may not: to be stored.
    pub secret: Secret,
    /// Which kind of secret that is.
    pub kind: CredentialKind,
    /// The same, to show who asks for tokens.
    pub credential: Credential,
    /// When it ends, where that is known; RFC 3339.
    pub expires_at: Option<String>,
    /// The keys of the settings of which another value means another account.
    pub account: Vec<String>,
}

impl Filled {
    /// Whether a connection with these settings is to the same account of the source, as far as settings tell.
    pub fn is_same_account(&self, before: &BTreeMap<String, String>) -> bool {
        let mut keys = self.account.iter();
        keys.all(|key| before.get(key) == self.settings.get(key))
    }
}
