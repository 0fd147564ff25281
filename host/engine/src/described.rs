//! What a plugin says of itself, held to what a host can keep: what it names is shown, made into flags and runs, so that
//! none of it may be without end, or be two things under one name.

use std::collections::BTreeSet;

use crate::{
    Error, Result,
    contract::exports::clientpoint::content_source::source::{Description, ModeForm},
};

/// The most schedules: one an hour.
const SCHEDULES_AT_MOST: usize = 24;

/// The most fields of a form.
const FIELDS_AT_MOST: usize = 64;

/// The longest name of a schedule or a field, in bytes.
const NAME_AT_MOST: usize = 64;

/// The description, if a host can keep it.
///
/// # Errors
///
/// `Error::PluginStopped`.
pub(crate) fn kept(description: Description) -> Result<Description> {
    let refused = |what: &str| {
        Err(Error::PluginStopped(format!(
            "it describes itself as no plugin can be: {what}"
        )))
    };
    let schedules = &description.schedules;
    if SCHEDULES_AT_MOST < schedules.len() {
        return refused("with more than 24 schedules");
    }
    if schedules
        .iter()
        .any(|schedule| 23 < schedule.hour || 59 < schedule.minute)
    {
        return refused("with a schedule at a time that no clock shows");
    }
    if !are_names(schedules.iter().map(|schedule| schedule.id.as_str())) {
        return refused("with schedules without names of their own");
    }
    let keys = |form: &ModeForm| are_names(form.fields.iter().map(|field| field.key.as_str()));
    if description
        .modes
        .iter()
        .any(|form| FIELDS_AT_MOST < form.fields.len() || !keys(form))
    {
        return refused("with a form of more than 64 fields, or of fields without keys of their own");
    }
    Ok(description)
}

/// Whether each is a name, and none is there twice.
fn are_names<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let mut known = BTreeSet::new();
    names
        .into_iter()
        .all(|name| (1..=NAME_AT_MOST).contains(&name.len()) && known.insert(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{
        clientpoint::content_source::{
            connection::Mode,
            types::{Policy, Role, Subfolders},
        },
        exports::clientpoint::content_source::source::{Credentials, Field, FieldKind, FieldTraits, Labels, Schedule},
    };

    fn described(schedules: &[(&str, u8, u8)], keys: &[&str]) -> Description {
        let text = String::new;
        let field = |key: &&str| Field {
            key: (*key).to_owned(),
            label: text(),
            help: text(),
            kind: FieldKind::Text,
            default: None,
            traits: FieldTraits::empty(),
        };
        Description {
            id: "shelf".into(),
            title: text(),
            labels: Labels {
                name: text(),
                add: text(),
                associate: text(),
                path_column: text(),
                path_help: Vec::new(),
                path_example: text(),
                withdrawal: text(),
            },
            version: text(),
            required_role: Role::Administrator,
            default_policy: Policy {
                max_file_bytes: 1,
                max_files_per_import: 1,
                file_types: Vec::new(),
                subfolders: Subfolders::None,
                max_sheet_bytes: 1,
                max_sheet_rows: 1,
            },
            modes: vec![ModeForm {
                mode: Mode::Organization,
                label: text(),
                help: text(),
                fields: keys.iter().map(field).collect(),
                credentials: Credentials::One,
            }],
            schedules: schedules
                .iter()
                .map(|(id, hour, minute)| Schedule {
                    id: (*id).to_owned(),
                    hour: *hour,
                    minute: *minute,
                })
                .collect(),
        }
    }

    #[test]
    fn a_description_that_no_host_can_keep_is_refused() {
        kept(described(
            &[("morning", 5, 30), ("noon", 23, 59)],
            &["tenant", "secret"],
        ))
        .unwrap();
        let long = "x".repeat(NAME_AT_MOST + 1);
        let many: Vec<String> = (0..=FIELDS_AT_MOST).map(|n| format!("f{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let hourly: Vec<(&str, u8, u8)> = many.iter().take(25).map(|name| (*name, 1, 1)).collect();
        for (schedules, keys) in [
            (&[("morning", 24, 0)][..], &["a"][..]),
            (&[("morning", 5, 60)], &["a"]),
            (&[("", 5, 30)], &["a"]),
            (&[("same", 5, 30), ("same", 17, 0)], &["a"]),
            (&hourly, &["a"]),
            (&[], &["a", "a"]),
            (&[], &[""]),
            (&[], &[&long]),
            (&[], &many),
        ] {
            let refused = kept(described(schedules, keys))
                .err()
                .map(|error| error.code().to_owned());
            assert_eq!(
                refused.as_deref(),
                Some("plugin-stopped"),
                "{schedules:?} {}",
                keys.len()
            );
        }
    }
}
