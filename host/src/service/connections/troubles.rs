//! What is not as it should be with connections.

use crate::{
    Result,
    service::{
        Session,
        api::{LookAt, Trouble},
        connections::{
            accepted::{self, Expiry, connect_again, expiry},
            of_plugin,
        },
    },
    store::{
        applications,
        connections::{self, Connection, CredentialKind, Mode},
        words::TroubleKind,
    },
    way_out::WayOut,
};

impl Session<'_> {
    /// Those of all connections, and of the application that is registered.
    pub(in crate::service) async fn troubles_of_connections(&self) -> Result<Vec<Trouble>> {
        let present = self.host.describe().await?.id;
        let now = self.host.clock.utc();
        let mut found = Vec::new();
        for connection in connections::list(&self.host.store).await? {
            let of = |kind, message, ways_out, state| trouble(kind, &connection.id, message, ways_out, state);
            if let Some(other) = of_plugin::other(&connection, &present) {
                found.push(of(
                    TroubleKind::OtherPlugin,
                    other.fact(),
                    other.ways_out(),
                    String::new(),
                ));
                continue;
            }
            if let Some(broken) = &connection.needs_reconnect {
                let told = accepted::told(&connection, broken);
                let state = format!("{} {}", broken.problem, broken.since);
                found.push(of(TroubleKind::ConnectionBroken, told.message, told.ways_out, state));
            }
            let ends = connection.expiry(now);
            if let Some((until, state)) = ends.and_then(|ends| ending(&ends)) {
                let message = format!(
                    "the {} of {} {until}",
                    credential(connection.credential),
                    whose(&connection)
                );
                let again = vec![connect_again(connection.mode)];
                found.push(of(TroubleKind::CredentialEnds, message, again, state));
            }
            if connection.drive.is_none() {
                let message = format!("{} has no drive yet, so nothing comes through it", whose(&connection));
                found.push(of(
                    TroubleKind::NoDrive,
                    message,
                    vec![WayOut::ChooseDrive],
                    String::new(),
                ));
            }
        }
        let registered = applications::find(&self.host.store, &present, Mode::User).await?;
        let ends = registered.and_then(|registered| {
            let (until, state) = ending(&expiry(registered.expires_at.as_deref(), now)?)?;
            let what = credential(registered.credential);
            let message = format!("the {what} of the registered application {until}");
            let ways_out = vec![WayOut::RegisterApplication { of: None }];
            Some(trouble(
                TroubleKind::CredentialEnds,
                "application",
                message,
                ways_out,
                state,
            ))
        });
        found.extend(ends);
        Ok(found)
    }
}

fn trouble(kind: TroubleKind, about: &str, message: String, ways_out: Vec<WayOut>, state: String) -> Trouble {
    Trouble {
        kind,
        about: about.to_owned(),
        message,
        needs_a_person: true,
        ways_out,
        look_at: LookAt::Connections,
        state,
    }
}

fn whose(connection: &Connection) -> String {
    match &connection.owner {
        Some(owner) => format!("the sign-in of {owner}"),
        None => "the company's connection".to_owned(),
    }
}

fn credential(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::Certificate => "certificate",
        _ => "secret",
    }
}

/// That a credential ends within a month, and which of three warnings it is.
fn ending(ends: &Expiry) -> Option<(String, String)> {
    let (at, left) = (&ends.at, ends.days_left);
    let warning = match left {
        ..0 => return Some((format!("has ended at {at}"), "over".to_owned())),
        0..=3 => 3,
        4..=14 => 14,
        15..=30 => 30,
        _ => return None,
    };
    Some((format!("ends at {at}: {left} days are left"), warning.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_told_of_with_thirty_fourteen_and_three_days_left_and_once_it_is_over() {
        let state = |days_left| {
            let at = "2026-03-02T05:00:00Z".to_owned();
            ending(&Expiry { at, days_left }).map(|(_, state)| state)
        };
        assert_eq!(state(31), None);
        let told: Vec<String> = (-2..=30).rev().filter_map(state).collect();
        let mut different = told.clone();
        different.dedup();
        assert_eq!(told.len(), 33);
        assert_eq!(different, ["30", "14", "3", "over"]);
        assert_eq!(
            (state(14), state(3), state(0)),
            (Some("14".into()), Some("3".into()), Some("3".into()))
        );
    }
}
