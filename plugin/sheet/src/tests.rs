//! Sheets in the small, and hostile ones; those that programs have written are read end to end.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod behind;
mod hostile;
mod others;

use std::io::{Cursor, Write};

use futures::executor::block_on;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{bomb::bomb, *};

const RELATIONS: &str = r#"<Relationships><Relationship Id="r" Type="http://x/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;

fn limits() -> Limits {
    Limits::new(32 << 20, 200_000)
}

/// An archive of these files.
fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A workbook of these sheets: name, state, and what is in `sheetData`.
fn book(sheets: &[(&str, &str, &str)], strings: &str) -> Vec<u8> {
    let mut list = String::new();
    let mut relations = String::new();
    let mut files = vec![("_rels/.rels".to_owned(), RELATIONS.to_owned())];
    for (number, (name, state, data)) in sheets.iter().enumerate() {
        list.push_str(&format!(r#"<sheet name="{name}" state="{state}" r:id="r{number}"/>"#));
        relations.push_str(&format!(
            r#"<Relationship Id="r{number}" Type="http://x/relationships/worksheet" Target="worksheets/{number}.xml"/>"#
        ));
        let sheet = format!("<worksheet><sheetData>{data}</sheetData></worksheet>");
        files.push((format!("xl/worksheets/{number}.xml"), sheet));
    }
    files.push((
        "xl/workbook.xml".to_owned(),
        format!("<workbook><sheets>{list}</sheets></workbook>"),
    ));
    files.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!("<Relationships>{relations}</Relationships>"),
    ));
    if !strings.is_empty() {
        files.push(("xl/sharedStrings.xml".to_owned(), strings.to_owned()));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, content)| (name.as_str(), content.as_str()))
        .collect();
    archive(&files)
}

/// One visible sheet.
fn one(data: &str) -> Vec<u8> {
    book(&[("Sheet1", "visible", data)], "")
}

