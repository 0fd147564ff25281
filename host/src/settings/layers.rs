//! Which value counts.

use std::collections::BTreeMap;

use clientpoint_engine::{contract::clientpoint::content_source::types::Subfolders, policy::PolicyChanges};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ALL, Known, bytes, find};
use crate::{Error, Result};

/// Where a value comes from. The first of these that has one has the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The command line, or whoever embeds the host.
    CommandLine,
    /// An environment variable.
    Variable,
    /// The file of the deployment.
    File,
    /// The data folder: an Administrator has set it.
    Kept,
    /// Nobody has set it: the plugin's proposal counts, or the host's own.
    Default,
}

/// What was set before the data folder was opened.
#[derive(Clone, Debug, Default)]
pub struct Layers(BTreeMap<(&'static str, Origin), String>);

/// All values that count.
#[derive(Clone, Debug, Default)]
pub struct Settings(BTreeMap<&'static str, (String, Origin)>);

/// A setting as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Its name.
    pub key: &'static str,
    /// Its value in its one spelling; none where nobody has set it.
    pub value: Option<String>,
    /// Where that comes from.
    pub origin: Origin,
}

impl Layers {
    /// Adds a value.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for a name that there is not, or a value that can't be.
    pub fn put(&mut self, origin: Origin, key: &str, value: &str) -> Result<()> {
        let known = find(key)?;
        self.0.insert((known.key, origin), known.read(value)?);
        Ok(())
    }

    /// Adds what the environment says, by this way to ask for a variable.
    ///
    /// # Errors
    ///
    /// As [`Layers::put`], with the name of the variable.
    pub fn put_variables(&mut self, variable: impl Fn(&str) -> Option<String>) -> Result<()> {
        for known in &ALL {
            let name = known.variable();
            if let Some(value) = variable(&name) {
                let read = known.read(&value);
                let value = read.map_err(|error| Error::Settings(format!("variable `{name}`: {error}")))?;
                self.0.insert((known.key, Origin::Variable), value);
            }
        }
        Ok(())
    }

    /// The value that comes first, without what is kept.
    pub fn get(&self, key: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|((known, _), _)| *known == key);
        values.next().map(|(_, value)| value.as_str())
    }

    /// These, and below them what is kept. A kept value that this program does not understand, or that may not be kept,
    /// counts for nothing: it was written by another version.
    pub fn over(&self, kept: impl IntoIterator<Item = (String, String)>) -> Settings {
        let mut all = self.0.clone();
        for (key, value) in kept {
            let Ok(known) = find(&key) else { continue };
            if let (true, Ok(value)) = (known.may_be_kept, known.read(&value)) {
                all.insert((known.key, Origin::Kept), value);
            }
        }
        let mut settings = Settings::default();
        for ((key, origin), value) in all {
            // They come in the order of their origins.
            settings.0.entry(key).or_insert((value, origin));
        }
        settings
    }
}

impl Settings {
    /// How a setting stands.
    pub fn of(&self, known: &Known) -> Resolved {
        let set = self.0.get(known.key).cloned();
        let (value, origin) = set.map_or((None, Origin::Default), |(value, origin)| (Some(value), origin));
        Resolved {
            key: known.key,
            value,
            origin,
        }
    }

    /// A value that was set.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|(value, _)| value.as_str())
    }

    /// What is decided differently from the plugin's policy.
    pub fn policy(&self) -> PolicyChanges {
        let count = |key| self.get(key).and_then(|value| value.parse().ok());
        PolicyChanges {
            max_file_bytes: self.get("policy.max-file-bytes").and_then(bytes),
            max_files_per_import: count("policy.max-files-per-import"),
            file_types: self
                .get("policy.file-types")
                .map(|endings| endings.split(',').map(str::to_owned).collect()),
            subfolders: self.get("policy.subfolders").map(|word| match word {
                "browse" => Subfolders::Browse,
                "associate" => Subfolders::Associate,
                _ => Subfolders::None,
            }),
            max_sheet_bytes: self.get("policy.max-sheet-bytes").and_then(bytes),
            max_sheet_rows: count("policy.max-sheet-rows"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(key: &str, value: &str) -> [(String, String); 1] {
        [(key.to_owned(), value.to_owned())]
    }

    #[test]
    fn the_command_line_comes_before_a_variable_that_before_the_file_and_what_is_kept_comes_last() {
        let mut layers = Layers::default();
        let key = "policy.max-files-per-import";
        let settings = layers.over(kept(key, "1"));
        assert_eq!(settings.of(find(key).unwrap()).origin, Origin::Kept);
        for (origin, value) in [(Origin::File, "2"), (Origin::Variable, "3"), (Origin::CommandLine, "4")] {
            layers.put(origin, key, value).unwrap();
            let settings = layers.over(kept(key, "1"));
            assert_eq!(settings.get(key), Some(value));
            assert_eq!(settings.of(find(key).unwrap()).origin, origin);
        }
        assert_eq!(layers.over(kept(key, "1")).policy().max_files_per_import, Some(4));
    }

    #[test]
    fn a_variable_that_can_not_be_is_named() {
        let mut layers = Layers::default();
        let wrong = |name: &str| (name == "CLIENTPOINT_POLICY_SUBFOLDERS").then(|| "some".to_owned());
        let error = layers.put_variables(wrong).unwrap_err().to_string();
        assert!(error.contains("CLIENTPOINT_POLICY_SUBFOLDERS"), "{error}");
        assert!(error.contains("`none`, `associate`, `browse`"), "{error}");
    }

    #[test]
    fn what_another_version_has_kept_counts_for_nothing() {
        let layers = Layers::default();
        for (key, value) in [
            ("policy.colour", "red"),
            ("policy.subfolders", "some"),
            ("plugin", "/evil"),
        ] {
            assert!(layers.over(kept(key, value)).0.is_empty(), "{key}");
        }
    }
}
