//! The library as an Excel sheet (Content Library > Files > More > Excel), and the empty form for associating files.

use clientpoint_engine::contract::exports::clientpoint::content_source::source::Description;
use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use crate::{
    Error, Result,
    service::{LibraryFilter, LibraryOrder, LibraryRow, Part, Session, library::verify::stopped},
};

/// The columns, with widths in characters. "File ID" is the name that the association sheet goes by.
const COLUMNS: [(&str, f64); 11] = [
    ("File ID", 10.0),
    ("Name", 40.0),
    ("Place", 24.0),
    ("Type", 8.0),
    ("Size in bytes", 14.0),
    ("Revision", 10.0),
    ("Source", 12.0),
    ("Name in the source", 40.0),
    ("Link state", 16.0),
    ("Last sync", 22.0),
    ("Verified", 12.0),
];

/// Where people find what the form asks for. The labels never stand in one row: the form shall be the only sheet with
/// both headers.
fn help_of(source: &Description) -> Vec<(&'static str, String)> {
    let labels = &source.labels;
    let next = source.schedules.first();
    let next = next.map(|schedule| format!(", at {:02}:{:02} UTC", schedule.hour, schedule.minute));
    let mut rows = vec![
        ("How to use the form", String::new()),
        (
            "",
            format!(
                "One row a library file: its File ID, and the path of the file in {} that it shall follow.",
                labels.name
            ),
        ),
        (
            "",
            format!(
                "Content Library > Files > More > {} takes the form. Look at the preview first, then link.",
                labels.associate
            ),
        ),
        (
            "",
            format!(
                "Linked files keep their content until the next sync{}.",
                next.unwrap_or_default()
            ),
        ),
        ("An example", String::new()),
        ("File ID", "100001".into()),
        ("its path", labels.path_example.clone()),
        ("Where can I find the File ID?", String::new()),
        (
            "",
            "Content Library > Files > More > Excel downloads the list of all files. Its first column is the File ID."
                .into(),
        ),
        ("Where can I find the path?", String::new()),
    ];
    rows.extend(labels.path_help.iter().map(|paragraph| ("", paragraph.clone())));
    rows
}

/// The list of the library.
pub struct Exported {
    /// How many files it has.
    pub files: usize,
    /// The workbook (`.xlsx`).
    pub bytes: Vec<u8>,
}

