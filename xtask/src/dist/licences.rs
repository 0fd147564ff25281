//! The licences of all that is in the program and the component, with their texts: from `cargo metadata` and the files that
//! each crate brings along.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{run, toolchain};

/// How names of files with a licence begin, in upper case.
const BEGINNINGS: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];

/// The longest text that is taken for one, in bytes.
const TEXT_AT_MOST: u64 = 1 << 20;

/// A crate that others wrote.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Crate {
    name: String,
    version: String,
    licence: String,
    source: String,
    folder: PathBuf,
}

/// All of them as one text: a line for each crate, then each text once, with the crates that it is from.
///
/// # Errors
/// If Cargo does not tell, or a crate has no licence.
pub fn all(root: &Path) -> Result<String> {
    let machine = run::output(std::process::Command::new("rustc").arg("-vV"))?;
    let machine = machine.lines().find_map(|line| line.strip_prefix("host: "));
    let machine = machine.context("rustc does not tell what machine this is")?;
    let mut crates = BTreeSet::new();
    for (package, target) in [("clientpoint-host", machine), ("onedrive-plugin", toolchain::TARGET)] {
        crates.extend(of(&metadata(root, target)?, package)?);
    }
    told(&crates)
}

fn metadata(root: &Path, target: &str) -> Result<Value> {
    let mut cargo = run::cargo();
    cargo.current_dir(root).args([
        "metadata",
        "--locked",
        "--format-version",
        "1",
        "--filter-platform",
        target,
    ]);
    Ok(serde_json::from_str(&run::output(&mut cargo)?)?)
}

/// What a package of the workspace is made of: not what only builds or tests it.
fn of(metadata: &Value, package: &str) -> Result<BTreeSet<Crate>> {
    let packages = by_id(metadata.get("packages"));
    let nodes = by_id(metadata.pointer("/resolve/nodes"));
    let first = packages
        .iter()
        .find(|(_, of)| text(of, "name") == package && of["source"].is_null());
    let mut open = vec![*first.with_context(|| format!("there is no package {package}"))?.0];
    let mut seen: BTreeSet<&str> = open.iter().copied().collect();
    let mut crates = BTreeSet::new();
    while let Some(id) = open.pop() {
        let described = packages.get(id).with_context(|| format!("{id} is not described"))?;
        if !described["source"].is_null() {
            crates.insert(read(described)?);
        }
        let dependencies = nodes.get(id).and_then(|node| node["deps"].as_array());
        for dependency in dependencies.into_iter().flatten() {
            let kinds = dependency["dep_kinds"].as_array();
            let is_in_it = kinds.into_iter().flatten().any(|kind| kind["kind"].is_null());
            if let Some(next) = dependency["pkg"].as_str().filter(|next| is_in_it && seen.insert(next)) {
                open.push(next);
            }
        }
    }
    Ok(crates)
}

fn by_id(list: Option<&Value>) -> BTreeMap<&str, &Value> {
    let rows = list.and_then(Value::as_array).into_iter().flatten();
    rows.filter_map(|row| Some((row["id"].as_str()?, row))).collect()
}

fn text<'a>(of: &'a Value, member: &str) -> &'a str {
    of.get(member).and_then(Value::as_str).unwrap_or_default()
}

fn read(described: &Value) -> Result<Crate> {
    let name = text(described, "name").to_owned();
    let licence = match (text(described, "license"), text(described, "license_file")) {
        ("", "") => None,
        ("", file) => Some(format!("the text of {file}")),
        (expression, _) => Some(expression.to_owned()),
    };
    Ok(Crate {
        licence: licence.with_context(|| format!("the crate {name} has no licence"))?,
        version: text(described, "version").to_owned(),
        source: text(described, "repository").to_owned(),
        folder: Path::new(text(described, "manifest_path"))
            .parent()
            .unwrap_or(Path::new(""))
            .to_owned(),
        name,
    })
}

fn told(crates: &BTreeSet<Crate>) -> Result<String> {
    ensure!(!crates.is_empty(), "nothing is told of any dependency");
    let mut told = String::from(
        "What others wrote and is in clientpoint-host and onedrive.wasm, with its licences.\n\
         Beside it: the standard library of Rust, MIT OR Apache-2.0, https://github.com/rust-lang/rust\n\n",
    );
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for of in crates {
        let name = format!("{} {}", of.name, of.version);
        told.push_str(&format!("{name}: {}, {}\n", of.licence, of.source));
        for file in run::children(&of.folder) {
            if is_a_licence(&file)
                && let Ok(text) = fs::read_to_string(&file)
            {
                texts.entry(text.trim().to_owned()).or_default().insert(name.clone());
            }
        }
    }
    for (text, names) in texts {
        let names: Vec<String> = names.into_iter().collect();
        told.push_str(&format!("\n{}\n{}\n\n{text}\n", "-".repeat(80), names.join(", ")));
    }
    Ok(told)
}

fn is_a_licence(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
    let is_short = || fs::metadata(file).is_ok_and(|about| about.is_file() && about.len() <= TEXT_AT_MOST);
    BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) && is_short()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use serde_json::json;

    use super::*;

    #[test]
    fn what_only_builds_or_tests_a_program_is_not_in_it() {
        let package = |id: &str, source: Value| json!({ "id": id, "name": id, "version": "1.0.0", "license": "MIT", "source": source });
        let on = |id: &str, kind: Value| json!({ "pkg": id, "dep_kinds": [{ "kind": kind }] });
        let metadata = json!({
            "packages": [package("own", json!(null)), package("used", json!("registry")), package("deep", json!("registry")),
                package("builds", json!("registry")), package("tests", json!("registry"))],
            "resolve": { "nodes": [
                { "id": "own", "deps": [on("used", json!(null)), on("builds", json!("build")), on("tests", json!("dev"))] },
                { "id": "used", "deps": [on("deep", json!(null)), on("own", json!(null))] },
            ] },
        });
        let names: Vec<String> = of(&metadata, "own").unwrap().into_iter().map(|of| of.name).collect();
        assert_eq!(names, ["deep", "used"]);
    }

    #[test]
    fn a_text_that_several_have_stands_there_once() {
        let folder = tempfile::tempdir().unwrap();
        let one = |name: &str| {
            let folder = folder.path().join(name);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("license-mit"), "Permission is granted\n").unwrap();
            fs::write(folder.join("lib.rs"), "no licence").unwrap();
            Crate {
                name: name.into(),
                version: "1.0.0".into(),
                licence: "MIT".into(),
                source: String::new(),
                folder,
            }
        };
        let told = told(&[one("a"), one("b")].into()).unwrap();
        assert_eq!(told.matches("Permission is granted").count(), 1);
        assert!(
            told.contains("a 1.0.0, b 1.0.0\n") && !told.contains("no licence"),
            "{told}"
        );
    }
}
