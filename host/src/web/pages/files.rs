//! Files: the library, fifty a page, searched and filtered; what is chosen stands in the address.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::{
    Result,
    service::{Cursor, FileState, LibraryFilter, LibraryOrder, LibraryRow, Part, Search, Session},
    store::users::Role,
    web::{
        asked::Asked,
        console::Asker,
        frame::Page,
        showing::{Here, shown},
        words,
    },
};

/// Rows of a page.
const ROWS: u32 = 50;

/// What the address says.
#[derive(Clone, Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    place: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    after: String,
}

impl Wanted {
    fn filter(&self) -> Result<LibraryFilter> {
        let given = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        Ok(LibraryFilter {
            place: given(&self.place).map(|place| place.parse()).transpose()?,
            state: given(&self.state).map(|state| state.parse()).transpose()?,
            search: given(&self.q).map(|text| text.parse::<Search>()).transpose()?,
        })
    }

    fn order(&self) -> Result<LibraryOrder> {
        if self.sort.is_empty() {
            Ok(LibraryOrder::Id)
        } else {
            self.sort.parse()
        }
    }

    fn part(&self) -> Result<Part> {
        let after = (!self.after.is_empty())
            .then(|| self.after.parse::<Cursor>())
            .transpose()?;
        Part::new(ROWS, after)
    }

    fn is_narrowed(&self) -> bool {
        [&self.q, &self.state, &self.place]
            .into_iter()
            .any(|text| !text.trim().is_empty())
    }

    /// The address of the same list with something else in the place of one of its parts, from its beginning.
    fn address(&self, part: &str, value: &str) -> String {
        let parts = [
            ("q", &self.q),
            ("state", &self.state),
            ("place", &self.place),
            ("sort", &self.sort),
        ];
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, now) in parts {
            let text = if name == part { value } else { now };
            if !text.is_empty() {
                query.append_pair(name, text);
            }
        }
        if part == "after" {
            query.append_pair("after", value);
        }
        format!("/files?{}", query.finish())
    }
}

/// `GET /files`
pub(super) async fn files(State(console): Here, asker: Asker, Asked(wanted): Asked<Wanted>) -> Response {
    shown(&console, &asker, async |session| page(session, &wanted).await).await
}

async fn page(session: &Session<'_>, wanted: &Wanted) -> Result<Response> {
    let page = session
        .library_page(&wanted.filter()?, wanted.order()?, &wanted.part()?)
        .await?;
    let may = session.user().role == Role::Administrator;
    let body = html! {
        section.card {
            (tools(wanted))
            @if page.rows.is_empty() { (nothing(wanted)) }
            @else if may {
                form method="get" action="/files/move" {
                    (table(&page.rows, wanted, may))
                    div.pad { div.buttons { button.btn type="submit" { "Move…" } span.soft { "Those that are ticked." } } }
                }
            }
            @else { (table(&page.rows, wanted, may)) }
            @if let Some(next) = &page.next {
                nav.foot aria-label="Pages" {
                    @if !wanted.after.is_empty() { a.btn href=(wanted.address("", "")) { "First page" } }
                    a.btn href=(wanted.address("after", &next.to_string())) { "Next page" }
                }
            } @else if !wanted.after.is_empty() {
                nav.foot aria-label="Pages" { a.btn href=(wanted.address("", "")) { "First page" } }
            }
        }
    };
    let page = Page::new("/files", "Files", body);
    let page = if may { page.with(menus(session).await?) } else { page };
    Ok(page.of(session))
}

/// What an Administrator can do here. Without a plugin nothing can be added from a source.
async fn menus(session: &Session<'_>) -> Result<Markup> {
    let source = session.source().await.ok();
    Ok(html! { div.buttons {
        details.menu {
            summary.btn.main { "Add to Library" }
            div.card {
                @if let Some(source) = &source { a href="/files/add" { (words::name(&source.add)) } }
                a href="/files/upload" { "Upload" }
            }
        }
        details.menu {
            summary.btn { "More" }
            div.card {
                a href="/files/excel" download { "Excel" }
                a href="/bin" { "Bin" }
                @if let Some(source) = &source {
                    a href="/files/associate" { (words::name(&source.associate)) }
                    a href="/files/template" download { "Template sheet" }
                }
            }
        }
    } })
}

