//! Tests and comments cite the product's rules by number; `docs/rules.md` says what each number means.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result, ensure};

use crate::files;

/// Where the rules are.
const RULES: &str = "docs/rules.md";

/// What may cite them.
const ENDINGS: [&str; 6] = [".rs", ".md", ".wit", ".sql", ".mjs", ".py"];

/// Whether each rule that is cited has its line.
///
/// # Errors
/// If not; the text says which is cited where.
pub fn check(root: &Path) -> Result<()> {
    let text = fs::read_to_string(root.join(RULES)).with_context(|| format!("can't read {RULES}"))?;
    let known = known(&text);
    let mut missing = Vec::new();
    for file in files::ours(root, &ENDINGS)? {
        if file.ends_with(RULES) {
            continue;
        }
        let text = fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))?;
        let cited = cited(&text);
        let unknown = cited.iter().filter(|rule| !known.contains(*rule));
        missing.extend(unknown.map(|rule| format!("{}: {rule}", file.display())));
    }
    ensure!(
        missing.is_empty(),
        "cited, but without a line in {RULES}:\n  {}",
        missing.join("\n  ")
    );
    Ok(())
}

/// The rules that have a line: `24a`, `S7`.
fn known(text: &str) -> BTreeSet<String> {
    let rule = |line: &str| {
        let (rule, _) = line.strip_prefix("| ")?.split_once(" | ")?;
        is_rule(rule).then(|| rule.to_owned())
    };
    text.lines().filter_map(rule).collect()
}

fn is_rule(word: &str) -> bool {
    let number = word.strip_prefix('S').unwrap_or(word);
    let digits = number.trim_end_matches(|letter: char| letter.is_ascii_lowercase());
    !digits.is_empty()
        && digits.len() <= 2
        && number.len() - digits.len() <= 1
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The rules that a text cites: by `fn r24a_…`, by `fn s7_…`, by "Rule 24a", by "rules 7 and 8", and by "(S7".
fn cited(text: &str) -> BTreeSet<String> {
    let mut cited = BTreeSet::new();
    for line in text.lines() {
        cited.extend(line.split_once("fn ").and_then(|(_, rest)| in_name(rest)));
        let words: Vec<&str> = line
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        for (place, word) in words.iter().enumerate() {
            if !matches!(*word, "Rule" | "rule" | "Rules" | "rules") {
                continue;
            }
            // "rules 7, 8 and 14": as long as numbers come.
            let numbers = words
                .iter()
                .skip(place + 1)
                .filter(|word| **word != "and" && **word != "to");
            let numbers = numbers.take_while(|word| is_rule(word) && !word.starts_with('S'));
            cited.extend(numbers.map(|word| (*word).to_owned()));
        }
        for part in line.split('(').skip(1) {
            let word: String = part.chars().take_while(|letter| letter.is_alphanumeric()).collect();
            if word.starts_with('S') && is_rule(&word) {
                cited.insert(word);
            }
        }
    }
    cited
}

/// The rule that a test is named after.
fn in_name(rest: &str) -> Option<String> {
    let (first, _) = rest.split_once('_')?;
    let (kind, number) = (first.get(..1)?, first.get(1..)?);
    let number = number.trim_start_matches('0');
    if !is_rule(number) || number.starts_with('S') {
        return None;
    }
    match kind {
        "r" => Some(number.to_owned()),
        "s" => Some(format!("S{number}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_cited_in_names_and_in_sentences() {
        let text = "fn r024a_large() {}\n// Rule 2, and rules 7, 8 and 14.\nfn s07_x() {} // shown (S12)\nfn r_x() {}\nrule of three";
        let expected = ["14", "2", "24a", "7", "8", "S12", "S7"].map(str::to_owned);
        assert_eq!(cited(text), expected.into());
    }

    #[test]
    fn a_line_of_the_table_makes_a_rule_known() {
        let expected = ["20e", "S1"].map(str::to_owned);
        assert_eq!(
            known("| rule | what holds |\n|---|---|\n| 20e | a |\n| S1 | b |\n| 123 | c |"),
            expected.into()
        );
    }
}
