//! Papers that must keep up with the code: the table of dependencies, and the tests that `SECURITY.md` names.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::run;

/// Where the reason for each dependency stands.
const TABLE: &str = "docs/dependencies.md";

/// The workspaces.
const MANIFESTS: [&str; 2] = ["Cargo.toml", "fuzz/Cargo.toml"];

/// Where tests are.
const TESTS: [&str; 5] = ["host", "plugin", "tests", "xtask", "fuzz/fuzz_targets"];

/// Whether each direct dependency has its row, with a reason, and no row is left over.
///
/// # Errors
/// If not; the text names them.
pub fn check_dependencies(root: &Path) -> Result<()> {
    let table = fs::read_to_string(root.join(TABLE)).with_context(|| format!("can't read {TABLE}"))?;
    compare(&of_all()?, &rows(&table))
}

/// The direct dependencies of all workspaces.
fn of_all() -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for manifest in MANIFESTS {
        let mut cargo = run::cargo();
        cargo.args(["metadata", "--locked", "--format-version", "1", "--no-deps"]);
        let metadata: Value = serde_json::from_str(&run::output(cargo.args(["--manifest-path", manifest]))?)?;
        for (name, users) in direct(&metadata) {
            all.entry(name).or_default().extend(users);
        }
    }
    Ok(all)
}

/// The dependencies from registries, each with the crates of the workspace that use it.
fn direct(metadata: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let mut direct: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in list(metadata, "packages") {
        for dependency in list(package, "dependencies") {
            let text = |of: &Value, member: &str| of.get(member).and_then(Value::as_str).map(str::to_owned);
            // What lies in the workspace has no source.
            if let (Some(name), Some(user), Some(_)) = (
                text(dependency, "name"),
                text(package, "name"),
                text(dependency, "source"),
            ) {
                direct.entry(name).or_default().insert(user);
            }
        }
    }
    direct
}

fn list<'a>(of: &'a Value, member: &str) -> impl Iterator<Item = &'a Value> {
    of.get(member).and_then(Value::as_array).into_iter().flatten()
}

/// The crates that have a row. A row without a reason is none.
fn rows(table: &str) -> BTreeSet<&str> {
    let row = |line| {
        let cells = str::trim(line).strip_prefix('|')?.strip_suffix('|')?;
        let (name, reason) = cells.split_once('|')?;
        let name = name.trim().strip_prefix('`')?.strip_suffix('`')?;
        (!reason.trim().is_empty()).then_some(name)
    };
    table.lines().filter_map(row).collect()
}

fn compare(direct: &BTreeMap<String, BTreeSet<String>>, rows: &BTreeSet<&str>) -> Result<()> {
    let mut wrong = Vec::new();
    for (name, users) in direct {
        if !rows.contains(name.as_str()) {
            let users: Vec<&str> = users.iter().map(String::as_str).collect();
            wrong.push(format!(
                "`{name}` (used by {}) has no row with a reason",
                users.join(", ")
            ));
        }
    }
    let left_over = rows.iter().filter(|name| !direct.contains_key(**name));
    wrong.extend(left_over.map(|name| format!("`{name}` has a row, and is no direct dependency")));
    ensure!(
        wrong.is_empty(),
        "{TABLE} is not the list of direct dependencies:\n  {}",
        wrong.join("\n  ")
    );
    Ok(())
}

/// Whether each test exists that `SECURITY.md` names, and it names any.
///
/// # Errors
/// If not; the text names them.
pub fn check_security(root: &Path) -> Result<()> {
    let paper = fs::read_to_string(root.join("SECURITY.md")).context("can't read SECURITY.md")?;
    let mut there = BTreeSet::new();
    for folder in TESTS {
        tests_in(&root.join(folder), &mut there)?;
    }
    let named = named(&paper);
    ensure!(!named.is_empty(), "SECURITY.md names no tests");
    let missing: Vec<&str> = named.iter().filter(|name| !there.contains(**name)).copied().collect();
    ensure!(
        missing.is_empty(),
        "SECURITY.md names tests that do not exist: {}",
        missing.join(", ")
    );
    Ok(())
}

/// Words of code that can be nothing but names of tests: in lower case, with three underscores at least. A target for
/// fuzzing is named `fuzz:graph`.
fn named(paper: &str) -> Vec<&str> {
    let is_test = |word: &&str| {
        let plain = word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        (plain && word.matches('_').count() >= 3) || word.starts_with("fuzz:")
    };
    paper.split('`').skip(1).step_by(2).filter(is_test).collect()
}

fn tests_in(folder: &Path, names: &mut BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("can't read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            if path
                .file_name()
                .is_some_and(|name| name != "target" && name != "node_modules")
            {
                tests_in(&path, names)?;
            }
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path)?;
            names.extend(tests_of(&text));
            if let Some(stem) = path.file_stem().filter(|_| text.contains("fuzz_target!")) {
                names.insert(format!("fuzz:{}", stem.to_string_lossy()));
            }
        }
    }
    Ok(())
}

/// The functions of a file that are marked as tests.
fn tests_of(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut marked = false;
    for line in text.lines().map(str::trim) {
        let function = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
        } else if let Some(function) = function {
            let name: String = function
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            names.extend(marked.then_some(name));
            marked = false;
        }
    }
    names
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[test]
    fn a_dependency_without_a_row_or_a_reason_and_a_row_too_many_are_named() {
        let metadata = serde_json::json!({ "packages": [
            { "name": "host", "dependencies": [
                { "name": "serde", "source": "registry+x" }, { "name": "url", "source": "registry+x" },
                { "name": "plugin", "source": null }, { "name": "http", "source": "registry+x" }] },
            { "name": "plugin", "dependencies": [{ "name": "serde", "source": "registry+x" }] },
        ]});
        let direct = direct(&metadata);
        let good = "| crate | why |\n|---|---|\n| `serde` | JSON |\n| `url` | URLs |\n| `http` | words |\n";
        compare(&direct, &rows(good)).unwrap();

        let bad = "| `serde` | JSON |\n| `url` | |\n| `http` | words |\n| `gone` | why |\n";
        let refusal = compare(&direct, &rows(bad)).unwrap_err().to_string();
        for says in ["`url` (used by host) has no row", "`gone` has a row"] {
            assert!(refusal.contains(says), "{refusal}");
        }
        assert!(!refusal.contains("serde"), "{refusal}");
    }

    #[test]
    fn what_only_the_fuzz_targets_use_needs_a_row_as_well() {
        let all = of_all().unwrap();
        for name in ["libfuzzer-sys", "wasmtime"] {
            assert!(all.contains_key(name), "{name}");
        }
    }

    #[test]
    fn tests_are_known_by_their_marks_and_named_by_their_words() {
        let code =
            "#[test]\nfn a_b_c_d() {}\nfn not_a_test_at_all() {}\n#[tokio::test]\n#[ignore]\nasync fn e_f_g_h() {}";
        assert_eq!(tests_of(code), ["a_b_c_d", "e_f_g_h"]);
        assert_eq!(
            named("see `a_b_c_d`, `host/src/x_y_z_.rs`, `one_two`, `fuzz:graph`"),
            ["a_b_c_d", "fuzz:graph"]
        );
    }
}
