//! Step 2: the one drive of a connection, chosen from what it can see or by its address.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::{
    Error, Result,
    service::{Cursor, DriveRow, Session, api},
    way_out::WayOut,
    web::{
        asked::Asked,
        console::Asker,
        form::Filled,
        frame::Page,
        showing::{Here, address, done, shown},
        trouble, words,
    },
};

/// Pages of the source that one page of ours looks through for a search.
const LOOKS_THROUGH: u32 = 20;

#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
}

/// What was found, and how far was looked.
struct Found {
    drives: Vec<DriveRow>,
    notes: Vec<String>,
    looked_at: usize,
    next: Option<Cursor>,
}

/// `GET /integrations/drives`
pub(super) async fn drives(State(console): Here, asker: Asker, Asked(wanted): Asked<Wanted>) -> Response {
    shown(&console, &asker, async |session| {
        let found = match found(session, &wanted).await {
            Ok(found) => found,
            Err(error) if may_not_list(&error) => {
                // One that is not listed may be open all the same to who has its address.
                let body = html! { (steps(2)) (trouble::card(&error)) (by_address(&asker)) };
                return Ok(page("Step 2: choose the drive", body).answer(trouble::status(&error), session));
            }
            Err(error) => return Err(error),
        };
        let body = html! {
            (steps(2))
            @for note in &found.notes { p.note { (words::name(note)) } }
            section.card { (tools(&asker, &wanted)) (list(&asker, &wanted, &found)) }
            (by_address(&asker))
        };
        Ok(page("Step 2: choose the drive", body).of(session))
    })
    .await
}

/// `POST /integrations/drives`: by its id or by an address; another one than before is asked about first.
pub(super) async fn select(State(console): Here, asker: Asker, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let (id, address) = (filled.text("drive"), filled.text("address").trim());
        let switch = filled.text("switch") == "yes";
        let selected = if address.is_empty() {
            session.select_drive(id, switch).await
        } else {
            session.select_drive_at(address, switch).await
        };
        match selected {
            Ok(selected) => {
                asker
                    .note(&console, session, "drive-chosen", &selected.drive.name)
                    .await?;
                Ok(done(&asker.with_through("/integrations/done")))
            }
            Err(error) if !switch && error.ways_out().contains(&WayOut::SwitchDrive) => {
                ask(&asker, session, &filled, &error).await
            }
            Err(error) => Err(error),
        }
    })
    .await
}

/// `GET /integrations/done`
pub(super) async fn all_done(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        let (status, source) = (session.status().await?, session.source().await?);
        let Some(connection) = status.connection else {
            return Ok(done("/integrations"));
        };
        let body = html! {
            (steps(3))
            section.card role="status" { div.pad {
                (facts(&connection))
                div.buttons {
                    a.btn.main href=(asker.with_through("/files/add")) { (words::name(&source.add)) }
                    a.btn href="/integrations" { "Cloud Storage Integrations" }
                }
            } }
        };
        Ok(page("You're done with the setup", body).of(session))
    })
    .await
}

fn page(title: &str, body: Markup) -> Page {
    Page::new("/integrations", title, body).below("Cloud Storage Integrations", "/integrations")
}

fn steps(now: usize) -> Markup {
    html! {
        ol.steps {
            @for (number, step) in ["Connect", "Choose the drive", "Done"].into_iter().enumerate() {
                li aria-current=[(number + 1 == now).then_some("step")] { (number + 1) " " (step) }
            }
        }
    }
}

fn facts(connection: &api::Connection) -> Markup {
    html! {
        dl.facts {
            dt { "Connected by" } dd { (words::name(&super::integrations::called(connection))) }
            @if let Some(tenant) = connection.settings.get("tenant") { dt { "Tenant" } dd { (words::name(tenant)) } }
            dt { "Drive" } dd { (words::name(connection.drive.as_ref().map_or("none is chosen", |drive| &drive.name))) }
            dt { "Last accepted" } dd { (words::moment_or(connection.checked_at.as_deref(), "never")) }
        }
    }
}

async fn found(session: &Session<'_>, wanted: &Wanted) -> Result<Found> {
    let after = |text: &str| (!text.is_empty()).then(|| text.parse::<Cursor>()).transpose();
    let sought = wanted.q.trim().to_lowercase();
    let mut found = Found {
        drives: Vec::new(),
        notes: Vec::new(),
        looked_at: 0,
        next: after(&wanted.after)?,
    };
    for _ in 0..LOOKS_THROUGH {
        let page = session.drives_page(found.next.as_ref()).await?;
        found.looked_at += page.drives.len();
        found.notes.extend(page.notes);
        let fits = |drive: &DriveRow| sought.is_empty() || drive.name.to_lowercase().contains(&sought);
        found.drives.extend(page.drives.into_iter().filter(fits));
        found.next = page.next;
        if found.next.is_none() || sought.is_empty() && !found.drives.is_empty() {
            break;
        }
    }
    Ok(found)
}

