//! The bounds of a workbook, held while its parts are unpacked.
//!
//! What an archive says of itself can't be trusted: a file of 2 MB can hold a cell of 2 GiB. So the reader of XML is
//! handed nothing that was not measured: the bytes of a part go through here first, some at a time. Parts that nobody
//! reads are not unpacked at all.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, Read},
};

use zip::result::ZipError;

use super::{
    kind,
    lexer::{Lexer, Measures, Stop},
    model::{Problem, SheetError},
    wide::Wide,
};

/// The most files in the archive.
pub(super) const ENTRIES: usize = 10_000;
/// The longest piece of XML: a tag, or the text between two. A cell of Excel holds 32,767 characters.
const PIECE: usize = 1024 * 1024;
/// All elements of all XML: two hundred thousand rows of forty cells have so many.
const ELEMENTS: u64 = 25_000_000;
/// All texts that cells share, in bytes, and how many they are.
const SHARED: u64 = 64 * 1024 * 1024;
const SHARED_COUNT: u64 = 3_000_000;
/// What the styles come to once each has its font and format: every style has a copy of both.
const STYLES: u64 = 32 * 1024 * 1024;

const CHUNK: usize = 64 * 1024;
/// As much as it takes to know an encoding.
const MARK: usize = 4;

/// What a part is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Which parts there are, and where; the list of sheets.
    Map,
    /// Texts that cells share.
    Texts,
    /// How cells are shown.
    Styles,
    /// Cells.
    Sheet,
}

/// What all parts together may still take.
pub(super) struct Budget {
    /// Bytes, unpacked.
    unpacked: u64,
    /// Elements of XML.
    elements: u64,
}

impl Budget {
    pub(super) const fn new(unpacked: u64) -> Self {
        Self {
            unpacked,
            elements: ELEMENTS,
        }
    }
}

/// A part while it is unpacked: measured, and in UTF-8.
pub(super) struct Measured<'b, S> {
    source: S,
    role: Role,
    budget: &'b mut Budget,
    lexer: Lexer,
    /// Elements that the budget knows of.
    counted: u64,
    /// Bytes so far.
    size: u64,
    /// What is handed out next, from `at` on.
    text: Vec<u8>,
    at: usize,
    /// Set if the part is in UTF-16.
    wide: Option<Wide>,
    /// Why nothing more is handed out.
    refusal: Option<SheetError>,
}

impl<'b, S: Read> Measured<'b, S> {
    pub(super) fn new(source: S, role: Role, budget: &'b mut Budget) -> Self {
        Self {
            source,
            role,
            budget,
            lexer: Lexer::new(),
            counted: 0,
            size: 0,
            text: Vec::new(),
            at: 0,
            wide: None,
            refusal: None,
        }
    }

    /// Why reading has failed, if a bound is the reason.
    pub(super) const fn refusal(&mut self) -> Option<SheetError> {
        self.refusal.take()
    }

    /// Unpacks some more.
    fn refill(&mut self) -> Result<(), SheetError> {
        let begins = self.size == 0;
        self.at = 0;
        let mut read = self.unpack()?;
        if begins && let Some(wide) = Wide::told_by(&self.text) {
            self.wide = Some(wide);
        }
        if let Some(wide) = &mut self.wide {
            let decoded = wide.take(&self.text).ok_or_else(damaged)?;
            if read == 0 && !wide.is_whole() {
                return Err(damaged());
            }
            self.text = decoded;
            read = read.max(self.text.len());
        }
        self.size += read as u64;
        self.budget.unpacked = self.budget.unpacked.checked_sub(read as u64).ok_or_else(too_large)?;
        self.lexer.take(&self.text);
        check(self.role, self.size, &self.lexer)?;
        let more = self.lexer.measures.elements - self.counted;
        self.counted += more;
        self.budget.elements = self.budget.elements.checked_sub(more).ok_or_else(too_large)?;
        Ok(())
    }

