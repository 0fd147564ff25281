//! The doctor: everything that work takes is looked at, once somebody asks for it. Nothing is changed.

use axum::{extract::State, response::Response};
use maud::{Markup, html};

use crate::{
    service::{
        CheckStanding, CheckSubject,
        api::{Check, Examination},
    },
    web::{
        console::Asker,
        frame::Page,
        showing::{Here, shown},
        trouble,
        words::{self, Tone},
    },
};

/// `GET /doctor`
pub(super) async fn ask(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        session.require_administrator("look at what work takes")?;
        Ok(Page::new("/doctor", "Doctor", about(&asker.with_through("/doctor"))).of(session))
    })
    .await
}

/// `POST /doctor`
pub(super) async fn examine(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        let found = session.doctor().await?;
        let body = html! { (told(&found)) (about(&asker.with_through("/doctor"))) };
        Ok(Page::new("/doctor", "Doctor", body).of(session))
    })
    .await
}

fn about(action: &str) -> Markup {
    html! {
        section.card { div.pad {
            p { "The doctor looks at everything that work takes: the plugin, the data folder and its key (with the database server and the object store, where the library is on such), the network and the clock, signing in, what was granted, the drive, and a small file, which is fetched and thrown away." }
            p.soft { "It only looks. Nothing in the library is changed. It takes some seconds, and some minutes where nothing answers." }
            form method="post" action=(action) { button.btn.main type="submit" { "Look now" } }
        } }
    }
}

fn told(found: &Examination) -> Markup {
    html! {
        section.card {
            div.pad {
                h2 { "What was found" }
                p { @if found.well { (words::state(Tone::Good, "Everything that was looked at works")) }
                    @else { (words::state(Tone::Bad, "Something does not work")) } }
            }
            div.wide { table.stack {
                thead { tr { th scope="col" { "What" } th scope="col" { "State" } th scope="col" { "Found" } } }
                tbody { @for check in &found.checks { (row(check)) } }
            } }
            div.pad { small.soft { "For support: program " (found.version) ", plugin " (words::name(found.plugin.as_deref().unwrap_or("none"))) "." } }
        }
    }
}

fn row(check: &Check) -> Markup {
    let (tone, label) = match check.standing {
        CheckStanding::Well => (Tone::Good, "Works"),
        CheckStanding::Warning => (Tone::Wait, "Works, with a note"),
        CheckStanding::Failed => (Tone::Bad, "Does not work"),
        CheckStanding::NotAsked => (Tone::Off, "Not looked at"),
    };
    // What can be pressed is a button below; the rest is said.
    let said: Vec<String> = check
        .ways_out
        .iter()
        .filter(|way| trouble::links(std::slice::from_ref(way)).is_empty())
        .map(ToString::to_string)
        .collect();
    html! {
        tr {
            th scope="row" { (title(check.subject)) }
            td { (words::state(tone, label)) }
            td {
                (words::sentence(&check.message))
                @for way in &said { " " (words::sentence(way)) }
                @if !trouble::links(&check.ways_out).is_empty() { div.buttons { (trouble::buttons(&check.ways_out)) } }
            }
        }
    }
}

fn title(subject: CheckSubject) -> &'static str {
    match subject {
        CheckSubject::Plugin => "Plugin",
        CheckSubject::Folder => "Data folder",
        CheckSubject::Database => "Database server",
        CheckSubject::ObjectStore => "Object store",
        CheckSubject::Key => "Key of the secrets",
        CheckSubject::Proxy => "Proxy",
        CheckSubject::Name => "Name service",
        CheckSubject::Address => "Addresses",
        CheckSubject::Connection => "Network",
        CheckSubject::Tls => "Encryption",
        CheckSubject::Clock => "Clock",
        CheckSubject::SignIn => "Signing in",
        CheckSubject::Permissions => "Permissions",
        CheckSubject::Drive => "Drive",
        CheckSubject::Listing => "What is in it",
        CheckSubject::Changes => "What changes in it",
        CheckSubject::File => "A small file",
    }
}
