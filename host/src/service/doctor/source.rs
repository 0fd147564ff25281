//! What is at the source: the way there, signing in, and what the plugin finds behind that.

use std::time::Duration;

use clientpoint_engine::{
    Error as EngineError, SignedIn,
    calls::{Finding, Remedy, Standing, Subject},
    contract::exports::clientpoint::content_source::source::AuthorizationPlan,
    text::one_line,
};
use futures::future::join_all;

use super::{
    checks::{from_here_on, has_failed},
    network,
};
use crate::{
    Error, Result,
    service::{Session, api::Check, connections::accepted::connect_again},
    store::{
        connections::Connection,
        words::{CheckStanding, CheckSubject},
    },
    way_out::WayOut,
};

/// How long the plugin may look.
const WITHIN: Duration = Duration::from_secs(2 * 60);

/// How many days a credential has left when people are told.
const SOON: i64 = 30;

/// Nothing can be asked before somebody has connected.
pub(super) fn not_connected(title: &str) -> Vec<Check> {
    let why = "nothing is connected yet";
    from_here_on(CheckSubject::Proxy, why)
        .map(|check| match check.subject {
            CheckSubject::SignIn => {
                let message = format!("{title} is not connected, so nobody can be asked");
                Check::failed(CheckSubject::SignIn, message).with([WayOut::Connect])
            }
            _ => check,
        })
        .collect()
}

impl Session<'_> {
    /// All that lies beyond this machine.
    pub(super) async fn at_the_source(&self, connection: &Connection) -> Vec<Check> {
        let plan = match self.plan_to_work_by(connection).await {
            Ok(plan) => plan,
            Err(error) => {
                let why = "the connection can't be used";
                return from_here_on(CheckSubject::Proxy, why)
                    .map(|check| match check.subject {
                        CheckSubject::SignIn => of_error(CheckSubject::SignIn, &error),
                        _ => check,
                    })
                    .collect();
            }
        };
        let mut checks = self.network(&plan).await;
        // A clock that is wrong is told, and signing in shows whether it matters.
        let before: Vec<Check> = checks
            .iter()
            .filter(|check| check.subject != CheckSubject::Clock)
            .cloned()
            .collect();
        if has_failed(&before) {
            checks.extend(from_here_on(CheckSubject::SignIn, "there is no way to the source"));
            return checks;
        }
        match self.signs_in(connection, plan).await {
            Err(failed) => {
                checks.push(failed);
                checks.extend(from_here_on(CheckSubject::Permissions, "signing in comes first"));
            }
            Ok((signed_in, check)) => {
                checks.push(check);
                checks.extend(self.examined(connection, &signed_in).await);
            }
        }
        checks
    }

    async fn plan_to_work_by(&self, connection: &Connection) -> Result<AuthorizationPlan> {
        self.host.require_of_this_plugin(connection).await?;
        let planned = self.plan(connection.mode, &connection.settings).await?;
        self.host.held_to_endpoints(connection, planned).await
    }

    async fn network(&self, plan: &AuthorizationPlan) -> Vec<Check> {
        let Ok(engine) = self.host.engine() else {
            return Vec::new();
        };
        let endpoints = [&plan.token_url, &plan.egress.api_origin];
        let ways = join_all(endpoints.map(|endpoint| engine.way_to(endpoint))).await;
        network::found(&ways, self.host.clock.utc())
    }

    /// Asks for a token anew, for one from before has the rights that there were then, and writes nothing down of a refusal.
    async fn signs_in(
        &self,
        connection: &Connection,
        plan: AuthorizationPlan,
    ) -> std::result::Result<(SignedIn, Check), Check> {
        let subject = CheckSubject::SignIn;
        if let Err(error) = self.refuse_what_is_over(connection) {
            // Its words name the account.
            let why = connection.needs_reconnect.as_ref().map(|broken| broken.message.clone());
            return Err(Check::failed(subject, why.unwrap_or_default()).with(error.ways_out()));
        }
        let signed_in = async {
            let tokens = self.host.tokens(connection, &plan).await?;
            let engine = self.host.engine()?;
            Ok::<_, Error>(engine.signed_in_anew(connection.of_engine(), plan, tokens).await)
        };
        match signed_in.await {
            Ok(Ok(signed_in)) => Ok((signed_in, self.accepted_credential(connection))),
            Ok(Err(error)) => {
                let is_final = matches!(&error, EngineError::SignIn { is_final: true, .. });
                let again = is_final.then(|| connect_again(connection.mode));
                Err(of_error(subject, &error.into()).with(again))
            }
            Err(error) => Err(of_error(subject, &error)),
        }
    }

    fn accepted_credential(&self, connection: &Connection) -> Check {
        let subject = CheckSubject::SignIn;
        match connection.expiry(self.host.clock.utc()) {
            Some(expires) if expires.days_left < SOON => {
                let message = format!(
                    "a token was given; the credential has {} days left, until {}",
                    expires.days_left, expires.at
                );
                Check::warning(subject, message).with([connect_again(connection.mode)])
            }
            _ => Check::well(subject, "a token was given"),
        }
    }

    /// What the plugin finds.
    async fn examined(&self, connection: &Connection, signed_in: &SignedIn) -> Vec<Check> {
        match signed_in.examine(self.actor(), WITHIN).await {
            Ok(findings) => in_order(findings, connection),
            Err(error) => {
                let mut checks: Vec<Check> =
                    from_here_on(CheckSubject::Permissions, "the plugin could not look at it").collect();
                if let Some(first) = checks.first_mut() {
                    *first = of_error(first.subject, &error.into());
                }
                checks
            }
        }
    }
}

