//! Moving files: to Company Wide, a Workspace or a Division.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use maud::{Markup, html};

use crate::{
    Error, Result,
    place::Place,
    service::{FileRow, Session},
    web::{
        console::Asker,
        form::Filled,
        frame::Page,
        showing::{Here, address, done, shown},
        trouble, words,
    },
};

/// Files that are moved at a time.
const AT_MOST: usize = 100;

/// What the name of a field begins with that says where a file was when the form was made; its File ID follows.
const SEEN: &str = "seen-";

/// `GET /files/move`
pub(super) async fn ask(State(console): Here, asker: Asker, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let named = url::form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == "file");
    let ids: Vec<String> = named.map(|(_, id)| id.into_owned()).collect();
    shown(&console, &asker, async |session| {
        session.require_administrator("move files of the library")?;
        refuse_too_many(&ids)?;
        page(session, &ids, None, None).await
    })
    .await
}

/// `POST /files/move`
pub(super) async fn move_them(State(console): Here, asker: Asker, filled: Filled) -> Response {
    let ids: Vec<String> = filled.all("file").map(str::to_owned).collect();
    shown(&console, &asker, async |session| {
        refuse_too_many(&ids)?;
        let place = match place(&filled) {
            Ok(place) => place,
            Err(error) => return page(session, &ids, Some(&filled), Some(&error)).await,
        };
        let files: Vec<(&str, Option<&str>)> = ids.iter().map(|id| (id.as_str(), seen(&filled, id))).collect();
        match session.move_files_from(&files, &place).await {
            Ok(_) => {}
            // Somebody else was faster: where the files are now is looked at, and what was filled in stays.
            Err(error) if matches!(error.bare(), Error::Outdated(_)) => {
                return page(session, &ids, Some(&filled), Some(&error)).await;
            }
            Err(error) => return Err(error),
        }
        asker
            .note(&console, session, "moved", &format!("{} to {place}", ids.join(" ")))
            .await?;
        Ok(done(&address("/files", &[("place", &place.to_string())])))
    })
    .await
}

/// The place at which the form has shown a file.
fn seen<'f>(filled: &'f Filled, id: &str) -> Option<&'f str> {
    filled
        .pairs()
        .find_map(|(name, place)| (name.strip_prefix(SEEN)? == id).then_some(place))
}

fn refuse_too_many(ids: &[String]) -> Result<()> {
    if ids.len() <= AT_MOST {
        return Ok(());
    }
    Err(Error::Settings(format!(
        "{} files are more than are moved here at one time: choose {AT_MOST} at most",
        ids.len()
    )))
}

/// Where to, by the parts of the form.
pub(super) fn place(filled: &Filled) -> Result<Place> {
    let (area, name) = (filled.text("area"), filled.text("name").trim());
    let below = filled.text("below").trim().trim_matches('/');
    let parts = [area, if area == "Company Wide" { "" } else { name }, below];
    let path: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if area != "Company Wide" && name.is_empty() {
        return Err(Error::Settings(format!("Give the name of the {area}.")).at("name"));
    }
    path.join("/").parse()
}

/// The fields that say where to, from a place or from what was filled in before; known Workspaces and Divisions are
/// suggested.
pub(super) fn fields(now: &str, known: &[String], sent: Option<&Filled>) -> Markup {
    let area = sent.map_or_else(|| now.split('/').next().unwrap_or_default(), |sent| sent.text("area"));
    let before = |key: &str| sent.map_or("", |sent| sent.text(key));
    let areas = [
        ("Company Wide", "Company Wide", "everyone sees it"),
        ("Workspace", "Workspace", "also called Group Wide: its people see it"),
        ("Division", "Division", "its people see it"),
    ];
    html! {
        fieldset #place tabindex="-1" {
            legend { "Place" }
            @for (value, label, who) in areas {
                label.choice { input type="radio" name="area" value=(value) checked[value == area] required; span { b { (label) } " – " (who) } }
            }
        }
        label for="name" { "Name of the Workspace or Division" }
        input #name name="name" value=(before("name")) maxlength="255" autocomplete="off" list="known";
        datalist #known { @for (area, name) in known.iter().filter_map(|place| place.split_once('/')) { option value=(name) label=(area); } }
        label for="below" { "Subfolder" }
        input #below name="below" value=(before("below")) maxlength="600" autocomplete="off" aria-describedby="below-hint";
        small #below-hint .soft { "May stay empty. 2026/Q1 is a folder in a folder." }
    }
}

async fn page(session: &Session<'_>, ids: &[String], sent: Option<&Filled>, error: Option<&Error>) -> Result<Response> {
    let mut files: Vec<FileRow> = Vec::with_capacity(ids.len());
    for id in ids {
        files.push(session.file(id).await?);
    }
    let known = session.known_places().await?;
    let now = files.first().map_or("Company Wide", |file| file.place.as_str());
    let body = html! {
        (crate::web::form::summary(error, &[]))
        section.card { div.pad {
            @if files.is_empty() { p { "No file was chosen." } }
            ul { @for file in &files { li { (words::name(&file.name)) " – now in " (words::name(&file.place)) } } }
            form.fields method="post" action="/files/move" {
                @for file in &files {
                    input type="hidden" name="file" value=(file.id);
                    input type="hidden" name={ (SEEN) (file.id) } value=(file.place);
                }
                (fields(now, &known, sent))
                button.btn.main type="submit" { "Move" }
            }
        } }
    };
    let status = error.map_or(http::StatusCode::OK, trouble::status);
    Ok(Page::new("/files", "Move", body)
        .below("Files", "/files")
        .answer(status, session))
}
