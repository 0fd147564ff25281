//! Are the bytes that came the file that was asked for? Pure: it weighs what was published against what was delivered.
//!
//! The hash decides wherever there is one, for it covers the length as well. Where it differs, there are known innocent
//! causes (Microsoft writes properties and labels into documents on their way), known harmless ones (the file was
//! changed while it was read) and bad ones, and a second look tells which.

use crate::{contract::Verification, failure::Failure, protection::Protection, rules::formats};

/// What the metadata says of the content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Published {
    /// Bytes.
    pub size: Option<u64>,
    /// quickXorHash in base64.
    pub hash: Option<String>,
    /// The file name ending, in lower case.
    pub ending: String,
}

/// What came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Bytes.
    pub size: u64,
    /// quickXorHash in base64.
    pub hash: String,
    /// How many bytes the answer announced.
    pub announced: Option<u64>,
    /// The answer's media type; empty if it had none.
    pub media_type: String,
    /// The first bytes, at most [`formats::SAMPLE`].
    pub first: Vec<u8>,
    /// What keeps it closed, as far as was seen.
    pub protection: Option<Protection>,
}

/// What to do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// Keep it.
    Accept(Verification),
    /// Read the metadata again, and download once more.
    Again,
    /// Throw it away.
    Refuse(Failure),
}

/// Weighs a complete download. `earlier` is the hash of a complete download before this one, if this is the second
/// look.
#[must_use]
pub fn judge(published: &Published, delivered: &Delivered, earlier: Option<&str>) -> Judgement {
    if published.hash.as_deref() == Some(delivered.hash.as_str()) {
        return Judgement::Accept(Verification::Verified);
    }
    let doubt = match (&published.hash, delivered.announced) {
        (_, Some(announced)) if delivered.size < announced => Failure::Truncated,
        _ if formats::is_page_or_message(&delivered.media_type, &delivered.first) => Failure::NotTheFile,
        (None, _) if published.size.is_none_or(|size| size == delivered.size) => {
            return Judgement::Accept(Verification::NoHash);
        }
        _ => Failure::Mismatch,
    };
    let Some(earlier) = earlier else {
        return Judgement::Again;
    };
    let settled = earlier == delivered.hash
        && formats::is_rewritten_at_times(&published.ending)
        && formats::fits_bytes(&published.ending, &delivered.first);
    if doubt == Failure::Mismatch && settled {
        return Judgement::Accept(Verification::Rewritten);
    }
    Judgement::Refuse(doubt)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(hash: Option<&str>, size: u64, ending: &str) -> Published {
        Published {
            size: Some(size),
            hash: hash.map(str::to_owned),
            ending: ending.to_owned(),
        }
    }

    fn delivered(hash: &str, size: u64, first: &[u8]) -> Delivered {
        Delivered {
            size,
            hash: hash.to_owned(),
            announced: Some(size),
            first: first.to_vec(),
            ..Delivered::default()
        }
    }

    #[test]
    fn an_equal_hash_is_verified_whatever_else_is_said() {
        let odd = Delivered {
            announced: Some(99),
            media_type: "text/html".into(),
            ..delivered("H", 7, b"<html>")
        };
        let judgement = judge(&published(Some("H"), 3, "docx"), &odd, None);
        assert_eq!(judgement, Judgement::Accept(Verification::Verified));
    }

    #[test]
    fn fewer_bytes_than_announced_are_truncated_even_without_a_hash() {
        let short = Delivered {
            announced: Some(8),
            ..delivered("X", 7, b"%PDF-")
        };
        let known = published(None, 7, "pdf");
        assert_eq!(judge(&known, &short, None), Judgement::Again);
        assert_eq!(judge(&known, &short, Some("X")), Judgement::Refuse(Failure::Truncated));
    }

    #[test]
    fn without_a_hash_the_size_must_agree() {
        let good = delivered("X", 7, b"%PDF-1.");
        assert_eq!(
            judge(&published(None, 7, "pdf"), &good, None),
            Judgement::Accept(Verification::NoHash)
        );
        assert_eq!(judge(&published(None, 8, "pdf"), &good, None), Judgement::Again);
        let judgement = judge(&published(None, 8, "pdf"), &good, Some("X"));
        assert_eq!(judgement, Judgement::Refuse(Failure::Mismatch));
    }

    #[test]
    fn s9_an_empty_file_without_a_hash_passes() {
        let judgement = judge(&published(None, 0, "docx"), &delivered("X", 0, b""), None);
        assert_eq!(judgement, Judgement::Accept(Verification::NoHash));
    }

    #[test]
    fn a_page_or_message_is_never_the_file_unless_the_hash_says_so() {
        for hash in [None, Some("H")] {
            let page = delivered("X", 7, b"<html>.");
            let known = published(hash, 7, "docx");
            assert_eq!(judge(&known, &page, None), Judgement::Again);
            assert_eq!(judge(&known, &page, Some("X")), Judgement::Refuse(Failure::NotTheFile));
        }
    }

    #[test]
    fn a_document_that_comes_twice_the_same_was_rewritten() {
        let known = published(Some("H"), 9, "docx");
        let document = delivered("X", 7, b"PK\x03\x04...");
        assert_eq!(judge(&known, &document, None), Judgement::Again);
        let judgement = judge(&known, &document, Some("X"));
        assert_eq!(judgement, Judgement::Accept(Verification::Rewritten));
    }

    #[test]
    fn a_document_that_comes_twice_different_or_without_its_mark_is_a_mismatch() {
        let known = published(Some("H"), 9, "docx");
        let document = delivered("X", 7, b"PK\x03\x04...");
        assert_eq!(
            judge(&known, &document, Some("Y")),
            Judgement::Refuse(Failure::Mismatch)
        );
        let unmarked = delivered("X", 7, b".......");
        assert_eq!(
            judge(&known, &unmarked, Some("X")),
            Judgement::Refuse(Failure::Mismatch)
        );
    }

    #[test]
    fn another_type_has_no_innocent_cause() {
        let known = published(Some("H"), 7, "pdf");
        let judgement = judge(&known, &delivered("X", 7, b"%PDF-1."), Some("X"));
        assert_eq!(judgement, Judgement::Refuse(Failure::Mismatch));
    }
}
