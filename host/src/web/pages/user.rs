//! One user: how they stand, the link by which they come in, and where they are logged in.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::users::{comes_in_by, of};
use crate::{
    Result,
    service::{
        Session,
        api::{Leaving, Login, Person},
    },
    store::users::Role,
    web::{
        asked::Asked,
        console::{Asker, Console},
        form::Filled,
        frame::Page,
        showing::{Here, address, done, shown},
        words,
    },
};

/// Whom the address names.
#[derive(Default, Deserialize)]
pub(super) struct Whose {
    #[serde(default)]
    name: String,
}

/// `GET /users/one`
pub(super) async fn user(State(console): Here, asker: Asker, Asked(whose): Asked<Whose>) -> Response {
    shown(&console, &asker, async |session| {
        page(&asker, session, &whose.name, html! {}).await
    })
    .await
}

/// `POST /users/link`: a link, shown this once.
pub(super) async fn link(State(console): Here, asker: Asker, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let name = filled.text("name");
        let address = link_of(&console, session, name).await?;
        let told = html! {
            section.card role="status" { div.pad {
                h2 { "A link for " (words::name(name)) }
                p { "It works once, for 30 minutes, and is shown here alone: send it to " (words::name(name)) " now. Whoever opens it comes in under that name, so nobody else should see it." }
                p { code.hash { (address) } }
            } }
        };
        page(&asker, session, name, told).await
    })
    .await
}

/// `POST /users/log-out`: ends a login of somebody.
pub(super) async fn log_out(State(console): Here, asker: Asker, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let name = filled.text("name");
        session.end_login(name, filled.text("login")).await?;
        Ok(done(&of(name)))
    })
    .await
}

async fn link_of(console: &Console, session: &Session<'_>, name: &str) -> Result<String> {
    let token = session.invite(name).await?;
    Ok(format!("{}/claim?token={}", console.place.origin(), token.expose()))
}

async fn page(asker: &Asker, session: &Session<'_>, name: &str, told: Markup) -> Result<Response> {
    let person = session.person(name).await?;
    let logins = session.logins(name, asker.cookie.as_ref()).await?;
    let removal = session.would_leave(name, None).await?;
    let body = html! {
        (told)
        (facts(session, &person))
        section.card { div.pad {
            h2 { "A link to come in by" }
            p { "For the first time, or for a lost password. It works once, for 30 minutes, and is shown to you alone." }
            form method="post" action="/users/link" { input type="hidden" name="name" value=(name); button.btn type="submit" { "Make a link" } }
        } }
        section.card aria-labelledby="logins" {
            div.pad { h2 #logins { "Where " (words::name(name)) " is logged in" } @if logins.is_empty() { p.soft { "Nowhere." } } }
            @if !logins.is_empty() { (table(&logins, "/users/log-out", Some(name))) }
        }
        (going(&removal))
    };
    let page = Page::new("/users", clientpoint_engine::text::one_line(name), body).below("Users", "/users");
    Ok(page.of(session))
}

fn facts(session: &Session<'_>, person: &Person) -> Markup {
    let name = &person.user.name;
    html! {
        section.card { div.pad {
            @if *name == session.user().name { p { "This is you." } }
            dl.facts {
                dt { "Role" } dd { (words::role(person.user.role)) }
                dt { "Comes in by" } dd { (comes_in_by(person)) }
                dt { "Last seen" } dd { (words::moment_or(person.seen_at.as_deref(), "never")) }
                dt { "Own connection" }
                dd {
                    @match &person.connection {
                        Some(connection) => {
                            @if let Some(account) = &connection.account { (words::name(&account.name)) ", " }
                            @if let Some(drive) = &connection.drive { (words::name(&drive.name)) ", " }
                            (words::count(person.files, "file follows", "files follow")) " through it"
                        },
                        None => span.soft { "none" },
                    }
                }
            }
            div.buttons { a.btn href=(address("/trail", &[("who", name)])) { span { "What " (words::name(name)) " did" } } }
        } }
    }
}

/// Logins, each with a button that ends it. `of` is whose they are, where these are somebody else's.
pub(super) fn table(logins: &[Login], action: &str, of: Option<&str>) -> Markup {
    html! {
        div.wide { table.stack {
            caption.unseen { "Logins, the one first that was used last" }
            thead { tr { th scope="col" { "Device" } th scope="col" { "Address" } th scope="col" { "Since" } th scope="col" { "Last seen" } th scope="col" { span.unseen { "End it" } } } }
            tbody { @for login in logins {
                @let device = words::device::device(&login.agent);
                tr {
                    td { span.name { (words::name(&device)) @if login.is_this { small.soft { "this browser" } } } }
                    td data-label="Address" { (words::name(&login.address)) }
                    td data-label="Since" { (words::moment(&login.made_at)) }
                    td data-label="Last seen" { (words::moment(&login.seen_at)) }
                    td {
                        form method="post" action=(action) {
                            @if let Some(of) = of { input type="hidden" name="name" value=(of); }
                            input type="hidden" name="login" value=(login.id);
                            button.btn type="submit" aria-label={ "Sign out " (clientpoint_engine::text::one_line(&device)) } { "Sign out" }
                        }
                    }
                }
            } }
        } }
    }
}

fn going(removal: &Leaving) -> Markup {
    let name = &removal.person.user.name;
    let (word, label) = match removal.person.user.role {
        Role::Administrator => ("member", "Make a Member…"),
        Role::Member => ("administrator", "Make an Administrator…"),
    };
    html! {
        section.card { div.pad {
            h2 { "Another role, or none" }
            @if removal.is_last {
                p { (words::name(name)) " is the only Administrator, and somebody must be one. Make somebody else an Administrator first." }
                div.buttons { a.btn href="/users" { "Users" } }
            } @else {
                p { "You are told what it comes to before anything is done." }
                div.buttons {
                    a.btn href=(address("/users/role", &[("name", name), ("role", word)])) { (label) }
                    a.btn href=(address("/users/remove", &[("name", name)])) { "Remove…" }
                }
            }
        } }
    }
}
