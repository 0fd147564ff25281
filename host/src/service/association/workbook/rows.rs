//! The first sheet of a report: each row where it was, so that its number is the one in messages.

use std::{cmp::Ordering, collections::BTreeMap, ops::Range};

use clientpoint_engine::contract::exports::clientpoint::content_source::association::{Cell, Line};
use rust_xlsxwriter::{Format, Url, Worksheet, XlsxError};

use super::{
    copy::{Copy, short},
    looks::Formats,
};
use crate::service::association::{answer::AssociatedRow, cells::CELLS_AT_MOST};

/// The columns that are added.
const ADDED: [&str; 3] = ["Status", "Reason", "Resolved path"];
const ADDED_WIDTHS: [f64; 3] = [18.0, 64.0, 44.0];

/// The most links that Excel opens in one sheet.
const LINKS_AT_MOST: usize = 65_530;

/// Rows that the widths of columns are taken from.
const MEASURED: usize = 2_000;

type Written<T = ()> = Result<T, XlsxError>;

/// The sheet while it is written.
pub(super) struct Rows<'a> {
    copy: &'a Copy<'a>,
    formats: &'a Formats,
    /// The number of the row with the headers, counted from 1.
    header: u32,
    /// Where the added columns are.
    added: Range<usize>,
    /// Up to which column each line below the headers is drawn.
    blanks: usize,
    /// How wide each column's text is, in characters, as far as it is measured.
    widths: Vec<usize>,
    /// The links that were written so far.
    links: usize,
    /// The number of the last row.
    last: u32,
}

impl<'a> Rows<'a> {
    pub(super) fn new(copy: &'a Copy<'a>, formats: &'a Formats) -> Self {
        let (lines, header) = (&copy.lines.all, copy.association.header);
        let widest = lines.iter().map(width).max().unwrap_or(0);
        let from = reported(lines, header).unwrap_or(widest);
        let added = from..from + ADDED.len();
        // The lines under the rows go on to the added columns, unless that takes more room than the rows themselves may.
        let affordable = from.saturating_mul(lines.len()) <= CELLS_AT_MOST;
        Self {
            copy,
            formats,
            header,
            blanks: if affordable { from } else { 0 },
            widths: vec![0; widest.max(added.end)],
            added,
            links: 0,
            last: header,
        }
    }

    /// Writes all of it.
    ///
    /// # Errors
    ///
    /// For more than a workbook holds.
    pub(super) fn write(mut self, sheet: &mut Worksheet) -> Written {
        let rows = &self.copy.association.rows;
        let outcomes: BTreeMap<u32, &AssociatedRow> = rows.iter().map(|row| (row.row, row)).collect();
        for (count, line) in self.copy.lines.all.iter().enumerate() {
            self.last = self.last.max(line.number);
            self.cells(sheet, line, count < MEASURED)?;
            self.link(sheet, line);
            if line.number == self.header {
                self.titles(sheet)?;
            } else if let Some(told) = outcomes.get(&line.number) {
                self.outcome(sheet, told)?;
            }
        }
        self.set_widths(sheet)?;
        self.set_page(sheet)
    }

    /// The cells of one line. Those of an earlier report make room for the new ones.
    fn cells(&mut self, sheet: &mut Worksheet, line: &Line, measured: bool) -> Written {
        let blanks = match line.number.cmp(&self.header) {
            Ordering::Less => 0,
            Ordering::Equal => self.added.start,
            Ordering::Greater => self.blanks,
        };
        let in_table = self.header <= line.number;
        let cells = line.cells.iter().chain(std::iter::repeat(&Cell::Empty));
        for (place, cell) in cells.take(blanks.max(line.cells.len())).enumerate() {
            if in_table && self.added.contains(&place) {
                continue;
            }
            let format = in_table.then(|| self.format(line, cell));
            let width = write(sheet, row(line.number), column(place), cell, format)?;
            if in_table
                && measured
                && let Some(widest) = self.widths.get_mut(place)
            {
                *widest = (*widest).max(width);
            }
        }
        Ok(())
    }

