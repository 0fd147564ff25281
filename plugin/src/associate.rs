//! Tying library files to items of the drive, by a sheet of File IDs and paths (rules 38 to 45). Every row ends in exactly
//! one outcome; those that can be linked are linked all at once, and their bytes stay as they are until the next sync.
//!
//! - `locate`: what is at the paths. Few are asked for, for many the whole drive is listed.
//! - `located`: an item that was found.
//! - `tree`: the whole drive, as far as it matters; `flat`: in little memory.
//! - `near`: names that are nearly the same.
//! - `judge`: whether a file may follow an item; pure.
//! - `wording`: what people read.

mod flat;
mod judge;
mod locate;
mod located;
mod near;
mod tree;
mod wording;

use std::collections::BTreeMap;

use crate::{
    association::{AssociationError, Binding, Bound, RowOutcome, RowReport, SheetReport},
    baseline,
    call::{self, Fault},
    graph::{self, Meaning},
    import::library_error,
    model::{CallError, Connection, Link, Policy, Role},
    paths::{self, DriveAddress, Reference},
    ports::{Level, Ports},
    retry::Budget,
    sheet::{self, Limits, Line, SheetError, Value},
};
use locate::Finding;
use located::Located;

/// File IDs that the library can be asked about at once.
const STAT: usize = 10_000;
/// Rows that are written to the log one by one.
const LOGGED: usize = 200;

const WAY_OUT: &str = "Microsoft does not let this connection read the drive: an administrator of Microsoft 365 can \
    grant the application Files.Read.All, or choose another drive";

/// What [`apply`] would do, and nothing more.
///
/// # Errors
/// When the sheet can't be read, or Microsoft or the library does not answer.
pub async fn preview<P: Ports>(ports: &P, role: Role, bytes: Vec<u8>) -> Result<SheetReport, AssociationError> {
    let work = look(ports, role, bytes).await?;
    Ok(work.report())
}

/// Links all rows that can be linked, in one step.
///
/// # Errors
/// As [`preview`]; then nothing was changed.
pub async fn apply<P: Ports>(ports: &P, role: Role, bytes: Vec<u8>) -> Result<SheetReport, AssociationError> {
    let mut work = look(ports, role, bytes).await?;
    let (rows, bindings) = work.bindings();
    if !bindings.is_empty() {
        // Before the links, so that no change after them is missed.
        baseline::ensure(ports, &work.connection.api_origin, &work.drive).await;
        let bound = ports.bind(&work.drive, bindings).await.map_err(library_error)?;
        if bound.len() != rows.len() {
            return Err(CallError::Other("the library did not say what became of each file".to_owned()).into());
        }
        for (row, bound) in rows.into_iter().zip(bound) {
            let changed = match bound {
                Bound::Bound => continue,
                Bound::Unchanged => RowOutcome::AlreadyLinked,
                Bound::Missing => RowOutcome::UnknownFileId,
            };
            if let Some(row) = work.rows.get_mut(row) {
                row.outcome = changed;
            }
        }
    }
    let report = work.report();
    log(ports, &report);
    Ok(report)
}

/// The cells of the sheet that [`preview`] reads, some rows at a time.
///
/// # Errors
/// As [`preview`].
pub async fn copy(policy: &Policy, bytes: &[u8], tell: impl AsyncFnMut(Vec<Line>) -> bool) -> Result<(), SheetError> {
    sheet::copy(bytes, limits(policy), tell).await
}

/// The bounds that the policy sets.
#[must_use]
pub const fn limits(policy: &Policy) -> Limits {
    Limits::new(policy.max_sheet_bytes, policy.max_sheet_rows)
}

/// A row under way.
struct Row {
    number: u32,
    file: String,
    path: String,
    outcome: RowOutcome,
    why: String,
    item: Option<Located>,
}

impl Row {
    /// Whether another row has the same item, or the same path to nothing.
    fn leads_where(&self, other: &Self) -> bool {
        match (&self.item, &other.item) {
            (Some(item), Some(other)) => item.id() == other.id(),
            (None, None) => paths::key(&self.path) == paths::key(&other.path),
            _ => false,
        }
    }
}

struct Work {
    connection: Connection,
    drive: String,
    sheet: String,
    header: u32,
    rows: Vec<Row>,
    files: BTreeMap<String, File>,
}

/// A library file, as far as it matters.
struct File {
    name: String,
    /// The drive, the item and its name, if it follows one.
    follows: Option<(String, String, String)>,
}

