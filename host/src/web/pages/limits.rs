//! Limits: what can be set, and where each value comes from.

use axum::{extract::State, response::Response};
use http::StatusCode;
use maud::{Markup, html};

use crate::{
    Error, Result,
    service::{Session, api::Setting},
    settings::{Kind, Origin, find},
    web::{
        console::Asker,
        form::{Filled, problem},
        frame::Page,
        showing::{Here, done, shown},
        trouble, words,
    },
};

use super::sizes;

/// What was tried, and why it was not done.
type Tried<'t> = Option<(&'t Filled, &'t Error)>;

/// `GET /limits`
pub(super) async fn limits(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        page(session, StatusCode::OK, None).await
    })
    .await
}

async fn page(session: &Session<'_>, status: StatusCode, tried: Tried<'_>) -> Result<Response> {
    let settings = session.settings().await?;
    let keeping = session.keeping().await?;
    let (own, others): (Vec<_>, Vec<_>) = settings.iter().partition(|setting| setting.may_be_kept);
    let body = html! {
        (problem(tried.map(|tried| tried.1)))
        (sizes::takes_up(&keeping))
        @for setting in own { (one(setting, tried.filter(|(filled, _)| filled.text("key") == setting.key))) }
        section.card {
            div.pad {
                h2 { "For whoever starts this host" }
                p.soft { "Paths and addresses are set where the host is started, and only shown here." }
            }
            div.wide { table.stack { tbody { @for setting in others { tr { th scope="row" { (setting.help) } td { (words::name(setting.value.as_deref().unwrap_or("–"))) } } } } } }
        }
    };
    Ok(Page::new("/limits", "Limits", body).answer(status, session))
}

/// `POST /limits`
pub(super) async fn set(State(console): Here, asker: Asker, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let key = match filled.needed("key") {
            Ok(key) => key,
            Err(error) => return Ok(trouble::unreadable(&error, session)),
        };
        let seen = filled.all("seen").next();
        let (what, changed) = match filled.text("forget") {
            "yes" => ("limit-unset", session.unset_from(key, seen).await),
            _ => ("limit-set", session.set_from(key, filled.text("value"), seen).await),
        };
        match changed {
            Ok(_) => {
                asker.note(&console, session, what, key).await?;
                Ok(done("/limits"))
            }
            // What was typed stays in its field, beside how it stands now.
            Err(error) if error.field() == Some(key) => {
                let status = match error.is_usage() {
                    true => StatusCode::BAD_REQUEST,
                    false => trouble::status(&error),
                };
                page(session, status, Some((&filled, &error))).await
            }
            Err(error) => Err(error),
        }
    })
    .await
}

/// What is kept of a setting, whether it counts or not; empty where nothing is.
fn kept(setting: &Setting) -> &str {
    let kept = match setting.origin {
        Origin::Kept => &setting.value,
        _ => &setting.kept,
    };
    kept.as_deref().unwrap_or_default()
}

fn one(setting: &Setting, tried: Tried<'_>) -> Markup {
    let value = setting.value.as_deref().unwrap_or_default();
    let typed = tried.filter(|(filled, _)| filled.text("forget").is_empty());
    let typed = typed.map_or(value, |(filled, _)| filled.text("value"));
    let is_size = find(setting.key).is_ok_and(|known| matches!(known.kind, Kind::Size { .. }));
    let is_own = find(setting.key).is_ok_and(|known| known.default.is_some());
    let who = if is_own {
        " Otherwise it is "
    } else {
        " The plugin proposes "
    };
    let shown = |value: &str| match value.parse::<u64>() {
        Ok(bytes) if is_size => format!("{} ({} bytes)", words::size(bytes), words::grouped(bytes)),
        _ => value.replace(',', ", "),
    };
    let from = match setting.origin {
        Origin::CommandLine => "set by whoever started this host".to_owned(),
        Origin::Variable => "set by a variable".to_owned(),
        Origin::File => "set in the file of the deployment".to_owned(),
        Origin::Kept => format!("set by {}", setting.set_by.as_deref().unwrap_or("an Administrator")),
        Origin::Default if is_own => "as it is where nobody has set it".to_owned(),
        Origin::Default => "the plugin's own".to_owned(),
    };
    html! {
        section.card { div.pad {
            h2 { (setting.help) }
            p { b { (shown(setting.value.as_deref().unwrap_or("–"))) } " – " (from) "."
                @if setting.origin != Origin::Default { @if let Some(default) = &setting.default { (who) (shown(default)) "." } } }
            form.inline method="post" action="/limits" {
                input type="hidden" name="key" value=(setting.key);
                input type="hidden" name="seen" value=(kept(setting));
                label.unseen for=(setting.key) { (setting.help) }
                input #(setting.key) name="value" value=(typed) maxlength="600" required aria-invalid=[tried.map(|_| "true")];
                button.btn type="submit" { "Change" }
            }
            @if setting.origin == Origin::Kept {
                form method="post" action="/limits" {
                    input type="hidden" name="key" value=(setting.key);
                    input type="hidden" name="seen" value=(kept(setting));
                    input type="hidden" name="forget" value="yes";
                    button.plain type="submit" { @if is_own { "Take the usual again" } @else { "Take the plugin's own again" } }
                }
            }
        } }
    }
}
