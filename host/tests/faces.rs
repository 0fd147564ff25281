//! What is told must be true wherever it is read, on a page, in a terminal or in another host: nothing but the command line
//! names a command or a flag, and nothing but its plugin names a source. What people can do is a way out, as data.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The words of the command line, as its help has them.
struct Typed {
    commands: BTreeSet<String>,
    flags: BTreeSet<String>,
}

impl Typed {
    fn read() -> Self {
        let (mut commands, mut flags) = (BTreeSet::new(), BTreeSet::new());
        for help in files(&root().join("host/tests/seen/snapshots/help"), "snap") {
            let name = help.file_stem().unwrap().to_string_lossy().replace('_', " ");
            commands.extend(name.strip_prefix("clientpoint-host ").map(str::to_owned));
            let text = fs::read_to_string(help).unwrap();
            let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
            flags.extend(
                words
                    .filter(|word| word.starts_with("--") && 2 < word.len())
                    .map(str::to_owned),
            );
        }
        assert!(commands.contains("library release") && flags.contains("--data"));
        Self { commands, flags }
    }

    /// What a line of a source names of it. A single word in backticks may be many things: it is a command where more
    /// words follow.
    fn named(&self, line: &str) -> Option<String> {
        let flags = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        let flag = flags.into_iter().find(|word| self.flags.contains(*word));
        let command = || {
            let mut quoted = line.split('`').skip(1);
            let mut typed = line.split("clientpoint-host ").skip(1);
            let quoted = quoted.find(|words| {
                self.command(words)
                    .is_some_and(|(command, more)| command.contains(' ') || more)
            });
            quoted.or_else(|| typed.find(|words| self.command(words).is_some()))
        };
        flag.or_else(command).map(str::to_owned)
    }

    /// The command that the words begin with, and whether words follow it.
    fn command(&self, words: &str) -> Option<(&str, bool)> {
        self.commands.iter().find_map(|command| {
            let rest = words.strip_prefix(command.as_str())?;
            let next = rest.chars().next();
            let ends = next.is_none_or(|next| !next.is_ascii_alphanumeric() && next != '-' && next != '_');
            ends.then(|| (command.as_str(), next == Some(' ')))
        })
    }
}

/// The one flag that a page may name: who came by another name than the console has is told how it can have that one, and
/// whoever can mend it starts the host.
const MAY_BE_TYPED: (&str, &str) = ("host/src/web/trouble.rs", "--public-url");

#[test]
fn nothing_but_the_command_line_names_what_to_type() {
    let typed = Typed::read();
    let mut told = Vec::new();
    for folder in ["host/src", "host/engine/src", "plugin/src"] {
        for file in files(&root().join(folder), "rs") {
            let name = file.strip_prefix(root()).unwrap().display().to_string();
            if name.starts_with("host/src/cli") || name == "host/src/main.rs" {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap();
            let lines = text.lines().zip(1..);
            let named = |line| {
                typed
                    .named(line)
                    .filter(|what| (name.as_str(), what.as_str()) != MAY_BE_TYPED)
            };
            told.extend(lines.filter_map(|(line, number)| Some(format!("{name}:{number}: {}", named(line)?))));
        }
    }
    assert!(
        told.is_empty(),
        "these name what only the command line may name; give a way out instead (`host/src/way_out.rs`):\n{}",
        told.join("\n")
    );
}

/// Where a source may be named: in the words of the command line, and in the code of a refusal that programs know.
const MAY_NAME_A_SOURCE: [(&str, &str); 4] = [
    ("host/src/cli/args.rs", ""),
    ("host/src/cli/args/words.rs", ""),
    ("host/src/error/words.rs", "\"managed-by-onedrive\""),
    // A card's own name of its form.
    ("host/src/service/telling/webhook.rs", "vnd.microsoft.card.adaptive"),
];

/// Whether a line names a source, or the services around it.
fn names_a_source(line: &str) -> bool {
    let line = line.to_lowercase();
    let mut words = line.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| ["onedrive", "microsoft", "entra", "sharepoint", "graph"].contains(&word))
}

#[test]
fn no_source_is_named_but_by_its_plugin() {
    let mut told = Vec::new();
    for folder in ["host/src", "host/engine/src"] {
        for file in files(&root().join(folder), "rs") {
            let name = file.strip_prefix(root()).unwrap().display().to_string();
            let text = fs::read_to_string(&file).unwrap();
            let may = |line: &str| {
                MAY_NAME_A_SOURCE
                    .iter()
                    .any(|(file, part)| *file == name && line.contains(part))
            };
            let lines = text
                .lines()
                .zip(1..)
                .filter(|(line, _)| names_a_source(line) && !may(line));
            told.extend(lines.map(|(line, number)| format!("{name}:{number}: {}", line.trim())));
        }
    }
    assert!(
        told.is_empty(),
        "these name a source, which only its plugin knows; let the plugin say it (`labels` in `wit/exports.wit`):\n{}",
        told.join("\n")
    );
    assert!(names_a_source("/// a person's OneDrive") && names_a_source("graph_url") && !names_a_source("a paragraph"));
}

#[test]
fn a_command_or_a_flag_is_seen_wherever_it_stands() {
    let typed = Typed::read();
    for line in [
        "give another one with `--data DIR`",
        "`library release` lets it follow again",
        "`library release 100001` lets it follow again",
        "take it back: clientpoint-host associate undo 7",
        "\"`clientpoint-host sync` does so now\"",
        "format!(\"`library follow {file} {item}`\")",
    ] {
        assert!(typed.named(line).is_some(), "{line}");
    }
    for line in [
        "the table `runs`",
        "see [`Session::status`]",
        "a sync -- or two",
        "`library` and `trash`",
    ] {
        assert_eq!(typed.named(line), None, "{line}");
    }
}
