//! Looking for names that have a text somewhere in them, in whatever letters it is written.

use std::str::FromStr;

use serde::Serialize;

use crate::{Error, Result};

/// The longest text that is looked for, in characters: that of a name.
const TEXT_AT_MOST: usize = 255;

/// A text that names are to have in them. Upper and lower case make no difference, and no character has a meaning of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Search(String);

impl Search {
    /// A pattern for `GLOB`. `LIKE` knows the two cases of the Latin letters only, without their accents.
    pub(super) fn pattern(&self) -> String {
        let mut pattern = "*".to_string();
        for letter in self.0.chars() {
            let mut cases: Vec<char> = [
                single(letter.to_lowercase()),
                Some(letter),
                single(letter.to_uppercase()),
            ]
            .into_iter()
            .flatten()
            .collect();
            cases.dedup();
            match (cases.as_slice(), letter) {
                (_, '*' | '?' | '[') => pattern.extend(['[', letter, ']']),
                ([_], _) => pattern.push(letter),
                _ => {
                    pattern.push('[');
                    pattern.extend(cases);
                    pattern.push(']');
                }
            }
        }
        pattern.push('*');
        pattern
    }
}

fn single(mut letters: impl Iterator<Item = char>) -> Option<char> {
    let first = letters.next();
    first.filter(|_| letters.next().is_none())
}

impl FromStr for Search {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text.is_empty() || TEXT_AT_MOST < text.chars().count() {
            return Err(Error::Settings(format!(
                "names can't be searched for that text: give 1 to {TEXT_AT_MOST} characters"
            )));
        }
        Ok(Self(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_found_in_both_cases_and_signs_as_they_are() {
        for (text, pattern) in [
            ("a1", "*[aA]1*"),
            ("Ä", "*[äÄ]*"),
            ("ß", "*ß*"),
            ("100%_", "*100%_*"),
            ("*?[x]", "*[*][?][[][xX]]*"),
        ] {
            assert_eq!(text.parse::<Search>().unwrap().pattern(), pattern);
        }
        assert!("".parse::<Search>().unwrap_err().is_usage());
        assert!("x".repeat(256).parse::<Search>().unwrap_err().is_usage());
    }
}
