//! You: one's own password, and where one is logged in.

use axum::{extract::State, response::Response};
use clientpoint_engine::secrets::Secret;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    coming_in::{come_in, log_out, sentence, slow_down, too_fast},
    user::table,
    users::comes_in_by,
};
use crate::{
    Error, Result,
    service::{Session, people::Refused},
    web::{
        asked::Asked,
        console::Asker,
        form::Filled,
        frame::Page,
        showing::{Here, done, shown},
        words,
    },
};

/// What was just done.
#[derive(Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

/// `GET /you`
pub(super) async fn you(State(console): Here, asker: Asker, Asked(just): Asked<Done>) -> Response {
    shown(&console, &asker, async |session| {
        let told = match just.done.as_str() {
            "password" => Some("The password is changed. You are logged out everywhere else."),
            "others" => Some("You are logged out everywhere else."),
            "one" => Some("That login is ended."),
            _ => None,
        };
        Ok(page(&asker, session, told, None).await?.of(session))
    })
    .await
}

/// `POST /you/password`
pub(super) async fn change_password(State(console): Here, asker: Asker, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let keys = [
            format!("password of {}", session.user().name),
            format!("address {}", asker.from.address),
        ];
        if let Some(wait) = console.throttle.wait(&keys) {
            let page = page(&asker, session, None, Some(&too_fast(wait))).await?;
            return Ok(slow_down(page.answer(StatusCode::TOO_MANY_REQUESTS, session), wait));
        }
        // Counted before it is looked at, so that many at once are no way around the pauses.
        console.throttle.failed(&keys);
        let secret = |name: &str| Secret::new(filled.text(name).to_owned());
        match session.change_password(secret("present"), secret("password")).await {
            Ok(logged_in) => {
                console.throttle.came_in(&keys);
                Ok(come_in(&console, &logged_in, "/you?done=password"))
            }
            Err(Refused::Other(error)) => Err(error),
            Err(refused) => {
                // Who knows the present one is not guessing.
                if matches!(refused, Refused::UnfitPassword(_)) {
                    console.throttle.came_in(&keys);
                }
                let page = page(&asker, session, None, Some(&sentence(&refused))).await?;
                Ok(page.answer(StatusCode::UNPROCESSABLE_ENTITY, session))
            }
        }
    })
    .await
}

/// `POST /you/log-out`: ends one of one's own logins.
pub(super) async fn end(State(console): Here, asker: Asker, filled: Filled) -> Response {
    let mut is_this = false;
    let answer = shown(&console, &asker, async |session| {
        let (name, wanted) = (session.user().name, filled.text("login"));
        let logins = session.logins(&name, asker.cookie.as_ref()).await?;
        is_this = logins.iter().any(|login| login.id == wanted && login.is_this);
        if !is_this {
            session.end_login(&name, wanted).await?;
        }
        Ok(done("/you?done=one"))
    })
    .await;
    if is_this {
        return log_out(State(console), asker).await;
    }
    answer
}

/// `POST /you/log-out-others`
pub(super) async fn end_others(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        let Some(cookie) = &asker.cookie else {
            return Err(Error::Settings("this browser is not logged in".into()));
        };
        session.end_other_logins(cookie).await?;
        Ok(done("/you?done=others"))
    })
    .await
}

async fn page(asker: &Asker, session: &Session<'_>, told: Option<&str>, wrong: Option<&str>) -> Result<Page> {
    let name = session.user().name;
    let person = session.person(&name).await?;
    let logins = session.logins(&name, asker.cookie.as_ref()).await?;
    let body = html! {
        @if let Some(told) = told { section.card role="status" { div.pad { p { (words::state(words::Tone::Good, told)) } } } }
        section.card { div.pad {
            dl.facts {
                dt { "Name" } dd { (words::name(&name)) }
                dt { "Role" } dd { (words::role(person.user.role)) }
                dt { "You come in by" } dd { (comes_in_by(&person)) }
            }
        } }
        section.card { div.pad {
            h2 { "Change the password" }
            @if person.has_password { (form(&name, wrong)) }
            @else { p { "You come in without a password, so there is none to change here." } }
        } }
        section.card aria-labelledby="logins" {
            div.pad {
                h2 #logins { "Where you are logged in" }
                p.soft { "A login ends by itself after eight hours without a request, and after a week at the latest." }
            }
            (table(&logins, "/you/log-out", None))
            @if 1 < logins.len() {
                div.pad { form method="post" action="/you/log-out-others" { button.btn type="submit" { "Sign out everywhere else" } } }
            }
        }
    };
    Ok(Page::new("/you", "You", body))
}

fn form(name: &str, wrong: Option<&str>) -> Markup {
    html! {
        form.fields method="post" action="/you/password" {
            @if let Some(why) = wrong { p #problem .wrong role="alert" { (why) } }
            input type="hidden" name="username" value=(name) autocomplete="username";
            label for="present" { "Present password" }
            input #present name="present" type="password" autocomplete="current-password" required aria-describedby=[wrong.map(|_| "problem")];
            label for="password" { "New password" }
            input #password name="password" type="password" autocomplete="new-password" minlength="12" maxlength="128" required aria-describedby="hint";
            small #hint .soft { "At least 12 characters. A few words in a row are easy to keep in mind. You are logged out everywhere else." }
            button.btn.main type="submit" { "Change" }
        }
    }
}
