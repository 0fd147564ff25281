//! Browsing the shelf, and bringing documents in.

use std::collections::BTreeMap;

use crate::{
    DRIVE, Plugin, admit,
    bindings::{
        clientpoint::content_source::{
            content_library::{self, Draft, LibraryFile},
            types::{Actor, ItemRef, Policy},
        },
        exports::clientpoint::content_source::content_import::{
            Candidate, Drive, DrivePage, Entry, EntryKind, EntryPage, Error, Guest, Imported, ItemOutcome, Outcome,
            Refusal, Resolution, Resolved, Verdict,
        },
    },
    drive,
    shelf::{self, Document, Trouble},
};

/// Entries of a page.
const PAGE: usize = 100;

impl Guest for Plugin {
    async fn drives(actor: Actor, _next: Option<String>) -> Result<DrivePage, Error> {
        require(&actor)?;
        Ok(DrivePage {
            drives: vec![drive()],
            next: None,
            notes: Vec::new(),
        })
    }

    async fn resolve_drive(actor: Actor, url: String) -> Result<Drive, Error> {
        require(&actor)?;
        if url == DRIVE {
            Ok(drive())
        } else {
            Err(Error::NotFound)
        }
    }

    async fn browse(actor: Actor, folder: Option<String>, next: Option<String>) -> Result<EntryPage, Error> {
        let policy = admit(&actor)?;
        if folder.is_some() {
            return Err(Error::NotFound);
        }
        let begin: usize = next.as_deref().unwrap_or("0").parse().map_err(|_| Error::NotFound)?;
        let documents = shelf::list().await.map_err(|trouble| trouble.error())?;
        let page: Vec<Document> = documents.iter().skip(begin).take(PAGE).cloned().collect();
        let followed = followed(page.iter().map(Document::source).collect()).await?;
        let more = begin + PAGE < documents.len();
        let entry = |(document, file): (&Document, &Option<LibraryFile>)| entry(document, file.as_ref(), &policy);
        Ok(EntryPage {
            entries: page.iter().zip(&followed).map(entry).collect(),
            next: more.then(|| (begin + PAGE).to_string()),
        })
    }

    async fn resolve_items(actor: Actor, texts: Vec<String>) -> Result<Vec<Resolved>, Error> {
        admit(&actor)?;
        let documents = shelf::list().await.map_err(|trouble| trouble.error())?;
        Ok(texts.into_iter().map(|text| resolved(&documents, text)).collect())
    }

    async fn import_files(actor: Actor, items: Vec<ItemRef>) -> Result<Vec<ItemOutcome>, Error> {
        let policy = admit(&actor)?;
        let limit = policy.max_files_per_import;
        if usize::try_from(limit).is_ok_and(|limit| limit < items.len()) {
            return Err(Error::TooMany(limit));
        }
        let documents = shelf::list().await.map_err(|trouble| trouble.error())?;
        let mut done: BTreeMap<String, ItemOutcome> = BTreeMap::new();
        let mut outcomes = Vec::with_capacity(items.len());
        for item in items {
            let known = done.get(&item.item).filter(|_| item.drive == DRIVE).cloned();
            let outcome = match known {
                Some(outcome) => outcome,
                None => import(&documents, item, &policy).await?,
            };
            done.insert(outcome.item.item.clone(), outcome.clone());
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }
}

fn require(actor: &Actor) -> Result<(), Error> {
    match admit(actor) {
        Ok(_) | Err(Error::NoDrive) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The library file of each item, where there is one.
async fn followed(items: Vec<ItemRef>) -> Result<Vec<Option<LibraryFile>>, Error> {
    let found = content_library::files_by_source(items).await;
    let found = found.map_err(|error| Trouble::Library(error).error())?;
    Ok(found.into_iter().map(|files| files.into_iter().next()).collect())
}

/// Why a document can't come in.
pub fn refusal(document: &Document, policy: &Policy) -> Option<(Refusal, String)> {
    let (name, ending) = (&document.name, document.ending());
    if !policy.file_types.contains(&ending) {
        let words = format!(
            "{name} is of no kind that may come in: {}",
            policy.file_types.join(", ")
        );
        return Some((Refusal::UnsupportedType(ending), words));
    }
    (policy.max_file_bytes < document.size).then(|| {
        let words = format!(
            "{name} has {} bytes, and {} is the limit",
            document.size, policy.max_file_bytes
        );
        (Refusal::TooLarge((document.size, policy.max_file_bytes)), words)
    })
}

fn entry(document: &Document, file: Option<&LibraryFile>, policy: &Policy) -> Entry {
    let (verdict, reason) = match (file, refusal(document, policy)) {
        (Some(file), _) => (
            Verdict::AlreadyImported(file.id.clone()),
            format!("in the library as {}", file.id),
        ),
        (None, Some((refusal, words))) => (Verdict::Refused(refusal), words),
        (None, None) => (Verdict::Importable, String::new()),
    };
    Entry {
        item: document.source(),
        name: document.name.clone(),
        kind: EntryKind::File,
        size: Some(document.size),
        modified: None,
        verdict,
        reason,
    }
}

fn resolved(documents: &[Document], text: String) -> Resolved {
    let found = documents
        .iter()
        .find(|document| document.id == text || document.name == text);
    let (resolution, message) = match found {
        Some(document) => {
            let candidate = Candidate {
                item: document.source(),
                path: document.name.clone(),
            };
            (Resolution::Item(candidate), String::new())
        }
        None => (
            Resolution::Nothing(Vec::new()),
            format!("nothing on the shelf is called `{text}`"),
        ),
    };
    Resolved {
        resolution,
        shown: text,
        message,
    }
}

async fn import(documents: &[Document], item: ItemRef, policy: &Policy) -> Result<ItemOutcome, Error> {
    let told = |name: &str, outcome, message| ItemOutcome {
        item: item.clone(),
        name: name.to_owned(),
        outcome,
        message,
    };
    if item.drive != DRIVE {
        return Ok(told(
            "",
            Outcome::Refused(Refusal::OtherDrive),
            "it is of another drive".to_owned(),
        ));
    }
    if let Some(file) = followed(vec![item.clone()]).await?.pop().flatten() {
        let message = format!("in the library as {} already", file.id);
        return Ok(told(&file.name.clone(), Outcome::AlreadyImported(file), message));
    }
    let Some(document) = documents.iter().find(|document| document.id == item.item) else {
        let trouble = Trouble::NotFound;
        return Ok(told("", Outcome::Failed(trouble.failure()), trouble.words()));
    };
    if let Some((refusal, words)) = refusal(document, policy) {
        return Ok(told(&document.name, Outcome::Refused(refusal), words));
    }
    Ok(match bring(document).await {
        Ok(file) => {
            let message = format!("in the library as {}", file.id);
            let imported = Imported {
                file,
                warnings: Vec::new(),
            };
            told(&document.name, Outcome::Imported(imported), message)
        }
        Err(trouble) => told(&document.name, Outcome::Failed(trouble.failure()), trouble.words()),
    })
}

async fn bring(document: &Document) -> Result<LibraryFile, Trouble> {
    let draft = content_library::create(document.name.clone())
        .await
        .map_err(Trouble::Library)?;
    shelf::fetch(document, &draft).await?;
    Draft::commit(draft, document.link()).await.map_err(Trouble::Library)
}