async fn look<P: Ports>(ports: &P, role: Role, bytes: Vec<u8>) -> Result<Work, AssociationError> {
    // Rule 2: before anything else.
    if role != Role::Administrator {
        return Err(CallError::Forbidden.into());
    }
    let connection = ports.connection();
    let drive = connection.drive.clone().ok_or(CallError::NoDrive)?;
    if !graph::is_id(&drive) {
        return Err(CallError::NotFound.into());
    }
    let sheet = sheet::read(&bytes, limits(&connection.policy))?;
    drop(bytes);
    let files = files(ports, &sheet.rows).await?;
    let address = address(ports, &connection, &drive).await?;

    let mut rows = Vec::with_capacity(sheet.rows.len());
    let mut open: Vec<(usize, Reference)> = Vec::new();
    for (place, row) in sheet.rows.into_iter().enumerate() {
        let (row, reference) = first_look(row, &files, &address);
        open.extend(reference.map(|reference| (place, reference)));
        rows.push(row);
    }
    let mut work = Work {
        connection,
        drive,
        sheet: sheet.name,
        header: sheet.header,
        rows,
        files,
    };
    let references: Vec<&Reference> = open.iter().map(|(_, reference)| reference).collect();
    let findings = locate::all(ports, &work.connection, &work.drive, &references).await?;
    for ((place, _), finding) in open.iter().zip(findings) {
        work.settle(*place, finding);
    }
    work.refuse_duplicates();
    Ok(work)
}

/// What can be told without asking where the path leads.
fn first_look(row: sheet::Row, files: &BTreeMap<String, File>, address: &DriveAddress) -> (Row, Option<Reference>) {
    let mut reference = None;
    let mut why = String::new();
    let written = match &row.path {
        Value::Text(text) => paths::read(text, address).map(|reference| (text, reference)),
        _ => None,
    };
    let path = written
        .as_ref()
        .map(|(text, reference)| paths::shown(text, reference))
        .unwrap_or_default();
    let outcome = match (&row.id, &row.path) {
        (Value::Unreadable(cell, what), _) | (_, Value::Unreadable(cell, what)) => {
            why.clone_from(what);
            RowOutcome::UnreadableCell(cell.clone())
        }
        (Value::Blank, _) => RowOutcome::NoId,
        (_, Value::Blank) => RowOutcome::PathMissing,
        (Value::Text(id), _) if !files.contains_key(id) => RowOutcome::UnknownFileId,
        _ => match written.map(|(_, reference)| reference) {
            None => RowOutcome::PathMissing,
            Some(Reference::Forbidden(what)) => {
                what.clone_into(&mut why);
                RowOutcome::ForbiddenPath
            }
            Some(Reference::OtherDrive) => RowOutcome::OtherDrive,
            Some(open) => {
                reference = Some(open);
                RowOutcome::Failed
            }
        },
    };
    let file = match row.id {
        Value::Text(id) => id,
        _ => String::new(),
    };
    let row = Row {
        number: row.number,
        file,
        path,
        outcome,
        why,
        item: None,
    };
    (row, reference)
}

impl Work {
    fn settle(&mut self, place: usize, finding: Finding) {
        let policy = &self.connection.policy;
        let Some(row) = self.rows.get_mut(place) else {
            return;
        };
        let Some(file) = self.files.get(&row.file) else {
            return;
        };
        row.outcome = match finding {
            Finding::Item(item) => {
                let follows = match &file.follows {
                    Some((drive, id, _)) if *drive == self.drive && *id == item.id() => RowOutcome::AlreadyLinked,
                    Some((_, _, name)) => RowOutcome::Relinked(name.clone()),
                    None => RowOutcome::Linked,
                };
                let outcome = judge::objection(&file.name, &item, policy).unwrap_or(follows);
                row.item = Some(item);
                outcome
            }
            Finding::Nothing(near) => RowOutcome::PathNotFound(near),
            Finding::Several(paths) => RowOutcome::Ambiguous(paths),
            Finding::OtherDrive => RowOutcome::OtherDrive,
            Finding::Denied => RowOutcome::AccessDenied,
            Finding::Failed(why) => {
                row.why = why;
                RowOutcome::Failed
            }
        };
    }

