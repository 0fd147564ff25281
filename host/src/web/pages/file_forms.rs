//! What can be done with one file, as forms. What can't be done to it just now is not offered.

use maud::{Markup, html};

use super::moving;
use crate::{
    Error,
    service::{FileRow, FileState, LibraryRow, Propagation, api::Showing},
    store::files::ShowingKind,
    web::{form::Filled, words},
};

/// What was tried with the file, and why it was not done.
pub(super) type Tried<'t> = Option<(&'t Filled, &'t Error)>;

/// Name, place, content, what it follows (where there is a source), and what updates reach.
pub(super) fn forms(
    row: &LibraryRow,
    may_follow: bool,
    known: &[String],
    propagation: &Propagation,
    tried: Tried<'_>,
) -> Markup {
    let file = &row.file;
    html! {
        (naming(file, renamed(tried)))
        section.card { div.pad {
            h2 { "Move" }
            form.fields method="post" action={ "/files/" (file.id) "/move" } {
                input type="hidden" name="seen-place" value=(file.place);
                (moving::fields(&file.place, known, sent(tried, "area")))
                button.btn type="submit" { "Move" }
            }
        } }
        @if file.managed { (managed_content(row)) } @else { (own_content(file)) }
        @if may_follow { (following(file, sent(tried, "item"))) }
        @if file.managed { (keeping(file, propagation)) }
    }
}

/// What was filled in, if that is the form which has a field of that name.
fn sent<'t>(tried: Tried<'t>, field: &str) -> Option<&'t Filled> {
    tried
        .map(|tried| tried.0)
        .filter(|sent| sent.all(field).next().is_some())
}

/// The same of the form that renames: moving has a field for a name as well.
fn renamed(tried: Tried<'_>) -> Option<&Filled> {
    sent(tried, "name").filter(|sent| sent.all("area").next().is_none())
}

fn naming(file: &FileRow, renamed: Option<&Filled>) -> Markup {
    html! {
        section.card { div.pad {
            h2 { "Name" }
            form.fields method="post" action={ "/files/" (file.id) "/rename" } {
                label for="new-name" { "Name in the library" }
                input type="hidden" name="seen-name" value=(file.name);
                input #new-name name="name" value=(renamed.map_or(file.name.as_str(), |sent| sent.text("name"))) aria-invalid=[renamed.map(|_| "true")] maxlength="255" required autocomplete="off" aria-describedby="new-name-hint";
                small #new-name-hint .soft { "With the same ending. What it follows keeps its own name." }
                button.btn type="submit" { "Rename" }
            }
        } }
    }
}

fn managed_content(row: &LibraryRow) -> Markup {
    let file = &row.file;
    let base = format!("/files/{}", file.id);
    let revision = html! { input type="hidden" name="revision" value=(file.revision); };
    let is_held = matches!(row.state, FileState::Held | FileState::NotFollowing);
    let is_cut_off = matches!(
        row.state,
        FileState::Gone | FileState::Detached | FileState::NotFollowing
    );
    html! {
        section.card { div.pad {
            h2 { "Content" }
            p { "It comes from its source, so it is replaced there, and not here." }
            p { "Going back takes the last update back, wherever the file is shown, and holds it until you release it." }
            div.buttons {
                form method="post" action={ (base) "/roll-back" } { (revision) button.btn type="submit" { "Go back to the content before" } }
                @if is_held {
                    form method="post" action={ (base) "/release" } { (revision) button.btn type="submit" { "Release" } }
                }
            }
            @if is_held { p.soft { "Released, it follows its source again, from the next sync on." } }
            @if is_cut_off {
                p { "It does not follow any more. It can be made the library's own: then it follows nothing, and its content may be replaced here." }
                form method="post" action={ (base) "/unlock" } { (revision) button.btn type="submit" { "Unlock" } }
            }
        } }
    }
}

fn own_content(file: &FileRow) -> Markup {
    html! {
        section.card { div.pad {
            h2 { "Content" }
            form.fields method="post" action={ "/files/" (file.id) "/content" } enctype="multipart/form-data" {
                input type="hidden" name="revision" value=(file.revision);
                label for="file" { "Replace it by this file" }
                input #file type="file" name="file" required aria-describedby="file-hint";
                small #file-hint .soft { "It is shown at once wherever the file is. The name stays." }
                button.btn type="submit" { "Replace" }
            }
        } }
    }
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

/// Where it is shown, and where else it could be.
pub(super) fn shown_in(file: &FileRow, showings: &[Showing], may: bool, tried: Tried<'_>) -> Markup {
    html! {
        section.card #shown {
            div.pad { h2 { "Where it is shown" } }
            @if showings.is_empty() {
                div.pad { p.soft { "In no ClientPoint and no Template." } }
            } @else {
                div.wide { table.stack {
                    thead { tr { th scope="col" { "Name" } th scope="col" { "What it is" } th.num scope="col" { "Revision" } @if may { th scope="col" { span.unseen { "What can be done" } } } } }
                    tbody { @for showing in showings { (place(file, showing, may)) } }
                } }
            }
            @if may { div.pad { (showing_form(file, sent(tried, "shown-in"))) } }
        }
    }
}

fn place(file: &FileRow, showing: &Showing, may: bool) -> Markup {
    let about = clientpoint_engine::text::one_line(&showing.name);
    html! {
        tr {
            td { (words::name(&showing.name)) }
            td { (showing.kind.word()) }
            td.num data-label="Revision" { (showing.revision) }
            @if may { td {
                form method="post" action={ "/files/" (file.id) "/take-out" } {
                    input type="hidden" name="kind" value=(showing.kind.word());
                    input type="hidden" name="shown-in" value=(showing.name);
                    button.btn type="submit" aria-label={ "Take out of " (about) } { "Take out" }
                }
            } }
        }
    }
}

fn showing_form(file: &FileRow, sent: Option<&Filled>) -> Markup {
    let kinds = [ShowingKind::ClientPoint, ShowingKind::Template];
    let chosen = sent.map_or(ShowingKind::ClientPoint.word(), |sent| sent.text("kind"));
    html! {
        form.fields method="post" action={ "/files/" (file.id) "/show" } {
            fieldset {
                legend { "Show it in a" }
                @for kind in kinds { label.choice { input type="radio" name="kind" value=(kind.word()) checked[kind.word() == chosen] required; (kind.word()) } }
            }
            label for="shown-in" { "Its name" }
            input #shown-in name="shown-in" value=(sent.map_or("", |sent| sent.text("shown-in"))) aria-invalid=[sent.map(|_| "true")] maxlength="255" required autocomplete="off";
            button.btn type="submit" { "Show it there" }
        }
    }
}

/// Taking it out of the library.
pub(super) fn removal(file: &FileRow) -> Markup {
    html! {
        section.card { div.pad {
            h2 { "Remove" }
            p { "The file goes into the bin, from where it can be brought back for some days. While it is shown in a ClientPoint or Template it can't be removed: take it out there first." }
            form method="post" action={ "/files/" (file.id) "/remove" } {
                input type="hidden" name="revision" value=(file.revision);
                button.btn type="submit" { "Put it into the bin" }
            }
        } }
    }
}
