//! Tying library files to items of the drive, by a sheet of File IDs and paths (rules 38 to 45). Every row ends in exactly
//! one outcome; those that can be linked are linked all at once, and their bytes stay as they are until the next sync.
//!
//! - `rows`: a row under way, and what rows say of each other; `cell`: what a cell's text and link lead to.
//! - `files`: the library files that the rows name.
//! - `asked`: single paths, asked for many in a request.
//! - `locate`: what is at the paths. Few are asked for, for many the whole drive is listed (`listing`); what leads nowhere is
//!   looked for once more (`helped`).
//! - `search`: the words of a search, and what one answer means; `drive`: the drive itself.
//! - `found`: an item that was found.
//! - `tree`: the list of the whole drive while it comes, as far as it matters; `grown`: once it is complete; `arena`: in little
//!   memory.
//! - `meant`: what a path that leads nowhere could have meant; `similar`: names that are nearly the same.
//! - `judge`: whether a file may follow an item; pure.

mod arena;
mod asked;
mod cell;
mod drive;
mod files;
mod found;
mod grown;
mod helped;
mod judge;
mod listing;
mod locate;
mod meant;
mod rows;
mod search;
mod similar;
mod tree;

use std::collections::BTreeMap;

use crate::{
    contract::{
        AssociationError, Binding, Bound, CallError, Connection, Policy, Role, RowOutcome, RowReport, SheetReport,
    },
    delta_link, graph,
    paths::Reference,
    ports::{Level, Ports},
    sheet::{self, Limits, Line, SheetError},
    wording::report,
};
use cell::{Note, Pointed, Pointers};
pub(crate) use drive::address;
use files::File;
pub(crate) use found::Found;
pub(crate) use locate::all as find;
use rows::Row;
pub(crate) use search::{Finding, can_be};

/// Rows that are written to the log one by one.
const LOGGED: usize = 200;

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
        delta_link::ensure(ports, &work.connection.api_origin, &work.drive).await;
        let bound = ports.bind(&work.drive, bindings).await?;
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

struct Work {
    connection: Connection,
    drive: String,
    sheet: String,
    header: u32,
    rows: Vec<Row>,
    files: BTreeMap<String, File>,
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
    Ok(look_at(ports, connection, drive, sheet).await?)
}

async fn look_at<P: Ports>(
    ports: &P,
    connection: Connection,
    drive: String,
    sheet: sheet::Sheet,
) -> Result<Work, CallError> {
    let files = files::named(ports, &sheet.rows).await?;
    let address = address(ports, &connection, &drive).await?;

    let mut rows = Vec::with_capacity(sheet.rows.len());
    let mut open: Vec<(usize, Pointers)> = Vec::new();
    for (place, row) in sheet.rows.into_iter().enumerate() {
        let (row, pointers) = Row::new(row, |id| files.contains_key(id), &address);
        open.extend(pointers.map(|pointers| (place, pointers)));
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
    work.locate(ports, &open).await?;
    rows::refuse_duplicates(&mut work.rows);
    rows::warn_of_shared_items(&mut work.rows);
    Ok(work)
}

/// All that cells point to, and for each the place of what the same cell points to otherwise.
fn references(open: &[(usize, Pointers)]) -> (Vec<&Reference>, Vec<Option<usize>>) {
    let (mut references, mut partners) = (Vec::with_capacity(open.len()), Vec::with_capacity(open.len()));
    for (_, pointers) in open {
        let at = references.len();
        let both = pointers.text.is_some() && pointers.link.is_some();
        if let Some(text) = &pointers.text {
            references.push(text);
            partners.push(both.then_some(at + 1));
        }
        if let Some(link) = &pointers.link {
            references.push(&link.reference);
            partners.push(both.then_some(at));
        }
    }
    (references, partners)
}

impl Work {
    /// Finds what the cells of these rows point to, and judges it.
    async fn locate<P: Ports>(&mut self, ports: &P, open: &[(usize, Pointers)]) -> Result<(), CallError> {
        let (references, partners) = references(open);
        let findings = locate::all(ports, &self.connection, &self.drive, &references, &partners).await?;
        let mut findings = findings.into_iter();
        for (place, pointers) in open {
            let text = pointers.text.as_ref().and_then(|_| findings.next());
            let link = pointers.link.as_ref();
            let found = link.and_then(|link| Some((findings.next()?, link)));
            let written = self.rows.get(*place).map_or("", |row| row.path.as_str());
            let Pointed { finding, by_link, note } = cell::joined(text, found, written);
            if let (Some(row), Some(link)) = (self.rows.get_mut(*place), link) {
                row.link = by_link.then(|| link.shown.clone());
                match note {
                    Note::Nothing => {}
                    Note::Idle => row.warnings.push(report::idle_link(&link.shown)),
                    Note::TwoWays => report::TWO_WAYS.clone_into(&mut row.why),
                }
            }
            self.settle(*place, finding);
        }
        Ok(())
    }

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
                    Some((_, _, name)) => RowOutcome::ReLinked(name.clone()),
                    None => RowOutcome::Linked,
                };
                let outcome = judge::objection(&file.name, &item, policy).unwrap_or(follows);
                row.item = Some(item);
                outcome
            }
            Finding::Nothing(near, why) => {
                why.clone_into(&mut row.why);
                RowOutcome::PathNotFound(near)
            }
            Finding::Forbidden(why) => {
                why.clone_into(&mut row.why);
                RowOutcome::ForbiddenPath
            }
            Finding::Several(items) => RowOutcome::Ambiguous(items.iter().map(Found::path).collect()),
            Finding::Either(paths) => RowOutcome::Ambiguous(paths),
            Finding::OtherDrive(near) => {
                row.why = report::did_you_mean(&near);
                RowOutcome::OtherDrive
            }
            Finding::Denied => RowOutcome::AccessDenied,
            Finding::Failed(why) => {
                row.why = why;
                RowOutcome::Failed
            }
        };
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
        let Self { rows, files, .. } = self;
        let row = |row: Row| {
            let file = files.get(&row.file).map_or("", |file| file.name.as_str());
            let resolved = row.item.as_ref().map(Found::path);
            let subject = report::Subject {
                id: &row.file,
                file,
                path: resolved.as_deref().or(row.link.as_deref()).unwrap_or(&row.path),
                why: &row.why,
            };
            let message = report::row(&row.outcome, &subject);
            RowReport {
                message: report::with(message, &row.warnings),
                warnings: row.warnings,
                hidden: row.hidden,
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
