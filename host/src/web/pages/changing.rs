//! What is done with one file.

use axum::{extract::State, response::Response};

use super::{associating, file, moving};
use crate::{
    Error, Result,
    service::{LookedAt, Session},
    store::files::ShowingKind,
    web::{
        asked::At,
        console::{Asker, Console},
        form::Filled,
        showing::{Here, done, shown},
        trouble,
    },
};

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
            Ok(moved) => {
                let about = format!("{id} to {}", moved.place);
                noted(&console, &asker, session, &id, ("moved", &about)).await
            }
            Err(error) => file::again(session, &id, &filled, error).await,
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
            Ok(renamed) => {
                let about = format!("{id}: {before} to {}", renamed.name);
                noted(&console, &asker, session, &id, ("renamed", &about)).await
            }
            Err(error) => file::again(session, &id, &filled, error.at("new-name")).await,
        }
    })
    .await
}

/// What the form was made of, where it says so.
fn seen<'f>(filled: &'f Filled, name: &'f str) -> Option<&'f str> {
    filled.all(name).next()
}

/// `POST /files/{id}/release`
pub(super) async fn release(State(console): Here, asker: Asker, At(id): At<String>, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let decided = match filled.revision() {
            Ok(decided) => decided,
            Err(error) => return Ok(trouble::unreadable(&error, session)),
        };
        match session.release_from(&id, decided).await {
            Ok(_) => noted(&console, &asker, session, &id, ("released", &id)).await,
            Err(error) => file::again(session, &id, &filled, error).await,
        }
    })
    .await
}

/// `POST /files/{id}/unlock`
pub(super) async fn unlock(State(console): Here, asker: Asker, At(id): At<String>, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let decided = match filled.revision() {
            Ok(decided) => decided,
            Err(error) => return Ok(trouble::unreadable(&error, session)),
        };
        match session.unlock_from(&id, decided).await {
            Ok(_) => noted(&console, &asker, session, &id, ("unlocked", &id)).await,
            Err(error) => file::again(session, &id, &filled, error).await,
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
        noted(&console, &asker, session, &id, ("keep-clientpoints", &id)).await
    })
    .await
}

/// `POST /files/{id}/show`: in one more ClientPoint or Template.
pub(super) async fn show(State(console): Here, asker: Asker, At(id): At<String>, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let name = filled.text("shown-in").trim();
        let showing = async { session.place_file(&id, kind(&filled)?, name).await };
        match showing.await {
            Ok(_) => {
                let about = format!("{id} in {name}");
                noted(&console, &asker, session, &id, ("shown", &about)).await
            }
            Err(error) => file::again(session, &id, &filled, error.at("shown-in")).await,
        }
    })
    .await
}

/// `POST /files/{id}/take-out`: of a ClientPoint or Template.
pub(super) async fn take_out(State(console): Here, asker: Asker, At(id): At<String>, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let name = filled.text("shown-in");
        session.unplace_file(&id, kind(&filled)?, name).await?;
        let about = format!("{id} of {name}");
        noted(&console, &asker, session, &id, ("taken-out", &about)).await
    })
    .await
}

fn kind(filled: &Filled) -> Result<ShowingKind> {
    filled.needed("kind")?.parse()
}

/// `POST /files/{id}/follow`: begins to check whether it may follow another file of the drive.
pub(super) async fn follow(State(console): Here, asker: Asker, At(id): At<String>, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        match session.begin_check_of_item(&id, filled.text("item")).await {
            Ok(begun) => Ok(associating::check_goes_on(&console, session, begun)),
            Err(error) => file::again(session, &id, &filled, error).await,
        }
    })
    .await
}

/// `POST /files/{id}/remove`: into the bin.
pub(super) async fn remove(State(console): Here, asker: Asker, At(id): At<String>, filled: Filled) -> Response {
    shown(&console, &asker, async |session| {
        let decided = match filled.revision() {
            Ok(decided) => decided,
            Err(error) => return Ok(trouble::unreadable(&error, session)),
        };
        match session.remove_file_from(&id, decided).await {
            Ok(_) => {
                asker.note(&console, session, "removed", &id).await?;
                Ok(done("/bin"))
            }
            Err(error) => file::again(session, &id, &filled, error).await,
        }
    })
    .await
}

/// Writes down what was done, and goes back to the file.
async fn noted(
    console: &Console,
    asker: &Asker,
    session: &Session<'_>,
    id: &str,
    (what, about): (&str, &str),
) -> Result<Response> {
    asker.note(console, session, what, about).await?;
    Ok(done(&format!("/files/{id}")))
}
