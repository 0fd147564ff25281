//! The header row, wherever it stands, and what is below it.

use super::{CELL_AT_MOST, Cell, Limits, Problem, Row, Sheet, SheetError, column_name, id};

/// Headers without case, blanks and marks.
const ID: [&str; 1] = ["fileid"];
const PATH: [&str; 3] = ["sharepointfilepath", "onedrivefilepath", "pathoftheonedrivefile"];

/// The most text of all rows together, in bytes.
const KEPT: usize = 64 * 1024 * 1024;

const ID_TITLE: &str = "File ID";
const PATH_TITLE: &str = "Sharepoint File Path";

/// What one of the two cells holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Value {
    /// Nothing but blanks.
    #[default]
    Blank,
    /// Text.
    Text(String),
    /// Something that can't be taken: the cell's name (`B17`), and what is wrong with it.
    Unreadable(String, String),
}

impl Value {
    const fn length(&self) -> usize {
        match self {
            Self::Blank => 0,
            Self::Text(text) => text.len(),
            Self::Unreadable(cell, why) => cell.len() + why.len(),
        }
    }
}

/// What was found in one sheet.
pub(super) enum Found {
    /// Both columns.
    Sheet(Sheet),
    /// One of them, in this row.
    Only(&'static str, u32),
    /// None.
    Nothing,
}

/// Looks for the header row, and takes what is below it.
pub(super) struct Collector {
    name: String,
    limits: Limits,
    /// The row that is under way, counted from 0.
    row: Option<u32>,
    /// Headers in it: the column, and whether it is that of the File ID.
    headers: Vec<(u32, bool)>,
    columns: Option<(u32, u32)>,
    only: Option<(&'static str, u32)>,
    header: u32,
    id: Value,
    path: Value,
    rows: Vec<Row>,
    /// Bytes of text in them.
    kept: usize,
}

impl Collector {
    pub(super) fn new(name: String, limits: Limits) -> Self {
        Self {
            name,
            limits,
            row: None,
            headers: Vec::new(),
            columns: None,
            only: None,
            header: 0,
            id: Value::Blank,
            path: Value::Blank,
            rows: Vec::new(),
            kept: 0,
        }
    }

    /// Whether a column matters: all do until the headers are found.
    pub(super) fn wants(&self, column: u32) -> bool {
        self.columns.is_none_or(|(id, path)| column == id || column == path)
    }

    /// Takes one cell; row and column count from 0.
    pub(super) fn cell(&mut self, row: u32, column: u32, cell: Cell) -> Result<(), SheetError> {
        if self.row != Some(row) {
            self.close()?;
            self.row = Some(row);
        }
        if !self.wants(column) {
            return Ok(());
        }
        if let Cell::Text(text) = &cell
            && let Some(is_id) = header(text)
        {
            self.headers.push((column, is_id));
        }
        match self.columns {
            Some((id, _)) if column == id => self.id = id_value(&cell, row, column),
            Some(_) => self.path = path_value(cell, row, column),
            None => {}
        }
        Ok(())
    }

    /// Closes the row that is under way.
    fn close(&mut self) -> Result<(), SheetError> {
        let Some(row) = self.row.take() else {
            return Ok(());
        };
        let headers = std::mem::take(&mut self.headers);
        let number = row.saturating_add(1);
        if self.columns.is_none() {
            return self.look(&headers, number);
        }
        let id = std::mem::replace(&mut self.id, Value::Blank);
        let path = std::mem::replace(&mut self.path, Value::Blank);
        // A header that stands again at the top of each page is none of the rows.
        let again = headers.iter().any(|(_, id)| *id) && headers.iter().any(|(_, id)| !*id);
        if again || (id == Value::Blank && path == Value::Blank) {
            return Ok(());
        }
        if self.rows.len() >= self.limits.rows as usize {
            return Err(SheetError::new(
                Problem::TooLarge,
                format!(
                    "the sheet has more than {} rows with a File ID or a path: upload it in parts",
                    self.limits.rows
                ),
            ));
        }
        self.kept += id.length() + path.length();
        if self.kept > KEPT {
            return Err(SheetError::new(
                Problem::TooLarge,
                format!("the paths of the first {number} rows are longer than can be held: upload the sheet in parts"),
            ));
        }
        self.rows.push(Row {
            number,
            id,
            path,
            ..Row::default()
        });
        Ok(())
    }

