//! What is kept of a person's sign-in, between one renewal and the next.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::answer::Granted;
use crate::secrets::Secret;

/// A token is renewed this long before it ends, so that it never ends on the way; one that lives shorter, at half its
/// life.
const RENEW_BEFORE: Duration = Duration::from_secs(5 * 60);

/// What is kept of a person's sign-in.
#[derive(Clone, Debug)]
pub struct Grant {
    /// For the next renewal.
    pub refresh: Secret,
    /// The present access token.
    pub access: Secret,
    /// When it is to be renewed.
    pub renew_at: DateTime<Utc>,
    /// What it is good for, as the endpoint said; none also in what an earlier version has kept.
    pub scope: Option<String>,
}

impl Grant {
    /// What is to be kept of an answer. An endpoint that does not rotate leaves the refresh token as it was; none if
    /// there never was one.
    pub fn new(granted: Granted, before: Option<Secret>, now: DateTime<Utc>) -> Option<Self> {
        Some(Self {
            refresh: granted.refresh.or(before)?,
            access: granted.access,
            scope: granted.scope,
            renew_at: renew_at(granted.life, now),
        })
    }

    /// As one secret, to be sealed.
    pub fn written(&self) -> Secret {
        let written = Written {
            refresh: self.refresh.expose(),
            access: self.access.expose(),
            renew_at: self.renew_at,
            scope: self.scope.as_deref(),
        };
        // Texts and a time can always be written.
        Secret::new(serde_json::to_string(&written).unwrap_or_default())
    }

    /// Reads what [`Grant::written`] has written.
    pub fn parse(text: &Secret) -> Option<Self> {
        let read: Read = serde_json::from_str(text.expose()).ok()?;
        Some(Self {
            refresh: Secret::new(read.refresh),
            access: Secret::new(read.access),
            renew_at: read.renew_at,
            scope: read.scope,
        })
    }
}

#[derive(Serialize)]
struct Written<'a> {
    refresh: &'a str,
    access: &'a str,
    renew_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
}

#[derive(Deserialize)]
struct Read {
    refresh: String,
    access: String,
    renew_at: DateTime<Utc>,
    #[serde(default)]
    scope: Option<String>,
}

/// When a token is to be renewed that was given now.
pub(super) fn renew_at(life: Duration, now: DateTime<Utc>) -> DateTime<Utc> {
    TimeDelta::from_std(early(life))
        .ok()
        .and_then(|life| now.checked_add_signed(life))
        .unwrap_or(now)
}

/// After how much of its life a token is renewed.
pub(super) fn early(life: Duration) -> Duration {
    life.saturating_sub(RENEW_BEFORE.min(life / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(refresh: Option<&str>) -> Granted {
        Granted {
            access: Secret::new("access".into()),
            life: Duration::from_secs(3600),
            refresh: refresh.map(|text| Secret::new(text.into())),
            id_token: None,
            scope: Some("files".into()),
        }
    }

    #[test]
    fn what_is_kept_is_read_as_it_was_written_and_a_missing_rotation_keeps_the_old_token() {
        let now = "2026-03-02T05:00:00Z".parse().unwrap();
        let old = Secret::new("old".into());
        let grant = Grant::new(granted(None), Some(old.clone()), now).unwrap();
        let read = Grant::parse(&grant.written()).unwrap();
        assert_eq!((read.refresh.expose(), read.access.expose()), ("old", "access"));
        assert_eq!(read.scope.as_deref(), Some("files"));
        let before = r#"{"refresh":"old","access":"a","renew_at":"2026-03-02T05:55:00Z"}"#;
        assert_eq!(Grant::parse(&Secret::new(before.into())).unwrap().scope, None);
        assert_eq!(read.renew_at, "2026-03-02T05:55:00Z".parse::<DateTime<Utc>>().unwrap());
        assert_eq!(
            Grant::new(granted(Some("new")), Some(old), now)
                .unwrap()
                .refresh
                .expose(),
            "new"
        );
        assert!(Grant::new(granted(None), None, now).is_none());
        assert!(Grant::parse(&Secret::new("{}".into())).is_none());
    }

    #[test]
    fn renewal_is_five_minutes_early_or_at_half_a_short_life() {
        assert_eq!(early(Duration::from_secs(3600)).as_secs(), 3300);
        assert_eq!(early(Duration::from_secs(60)).as_secs(), 30);
        assert_eq!(early(Duration::ZERO), Duration::ZERO);
    }
}
