//! The sync. The shelf has no feed of changes: each run compares its list with what the library has.

use serde::{Deserialize, Serialize};

use crate::{
    DRIVE, Plugin,
    bindings::{
        clientpoint::content_source::{
            content_library,
            managed_files::{self, Change, Line, LinkState, ManagedFile, Outcome, Settlement},
        },
        exports::clientpoint::content_source::{
            content_import::Error,
            sync::{Guest, Options, PlanPage, Planned, Report, Stage},
        },
    },
    shelf::{self, Document, Trouble},
};

/// Files that a step works on.
const AT_ONCE: u32 = 50;

/// Where a run stands.
#[derive(Serialize, Deserialize)]
enum Cursor {
    /// The files after this one are to be compared with the list.
    Comparing(Option<String>),
    /// What is due after this one, by its place and File ID, is to be worked on.
    Working(Option<(u64, String)>),
}

impl Guest for Plugin {
    async fn step(cursor: Option<String>, options: Options) -> Result<Report, Error> {
        let cursor = cursor.and_then(|text| serde_json::from_str(&text).ok());
        let documents = shelf::list().await.map_err(|trouble| trouble.error())?;
        match cursor.unwrap_or(Cursor::Comparing(None)) {
            Cursor::Comparing(after) => compare(&documents, after).await,
            Cursor::Working(known) => work(&documents, known, options).await,
        }
    }

    async fn plan(_cursor: String, next: Option<String>) -> Result<PlanPage, Error> {
        let known: Option<(u64, String)> = next.and_then(|text| serde_json::from_str(&text).ok());
        let due = managed_files::due(DRIVE.to_owned(), known, AT_ONCE)
            .await
            .map_err(library)?;
        let next = due.last().map(|last| (last.waiting.unwrap_or(0), last.file.id.clone()));
        Ok(PlanPage {
            planned: due.into_iter().map(planned).collect(),
            next: next.and_then(|next| serde_json::to_string(&next).ok()),
        })
    }
}

/// What waits was noted with the version that the list had then, or with none if it was gone.
fn planned(managed: ManagedFile) -> Planned {
    Planned {
        outcome: match (managed.held, &managed.note) {
            (true, _) => Outcome::Held,
            (false, Some(_)) => Outcome::Updated,
            (false, None) => Outcome::SourceGone,
        },
        name: managed.file.link.map(|link| link.name).unwrap_or_default(),
        file: managed.file.id,
        revision: managed.file.revision,
        size: None,
        version: managed.note,
        shown_in: managed.shown_in,
    }
}

/// Lets wait what has changed, of some files; nothing else happens to them yet.
async fn compare(documents: &[Document], after: Option<String>) -> Result<Report, Error> {
    let some = managed_files::after(DRIVE.to_owned(), after, false, AT_ONCE)
        .await
        .map_err(library)?;
    let Some(last) = some.last().map(|managed| managed.file.id.clone()) else {
        return report(&Cursor::Working(None), Stage::Working);
    };
    let changes = some.iter().filter_map(|managed| {
        let version = document(documents, managed).map(|document| document.version.to_string());
        let known = managed.file.link.as_ref().and_then(|link| link.version.clone());
        let settled = version.is_none() && managed.state == LinkState::SourceGone;
        (managed.waiting.is_some() || (version != known && !settled)).then(|| Change {
            file: managed.file.id.clone(),
            waiting: true,
            suspected: false,
            note: version,
        })
    });
    managed_files::set(changes.collect()).await.map_err(library)?;
    report(&Cursor::Comparing(Some(last)), Stage::Listing)
}

/// Works on some of what waits.
async fn work(documents: &[Document], known: Option<(u64, String)>, options: Options) -> Result<Report, Error> {
    let due = managed_files::due(DRIVE.to_owned(), known, AT_ONCE)
        .await
        .map_err(library)?;
    let Some(last) = due.last() else {
        return report(&Cursor::Working(None), Stage::Done);
    };
    let last = (last.waiting.unwrap_or(0), last.file.id.clone());
    for managed in due {
        follow(documents, managed, &options).await?;
    }
    report(&Cursor::Working(Some(last)), Stage::Working)
}

/// Gives one file what its document has, and writes its line.
async fn follow(documents: &[Document], managed: ManagedFile, options: &Options) -> Result<(), Error> {
    let name = managed.file.name.clone();
    let Some(document) = document(documents, &managed) else {
        let words = format!("{name} does not stand on the shelf any more; the library keeps its last version");
        return settle(managed, Outcome::SourceGone, LinkState::SourceGone, words).await;
    };
    if managed.held {
        let words = format!("{name} is held by a person: release it to let it follow again");
        return settle(managed, Outcome::Held, LinkState::Pending, words).await;
    }
    if options.exact && managed.note != Some(document.version.to_string()) {
        let words = format!("{name} has changed since the plan was made: it is first in the next run");
        return settle(managed, Outcome::Deferred, LinkState::Pending, words).await;
    }
    match update(document, &managed).await {
        Ok(()) => Ok(()),
        Err(trouble @ (Trouble::SignInNeeded | Trouble::Unreachable)) => Err(trouble.error()),
        Err(trouble) => {
            let words = format!("{name}: {}", trouble.words());
            settle(managed, Outcome::Failed, LinkState::Failed, words).await
        }
    }
}

async fn update(document: &Document, managed: &ManagedFile) -> Result<(), Trouble> {
    let file = &managed.file;
    let draft = managed_files::replace(file.id.clone(), file.revision)
        .await
        .map_err(Trouble::Library)?;
    shelf::fetch(document, &draft).await?;
    let line = line(
        Outcome::Updated,
        &document.name,
        format!("{} has a new version", document.name),
    );
    let published = managed_files::publish(draft, document.link(), line).await;
    published.map(drop).map_err(Trouble::Library)
}

async fn settle(managed: ManagedFile, outcome: Outcome, state: LinkState, words: String) -> Result<(), Error> {
    let settlement = Settlement {
        line: line(outcome, &managed.file.name, words),
        file: managed.file.id,
        state,
        waiting: outcome != Outcome::SourceGone,
        suspected: false,
        note: managed.note,
        known: None,
    };
    managed_files::settle(vec![settlement]).await.map_err(library)
}

fn line(outcome: Outcome, name: &str, message: String) -> Line {
    Line {
        outcome,
        reason: String::new(),
        name: name.to_owned(),
        message,
    }
}

fn document<'a>(documents: &'a [Document], managed: &ManagedFile) -> Option<&'a Document> {
    let link = managed.file.link.as_ref()?;
    documents.iter().find(|document| document.id == link.source.item)
}

fn report(cursor: &Cursor, stage: Stage) -> Result<Report, Error> {
    Ok(Report {
        cursor: serde_json::to_string(cursor).map_err(|error| Error::Other(error.to_string()))?,
        stage,
        pause: None,
    })
}

fn library(error: content_library::Error) -> Error {
    Trouble::Library(error).error()
}
