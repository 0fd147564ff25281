//! Users: who may do what, and the link by which each comes in.

use axum::{Form, extract::State, response::Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::{
    Result,
    service::{Part, Session},
    store::users::Role,
    web::{
        console::Asker,
        console::Console,
        frame::Page,
        showing::{Here, done, shown},
        words,
    },
};

#[derive(Deserialize)]
pub(super) struct New {
    name: String,
    role: String,
}

#[derive(Deserialize)]
pub(super) struct Whose {
    name: String,
}

/// `GET /users`
pub(super) async fn users(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| page(session, html! {}).await).await
}

/// `POST /users`
pub(super) async fn add(State(console): Here, asker: Asker, Form(given): Form<New>) -> Response {
    shown(&console, &asker, async |session| {
        let role = if given.role == "administrator" {
            Role::Administrator
        } else {
            Role::Member
        };
        session.add_user(&given.name, role).await?;
        Ok(done("/users"))
    })
    .await
}

/// `POST /users/link`
pub(super) async fn link(State(console): Here, asker: Asker, Form(given): Form<Whose>) -> Response {
    shown(&console, &asker, async |session| {
        let address = link_of(&console, session, &given.name).await?;
        let told = html! {
            section.card role="status" { div.pad {
                h2 { "A link for " (words::name(&given.name)) }
                p { "It works once, for 30 minutes, and is shown here alone. Whoever opens it chooses a password for that name." }
                p { code.hash { (address) } }
            } }
        };
        page(session, told).await
    })
    .await
}

async fn link_of(console: &Console, session: &Session<'_>, name: &str) -> Result<String> {
    let token = session.invite(name).await?;
    Ok(format!("{}/claim?token={}", console.place.origin(), token.expose()))
}

async fn page(session: &Session<'_>, told: Markup) -> Result<Response> {
    let page = session.users_page(&Part::whole(None)).await?;
    let body = html! {
        (told)
        section.card {
            div.wide { table.stack {
                caption.unseen { "Users" }
                thead { tr { th scope="col" { "Name" } th scope="col" { "Role" } th scope="col" { "Coming in" } } }
                tbody { @for user in &page.rows {
                    tr {
                        td { (words::name(&user.name)) }
                        td { @if user.role == Role::Administrator { "Administrator" } @else { "Member" } }
                        td { form method="post" action="/users/link" { input type="hidden" name="name" value=(user.name); button.btn type="submit" { "Make a link" } } }
                    }
                } }
            } }
        }
        section.card { div.pad {
            h2 { "Add a user" }
            form.fields method="post" action="/users" {
                label for="name" { "Name" }
                input #name name="name" required maxlength="64" autocomplete="off";
                label for="role" { "Role" }
                select #role name="role" { option value="member" { "Member: may use what is in the library" } option value="administrator" { "Administrator: may connect, import and associate" } }
                button.btn.main type="submit" { "Add" }
            }
        } }
    };
    Ok(Page::new("/users", "Users", body).of(session))
}
