//! Backups: when the library was backed up last, how large that is, and making one now. Where to is set where the host is
//! started, and is shown on no page.

use axum::{extract::State, response::Response};
use maud::{Markup, html};

use crate::{
    service::api::LastBackup,
    web::{
        console::Asker,
        frame::Page,
        showing::{Here, done, shown},
        words::{self, Tone},
    },
};

/// `GET /backups`
pub(super) async fn backups(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        let backups = session.backups().await?;
        let is_elsewhere = session.is_backed_up_elsewhere();
        let is_named = session.backup_folder().await?.is_some();
        let body = html! {
            section.card { div.pad {
                @if is_elsewhere {
                    p { (words::state(Tone::Off, "Backed up elsewhere")) }
                    p.soft { "This library does not lie in a folder of this host alone. Its database and its files are backed up where they lie: whoever runs this host sees to that, and when it was last is not known here." }
                } @else {
                    @match backups.first() {
                        None => {
                            p { (words::state(Tone::Bad, "Not backed up yet")) }
                            p.soft { "Whoever runs this host makes backups, also while it is at work. Without one, the library is lost with its disk." }
                        },
                        Some(last) => {
                            p { (how(last)) " " (words::moment(&last.made_at)) ", by " (words::name(&last.made_by)) ": "
                                (words::count(last.objects, "object", "objects")) ", " (words::size(last.bytes)) ", and the database, "
                                (words::size(last.database_bytes)) "." }
                            @if 0 < last.lacking {
                                p { (words::count(last.lacking, "object is", "objects are")) " not in it, because the library had lost them." }
                            }
                            p.soft { @if last.with_key { "The key of the secrets lies beside it: whoever has the backup can open them." }
                                @else { "The key of the secrets is not in it. It has to be kept somewhere else." } }
                        },
                    }
                    @if is_named {
                        form.buttons method="post" action="/backups" { button.btn.main type="submit" { "Back up now" } }
                        p.soft { "It goes where whoever runs this host has said. Everybody can go on working meanwhile." }
                    } @else {
                        p.soft { "Where backups go is not set, so none can be begun here: whoever runs this host names a folder for them." }
                    }
                }
            } }
            @if !backups.is_empty() { section.card {
                div.pad { h2 { @if is_elsewhere { "Backups of before" } @else { "The latest backups" } } }
                div.wide { table.stack {
                    thead { tr {
                        th scope="col" { "Of" } th scope="col" { "By" } th scope="col" { "Objects" } th scope="col" { "Size" }
                        th scope="col" { "New in it" } th scope="col" { "State" }
                    } }
                    tbody { @for one in &backups { tr {
                        td { (words::moment(&one.made_at)) }
                        td { (words::name(&one.made_by)) }
                        td { (words::grouped(one.objects)) }
                        td { (words::size(one.bytes)) }
                        td { (words::grouped(one.copied)) " (" (words::size(one.copied_bytes)) ")" }
                        td { (how(one)) }
                    } } }
                } }
            } }
        };
        Ok(Page::new("/backups", "Backups", body).of(session))
    })
    .await
}

/// `POST /backups`
pub(super) async fn begin(State(console): Here, asker: Asker) -> Response {
    shown(&console, &asker, async |session| {
        let begun = session.begin_backup().await?;
        let operation = begun.id();
        asker.note(&console, session, "backup", "").await?;
        let (host, user, stop) = (console.host.clone(), session.user().name, console.stop.clone());
        drop(console.beside(async move { host.session(&user).await?.carry_out_backup(begun, &stop).await }));
        Ok(done(&format!("/operations/{operation}")))
    })
    .await
}

fn how(backup: &LastBackup) -> Markup {
    match backup.lacking {
        0 => words::state(Tone::Good, "Complete"),
        _ => words::state(Tone::Bad, "Not complete"),
    }
}
