//! Long work that programs begin: once, however often it is asked for by the same key, and beside the request.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};

use super::{
    caller::Caller,
    problem::{Answer, Problem},
};
use crate::{
    Error, Result,
    service::{Beginning, Begun, OperationKind, Session, SheetFile, Stop, SyncAim, SyncBegun, SyncStart, once::Came},
    way_out::WayOut,
    web::console::Console,
};

/// What is to be begun.
pub(super) enum Aim {
    /// Bringing these items in.
    Import(Vec<String>),
    /// A sync, or a look at one.
    Sync(SyncAim),
    /// Checking a sheet of that name.
    Check { name: String, sheet: SheetFile },
    /// Checking the paths that were chosen for rows of a check.
    Choices { check: i64, choices: Vec<(u32, usize)> },
    /// Linking what a check has found.
    Link(i64),
    /// Taking an upload back.
    TakeBack(i64),
    /// Letting that file follow that item.
    Follow { file: String, item: String },
    /// A backup into the folder that is named.
    Backup,
}

/// What was begun, with what it is carried out by.
enum Work {
    Import(Begun, Vec<String>),
    Sync(SyncBegun),
    Check(Begun),
    Link(i64, Begun),
    TakeBack(i64, Begun),
    Follow(Begun, (String, String)),
    Backup(Begun),
}

/// Begins it, and says where it is told how far it is.
pub(super) async fn begin(console: &Console, caller: Caller, aim: Aim) -> Answer {
    let console = console.clone();
    // Who goes away in between must leave nothing that was begun and is carried out by nobody.
    let begun = tokio::spawn(async move { begun(&console, &caller, &aim).await });
    begun.await.unwrap_or_else(|_| {
        let what = "the host has stopped in the middle of this: look at the list of operations";
        Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "broken-off", what))
    })
}

async fn begun(console: &Console, caller: &Caller, aim: &Aim) -> Answer {
    let session = caller.session().await?;
    let once = aim.once(caller)?;
    let mut first = None;
    let came = session.once(once.as_ref(), aim.begun(&session, &mut first)).await;
    let id = match came {
        Ok(Came::Already(id)) => id,
        Ok(Came::Anew(id, work)) => {
            let (host, program, through) = (caller.host.clone(), caller.program.clone(), caller.through);
            let stop = console.stop.clone();
            drop(console.beside(async move {
                let session = host.session_of(&program).await?.through(through);
                work.carry_out(session, &stop).await
            }));
            let (what, about) = aim.noted(id);
            caller.note(what, &about).await?;
            id
        }
        Err(error) => {
            let problem = Problem::from(error);
            return Err(match first {
                Some(first) => problem.with(header::LOCATION, &address(first)),
                None => problem,
            });
        }
    };
    let operation = session.operation(id).await?;
    let mut answer = (StatusCode::ACCEPTED, Json(operation)).into_response();
    if let Ok(address) = HeaderValue::from_str(&address(id)) {
        answer.headers_mut().insert(header::LOCATION, address);
    }
    Ok::<Response, Problem>(answer)
}

fn address(operation: i64) -> String {
    format!("/api/operations/{operation}")
}

impl Aim {
    /// All that tells it from another.
    fn once(&self, caller: &Caller) -> Answer<Option<crate::service::once::Once>> {
        let (word, about) = self.noted(0);
        let mut parts: Vec<&[u8]> = vec![word.as_bytes(), about.as_bytes()];
        let choices;
        match self {
            Self::Import(items) => parts.extend(items.iter().map(|item| item.as_bytes())),
            Self::Check { name, sheet } => parts.extend([name.as_bytes(), sheet.as_bytes()]),
            Self::Choices { choices: chosen, .. } => {
                choices = format!("{chosen:?}");
                parts.push(choices.as_bytes());
            }
            Self::Follow { item, .. } => parts.push(item.as_bytes()),
            Self::Sync(_) | Self::Link(_) | Self::TakeBack(_) | Self::Backup => {}
        }
        caller.once(&parts)
    }

