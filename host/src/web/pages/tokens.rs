//! Tokens of programs: who is logged in makes them for programs of their own, sees when each was used, and ends it.

use axum::{extract::State, response::Response};
use http::StatusCode;
use maud::{Markup, html};

use super::users::role;
use crate::{
    Error, Result,
    service::{
        Part, Session,
        api::{MadeToken, Token},
        tokens::{DAYS, TokenWish},
    },
    store::users::Role,
    web::{
        asked::At,
        console::Asker,
        form::Filled,
        frame::Page,
        showing::{Here, done, shown},
        words,
    },
};

/// The fields of the form.
const FIELDS: [&str; 3] = ["label", "ends", "role"];

/// `GET /tokens`
pub(super) async fn tokens(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        page(session, StatusCode::OK, html! {}, None).await
    })
    .await
}

/// `POST /tokens`: makes one, which is shown on this answer alone.
pub(super) async fn make(State(console): Here, asker: Asker, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        match made(&asker, session, &filled).await {
            Ok(made) => page(session, StatusCode::OK, shown_once(&made), None).await,
            Err(error) if error.is_usage() => {
                let trouble = trouble(&error);
                page(
                    session,
                    StatusCode::UNPROCESSABLE_ENTITY,
                    trouble,
                    Some((&filled, &error)),
                )
                .await
            }
            Err(error) => Err(error),
        }
    })
    .await
}

/// `POST /tokens/{id}/end`
pub(super) async fn end(State(console): Here, asker: Asker, At(id): At<i64>) -> Response {
    shown(&console, &asker, async |session| {
        session.end_token(id, &asker.from).await?;
        Ok(done("/tokens"))
    })
    .await
}

async fn made(asker: &Asker, session: &Session<'_>, filled: &Filled) -> Result<MadeToken> {
    let day = filled.text("ends").trim();
    let wrong = |_| Error::Settings(format!("`{}` is no day", day.escape_debug())).at("ends");
    let last_day = (!day.is_empty()).then(|| day.parse().map_err(wrong)).transpose()?;
    let user = session.user();
    let wish = TokenWish {
        user: &user.name,
        label: filled.text("label"),
        last_day,
        role: Some(role(filled.text("role"))?).filter(|role| *role == Role::Member),
    };
    session.make_token(&wish, &asker.from).await
}

fn shown_once(made: &MadeToken) -> Markup {
    html! {
        section.card role="status" { div.pad {
            h2 { "The token " (words::name(&made.token.label)) }
            p { "It is shown here alone: copy it now, and keep it as you would keep a password. It opens the library until " (words::moment(&made.token.ends_at)) "." }
            p { code.hash { (made.secret.expose()) } }
        } }
    }
}

fn trouble(error: &Error) -> Markup {
    let field = error.field().filter(|field| FIELDS.contains(field));
    html! {
        section.card.trouble #problem role="alert" tabindex="-1" autofocus { div.pad {
            h2 { "There is a problem" }
            p { @match field {
                Some(field) => a href={ "#" (field) } { (words::sentence(&error.fact())) },
                None => (words::sentence(&error.fact())),
            } }
        } }
    }
}

async fn page(
    session: &Session<'_>,
    status: StatusCode,
    above: Markup,
    wrong: Option<(&Filled, &Error)>,
) -> Result<Response> {
    let user = session.user();
    let tokens = session.tokens_page(Some(&user.name), &Part::whole(None)).await?;
    let body = html! {
        (above)
        p.soft { "A program that uses this library without a browser sends a token. It acts in your name, may do no more than you may, and ends with your own access." }
        section.card aria-labelledby="tokens" {
            div.pad { h2 #tokens { "Your tokens" } @if tokens.rows.is_empty() { p.soft { "None so far." } } }
            @if !tokens.rows.is_empty() { (table(&tokens.rows)) }
        }
        section.card aria-labelledby="make" { div.pad { h2 #make { "Make a token" } (form(wrong)) } }
    };
    Ok(Page::new("/tokens", "API tokens", body).answer(status, session))
}

fn table(tokens: &[Token]) -> Markup {
    html! {
        div.wide { table.stack {
            caption.unseen { "Your tokens, the newest first" }
            thead { tr { th scope="col" { "Name" } th scope="col" { "May do" } th scope="col" { "Good until" } th scope="col" { "Last used" } th scope="col" { span.unseen { "End it" } } } }
            tbody { @for token in tokens { tr {
                td { (words::name(&token.label)) }
                td { @if token.role == Role::Administrator { "Administrator" } @else { "Member" } }
                td data-label="Good until" {
                    @if token.is_over { (words::state(words::Tone::Off, "Has ended")) } @else { (words::moment(&token.ends_at)) }
                }
                td data-label="Last used" { @match &token.used_at { Some(at) => (words::moment(at)), None => "never" } }
                td { form method="post" action={ "/tokens/" (token.id) "/end" } {
                    button.btn type="submit" aria-label={ "End it: the token " (clientpoint_engine::text::one_line(&token.label)) } { "End it" }
                } }
            } } }
        } }
    }
}

fn form(wrong: Option<(&Filled, &Error)>) -> Markup {
    let sent = |name: &str| wrong.map_or("", |(filled, _)| filled.text(name)).to_owned();
    let is_wrong = |name: &str| {
        wrong
            .is_some_and(|(_, error)| error.field() == Some(name))
            .then_some("true")
    };
    html! {
        form.fields method="post" action="/tokens" {
            label for="label" { "Name" }
            input #label name="label" required maxlength="64" autocomplete="off" value=(sent("label")) aria-describedby="label-help" aria-invalid=[is_wrong("label")];
            small #label-help .soft { "What it is for, so that you know it again." }
            label for="ends" { "Last day" }
            input #ends name="ends" type="date" value=(sent("ends")) aria-describedby="ends-help" aria-invalid=[is_wrong("ends")];
            small #ends-help .soft { "Within a year. Left empty, it is good for " (DAYS) " days." }
            label for="role" { "It may do" }
            select #role name="role" aria-invalid=[is_wrong("role")] {
                option value="administrator" { "Whatever I may" }
                option value="member" selected[sent("role") == "member"] { "What a Member may: see the library and its files" }
            }
            button.btn.main type="submit" { "Make it" }
        }
    }
}