    fn format(&self, line: &Line, cell: &Cell) -> &'a Format {
        match cell {
            _ if line.number == self.header => &self.formats.header,
            Cell::Date(days) if days.fract() == 0.0 => &self.formats.day,
            Cell::Date(_) => &self.formats.date,
            _ => &self.formats.plain,
        }
    }

    /// Links the cells of one line that had a link.
    fn link(&mut self, sheet: &mut Worksheet, line: &Line) {
        for link in &line.links {
            let place = usize::try_from(link.column).unwrap_or(usize::MAX);
            if let Some(Cell::Text(text)) = line.cells.get(place)
                && self.links < LINKS_AT_MOST
                && !(self.header <= line.number && self.added.contains(&place))
            {
                let at = (row(line.number), column(place));
                self.links += usize::from(write_link(sheet, at, &link.target, text, self.formats));
            }
        }
    }

    fn titles(&self, sheet: &mut Worksheet) -> Written {
        let titles = titles(self.copy.association.preview);
        for (title, column) in titles.into_iter().zip(column(self.added.start)..) {
            sheet.write_string_with_format(row(self.header), column, title, &self.formats.added)?;
        }
        Ok(())
    }

    fn outcome(&self, sheet: &mut Worksheet, told: &AssociatedRow) -> Written {
        let (row, first) = (row(told.row), column(self.added.start));
        let resolved = told.resolved.as_deref().unwrap_or_default();
        // What a person should look at is not told in the colour of what is done.
        let mood = if told.warnings.is_empty() {
            told.outcome
        } else {
            "ambiguous"
        };
        sheet.write_string_with_format(row, first, told.outcome, self.formats.mood(mood))?;
        sheet.write_string_with_format(row, first + 1, short(&told.message), &self.formats.reason)?;
        sheet.write_string_with_format(row, first + 2, short(resolved), &self.formats.reason)?;
        sheet.set_row_height(row, height(&told.message, resolved))?;
        Ok(())
    }

    fn set_widths(&self, sheet: &mut Worksheet) -> Written {
        let own = self
            .widths
            .iter()
            .enumerate()
            .filter(|(place, _)| !self.added.contains(place));
        for (place, width) in own {
            sheet.set_column_width(column(place), (*width as f64 + 2.0).clamp(9.0, 48.0))?;
        }
        for (place, width) in self.added.clone().zip(ADDED_WIDTHS) {
            sheet.set_column_width(column(place), width)?;
        }
        Ok(())
    }

    fn set_page(&self, sheet: &mut Worksheet) -> Written {
        let (first, last) = (row(self.header), row(self.last));
        sheet.set_row_height(first, 20)?;
        let columns = column(self.widths.len().saturating_sub(1));
        sheet.autofilter(first, 0, last.max(first), columns)?;
        sheet.set_freeze_panes(self.header, 0)?;
        sheet
            .set_landscape()
            .set_print_fit_to_pages(1, 0)
            .set_repeat_rows(first, first)?;
        sheet.set_paper_size(9);
        Ok(())
    }
}

/// A row's number counted from 0, as the writer has it.
fn row(number: u32) -> u32 {
    number.saturating_sub(1)
}

fn column(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX)
}

/// Not every program makes room for wrapped text by itself. In points.
fn height(reason: &str, resolved: &str) -> f64 {
    let lines = |text: &str, width: f64| (text.chars().count() as f64 / (width - 4.0)).ceil().clamp(1.0, 8.0);
    let [_, reason_width, resolved_width] = ADDED_WIDTHS;
    15.0 * lines(reason, reason_width).max(lines(resolved, resolved_width)) + 1.0
}

/// The columns of a row up to the last that has something.
fn width(line: &Line) -> usize {
    let last = line.cells.iter().rposition(|cell| !matches!(cell, Cell::Empty));
    last.map_or(0, |last| last + 1)
}

/// The first of the added columns in a report that is uploaded again: they are taken for the new ones.
fn reported(lines: &[Line], header: u32) -> Option<usize> {
    let headers = lines.iter().find(|line| line.number == header)?;
    let title = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        _ => String::new(),
    };
    let titles: Vec<String> = headers.cells.iter().map(title).collect();
    let [added, reason, resolved] = ADDED;
    titles.windows(ADDED.len()).position(|titles| {
        matches!(titles, [status, why, path] if status.starts_with(added) && why == reason && path == resolved)
    })
}

fn titles(preview: bool) -> [&'static str; 3] {
    let [status, reason, resolved] = ADDED;
    [if preview { "Status (preview)" } else { status }, reason, resolved]
}

/// Writes a cell, and gives the characters that it shows. Text stays text, whatever it begins with.
fn write(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell, format: Option<&Format>) -> Written<usize> {
    let plain = Format::new();
    let format = format.unwrap_or(&plain);
    Ok(match cell {
        Cell::Empty => {
            sheet.write_blank(row, column, format)?;
            0
        }
        Cell::Text(text) | Cell::Error(text) => {
            let text = short(text);
            let width = text.chars().count();
            sheet.write_string_with_format(row, column, text, format)?;
            width
        }
        Cell::Number(number) => {
            sheet.write_number_with_format(row, column, *number, format)?;
            number.to_string().len()
        }
        Cell::Boolean(value) => {
            sheet.write_boolean_with_format(row, column, *value, format)?;
            5
        }
        Cell::Date(days) => {
            sheet.write_number_with_format(row, column, *days, format)?;
            16
        }
    })
}

/// Links a cell that was written; without its link, the sheet would mean something else when it is uploaded again. False
/// for what no workbook has room for: its text stays.
fn write_link(sheet: &mut Worksheet, place: (u32, u16), target: &str, text: &str, formats: &Formats) -> bool {
    let url = if target.contains("://") || target.starts_with("mailto:") {
        Url::new(target)
    } else {
        // A path beside the workbook, which stays one.
        Url::new(format!("file:///{target}"))
    };
    let url = url.set_text(short(text));
    sheet
        .write_url_with_format(place.0, place.1, url, &formats.link)
        .is_ok()
}
