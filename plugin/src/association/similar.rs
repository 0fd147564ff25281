//! Names that are nearly the same, in thousandths: 0 for the same, 1000 for strangers.

use std::cell::Cell;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::paths;

/// Names that differ by more than this are strangers.
pub(super) const STRANGERS: u32 = 450;
/// What one slip costs in a name of two or three letters.
const ONE_SLIP: u32 = 400;
/// Words in another order.
const REORDERED: u32 = 100;
/// The longest names that are compared, in bytes.
const LONGEST: usize = 400;
/// The longest ending, in letters.
const ENDING: usize = 5;

/// How many comparisons one sheet may cost: a sheet full of wrong paths must not take for ever.
pub(super) struct Patience(Cell<u32>);

impl Patience {
    pub(super) const fn new(comparisons: u32) -> Self {
        Self(Cell::new(comparisons))
    }

    /// Whether there was this much left; then it is used up.
    pub(super) fn spend(&self, comparisons: u32) -> bool {
        let left = self.0.get().checked_sub(comparisons);
        self.0.set(left.unwrap_or(self.0.get()));
        left.is_some()
    }
}

/// A name without what people mix up: upper and lower case, accents, and blanks, hyphens, underscores and dots between
/// words.
pub(super) fn loose(name: &str) -> String {
    let mut loose = String::with_capacity(name.len());
    let mut between = false;
    let key = paths::key(name);
    for letter in key.nfd().filter(|letter| !is_combining_mark(*letter)) {
        if !letter.is_alphanumeric() && !matches!(letter, '&' | '#' | '%' | '+' | '$' | '@' | '=') {
            between = !loose.is_empty();
            continue;
        }
        if std::mem::take(&mut between) {
            loose.push(' ');
        }
        match letter {
            'ß' => loose.push_str("ss"),
            'æ' => loose.push_str("ae"),
            'œ' => loose.push_str("oe"),
            'ø' => loose.push('o'),
            'ł' => loose.push('l'),
            'đ' => loose.push('d'),
            'ı' => loose.push('i'),
            letter => loose.push(letter),
        }
    }
    loose
}

/// A file's name without its ending, and the ending.
pub(super) fn stem_and_ending(name: &str) -> (&str, &str) {
    match name.rsplit_once('.') {
        Some((stem, ending))
            if !stem.is_empty()
                && (1..=ENDING).contains(&ending.len())
                && ending.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
        {
            (stem, ending)
        }
        _ => (name, ""),
    }
}

/// How different two loose names are.
pub(super) fn difference(one: &str, other: &str) -> u32 {
    if one == other {
        return 0;
    }
    let plain = slips(one, other);
    if plain <= REORDERED || !(one.contains(' ') || other.contains(' ')) {
        return plain;
    }
    plain.min(slips(&ordered(one), &ordered(other)).saturating_add(REORDERED))
}

fn slips(one: &str, other: &str) -> u32 {
    let length = one.chars().count().max(other.chars().count());
    let far = one.len().abs_diff(other.len()) > length * 2;
    if length == 0 || far || one.len().max(other.len()) > LONGEST {
        return 1000;
    }
    let slips = strsim::osa_distance(one, other);
    match (slips, length) {
        (1, 2..=3) => ONE_SLIP,
        _ => u32::try_from(slips * 1000 / length).unwrap_or(1000),
    }
}

fn ordered(name: &str) -> String {
    let mut words: Vec<&str> = name.split(' ').collect();
    words.sort_unstable();
    words.join(" ")
}

/// How different two endings are. Where none was written, nothing speaks against any.
pub(super) fn ending_difference(written: &str, there: &str) -> u32 {
    match (written == there, written.is_empty()) {
        (true, _) => 0,
        (false, true) => 50,
        (false, false) => (slips(written, there) / 2).clamp(50, 300),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_mix_up_makes_no_difference() {
        for (one, other) in [
            ("Offer 2026", "offer_2026"),
            ("Ângebot – Entwurf", "angebot-entwurf"),
            ("Straße", "STRASSE"),
            ("a.b  c", "A B C"),
        ] {
            assert_eq!(loose(one), loose(other));
        }
        assert_ne!(loose("Plan #1"), loose("Plan 1"));
        assert_eq!(stem_and_ending("v1.2 final.docx"), ("v1.2 final", "docx"));
        assert_eq!(stem_and_ending("v1.2 final"), ("v1.2 final", ""));
        assert_eq!(stem_and_ending(".docx"), (".docx", ""));
    }

    #[test]
    fn slips_are_told_from_strangers() {
        assert!(difference("offre", "offer") <= 200);
        assert!(difference("q1", "q2") <= STRANGERS);
        assert!(difference("2026 offer final", "offer 2026 final") <= 150);
        assert!(difference("offer", "invoice") > STRANGERS);
        assert!(difference("a", "b") > STRANGERS);
        assert!(ending_difference("doc", "docx") < ending_difference("pdf", "docx"));
    }

    #[test]
    fn patience_ends() {
        let patience = Patience::new(3);
        assert!(patience.spend(2) && !patience.spend(2) && patience.spend(1) && !patience.spend(1));
    }
}
