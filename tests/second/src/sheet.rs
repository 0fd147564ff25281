//! Tying files to documents by a sheet: text with the columns `File ID` and `Document`.

use std::collections::BTreeMap;

use wit_bindgen::{StreamReader, StreamResult};

use crate::{
    DRIVE, Plugin, admit,
    bindings::{
        clientpoint::content_source::{
            content_library::{self, Binding, LibraryFile},
            types::Actor,
        },
        exports::clientpoint::content_source::association::{
            Cell, Error, Guest, Line, Outcome, Report, Row, SheetError, SheetProblem,
        },
        wit_stream,
    },
    entering::refusal,
    shelf::{self, Document},
};

/// The number of the first row below the headers.
const FIRST: u32 = 2;

impl Guest for Plugin {
    async fn preview(actor: Actor, sheet: StreamReader<u8>) -> Result<Report, Error> {
        judged(&actor, sheet).await.map(|(report, _)| report)
    }

    async fn apply(actor: Actor, sheet: StreamReader<u8>) -> Result<Report, Error> {
        let (report, bindings) = judged(&actor, sheet).await?;
        content_library::bind(DRIVE.to_owned(), bindings)
            .await
            .map_err(library)?;
        Ok(report)
    }

    async fn read(actor: Actor, sheet: StreamReader<u8>) -> Result<StreamReader<Line>, Error> {
        admit(&actor).map_err(Error::Call)?;
        let text = text(sheet).await?;
        let line = |(number, line): (u32, &str)| Line {
            number,
            cells: line.split(',').map(|cell| Cell::Text(cell.to_owned())).collect(),
            links: Vec::new(),
        };
        let lines = (1..).zip(text.lines()).map(line).collect();
        let (mut sink, lines_out) = wit_stream::new();
        wit_bindgen::spawn_local(async move { drop(sink.write_all(lines).await) });
        Ok(lines_out)
    }
}

/// What becomes of each row, and which files are to follow what.
async fn judged(actor: &Actor, sheet: StreamReader<u8>) -> Result<(Report, Vec<Binding>), Error> {
    let policy = admit(actor).map_err(Error::Call)?;
    let text = text(sheet).await?;
    let rows = rows(&text)?;
    let ids: Vec<String> = rows.iter().map(|(_, file, _)| (*file).to_owned()).collect();
    let files = content_library::stat(ids).await.map_err(library)?;
    let documents = shelf::list().await.map_err(|trouble| Error::Call(trouble.error()))?;
    let mut report = Report {
        sheet: String::new(),
        header: 1,
        rows: Vec::new(),
    };
    let mut wanted: BTreeMap<&str, Vec<(u32, &str)>> = BTreeMap::new();
    for (number, file, name) in &rows {
        wanted.entry(file).or_default().push((*number, name));
    }
    let mut bindings = Vec::new();
    for ((number, id, name), file) in rows.iter().zip(&files) {
        let document = documents.iter().find(|document| document.name == *name);
        let others = wanted.get(id).into_iter().flatten();
        let others: Vec<u32> = others.filter(|(_, other)| other != name).map(|(row, _)| *row).collect();
        let (outcome, message) = match (file, document) {
            (None, _) => (Outcome::UnknownFileId, format!("the library has no file `{id}`")),
            (_, None) if name.is_empty() => (Outcome::PathMissing, "no document is named".to_owned()),
            (_, None) => (
                Outcome::PathNotFound(Vec::new()),
                format!("no document is called `{name}`"),
            ),
            _ if !others.is_empty() => (Outcome::DuplicateFileId(others), format!("{id} is named twice")),
            (Some(file), Some(document)) => match refusal(document, &policy) {
                Some((refusal, words)) => (Outcome::Refused(refusal), words),
                None => tied(file, document),
            },
        };
        if let (Outcome::Linked | Outcome::ReLinked(_), Some(document)) = (&outcome, document) {
            bindings.push(binding(id, document));
        }
        report.rows.push(Row {
            number: *number,
            file: (*id).to_owned(),
            path: (*name).to_owned(),
            outcome,
            message,
            warnings: Vec::new(),
            resolved: document.map(|document| document.name.clone()),
            hidden: false,
        });
    }
    Ok((report, bindings))
}

fn tied(file: &LibraryFile, document: &Document) -> (Outcome, String) {
    let id = &file.id;
    match &file.link {
        Some(link) if link.source.item == document.id && link.source.drive == DRIVE => {
            (Outcome::AlreadyLinked, format!("{id} follows it already"))
        }
        Some(link) => (
            Outcome::ReLinked(link.name.clone()),
            format!("{id} follows {}", document.name),
        ),
        None => (Outcome::Linked, format!("{id} follows {}", document.name)),
    }
}

fn binding(file: &str, document: &Document) -> Binding {
    Binding {
        file: file.to_owned(),
        item: document.id.clone(),
        name: document.name.clone(),
        web_url: None,
        place: None,
    }
}

/// Row, File ID and document of each row that has either.
fn rows(text: &str) -> Result<Vec<(u32, &str, &str)>, Error> {
    let mut lines = text.lines();
    if lines.next().map(str::trim) != Some("File ID,Document") {
        let message = "the first row must be `File ID,Document`".to_owned();
        return Err(sheet(SheetProblem::MissingColumn, message));
    }
    let rows = (FIRST..).zip(lines).filter(|(_, line)| !line.trim().is_empty());
    Ok(rows.map(row).collect())
}

fn row((number, line): (u32, &str)) -> (u32, &str, &str) {
    let (file, name) = line.split_once(',').unwrap_or((line, ""));
    (number, file.trim(), name.trim())
}

async fn text(mut sheet_bytes: StreamReader<u8>) -> Result<String, Error> {
    let limit = crate::bindings::clientpoint::content_source::connection::current()
        .policy
        .max_sheet_bytes;
    let mut bytes = Vec::new();
    while let (StreamResult::Complete(_), some) = sheet_bytes.read(Vec::with_capacity(64 << 10)).await {
        bytes.extend(some);
        if u64::try_from(bytes.len()).is_ok_and(|size| limit < size) {
            return Err(sheet(
                SheetProblem::TooLarge,
                format!("the sheet has more than {limit} bytes"),
            ));
        }
    }
    String::from_utf8(bytes).map_err(|_| sheet(SheetProblem::NotUtf8, "the sheet is not in UTF-8".to_owned()))
}

fn sheet(problem: SheetProblem, message: String) -> Error {
    Error::Sheet(SheetError { problem, message })
}

fn library(error: content_library::Error) -> Error {
    Error::Call(shelf::Trouble::Library(error).error())
}
