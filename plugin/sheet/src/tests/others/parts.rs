//! How they name, write and encode the parts.

use super::*;

#[test]
fn parts_may_be_streamed_and_folders_may_be_listed() {
    let mut archive = ZipWriter::new_stream(Vec::new());
    archive
        .add_directory("xl/worksheets/", SimpleFileOptions::default())
        .unwrap();
    for (name, content) in usual(&cells()) {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    assert!(is_read(&bytes));
}

#[test]
fn parts_are_found_however_they_are_named() {
    for (root, list, relations, target, sheet) in [
        (
            "/xl/workbook.xml",
            "xl/workbook.xml",
            "xl/_rels/workbook.xml.rels",
            "/xl/worksheets/sheet1.xml",
            "xl/worksheets/sheet1.xml",
        ),
        (
            "xl/workbook2.xml",
            "xl/workbook2.xml",
            "xl/_rels/workbook2.xml.rels",
            "worksheets/sheet1.xml",
            "xl/worksheets/sheet1.xml",
        ),
        (
            "xl/workbook.xml",
            "XL/Workbook.xml",
            "xl/_Rels/Workbook.xml.rels",
            "Worksheets\\Sheet1.xml",
            "xl\\worksheets\\SHEET1.XML",
        ),
        (
            "xl\\workbook.xml",
            "xl\\workbook.xml",
            "xl\\_rels\\workbook.xml.rels",
            "../xl/my%20sheet.xml",
            "xl/my sheet.xml",
        ),
        ("book.xml", "book.xml", "_rels/book.xml.rels", "./s.xml", "s.xml"),
        (
            "xl/workbook.xml",
            "/xl/workbook.xml",
            "/xl/_rels/workbook.xml.rels",
            "xl/worksheets/sheet1.xml",
            "/xl/worksheets/sheet1.xml",
        ),
    ] {
        let strict = "http://purl.oclc.org/ooxml/officeDocument/relationships";
        let roots = format!(
            r#"<Relationships><Relationship Id="r" Type="{strict}/officeDocument" Target="{root}"/></Relationships>"#
        );
        let sheets = format!(
            r#"<x:Relationships><x:Relationship Id="s" Type="{strict}/worksheet" Target="{target}"/></x:Relationships>"#
        );
        let bytes = archive(&[
            ("_rels/.rels", &roots),
            (list, LIST),
            (relations, &sheets),
            (sheet, &cells()),
        ]);
        assert!(is_read(&bytes), "{list} {target}");
    }
    let texts = r#"<sst><si><t>File ID</t></si><si><t>Sharepoint File Path</t></si><si><t>1001</t></si><si><t>a.pdf</t></si></sst>"#;
    let shared = r#"<worksheet><sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row><row><c t="s"><v>2</v></c><c t="s"><v>3</v></c></row></sheetData></worksheet>"#;
    let relations = WHERE.replace(
        "</Rel",
        r#"<Relationship Id="t" Type="x/sharedStrings" Target="texts/all.xml"/></Rel"#,
    );
    let named = |name| {
        archive(&[
            ("_rels/.rels", RELATIONS),
            ("xl/workbook.xml", LIST),
            ("xl/_rels/workbook.xml.rels", &relations),
            ("xl/worksheets/sheet1.xml", shared),
            (name, texts),
        ])
    };
    assert!(is_read(&named("xl/texts/all.xml")));
    assert_eq!(problem(&named("xl/lost.xml")), Problem::Damaged);
}

#[test]
fn parts_in_utf_16_are_read() {
    let told = r#"<?xml version="1.0" encoding="UTF-16"?>"#;
    let content = usual(&cells().replace("a.pdf", "Büro 😀.pdf"));
    let units = |text: &str, mark: &str| format!("{mark}{told}{text}").encode_utf16().collect::<Vec<u16>>();
    let little = |text: &str| {
        units(text, "\u{feff}")
            .into_iter()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    let big = |text: &str| {
        units(text, "\u{feff}")
            .into_iter()
            .flat_map(u16::to_be_bytes)
            .collect::<Vec<u8>>()
    };
    let bare = |text: &str| {
        units(text, "")
            .into_iter()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    // Some programs say that it is UTF-16, and write UTF-8.
    let lying = |text: &str| format!("{told}{text}").into_bytes();
    type Way<'w> = &'w dyn Fn(&str) -> Vec<u8>;
    let ways: [Way<'_>; 4] = [&little, &big, &bare, &lying];
    for (number, way) in ways.into_iter().enumerate() {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in &content {
            archive.start_file(*name, SimpleFileOptions::default()).unwrap();
            archive.write_all(&way(text)).unwrap();
        }
        let bytes = archive.finish().unwrap().into_inner();
        assert_eq!(
            read(&bytes, limits()).unwrap().rows[0].path,
            some("Büro 😀.pdf"),
            "{number}"
        );
    }
    // What a document type would unpack to is refused in each encoding.
    let bomb = little("<!DOCTYPE x [<!ENTITY a \"aaaa\">]><worksheet><sheetData/></worksheet>");
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in &content {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        let is_sheet = name.ends_with("sheet1.xml");
        archive
            .write_all(if is_sheet { &bomb } else { text.as_bytes() })
            .unwrap();
    }
    let error = read(&archive.finish().unwrap().into_inner(), limits()).unwrap_err();
    assert!(error.message.contains("declares a document type"), "{error}");
}

#[test]
fn a_part_in_another_encoding_is_told() {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in usual(&cells().replace("a.pdf", "B#ro.pdf")) {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        let bytes: Vec<u8> = text
            .bytes()
            .map(|byte| if byte == b'#' { 0xFC } else { byte })
            .collect();
        archive.write_all(&bytes).unwrap();
    }
    let error = read(&archive.finish().unwrap().into_inner(), limits()).unwrap_err();
    assert!(error.message.contains("neither in UTF-8 nor in UTF-16"), "{error}");
}

/// Says of a part without content that it is packed: what a program writes that packs nothing.
fn emptied(bytes: &mut [u8], name: &str) {
    for (mark, method, from) in [(b"PK\x03\x04", 8, 30), (b"PK\x01\x02", 10, 46)] {
        let places: Vec<usize> = memchr::memmem::find_iter(bytes, mark).collect();
        for at in places {
            if bytes[at + from..].starts_with(name.as_bytes()) {
                bytes[at + method] = 8;
            }
        }
    }
}

#[test]
fn parts_that_hold_nothing_are_as_good_as_none() {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in usual(&cells()) {
        archive.start_file(name, stored).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    for name in [
        "xl/sharedStrings.xml",
        "xl/worksheets/_rels/sheet1.xml.rels",
        "docProps/thumbnail.wmf",
    ] {
        archive.start_file(name, stored).unwrap();
    }
    archive
        .start_file("xl/styles.xml", SimpleFileOptions::default())
        .unwrap();
    let mut bytes = archive.finish().unwrap().into_inner();
    for name in [
        "xl/sharedStrings.xml",
        "xl/worksheets/_rels/sheet1.xml.rels",
        "docProps/thumbnail.wmf",
    ] {
        emptied(&mut bytes, name);
    }
    assert!(is_read(&bytes));
}