    /// As many bytes as there are at once, but more than a mark of an encoding has.
    fn unpack(&mut self) -> Result<usize, SheetError> {
        self.text.resize(CHUNK, 0);
        let mut filled = 0;
        while filled < MARK {
            let room = self.text.get_mut(filled..).unwrap_or_default();
            match self.source.read(room) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(damaged()),
            }
        }
        self.text.truncate(filled);
        Ok(filled)
    }
}

impl<S: Read> Read for Measured<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<S: Read> BufRead for Measured<'_, S> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        // A part in UTF-16 can give nothing for a while, and then some more.
        while self.at >= self.text.len() && self.refusal.is_none() {
            let before = self.size;
            if let Err(refusal) = self.refill() {
                self.refusal = Some(refusal);
            } else if self.size == before {
                break;
            }
        }
        if self.refusal.is_some() {
            return Err(io::Error::other("beyond a bound"));
        }
        Ok(self.text.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}

fn check(role: Role, size: u64, lexer: &Lexer) -> Result<(), SheetError> {
    let Measures {
        longest,
        texts,
        styles,
        announced,
        ..
    } = lexer.measures;
    match lexer.stopped {
        Some(Stop::DocType) => {
            return Err(SheetError::new(
                Problem::Damaged,
                "the workbook declares a document type, which no spreadsheet program writes: save it anew as .xlsx",
            ));
        }
        Some(Stop::Misplaced) => return Err(damaged()),
        None => {}
    }
    if !lexer.is_xml {
        return Err(damaged());
    }
    if longest > PIECE {
        return Err(SheetError::new(
            Problem::TooLarge,
            "a cell of the workbook is longer than a spreadsheet program would write: clear it, or copy the columns \
             \"File ID\" and \"Sharepoint File Path\" into a new workbook",
        ));
    }
    let many = match role {
        Role::Texts => size > SHARED || texts.max(announced) > SHARED_COUNT,
        Role::Styles => styles.saturating_mul(256 + longest as u64) > STYLES.max(65_536 * 512),
        Role::Map | Role::Sheet => false,
    };
    if many { Err(too_large()) } else { Ok(()) }
}

/// Workbooks of other kinds, and documents that are none.
pub(super) fn refuse_others(names: &BTreeMap<String, usize>) -> Result<(), SheetError> {
    let has = |end: &str| names.keys().any(|name| name.ends_with(end));
    if has("xl/workbook.bin") {
        return Err(kind::other_format("a binary workbook (.xlsb)"));
    }
    if has("word/document.xml") {
        return Err(kind::other_format("a Word document"));
    }
    if has("ppt/presentation.xml") {
        return Err(kind::other_format("a presentation"));
    }
    if !["_rels/.rels", "xl/workbook.xml"]
        .iter()
        .any(|name| names.contains_key(*name))
    {
        return Err(kind::not_a_sheet());
    }
    Ok(())
}

/// The reader of archives makes room for as many files as the directory says there are.
pub(super) fn check_directory(bytes: &[u8]) -> Result<(), SheetError> {
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

pub(super) fn unreadable(error: &ZipError) -> SheetError {
    match error {
        ZipError::UnsupportedArchive(text) if text.to_ascii_lowercase().contains("password") => SheetError::new(
            Problem::Encrypted,
            "the archive is encrypted: save the workbook without a password, and upload that",
        ),
        ZipError::UnsupportedArchive(_) => SheetError::new(
            Problem::Damaged,
            "the workbook is packed in a way that is not read here: open it in Excel or LibreOffice, save it anew as \
             .xlsx, and upload that",
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

pub(super) fn too_large() -> SheetError {
    SheetError::new(
        Problem::TooLarge,
        "the workbook unpacks to more than can be read: copy the columns \"File ID\" and \"Sharepoint File Path\" into \
         a new workbook, and upload that",
    )
}
