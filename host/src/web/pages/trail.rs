//! The trail: who did what, when, and from where.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::paging::{more, part};
use crate::{
    Error, Result,
    service::{Part, Session, TrailFilter, api::Step},
    web::{
        asked::Asked,
        console::Asker,
        frame::Page,
        saving::saved,
        showing::{Here, address, shown},
        words::{self, trail::STEPS},
    },
};

/// The most that is saved at once, the newest of it.
const SAVED_AT_MOST: usize = 10_000;

/// What the address says.
#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    who: String,
    #[serde(default)]
    what: String,
    #[serde(default)]
    after: String,
}

impl Wanted {
    fn filter(&self) -> Result<TrailFilter> {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let what = some(&self.what);
        if let Some(word) = what
            .as_ref()
            .filter(|word| !STEPS.iter().any(|(known, _)| known == word))
        {
            let word: String = word.chars().take(40).collect();
            return Err(Error::Settings(format!(
                "`{}` is nothing that is written down here",
                word.escape_debug()
            )));
        }
        Ok(TrailFilter {
            user: some(&self.who),
            what,
        })
    }

    fn address(&self, path: &str, after: &str) -> String {
        address(path, &[("who", &self.who), ("what", &self.what), ("after", after)])
    }
}

/// `GET /trail`
pub(super) async fn trail(State(console): Here, asker: Asker, Asked(wanted): Asked<Wanted>) -> Response {
    shown(&console, &asker, async |session| page(session, &wanted).await).await
}

/// `GET /trail/csv`: the same as a table of text.
pub(super) async fn csv(State(console): Here, asker: Asker, Asked(wanted): Asked<Wanted>) -> Response {
    shown(&console, &asker, async |session| {
        let (filter, mut after, mut left) = (wanted.filter()?, None, SAVED_AT_MOST);
        let mut text = String::from("At,Who,What,About,Address\r\n");
        loop {
            let page = session.trail_page(&filter, &Part::whole(after)).await?;
            for step in page.rows.iter().take(left) {
                let cells = [&step.at, &step.user, &step.what, &step.about, &step.address];
                text.push_str(&cells.map(|cell| words::cell(cell)).join(","));
                text.push_str("\r\n");
            }
            left = left.saturating_sub(page.rows.len());
            after = page.next;
            if after.is_none() || left == 0 {
                break;
            }
        }
        Ok(saved("Trail.csv", "text/csv; charset=utf-8", text.into_bytes()))
    })
    .await
}

async fn page(session: &Session<'_>, wanted: &Wanted) -> Result<Response> {
    let page = session.trail_page(&wanted.filter()?, &part(&wanted.after)?).await?;
    let is_narrowed = [&wanted.who, &wanted.what, &wanted.after]
        .iter()
        .any(|text| !text.trim().is_empty());
    let body = html! {
        section.card {
            (filter(wanted))
            @if page.rows.is_empty() { (nothing(is_narrowed)) } @else { (table(&page.rows)) }
            (more(page.next.as_ref(), &wanted.after, |after| wanted.address("/trail", after)))
        }
    };
    let save = html! { @if !page.rows.is_empty() { a.btn href=(wanted.address("/trail/csv", "")) download { "Save as CSV" } } };
    Ok(Page::new("/trail", "Trail", body).with(save).of(session))
}

fn filter(wanted: &Wanted) -> Markup {
    html! {
        form.tools method="get" action="/trail" {
            label.unseen for="who" { "Name of a person" }
            input #who type="search" name="who" value=(wanted.who) placeholder="Name of a person" maxlength="64" autocomplete="off" spellcheck="false";
            label.unseen for="what" { "What was done" }
            select #what name="what" {
                option value="" { "Everything" }
                @for (word, label) in STEPS { option value=(word) selected[wanted.what == word] { (label) } }
            }
            button.btn type="submit" { "Show" }
        }
    }
}

fn nothing(is_narrowed: bool) -> Markup {
    html! {
        div.pad.empty {
            @if is_narrowed {
                h2 { "Nothing fits" }
                p { "Nobody of that name has done that, as far as is written down here. A name is given as it stands on the page of users." }
                p { a.btn href="/trail" { "Show everything" } }
            } @else {
                h2 { "Nothing was done yet" }
                p { "Who comes in, connects, imports or changes something is written down here, and never changed." }
            }
        }
    }
}

fn table(rows: &[Step]) -> Markup {
    html! {
        div.wide { table.stack {
            caption.unseen { "What people did, the newest first" }
            thead { tr { th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "What" } th scope="col" { "About" } th scope="col" { "From" } } }
            tbody { @for step in rows { (line(step)) } }
        } }
    }
}

fn line(step: &Step) -> Markup {
    html! {
        tr {
            td { (words::moment(&step.at)) }
            td { span.name { (words::name(&step.user)) } }
            td { (words::trail::step(&step.what)) }
            td { span.name { (about(step)) } }
            td data-label="From" { @if step.address.is_empty() { span.soft { "the host itself" } } @else { (words::name(&step.address)) } }
        }
    }
}

/// What it was about; where that is a number, with what it is the number of.
fn about(step: &Step) -> Markup {
    let about = step.about.as_str();
    let is_number = !about.is_empty() && about.bytes().all(|letter| letter.is_ascii_digit());
    let lead = match step.what.as_str() {
        "linked-sheet" | "stopped" => Some(("operation ", "/operations/")),
        "took-back" => Some(("upload ", "/files/associate/")),
        _ => Some(("File ID ", "/files/")),
    };
    html! {
        @match lead.filter(|_| is_number) {
            Some((what, path)) => { (what) a href={ (path) (about) } { (about) } },
            None => (words::name(about)),
        }
    }
}
