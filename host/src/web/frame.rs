//! What is around every page: who is logged in, where one can go, and what was just done.

use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use maud::{DOCTYPE, Markup, html};

use super::{
    assets::{LOOK, SCRIPTS},
    words,
};
use crate::{service::Session, store::users::Role};

tokio::task_local! {
    /// What stands above everything else on the page that is being made.
    static ABOVE: Markup;
}

/// Makes a page, with this above everything else on it.
pub(super) async fn below<T>(above: Markup, page: impl Future<Output = T>) -> T {
    ABOVE.scope(above, page).await
}

/// A page in the menu: its address, its name, and whether it is for Administrators alone.
type Way = (&'static str, &'static str, bool);

/// Where one can go, as the help page names it: a heading, and the pages under it.
const WAYS: [(&str, &[Way]); 4] = [
    ("", &[("/", "Home", false)]),
    (
        "Settings › Integration",
        &[("/integrations", "Cloud Storage Integrations", true)],
    ),
    ("Settings › Content Library", &[("/files", "Files", false)]),
    (
        "Operation",
        &[
            ("/sync", "Sync", true),
            ("/plugin", "Plugin", true),
            ("/limits", "Limits", true),
            ("/backups", "Backups", true),
            ("/doctor", "Doctor", true),
            ("/users", "Users", true),
            ("/tokens", "API tokens", true),
            ("/trail", "Trail", true),
        ],
    ),
];

/// A page.
pub(super) struct Page {
    /// What it is called: in the window's title, and as its first heading.
    pub(super) title: String,
    /// Which of the ways it belongs to: an address.
    pub(super) way: &'static str,
    /// The steps that lead to it, with their addresses.
    pub(super) crumbs: Vec<(String, Option<String>)>,
    /// What can be done at once, beside the heading.
    pub(super) action: Markup,
    /// Everything else.
    pub(super) body: Markup,
    /// Where no script runs: after so many seconds it is loaded anew.
    pub(super) again: Option<u32>,
}

impl Page {
    pub(super) fn new(way: &'static str, title: impl Into<String>, body: Markup) -> Self {
        Self {
            title: title.into(),
            way,
            crumbs: Vec::new(),
            action: html! {},
            body,
            again: None,
        }
    }

    #[must_use]
    pub(super) fn below(mut self, name: &str, address: &str) -> Self {
        self.crumbs.push((name.to_owned(), Some(address.to_owned())));
        self
    }

    /// Something moves on it: without scripts it is loaded anew after so many seconds.
    #[must_use]
    pub(super) fn again_in(mut self, seconds: u32) -> Self {
        self.again = Some(seconds);
        self
    }

    #[must_use]
    pub(super) fn with(mut self, action: Markup) -> Self {
        self.action = action;
        self
    }

    /// For somebody who is logged in.
    pub(super) fn of(self, session: &Session<'_>) -> Response {
        self.answer(StatusCode::OK, session)
    }

    /// The same with another status.
    pub(super) fn answer(self, status: StatusCode, session: &Session<'_>) -> Response {
        let user = session.user();
        let is_administrator = user.role == Role::Administrator;
        let crumbs = heading(&self.way_heading(), &self.crumbs, &self.title);
        let page = document(
            &self.title,
            self.again,
            &html! {
                a.skip href="#main" { "Skip to the page" }
                header.bar {
                    span.brand { "ClientPoint" }
                    div.who {
                        span { a href="/you" aria-current=[(self.way == "/you").then_some("page")] { (words::name(&user.name)) } small.soft { " · " (words::role(user.role)) } }
                        form method="post" action="/logout" { button.plain type="submit" { "Log out" } }
                    }
                }
                nav.side aria-label="Main" {
                    @for (group, ways) in &WAYS {
                        @let ways: Vec<_> = ways.iter().filter(|way| is_administrator || !way.2).collect();
                        @if !group.is_empty() && !ways.is_empty() { p { (group) } }
                        @for (address, name, _) in ways {
                            a href=(address) aria-current=[(*address == self.way).then_some("page")] { (name) }
                        }
                    }
                }
                main #main tabindex="-1" {
                    (ABOVE.try_with(Clone::clone).unwrap_or_default())
                    div.head {
                        div { (crumbs) h1 { (self.title) } }
                        (self.action)
                    }
                    (self.body)
                }
            },
        );
        (status, Html(page.into_string())).into_response()
    }

    fn way_heading(&self) -> Vec<&'static str> {
        let group = WAYS.iter().find(|(_, ways)| ways.iter().any(|way| way.0 == self.way));
        group.map_or_else(Vec::new, |(group, _)| {
            group.split(" › ").filter(|part| !part.is_empty()).collect()
        })
    }
}

fn heading(group: &[&str], crumbs: &[(String, Option<String>)], title: &str) -> Markup {
    html! {
        nav.crumbs aria-label="Where you are" {
            @for part in group { span { (part) } span aria-hidden="true" { "›" } }
            @for (name, address) in crumbs {
                @match address { Some(address) => a href=(address) { (name) }, None => span { (name) } }
                span aria-hidden="true" { "›" }
            }
            span aria-current="page" { (title) }
        }
    }
}

/// A page for somebody who is not logged in: one card in the middle.
pub(super) fn alone(status: StatusCode, title: &str, body: &Markup) -> Response {
    let page = document(
        title,
        None,
        &html! {
            main.alone #main {
                div.brand { "ClientPoint" }
                section.card { div.pad { h1 { (title) } (body) } }
            }
        },
    );
    (status, Html(page.into_string())).into_response()
}

fn document(title: &str, again: Option<u32>, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " – ClientPoint" }
                link rel="icon" href="/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href=(LOOK);
                script type="module" src=(SCRIPTS) {}
                @if let Some(seconds) = again { noscript { meta http-equiv="refresh" content=(seconds); } }
            }
            body { (body) }
        }
    }
}
