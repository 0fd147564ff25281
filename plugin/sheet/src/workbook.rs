//! Workbooks, cell by cell. They were measured before: see `guard`.

use std::{
    collections::BTreeMap,
    io::{self, Cursor, Read, Seek, SeekFrom},
};

use calamine::{DataRef, Reader, Sheet as Metadata, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError};

use super::{
    CELL_AT_MOST, Cell, Limits, Problem, Sheet, SheetError, column_name,
    columns::{self, Collector},
    guard::damaged,
    kind,
};

/// The most sheets that are looked into.
const SHEETS: usize = 1000;

/// How often a part of the archive is opened, at most: once to be read, and once to find where it begins.
const OPENED: u32 = 3;

/// A workbook that is open.
pub(super) type Book<'a> = Xlsx<Parts<'a>>;

/// The bytes of an archive, as long as each part is read about once. What each of them unpacks to was measured; but a
/// workbook may say that all of its thousand sheets are in the same one.
pub(super) struct Parts<'a> {
    bytes: Cursor<&'a [u8]>,
    /// By where they begin.
    opened: BTreeMap<u64, u32>,
}

impl<'a> Parts<'a> {
    const fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes: Cursor::new(bytes),
            opened: BTreeMap::new(),
        }
    }
}

impl Read for Parts<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(buffer)
    }
}

impl Seek for Parts<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if let SeekFrom::Start(at) = to {
            let opened = self.opened.entry(at).or_default();
            *opened += 1;
            if *opened > OPENED {
                return Err(io::Error::other("a part of the archive is read again and again"));
            }
        }
        self.bytes.seek(to)
    }
}

/// The visible sheet that has the two columns, with what is below them.
///
/// # Errors
/// When none has, or more than one, or the workbook can't be read.
pub(super) fn find(bytes: &[u8], limits: Limits) -> Result<Sheet, SheetError> {
    let mut book = open(bytes)?;
    let metadata = book.sheets_metadata().to_vec();
    let visible = |sheet: &&Metadata| sheet.visible == SheetVisible::Visible;
    let worksheet = |sheet: &&Metadata| sheet.typ == SheetType::WorkSheet;
    let hidden: Vec<String> = metadata
        .iter()
        .filter(|sheet| !visible(sheet))
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut found = Vec::new();
    for sheet in metadata.iter().filter(visible).filter(worksheet).take(SHEETS) {
        let mut collector = Collector::new(sheet.name.clone(), limits);
        let mut cells = Pull::new(&mut book, &sheet.name)?;
        while let Some((row, column, cell)) = cells.next(|column| collector.wants(column))? {
            collector.cell(row, column, cell)?;
        }
        found.push(collector.end()?);
    }
    columns::choose(found, &hidden)
}

/// # Errors
/// When it is no workbook, or damaged.
pub(super) fn open(bytes: &[u8]) -> Result<Book<'_>, SheetError> {
    Xlsx::new(Parts::new(bytes)).map_err(|error| match error {
        XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound => kind::not_a_sheet(),
        _ => damaged(),
    })
}

/// The cells of a sheet, one after the other, in the order of the file.
pub(super) struct Pull<'a, 'b> {
    /// None for a chart that says it is a worksheet.
    reader: Option<XlsxCellReader<'a, Parts<'b>>>,
    sheet: String,
    last: Option<(u32, u32)>,
}

impl<'a, 'b> Pull<'a, 'b> {
    /// # Errors
    /// When the sheet can't be read.
    pub(super) fn new(book: &'a mut Book<'b>, sheet: &str) -> Result<Self, SheetError> {
        let reader = match book.worksheet_cells_reader(sheet) {
            Ok(reader) => Some(reader),
            Err(XlsxError::NotAWorksheet(_)) => None,
            Err(_) => return Err(damaged()),
        };
        Ok(Self {
            reader,
            sheet: sheet.to_owned(),
            last: None,
        })
    }

    /// The next cell that is not blank, in one of the columns that are wanted.
    ///
    /// # Errors
    /// When the sheet can't be read on.
    pub(super) fn next(&mut self, wanted: impl Fn(u32) -> bool) -> Result<Option<(u32, u32, Cell)>, SheetError> {
        let Some(reader) = &mut self.reader else {
            return Ok(None);
        };
        loop {
            let record = match reader.next_cell_with_formula_metadata() {
                Ok(Some(record)) => record,
                Ok(None) => return Ok(None),
                // The position of such a cell is lost, and with it that of those after it.
                Err(XlsxError::CellError(error)) => return Err(odd_error(&self.sheet, self.last, &error)),
                Err(_) => return Err(damaged()),
            };
            let (row, column) = record.pos;
            self.last = Some(record.pos);
            if !wanted(column) {
                continue;
            }
            let cell = match record.value {
                DataRef::Empty if record.formula.is_some() => Cell::Uncalculated,
                found => value(found),
            };
            if cell != Cell::Empty {
                return Ok(Some((row, column, cell)));
            }
        }
    }
}

fn value(value: DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::String(text) => text_cell(&text),
        DataRef::SharedString(text) => text_cell(text),
        DataRef::Int(number) => Cell::Number(number as f64),
        DataRef::Float(number) => Cell::Number(number),
        DataRef::Bool(value) => Cell::Boolean(value),
        DataRef::DateTime(date) => Cell::Date(date.as_f64()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text_cell(&text),
        DataRef::Error(error) => Cell::Error(error_text(&error)),
    }
}

fn text_cell(text: &str) -> Cell {
    // Blanks of all kinds are as good as nothing.
    if text.trim().is_empty() {
        return Cell::Empty;
    }
    let longest = CELL_AT_MOST.max(super::TEXT_AT_MOST) * 4;
    let end = text.floor_char_boundary(longest.min(text.len()));
    Cell::Text(text.get(..end).unwrap_or_default().to_owned())
}

const fn error_text(error: &calamine::CellErrorType) -> &'static str {
    use calamine::CellErrorType;
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#DATA!",
    }
}

fn odd_error(sheet: &str, last: Option<(u32, u32)>, error: &str) -> SheetError {
    let error: String = error.chars().take(32).collect();
    let place = match last {
        Some((row, column)) => format!("after the cell {}{}", column_name(column), row.saturating_add(1)),
        None => "at the beginning".to_owned(),
    };
    SheetError::new(
        Problem::Damaged,
        format!(
            "a cell of the sheet \"{sheet}\", {place}, holds the error {error}: mend or clear it, and upload the workbook again"
        ),
    )
}