/// Whether the connection may list no drives at all, as where single ones were granted to it.
fn may_not_list(error: &Error) -> bool {
    matches!(
        error.bare(),
        Error::Plugin {
            code: "access-denied",
            ..
        }
    )
}

fn tools(asker: &Asker, wanted: &Wanted) -> Markup {
    html! {
        form.tools method="get" action="/integrations/drives" role="search" {
            (asker.through_field())
            label.unseen for="q" { "Search these drives" }
            input #q type="search" name="q" value=(wanted.q) placeholder="Search these drives" maxlength="200";
            button.btn type="submit" { "Search" }
        }
    }
}

fn list(asker: &Asker, wanted: &Wanted, found: &Found) -> Markup {
    html! {
        @if found.drives.is_empty() {
            div.pad.empty {
                h2 { "No drive is found" }
                p { "Which drives are listed depends on what the application or the account may see. One that is not listed may be chosen by its address, below." }
            }
        } @else {
            form method="post" action=(asker.with_through("/integrations/drives")) {
                div.wide { table.stack {
                    caption.unseen { "Drives" }
                    thead { tr { th { span.unseen { "Choose" } } th scope="col" { "Name" } th scope="col" { "Kind" } th scope="col" { "There" } } }
                    tbody { @for (number, drive) in found.drives.iter().enumerate() { (row(number, drive)) } }
                } }
                div.foot { button.btn.main type="submit" { "Select" } }
            }
        }
        @if !wanted.q.is_empty() || found.next.is_some() {
            nav.foot aria-label="Pages" {
                @if !wanted.q.is_empty() { span.soft { "Found " (found.drives.len()) " in " (found.looked_at) " drives." } }
                @if let Some(next) = &found.next {
                    a.btn href=(asker.with_through(&address("/integrations/drives", &[("q", &wanted.q), ("after", &next.to_string())]))) { "Go on" }
                }
            }
        }
    }
}

fn row(number: usize, drive: &DriveRow) -> Markup {
    let kind = match drive.kind {
        "personal-work" => "A person's own drive",
        "site-library" => "Library of a site",
        other => other,
    };
    let id = format!("drive-{number}");
    html! {
        tr {
            td.tick { input type="radio" #(id) name="drive" value=(drive.id) checked[drive.selected] required; }
            td { label.name for=(id) { (words::name(&drive.name)) @if drive.selected { small.soft { "chosen now" } } } }
            td { (kind) }
            td { @if let Some(url) = drive.web_url.as_ref().filter(|url| url.starts_with("https://")) { a href=(url) rel="noopener noreferrer" target="_blank" { "Open" span.unseen { " " (words::name(&drive.name)) } } } }
        }
    }
}

fn by_address(asker: &Asker) -> Markup {
    html! {
        section.card { div.pad {
            h2 { "By its address" }
            form.fields method="post" action=(asker.with_through("/integrations/drives")) {
                label for="address" { "Address" }
                input #address name="address" type="text" maxlength="2000" required aria-describedby="address-hint";
                small #address-hint .soft { "Copied from the browser: of a site, a library, or of something in it." }
                button.btn type="submit" { "Select" }
            }
        } }
    }
}

/// Whether the drive is to be another one, with what that means.
async fn ask(asker: &Asker, session: &Session<'_>, filled: &Filled, error: &Error) -> Result<Response> {
    let would = match filled.text("drive") {
        "" => None,
        id => session.would_select(id).await?,
    };
    let body = html! {
        section.card role="alert" { div.pad {
            p { (words::sentence(&error.fact())) }
            @if let Some(would) = would { ul {
                li { (words::count(would.detached, "file stops", "files stop")) " following: kept, locked, and as they are." }
                li { (words::count(would.attached, "file", "files")) " that came from the new drive before follow it again." }
            } }
            form.buttons method="post" action=(asker.with_through("/integrations/drives")) {
                input type="hidden" name="drive" value=(filled.text("drive"));
                input type="hidden" name="address" value=(filled.text("address"));
                input type="hidden" name="switch" value="yes";
                button.btn.main type="submit" { "Switch" }
                a.btn href=(asker.with_through("/integrations/drives")) { "Keep the present one" }
            }
        } }
    };
    Ok(page("Switch the drive", body).answer(http::StatusCode::CONFLICT, session))
}
