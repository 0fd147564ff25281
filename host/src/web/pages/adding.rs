//! Add to Library > Add from the source: what is in the drive, whether it can be imported, and what was chosen. The
//! choice stands in the form and goes along from page to page.

use std::cmp::Reverse;

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use maud::{Markup, html};

use crate::{
    Error, Result,
    service::{BrowseRow, Cursor, Page as Rows, Session, Verdict},
    web::{
        console::Asker,
        console::Console,
        form::Filled,
        frame::Page,
        showing::{Here, address, done, shown},
        words,
    },
};

/// Pages of the source that one page of ours looks through for a search.
const LOOKS_THROUGH: u32 = 10;

/// Files that can be chosen here at a time, whatever the limit of an import is: they stand in the address.
const PICKS_AT_MOST: usize = 100;

/// In which order the files of a page can be shown, and what people read. Only what has been loaded is sorted: the source
/// gives its files in an order of its own.
const ORDERS: [(&str, &str); 4] = [
    ("", "In the drive's order"),
    ("name", "By name"),
    ("modified", "Latest first"),
    ("size", "Largest first"),
];

/// What the address or the form says.
struct Wanted {
    q: String,
    show: String,
    sort: String,
    folder: String,
    after: String,
    /// What was chosen: the item's id, a slash, and its name.
    picks: Vec<String>,
}