impl Session<'_> {
    /// All files of the library as an Excel workbook (rule 39).
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Storage` for more files than a workbook has rows; the database's.
    pub async fn export(&self) -> Result<Exported> {
        self.user.require_administrator("export the library")?;
        let mut list = List::new().map_err(|error| unmade(&error))?;
        let (every, mut after) = (LibraryFilter::default(), None);
        loop {
            let part = Part::whole(after);
            let page = self.library_page(&every, LibraryOrder::Id, &part).await?;
            list.take(&page.rows).map_err(|error| unmade(&error))?;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let ended = tokio::task::spawn_blocking(move || list.end()).await;
        ended.map_err(|_| stopped())?.map_err(|error| unmade(&error))
    }

    /// The empty form for associating files, with help, as an Excel workbook (rule 40a).
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; that there is no plugin, which says what its paths are called.
    pub async fn export_template(&self) -> Result<Vec<u8>> {
        self.user.require_administrator("export the library")?;
        let source = self.host.describe().await?;
        template(&source).map_err(|error| unmade(&error))
    }
}

fn heading() -> Format {
    Format::new()
        .set_bold()
        .set_font_color(Color::White)
        .set_background_color(Color::RGB(0x001F_4E79))
        .set_align(FormatAlign::VerticalCenter)
}

/// The list, row by row. How many there can be is bounded by what a sheet holds.
struct List {
    workbook: Workbook,
    last: u32,
}

impl List {
    fn new() -> std::result::Result<Self, XlsxError> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet().set_name("Content Library")?;
        let heading = heading();
        for (column, (title, width)) in (0..).zip(COLUMNS) {
            sheet.write_with_format(0, column, title, &heading)?;
            sheet.set_column_width(column, width)?;
        }
        sheet.set_row_height(0, 20)?;
        sheet.set_freeze_panes(1, 0)?;
        Ok(Self { workbook, last: 0 })
    }

    fn take(&mut self, files: &[LibraryRow]) -> std::result::Result<(), XlsxError> {
        let sheet = self.workbook.worksheet_from_index(0)?;
        for listed in files {
            self.last += 1;
            // Always as text: an ID keeps its zeros, and a name that begins with `=` is no formula.
            for (column, text) in (0..).zip(cells(listed)) {
                sheet.write_string(self.last, column, text)?;
            }
            // A number as Excel knows them is exact up to 2⁵³, which no file reaches.
            sheet.write_number(self.last, 4, listed.file.size as f64)?;
            sheet.write_number(self.last, 5, listed.file.revision as f64)?;
        }
        Ok(())
    }

    fn end(mut self) -> std::result::Result<Exported, XlsxError> {
        let sheet = self.workbook.worksheet_from_index(0)?;
        sheet.autofilter(0, 0, self.last, COLUMNS.len() as u16 - 1)?;
        sheet
            .set_landscape()
            .set_print_fit_to_pages(1, 0)
            .set_repeat_rows(0, 0)?;
        Ok(Exported {
            files: usize::try_from(self.last).unwrap_or(usize::MAX),
            bytes: self.workbook.save_to_buffer()?,
        })
    }
}

fn cells(listed: &LibraryRow) -> [String; 11] {
    let file = &listed.file;
    let ending = file.name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    let last_sync = listed.last_sync.clone().unwrap_or_else(|| "not yet".into());
    [
        file.id.clone(),
        file.name.clone(),
        file.place.clone(),
        ending.unwrap_or_default(),
        String::new(),
        String::new(),
        listed.plugin.clone().unwrap_or_else(|| "by hand".into()),
        file.source_name.clone().unwrap_or_default(),
        listed.link_state.clone().unwrap_or_default(),
        if file.managed { last_sync } else { String::new() },
        match file.damage {
            Some(_) => "damaged".into(),
            None => file.verification.clone().unwrap_or_default(),
        },
    ]
}

fn template(source: &Description) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let heading = heading();
    let sheet = workbook.add_worksheet().set_name("Associate")?;
    sheet.write_with_format(0, 0, "File ID", &heading)?;
    sheet.write_with_format(0, 1, &source.labels.path_column, &heading)?;
    sheet.set_column_width(0, 14)?.set_column_width(1, 80)?;
    // Text from the beginning: IDs keep their zeros, and no path becomes a date.
    let text = Format::new().set_num_format("@");
    sheet.set_column_format(0, &text)?.set_column_format(1, &text)?;
    sheet.set_row_height(0, 20)?;
    sheet
        .set_freeze_panes(1, 0)?
        .set_landscape()
        .set_print_fit_to_pages(1, 0)
        .set_paper_size(9);
    let sheet = workbook.add_worksheet().set_name("Help")?;
    help(sheet, source)?;
    workbook.save_to_buffer()
}

fn help(sheet: &mut Worksheet, source: &Description) -> std::result::Result<(), XlsxError> {
    let title = Format::new().set_bold().set_font_color(Color::RGB(0x001F_4E79));
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    for (row, (label, text)) in (0..).zip(help_of(source)) {
        sheet.write_string_with_format(row, 0, label, &title)?;
        sheet.write_string_with_format(row, 1, &text, &wrapped)?;
        if text.len() > 100 {
            sheet.set_row_height(row, 15.0 * (text.len() as f64 / 95.0).ceil())?;
        }
    }
    sheet.set_column_width(0, 30)?.set_column_width(1, 100)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_paper_size(9);
    Ok(())
}

fn unmade(error: &XlsxError) -> Error {
    Error::Storage(format!("the workbook can't be made: {error}"))
}
