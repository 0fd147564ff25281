//! The header row, wherever it stands, and what is below it.

use super::{
    area::Area,
    behind,
    cells::Placed,
    days,
    formula::Link,
    headers::{self, Fit, ID_TITLE, Nearly, PATH_TITLE},
    id,
    model::{CELL_AT_MOST, Cell, Limits, Problem, Row, Sheet, SheetError, Value, column_name, too_long},
};

/// The most text of all rows together, in bytes.
const KEPT: usize = 64 * 1024 * 1024;

/// Cells that are compared with headers that they do not quite fit.
const COMPARED: u32 = 10_000;

/// Why nobody can tell which field is the path.
const TOO_WIDE: &str = "the row has more fields than the row with the headers: put quotes around a name or a path that \
                        has the separator in it, or give each column a header";

/// What was found in one sheet.
pub(super) enum Found {
    /// Both columns.
    Sheet(Sheet),
    /// One of them, in this row; and what could be the other one.
    Only(&'static str, u32, Option<Nearly>),
    /// None, but a row with what could be both.
    Nearly(u32, Nearly, Nearly),
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
    /// Cells in it that nearly fit.
    nearly: Vec<(Nearly, bool)>,
    /// Cells that may be compared yet.
    compared: u32,
    columns: Option<(u32, u32)>,
    only: Option<(&'static str, u32, Option<Nearly>)>,
    both: Option<(u32, Nearly, Nearly)>,
    header: u32,
    /// How many fields the row of the headers has, where a row with more of them has been cut at the wrong places.
    width: Option<u32>,
    /// Whether the row that is under way has more.
    is_too_wide: bool,
    /// The row that is under way.
    open: Row,
    rows: Vec<Row>,
    /// The bytes of text that there may be more in them.
    room: usize,
}

impl Collector {
    pub(super) fn new(name: String, limits: Limits) -> Self {
        Self {
            name,
            limits,
            row: None,
            headers: Vec::new(),
            nearly: Vec::new(),
            compared: 0,
            columns: None,
            only: None,
            both: None,
            header: 0,
            width: None,
            is_too_wide: false,
            open: Row::default(),
            rows: Vec::new(),
            room: KEPT,
        }
    }

    /// Whether a column matters: all do until the headers are found.
    pub(super) fn wants(&self, column: u32) -> bool {
        self.columns.is_none_or(|(id, path)| column == id || column == path)
    }

    /// File ID and path, once they are found.
    pub(super) const fn columns(&self) -> Option<(u32, u32)> {
        self.columns
    }

    /// Takes one cell of text in which `last` was the last whole line: its row, and how many fields it has. A row with more
    /// fields than the headers has a separator in one of them.
    pub(super) fn field(&mut self, placed: Placed, last: (u32, u32)) -> Result<(), SheetError> {
        let (row, column) = (placed.row, placed.column);
        // Before the cell is taken, since a cell that is not wanted may be the one too many.
        self.begin(row)?;
        if self.columns.is_some() && self.width.is_none() && self.header == last.0.saturating_add(1) {
            self.width = Some(last.1);
        }
        self.is_too_wide |= self.width.is_some_and(|width| width <= column);
        self.cell(placed)
    }

    /// Sees to it that this is the row that is under way.
    fn begin(&mut self, row: u32) -> Result<(), SheetError> {
        if self.row != Some(row) {
            self.close()?;
            self.row = Some(row);
        }
        Ok(())
    }

    /// Takes one cell.
    pub(super) fn cell(&mut self, placed: Placed) -> Result<(), SheetError> {
        let Placed { row, column, .. } = placed;
        self.begin(row)?;
        if !self.wants(column) {
            return Ok(());
        }
        if let Cell::Text(text) = &placed.cell {
            self.compare(text, column);
        }
        self.open.hidden |= placed.is_hidden;
        match self.columns {
            Some((id, _)) if column == id => self.open.id = id_value(&placed.cell, row, column),
            Some(_) => (self.open.path, self.open.link) = path_value(placed),
            None => {}
        }
        Ok(())
    }

    fn compare(&mut self, text: &str, column: u32) {
        match headers::fit(text) {
            Some(Fit::Exact(is_id)) => self.headers.push((column, is_id)),
            _ if self.columns.is_some() || self.compared >= COMPARED => {}
            Some(Fit::Unknown) => {
                self.compared += 1;
                self.nearly.extend(headers::nearly(text, column));
            }
            None => {}
        }
    }

    /// Closes the row that is under way.
    fn close(&mut self) -> Result<(), SheetError> {
        let Some(row) = self.row.take() else {
            return Ok(());
        };
        let headers = std::mem::take(&mut self.headers);
        let mut open = std::mem::take(&mut self.open);
        let is_too_wide = std::mem::take(&mut self.is_too_wide);
        let number = row.saturating_add(1);
        let Some((_, path)) = self.columns else {
            return self.look(&headers, number);
        };
        // A header that stands again at the top of each page is none of the rows.
        let again = headers.iter().any(|(_, id)| *id) && headers.iter().any(|(_, id)| !*id);
        if again || (open.id == Value::Blank && open.path == Value::Blank) {
            return Ok(());
        }
        if is_too_wide {
            open.path = Value::Unreadable(name(row, path), TOO_WIDE.to_owned());
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
        self.room = self.room.checked_sub(open.length()).ok_or_else(|| too_long(number))?;
        open.number = number;
        self.rows.push(open);
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
            (has_id, has_path) => self.guess(has_id.is_some(), has_path.is_some(), number),
        }
        Ok(())
    }

    /// Keeps what the row could have been meant for; the first one counts.
    fn guess(&mut self, has_id: bool, has_path: bool, number: u32) {
        let nearly = std::mem::take(&mut self.nearly);
        let of = |wanted: bool| {
            let candidates = nearly.iter().filter(move |(_, is_id)| *is_id == wanted);
            let best = candidates.min_by_key(|(nearly, _)| nearly.distance);
            best.map(|(nearly, _)| nearly.clone())
        };
        match (has_id, has_path) {
            (true, _) if self.only.is_none() => self.only = Some((ID_TITLE, number, of(false))),
            (_, true) if self.only.is_none() => self.only = Some((PATH_TITLE, number, of(true))),
            _ => {
                if let (None, Some(id), Some(path)) = (&self.both, of(true), of(false)) {
                    self.both = Some((number, id, path));
                }
            }
        }
    }

    /// What was found, with what stands behind the cells: merged blocks, and links.
    pub(super) fn end(mut self, merges: &[Area], links: &[(Area, String)]) -> Result<Found, SheetError> {
        self.close()?;
        if let Some(columns) = self.columns {
            behind::apply(&mut self.rows, columns, self.header, merges, links, &mut self.room)?;
            return Ok(Found::Sheet(Sheet {
                name: self.name,
                header: self.header,
                rows: self.rows,
            }));
        }
        Ok(match (self.only, self.both) {
            (Some((title, row, nearly)), _) => Found::Only(title, row, nearly),
            (None, Some((row, id, path))) => Found::Nearly(row, id, path),
            (None, None) => Found::Nothing,
        })
    }
}

/// The one sheet that has both columns. `hidden` are the names of those that nobody can see.
pub(super) fn choose(found: Vec<Found>, hidden: &[String]) -> Result<Sheet, SheetError> {
    let mut sheets = Vec::new();
    let (mut only, mut both) = (None, None);
    for one in found {
        match one {
            Found::Sheet(sheet) => sheets.push(sheet),
            Found::Only(title, row, nearly) => only = only.or(Some((title, row, nearly))),
            Found::Nearly(row, id, path) => both = both.or(Some((row, id, path))),
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
    let message = match (only, both) {
        (Some((title, row, nearly)), _) => missing(title, row, nearly),
        (None, Some((row, id, path))) => format!(
            "no visible sheet has the columns \"{ID_TITLE}\" and \"{PATH_TITLE}\" in one row: did you mean {id} and {path} of row {row}? \
             Rename them so",
        ),
        (None, None) => format!(
            "no visible sheet has the columns \"{ID_TITLE}\" and \"{PATH_TITLE}\" in one row: add them, or begin with the template"
        ),
    };
    Err(SheetError::new(Problem::MissingColumn, message + &hint))
}

/// `there` is the header that is there, in this row.
fn missing(there: &str, row: u32, nearly: Option<Nearly>) -> String {
    let title = if there == ID_TITLE { PATH_TITLE } else { ID_TITLE };
    match nearly {
        Some(nearly) => format!(
            "the column \"{title}\" is missing: row {row} has \"{there}\"; did you mean {nearly}? Rename it to \"{title}\""
        ),
        None => format!("the column \"{title}\" is missing: row {row} has \"{there}\", so add \"{title}\" beside it"),
    }
}

fn id_value(cell: &Cell, row: u32, column: u32) -> Value {
    match id::read(cell) {
        Ok(None) => Value::Blank,
        Ok(Some(id)) => Value::Text(id),
        Err(why) => Value::Unreadable(name(row, column), format!("the File ID {why}")),
    }
}

fn path_value(placed: Placed) -> (Value, Option<String>) {
    let name = name(placed.row, placed.column);
    let unreadable = |why: &str| Value::Unreadable(name.clone(), format!("the path {why}"));
    let link = match placed.link {
        Link::None => None,
        Link::To(address) if address.len() <= CELL_AT_MOST => Some(address),
        Link::To(_) => return (unreadable("is linked to an address that is longer than any"), None),
        Link::Computed => {
            return (
                unreadable("is a link whose address a formula computes: enter the address itself"),
                None,
            );
        }
    };
    let value = match placed.cell {
        Cell::Empty => Value::Blank,
        Cell::Text(text) if text.len() > CELL_AT_MOST => unreadable("is longer than any path"),
        Cell::Text(text) if id::cleaned(&text).is_empty() => Value::Blank,
        Cell::Text(text) => Value::Text(text),
        Cell::Number(number) => Value::Text(number.to_string()),
        Cell::Boolean(_) => unreadable("is TRUE or FALSE"),
        Cell::Date(days) => unreadable(&match days::date(days) {
            Some(date) => format!("is the date {date}: format the cell as text, and enter the path again"),
            None => "is a date: format the cell as text, and enter the path again".to_owned(),
        }),
        Cell::Error(error) => unreadable(&format!(
            "is the error {error} of a formula: mend the formula, or enter the path itself"
        )),
        Cell::Uncalculated => unreadable(
            "is a formula whose result was not stored: open the workbook in Excel, save it, and upload it again",
        ),
    };
    (value, link)
}

fn name(row: u32, column: u32) -> String {
    format!("{}{}", column_name(column), row.saturating_add(1))
}
