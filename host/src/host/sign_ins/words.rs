//! Why the answer of a sign-in is not taken, or none came.

use clientpoint_engine::oauth::pending::Stray;

use crate::{Error, way_out::WayOut};

fn refused(problem: &str, message: impl Into<String>, way_out: WayOut) -> Error {
    let refused = Error::SignIn {
        problem: problem.into(),
        message: message.into(),
    };
    refused.with([way_out])
}

pub(super) fn unknown() -> Error {
    let message = "no sign-in waits for this answer: it was begun elsewhere, or has ended long ago";
    refused("sign-in-unknown", message, WayOut::SignInAgain)
}

pub(super) fn foreign() -> Error {
    let message = "this sign-in was begun by somebody else, and nobody but they can finish it";
    refused("sign-in-foreign", message, WayOut::SignInAgain)
}

pub(super) fn used() -> Error {
    let message = "this sign-in was used already, and each address is good once";
    refused("sign-in-used", message, WayOut::ShowStatus)
}

pub(super) fn broken_off() -> Error {
    let message = "the sign-in was broken off after its answer had come, so nobody was told what came of it";
    refused("broken-off", message, WayOut::ShowStatus)
}

/// That it was given up.
pub(crate) fn given_up() -> Error {
    let message = "the sign-in was given up before anybody came back from it: nothing was changed";
    refused("stopped", message, WayOut::SignInAgain)
}

/// That nobody came in time. `approval` is where somebody with the rights approves the application for everybody.
pub(crate) fn late(approval: Option<&str>) -> Error {
    let approval = approval.map(|url| {
        format!("; if the sign-in service asked for an administrator's approval, one can give it once for everybody at {url}")
    });
    let late = "nobody has come back from the sign-in page within ten minutes, so nothing was connected";
    let message = format!("{late}{}", approval.unwrap_or_default());
    refused("too-late", message, WayOut::SignInAgain)
}

/// That one person, or all together, have as many as may be. `until` is when the first of those ends that wait.
pub(super) fn too_many(whose: &str, most: usize, until: &str) -> Error {
    let message = format!(
        "{most} sign-ins {whose} are under way, and that is the most at a time: finish one or give one up, or wait until \
         {until}, when the first one ends"
    );
    Error::SignIn {
        problem: "too-many-sign-ins".into(),
        message,
    }
}

/// Why an answer with the right state is none.
pub(super) fn stray(why: Stray) -> Error {
    let problem = match why {
        Stray::State => return unknown(),
        Stray::Used => return used(),
        Stray::Issuer => "sign-in-issuer",
        Stray::Empty => "sign-in-empty",
    };
    refused(problem, why.to_string(), WayOut::SignInAgain)
}