/// One check a subject, whatever the plugin has answered and in whatever order.
fn in_order(findings: Vec<Finding>, connection: &Connection) -> Vec<Check> {
    let mut checks: Vec<Check> =
        from_here_on(CheckSubject::Permissions, "the plugin has nothing to say of it").collect();
    for finding in findings.into_iter().rev() {
        let check = of_finding(finding, connection);
        if let Some(place) = checks.iter_mut().find(|known| known.subject == check.subject) {
            *place = check;
        }
    }
    checks
}

fn of_finding(finding: Finding, connection: &Connection) -> Check {
    let subject = match finding.subject {
        Subject::Permissions => CheckSubject::Permissions,
        Subject::Drive => CheckSubject::Drive,
        Subject::Listing => CheckSubject::Listing,
        Subject::Changes => CheckSubject::Changes,
        Subject::File => CheckSubject::File,
    };
    let standing = match finding.standing {
        Standing::Well => CheckStanding::Well,
        Standing::Warning => CheckStanding::Warning,
        Standing::Failed => CheckStanding::Failed,
        Standing::NotAsked => CheckStanding::NotAsked,
    };
    let way_out = finding.remedy.and_then(|remedy| match remedy {
        Remedy::Connect => Some(connect_again(connection.mode)),
        Remedy::ChooseDrive => Some(WayOut::ChooseDrive),
        Remedy::Grant => Some(WayOut::GrantRights),
        Remedy::Network => Some(WayOut::CheckNetwork),
        Remedy::Wait => None,
    });
    Check::new(subject, standing, one_line(&finding.message)).with(way_out)
}

fn of_error(subject: CheckSubject, error: &Error) -> Check {
    Check::failed(subject, error.fact()).with(error.ways_out())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_somebody_has_connected_that_is_all_that_is_wrong() {
        let checks = not_connected("The Shelf");
        let failed: Vec<&Check> = checks
            .iter()
            .filter(|check| check.standing == CheckStanding::Failed)
            .collect();
        assert_eq!(failed.len(), 1);
        assert_eq!(
            (failed[0].subject, &failed[0].ways_out[..]),
            (CheckSubject::SignIn, &[WayOut::Connect][..])
        );
        assert_eq!(checks.len(), 12, "all that is not on this machine");
    }
}
