//! No file imports another in a circle: what is read first can be understood first.
//!
//! A file imports another if one of its `use` lines, or a path that begins with `crate`, `super`, `self` or the name of
//! a module below it, leads there. A name that a module only hands on (`pub use child::Name;`) is followed to the file
//! that defines it, and handing on is no import.
//!
//! What this can't see: what macros make of their input, methods that are called on a value of a type that another file
//! named, traits that are brought in by a glob, and `#[cfg(test)]` items, which are left out on purpose.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::run;

mod paths;
mod text;
mod tree;

use tree::{Arrows, Tree};

/// The folders whose crates are looked at: what is shipped, and what builds it.
const FOLDERS: [&str; 3] = ["plugin", "host", "xtask"];

/// The kinds of targets that are looked at. Tests and examples are ends: nothing imports them.
const KINDS: [&str; 4] = ["lib", "rlib", "cdylib", "bin"];

/// Whether no file imports another in a circle.
///
/// # Errors
/// If one does; the text names each circle's files, and which imports which.
pub fn check(root: &Path) -> Result<()> {
    let mut told = Vec::new();
    for crate_root in roots(root)? {
        let arrows = Tree::read(&crate_root)?.arrows();
        told.extend(circles(&arrows).iter().map(|circle| tell(root, circle, &arrows)));
    }
    ensure!(
        told.is_empty(),
        "{} circles of files that import each other:\n{}",
        told.len(),
        told.join("\n")
    );
    Ok(())
}

/// The root files of the crates that are looked at, by Cargo's own word.
fn roots(root: &Path) -> Result<BTreeSet<PathBuf>> {
    let answer = run::output(run::cargo().args(["metadata", "--no-deps", "--format-version", "1", "--locked"]))?;
    let answer: Value = serde_json::from_str(&answer).context("Cargo's answer is no JSON")?;
    let list = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let targets = list(&answer, "packages")
        .into_iter()
        .flat_map(|package| list(&package, "targets"));
    let looked_at = targets.filter(|target| {
        list(target, "kind")
            .iter()
            .any(|kind| kind.as_str().is_some_and(|kind| KINDS.contains(&kind)))
    });
    let files = looked_at.filter_map(|target| target.get("src_path").and_then(Value::as_str).map(PathBuf::from));
    let ours = |file: &PathBuf| FOLDERS.iter().any(|folder| file.starts_with(root.join(folder)));
    Ok(files.filter(ours).collect())
}

/// The sets of files of which each leads to each other.
fn circles(arrows: &Arrows) -> BTreeSet<BTreeSet<PathBuf>> {
    let reach: BTreeMap<&PathBuf, BTreeSet<&PathBuf>> =
        arrows.keys().map(|file| (file, reached(file, arrows))).collect();
    let around = |file: &PathBuf| -> BTreeSet<PathBuf> {
        let beyond = reach.get(file).into_iter().flatten();
        let back = beyond.filter(|other| reach.get(**other).is_some_and(|theirs| theirs.contains(file)));
        back.map(|other| (*other).clone()).collect()
    };
    arrows.keys().map(around).filter(|circle| !circle.is_empty()).collect()
}

/// All files to which arrows lead from this one, in any number of steps.
fn reached<'a>(from: &PathBuf, arrows: &'a Arrows) -> BTreeSet<&'a PathBuf> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&PathBuf> = arrows.get(from).into_iter().flatten().collect();
    while let Some(file) = open.pop() {
        if reached.insert(file) {
            open.extend(arrows.get(file).into_iter().flatten());
        }
    }
    reached
}

fn tell(root: &Path, circle: &BTreeSet<PathBuf>, arrows: &Arrows) -> String {
    let short = |file: &Path| file.strip_prefix(root).unwrap_or(file).display().to_string();
    let mut lines = vec![format!("  {} files:", circle.len())];
    for file in circle {
        let theirs = arrows
            .get(file)
            .into_iter()
            .flatten()
            .filter(|other| circle.contains(*other));
        lines.extend(theirs.map(|other| format!("    {} -> {}", short(file), short(other))));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests;
