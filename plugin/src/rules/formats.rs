//! File name endings: which one a name has, and what the contents behind it look like.

use crate::protection::COMPOUND;

/// The endings that may enter the library unless the host decides otherwise (rule 20).
pub const DEFAULT_TYPES: [&str; 30] = [
    "doc", "docx", "ppt", "pptx", "xls", "xlsx", "pdf", "tiff", "png", "jpg", "jpeg", "links", "mp4", "mov", "avi",
    "dv", "qt", "mpg", "mpg2", "mpeg2", "mpeg4", "3gp", "3g2", "asf", "wmv", "flv", "m4v", "tif", "gif", "bmp",
];

/// The bytes at the beginning that are enough to tell what they are.
pub const SAMPLE: usize = 512;

/// What a group of endings has in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// Word, PowerPoint and Excel, of any age.
    Office,
    Pdf,
    Image,
    Video,
    /// Nothing is known of it.
    Any,
}

/// The ending of a name in lower case: what follows the last dot. Empty if there is none; a name that begins with its
/// only dot has none.
#[must_use]
pub fn ending(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => ending.to_ascii_lowercase(),
        _ => String::new(),
    }
}

/// Rule 28: the same ending in any case; jpg and jpeg are one, and so are tif and tiff.
#[must_use]
pub fn same_format(one: &str, other: &str) -> bool {
    let format = |name| match ending(name).as_str() {
        "jpeg" => "jpg".to_owned(),
        "tiff" => "tif".to_owned(),
        ending => ending.to_owned(),
    };
    format(one) == format(other)
}

/// Whether Microsoft is known to deliver other bytes of such files than it describes: it writes properties and labels
/// into documents, and photos come smaller than announced.
#[must_use]
pub fn is_rewritten_at_times(ending: &str) -> bool {
    family(ending) == Family::Office || ending == "heic"
}

