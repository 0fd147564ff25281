//! What the bytes of an upload are.

use super::model::{Problem, SheetError};

/// What can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `.xlsx` and `.xlsm`.
    Workbook,
    /// Comma separated values, in UTF-8.
    Text,
}

const SAVE_AS: &str = "open it in Excel or LibreOffice and save it as .xlsx (Excel Workbook), then upload that";

/// Tells by the content; the file's name says nothing.
///
/// # Errors
/// When it is nothing that can be read, with what to do.
pub fn of(bytes: &[u8]) -> Result<Format, SheetError> {
    if bytes.is_empty() {
        return Err(SheetError::new(
            Problem::NotASheet,
            "the file is empty: upload an .xlsx workbook",
        ));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Ok(Format::Workbook);
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Err(compound(bytes));
    }
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(not_utf8());
    }
    if bytes.starts_with(b"%PDF-") {
        return Err(SheetError::new(
            Problem::OtherFormat,
            "this is a PDF and not a workbook: upload the workbook that it was made from",
        ));
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'<') {
        return Err(SheetError::new(
            Problem::OtherFormat,
            format!("this is a web page or XML that only looks like a workbook: {SAVE_AS}"),
        ));
    }
    if is_wide(text) {
        return Err(not_utf8());
    }
    if text.iter().take(64 * 1024).any(|byte| *byte == 0) {
        return Err(not_a_sheet());
    }
    Ok(Format::Text)
}

/// Old workbooks and encrypted ones come in the same container. Its directory names what is in it, in UTF-16: what is
/// encrypted by rights that somebody manages, as a sensitivity label does it, is in another space than what a password
/// encrypts ([MS-OFFCRYPTO], 2.2 and 2.3.4.1).
fn compound(bytes: &[u8]) -> SheetError {
    let named = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memchr::memmem::find(bytes, &wide).is_some()
    };
    if named("DRMEncryptedDataSpace") || named("DRMEncryptedTransform") || named("DRMContent") {
        return SheetError::new(
            Problem::Encrypted,
            "the workbook can't be read, since a sensitivity label encrypts it: save a copy without the label (Home > \
             Sensitivity), and upload that",
        );
    }
    if named("EncryptedPackage") {
        return SheetError::new(
            Problem::Encrypted,
            "the workbook is protected by a password: open it, take the password off (File > Info > Protect Workbook > \
             Encrypt with Password), save it as .xlsx, and upload that",
        );
    }
    other_format("an old workbook (.xls)")
}

/// Whether it begins like text in UTF-16 or UTF-32 that has no mark before it: of a letter of a header, all bytes but one
/// are zero.
fn is_wide(text: &[u8]) -> bool {
    let Some(start) = text.get(..16) else { return false };
    let wide = |zeros: [bool; 4]| {
        let mut units = start.chunks_exact(4);
        units.all(|unit| unit.iter().zip(zeros).all(|(byte, zero)| (*byte == 0) == zero))
    };
    wide([false, true, false, true])
        || wide([true, false, true, false])
        || wide([false, true, true, true])
        || wide([true, true, true, false])
}

pub(super) fn other_format(what: &str) -> SheetError {
    SheetError::new(Problem::OtherFormat, format!("this is {what}: {SAVE_AS}"))
}

pub(super) fn not_a_sheet() -> SheetError {
    SheetError::new(
        Problem::NotASheet,
        "this is no workbook: upload an .xlsx workbook that has the columns \"File ID\" and \"Sharepoint File Path\"",
    )
}

pub(super) fn not_utf8() -> SheetError {
    SheetError::new(
        Problem::NotUtf8,
        "the text is not in UTF-8, so names with accents would be misread: save it as .xlsx, or as \"CSV UTF-8\"",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(bytes: &[u8]) -> Option<Problem> {
        of(bytes).err().map(|error| error.problem)
    }

    #[test]
    fn text_in_wide_letters_is_told_as_such_with_and_without_a_mark_before_it() {
        let letters = "File ID,Sharepoint File Path";
        for zeros in [(0, 1), (1, 0), (0, 3), (3, 0)] {
            let wide: Vec<u8> = letters
                .bytes()
                .flat_map(|byte| [vec![0; zeros.0], vec![byte], vec![0; zeros.1]].concat())
                .collect();
            assert_eq!(problem(&wide), Some(Problem::NotUtf8), "{zeros:?}");
        }
    }

    #[test]
    fn what_is_read_is_known_by_its_content() {
        assert_eq!(of(b"PK\x03\x04..."), Ok(Format::Workbook));
        assert_eq!(of(b"File ID,Sharepoint File Path\n"), Ok(Format::Text));
        assert_eq!(of(b"\xEF\xBB\xBFFile ID;Sharepoint File Path\n"), Ok(Format::Text));
    }

    #[test]
    fn everything_else_is_refused_by_its_name_with_the_way_out() {
        let mut old = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
        assert_eq!(problem(&old), Some(Problem::OtherFormat));
        let wide = |name: &str| name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        old.extend(wide("StrongEncryptionDataSpace"));
        old.extend(wide("EncryptedPackage"));
        assert_eq!(problem(&old), Some(Problem::Encrypted));
        assert!(of(&old).is_err_and(|error| error.message.contains("protected by a password")));
        old.extend(wide("DRMEncryptedDataSpace"));
        assert_eq!(problem(&old), Some(Problem::Encrypted));
        assert!(of(&old).is_err_and(|error| {
            error
                .message
                .contains("a sensitivity label encrypts it: save a copy without the label")
        }));
        assert_eq!(problem(b""), Some(Problem::NotASheet));
        assert_eq!(problem(b"\0\x01\x02"), Some(Problem::NotASheet));
        assert_eq!(problem(b"  \r\n<html><table>"), Some(Problem::OtherFormat));
        assert_eq!(problem(b"\xEF\xBB\xBF<?xml version"), Some(Problem::OtherFormat));
        assert_eq!(problem(b"%PDF-1.7"), Some(Problem::OtherFormat));
        assert_eq!(problem(b"\xFF\xFEF\0i\0"), Some(Problem::NotUtf8));
        for bytes in [b"<html>".as_slice(), b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"] {
            assert!(of(bytes).is_err_and(|error| error.message.contains("save it as .xlsx")));
        }
    }
}
