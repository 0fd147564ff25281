//! Users: who may do what, how each comes in, and the link by which somebody does for the first time.

use axum::{extract::State, response::Response};
use http::StatusCode;
use maud::{Markup, html};

use super::paging::{After, more, part};
use crate::{
    Error, Result,
    service::{Session, api::Person},
    store::users::Role,
    web::{
        asked::Asked,
        console::Asker,
        form::{Filled, problem},
        frame::Page,
        showing::{Here, address, done, shown},
        words,
    },
};

/// `GET /users`
pub(super) async fn users(State(console): Here, asker: Asker, Asked(wanted): Asked<After>) -> Response {
    shown(&console, &asker, async |session| {
        Ok(page(session, &wanted.after, None).await?.of(session))
    })
    .await
}

/// `POST /users`
pub(super) async fn add(State(console): Here, asker: Asker, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let name = filled.text("name").trim();
        let added = async { session.add_user(name, role(filled.text("role"))?).await };
        match added.await {
            Ok(user) => Ok(done(&of(&user.name))),
            Err(error) if error.is_usage() => {
                let page = page(session, "", Some((&filled, &error))).await?;
                Ok(page.answer(StatusCode::UNPROCESSABLE_ENTITY, session))
            }
            Err(error) => Err(error),
        }
    })
    .await
}

/// The page of one user.
pub(super) fn of(name: &str) -> String {
    address("/users/one", &[("name", name)])
}

/// The role that a form has chosen.
///
/// # Errors
///
/// `Error::Settings` for any other word.
pub(super) fn role(word: &str) -> Result<Role> {
    match word {
        "administrator" => Ok(Role::Administrator),
        "member" => Ok(Role::Member),
        "" => Err(Error::Settings("choose a role".into()).at("role")),
        other => {
            let other: String = other.chars().take(40).collect();
            Err(Error::Settings(format!("`{}` is no role: choose one of the two", other.escape_debug())).at("role"))
        }
    }
}

async fn page(session: &Session<'_>, after: &str, wrong: Option<(&Filled, &Error)>) -> Result<Page> {
    let page = session.people_page(&part(after)?).await?;
    let is_alone = after.is_empty() && page.rows.len() == 1;
    let body = html! {
        (problem(wrong.map(|wrong| wrong.1)))
        section.card {
            div.wide { table.stack {
                caption.unseen { "Users, by name" }
                thead { tr { th scope="col" { "Name" } th scope="col" { "Role" } th scope="col" { "Comes in by" } th scope="col" { "Last seen" } th scope="col" { "Own connection" } } }
                tbody { @for person in &page.rows { (line(session, person)) } }
            } }
            @if is_alone { div.pad { p.soft { "Nobody else is here yet. Somebody whom you add gets a link by which they come in." } } }
            (more(page.next.as_ref(), after, |after| address("/users", &[("after", after)])))
        }
        (form(wrong))
    };
    Ok(Page::new("/users", "Users", body).with(html! { a.btn href="/trail" { "What people did" } }))
}

fn line(session: &Session<'_>, person: &Person) -> Markup {
    let name = &person.user.name;
    html! {
        tr {
            td { span.name { a href=(of(name)) { (words::name(name)) } @if *name == session.user().name { small.soft { "this is you" } } } }
            td { (words::role(person.user.role)) }
            td { (comes_in_by(person)) }
            td data-label="Last seen" { (words::moment_or(person.seen_at.as_deref(), "never")) }
            td data-label="Own connection" { (own(person)) }
        }
    }
}

/// How somebody comes in, in words.
pub(super) fn comes_in_by(person: &Person) -> Markup {
    let way = match (person.has_password, person.has_account) {
        (true, true) => "password, or an account",
        (true, false) => "password",
        (false, true) => "an account",
        (false, false) => return words::state(words::Tone::Wait, "can't yet: make a link"),
    };
    html! { (way) }
}

/// Their own connection, in a few words.
pub(super) fn own(person: &Person) -> Markup {
    html! {
        @match &person.connection {
            Some(connection) => {
                @if let Some(account) = &connection.account { (words::name(&account.name)) ", " }
                (words::count(person.files, "file", "files"))
            },
            None => span.soft { "none" },
        }
    }
}

fn form(wrong: Option<(&Filled, &Error)>) -> Markup {
    let sent = |name: &str| wrong.map_or("", |(filled, _)| filled.text(name));
    let is_wrong = |name: &str| {
        wrong
            .and_then(|(_, error)| error.field())
            .is_some_and(|field| field == name)
    };
    html! {
        section.card { div.pad {
            h2 { "Add a user" }
            form.fields method="post" action="/users" {
                label for="name" { "Name" }
                input #name name="name" value=(sent("name")) required maxlength="64" autocomplete="off" spellcheck="false" aria-invalid=[is_wrong("name").then_some("true")];
                label for="role" { "Role" }
                select #role name="role" aria-invalid=[is_wrong("role").then_some("true")] {
                    option value="member" selected[sent("role") != "administrator"] { "Member: may use what is in the library" }
                    option value="administrator" selected[sent("role") == "administrator"] { "Administrator: may connect, import and associate" }
                }
                button.btn.main type="submit" { "Add" }
            }
        } }
    }
}
