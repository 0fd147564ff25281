//! Whether a library file may follow an item.

use super::found::Found;
use crate::{
    contract::{EntryKind, Policy, Refusal, RowOutcome, Subfolders},
    rules::{enter, formats},
};

/// Why not; none if it may. What nothing can be done about comes first. Rules 20, 24, 28 and 31.
pub(super) fn objection(file: &str, item: &Found, policy: &Policy) -> Option<RowOutcome> {
    match item.kind() {
        EntryKind::File => {}
        EntryKind::Folder => return Some(RowOutcome::IsAFolder),
        EntryKind::Package => return Some(RowOutcome::Refused(Refusal::Package)),
        EntryKind::Shortcut => return Some(RowOutcome::Refused(Refusal::Shortcut)),
        EntryKind::Other => return Some(RowOutcome::Refused(Refusal::UnknownKind)),
    }
    if item.infected() {
        return Some(RowOutcome::Refused(Refusal::Malware));
    }
    let ending = formats::ending(item.name());
    if ending.is_empty() || !policy.file_types.iter().any(|kind| kind.eq_ignore_ascii_case(&ending)) {
        return Some(RowOutcome::UnsupportedType(ending));
    }
    if policy.subfolders == Subfolders::None && item.path().contains('/') {
        return Some(RowOutcome::Refused(Refusal::Subfolder));
    }
    if let Err(Refusal::TooLarge((size, limit))) = enter::check_size(item.size().unwrap_or_default(), policy) {
        return Some(RowOutcome::TooLarge((size, limit)));
    }
    let same = formats::same_format(file, item.name());
    (!same).then(|| RowOutcome::FormatMismatch((formats::ending(file), ending)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use std::rc::Rc;

    use serde_json::{Value, json};

    use super::*;
    use crate::{graph, source};

    fn item(path: &str, facets: Value) -> Found {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut json = json!({
            "id": "A", "name": name, "parentReference": { "path": format!("/drives/b!a/root:/{folder}") },
        });
        for (facet, value) in facets.as_object().unwrap() {
            json[facet] = value.clone();
        }
        Found::Asked(Rc::new(graph::told(json.to_string().as_bytes()).unwrap()))
    }

    fn file(path: &str) -> Found {
        item(path, json!({ "file": {}, "size": 1 }))
    }

    fn told(file: &str, item: &Found) -> Option<RowOutcome> {
        objection(file, item, &source::default_policy())
    }

    #[test]
    fn r28_only_the_same_format_may_follow() {
        assert_eq!(told("a.docx", &file("Deep/Down/b.DOCX")), None);
        assert_eq!(told("a.jpg", &file("b.jpeg")), None);
        let mismatch = RowOutcome::FormatMismatch(("xlsx".to_owned(), "docx".to_owned()));
        assert_eq!(told("a.xlsx", &file("b.docx")), Some(mismatch));
    }

    #[test]
    fn r20_r24_what_may_not_enter_may_not_be_followed() {
        let text = RowOutcome::UnsupportedType("txt".to_owned());
        assert_eq!(told("a.txt", &file("b.txt")), Some(text));
        let large = |size: u64| item("b.mp4", json!({ "file": {}, "size": size }));
        assert_eq!(
            told("a.mp4", &large(524_288_001)),
            Some(RowOutcome::TooLarge((524_288_001, 524_288_000)))
        );
        assert_eq!(told("a.mp4", &large(524_288_000)), None);
    }

    #[test]
    fn r31_folders_are_fine_unless_the_policy_leaves_them_out() {
        let mut policy = source::default_policy();
        policy.subfolders = Subfolders::None;
        assert_eq!(
            objection("a.pdf", &file("A/b.pdf"), &policy),
            Some(RowOutcome::Refused(Refusal::Subfolder))
        );
        assert_eq!(objection("a.pdf", &file("b.pdf"), &policy), None);
    }

    #[test]
    fn other_kinds_have_their_own_reason() {
        for (facets, outcome) in [
            (json!({ "folder": {} }), RowOutcome::IsAFolder),
            (json!({ "package": {} }), RowOutcome::Refused(Refusal::Package)),
            (json!({ "remoteItem": {} }), RowOutcome::Refused(Refusal::Shortcut)),
            (json!({}), RowOutcome::Refused(Refusal::UnknownKind)),
            (
                json!({ "file": {}, "malware": {} }),
                RowOutcome::Refused(Refusal::Malware),
            ),
        ] {
            assert_eq!(told("a.pdf", &item("b.pdf", facets)), Some(outcome));
        }
        assert_eq!(told("a.pdf", &Found::Drive), Some(RowOutcome::IsAFolder));
    }
}
