//! The words of `status`: how the connections, the daily sync and the disk stand.

use clap::Args;
use clientpoint_host::{
    Result, Session,
    service::{
        Ended, Health, Status as Standing, Undelivered,
        api::{AtWork, Connection, Registration, Trouble},
    },
    store::{
        connections::CredentialKind,
        words::{RunKind, RunState},
    },
    way_out::WayOut,
};
use serde_json::{Value, json};

use super::{
    application::credential,
    backup, hints,
    output::Output,
    prune, settings,
    show::{Page, moment},
    verify,
};

/// See `Command::Status`.
#[derive(Debug, Args)]
pub struct Status {
    /// Tell last all that needs a person, and end with 3 if there is anything: for whoever watches this host
    #[arg(long)]
    check: bool,
}

/// Tells how everything stands.
pub async fn status(session: &Session<'_>, arguments: &Status) -> Result<Output> {
    let health = session.health().await?;
    let mut output = connections(&session.status().await?);
    let disk = session.disk().await?;
    output.text.add(runs(&health));
    output.text.add(verify::disk(&disk));
    let sizes = session.sizes().await?;
    output.text.add(prune::sizes(&sizes));
    let backups = session.backups().await?;
    output
        .text
        .add(backup::last(backups.first(), session.is_backed_up_elsewhere()));
    let set = session.settings_that_differ().await?;
    output.text.add(settings::differing(&set));
    if let Some(document) = output.json.as_object_mut() {
        document.insert("sync".into(), json!(health));
        document.insert("disk".into(), json!(disk));
        document.insert("sizes".into(), json!(sizes));
        document.insert("backup".into(), json!(backups.first()));
        document.insert("settings".into(), json!(set));
    }
    let undelivered = session.undelivered().await?;
    for Undelivered { way, count, since, why } in &undelivered {
        output.text.line(format!(
            "telling: {count} digests have NOT arrived by {way} since {since}: {why}"
        ));
    }
    if let (false, Some(document)) = (undelivered.is_empty(), output.json.as_object_mut()) {
        document.insert("undelivered".into(), json!(undelivered));
    }
    if arguments.check {
        checked(&session.troubles().await?, &mut output);
    }
    Ok(output)
}

/// All that is not as it should be, and whether a person is needed for any of it.
fn checked(troubles: &[Trouble], output: &mut Output) {
    if troubles.is_empty() {
        output.text.line("check: all is well");
    }
    for trouble in troubles {
        let label = if trouble.needs_a_person { "needs you" } else { "note" };
        let told = hints::told(&trouble.message, &trouble.ways_out);
        output.text.line(format!("check: {label:9}  {told}"));
    }
    if troubles.iter().any(|trouble| trouble.needs_a_person) {
        output.ended = Ended::NeedsAPerson;
    }
    if let Some(document) = output.json.as_object_mut() {
        document.insert("troubles".into(), json!(troubles));
    }
}

fn connections(status: &Standing) -> Output {
    let mut text = Page::default();
    match &status.connection {
        None => text.line(format!("{}: not connected", status.source)),
        Some(connection) => {
            text.line(format!("{}: {}", status.source, how(connection)));
            for (label, value) in lines(connection, status) {
                text.line(format!("  {label:11} {value}"));
            }
        }
    }
    for other in &status.others {
        text.line(format!("also {}", how(other)));
    }
    if !status.test_endpoints.is_empty() {
        text.line(format!(
            "FOR TESTS: this data folder works with {} in the place of the real ones, and no real file is behind it",
            status.test_endpoints.join(" and ")
        ));
    }
    text.add(registration(&status.registration));
    if 0 < status.detached_files {
        text.line(format!(
            "{} files are detached: they follow nothing any more; selecting their drive again mends that",
            status.detached_files
        ));
    }
    if let Some(next) = &status.next {
        text.line(format!("next: {}", hints::told(next, &status.ways_out)));
    }
    Output::done(serde_json::to_value(status).unwrap_or(Value::Null), text)
}

/// The registered application; one that can be registered; nothing, where there is neither.
fn registration(registration: &Registration) -> Page {
    let mut text = Page::default();
    if let Some(application) = &registration.application {
        let credential = credential(application);
        text.line(format!(
            "application for own sign-ins: {}, {credential}",
            application.client_id
        ));
    }
    let concerns = |way_out: &WayOut| match way_out {
        WayOut::RegisterApplication { of } => of.is_some() || registration.application.is_some(),
        _ => true,
    };
    if let Some(next) = registration
        .next
        .as_ref()
        .filter(|_| registration.ways_out.iter().any(concerns))
    {
        text.line(hints::told(next, &registration.ways_out));
    }
    text
}

