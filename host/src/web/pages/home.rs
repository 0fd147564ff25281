//! Home: what needs a person, before anything else.

use axum::{extract::State, response::Response};
use maud::html;

use super::{integrations, last_night};
use crate::{
    Result,
    service::{ConnectionRow, Health, HeldBack, RunRow, Session, Status, api::Trouble},
    store::{
        connections::{CredentialKind, Mode},
        users::Role,
        words::TroubleKind,
    },
    web::{
        console::Asker,
        frame::Page,
        showing::{Here, done, shown},
        words,
    },
};

/// Something that needs a person.
struct Issue {
    what: String,
    why: String,
    address: String,
    label: &'static str,
}

/// `GET /`
pub(super) async fn home(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        if session.user().role != Role::Administrator {
            return Ok(done("/files"));
        }
        page(session).await
    })
    .await
}

async fn page(session: &Session<'_>) -> Result<Response> {
    let (status, health) = (session.status().await?, session.health().await?);
    let night = last_night::told(session, &health).await?;
    // Without a plugin they are told by its own pages.
    let connections = session.connections().await.unwrap_or_default();
    let mut issues = issues(&status, &connections);
    for health in &health {
        let held = session.held_back(&health.connection).await?;
        issues.extend(of_run(health, held.as_ref()));
    }
    issues.extend(session.troubles().await?.iter().filter_map(of_host));
    issues.extend(session.open_upload().await?.as_ref().map(of_upload));
    let title = match issues.len() {
        0 => "Nothing needs you".to_owned(),
        1 => "One thing needs you".to_owned(),
        number => format!("{number} things need you"),
    };
    let body = html! {
        (night)
        @if !issues.is_empty() {
            section.card aria-labelledby="you" {
                div.pad { h2 #you { "Needs you" } }
                @for issue in &issues {
                    div.issue {
                        div { (words::state(words::Tone::Bad, &issue.what)) span.why { (words::sentence(&issue.why)) } }
                        a.btn href=(issue.address) { (issue.label) }
                    }
                }
            }
        }
        section.tiles aria-label="At a glance" {
            div.card.tile { b { (words::grouped(status.managed_files)) } span.soft { "files follow " (status.source) } }
            @if let Some(next) = health.iter().find_map(|health| health.next.as_deref()) {
                div.card.tile { b { (next.get(11..16).unwrap_or_default()) } span.soft { "UTC, the next sync: " (words::moment(next)) } }
            }
        }
        (integrations::for_tests(&status.test_endpoints))
    };
    Ok(Page::new("/", title, body).of(session))
}

fn issues(status: &Status, connections: &[ConnectionRow]) -> Vec<Issue> {
    let mut issues = Vec::new();
    if !status.connected {
        issues.push(Issue {
            what: format!("Connect {} first", status.source),
            why: "Until then nothing can be imported, and no file follows its source.".into(),
            address: "/integrations/connect".into(),
            label: "Connect",
        });
    }
    for broken in status
        .connection
        .iter()
        .chain(&status.others)
        .filter_map(|one| one.needs_reconnect.as_ref())
    {
        issues.push(Issue {
            what: "A connection is not accepted any more".into(),
            why: broken.message.clone(),
            address: "/integrations".into(),
            label: "Look at the connection",
        });
    }
    issues.extend(connections.iter().filter_map(of_credential));
    if status
        .connection
        .as_ref()
        .is_some_and(|connection| connection.drive.is_none())
    {
        issues.push(Issue {
            what: "No drive is chosen".into(),
            why: "Choose the one that files are to come from.".into(),
            address: "/integrations/drives".into(),
            label: "Choose the drive",
        });
    }
    if 0 < status.detached_files {
        issues.push(Issue {
            what: format!(
                "{} no longer follow their source",
                words::count(status.detached_files, "file", "files")
            ),
            why: "Choosing their drive again lets them follow; until then they stay as they are.".into(),
            address: "/files?state=detached".into(),
            label: "Look at them",
        });
    }
    issues
}

/// A secret or a certificate that ends within a month, or has ended.
fn of_credential(row: &ConnectionRow) -> Option<Issue> {
    let expires = row.expires.as_ref().filter(|expires| expires.days_left <= 30)?;
    let connection = &row.connection;
    let what = match connection.credential {
        CredentialKind::Certificate => "certificate",
        _ => "secret",
    };
    let whose = match &connection.owner {
        Some(owner) => format!("the sign-in of {owner}"),
        None => "the company's connection".to_owned(),
    };
    let when = match u64::try_from(expires.days_left) {
        Err(_) => "has ended".to_owned(),
        Ok(0) => "ends within a day".to_owned(),
        Ok(left) => format!("ends in {}", words::count(left, "day", "days")),
    };
    let (address, label) = match connection.mode {
        Mode::Organization => ("/integrations/connect/company", "Replace secret"),
        Mode::User if row.is_yours => ("/integrations/connect/own", "Sign in again"),
        Mode::User => ("/integrations", "Look at the connection"),
    };
    Some(Issue {
        what: format!("The {what} of {whose} {when}"),
        why: format!(
            "From {} on no file follows its source through it: they stay as they are until a new one is entered.",
            expires.at.get(..10).unwrap_or(&expires.at)
        ),
        address: address.into(),
        label,
    })
}

/// What is the matter with the host itself; none for what is told more closely above.
fn of_host(trouble: &Trouble) -> Option<Issue> {
    let (what, address, label) = match trouble.kind {
        TroubleKind::Damaged => (
            "Bytes of files are damaged on this host's disk",
            "/files?state=damaged",
            "Look at them",
        ),
        TroubleKind::DatabaseDamaged => ("The database of this host is damaged", "/backups", "Backups"),
        TroubleKind::NotDelivered => ("People could not be told what needs them", "/limits", "Limits"),
        TroubleKind::DiskNearlyFull => ("The disk of this host is nearly full", "/limits", "Limits"),
        _ => return None,
    };
    trouble.needs_a_person.then(|| Issue {
        what: what.into(),
        why: trouble.message.clone(),
        address: address.into(),
        label,
    })
}

/// A sheet of which something is left to do.
fn of_upload((upload, open): &(RunRow, u64)) -> Issue {
    let what = if *open == 0 {
        "An upload of a sheet was broken off".to_owned()
    } else {
        format!(
            "{} you",
            words::count(*open, "row of the latest sheet needs", "rows of the latest sheet need")
        )
    };
    Issue {
        what,
        why: "Their files follow nothing new until the rows are corrected and uploaded again.".into(),
        address: format!("/files/associate/{}", upload.run.id),
        label: "Look at the report",
    }
}

/// What the last run and the last night have left; `held` is what the run holds back.
fn of_run(health: &Health, held: Option<&HeldBack>) -> Vec<Issue> {
    let mut issues = Vec::new();
    if let Some(held) = held {
        issues.push(Issue {
            what: format!(
                "{} would be marked as gone at once",
                words::count(held.files, "file", "files")
            ),
            why: "So many rarely vanish on purpose: they are held back until somebody has looked at them.".into(),
            address: format!("/sync/{}/gone", held.run.id),
            label: "Look at them",
        });
    }
    if health.last_night == Some(false) {
        issues.push(Issue {
            what: "Last night's sync did not run".into(),
            why: "Files have the content of the sync before. It is caught up as soon as this host can.".into(),
            address: "/sync".into(),
            label: "Look at the runs",
        });
    }
    let address = health
        .last
        .as_ref()
        .map_or_else(|| "/sync".to_owned(), |run| format!("/sync/{}", run.id));
    for (outcome, count) in &health.needs_a_person {
        // Those that are held back at once are told already.
        let told = held.filter(|_| outcome == "held").map_or(0, |held| held.files);
        let count = count.saturating_sub(told);
        if count == 0 {
            continue;
        }
        let (_, label) = words::outcome(outcome);
        issues.push(Issue {
            what: format!("{}: {label}", words::count(count, "file", "files")),
            why: if count == 1 {
                "It keeps the content that it has. The run tells which one it is.".into()
            } else {
                "They keep the content that they have. The run tells of each by name.".into()
            },
            address: if outcome == "given-up" {
                "/sync".into()
            } else {
                format!("{address}?outcome={outcome}")
            },
            label: "Look at them",
        });
    }
    issues
}