    fn look(&mut self, headers: &[(u32, bool)], number: u32) -> Result<(), SheetError> {
        let of = |wanted: bool| {
            headers
                .iter()
                .filter(move |(_, id)| *id == wanted)
                .map(|(column, _)| *column)
        };
        for (wanted, title) in [(true, ID_TITLE), (false, PATH_TITLE)] {
            let columns: Vec<String> = of(wanted).map(column_name).collect();
            if columns.len() > 1 && of(!wanted).next().is_some() {
                return Err(SheetError::new(
                    Problem::DoubledColumn,
                    format!(
                        "the column \"{title}\" is there more than once, in row {number} ({}): remove or rename all but one",
                        columns.join(", ")
                    ),
                ));
            }
        }
        match (of(true).next(), of(false).next()) {
            (Some(id), Some(path)) => {
                self.columns = Some((id, path));
                self.header = number;
            }
            (Some(_), None) => self.only = self.only.or(Some((ID_TITLE, number))),
            (None, Some(_)) => self.only = self.only.or(Some((PATH_TITLE, number))),
            (None, None) => {}
        }
        Ok(())
    }

    pub(super) fn end(mut self) -> Result<Found, SheetError> {
        self.close()?;
        Ok(match (self.columns, self.only) {
            (Some(_), _) => Found::Sheet(Sheet {
                name: self.name,
                header: self.header,
                rows: self.rows,
            }),
            (None, Some((title, row))) => Found::Only(title, row),
            (None, None) => Found::Nothing,
        })
    }
}

/// Whether a text is one of the headers, and if so, whether it is that of the File ID.
fn header(text: &str) -> Option<bool> {
    // Longer than any header with its blanks.
    if text.len() > 64 {
        return None;
    }
    let normal: String = text
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    if ID.contains(&normal.as_str()) {
        return Some(true);
    }
    PATH.contains(&normal.as_str()).then_some(false)
}

/// The one sheet that has both columns. `hidden` are the names of those that nobody can see.
pub(super) fn choose(found: Vec<Found>, hidden: &[String]) -> Result<Sheet, SheetError> {
    let mut sheets = Vec::new();
    let mut only = None;
    for one in found {
        match one {
            Found::Sheet(sheet) => sheets.push(sheet),
            Found::Only(title, row) => only = only.or(Some((title, row))),
            Found::Nothing => {}
        }
    }
    if let [one, other, ..] = sheets.as_slice() {
        return Err(SheetError::new(
            Problem::DoubledColumn,
            format!(
                "two sheets have the columns \"{ID_TITLE}\" and \"{PATH_TITLE}\": \"{}\" and \"{}\"; remove or hide one of them",
                one.name, other.name
            ),
        ));
    }
    if let Some(sheet) = sheets.pop() {
        return Ok(sheet);
    }
    let hint = match hidden.first() {
        Some(name) => format!(" (the hidden sheet \"{name}\" was left out)"),
        None => String::new(),
    };
    Err(SheetError::new(
        Problem::MissingColumn,
        match only {
            Some((ID_TITLE, row)) => format!(
                "the column \"{PATH_TITLE}\" is missing: row {row} has \"{ID_TITLE}\", so add \"{PATH_TITLE}\" beside it{hint}"
            ),
            Some((_, row)) => format!(
                "the column \"{ID_TITLE}\" is missing: row {row} has \"{PATH_TITLE}\", so add \"{ID_TITLE}\" beside it{hint}"
            ),
            None => format!(
                "no visible sheet has the columns \"{ID_TITLE}\" and \"{PATH_TITLE}\" in one row: add them, or begin with the template{hint}"
            ),
        },
    ))
}

fn id_value(cell: &Cell, row: u32, column: u32) -> Value {
    match id::read(cell) {
        Ok(None) => Value::Blank,
        Ok(Some(id)) => Value::Text(id),
        Err(why) => Value::Unreadable(name(row, column), format!("the File ID {why}")),
    }
}

fn path_value(cell: Cell, row: u32, column: u32) -> Value {
    let unreadable = |why: &str| Value::Unreadable(name(row, column), format!("the path {why}"));
    match cell {
        Cell::Empty => Value::Blank,
        Cell::Text(text) if text.len() > CELL_AT_MOST => unreadable("is longer than any path"),
        Cell::Text(text) if id::cleaned(&text).is_empty() => Value::Blank,
        Cell::Text(text) => Value::Text(text),
        Cell::Number(number) => Value::Text(number.to_string()),
        Cell::Boolean(_) => unreadable("is TRUE or FALSE"),
        Cell::Date(_) => unreadable("is a date: format the cell as text, and enter the path again"),
        Cell::Error(error) => unreadable(&format!(
            "is the error {error} of a formula: mend the formula, or enter the path itself"
        )),
        Cell::Uncalculated => unreadable(
            "is a formula whose result was not stored: open the workbook in Excel, save it, and upload it again",
        ),
    }
}

fn name(row: u32, column: u32) -> String {
    format!("{}{}", column_name(column), row.saturating_add(1))
}
