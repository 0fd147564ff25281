//! Names that are nearly the same: "did you mean".

use std::cell::Cell;

/// The most suggestions.
pub(super) const SUGGESTIONS: usize = 3;
/// The longest names that are compared, in characters.
const LONGEST: usize = 120;

/// How many comparisons one sheet may cost: a sheet full of wrong paths must not take for ever.
pub(super) struct Patience(Cell<u32>);

impl Patience {
    pub(super) const fn new() -> Self {
        Self(Cell::new(400_000))
    }

    fn spend(&self) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        left > 0
    }
}

/// The nearest of these names, the nearest first. All names are keys of `paths`.
pub(super) fn nearest<'a, T>(
    wanted: &str,
    names: impl Iterator<Item = (&'a str, T)>,
    patience: &Patience,
) -> Vec<T> {
    let length = wanted.chars().count();
    if length > LONGEST {
        return Vec::new();
    }
    let allowed = (length * 2 / 5).max(2);
    let mut found: Vec<(usize, &str, T)> = Vec::new();
    for (name, value) in names {
        if name.len().abs_diff(wanted.len()) > allowed * 4 || name.len() > LONGEST * 4 {
            continue;
        }
        if !patience.spend() {
            break;
        }
        let distance = strsim::osa_distance(wanted, name);
        if distance > allowed {
            continue;
        }
        let place = found.partition_point(|(other, _, _)| *other <= distance);
        if place < SUGGESTIONS {
            found.insert(place, (distance, name, value));
            found.truncate(SUGGESTIONS);
        }
    }
    found.into_iter().map(|(_, _, value)| value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(wanted: &str, names: &[&str]) -> Vec<String> {
        let names = names.iter().map(|name| (*name, (*name).to_owned()));
        nearest(wanted, names, &Patience::new())
    }

    #[test]
    fn the_nearest_come_first_and_strangers_not_at_all() {
        let names = ["offer.docx", "ofer.docx", "invoice.pdf", "offer.doc", "offers 2026.docx", "offer1.docx"];
        assert_eq!(near("offre.docx", &names), ["offer.docx", "ofer.docx", "offer.doc"]);
        assert_eq!(near("zzzzzz.png", &names), Vec::<String>::new());
        assert_eq!(near("ab", &["a", "abcd", "xyz"]), ["a", "abcd"]);
    }

    #[test]
    fn patience_ends() {
        let patience = Patience(Cell::new(1));
        let names = ["aa", "ab"].map(|name| (name, name));
        assert_eq!(nearest("ab", names.into_iter(), &patience), ["aa"]);
    }
}
