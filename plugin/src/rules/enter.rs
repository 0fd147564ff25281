//! May this item enter the library? Pure: it looks at metadata and at the policy, and at nothing else.

use crate::{
    contract::{EntryKind, Policy, Refusal},
    item::Item,
    rules::formats,
};

/// Rules 20, 24, 31 and 34. The first reason found is the one told, the one that nothing can be done about before the
/// one that something can.
///
/// # Errors
/// Why not.
pub fn may_enter(item: &Item, policy: &Policy) -> Result<(), Refusal> {
    check_kind(item)?;
    let ending = formats::ending(&item.name);
    if !policy.file_types.iter().any(|kind| kind.eq_ignore_ascii_case(&ending)) || ending.is_empty() {
        return Err(Refusal::UnsupportedType(ending));
    }
    if item.out_of_reach(policy.subfolders) {
        return Err(Refusal::Subfolder);
    }
    check_size(item.size().unwrap_or_default(), policy)
}

/// Whether a library file that follows the item may have its bytes: it may lie in a folder, and its format is the one
/// of the library's file (rule 28), whatever the policy lets in now.
///
/// # Errors
/// Why not.
pub fn may_follow(item: &Item, library_name: &str, policy: &Policy) -> Result<(), Refusal> {
    check_kind(item)?;
    let ending = formats::ending(&item.name);
    if ending.is_empty() || !formats::same_format(library_name, &item.name) {
        return Err(Refusal::UnsupportedType(ending));
    }
    check_size(item.size().unwrap_or_default(), policy)
}

fn check_kind(item: &Item) -> Result<(), Refusal> {
    match item.kind() {
        EntryKind::File if item.infected() => Err(Refusal::Malware),
        EntryKind::File => Ok(()),
        EntryKind::Folder => Err(Refusal::Folder),
        EntryKind::Package => Err(Refusal::Package),
        EntryKind::Shortcut => Err(Refusal::Shortcut),
        EntryKind::Other => Err(Refusal::UnknownKind),
    }
}

