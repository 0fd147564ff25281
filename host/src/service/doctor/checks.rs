//! Checks that stand for what nobody could look at, and whether it is worth looking on.

use crate::{
    service::api::Check,
    store::words::{CheckStanding, CheckSubject},
};

/// All subjects from this one on, which nobody could look at.
pub(super) fn from_here_on(first: CheckSubject, why: &str) -> impl Iterator<Item = Check> {
    let all = CheckSubject::ALL.iter().skip_while(move |subject| **subject != first);
    all.map(move |subject| Check::not_asked(*subject, why))
}

/// Whether something does not work.
pub(super) fn has_failed(checks: &[Check]) -> bool {
    checks.iter().any(|check| check.standing == CheckStanding::Failed)
}