impl Wanted {
    fn read(query: Option<&str>) -> Self {
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
        let text = |name: &str| {
            let named = pairs.iter().rev().find(|(key, _)| key == name);
            named.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let mut picks: Vec<String> = Vec::new();
        for (_, pick) in pairs.iter().filter(|(key, _)| key == "pick") {
            if !picks.iter().any(|known| id_of(known) == id_of(pick)) {
                picks.push(pick.clone());
            }
        }
        Self {
            q: text("q"),
            show: text("show"),
            sort: text("sort"),
            folder: text("folder"),
            after: text("after"),
            picks,
        }
    }

    /// What no button of the page asks for is told, not passed over.
    fn refuse_unknown(&self) -> Result<()> {
        let wrong = |name: &str, word: &str| {
            let word: String = word.chars().take(40).collect();
            Err(Error::Settings(format!("`{}` is no choice of `{name}`", word.escape_debug())).at(name))
        };
        if !["", "importable"].contains(&self.show.as_str()) {
            return wrong("show", &self.show);
        }
        if !ORDERS.iter().any(|(order, _)| *order == self.sort) {
            return wrong("sort", &self.sort);
        }
        if PICKS_AT_MOST < self.picks.len() {
            return Err(Error::Settings(format!(
                "{} files are more than can be chosen here at one time: choose {PICKS_AT_MOST} at most",
                self.picks.len()
            )));
        }
        Ok(())
    }

    fn has(&self, item: &str) -> bool {
        self.picks.iter().any(|pick| id_of(pick) == item)
    }
}

fn id_of(pick: &str) -> &str {
    pick.split_once('/').map_or(pick, |(id, _)| id)
}

fn name_of(pick: &str) -> &str {
    pick.split_once('/').map_or(pick, |(_, name)| name)
}

/// `GET /files/add`
pub(super) async fn list(State(console): Here, asker: Asker, RawQuery(query): RawQuery) -> Response {
    let wanted = Wanted::read(query.as_deref());
    shown(&console, &asker, async |session| {
        wanted.refuse_unknown()?;
        page(&asker, session, &wanted).await
    })
    .await
}

/// `POST /files/add`: begins an import, which has a page of its own.
pub(super) async fn import(State(console): Here, asker: Asker, filled: Filled) -> Response {
    let items: Vec<String> = filled.all("pick").map(|pick| id_of(pick).to_owned()).collect();
    shown(&console, &asker, async |session| {
        begin(&console, &asker, session, items).await
    })
    .await
}

/// Begins an import of these items beside the request.
pub(super) async fn begin(
    console: &Console,
    asker: &Asker,
    session: &Session<'_>,
    mut items: Vec<String>,
) -> Result<Response> {
    items.sort();
    items.dedup();
    let begun = session.begin_import(&items).await?;
    let (number, files) = (begun.id(), format!("{} files", items.len()));
    let (host, user, through) = (console.host.clone(), session.user().name, asker.through);
    let stop = console.stop.clone();
    drop(console.beside(async move {
        let session = host.session(&user).await?.through(through).carrying_out(begun);
        session.import_until(&items, &stop).await.map(drop)
    }));
    // Only now: a browser that leaves in between must leave nothing that was begun and is carried out by nobody.
    asker.note(console, session, "import", &files).await?;
    Ok(done(&format!("/operations/{number}")))
}

async fn found(session: &Session<'_>, wanted: &Wanted) -> Result<(Rows<BrowseRow>, usize)> {
    let folder = (!wanted.folder.is_empty()).then(|| wanted.folder.clone());
    let mut next = (!wanted.after.is_empty())
        .then(|| wanted.after.parse::<Cursor>())
        .transpose()?;
    let sought = wanted.q.trim().to_lowercase();
    let is_narrowed = !sought.is_empty() || wanted.show == "importable";
    let fits = |row: &BrowseRow| {
        (sought.is_empty() || row.name.to_lowercase().contains(&sought))
            && (wanted.show != "importable" || row.verdict == Verdict::Importable)
    };
    let (mut rows, mut looked_at) = (Vec::new(), 0);
    for _ in 0..LOOKS_THROUGH {
        let page = session.browse_page(folder.clone(), next.as_ref()).await?;
        looked_at += page.rows.len();
        rows.extend(page.rows.into_iter().filter(|row| fits(row)));
        next = page.next;
        if next.is_none() || !is_narrowed && !rows.is_empty() {
            break;
        }
    }
    match wanted.sort.as_str() {
        "name" => rows.sort_by_cached_key(|row| row.name.to_lowercase()),
        "modified" => rows.sort_by(|one, other| other.modified.cmp(&one.modified)),
        "size" => rows.sort_by_key(|row| Reverse(row.size)),
        _ => {}
    }
    Ok((Rows { rows, next }, looked_at))
}

async fn page(asker: &Asker, session: &Session<'_>, wanted: &Wanted) -> Result<Response> {
    let source = session.source().await?;
    let (rows, looked_at) = found(session, wanted).await?;
    let status = session.status().await?;
    let limits = session.import_limits().await?;
    let connection = status.connection.ok_or_else(|| Error::NotConnected {
        source_title: source.title.clone(),
    })?;
    let drive = connection.drive.as_ref().map_or("none", |drive| &drive.name);
    let through = match &connection.owner {
        Some(owner) => format!("the sign-in of {owner}"),
        None => "the company's connection".to_owned(),
    };
    let body = html! {
        p.soft { "The drive " b { (words::name(drive)) } ", through " (words::name(&through)) ". Files are added to " b { "Company Wide" } ", where everyone can see them until you move them." }
        form.card method="post" action=(asker.with_through("/files/add")) data-limit=(limits.files) {
            (hidden(asker, wanted))
            (tools(asker, wanted))
            @if rows.rows.is_empty() { (nothing(wanted, rows.next.is_some())) } @else { (table(&rows.rows, wanted, asker, limits.opens_folders)) }
            (go_on(asker, wanted, rows.next.as_ref(), rows.rows.len(), looked_at))
            (foot(&rows.rows, wanted, limits.files))
        }
    };
    Ok(Page::new("/files", source.add, body)
        .below("Files", "/files")
        .of(session))
}

/// What the buttons that only look elsewhere take along.
fn hidden(asker: &Asker, wanted: &Wanted) -> Markup {
    html! {
        (asker.through_field())
        @if !wanted.folder.is_empty() { input type="hidden" name="folder" value=(wanted.folder); }
    }
}

fn tools(asker: &Asker, wanted: &Wanted) -> Markup {
    let look = asker.with_through("/files/add");
    html! {
        div.tools role="search" {
            label.unseen for="q" { "Search these files" }
            input #q type="search" name="q" value=(wanted.q) placeholder="Search these files" maxlength="200";
            label.unseen for="show" { "Show" }
            select #show name="show" {
                option value="" { "All files" }
                option value="importable" selected[wanted.show == "importable"] { "Only those that can be imported" }
            }
            label.unseen for="sort" { "Order" }
            select #sort name="sort" {
                @for (order, label) in ORDERS { option value=(order) selected[wanted.sort == order] { (label) } }
            }
            button.btn type="submit" formmethod="get" formaction=(look) { "Search" }
        }
    }
}

fn nothing(wanted: &Wanted, goes_on: bool) -> Markup {
    html! {
        div.pad.empty {
            @if wanted.q.is_empty() && wanted.show.is_empty() {
                h2 { "Nothing is in this folder" }
                p { "Once files are there, they can be chosen here." }
            } @else {
                h2 { "No file fits" }
                p { (if goes_on { "None of those that were looked at so far is like that: there are more." } else { "None of those that were looked at is like that." }) }
            }
        }
    }
}