fn tools(wanted: &Wanted) -> Markup {
    let states = [
        ("", "All"),
        ("following", "Up to date"),
        ("waiting", "Waits"),
        ("not-following", "Does not get its content"),
        ("held", "Held"),
        ("gone", "Gone from the source"),
        ("detached", "No longer follows"),
        ("own", "The library's own"),
        ("damaged", "Damaged"),
    ];
    html! {
        form.tools method="get" action="/files" role="search" {
            label.unseen for="q" { "Search by name" }
            input #q type="search" name="q" value=(wanted.q) placeholder="Search by name" maxlength="200";
            label.unseen for="place" { "Place" }
            input #place type="search" name="place" value=(wanted.place) placeholder="Place, as in Workspace/Sales" maxlength="300";
            @if !wanted.state.is_empty() { input type="hidden" name="state" value=(wanted.state); }
            @if !wanted.sort.is_empty() { input type="hidden" name="sort" value=(wanted.sort); }
            button.btn type="submit" { "Search" }
        }
        nav.tools.chips aria-label="State" {
            @for (state, label) in states {
                a.chip href=(wanted.address("state", state)) aria-current=[(state == wanted.state).then_some("true")] { (label) }
            }
        }
    }
}

fn nothing(wanted: &Wanted) -> Markup {
    html! {
        div.pad.empty {
            @if wanted.is_narrowed() || !wanted.after.is_empty() {
                h2 { "No file fits" }
                p { "Nothing in the library is like that." }
                p { a.btn href="/files" { "Show all files" } }
            } @else {
                h2 { "The library is empty" }
                p { "Files that are imported from a connected drive or uploaded are listed here, each with its File ID." }
                div.buttons { a.btn.main href="/files/add" { "Add from a connected drive" } a.btn href="/integrations" { "Cloud Storage Integrations" } }
            }
        }
    }
}

fn table(rows: &[LibraryRow], wanted: &Wanted, may: bool) -> Markup {
    let sorted = |order: &str| {
        let now = if wanted.sort.is_empty() { "id" } else { &wanted.sort };
        (now == order).then_some(if order == "changed" { "descending" } else { "ascending" })
    };
    html! {
        div.wide { table.stack {
            caption.unseen { "Files of the library" }
            thead { tr {
                @if may { th { span.unseen { "Choose" } } }
                th scope="col" aria-sort=[sorted("id")] { a href=(wanted.address("sort", "id")) { "File ID" } }
                th scope="col" aria-sort=[sorted("name")] { a href=(wanted.address("sort", "name")) { "Name" } }
                th scope="col" { "Place" }
                th.num scope="col" { "Size" }
                th scope="col" { "State" }
                th scope="col" aria-sort=[sorted("changed")] { a href=(wanted.address("sort", "changed")) { "Changed" } }
                th.num scope="col" { "Shown in" }
            } }
            tbody { @for row in rows { (line(row, may)) } }
        } }
    }
}

/// How a file stands, as people read it.
pub(super) fn standing(row: &LibraryRow) -> (words::Tone, &str) {
    let state = if row.file.damage.is_some() {
        FileState::Damaged
    } else {
        row.state
    };
    let (tone, label) = words::file(state);
    match (&row.link_state, state) {
        (Some(word), FileState::NotFollowing) => (tone, words::outcome(word).1),
        _ => (tone, label),
    }
}

fn line(row: &LibraryRow, may: bool) -> Markup {
    let (tone, label) = standing(row);
    html! {
        tr {
            @if may { td.tick { input type="checkbox" name="file" value=(row.file.id) aria-label={ "Choose " (clientpoint_engine::text::one_line(&row.file.name)) }; } }
            td data-label="File ID" { (row.file.id) }
            td { span.name {
                a href={ "/files/" (row.file.id) } { (words::name(&row.file.name)) }
                @if let (Some(name), true) = (row.file.source_name.as_ref().filter(|name| **name != row.file.name), row.file.managed) { small.soft { "follows " (words::name(name)) } }
            } }
            td { (words::name(&row.file.place)) }
            td.num { (words::size(row.file.size)) }
            td { (words::state(tone, label)) }
            td { (words::moment(&row.changed_at)) }
            td.num data-label="Shown in" { (words::grouped(row.shown_in)) }
        }
    }
}
