//! Workbooks as other programs write them.

mod parts;

use zip::CompressionMethod;

use super::*;

const LIST: &str = r#"<workbook><sheets><sheet name="S" r:id="s"/></sheets></workbook>"#;

const WHERE: &str = r#"<Relationships><Relationship Id="s" Type="http://x/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

fn cells() -> String {
    let data = headers(1) + &row(2, &[text("A2", "1001"), text("B2", "a.pdf")]);
    format!("<worksheet><sheetData>{data}</sheetData></worksheet>")
}

fn is_read(bytes: &[u8]) -> bool {
    let expected = Row {
        number: 2,
        id: some("1001"),
        path: some("a.pdf"),
        ..Row::default()
    };
    match read(bytes, limits()) {
        Ok(sheet) => sheet.rows == [expected],
        Err(error) => unreachable!("{error}"),
    }
}

fn usual(cells: &str) -> [(&'static str, String); 4] {
    [
        ("_rels/.rels", RELATIONS.to_owned()),
        ("xl/workbook.xml", LIST.to_owned()),
        ("xl/_rels/workbook.xml.rels", WHERE.to_owned()),
        ("xl/worksheets/sheet1.xml", cells.to_owned()),
    ]
}

#[test]
fn two_pictures_beside_a_sheet_do_not_matter() {
    let bytes = include_bytes!("../../tests/cases/two-pictures.xlsx");
    assert_eq!(read(bytes, limits()).unwrap().rows.len(), 2);
}

#[test]
fn neither_the_size_of_the_directory_nor_names_nor_remarks_matter() {
    let laid_out = |more: usize, name: usize, remark: usize, is_large: bool| {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().large_file(is_large);
        for number in 0..more {
            archive
                .start_file(format!("{number}{}", "n".repeat(name)), options)
                .unwrap();
        }
        for (name, content) in usual(&cells()) {
            archive.start_file(name, options).unwrap();
            archive.write_all(content.as_bytes()).unwrap();
        }
        archive.set_comment("r".repeat(remark)).unwrap();
        archive.finish().unwrap().into_inner()
    };
    // Directory and end record of the four parts and one more take 329 bytes, and a byte more for each letter of its
    // name: 1,024 with 695 letters.
    for name in (0..1100).step_by(41).chain(670..720) {
        assert!(is_read(&laid_out(1, name, 0, false)), "{name}");
    }
    for remark in (0..2100).step_by(53).chain([65_535]) {
        assert!(is_read(&laid_out(3, 1, remark, remark % 2 == 0)), "{remark}");
    }
    for more in [10, 100, 1000, 9_990] {
        assert!(is_read(&laid_out(more, 4, 0, true)), "{more}");
    }
}

#[test]
fn modules_macros_dialogs_and_charts_beside_a_sheet_are_left_alone() {
    let list = r#"<workbook><sheets><sheet name="Module1" sheetId="1" state="visible" r:id=""/><sheet name="Macro1" sheetId="2" r:id="m"/>
        <sheet name="Dialog1" sheetId="3" r:id="d"/><sheet name="Chart1" sheetId="4" r:id="c"/><sheet name="S" sheetId="5" r:id="s"/></sheets></workbook>"#;
    let relations = r#"<Relationships><Relationship Id="m" Type="http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet" Target="macrosheets/sheet1.xml"/>
        <Relationship Id="d" Type="http://x/relationships/dialogsheet" Target="dialogsheets/sheet1.xml"/><Relationship Id="c" Type="http://x/relationships/chartsheet" Target="chartsheets/sheet1.xml"/>
        <Relationship Id="s" Type="http://x/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let bytes = archive(&[
        ("_rels/.rels", RELATIONS),
        ("xl/workbook.xml", list),
        ("xl/_rels/workbook.xml.rels", relations),
        ("xl/macrosheets/sheet1.xml", &cells()),
        ("xl/dialogsheets/sheet1.xml", "<dialogsheet/>"),
        ("xl/chartsheets/sheet1.xml", "<chartsheet/>"),
        ("xl/worksheets/sheet1.xml", &cells()),
    ]);
    assert!(is_read(&bytes));
    let chart = cells()
        .replace("worksheet", "chartsheet")
        .replace("sheetData", "drawing");
    let [root, list, relations, _] = usual("");
    let bytes = archive(&[
        (root.0, &root.1),
        (list.0, &list.1),
        (relations.0, &relations.1),
        ("xl/worksheets/sheet1.xml", &chart),
    ]);
    assert_eq!(problem(&bytes), Problem::MissingColumn);
    let bytes = archive(&[(root.0, &root.1), (list.0, &list.1), (relations.0, &relations.1)]);
    assert_eq!(problem(&bytes), Problem::Damaged);
}

