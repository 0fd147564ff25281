//! The second sheet of a report: the sums, and what each outcome means.

use rust_xlsxwriter::{Color, Format, Worksheet, XlsxError};

use super::{
    copy::{Copy, short},
    looks::{Formats, Mood},
};

/// Writes the second sheet: what was uploaded, by whom, and what came of it.
///
/// # Errors
///
/// For more than a workbook holds.
pub(super) fn write(sheet: &mut Worksheet, copy: &Copy<'_>, formats: &Formats) -> Result<(), XlsxError> {
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
