//! The bounds of a workbook, found by unpacking it once into nothing.
//!
//! What an archive says of itself can't be trusted: a file of 2 MB can hold a cell of 2 GiB. The reader of workbooks
//! keeps all shared texts, all styles and one piece of XML at a time in memory, so these are measured here, while
//! unpacking, before it sees the file.

use std::io::{Cursor, Read};

use zip::{ZipArchive, result::ZipError};

use super::{
    Limits, Problem, SheetError, kind,
    lexer::{Lexer, Measures, Stop},
};

/// The most files in the archive.
const ENTRIES: usize = 10_000;
/// The longest piece of XML: a tag, or the text between two. A cell of Excel holds 32,767 characters.
const PIECE: usize = 1024 * 1024;
/// The largest file in the archive that does not begin as XML does: a picture. It may be held in memory as one piece.
const OTHER: u64 = 32 * 1024 * 1024;
/// All elements of all XML: two hundred thousand rows of forty cells have so many.
const ELEMENTS: u64 = 25_000_000;
/// All texts that cells share, in bytes, and how many they are.
const SHARED: u64 = 64 * 1024 * 1024;
const SHARED_COUNT: u64 = 3_000_000;
/// What the styles come to once each has its font and format: every style has a copy of both.
const STYLES: u64 = 32 * 1024 * 1024;

const CHUNK: usize = 64 * 1024;

/// Unpacks everything once, and refuses what is beyond a bound.
///
/// # Errors
/// When it is no workbook that can be read, or asks for too much.
pub(super) fn check(bytes: &[u8], limits: Limits) -> Result<(), SheetError> {
    check_directory(bytes)?;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
    if archive.len() > ENTRIES {
        return Err(too_large());
    }
    let names: Vec<String> = archive
        .file_names()
        .map(|name| name.map(|name| name.replace('\\', "/").to_ascii_lowercase()))
        .collect::<Result<_, _>>()
        .map_err(|error| unreadable(&error))?;
    refuse_others(&names)?;
    let mut left = limits.unpacked;
    let mut elements = 0;
    let mut chunk = vec![0; CHUNK];
    for (number, name) in names.iter().enumerate() {
        let mut entry = archive.by_index(number).map_err(|error| unreadable(&error))?;
        let mut lexer = Lexer::new();
        let mut size = 0;
        loop {
            let read = entry.read(&mut chunk).map_err(|_| damaged())?;
            let Some(piece) = chunk.get(..read).filter(|piece| !piece.is_empty()) else {
                break;
            };
            if size == 0 && name == "mimetype" && piece.starts_with(b"application/vnd.oasis.opendocument") {
                return Err(kind::other_format("an OpenDocument file (.ods)"));
            }
            size += read as u64;
            left = left.checked_sub(read as u64).ok_or_else(too_large)?;
            lexer.take(piece);
            check_entry(name, size, &lexer)?;
            if elements + lexer.measures.elements > ELEMENTS {
                return Err(too_large());
            }
        }
        elements += lexer.measures.elements;
    }
    Ok(())
}

fn check_entry(name: &str, size: u64, lexer: &Lexer) -> Result<(), SheetError> {
    let Measures {
        longest,
        texts,
        styles,
        announced,
        ..
    } = lexer.measures;
    match lexer.stopped {
        // Pictures may have anything in them.
        Some(Stop::DocType) if lexer.is_xml || name.ends_with(".xml") || name.ends_with(".rels") => {
            return Err(SheetError::new(
                Problem::Damaged,
                "the workbook declares a document type, which no spreadsheet program writes: save it anew as .xlsx",
            ));
        }
        Some(Stop::Misplaced) => return Err(damaged()),
        _ => {}
    }
    if !lexer.is_xml && (size > OTHER || lexer.stopped.is_none() && longest as u64 > OTHER) {
        return Err(too_large());
    }
    if lexer.is_xml && longest > PIECE {
        return Err(SheetError::new(
            Problem::TooLarge,
            "a cell of the workbook is longer than a spreadsheet program would write: clear it, or copy the columns \
             \"File ID\" and \"Sharepoint File Path\" into a new workbook",
        ));
    }
    let many_texts = name.ends_with("sharedstrings.xml") && (size > SHARED || texts.max(announced) > SHARED_COUNT);
    let many_styles =
        name.ends_with("styles.xml") && styles.saturating_mul(256 + longest as u64) > STYLES.max(65_536 * 512);
    if many_texts || many_styles {
        return Err(too_large());
    }
    Ok(())
}

/// Workbooks of other kinds, and documents that are none.
fn refuse_others(names: &[String]) -> Result<(), SheetError> {
    let has = |end: &str| names.iter().any(|name| name.ends_with(end));
    if has("xl/workbook.bin") {
        return Err(kind::other_format("a binary workbook (.xlsb)"));
    }
    if has("word/document.xml") {
        return Err(kind::other_format("a Word document"));
    }
    if has("ppt/presentation.xml") {
        return Err(kind::other_format("a presentation"));
    }
    if !names.iter().any(|name| name == "_rels/.rels") && !names.iter().any(|name| name == "mimetype") {
        return Err(kind::not_a_sheet());
    }
    Ok(())
}

/// The reader of archives makes room for as many files as the directory says there are.
fn check_directory(bytes: &[u8]) -> Result<(), SheetError> {
    for at in memchr::memmem::find_iter(bytes, b"PK\x06\x06") {
        let number = |from: usize| {
            let field = bytes.get(at + from..at + from + 8)?;
            Some(u64::from_le_bytes(field.try_into().ok()?))
        };
        let (Some(record), Some(here), Some(all)) = (number(4), number(24), number(32)) else {
            continue;
        };
        // Anything else is not the end of a directory, but packed bytes that look like its beginning.
        let plausible = record <= bytes.len() as u64;
        if plausible && here.max(all) > ENTRIES as u64 {
            return Err(too_large());
        }
    }
    Ok(())
}

fn unreadable(error: &ZipError) -> SheetError {
    match error {
        ZipError::UnsupportedArchive(text) if text.to_ascii_lowercase().contains("password") => SheetError::new(
            Problem::Encrypted,
            "the archive is encrypted: save the workbook without a password, and upload that",
        ),
        _ => damaged(),
    }
}

pub(super) fn damaged() -> SheetError {
    SheetError::new(
        Problem::Damaged,
        "the workbook is damaged: open it in Excel or LibreOffice, which may mend it, save it anew as .xlsx, and upload that",
    )
}

fn too_large() -> SheetError {
    SheetError::new(
        Problem::TooLarge,
        "the workbook unpacks to more than can be read: copy the columns \"File ID\" and \"Sharepoint File Path\" into \
         a new workbook, and upload that",
    )
}
