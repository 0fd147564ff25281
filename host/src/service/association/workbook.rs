//! The sheet that talks back: the rows that were uploaded, in their places, with three columns added.

use std::{cmp::Ordering, collections::BTreeMap};

use clientpoint_engine::contract::exports::clientpoint::content_source::association::{Cell, Line};
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, FormatUnderline, Url, Workbook, Worksheet, XlsxError};

use super::{
    answer::{AssociatedRow, Association},
    cells::{CELLS_AT_MOST, Lines},
};
use crate::{Error, Result};

/// The columns that are added.
const ADDED: [&str; 3] = ["Status", "Reason", "Resolved path"];
const ADDED_WIDTHS: [f64; 3] = [18.0, 64.0, 44.0];

/// The longest text of a cell, in characters.
const CELL_AT_MOST: usize = 32_767;

/// The most links that Excel opens in one sheet.
const LINKS_AT_MOST: usize = 65_530;

/// Rows that the widths of columns are taken from.
const MEASURED: usize = 2_000;

/// What a report is made of.
pub(in crate::service) struct Copy<'a> {
    /// What the source calls this.
    pub(in crate::service) title: &'a str,
    pub(in crate::service) association: &'a Association,
    pub(in crate::service) lines: Lines,
    pub(in crate::service) by: &'a str,
    pub(in crate::service) at: String,
}

/// The report.
///
/// # Errors
///
/// `Error::Storage` for more rows than a workbook holds.
pub(in crate::service) fn report(copy: Copy<'_>) -> Result<Vec<u8>> {
    workbook(copy).map_err(|error| Error::Storage(format!("the report can't be made: {error}")))
}

/// How an outcome looks: the colours of its cell and of the text in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mood {
    /// Done.
    Good,
    /// Nothing to do.
    Quiet,
    /// A person must choose.
    Unclear,
    /// It can't be.
    Bad,
}

impl Mood {
    fn of(outcome: &str) -> Self {
        match outcome {
            "linked" | "re-linked" => Self::Good,
            "already-linked" | "path-missing" => Self::Quiet,
            "ambiguous" | "duplicate-file-id" | "no-id" | "unreadable-cell" | "path-not-found" | "unknown-file-id" => {
                Self::Unclear
            }
            _ => Self::Bad,
        }
    }

    fn colours(self) -> (u32, u32) {
        match self {
            Self::Good => (0x00E2_F0D9, 0x0037_5623),
            Self::Quiet => (0x00ED_EDED, 0x0059_5959),
            Self::Unclear => (0x00FF_F2CC, 0x007F_6000),
            Self::Bad => (0x00FB_E0DC, 0x009C_1C0B),
        }
    }
}

/// The formats, made once.
struct Formats {
    header: Format,
    added: Format,
    date: Format,
    day: Format,
    plain: Format,
    link: Format,
    reason: Format,
    meaning: Format,
    moods: BTreeMap<Mood, Format>,
}

impl Formats {
    fn new() -> Self {
        let line = |format: Format| {
            format
                .set_align(FormatAlign::Top)
                .set_border_bottom(FormatBorder::Hair)
                .set_border_bottom_color(Color::RGB(0x00BF_BFBF))
        };
        let heading = |colour: u32| {
            Format::new()
                .set_bold()
                .set_font_color(Color::White)
                .set_background_color(Color::RGB(colour))
                .set_align(FormatAlign::VerticalCenter)
        };
        let mood = |mood: Mood| {
            let (back, front) = mood.colours();
            let format = Format::new()
                .set_bold()
                .set_background_color(Color::RGB(back))
                .set_font_color(Color::RGB(front))
                .set_indent(1);
            (mood, line(format))
        };
        Self {
            header: heading(0x0044_546A),
            added: heading(0x001F_4E79),
            date: line(Format::new().set_num_format("yyyy-mm-dd hh:mm")),
            day: line(Format::new().set_num_format("yyyy-mm-dd")),
            plain: line(Format::new()),
            link: line(
                Format::new()
                    .set_font_color(Color::RGB(0x0005_63C1))
                    .set_underline(FormatUnderline::Single),
            ),
            reason: line(Format::new().set_text_wrap().set_indent(1)),
            meaning: line(Format::new().set_indent(1)),
            moods: [Mood::Good, Mood::Quiet, Mood::Unclear, Mood::Bad].map(mood).into(),
        }
    }

    fn mood(&self, outcome: &str) -> &Format {
        self.moods.get(&Mood::of(outcome)).unwrap_or(&self.plain)
    }
}