fn how(connection: &Connection) -> String {
    let mut text = match (&connection.owner, &connection.account) {
        (Some(owner), Some(account)) => format!("{owner}'s own sign-in as {}", account.name),
        (Some(owner), None) => format!("{owner}'s own sign-in"),
        (None, _) => "connected with organization credentials".into(),
    };
    if let Some(broken) = &connection.needs_reconnect {
        let how = if broken.wants_reconnecting {
            "NEEDS RECONNECT"
        } else {
            "NOT ACCEPTED"
        };
        text.push_str(&format!(", {how} since {}", moment(&broken.since)));
    }
    text
}

fn lines(connection: &Connection, status: &Standing) -> Vec<(&'static str, String)> {
    let setting = |key: &str| connection.settings.get(key).cloned().unwrap_or_default();
    let drive = connection.drive.as_ref();
    let mut lines = vec![
        ("tenant", setting("tenant")),
        ("cloud", setting("cloud")),
        (
            "drive",
            drive.map_or("none selected".into(), |drive| drive.name.clone()),
        ),
        (
            "connected",
            format!("{} by {}", moment(&connection.connected_at), connection.connected_by),
        ),
        (
            "last check",
            connection.checked_at.as_deref().map_or_else(|| "never".into(), moment),
        ),
        ("managed", format!("{} files", status.managed_files)),
    ];
    if let Some(expires) = &status.expires {
        let left = match expires.days_left {
            left if left < 0 => "OVER: connect again with a new one".to_string(),
            left => format!("{left} days left"),
        };
        let what = match connection.credential {
            CredentialKind::Certificate => "certificate",
            _ => "secret",
        };
        lines.push((what, format!("until {}, {left}", expires.at)));
    }
    if let Some(broken) = &connection.needs_reconnect {
        lines.push(("trouble", broken.message.clone()));
    }
    lines
}

fn under_way(at_work: &AtWork) -> String {
    let AtWork {
        what,
        by,
        process,
        machine,
        since,
        waits,
    } = at_work;
    let on = machine
        .as_ref()
        .map(|machine| format!(" on `{machine}`"))
        .unwrap_or_default();
    let since = moment(since);
    let told = format!("{what} by `{by}` (process {process}{on}) since {since}");
    match waits {
        Some(waits) => format!("{told}; it waits {waits}"),
        None => told,
    }
}

fn runs(all: &[Health]) -> Page {
    let mut text = Page::default();
    for health in all {
        let last = match &health.last {
            None => "none yet".into(),
            Some(run) => format!(
                "run {} of {}, {}{}",
                run.id,
                moment(&run.started_at),
                run.state,
                run.message
                    .as_ref()
                    .map(|message| format!(": {message}"))
                    .unwrap_or_default()
            ),
        };
        let waiting = health.unfinished.as_ref().filter(|run| run.state == RunState::Waiting);
        let night = match health.last_night {
            Some(true) if waiting.is_some_and(|run| run.kind == RunKind::Scheduled) => "waits for its turn",
            Some(true) if health.unfinished.is_some() => "HAS NOT ENDED",
            Some(true) => "has run",
            Some(false) => "HAS NOT RUN: is `clientpoint-host serve` running?",
            None => "was before this connection was made",
        };
        text.line(format!("sync of {}", health.connection));
        text.line(format!("  last night  {night}"));
        text.line(format!("  last run    {last}"));
        text.line(format!(
            "  next        {}",
            health.next.as_deref().map_or_else(|| "never".into(), moment)
        ));
        if let Some(at_work) = &health.at_work {
            text.line(format!("  at work     {}", under_way(at_work)));
        } else if let Some(run) = waiting {
            text.line(format!(
                "  not ended   run {}, begun {}: it waits for its turn, and a host takes it up",
                run.id, run.started_at
            ));
        } else if let Some(run) = &health.unfinished {
            text.line(format!(
                "  not ended   run {}, begun {}: it is under way, or the next `sync` or `serve` goes on with it",
                run.id, run.started_at
            ));
        }
        for (outcome, count) in &health.needs_a_person {
            text.line(format!("  needs you   {count} {outcome}"));
        }
    }
    text
}