fn text(place: &str, text: &str) -> String {
    format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

fn row(number: u32, cells: &[String]) -> String {
    format!(r#"<row r="{number}">{}</row>"#, cells.concat())
}

fn headers(number: u32) -> String {
    row(
        number,
        &[
            text(&format!("A{number}"), "File ID"),
            text(&format!("B{number}"), "Sharepoint File Path"),
        ],
    )
}

fn some(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn problem(bytes: &[u8]) -> Problem {
    let error = read(bytes, limits()).unwrap_err();
    assert!(error.message.len() > 20, "{error}");
    error.problem
}

#[test]
fn r40_headers_are_found_wherever_they_stand_in_any_case_spacing_and_order() {
    let data = row(2, &[text("A2", "Our files: File ID and path")])
        + &row(
            7,
            &[
                text("C7", " share POINT  file-path "),
                text("D7", "Size"),
                text("F7", "FILE_ID"),
            ],
        )
        + &row(
            9,
            &[
                text("C9", "A/b.pdf"),
                text("D9", "9"),
                r#"<c r="F9"><v>100001</v></c>"#.to_owned(),
            ],
        )
        + &row(12, &[text("D12", "total")])
        + &row(13, &[text("C13", "  "), text("F13", "100002")]);
    let sheet = read(&one(&data), limits()).unwrap();
    assert_eq!((sheet.name.as_str(), sheet.header), ("Sheet1", 7));
    let expected = [
        Row {
            number: 9,
            id: some("100001"),
            path: some("A/b.pdf"),
            ..Row::default()
        },
        Row {
            number: 13,
            id: some("100002"),
            ..Row::default()
        },
    ];
    assert_eq!(sheet.rows, expected);
}

#[test]
fn r42_cells_without_places_formulas_and_shared_texts_are_read() {
    let strings = r#"<sst uniqueCount="3"><si><t>File ID</t></si><si><r><t>Sharepoint </t></r><r><t>File Path</t></r></si><si><t>a &amp; b_x0041_.pdf</t></si></sst>"#;
    let data = r#"<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>
        <row><c t="str"><f>"10"&amp;"1"</f><v>101</v></c><c t="s"><v>2</v></c></row>
        <row><c><v>1.02E2</v></c><c t="str"><f>VLOOKUP(1)</f></c></row>
        <row><c><v>103.5</v></c><c t="s"><v>2</v></c></row>
        <row><c><v>104</v></c><c t="e"><f>NA()</f><v>#N/A</v></c></row>"#;
    let sheet = read(&book(&[("S", "visible", data)], strings), limits()).unwrap();
    assert_eq!(
        sheet.rows[0],
        Row {
            number: 2,
            id: some("101"),
            path: some("a & bA.pdf"),
            ..Row::default()
        }
    );
    assert_eq!(sheet.rows[1].id, some("102"));
    let Value::Unreadable(cell, why) = &sheet.rows[1].path else {
        unreachable!("{:?}", sheet.rows[1])
    };
    assert!(cell == "B3" && why.contains("was not stored"), "{cell} {why}");
    assert!(matches!(&sheet.rows[2].id, Value::Unreadable(cell, why) if cell == "A4" && why.contains("fraction")));
    assert!(matches!(&sheet.rows[3].path, Value::Unreadable(cell, why) if cell == "B5" && why.contains("#N/A")));
}

#[test]
fn r42_a_formula_that_comes_to_nothing_is_a_blank_cell() {
    let data = headers(1)
        + r#"<row r="2"><c r="A2"><v>101</v></c><c r="B2" t="str"><f>IF(C2="","",C2)</f><v></v></c></row>
        <row r="3"><c r="A3" t="str"><f>""</f><v></v></c><c r="B3" t="str"><f>""</f><v></v></c></row>"#;
    let sheet = read(&one(&data), limits()).unwrap();
    let expected = Row {
        number: 2,
        id: some("101"),
        ..Row::default()
    };
    assert_eq!(sheet.rows, [expected]);
}

#[test]
fn r42_hidden_sheets_are_left_out_and_two_visible_ones_are_one_too_many() {
    let data = headers(1) + &row(2, &[text("A2", "1"), text("B2", "a.pdf")]);
    let hidden = book(
        &[
            ("Old", "hidden", &data),
            ("Deep", "veryHidden", &data),
            ("Now", "visible", &data),
        ],
        "",
    );
    assert_eq!(read(&hidden, limits()).unwrap().name, "Now");
    let two = book(&[("Now", "visible", &data), ("Then", "visible", &data)], "");
    let error = read(&two, limits()).unwrap_err();
    assert!(
        error.problem == Problem::DoubledColumn && error.message.contains("\"Then\""),
        "{error}"
    );
    let none = book(&[("Old", "hidden", &data), ("Now", "visible", "")], "");
    let error = read(&none, limits()).unwrap_err();
    assert!(
        error.problem == Problem::MissingColumn && error.message.contains("hidden sheet \"Old\""),
        "{error}"
    );
}

#[test]
fn r40_a_missing_or_doubled_header_is_named() {
    let only = one(&row(3, &[text("B3", "File ID")]));
    let error = read(&only, limits()).unwrap_err();
    assert!(
        error.message.contains("\"Sharepoint File Path\" is missing") && error.message.contains("row 3"),
        "{error}"
    );
    let doubled = one(&row(
        1,
        &[
            text("A1", "File ID"),
            text("C1", "file id"),
            text("D1", "Sharepoint File Path"),
        ],
    ));
    let error = read(&doubled, limits()).unwrap_err();
    assert!(
        error.problem == Problem::DoubledColumn && error.message.contains("A, C"),
        "{error}"
    );
}

#[test]
fn a_header_that_stands_again_is_none_of_the_rows() {
    let data = headers(1) + &row(2, &[text("A2", "1"), text("B2", "a.pdf")]) + &headers(3);
    assert_eq!(read(&one(&data), limits()).unwrap().rows.len(), 1);
}

#[test]
fn formatted_emptiness_and_a_cell_in_the_last_corner_cost_nothing() {
    let mut data = headers(1) + &row(2, &[text("A2", "1"), text("B2", "a.pdf")]);
    for number in 3..20_000 {
        data.push_str(&format!(
            r#"<row r="{number}" s="1" customFormat="1"><c r="A{number}" s="1"/><c r="B{number}" s="1"/></row>"#
        ));
    }
    data.push_str(&row(1_048_576, &[text("XFD1048576", "far away")]));
    let bytes = one(&data);
    assert_eq!(read(&bytes, limits()).unwrap().rows.len(), 1);
    let mut lines = Vec::new();
    let copied = block_on(copy(&bytes, limits(), async |some| {
        lines.extend(some);
        true
    }));
    copied.unwrap();
    assert_eq!(lines.len(), 2);
}

#[test]
fn a_copy_has_all_cells_of_the_rows_in_their_places() {
    let data = row(1, &[text("B1", "Title")])
        + &headers(2)
        + &row(
            3,
            &[
                text("A3", "1"),
                text("B3", "a.pdf"),
                r#"<c r="D3"><v>1.5</v></c><c r="E3" t="b"><v>1</v></c><c r="F3" t="e"><v>#REF!</v></c>"#.to_owned(),
            ],
        );
    let mut lines = Vec::new();
    block_on(copy(&one(&data), limits(), async |some| {
        lines.extend(some);
        true
    }))
    .unwrap();
    let told = |line: &str| Cell::Text(line.to_owned());
    assert_eq!(
        lines[0],
        Line {
            number: 1,
            cells: vec![Cell::Empty, told("Title")],
            links: Vec::new(),
        }
    );
    let cells = vec![
        told("1"),
        told("a.pdf"),
        Cell::Empty,
        Cell::Number(1.5),
        Cell::Boolean(true),
        Cell::Error("#REF!".to_owned()),
    ];
    let links = Vec::new();
    assert_eq!(
        lines[2],
        Line {
            number: 3,
            cells,
            links
        }
    );
}

#[test]
fn more_rows_than_the_limit_are_refused_and_as_many_are_not() {
    let rows = |count: u32| {
        (2..2 + count)
            .map(|number| row(number, &[text(&format!("A{number}"), "1")]))
            .collect::<String>()
    };
    let few = Limits::new(1 << 20, 3);
    assert_eq!(read(&one(&(headers(1) + &rows(3))), few).unwrap().rows.len(), 3);
    let error = read(&one(&(headers(1) + &rows(4))), few).unwrap_err();
    assert!(
        error.problem == Problem::TooLarge && error.message.contains("more than 3 rows"),
        "{error}"
    );
    let error = read(&one(&headers(1)), Limits::new(100, 3)).unwrap_err();
    assert_eq!(error.problem, Problem::TooLarge);
}