    /// Rule 42: rows that tie one file to different items are all refused. Where they agree, the first counts.
    fn refuse_duplicates(&mut self) {
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, row) in self.rows.iter().enumerate() {
            let has_path = !matches!(
                row.outcome,
                RowOutcome::PathMissing | RowOutcome::NoId | RowOutcome::UnknownFileId
            );
            if has_path && !row.file.is_empty() {
                groups.entry(&row.file).or_default().push(place);
            }
        }
        let mut changes = Vec::new();
        for places in groups.into_values().filter(|places| places.len() > 1) {
            let rows: Vec<(usize, &Row)> = places
                .iter()
                .filter_map(|place| Some((*place, self.rows.get(*place)?)))
                .collect();
            let agree = rows
                .windows(2)
                .all(|pair| matches!(pair, [(_, one), (_, other)] if one.leads_where(other)));
            for (place, row) in rows.iter().skip(usize::from(agree)) {
                let others = rows
                    .iter()
                    .map(|(_, other)| other.number)
                    .filter(|number| *number != row.number);
                let outcome = match agree {
                    true if row.outcome.is_linkable() => RowOutcome::AlreadyLinked,
                    true => row.outcome.clone(),
                    false => RowOutcome::DuplicateFileId(others.take(5).collect()),
                };
                changes.push((*place, outcome));
            }
        }
        for (place, outcome) in changes {
            if let Some(row) = self.rows.get_mut(place) {
                row.outcome = outcome;
            }
        }
    }

    /// What is to be linked, with the places of the rows.
    fn bindings(&self) -> (Vec<usize>, Vec<Binding>) {
        let linkable = self
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.outcome.is_linkable());
        linkable
            .filter_map(|(place, row)| {
                let item = row.item.as_ref()?;
                let binding = Binding {
                    file: row.file.clone(),
                    item: item.id().to_owned(),
                    name: item.name().to_owned(),
                    web_url: item.web_url().map(str::to_owned),
                    place: item.place(),
                };
                Some((place, binding))
            })
            .unzip()
    }

    fn report(self) -> SheetReport {
        let Self {
            rows,
            files,
            connection,
            ..
        } = self;
        let row = |row: Row| {
            let file = files.get(&row.file).map_or("", |file| file.name.as_str());
            let resolved = row.item.as_ref().map(Located::path);
            let subject = wording::Subject {
                id: &row.file,
                file,
                path: resolved.as_deref().unwrap_or(&row.path),
                why: &row.why,
            };
            RowReport {
                message: wording::row(&row.outcome, &subject, &connection.policy),
                number: row.number,
                file: row.file,
                path: row.path,
                outcome: row.outcome,
                resolved,
            }
        };
        SheetReport {
            sheet: self.sheet,
            header: self.header,
            rows: rows.into_iter().map(row).collect(),
        }
    }
}

/// The library files with these File IDs.
async fn files<P: Ports>(ports: &P, rows: &[sheet::Row]) -> Result<BTreeMap<String, File>, CallError> {
    let mut ids: Vec<&String> = rows
        .iter()
        .filter_map(|row| match (&row.id, &row.path) {
            (Value::Text(id), Value::Text(_)) => Some(id),
            _ => None,
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let mut files = BTreeMap::new();
    for some in ids.chunks(STAT) {
        let some: Vec<String> = some.iter().map(|id| (*id).clone()).collect();
        let found = ports.stat(&some).await.map_err(library_error)?;
        for (id, file) in some.into_iter().zip(found) {
            let Some(file) = file else { continue };
            let follows = |link: Link| (link.source.drive, link.source.item, link.name);
            let file = File {
                name: file.name,
                follows: file.link.map(follows),
            };
            files.insert(id, file);
        }
    }
    Ok(files)
}

async fn address<P: Ports>(ports: &P, connection: &Connection, drive: &str) -> Result<DriveAddress, CallError> {
    let request = graph::drive(&connection.api_origin, drive);
    let told = call::json(ports, &request, &mut Budget::page(), graph::read_drive).await;
    let told = told.map_err(call_error)?;
    Ok(DriveAddress::new(told.web_url.as_deref(), &told.name))
}

fn call_error(fault: Fault) -> CallError {
    match &fault {
        Fault::Answered(error) if error.meaning() == Meaning::NotFound => CallError::Unavailable(
            "the drive that is chosen for this connection is not there any more: choose another one".to_owned(),
        ),
        _ => call::call_error(fault, WAY_OUT),
    }
}

/// Rule 45: the internal log has the rows that came to nothing, as the Administrator has.
fn log<P: Ports>(ports: &P, report: &SheetReport) {
    let quiet = |row: &&RowReport| !matches!(row.outcome, RowOutcome::PathMissing | RowOutcome::AlreadyLinked);
    let failed = report
        .rows
        .iter()
        .filter(|row| !row.outcome.is_linkable())
        .filter(quiet);
    let mut more = 0_usize;
    for (count, row) in failed.enumerate() {
        if count < LOGGED {
            ports.log(
                Level::Info,
                &format!("association, row {}: {}", row.number, row.message),
            );
        } else {
            more += 1;
        }
    }
    if more > 0 {
        ports.log(
            Level::Info,
            &format!("association: {more} more rows came to nothing; the ledger has them"),
        );
    }
}

#[cfg(test)]
mod tests;
