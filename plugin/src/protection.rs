//! Whether a document is closed by a protection label or by a password. Microsoft delivers such a file with a good status
//! and a good hash, and nobody without the right can open it: so it is told. The marks are looked for as the bytes pass.
//!
//! An encrypted Office file is no package but a compound file, and one of its streams is named after what it is encrypted
//! with ([MS-OFFCRYPTO], 2.2 and 2.3.4); a protected PDF names the filter (ISO 32000-2, 7.6.7).

/// What keeps a document closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// The rights that come with a label.
    Label,
    /// A password.
    Password,
}

/// How a compound file begins ([MS-CFB], 2.2).
pub const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0";

/// The marks of compound files, in ASCII; in the file they are UTF-16, least byte first.
const NAMES: [(&str, Protection); 3] = [
    ("DRMEncryptedDataSpace", Protection::Label),
    // Of the formats before 2007.
    ("\tDRMContent", Protection::Label),
    ("StrongEncryptionDataSpace", Protection::Password),
];
/// The mark of a PDF.
const FILTER: &[u8] = b"MicrosoftIRMServices";
/// As many bytes of a PDF are looked through: the wrapper of a protected one says it at its beginning.
const BEGINNING: u64 = 1024 * 1024;
/// The longest mark, in bytes, less one: what a piece must keep of the one before.
const OVERLAP: usize = 2 * "StrongEncryptionDataSpace".len() - 1;

/// Looks for the marks in a file that comes piece by piece.
#[derive(Debug, Default)]
pub struct Watch {
    kind: Kind,
    seen: u64,
    /// The end of what was seen, as long as a mark may have begun there.
    end: Vec<u8>,
    found: Option<Protection>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    /// Nothing has come yet.
    #[default]
    Unknown,
    Compound,
    Pdf,
    /// Nothing is known that could be found.
    Other,
}

impl Watch {
    /// Takes the next bytes.
    pub fn take(&mut self, bytes: &[u8]) {
        if self.kind == Kind::Unknown {
            let missing = COMPOUND.len().saturating_sub(self.end.len());
            let beginning: Vec<u8> = self.end.iter().chain(bytes.iter().take(missing)).copied().collect();
            match kind(&beginning) {
                Some(kind) => self.kind = kind,
                None => {
                    self.end = beginning;
                    return;
                }
            }
        }
        let over = self.kind == Kind::Pdf && self.seen > BEGINNING;
        if self.kind == Kind::Other || self.found.is_some() || over {
            self.end = Vec::new();
            return;
        }
        let seam = bytes.get(..OVERLAP.min(bytes.len())).unwrap_or_default();
        let seam = [self.end.as_slice(), seam].concat();
        self.found = self.mark(&seam).or_else(|| self.mark(bytes));
        self.seen = self.seen.saturating_add(bytes.len() as u64);
        let rest = if bytes.len() < OVERLAP { seam.as_slice() } else { bytes };
        self.end = rest
            .get(rest.len().saturating_sub(OVERLAP)..)
            .unwrap_or_default()
            .to_vec();
    }

    /// What was found so far.
    #[must_use]
    pub const fn found(&self) -> Option<Protection> {
        self.found
    }

    fn mark(&self, bytes: &[u8]) -> Option<Protection> {
        if self.kind == Kind::Pdf {
            return is_in(bytes, FILTER).then_some(Protection::Label);
        }
        let named = |(name, protection): (&str, Protection)| {
            let name: Vec<u8> = name.bytes().flat_map(|letter| [letter, 0]).collect();
            is_in(bytes, &name).then_some(protection)
        };
        NAMES.into_iter().find_map(named)
    }
}

/// None while too little has come.
fn kind(beginning: &[u8]) -> Option<Kind> {
    if beginning.len() < COMPOUND.len() {
        return None;
    }
    Some(match beginning {
        COMPOUND => Kind::Compound,
        b"%PDF" => Kind::Pdf,
        _ => Kind::Other,
    })
}

/// Whether the mark is in there. Only where its first byte is, the others are looked at.
fn is_in(bytes: &[u8], mark: &[u8]) -> bool {
    let Some(first) = mark.first() else { return false };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        rest = rest.get(at..).unwrap_or_default();
        if rest.starts_with(mark) {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(name: &str) -> Vec<u8> {
        name.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn found(file: &[u8], piece: usize) -> Option<Protection> {
        let mut watch = Watch::default();
        file.chunks(piece).for_each(|bytes| watch.take(bytes));
        watch.found()
    }

    #[test]
    fn what_keeps_a_document_closed_is_found_wherever_it_is_and_however_it_comes() {
        let compound = |name: &str| {
            let head = [COMPOUND, &[7; 3000]].concat();
            [head, utf16("EncryptedPackage"), vec![0; 900], utf16(name), vec![1; 50]].concat()
        };
        for (file, protection) in [
            (compound("DRMEncryptedDataSpace"), Some(Protection::Label)),
            (compound("StrongEncryptionDataSpace"), Some(Protection::Password)),
            (compound("\tDRMContent"), Some(Protection::Label)),
            (compound("WordDocument"), None),
            (utf16("DRMEncryptedDataSpace"), None),
            (
                b"%PDF-2.0 /Filter /MicrosoftIRMServices".to_vec(),
                Some(Protection::Label),
            ),
            (b"%PDF-1.7 /Filter /Standard".to_vec(), None),
            (Vec::new(), None),
        ] {
            for piece in [1, 2, 3, 41, 42, 43, 512, 1 << 20] {
                assert_eq!(found(&file, piece), protection, "{piece}");
            }
        }
    }
}
