//! Removing somebody, or giving them another role: what it comes to, before and after.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    integrations::called,
    users::{of, role},
};
use crate::{
    service::api::{Leaving, Left},
    store::users::Role,
    web::{
        asked::Asked,
        console::Asker,
        form::Filled,
        frame::Page,
        showing::{Here, shown},
        words,
    },
};

/// Whom the address names, and what they are to be.
#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: String,
}

/// `GET /users/remove`
pub(super) async fn ask_to_remove(State(console): Here, asker: Asker, Asked(wanted): Asked<Wanted>) -> Response {
    shown(&console, &asker, async |session| {
        Ok(asked(&session.would_leave(&wanted.name, None).await?).of(session))
    })
    .await
}

/// `POST /users/remove`
pub(super) async fn remove(State(console): Here, asker: Asker, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let left = session.remove_user(filled.text("name"), heir(&filled)).await?;
        Ok(told(&left).of(session))
    })
    .await
}

/// `GET /users/role`
pub(super) async fn ask_for_role(State(console): Here, asker: Asker, Asked(wanted): Asked<Wanted>) -> Response {
    shown(&console, &asker, async |session| {
        let to = role(&wanted.role)?;
        Ok(asked(&session.would_leave(&wanted.name, Some(to)).await?).of(session))
    })
    .await
}

/// `POST /users/role`
pub(super) async fn change_role(State(console): Here, asker: Asker, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let to = role(filled.text("role"))?;
        let left = session.change_role(filled.text("name"), to, heir(&filled)).await?;
        Ok(told(&left).of(session))
    })
    .await
}

/// Which connection takes the files over, if any.
fn heir(filled: &Filled) -> Option<&str> {
    Some(filled.text("heir")).filter(|heir| !heir.is_empty())
}

fn page(title: &str, body: Markup) -> Page {
    Page::new("/users", title, body).below("Users", "/users")
}

fn asked(would: &Leaving) -> Page {
    let name = &would.person.user.name;
    let (action, label) = match would.to {
        None => ("/users/remove", "Remove"),
        Some(Role::Administrator) => ("/users/role", "Make an Administrator"),
        Some(Role::Member) => ("/users/role", "Make a Member"),
    };
    let to = match would.to {
        Some(Role::Administrator) => Some("administrator"),
        Some(Role::Member) => Some("member"),
        None => None,
    };
    let body = html! {
        section.card { div.pad {
            h2 { (label) ": " (words::name(name)) }
            @if would.is_last {
                p { (words::name(name)) " is the only Administrator, and somebody must be one. Make somebody else an Administrator first." }
                div.buttons { a.btn.main href="/users" { "Users" } }
            } @else {
                ul { @for one in &would.consequences { li { (words::name(one)) "." } } }
                form.fields method="post" action=(action) {
                    input type="hidden" name="name" value=(name);
                    @if let Some(to) = to { input type="hidden" name="role" value=(to); }
                    @if !would.heirs.is_empty() { (heirs(would)) }
                    div.buttons {
                        button.btn.main type="submit" { (label) }
                        a.btn href=(of(name)) { "Leave it as it is" }
                    }
                }
            }
        } }
    };
    page(label, body)
}

fn heirs(would: &Leaving) -> Markup {
    html! {
        fieldset {
            legend { "Their files" }
            label.choice { input type="radio" name="heir" value="" checked; "They stop following (" (words::count(would.person.files, "file", "files")) ")" }
            @for heir in &would.heirs {
                label.choice {
                    input type="radio" name="heir" value=(heir.connection.id);
                    span { "They follow through " (words::name(&called(&heir.connection))) " (" (words::count(heir.files, "file", "files")) ")" }
                }
            }
        }
    }
}

fn told(left: &Left) -> Page {
    let what = match left.role {
        None => "Removed",
        Some(Role::Administrator) => "An Administrator now",
        Some(Role::Member) => "A Member now",
    };
    let body = html! {
        section.card role="status" { div.pad {
            p { (words::state(words::Tone::Good, what)) ": " (words::name(&left.name)) "." }
            ul {
                @if 0 < left.logins { li { "Logged out of " (words::count(left.logins, "browser", "browsers")) "." } }
                @if 0 < left.files.attached { li { (words::count(left.files.attached, "file follows", "files follow")) " through the other connection, from the next sync on." } }
                @else if 0 < left.files.detached { li { (words::count(left.files.detached, "file does", "files do")) " not follow any more." } }
            }
            div.buttons {
                a.btn.main href="/users" { "Users" }
                @if left.files.attached == 0 && 0 < left.files.detached { a.btn href="/files?state=detached" { "Look at the files" } }
            }
        } }
    };
    page(what, body)
}