fn workbook(copy: Copy<'_>) -> std::result::Result<Vec<u8>, XlsxError> {
    let formats = Formats::new();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Rows")?;
    rows(sheet, &copy, &formats)?;
    let sheet = workbook.add_worksheet().set_name("Summary")?;
    summary(sheet, &copy, &formats)?;
    workbook.save_to_buffer()
}

/// Each row where it was, so that its number is the one in messages.
fn rows(sheet: &mut Worksheet, copy: &Copy<'_>, formats: &Formats) -> std::result::Result<(), XlsxError> {
    let association = copy.association;
    let header = association.header;
    let outcomes: BTreeMap<u32, &AssociatedRow> = association.rows.iter().map(|row| (row.row, row)).collect();
    let widest = copy.lines.all.iter().map(width).max().unwrap_or(0);
    let from = reported(&copy.lines.all, header).unwrap_or(widest);
    let added = from..from + ADDED.len();
    let columns = widest.max(added.end);
    // The lines under the rows go on to the added columns, unless that takes more room than the rows themselves may.
    let blanks = if from.saturating_mul(copy.lines.all.len()) <= CELLS_AT_MOST {
        from
    } else {
        0
    };
    let mut widths = vec![0_usize; columns];
    let mut last = header;
    let mut links = 0;
    for (count, line) in copy.lines.all.iter().enumerate() {
        let row = line.number.saturating_sub(1);
        last = last.max(line.number);
        let blanks = match line.number.cmp(&header) {
            Ordering::Less => 0,
            Ordering::Equal => from,
            Ordering::Greater => blanks,
        };
        let cells = line.cells.iter().chain(std::iter::repeat(&Cell::Empty));
        for (place, cell) in cells.take(blanks.max(line.cells.len())).enumerate() {
            if line.number >= header && added.contains(&place) {
                continue;
            }
            let format = match cell {
                _ if line.number == header => &formats.header,
                Cell::Date(days) if days.fract() == 0.0 => &formats.day,
                Cell::Date(_) => &formats.date,
                _ => &formats.plain,
            };
            let width = write(
                sheet,
                row,
                column(place),
                cell,
                (line.number >= header).then_some(format),
            )?;
            if line.number >= header
                && count < MEASURED
                && let Some(widest) = widths.get_mut(place)
            {
                *widest = (*widest).max(width);
            }
        }
        for link in &line.links {
            let place = usize::try_from(link.column).unwrap_or(usize::MAX);
            if let Some(Cell::Text(text)) = line.cells.get(place)
                && links < LINKS_AT_MOST
                && !(line.number >= header && added.contains(&place))
            {
                links += usize::from(write_link(sheet, (row, column(place)), &link.target, text, formats));
            }
        }
        let first = column(from);
        if line.number == header {
            for (title, column) in titles(association.preview).into_iter().zip(first..) {
                sheet.write_string_with_format(row, column, title, &formats.added)?;
            }
        } else if let Some(told) = outcomes.get(&line.number) {
            let resolved = told.resolved.as_deref().unwrap_or_default();
            // What a person should look at is not told in the colour of what is done.
            let mood = if told.warnings.is_empty() {
                told.outcome
            } else {
                "ambiguous"
            };
            sheet.write_string_with_format(row, first, told.outcome, formats.mood(mood))?;
            sheet.write_string_with_format(row, first + 1, short(&told.message), &formats.reason)?;
            sheet.write_string_with_format(row, first + 2, short(resolved), &formats.reason)?;
            sheet.set_row_height(row, height(&told.message, resolved))?;
        }
    }
    for (place, width) in widths.iter().enumerate().filter(|(place, _)| !added.contains(place)) {
        sheet.set_column_width(column(place), (*width as f64 + 2.0).clamp(9.0, 48.0))?;
    }
    for (place, width) in ADDED_WIDTHS.iter().enumerate() {
        sheet.set_column_width(column(from + place), *width)?;
    }
    let first_row = header.saturating_sub(1);
    sheet.set_row_height(first_row, 20)?;
    sheet.autofilter(first_row, 0, last.saturating_sub(1).max(first_row), column(columns - 1))?;
    sheet.set_freeze_panes(header, 0)?;
    sheet
        .set_landscape()
        .set_print_fit_to_pages(1, 0)
        .set_repeat_rows(first_row, first_row)?;
    sheet.set_paper_size(9);
    Ok(())
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
fn write(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    format: Option<&Format>,
) -> std::result::Result<usize, XlsxError> {
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

fn short(text: &str) -> String {
    text.chars().take(CELL_AT_MOST).collect()
}

fn column(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX)
}

fn summary(sheet: &mut Worksheet, copy: &Copy<'_>, formats: &Formats) -> std::result::Result<(), XlsxError> {
    let association = copy.association;
    let title = Format::new()
        .set_bold()
        .set_font_size(15)
        .set_font_color(Color::RGB(0x001F_4E79));
    let label = Format::new().set_font_color(Color::RGB(0x0059_5959));
    let bold = Format::new().set_bold();
    let mut heading = copy.title.to_owned();
    if association.preview {
        heading.push_str(": preview, nothing was changed");
    }
    sheet.write_string_with_format(0, 0, heading, &title)?;
    sheet.set_row_height(0, 26)?;
    let taken_back = association
        .run
        .as_ref()
        .map(|run| format!("{}; the upload can be taken back by this number", run.id));
    let facts = [
        ("By", copy.by.to_string()),
        ("At", copy.at.clone()),
        ("Drive", association.drive.clone()),
        ("Run", taken_back.unwrap_or_else(|| "none: this is a preview".into())),
    ];
    let mut row = 1;
    for (name, value) in facts {
        sheet.write_string_with_format(row, 0, name, &label)?;
        sheet.write_string(row, 1, short(&value))?;
        row += 1;
    }
    row += 1;
    for (title, column) in ["Status", "Rows", "What it means"].into_iter().zip(0..) {
        sheet.write_string_with_format(row, column, title, &formats.added)?;
    }
    sheet.set_row_height(row, 20)?;
    let first = row + 1;
    let mut counts: Vec<_> = association.counts.iter().collect();
    counts.sort_by_key(|(outcome, count)| (Mood::of(outcome), std::cmp::Reverse(**count)));
    for (outcome, count) in counts {
        row += 1;
        sheet.write_string_with_format(row, 0, outcome, formats.mood(outcome))?;
        sheet.write_number_with_format(row, 1, *count as f64, &formats.plain)?;
        sheet.write_string_with_format(row, 2, meaning(outcome), &formats.meaning)?;
    }
    row += 1;
    sheet.write_string_with_format(row, 0, "all rows", &bold)?;
    sheet.write_number_with_format(row, 1, association.rows.len() as f64, &bold)?;
    row += 1;
    for note in &association.notes {
        row += 1;
        sheet.write_string(row, 0, short(note))?;
    }
    if copy.lines.cut {
        row += 1;
        let all = if association.preview {
            "the answer as JSON"
        } else {
            "the run"
        };
        let note = format!("The sheet is too large to be copied whole: {all} has all rows.");
        sheet.write_string(row, 0, note)?;
    }
    sheet
        .set_column_width(0, 20)?
        .set_column_width(1, 12)?
        .set_column_width(2, 86)?;
    sheet.set_freeze_panes(first, 0)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_paper_size(9);
    Ok(())
}

fn meaning(outcome: &str) -> &'static str {
    match outcome {
        "linked" => "The file follows its item from the next sync on; until then it keeps its content.",
        "re-linked" => "The same; before, it followed another item.",
        "already-linked" => "The file follows that item already.",
        "path-missing" => "The row has no path, so nothing was asked for.",
        "unknown-file-id" => "No file of the library has that File ID.",
        "no-id" => "The row has a path, and no File ID.",
        "path-not-found" => "Nothing is at that path; the reason names what is near.",
        "is-a-folder" => "The path leads to a folder.",
        "other-drive" => "The path leads to another drive than the one chosen.",
        "unsupported-type" => "Files of that type can't be kept in step.",
        "too-large" => "The file is larger than the limit.",
        "format-mismatch" => "The library's file and the item have different formats.",
        "duplicate-file-id" => "Several rows lead one file to different items; none of them was linked.",
        "ambiguous" => "The path can be read in more than one way.",
        "unreadable-cell" => "A cell holds something that can't be read.",
        "forbidden-path" => "The path may not be followed: it leads to a foreign host, to a computer, or upwards.",
        "access-denied" => "The source does not let the connection read the item.",
        "subfolder" => "The item lies in a folder, which this host's policy leaves out.",
        "malware" => "The source found malware in the item.",
        "package" => "The item is a notebook, which only its own program can open.",
        "shortcut" => "The item is a shortcut to another drive.",
        _ => "The reason says why.",
    }
}
