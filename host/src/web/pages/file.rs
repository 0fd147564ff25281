//! One file: everything that is known of it, and what can be done with it.

use axum::{extract::State, response::Response};
use http::StatusCode;
use maud::{Markup, html};

use super::{associating, moving, taking_back};
use crate::{
    Error, Result,
    service::{
        FileRow, LookedAt, Propagation, Session,
        api::{Damage, Showing},
    },
    store::users::Role,
    web::{
        asked::At,
        console::Asker,
        form::{Filled, problem},
        frame::Page,
        showing::{Here, done, shown},
        streams, trouble, words,
    },
};

/// `GET /files/{id}`
pub(super) async fn file(State(console): Here, asker: Asker, At(id): At<String>) -> Response {
    shown(&console, &asker, async |session| page(session, &id, None).await).await
}

/// `POST /files/{id}/move`
pub(super) async fn move_it(State(console): Here, asker: Asker, At(id): At<String>, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let place = match filled.text("place") {
            "" => moving::place(&filled),
            written => written.parse(),
        };
        let seen = LookedAt {
            place: seen(&filled, "seen-place"),
            ..LookedAt::default()
        };
        let moved = async { session.move_file_from(&id, &place?, seen).await };
        match moved.await {
            Ok(file) => {
                let note = format!("{id} to {}", file.place);
                asker.note(&console, session, "moved", &note).await?;
                Ok(done(&format!("/files/{id}")))
            }
            Err(error) => again(session, &id, &filled, error).await,
        }
    })
    .await
}

/// `POST /files/{id}/rename`
pub(super) async fn rename(State(console): Here, asker: Asker, At(id): At<String>, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let before = session.file(&id).await?.name;
        let seen = LookedAt {
            name: seen(&filled, "seen-name"),
            ..LookedAt::default()
        };
        match session.rename_file_from(&id, filled.text("name"), seen).await {
            Ok(file) => {
                let note = format!("{id}: {before} to {}", file.name);
                asker.note(&console, session, "renamed", &note).await?;
                Ok(done(&format!("/files/{id}")))
            }
            Err(error) => again(session, &id, &filled, error.at("new-name")).await,
        }
    })
    .await
}

/// What the form was made of, where it says so.
fn seen<'f>(filled: &'f Filled, name: &'f str) -> Option<&'f str> {
    filled.all(name).next()
}

/// The same page, with what is wrong above it and what was filled in as it was.
async fn again(session: &Session<'_>, id: &str, filled: &Filled, error: Error) -> Result<Response> {
    if error.is_usage() || matches!(error.bare(), Error::Outdated(_)) {
        return page(session, id, Some((filled, &error))).await;
    }
    Err(error)
}

/// `POST /files/{id}/release`
pub(super) async fn release(State(console): Here, asker: Asker, At(id): At<String>, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let decided = match taking_back::number(&filled, "revision") {
            Ok(decided) => decided,
            Err(error) => return Ok(trouble::unreadable(&error, session)),
        };
        match session.release_from(&id, decided).await {
            Ok(_) => {
                asker.note(&console, session, "released", &id).await?;
                Ok(done(&format!("/files/{id}")))
            }
            Err(error) => again(session, &id, &filled, error).await,
        }
    })
    .await
}

/// `POST /files/{id}/unlock`
pub(super) async fn unlock(State(console): Here, asker: Asker, At(id): At<String>, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let decided = match taking_back::number(&filled, "revision") {
            Ok(decided) => decided,
            Err(error) => return Ok(trouble::unreadable(&error, session)),
        };
        match session.unlock_from(&id, decided).await {
            Ok(_) => {
                asker.note(&console, session, "unlocked", &id).await?;
                Ok(done(&format!("/files/{id}")))
            }
            Err(error) => again(session, &id, &filled, error).await,
        }
    })
    .await
}

/// `POST /files/{id}/follow`: begins to check whether it may follow another file of the drive.
pub(super) async fn follow(State(console): Here, asker: Asker, At(id): At<String>, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        match session.begin_check_of_item(&id, filled.text("item")).await {
            Ok(begun) => Ok(associating::check_goes_on(&console, session, begun)),
            Err(error) => again(session, &id, &filled, error).await,
        }
    })
    .await
}

