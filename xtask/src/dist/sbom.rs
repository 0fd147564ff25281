//! Lists of ingredients (CycloneDX), by cargo-sbom: of the program, and of the component.

use std::{path::Path, process::Command};

use anyhow::{Context, Result};
use serde_json::Value;

use super::tools::CARGO_SBOM;
use crate::run;

/// The list of a package of the workspace, as JSON: the same whenever and by whomever it is made.
///
/// # Errors
/// If cargo-sbom can't be had, or refuses.
pub fn of(root: &Path, package: &str, time: u64) -> Result<String> {
    let mut command = Command::new(CARGO_SBOM.installed(root)?);
    command.current_dir(root).args([
        "sbom",
        "--cargo-package",
        package,
        "--output-format",
        "cyclone_dx_json_1_6",
    ]);
    let mut list: Value = serde_json::from_str(&run::output(&mut command)?)?;
    settle(&mut list, &at(time)?);
    Ok(format!("{list:#}\n"))
}

/// Takes out what is another each time: a drawn number, the time, the name of whoever was logged in, an order by chance.
fn settle(list: &mut Value, at: &str) {
    if let Some(list) = list.as_object_mut() {
        list.remove("serialNumber");
    }
    if let Some(metadata) = list.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("authors");
        metadata.insert("timestamp".into(), at.into());
    }
    for (name, key) in [("components", "bom-ref"), ("dependencies", "ref")] {
        let Some(rows) = list.get_mut(name).and_then(Value::as_array_mut) else {
            continue;
        };
        for on in rows
            .iter_mut()
            .filter_map(|row| row.get_mut("dependsOn")?.as_array_mut())
        {
            on.sort_by_key(Value::to_string);
        }
        rows.sort_by_key(|row| row.get(key).map(Value::to_string));
    }
}

/// RFC 3339, by the `date` that any Linux has.
fn at(time: u64) -> Result<String> {
    let format = "+%Y-%m-%dT%H:%M:%SZ";
    run::output(Command::new("date").args(["-u", "-d", &format!("@{time}"), format])).context("the time of the commit")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn two_lists_of_the_same_are_the_same_and_name_nobody() {
        let made = |number: &str, order: [&str; 2]| {
            let rows = order.map(|name| json!({ "bom-ref": name }));
            let of = json!([{ "ref": "a", "dependsOn": order }]);
            let metadata = json!({ "timestamp": number, "authors": [{ "name": "root" }] });
            let mut list =
                json!({ "serialNumber": number, "metadata": metadata, "components": rows, "dependencies": of });
            settle(&mut list, "2026-01-01T00:00:00Z");
            list
        };
        assert_eq!(made("1", ["b", "c"]), made("2", ["c", "b"]));
        assert!(!made("1", ["b", "c"]).to_string().contains("root"));
    }
}
