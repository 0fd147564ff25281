//! Every command that there is: its help has a document, and what it says has one.

use std::collections::BTreeSet;

use crate::story::{documents, pinned, program, snapshots};

/// Commands of which no document tells what they say, with the reason.
const UNSEEN: [(&str, &str); 0] = [];

/// The words of all commands that have none below them, and of all others.
fn commands() -> (Vec<String>, Vec<String>) {
    let (mut leaves, mut others) = (Vec::new(), Vec::new());
    let mut open = vec![String::new()];
    while let Some(command) = open.pop() {
        let below = below(&help(&command));
        open.extend(below.iter().map(|word| format!("{command} {word}").trim().to_owned()));
        let known = if below.is_empty() { &mut leaves } else { &mut others };
        known.push(command);
    }
    (leaves, others)
}

fn help(command: &str) -> String {
    let words = command.split_whitespace();
    let output = program(&std::env::temp_dir())
        .args(words)
        .arg("--help")
        .output()
        .unwrap();
    assert!(output.status.success(), "{command}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The commands that a help names.
fn below(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = lines.take_while(|line| line.starts_with("  "));
    let words = lines
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next());
    words.filter(|word| *word != "help").map(str::to_owned).collect()
}

#[test]
fn the_help_of_every_command_is_as_it_was() {
    let (leaves, others) = commands();
    let mut told = BTreeSet::new();
    for command in leaves.iter().chain(&others) {
        let name = format!("clientpoint-host {command}").trim().replace(' ', "_");
        pinned("help", &name, &help(command));
        told.insert(name);
    }
    let left: Vec<_> = documents(&snapshots().join("help"))
        .into_iter()
        .filter(|path| !told.contains(path.file_stem().unwrap().to_string_lossy().as_ref()))
        .collect();
    assert!(left.is_empty(), "there are no such commands any more: {left:?}");
}

#[test]
fn what_every_command_says_has_a_document() {
    let mut seen = String::new();
    for folder in std::fs::read_dir(snapshots()).unwrap() {
        for document in documents(&folder.unwrap().path()) {
            seen.push_str(&std::fs::read_to_string(document).unwrap());
        }
    }
    let lines: Vec<Vec<&str>> = seen
        .lines()
        .filter_map(|line| line.strip_prefix("$ clientpoint-host "))
        .map(|line| line.split_whitespace().collect())
        .collect();
    let has_a_document = |command: &str| {
        let words: Vec<&str> = command.split(' ').collect();
        lines.iter().any(|line| line.starts_with(&words)) || UNSEEN.iter().any(|(unseen, _)| *unseen == command)
    };
    let (leaves, _) = commands();
    let unseen: Vec<&String> = leaves.iter().filter(|command| !has_a_document(command)).collect();
    assert!(unseen.is_empty(), "no document tells what these say: {unseen:#?}");
}
