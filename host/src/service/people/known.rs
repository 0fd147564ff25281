//! What is kept of secrets that nobody can guess, and for how long a login is good.

use chrono::{DateTime, TimeDelta, Utc};
use clientpoint_engine::{clock::stamp, secrets::Secret, text::hex};
use sha2::{Digest, Sha256};

/// A login ends after that long without a request, as a day's work has breaks; and at the latest after a week, so that a
/// forgotten browser is not a door for ever.
const IDLE_FOR: TimeDelta = TimeDelta::hours(8);
pub(super) const LOGIN_FOR: TimeDelta = TimeDelta::days(7);

/// Since when a login that is good was used.
pub(super) fn idle_since(now: DateTime<Utc>) -> String {
    stamp(now - IDLE_FOR)
}

/// What is kept of something that nobody can guess. It is as long as its own hash, so a slow one would add nothing.
pub(super) fn hashed(secret: &Secret) -> String {
    hex(&Sha256::digest(secret.expose()))
}
