//! Sheets that were made to do harm, or that something has harmed.

use super::*;

#[test]
fn sheets_that_are_all_the_same_part_are_not_read_again_and_again() {
    let sheets: String = (0..9)
        .map(|number| format!("<sheet name=\"S{number}\" sheetId=\"1\" r:id=\"rId1\"/>"))
        .collect();
    let workbook = format!(
        "<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>{sheets}</sheets></workbook>"
    );
    let parts = "<Relationships><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>";
    let files = [
        ("_rels/.rels", RELATIONS),
        ("xl/workbook.xml", workbook.as_str()),
        ("xl/_rels/workbook.xml.rels", parts),
        ("xl/worksheets/sheet1.xml", "<worksheet><sheetData/></worksheet>"),
    ];
    assert_eq!(problem(&archive(&files)), Problem::Damaged);
}

#[test]
fn other_kinds_of_archives_are_refused_by_their_name() {
    for (files, told) in [
        (vec![("xl/workbook.bin", "x"), ("_rels/.rels", "")], ".xlsb"),
        (
            vec![
                ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
                ("content.xml", ""),
            ],
            ".ods",
        ),
        (vec![("word/document.xml", "<w/>"), ("_rels/.rels", "")], "Word"),
    ] {
        let error = read(&archive(&files), limits()).unwrap_err();
        assert!(
            error.problem == Problem::OtherFormat && error.message.contains(told),
            "{error}"
        );
        assert!(error.message.contains("save it as .xlsx"), "{error}");
    }
    assert_eq!(problem(&archive(&[("a.txt", "x")])), Problem::NotASheet);
    assert_eq!(
        problem(&archive(&[("_rels/.rels", "<Relationships></Relationships>")])),
        Problem::NotASheet
    );
}

#[test]
fn damaged_workbooks_are_refused_wherever_they_are_cut_or_scratched() {
    let data = headers(1) + &row(2, &[text("A2", "1"), text("B2", "a.pdf")]);
    let whole = one(&data);
    for cut in (0..whole.len()).step_by(7) {
        assert!(read(&whole[..cut], limits()).is_err(), "{cut}");
    }
    let sound = read(&whole, limits()).unwrap();
    for place in (0..whole.len()).step_by(3) {
        let mut scratched = whole.clone();
        scratched[place] ^= 0x55;
        if let Ok(sheet) = read(&scratched, limits()) {
            assert_eq!(sheet.rows, sound.rows, "{place}");
        }
    }
}

#[test]
fn entities_and_document_types_are_refused() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]><worksheet><sheetData/></worksheet>";
    let files = [("_rels/.rels", RELATIONS), ("xl/workbook.xml", bomb)];
    assert_eq!(problem(&archive(&files)), Problem::Damaged);
}

#[test]
fn what_would_ask_for_much_memory_is_refused_before_it_does() {
    let announced = "<sst uniqueCount=\"4000000000\"><si><t>File ID</t></si></sst>";
    assert_eq!(problem(&book(&[("S", "visible", "")], announced)), Problem::TooLarge);
    let long = one(&row(1, &[text("A1", &"x".repeat(2 << 20))]));
    assert_eq!(problem(&long), Problem::TooLarge);
    let many = format!("<sst>{}</sst>", "<si/>".repeat(3_000_001));
    assert_eq!(problem(&book(&[("S", "visible", "")], &many)), Problem::TooLarge);
    let styles = format!(
        "<styleSheet><fonts><font><name val=\"{}\"/></font></fonts><cellXfs>{}</cellXfs></styleSheet>",
        "x".repeat(1 << 19),
        "<xf fontId=\"0\"/>".repeat(60_000)
    );
    let files = [
        ("_rels/.rels", RELATIONS),
        ("xl/styles.xml", styles.as_str()),
        ("xl/workbook.xml", "<workbook/>"),
    ];
    assert_eq!(problem(&archive(&files)), Problem::TooLarge);
    let cells = one(&format!("<row>{}</row>", "<c/>".repeat(25_000_000)));
    assert_eq!(problem(&cells), Problem::TooLarge);
    let names: Vec<String> = (0..10_001).map(|number| format!("{number}")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    assert_eq!(problem(&archive(&files)), Problem::TooLarge);
}

#[test]
fn a_directory_that_announces_more_files_than_there_are_is_not_believed() {
    let mut bytes = one(&headers(1));
    // The end of a large directory: its size, and 2^40 files.
    bytes.extend(b"PK\x06\x06");
    bytes.extend(44_u64.to_le_bytes());
    bytes.extend([0; 12]);
    bytes.extend((1_u64 << 40).to_le_bytes());
    bytes.extend((1_u64 << 40).to_le_bytes());
    assert_eq!(problem(&bytes), Problem::TooLarge);
}

#[test]
fn r42_one_long_text_that_all_cells_share_does_not_fill_the_memory() {
    let strings = format!(
        "<sst><si><t>File ID</t></si><si><t>Sharepoint File Path</t></si><si><t>{}</t></si></sst>",
        "x".repeat(8000)
    );
    let mut data = "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c></row>".to_owned();
    for _ in 0..10_000 {
        data.push_str("<row><c><v>1</v></c><c t=\"s\"><v>2</v></c></row>");
    }
    assert_eq!(problem(&book(&[("S", "visible", &data)], &strings)), Problem::TooLarge);
}

#[test]
fn a_cell_of_two_gigabytes_is_refused_after_the_first_million() {
    let bytes = bomb(2 << 30);
    assert!(bytes.len() < 16 << 20);
    let error = read(&bytes, limits()).unwrap_err();
    assert!(
        error.message.contains("longer than a spreadsheet program would write"),
        "{error}"
    );
}
