//! The commands that the papers show are commands of the program.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::process::{Command, Stdio};

/// The papers with tours, and how many commands each shows at least.
const TOURS: [(&str, usize); 3] = [
    ("../README.md", 8),
    ("../docs/administrator.md", 30),
    ("../docs/operating.md", 15),
];

/// The words of a command: blanks part them, quotes hold them together, and a comment, a pipe or a redirection ends them.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for letter in line.chars() {
        match (quote, letter) {
            (None, '#' | '|' | '>' | '<' | '&' | ';' | '`') => break,
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            (None, ' ') => words.push(String::new()),
            (_, letter) => words.last_mut().unwrap().push(letter),
        }
    }
    words.retain(|word| !word.is_empty() && word != "\\");
    words
}

/// What stands behind each `H` of a tour, and of a sentence. A line that ends in a backslash goes on in the next.
fn commands(paper: &str) -> Vec<Vec<String>> {
    let paper = paper.replace("\\\n", " ");
    let command = |line: &str| {
        let after_pipe = line.rsplit_once("| H ").map(|(_, command)| command.to_owned());
        after_pipe.or_else(|| line.strip_prefix("H ").map(str::to_owned))
    };
    let in_sentences = paper.split('`').filter_map(|piece| piece.strip_prefix("H "));
    let all = paper.lines().filter_map(command);
    let all = all.chain(in_sentences.map(str::to_owned));
    all.map(|command| words(&command)).collect()
}

#[test]
fn each_command_of_the_tours_is_one_of_the_program() {
    for (paper, at_least) in TOURS {
        let text = std::fs::read_to_string(paper).unwrap();
        let commands = commands(&text);
        assert!(at_least <= commands.len(), "{paper} shows {} commands", commands.len());
        for mut command in commands {
            // A number stands for `RUN` and the like; what is asked for is the help, which comes once the words are right.
            command
                .iter_mut()
                .filter(|word| *word == "RUN")
                .for_each(|word| *word = "1".into());
            let asked = Command::new(env!("CARGO_BIN_EXE_clientpoint-host"))
                .args(&command)
                .arg("--help")
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&asked.stderr);
            assert!(asked.status.success(), "{paper}: {command:?}: {said}");
        }
    }
}
