//! Limits: what can be set, and where each value comes from.

use axum::{Form, extract::State, response::Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::{
    service::api::Setting,
    settings::{Kind, Origin, find},
    web::{
        console::Asker,
        frame::Page,
        showing::{Here, done, shown},
        words,
    },
};

use super::sizes;

#[derive(Deserialize)]
pub(super) struct Given {
    key: String,
    /// Empty to forget it.
    value: String,
}

/// `GET /limits`
pub(super) async fn limits(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        let settings = session.settings().await?;
        let keeping = session.keeping().await?;
        let (own, others): (Vec<_>, Vec<_>) = settings.iter().partition(|setting| setting.may_be_kept);
        let body = html! {
            (sizes::takes_up(&keeping))
            @for setting in own { (one(setting)) }
            section.card {
                div.pad {
                    h2 { "For whoever starts this host" }
                    p.soft { "Paths and addresses are set where the host is started, and only shown here." }
                }
                div.wide { table.stack { tbody { @for setting in others { tr { th scope="row" { (setting.help) } td { (words::name(setting.value.as_deref().unwrap_or("–"))) } } } } } }
            }
        };
        Ok(Page::new("/limits", "Limits", body).of(session))
    })
    .await
}

/// `POST /limits`
pub(super) async fn set(State(console): Here, asker: Asker, Form(given): Form<Given>) -> Response {
    shown(&console, &asker, async |session| {
        let what = if given.value.trim().is_empty() {
            session.unset(&given.key).await?;
            "limit-unset"
        } else {
            session.set(&given.key, &given.value).await?;
            "limit-set"
        };
        asker.note(&console, session, what, &given.key).await?;
        Ok(done("/limits"))
    })
    .await
}

fn one(setting: &Setting) -> Markup {
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
                label.unseen for=(setting.key) { (setting.help) }
                input #(setting.key) name="value" value=(setting.value.as_deref().unwrap_or_default()) maxlength="600" required;
                button.btn type="submit" { "Change" }
            }
            @if setting.origin == Origin::Kept {
                form method="post" action="/limits" {
                    input type="hidden" name="key" value=(setting.key);
                    input type="hidden" name="value" value="";
                    button.plain type="submit" { @if is_own { "Take the usual again" } @else { "Take the plugin's own again" } }
                }
            }
        } }
    }
}