    /// How it is written down.
    fn noted(&self, operation: i64) -> (&'static str, String) {
        match self {
            Self::Import(items) => ("import", format!("{} files", items.len())),
            Self::Sync(SyncAim::Look) => ("look", String::new()),
            Self::Sync(SyncAim::Sync) => ("sync", String::new()),
            Self::Sync(SyncAim::Exactly { run }) => ("sync-by-plan", format!("run {run}")),
            Self::Sync(SyncAim::TakeForGone { run }) => ("accept-gone", format!("run {run}")),
            Self::Check { .. } => ("checked-sheet", operation.to_string()),
            Self::Choices { check, .. } => ("chose-paths", check.to_string()),
            Self::Link(check) => ("linked-sheet", format!("check {check}")),
            Self::TakeBack(run) => ("took-back", run.to_string()),
            Self::Follow { file, .. } => ("follows-another", file.clone()),
            Self::Backup => ("backup", String::new()),
        }
    }

    /// Begins it. `first` is one that is under way in its place.
    async fn begun(&self, session: &Session<'_>, first: &mut Option<i64>) -> Result<Came<Work>> {
        let anew = |begun: Begun, work: fn(Begun) -> Work| Came::Anew(begun.id(), work(begun));
        Ok(match self {
            Self::Import(items) => {
                let begun = session.begin_import(items).await?;
                Came::Anew(begun.id(), Work::Import(begun, items.clone()))
            }
            Self::Sync(aim) => match session.begin_sync(*aim).await? {
                SyncStart::Begun(begun) => Came::Anew(begun.id(), Work::Sync(begun)),
                SyncStart::UnderWay(operation) => {
                    *first = Some(operation.id);
                    return Err(under_way(operation.id));
                }
            },
            Self::Check { name, sheet } => match session.begin_check(name, sheet).await? {
                Beginning::Anew(begun) => anew(begun, Work::Check),
                Beginning::Already(check) => Came::Already(check),
            },
            Self::Choices { check, choices } => match session.begin_check_of_choices(*check, choices).await? {
                Beginning::Anew(begun) => anew(begun, Work::Check),
                Beginning::Already(check) => Came::Already(check),
            },
            Self::Link(check) => match session.begin_link(*check).await? {
                Beginning::Anew(begun) => Came::Anew(begun.id(), Work::Link(*check, begun)),
                Beginning::Already(link) => Came::Already(link),
            },
            Self::TakeBack(run) => {
                session.would_undo(*run).await?;
                let begun = session.begin_operation(OperationKind::UndoUpload).await?;
                Came::Anew(begun.id(), Work::TakeBack(*run, begun))
            }
            Self::Follow { file, item } => {
                // One that there is not is told before anything begins.
                session.file(file).await?;
                let begun = session.begin_operation(OperationKind::LinkSheet).await?;
                Came::Anew(begun.id(), Work::Follow(begun, (file.clone(), item.clone())))
            }
            Self::Backup => anew(session.begin_backup().await?, Work::Backup),
        })
    }
}

impl Work {
    async fn carry_out(self, session: Session<'_>, stop: &Stop) -> Result<()> {
        match self {
            Self::Import(begun, items) => {
                let session = session.carrying_out(begun);
                session.import_until(&items, stop).await.map(drop)
            }
            Self::Sync(begun) => session.carry_out_sync(begun, stop).await,
            Self::Check(begun) => session.carry_out_check(begun, stop).await,
            Self::Link(check, begun) => session.carry_out_link(check, begun, stop).await,
            Self::TakeBack(run, begun) => session.carrying_out(begun).undo_association(run).await.map(drop),
            Self::Follow(begun, (file, item)) => session.carrying_out(begun).follow(&file, &item, stop).await.map(drop),
            Self::Backup(begun) => session.carry_out_backup(begun, stop).await,
        }
    }
}

/// There is one at a time.
fn under_way(operation: i64) -> Error {
    let under_way = Error::Sync {
        code: "sync-running",
        message: format!(
            "a sync of this connection, or a look at one, is under way as operation {operation}: there is one at a time, so no \
             second one was begun"
        ),
    };
    under_way.with([WayOut::ShowOperations])
}