/// Whether the first bytes are those of the ending. True where nothing is known of the ending.
#[must_use]
pub fn fits_bytes(ending: &str, first: &[u8]) -> bool {
    let starts = |marks: &[&[u8]]| marks.iter().any(|mark| first.starts_with(mark));
    let later = |from: usize, marks: &[&[u8]]| {
        let rest = first.get(from..).unwrap_or_default();
        marks.iter().any(|mark| rest.starts_with(mark))
    };
    match ending {
        // The old container also holds new documents that are protected by a password or a label.
        _ if family(ending) == Family::Office => starts(&[b"PK\x03\x04", COMPOUND]),
        "pdf" => first.windows(5).any(|window| window == b"%PDF-"),
        "png" => starts(&[b"\x89PNG"]),
        "jpg" | "jpeg" => starts(&[b"\xFF\xD8\xFF"]),
        "gif" => starts(&[b"GIF8"]),
        "bmp" => starts(&[b"BM"]),
        "tif" | "tiff" => starts(&[b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"]),
        "heic" | "mp4" | "m4v" | "mpeg4" | "3gp" | "3g2" => later(4, &[b"ftyp"]),
        "mov" | "qt" => later(4, &[b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"]),
        "avi" => starts(&[b"RIFF"]) && later(8, &[b"AVI "]),
        "asf" | "wmv" => starts(&[b"\x30\x26\xB2\x75"]),
        "flv" => starts(&[b"FLV"]),
        "mpg" | "mpg2" | "mpeg2" => starts(&[b"\0\0\x01\xBA", b"\0\0\x01\xB3", b"G"]),
        _ => true,
    }
}

/// Whether a file without a byte is none of its ending. A new Office document is empty until somebody writes into it.
#[must_use]
pub fn is_never_empty(ending: &str) -> bool {
    !matches!(family(ending), Family::Office | Family::Any)
}

/// Whether the first bytes are those of a compound file, where the ending is that of a package: what is in there is
/// encrypted, or something older than its name says.
#[must_use]
pub fn is_no_package(ending: &str, first: &[u8]) -> bool {
    matches!(ending, "docx" | "pptx" | "xlsx") && first.starts_with(COMPOUND)
}

/// Whether a media type can belong to the ending. True where either says nothing.
#[must_use]
pub fn fits_media_type(ending: &str, media_type: &str) -> bool {
    let kind = essence(media_type);
    if matches!(kind.as_str(), "" | "application/octet-stream" | "binary/octet-stream") {
        return true;
    }
    match family(ending) {
        Family::Office => ["officedocument", "msword", "vnd.ms-"]
            .iter()
            .any(|part| kind.contains(part)),
        Family::Pdf => kind.contains("pdf"),
        Family::Image => kind.starts_with("image/"),
        Family::Video => kind.starts_with("video/") || kind.starts_with("audio/") || kind == "application/mp4",
        Family::Any => true,
    }
}

/// Whether a body is a page or a message rather than a file, by its media type or its first bytes.
#[must_use]
pub fn is_page_or_message(media_type: &str, first: &[u8]) -> bool {
    let kind = essence(media_type);
    if matches!(
        kind.as_str(),
        "text/html" | "application/xhtml+xml" | "application/json" | "application/problem+json"
    ) {
        return true;
    }
    let first = first.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(first);
    let text: String = first
        .iter()
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .filter(|c| !c.is_ascii_whitespace())
        .take(64)
        .collect();
    [
        "<!doctypehtml",
        "<html",
        "<head",
        "<body",
        "{\"error\"",
        "{\"odata.error\"",
    ]
    .iter()
    .any(|mark| text.starts_with(mark))
}

/// A media type without its parameters, in lower case.
fn essence(media_type: &str) -> String {
    let kind = media_type.split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

fn family(ending: &str) -> Family {
    match ending {
        "doc" | "docx" | "ppt" | "pptx" | "xls" | "xlsx" => Family::Office,
        "pdf" => Family::Pdf,
        "png" | "jpg" | "jpeg" | "gif" | "bmp" | "tif" | "tiff" | "heic" => Family::Image,
        "mp4" | "mov" | "avi" | "dv" | "qt" | "mpg" | "mpg2" | "mpeg2" | "mpeg4" | "3gp" | "3g2" | "asf" | "wmv"
        | "flv" | "m4v" => Family::Video,
        _ => Family::Any,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_is_what_follows_the_last_dot() {
        for (name, expected) in [
            ("a.docx", "docx"),
            ("a.DocX", "docx"),
            ("a.docx.exe", "exe"),
            ("docx", ""),
            (".docx", ""),
            ("a.", ""),
            ("a.docx ", "docx "),
            ("a.ｄｏｃｘ", "ｄｏｃｘ"),
        ] {
            assert_eq!(ending(name), expected, "{name:?}");
        }
    }

    #[test]
    fn r28_formats_are_compared_by_ending_with_two_pairs_of_twins() {
        for (one, other, same) in [
            ("a.docx", "b.DOCX", true),
            ("a.jpg", "a.JPEG", true),
            ("a.tif", "a.tiff", true),
            ("a.docx", "a.xlsx", false),
            ("a.docx", "a", false),
            ("a.mp4", "a.mpeg4", false),
        ] {
            assert_eq!(same_format(one, other), same, "{one} {other}");
        }
    }

    #[test]
    fn r20e_first_bytes_and_media_types_are_compared_with_the_ending() {
        assert!(fits_bytes("docx", b"PK\x03\x04..."));
        assert!(fits_bytes("docx", b"\xD0\xCF\x11\xE0..."));
        assert!(!fits_bytes("docx", b"<html>"));
        assert!(fits_bytes("mp4", b"\0\0\0\x18ftypmp42"));
        assert!(!fits_bytes("mp4", b"ftyp"));
        assert!(fits_bytes("dv", b"anything"));
        assert!(!fits_media_type("pdf", "text/html; charset=utf-8"));
        assert!(fits_media_type("pdf", "application/pdf"));
        assert!(fits_media_type("pdf", "application/octet-stream"));
        assert!(fits_media_type("links", "text/html"));
    }

    #[test]
    fn pages_and_messages_are_known_by_type_or_by_sight() {
        assert!(is_page_or_message("text/HTML; charset=utf-8", b""));
        assert!(is_page_or_message("", b"\xEF\xBB\xBF\r\n <!DOCTYPE html><html>"));
        assert!(is_page_or_message("", b"{ \"error\" : {}}"));
        assert!(!is_page_or_message("application/pdf", b"%PDF-1.7"));
        assert!(!is_page_or_message("", b""));
    }
}