/// Rule 24: larger than the limit is too large, equal is not. Asked again while the bytes pass, since the size in the
/// metadata may be wrong.
///
/// # Errors
/// When it is too large.
pub const fn check_size(size: u64, policy: &Policy) -> Result<(), Refusal> {
    if size > policy.max_file_bytes {
        return Err(Refusal::TooLarge((size, policy.max_file_bytes)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::{contract::Subfolders, graph, source};

    fn named(name: &str) -> Item {
        item(&serde_json::json!({ "name": name, "size": 1, "file": {} }))
    }

    fn item(json: &serde_json::Value) -> Item {
        graph::told(json.to_string().as_bytes()).unwrap()
    }

    fn strict() -> Policy {
        source::default_policy()
    }

    #[test]
    fn r20_all_thirty_types_pass_in_any_case() {
        let types = "doc,docx,ppt,pptx,xls,xlsx,pdf,tiff,png,jpg,jpeg,links,mp4,mov,avi,dv,qt,mpg,mpg2,mpeg2,mpeg4,\
            3gp,3g2,asf,wmv,flv,m4v,tif,gif,bmp";
        assert_eq!(types.split(',').count(), 30);
        assert_eq!(strict().file_types, types.split(',').collect::<Vec<_>>());
        for kind in types.split(',') {
            let mixed: String = kind
                .chars()
                .enumerate()
                .map(|(i, c)| if i % 2 == 0 { c.to_ascii_uppercase() } else { c })
                .collect();
            for ending in [kind.to_owned(), kind.to_uppercase(), mixed] {
                assert_eq!(
                    may_enter(&named(&format!("Report 2026.{ending}")), &strict()),
                    Ok(()),
                    "{ending}"
                );
            }
        }
    }

    #[test]
    fn r20_everything_else_is_refused_with_its_ending() {
        for (name, ending) in [
            ("a.xlsm", "xlsm"),
            ("a.csv", "csv"),
            ("a.txt", "txt"),
            ("a.zip", "zip"),
            ("a.exe", "exe"),
            ("a.svg", "svg"),
            ("a.webp", "webp"),
            ("a.heic", "heic"),
            ("a.mpeg", "mpeg"),
            ("a.pptm", "pptm"),
            ("a.odt", "odt"),
            ("a.url", "url"),
            ("a.m p4", "m p4"),
            ("a.docx.exe", "exe"),
            ("a", ""),
            ("docx", ""),
            (".docx", ""),
            ("a.docx.", ""),
            ("a.docx ", "docx "),
            ("a.ｄｏｃｘ", "ｄｏｃｘ"),
        ] {
            let refusal = Refusal::UnsupportedType(ending.to_owned());
            assert_eq!(may_enter(&named(name), &strict()), Err(refusal), "{name:?}");
        }
    }

    #[test]
    fn r20e_the_ending_decides_and_not_the_media_type() {
        let odd = item(&serde_json::json!({ "name": "invoice.pdf", "file": { "mimeType": "text/html" } }));
        assert_eq!(may_enter(&odd, &strict()), Ok(()));
    }

    #[test]
    fn r24_a_file_of_exactly_the_limit_passes_and_one_byte_more_does_not() {
        let sized = |size: u64| {
            may_enter(
                &item(&serde_json::json!({ "name": "a.pdf", "size": size, "file": {} })),
                &strict(),
            )
        };
        for size in [0, 499_999_999, 500_000_000, 500_000_001, 524_288_000] {
            assert_eq!(sized(size), Ok(()), "{size}");
        }
        assert_eq!(sized(524_288_001), Err(Refusal::TooLarge((524_288_001, 524_288_000))));
    }

    #[test]
    fn r24_a_missing_size_passes_here_and_is_watched_later() {
        assert_eq!(
            may_enter(&item(&serde_json::json!({ "name": "a.pdf", "file": {} })), &strict()),
            Ok(())
        );
    }

    #[test]
    fn r31_files_in_folders_pass_only_where_folders_can_be_browsed() {
        let path = serde_json::json!({ "path": "/drives/b!a/root:/Team" });
        let deep = item(&serde_json::json!({ "name": "a.pdf", "file": {}, "parentReference": path }));
        for (subfolders, expected) in [
            (Subfolders::None, Err(Refusal::Subfolder)),
            (Subfolders::Associate, Err(Refusal::Subfolder)),
            (Subfolders::Browse, Ok(())),
        ] {
            let policy = Policy { subfolders, ..strict() };
            assert_eq!(may_enter(&deep, &policy), expected, "{subfolders:?}");
        }
    }

    #[test]
    fn r28_what_follows_already_is_judged_by_its_format_and_not_by_where_it_lies() {
        let path = serde_json::json!({ "path": "/drives/b!a/root:/Team" });
        let deep = |name: &str| item(&serde_json::json!({ "name": name, "file": {}, "parentReference": path }));
        let mut policy = strict();
        policy.file_types.clear();
        for (name, library_name, expected) in [
            ("a.pdf", "b.PDF", Ok(())),
            ("a.jpeg", "b.jpg", Ok(())),
            ("a.docx", "b.pdf", Err(Refusal::UnsupportedType("docx".to_owned()))),
            ("a", "b", Err(Refusal::UnsupportedType(String::new()))),
        ] {
            assert_eq!(
                may_follow(&deep(name), library_name, &policy),
                expected,
                "{name} {library_name}"
            );
        }
        let infected = item(&serde_json::json!({ "name": "a.pdf", "file": {}, "malware": {} }));
        assert_eq!(may_follow(&infected, "a.pdf", &policy), Err(Refusal::Malware));
        let large = item(&serde_json::json!({ "name": "a.pdf", "file": {}, "size": policy.max_file_bytes + 1 }));
        assert!(matches!(
            may_follow(&large, "a.pdf", &policy),
            Err(Refusal::TooLarge(..))
        ));
    }

    #[test]
    fn r34_each_kind_has_its_own_reason() {
        for (json, refusal) in [
            (serde_json::json!({ "name": "a.pdf", "folder": {} }), Refusal::Folder),
            (
                serde_json::json!({ "name": "a", "package": { "type": "oneNote" } }),
                Refusal::Package,
            ),
            (
                serde_json::json!({ "name": "a.pdf", "remoteItem": {}, "file": {} }),
                Refusal::Shortcut,
            ),
            (
                serde_json::json!({ "name": "a.pdf", "file": {}, "malware": {} }),
                Refusal::Malware,
            ),
            (serde_json::json!({ "name": "a.pdf" }), Refusal::UnknownKind),
        ] {
            assert_eq!(may_enter(&item(&json), &strict()), Err(refusal), "{json}");
        }
    }
}
