//! The sheet that an Administrator uploads: bytes as they come, and workbooks whose parts are made up. Whatever it is, it
//! is read within its bounds or refused in words.
#![no_main]

use std::io::{Cursor, Write};

use futures::executor::block_on;
use libfuzzer_sys::fuzz_target;
use onedrive_plugin::{
    paths::{self, DriveAddress},
    sheet::{self, Limits, Value},
};
use zip::{ZipWriter, write::SimpleFileOptions};

const ROWS: u32 = 1000;

/// Between the parts of a made-up workbook.
const BETWEEN: &[u8] = b"\n====\n";

const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK_RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/></Relationships>"#;
const BOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>"#;

fuzz_target!(|data: &[u8]| {
    match data.split_first() {
        Some((0, rest)) => check(rest),
        Some((1, rest)) => check(&workbook(rest)),
        Some((2, rest)) => links(&String::from_utf8_lossy(rest)),
        _ => check(data),
    }
});

/// Sheet, shared texts, styles, workbook and its relations, another sheet, and the relations of the first one, in this
/// order, as far as they are there.
fn workbook(data: &[u8]) -> Vec<u8> {
    let mut parts = Vec::new();
    let mut rest = data;
    while let Some(at) = rest.windows(BETWEEN.len()).position(|window| window == BETWEEN) {
        parts.push(&rest[..at]);
        rest = &rest[at + BETWEEN.len()..];
    }
    parts.push(rest);
    let part = |place: usize| parts.get(place).copied();
    let files = [
        ("_rels/.rels", Some(RELATIONS.as_bytes())),
        (
            "xl/_rels/workbook.xml.rels",
            Some(part(4).unwrap_or(BOOK_RELATIONS.as_bytes())),
        ),
        ("xl/workbook.xml", Some(part(3).unwrap_or(BOOK.as_bytes()))),
        ("xl/worksheets/sheet1.xml", part(0)),
        ("xl/sharedStrings.xml", part(1)),
        ("xl/styles.xml", part(2)),
        ("xl/worksheets/sheet2.xml", part(5)),
        ("xl/worksheets/_rels/sheet1.xml.rels", part(6)),
    ];
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in files {
        if let Some(content) = content {
            archive.start_file(name, options).unwrap();
            archive.write_all(content).unwrap();
        }
    }
    archive.finish().unwrap().into_inner()
}

fn check(bytes: &[u8]) {
    let limits = Limits::new(1 << 20, ROWS);
    let sheet = match sheet::read(bytes, limits) {
        Ok(sheet) => sheet,
        Err(error) => {
            assert!(!error.message.is_empty());
            return;
        }
    };
    assert!(sheet.rows.len() <= ROWS as usize);
    for row in &sheet.rows {
        assert!(row.id != Value::Blank || row.path != Value::Blank);
        assert!(row.path_from.is_none_or(|from| from < row.number));
        if let Some(link) = &row.link {
            links(link);
        }
        if let Value::Text(path) = &row.path {
            links(path);
        }
    }
    // What was read once is read again the same.
    let mut lines = 0;
    let copied = block_on(sheet::copy(bytes, limits, async |some| {
        lines += some.len();
        lines < 100_000
    }));
    assert!(copied.is_ok());
}

fn links(text: &str) {
    let drive = DriveAddress::new(
        Some("https://contoso.sharepoint.com/sites/Team/Shared%20Documents"),
        "Documents",
    );
    let Some(paths::Reference::InDrive { readings, .. }) = paths::read(text, &drive) else {
        return;
    };
    assert!(!readings.is_empty());
    for reading in readings {
        assert!(!reading.split('/').any(|name| name == ".."), "{text:?}");
        assert!(!reading.chars().any(char::is_control), "{text:?}");
        assert!(!reading.starts_with('/') && !reading.ends_with('/'), "{text:?}");
        assert_eq!(paths::key(&paths::key(&reading)), paths::key(&reading));
    }
}