#[test]
fn what_nobody_reads_is_not_unpacked() {
    let large = bomb(1 << 28);
    let mut large = zip::ZipArchive::new(Cursor::new(large)).unwrap();
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in usual(&cells()) {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    for name in ["xl/media/image1.png", "xl/vbaProject.bin", "customXml/item1.xml"] {
        archive.raw_copy_file_rename(large.by_index(0).unwrap(), name).unwrap();
    }
    archive
        .start_file("xl/media/movie.xml", SimpleFileOptions::default())
        .unwrap();
    archive.write_all(b"<!DOCTYPE x>").unwrap();
    let bytes = archive.finish().unwrap().into_inner();
    assert!(is_read(&bytes));
    assert!(bytes.len() < 32 << 20);
}

#[test]
fn errors_that_came_with_later_versions_concern_their_cells_alone() {
    let cells = cells().replace(
        "</row></sheetData>",
        r#"<c r="D2" t="e"><v>#SPILL!</v></c><c r="E2" t="s"><v>77</v></c></row><row><c><v>1002</v></c><c t="e"><v>#CALC!</v></c></row></sheetData>"#,
    );
    let [root, list, relations, _] = usual("");
    let bytes = archive(&[
        (root.0, &root.1),
        (list.0, &list.1),
        (relations.0, &relations.1),
        ("xl/worksheets/sheet1.xml", &cells),
    ]);
    let sheet = read(&bytes, limits()).unwrap();
    assert_eq!(sheet.rows.len(), 2);
    let mut copied = 0;
    let all = copy(&bytes, limits(), async |some| {
        copied += some.len();
        true
    });
    block_on(all).unwrap();
    assert_eq!(copied, 3);
    assert!(matches!(&sheet.rows[1].path, Value::Unreadable(cell, why) if cell == "B3" && why.contains("#CALC!")));
}

#[test]
fn bytes_that_are_not_those_that_were_packed_are_refused_wherever_they_are() {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in usual(&(cells() + "<!-- behind -->")) {
        archive.start_file(name, stored).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    for changed in ["a.pdf", "behind"] {
        let mut bytes = bytes.clone();
        let at = memchr::memmem::find(&bytes, changed.as_bytes()).unwrap();
        bytes[at] = b'x';
        assert_eq!(problem(&bytes), Problem::Damaged, "{changed}");
    }
}

#[test]
fn a_path_that_the_separator_cuts_in_two_links_nothing() {
    let read_all = |text: &str| read(text.as_bytes(), limits()).unwrap().rows;
    let cut = |row: &Row| matches!(&row.path, Value::Unreadable(_, why) if why.contains("more fields than the row"));
    for text in [
        "File ID,Sharepoint File Path\n1,Offer.pdf, v2.pdf\n2,Plan.pdf\n3,\"Offer.pdf, v2.pdf\"\n",
        "File ID,Sharepoint File Path\r\n\r\n1,Offer.pdf,,v2.pdf\r\n2,Plan.pdf,,\r\n3,\"Offer.pdf, v2.pdf\"",
        "Our files\nName;File ID;Sharepoint File Path\nA;B;1;Offer.pdf\nA;2;Plan.pdf\n;3;Offer.pdf, v2.pdf\n",
    ] {
        let rows = read_all(text);
        assert_eq!(rows.len(), 3, "{text}");
        assert!(cut(&rows[0]), "{text}: {:?}", rows[0]);
        assert_eq!(rows[1].path, Value::Text("Plan.pdf".to_owned()), "{text}");
        assert_eq!(rows[2].path, Value::Text("Offer.pdf, v2.pdf".to_owned()), "{text}");
    }
    // A column without a header is a column all the same, where the row of the headers leaves room for it.
    let rows = read_all("File ID,Sharepoint File Path,\n1,Offer.pdf,please\n");
    assert_eq!(rows[0].path, Value::Text("Offer.pdf".to_owned()));
}