/// `POST /files/{id}/keep`
pub(super) async fn keep(State(console): Here, asker: Asker, At(id): At<String>, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let keep = match filled.needed("keep") {
            Ok("yes") => true,
            Ok("no") => false,
            Ok(other) => {
                let wrong = Error::Settings(format!("`{}` is neither yes nor no", other.escape_debug()));
                return Ok(trouble::unreadable(&wrong.at("keep"), session));
            }
            Err(error) => return Ok(trouble::unreadable(&error, session)),
        };
        session.keep_clientpoints(Some(&id), keep).await?;
        asker.note(&console, session, "keep-clientpoints", &id).await?;
        Ok(done(&format!("/files/{id}")))
    })
    .await
}

/// `GET /files/{id}/content`
pub(super) async fn content(State(console): Here, asker: Asker, At(id): At<String>) -> Response {
    shown(&console, &asker, async |session| {
        let name = session.file(&id).await?.name;
        let (host, user) = (console.host.clone(), session.user().name);
        Ok(streams::content(host, user, (id.clone(), None), &name))
    })
    .await
}

/// `GET /files/{id}/revisions/{number}`
pub(super) async fn revision(State(console): Here, asker: Asker, At((id, number)): At<(String, u64)>) -> Response {
    shown(&console, &asker, async |session| {
        let name = session.file(&id).await?.name;
        // What is not there is told on a page, before any byte goes.
        session.content_of(&id, number).await?;
        let (host, user) = (console.host.clone(), session.user().name);
        Ok(streams::content(host, user, (id.clone(), Some(number)), &name))
    })
    .await
}

/// What was tried with the file, and why it was not done.
type Tried<'t> = Option<(&'t Filled, &'t Error)>;

async fn page(session: &Session<'_>, id: &str, tried: Tried<'_>) -> Result<Response> {
    let file = session.file(id).await?;
    let showings = session.showings(id).await?;
    let may = session.user().role == Role::Administrator;
    let body = html! {
        (problem(tried.map(|tried| tried.1)))
        @if let Some(damage) = &file.damage {
            section.card.trouble role="alert" { div.pad {
                h2 { "Its bytes are damaged on this host's disk" }
                p { (damage_words(damage)) }
            } }
        }
        section.card { div.pad { (facts(&file, may)) } }
        @if may { (actions(&file, &session.known_places().await?, &session.propagation_of(id).await?, tried)) }
        (shown_in(&showings))
    };
    let action = html! { a.btn href={ "/files/" (file.id) "/content" } download { "Download" } };
    let title = clientpoint_engine::text::one_line(&file.name).into_owned();
    Ok(Page::new("/files", title, body)
        .below("Files", "/files")
        .with(action)
        .answer(tried.map_or(StatusCode::OK, |tried| trouble::status(tried.1)), session))
}

fn damage_words(damage: &Damage) -> String {
    format!(
        "The bytes {}. A file that follows its source is fetched anew by the next sync; another one is put back from a copy.",
        damage.message
    )
}

fn facts(file: &FileRow, may: bool) -> Markup {
    html! {
        dl.facts {
            dt { "File ID" } dd { (file.id) }
            dt { "Place" } dd { (words::name(&file.place)) }
            dt { "Size" } dd { (words::size(file.size)) " (" (words::grouped(file.size)) " bytes)" }
            dt { "Revision" } dd { @if may { a href={ "/files/" (file.id) "/revisions" } { (file.revision) } } @else { (file.revision) } }
            dt { "Content" } dd {
                @if file.managed { "comes from its source: it is changed there" } @else { "is the library's own" }
            }
            @if let Some(name) = &file.source_name { dt { "Follows" } dd { (words::name(name)) } }
            dt { "SHA-256" } dd { code.hash { (file.sha256) } }
        }
    }
}

