//! What is counted of a file.

/// What was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Measures {
    /// The longest piece after the first element, in bytes: a tag, a comment, or the text between two tags.
    pub longest: usize,
    /// All elements.
    pub elements: u64,
    /// Elements `si`: shared texts.
    pub texts: u64,
    /// Elements `xf`: styles.
    pub styles: u64,
    /// How many texts an `sst` announces; its reader makes room for them.
    pub announced: u64,
}

/// The number after `uniqueCount`, however large.
pub(super) fn announced(tag: &[u8]) -> u64 {
    let Some(at) = memchr::memmem::find(tag, b"uniqueCount") else {
        return 0;
    };
    let rest = tag.get(at..).unwrap_or_default().iter().skip("uniqueCount".len());
    rest.skip_while(|byte| !byte.is_ascii_digit() && !byte.is_ascii_alphabetic())
        .take_while(|byte| byte.is_ascii_digit())
        .fold(0_u64, |number, digit| {
            number.saturating_mul(10).saturating_add(u64::from(digit - b'0'))
        })
}
