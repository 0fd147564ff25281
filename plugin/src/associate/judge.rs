//! Whether a library file may follow an item.

use super::locate::Located;
use crate::{
    association::RowOutcome,
    kinds,
    model::{EntryKind, Policy, Refusal, Subfolders},
    sync::judge::same_format,
    validate,
};

/// Why not; none if it may. What nothing can be done about comes first. Rules 20, 24, 28 and 31.
pub(super) fn objection(file: &str, item: &Located, policy: &Policy) -> Option<RowOutcome> {
    match item.kind {
        EntryKind::File => {}
        EntryKind::Folder => return Some(RowOutcome::IsAFolder),
        EntryKind::Package => return Some(RowOutcome::Refused(Refusal::Package)),
        EntryKind::Shortcut => return Some(RowOutcome::Refused(Refusal::Shortcut)),
        EntryKind::Other => return Some(RowOutcome::Refused(Refusal::UnknownKind)),
    }
    if item.infected {
        return Some(RowOutcome::Refused(Refusal::Malware));
    }
    let ending = kinds::ending(&item.name);
    if ending.is_empty() || !policy.file_types.iter().any(|kind| kind.eq_ignore_ascii_case(&ending)) {
        return Some(RowOutcome::UnsupportedType(ending));
    }
    if policy.subfolders == Subfolders::None && item.path.contains('/') {
        return Some(RowOutcome::Subfolder);
    }
    if let Err(Refusal::TooLarge(size, limit)) = validate::check_size(item.size.unwrap_or_default(), policy) {
        return Some(RowOutcome::TooLarge(size, limit));
    }
    let same = same_format(file, &item.name);
    (!same).then(|| RowOutcome::FormatMismatch(kinds::ending(file), ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source;

    fn item(path: &str) -> Located {
        Located {
            id: "A".to_owned(),
            parent: None,
            name: path.rsplit('/').next().unwrap_or_default().to_owned(),
            path: path.to_owned(),
            kind: EntryKind::File,
            size: Some(1),
            web_url: None,
            infected: false,
        }
    }

    fn told(file: &str, item: &Located) -> Option<RowOutcome> {
        objection(file, item, &source::default_policy())
    }

    #[test]
    fn r28_only_the_same_format_may_follow() {
        assert_eq!(told("a.docx", &item("Deep/Down/b.DOCX")), None);
        assert_eq!(told("a.jpg", &item("b.jpeg")), None);
        let mismatch = RowOutcome::FormatMismatch("xlsx".to_owned(), "docx".to_owned());
        assert_eq!(told("a.xlsx", &item("b.docx")), Some(mismatch));
    }

    #[test]
    fn r20_r24_what_may_not_enter_may_not_be_followed() {
        let text = RowOutcome::UnsupportedType("txt".to_owned());
        assert_eq!(told("a.txt", &item("b.txt")), Some(text));
        let mut large = item("b.mp4");
        large.size = Some(524_288_001);
        assert_eq!(
            told("a.mp4", &large),
            Some(RowOutcome::TooLarge(524_288_001, 524_288_000))
        );
        large.size = Some(524_288_000);
        assert_eq!(told("a.mp4", &large), None);
    }

    #[test]
    fn r31_folders_are_fine_unless_the_policy_leaves_them_out() {
        let mut policy = source::default_policy();
        policy.subfolders = Subfolders::None;
        assert_eq!(
            objection("a.pdf", &item("A/b.pdf"), &policy),
            Some(RowOutcome::Subfolder)
        );
        assert_eq!(objection("a.pdf", &item("b.pdf"), &policy), None);
    }

    #[test]
    fn other_kinds_have_their_own_reason() {
        for (kind, outcome) in [
            (EntryKind::Folder, RowOutcome::IsAFolder),
            (EntryKind::Package, RowOutcome::Refused(Refusal::Package)),
            (EntryKind::Shortcut, RowOutcome::Refused(Refusal::Shortcut)),
            (EntryKind::Other, RowOutcome::Refused(Refusal::UnknownKind)),
        ] {
            let item = Located { kind, ..item("b.pdf") };
            assert_eq!(told("a.pdf", &item), Some(outcome));
        }
        let infected = Located {
            infected: true,
            ..item("b.pdf")
        };
        assert_eq!(told("a.pdf", &infected), Some(RowOutcome::Refused(Refusal::Malware)));
    }
}