fn actions(file: &FileRow, known: &[String], propagation: &Propagation, tried: Tried<'_>) -> Markup {
    let base = format!("/files/{}", file.id);
    let sent = tried.map(|tried| tried.0);
    let is_move = |filled: &&Filled| seen(filled, "area").is_some() || seen(filled, "place").is_some();
    let is_rename = |filled: &&Filled| !is_move(filled) && seen(filled, "name").is_some();
    let (moved, renamed) = (sent.filter(is_move), sent.filter(is_rename));
    html! {
        section.card { div.pad {
            h2 { "Name" }
            form.fields method="post" action={ (base) "/rename" } {
                label for="new-name" { "Name in the library" }
                input type="hidden" name="seen-name" value=(file.name);
                input #new-name name="name" value=(renamed.map_or(file.name.as_str(), |sent| sent.text("name"))) aria-invalid=[renamed.map(|_| "true")] maxlength="255" required autocomplete="off" aria-describedby="new-name-hint";
                small #new-name-hint .soft { "With the same ending. What it follows keeps its own name." }
                button.btn type="submit" { "Rename" }
            }
        } }
        section.card { div.pad {
            h2 { "Move" }
            form.fields method="post" action={ (base) "/move" } {
                input type="hidden" name="seen-place" value=(file.place);
                (moving::fields(&file.place, known, moved))
                button.btn type="submit" { "Move" }
            }
        } }
        (following(file, sent.filter(|filled| seen(filled, "item").is_some())))
        @if file.managed {
            section.card { div.pad {
                h2 { "Content" }
                p { "Going back takes the last update back, wherever the file is shown, and holds it until you release it. Releasing lets it follow its source again." }
                div.buttons {
                    form method="post" action={ (base) "/roll-back" } {
                        (as_looked_at(file))
                        button.btn type="submit" { "Go back to the content before" }
                    }
                    form method="post" action={ (base) "/release" } { (as_looked_at(file)) button.btn type="submit" { "Release" } }
                }
                p { "A file that does not follow any more, because its drive is another one or its source is gone, can be made the library's own: then it follows nothing, and its content may be replaced here." }
                form method="post" action={ (base) "/unlock" } { (as_looked_at(file)) button.btn type="submit" { "Unlock" } }
            } }
            (keeping(file, propagation))
        }
    }
}

/// The revision that whoever presses a button has before them.
fn as_looked_at(file: &FileRow) -> Markup {
    html! { input type="hidden" name="revision" value=(file.revision); }
}

/// What of the drive it is to follow from now on.
fn following(file: &FileRow, sent: Option<&Filled>) -> Markup {
    html! {
        section.card { div.pad {
            h2 { (if file.managed { "Follow another file" } else { "Follow a file of the drive" }) }
            form.fields method="post" action={ "/files/" (file.id) "/follow" } {
                label for="item" { "Path or address" }
                input #item name="item" value=(sent.map_or("", |sent| sent.text("item"))) aria-invalid=[sent.map(|_| "true")] maxlength="4000" required autocomplete="off" aria-describedby="item-hint";
                small #item-hint .soft { "Its path from the root of the drive, as in Clients/Offer.docx, or its address, copied from the browser. It is checked first: nothing is changed by that." }
                button.btn type="submit" { "Check it" }
            }
        } }
    }
}

fn keeping(file: &FileRow, propagation: &Propagation) -> Markup {
    let keeps = propagation.keep_files.contains(&file.id);
    html! {
        section.card { div.pad {
            h2 { "Do not update existing ClientPoints" }
            p { @if propagation.keep_all { "It is on for all files." } @else if keeps { "It is on for this file: new content is shown in the library, and where the file is placed from then on." } @else { "It is off: new content is shown wherever the file is." } }
            form method="post" action={ "/files/" (file.id) "/keep" } {
                button.btn type="submit" name="keep" value=(if keeps { "no" } else { "yes" }) { (if keeps { "Switch it off for this file" } else { "Switch it on for this file" }) }
            }
        } }
    }
}

fn shown_in(showings: &[Showing]) -> Markup {
    html! {
        section.card {
            div.pad { h2 { "Where it is shown" } }
            @if showings.is_empty() {
                div.pad { p.soft { "In no ClientPoint and no Template." } }
            } @else {
                div.wide { table.stack {
                    thead { tr { th scope="col" { "Name" } th.num scope="col" { "Revision" } } }
                    tbody { @for showing in showings { tr { td { (words::name(&showing.name)) } td.num data-label="Revision" { (showing.revision) } } } }
                } }
            }
        }
    }
}
