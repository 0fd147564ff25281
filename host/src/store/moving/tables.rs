//! Which tables there are, and in which order they are moved: what is pointed at comes before what points there.

use std::collections::BTreeMap;

use super::words::quoted;
use crate::{Error, Result};

/// The column that says whose a row is. The session has its value.
pub(super) const ACCOUNT: &str = "account_id";

/// What stays: who had which right in the folder, and who was about to sign in at the source, for nobody has any right or is on
/// the way when the library begins on the server; and tokens that are asked for again there.
const STAYS: [&str; 3] = ["company_tokens", "leases", "sign_ins"];

/// What has its rows from other tables than that of its name where the bytes go to a store: each object that a revision
/// needs, as if it had been announced when the last of them came. A second look finds the same.
const OBJECTS: &str =
    "(SELECT sha256, max(size) AS size, max(made_at) AS touched_at FROM revisions WHERE sha256 > '' GROUP BY sha256)";

/// A store begins with what is needed: there is nothing there that could have been let go of.
const LET_GO: &str = "(SELECT sha256, at FROM let_go WHERE 0)";

/// The database on the server is the next state of the one in the folder, which is a copy from before from then on; and no
/// earlier one than the folder has `seen`, by a host that worked on a server already. A second look finds the same.
fn identity(seen: i64) -> String {
    format!("(SELECT one, id, max(counter + 1, {seen}) AS counter, day, swept FROM identity)")
}

/// What only hosts that share a database need: how runs are offered to them.
const OF_SERVER: [(&str, &str); 3] = [("runs", "tenant"), ("runs", "run_at"), ("runs", "waited")];

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Text,
    Bytes,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    /// The columns by which its rows are told apart, in the order of the key.
    pub(super) key: Vec<String>,
    /// What stands behind `FROM` to get its rows out of SQLite.
    pub(super) from: String,
    /// The column that the server numbers by itself.
    pub(super) numbered: Option<String>,
}

/// A table of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Offered {
    /// Its columns, with the server's word for what they hold, and whether it numbers them by itself.
    pub(super) columns: BTreeMap<String, (String, bool)>,
}

impl Table {
    /// A table of the folder, which has `seen` the library in the state of that number.
    pub(super) fn new(name: String, columns: Vec<Column>, key: Vec<String>, seen: i64) -> Self {
        let from = match name.as_str() {
            "identity" => identity(seen),
            _ => quoted(&name),
        };
        Self {
            name,
            columns,
            key,
            from,
            numbered: None,
        }
    }

    /// The same, where the objects were put on a store.
    pub(super) fn with_objects(self) -> Self {
        match self.name.as_str() {
            "objects" => Self {
                from: OBJECTS.to_owned(),
                ..self
            },
            "let_go" => Self {
                from: LET_GO.to_owned(),
                ..self
            },
            _ => self,
        }
    }

    /// Its columns, as a statement names them.
    pub(super) fn names(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|column| quoted(&column.name)).collect();
        names.join(", ")
    }

    /// The order of its rows, which is the same in both databases: by bytes, not by letters.
    pub(super) fn order(&self, by_bytes: &str) -> String {
        let all = || self.columns.iter().map(|column| &column.name).collect();
        let key: Vec<&String> = match self.key.is_empty() {
            true => all(),
            false => self.key.iter().collect(),
        };
        let is_text = |name: &String| {
            self.columns
                .iter()
                .any(|column| column.name == *name && column.kind == Kind::Text)
        };
        let part = |name: &String| match is_text(name) {
            true => format!("{} COLLATE {by_bytes} NULLS FIRST", quoted(name)),
            false => format!("{} NULLS FIRST", quoted(name)),
        };
        let parts: Vec<String> = key.into_iter().map(part).collect();
        parts.join(", ")
    }
}

/// The tables that are moved, in the order in which that can be. `references` are pairs: who points, and at whom.
///
/// # Errors
///
/// `Error::Storage` if one of them has no place on the server, or the server has one more.
pub(super) fn fit(
    tables: Vec<Table>,
    mut offered: BTreeMap<String, Offered>,
    references: &[(String, String)],
) -> Result<Vec<Table>> {
    let mut fitting = Vec::new();
    for mut table in tables {
        if STAYS.contains(&table.name.as_str()) {
            offered.remove(&table.name);
            continue;
        }
        let place = offered
            .remove(&table.name)
            .ok_or_else(|| fault(&format!("the table `{}` is not on the server", table.name)))?;
        table.numbered = fits(&table, place)?;
        fitting.push(table);
    }
    if let Some(name) = offered.into_keys().next() {
        return Err(fault(&format!("the table `{name}` is on the server alone")));
    }
    ordered(fitting, references)
}

/// Whether the columns are the same. Gives the one that the server numbers by itself.
fn fits(table: &Table, place: Offered) -> Result<Option<String>> {
    let (name, mut columns, mut numbered) = (&table.name, place.columns, None);
    columns.remove(ACCOUNT);
    columns.retain(|column, _| !OF_SERVER.contains(&(name.as_str(), column.as_str())));
    for column in &table.columns {
        let wanted = match column.kind {
            Kind::Number => "bigint",
            Kind::Text => "text",
            Kind::Bytes => "bytea",
        };
        match columns.remove(&column.name) {
            Some((kind, is_numbered)) if kind == wanted => {
                numbered = numbered.or(is_numbered.then(|| column.name.clone()));
            }
            Some((kind, _)) => return Err(fault(&format!("`{name}.{}` is `{kind}` on the server", column.name))),
            None => return Err(fault(&format!("`{name}.{}` is not on the server", column.name))),
        }
    }
    match columns.into_keys().next() {
        Some(column) => Err(fault(&format!("`{name}.{column}` is on the server alone"))),
        None => Ok(numbered),
    }
}

fn ordered(mut tables: Vec<Table>, references: &[(String, String)]) -> Result<Vec<Table>> {
    let mut ordered = Vec::new();
    while !tables.is_empty() {
        let is_free = |table: &Table| {
            references
                .iter()
                .filter(|(from, to)| *from == table.name && from != to)
                .all(|(_, to)| tables.iter().all(|left| left.name != *to))
        };
        let (free, left): (Vec<Table>, Vec<Table>) = tables.iter().cloned().partition(is_free);
        if free.is_empty() {
            return Err(fault("tables point at each other in a circle"));
        }
        ordered.extend(free);
        tables = left;
    }
    Ok(ordered)
}

fn fault(what: &str) -> Error {
    Error::Storage(format!(
        "{what}: this program has a fault, which is worth a report; nothing was moved"
    ))
}
