//! The company's access token, as it is kept for all processes that work with one library.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    oauth::{answer::Granted, grant::renew_at},
    secrets::Secret,
};

/// What is kept of an answer to the application's own credential.
#[derive(Clone, Debug)]
pub struct CompanyToken {
    /// The access token.
    pub access: Secret,
    /// When another one is to be asked for.
    pub renew_at: DateTime<Utc>,
    /// What it is good for, as the endpoint said.
    pub scope: Option<String>,
}

impl CompanyToken {
    /// What is to be kept of an answer.
    pub(super) fn new(granted: Granted, now: DateTime<Utc>) -> Self {
        Self {
            access: granted.access,
            renew_at: renew_at(granted.life, now),
            scope: granted.scope,
        }
    }

    /// As one secret, to be sealed.
    pub fn written(&self) -> Secret {
        let written = Written {
            access: self.access.expose(),
            renew_at: self.renew_at,
            scope: self.scope.as_deref(),
        };
        // Texts and a time can always be written.
        Secret::new(serde_json::to_string(&written).unwrap_or_default())
    }

    /// Reads what [`CompanyToken::written`] has written.
    pub fn parse(text: &Secret) -> Option<Self> {
        let read: Read = serde_json::from_str(text.expose()).ok()?;
        Some(Self {
            access: Secret::new(read.access),
            renew_at: read.renew_at,
            scope: read.scope,
        })
    }
}

#[derive(Serialize)]
struct Written<'a> {
    access: &'a str,
    renew_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
}

#[derive(Deserialize)]
struct Read {
    access: String,
    renew_at: DateTime<Utc>,
    #[serde(default)]
    scope: Option<String>,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_kept_is_read_as_it_was_written_and_anything_else_is_nothing() {
        let granted = Granted {
            access: Secret::new("access".into()),
            life: Duration::from_secs(3600),
            refresh: None,
            id_token: None,
            scope: Some("files".into()),
        };
        let token = CompanyToken::new(granted, "2026-03-02T05:00:00Z".parse().unwrap());
        let read = CompanyToken::parse(&token.written()).unwrap();
        assert_eq!(read.access.expose(), "access");
        assert_eq!(read.renew_at, "2026-03-02T05:55:00Z".parse::<DateTime<Utc>>().unwrap());
        assert_eq!(read.scope.as_deref(), Some("files"));
        for other in ["", "{}", r#"{"access":"a"}"#] {
            assert!(CompanyToken::parse(&Secret::new(other.into())).is_none(), "{other}");
        }
    }
}