fn table(rows: &[BrowseRow], wanted: &Wanted, asker: &Asker, opens_folders: bool) -> Markup {
    let sorted = |order: &str, how: &'static str| (wanted.sort == order).then_some(how);
    html! {
        div.wide { table.stack {
            caption.unseen { "Files of the drive" }
            thead { tr {
                th { span.unseen { "Choose" } } th scope="col" aria-sort=[sorted("name", "ascending")] { "Name" }
                th.num scope="col" aria-sort=[sorted("modified", "descending")] { "Modified" }
                th.num scope="col" aria-sort=[sorted("size", "descending")] { "Size" } th scope="col" { "Can it be imported?" }
            } }
            tbody { @for (number, row) in rows.iter().enumerate() { (line(number, row, wanted, asker, opens_folders)) } }
        } }
    }
}

fn line(number: usize, row: &BrowseRow, wanted: &Wanted, asker: &Asker, opens_folders: bool) -> Markup {
    let is_chosen = wanted.has(&row.item.id);
    let is_folder = row.kind == "folder";
    let opened = || asker.with_through(&address("/files/add", &[("folder", &row.item.id)]));
    let id = format!("pick-{number}");
    html! {
        tr class=[is_chosen.then_some("chosen")] {
            td.tick {
                @if row.verdict == Verdict::Importable {
                    input type="checkbox" #(id) name="pick" value={ (row.item.id) "/" (row.name) } checked[is_chosen] aria-label={ "Choose " (clientpoint_engine::text::one_line(&row.name)) };
                } @else { span aria-hidden="true" { "–" } }
            }
            td { span.name { @if is_folder && opens_folders { a href=(opened()) { (words::name(&row.name)) } } @else { (words::name(&row.name)) } } }
            td.num.soft { @if let Some(at) = &row.modified { (words::moment(at)) } }
            td.num { @if let Some(size) = row.size { (words::size(size)) } }
            td { span.name { (verdict(row, is_folder && opens_folders)) } }
        }
    }
}

fn verdict(row: &BrowseRow, is_open: bool) -> Markup {
    html! {
        @match &row.verdict {
            Verdict::Importable => (words::state(words::Tone::Good, "Can be imported")),
            Verdict::AlreadyImported { file } => {
                (words::state(words::Tone::Off, "In the library"))
                span.why { "File ID " a href={ "/files/" (file) } { (file) } }
            },
            Verdict::Refused { .. } if is_open => (words::state(words::Tone::Off, "A folder: open it")),
            Verdict::Refused { .. } => {
                (words::state(words::Tone::Bad, "Can't be imported"))
                span.why { (words::sentence(&row.message)) }
            },
        }
    }
}

fn go_on(asker: &Asker, wanted: &Wanted, next: Option<&Cursor>, found: usize, looked_at: usize) -> Markup {
    let look = asker.with_through("/files/add");
    let is_narrowed = !wanted.q.is_empty() || !wanted.show.is_empty();
    html! {
        @if is_narrowed || next.is_some() || !wanted.after.is_empty() {
            div.tools role="navigation" aria-label="Pages" {
                @if is_narrowed { span.soft { "Found " (found) " in " (looked_at) " loaded." } }
                @else if !wanted.sort.is_empty() { span.soft { "Sorted among the " (found) " shown here." } }
                @if !wanted.after.is_empty() { button.btn type="submit" formmethod="get" formaction=(look) name="after" value="" { "First page" } }
                @if let Some(next) = next { button.btn type="submit" formmethod="get" formaction=(look) name="after" value=(next.to_string()) { (if is_narrowed { "Go on searching" } else { "Next page" }) } }
            }
        }
    }
}

fn foot(rows: &[BrowseRow], wanted: &Wanted, limit: u32) -> Markup {
    let here = |pick: &&String| rows.iter().any(|row| row.item.id == id_of(pick));
    let elsewhere: Vec<&String> = wanted.picks.iter().filter(|pick| !here(pick)).collect();
    let count = u32::try_from(wanted.picks.len()).unwrap_or(u32::MAX);
    html! {
        div.foot {
            button.btn.main type="submit" { "Select" }
            span #chosen role="status" {
                b { (count) " of " (limit) } " chosen"
                @if limit < count { ". That is more than can be imported at one time. Take some away." }
                @else if limit == count { ". That is the most at one time. Take one away to choose another." }
            }
            @for (number, pick) in elsewhere.iter().enumerate() {
                @let id = format!("elsewhere-{number}");
                label.choice for=(id) { input #(id) type="checkbox" name="pick" value=(pick) checked; (words::name(name_of(pick))) }
            }
        }
    }
}
