//! Rows under way, and what they say of each other. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::{cell::Pointers, found::Found};
use crate::{
    contract::RowOutcome,
    paths::{self, DriveAddress},
    sheet::{self, Value, id},
    wording::report,
};

/// Rows that are named in a sentence.
const NAMED: usize = 5;

/// A row under way.
#[derive(Default)]
pub(super) struct Row {
    pub number: u32,
    pub file: String,
    /// The path as it may be shown.
    pub path: String,
    /// Where its cell links to, as it may be shown, where that is what the outcome is about.
    pub link: Option<String>,
    pub outcome: RowOutcome,
    pub why: String,
    pub item: Option<Found>,
    /// What a person should know, although the row is carried out.
    pub warnings: Vec<String>,
    /// Whether the sheet does not show it.
    pub hidden: bool,
}

impl Row {
    /// What can be told without asking where the path leads; and what its cell points to, if that is to be asked.
    pub(super) fn new(
        row: sheet::Row,
        has_file: impl Fn(&str) -> bool,
        address: &DriveAddress,
    ) -> (Self, Option<Pointers>) {
        let pointers = Pointers::of(written(&row.path), row.link.as_deref(), address);
        let mut new = Self {
            number: row.number,
            path: shown(&row.path, &pointers),
            hidden: row.hidden,
            warnings: Vec::from_iter(row.hidden.then(|| report::HIDDEN.to_owned())),
            ..Self::default()
        };
        let is_blank = pointers.text.is_none() && pointers.link.is_none();
        new.outcome = match (&row.id, &row.path) {
            (Value::Unreadable(cell, what), _) | (_, Value::Unreadable(cell, what)) => {
                new.why.clone_from(what);
                RowOutcome::UnreadableCell(cell.clone())
            }
            (Value::Blank, _) => RowOutcome::NoId,
            _ if is_blank => RowOutcome::PathMissing,
            (Value::Text(text), _) if !has_file(text) => {
                let meant = id::meant(text).filter(|id| has_file(id));
                new.why = report::did_you_mean(&Vec::from_iter(meant));
                RowOutcome::UnknownFileId
            }
            _ => RowOutcome::Failed,
        };
        if let Value::Text(id) = row.id {
            new.file = id;
        }
        let is_open = new.outcome == RowOutcome::Failed;
        (new, is_open.then_some(pointers))
    }

    /// Whether another row has the same item, or the same path to nothing.
    fn leads_where(&self, other: &Self) -> bool {
        match (&self.item, &other.item) {
            (Some(item), Some(other)) => item.id() == other.id(),
            (None, None) => paths::key(&self.path) == paths::key(&other.path),
            _ => false,
        }
    }

    /// Whether its file follows its item, now or before.
    fn follows(&self) -> bool {
        self.outcome.is_linkable() || self.outcome == RowOutcome::AlreadyLinked
    }
}

/// What is written in a cell.
fn written(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn shown(value: &Value, pointers: &Pointers) -> String {
    match (written(value), &pointers.text, &pointers.link) {
        (Some(text), Some(reference), _) => paths::shown(text, reference),
        (_, _, Some(link)) => link.shown.clone(),
        _ => String::new(),
    }
}

/// The File IDs that have to be looked up: those of rows with a path, and those that could be meant by them.
pub(super) fn ids(rows: &[sheet::Row]) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for row in rows {
        if let Value::Text(id) = &row.id
            && (matches!(row.path, Value::Text(_)) || row.link.is_some())
        {
            ids.extend(id::meant(id));
            ids.insert(id.clone());
        }
    }
    ids
}

/// Rule 42: rows that tie one file to different items are all refused. Where they agree, the first counts.
pub(super) fn refuse_duplicates(rows: &mut [Row]) {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
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
        let group: Vec<(usize, &Row)> = places
            .iter()
            .filter_map(|place| Some((*place, rows.get(*place)?)))
            .collect();
        changes.extend(judged(&group));
    }
    for (place, outcome, why) in changes {
        if let Some(row) = rows.get_mut(place) {
            row.outcome = outcome;
            row.why = why;
        }
    }
}

/// What becomes of rows with one File ID, and why, where it is not what becomes of each by itself.
fn judged(group: &[(usize, &Row)]) -> Vec<(usize, RowOutcome, String)> {
    let Some((_, first)) = group.first() else {
        return Vec::new();
    };
    let agree = group.iter().all(|(_, row)| row.leads_where(first));
    let mut changes = Vec::new();
    for (place, row) in group {
        let elsewhere = group.iter().filter(|(_, other)| !other.leads_where(row));
        let numbers: Vec<u32> = elsewhere.map(|(_, other)| other.number).collect();
        if !agree {
            let same = group
                .iter()
                .find(|(_, other)| other.number != row.number && other.leads_where(row));
            let why = same.map_or_else(String::new, |(_, same)| report::and_the_same(same.number));
            let named = numbers.into_iter().take(NAMED).collect();
            changes.push((*place, RowOutcome::DuplicateFileId(named), why));
        } else if row.number != first.number && row.follows() {
            changes.push((*place, RowOutcome::AlreadyLinked, report::same_as(first.number)));
        }
    }
    changes
}

/// Several files that follow one item are allowed. But it is also what comes of a path that was filled down.
pub(super) fn warn_of_shared_items(rows: &mut [Row]) {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        if let Some(item) = row.item.as_ref().filter(|_| row.follows() && row.why.is_empty()) {
            groups.entry(item.id()).or_default().push(place);
        }
    }
    let groups: Vec<Vec<usize>> = groups.into_values().filter(|places| places.len() > 1).collect();
    for places in groups {
        let numbers: Vec<u32> = places
            .iter()
            .filter_map(|place| Some(rows.get(*place)?.number))
            .collect();
        for place in places {
            if let Some(row) = rows.get_mut(place) {
                let others = numbers.iter().copied().filter(|number| *number != row.number);
                let warning = report::shared_item(numbers.len(), &others.take(NAMED).collect::<Vec<_>>());
                row.warnings.push(warning);
            }
        }
    }
}
