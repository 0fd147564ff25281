//! The steps, as they stand on paper.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};

/// Where they stand.
const PAPER: &str = "docs/first-live-run.md";

/// A step.
#[derive(Debug, PartialEq)]
pub struct Step {
    /// From 1 on, in the order of what is at stake.
    pub number: usize,
    /// What it is about.
    pub title: String,
    /// Whether it only reads, so that it is carried out here.
    pub reads: bool,
    /// What to type.
    pub command: String,
    /// What to look at, and what to change for each answer.
    pub answers: Vec<String>,
}

/// All steps.
///
/// # Errors
/// If a step lacks its command, what to look at, or one of two answers.
pub fn read(root: &Path) -> Result<Vec<Step>> {
    let text = fs::read_to_string(root.join(PAPER)).with_context(|| format!("can't read {PAPER}"))?;
    steps(&text)
}

fn steps(text: &str) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    for part in text.split("\n## ").skip(1) {
        let (head, rest) = part.split_once('\n').unwrap_or((part, ""));
        let (number, title) = head
            .split_once(". ")
            .with_context(|| format!("{PAPER}: `{head}` has no number"))?;
        let number: usize = number
            .parse()
            .with_context(|| format!("{PAPER}: `{head}` has no number"))?;
        ensure!(number == steps.len() + 1, "{PAPER}: step {number} is out of turn");
        let command = rest
            .split_once("```sh\n")
            .and_then(|(_, rest)| rest.split_once("\n```"));
        let answers: Vec<String> = rest
            .lines()
            .filter_map(|line| line.strip_prefix("- "))
            .map(plain)
            .collect();
        ensure!(
            command.is_some() && answers.len() >= 3,
            "{PAPER}: step {number} needs a command, what to look at, and two answers"
        );
        steps.push(Step {
            number,
            title: title.trim_end_matches(" (read)").to_owned(),
            reads: title.ends_with(" (read)"),
            command: command.map(|(command, _)| command.to_owned()).unwrap_or_default(),
            answers,
        });
    }
    ensure!(!steps.is_empty(), "{PAPER} has no steps");
    Ok(steps)
}

fn plain(line: &str) -> String {
    line.replace("**", "").replace('`', "")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;
    use crate::{live::probes, run};

    #[test]
    fn every_step_that_reads_can_be_carried_out_here_and_no_other() {
        for step in read(&run::root()).unwrap() {
            assert_eq!(step.reads, probes::READING.contains(&step.number), "{step:?}");
        }
    }

    #[test]
    fn a_step_without_two_answers_is_none() {
        let good = "x\n## 1. A (read)\n```sh\nls\n```\n- **Look at:** a\n- **b:** c\n- **d:** e\n";
        let step = steps(good).unwrap().remove(0);
        assert_eq!(
            (step.title.as_str(), step.reads, step.command.as_str()),
            ("A", true, "ls")
        );
        assert_eq!(step.answers, ["Look at: a", "b: c", "d: e"]);
        assert!(steps(&good.replace("- **d:** e\n", "")).is_err());
        assert!(steps(&good.replace("## 1", "## 2")).is_err());
    }
}
