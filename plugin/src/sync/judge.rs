//! What to do about a file, from what is known of it and of its item. Pure.

use crate::{
    contract::{EntryKind, LineOutcome, Link, LinkState, ManagedFile, Policy, Subfolders, Verification},
    item::Item,
    rules::{enter, formats},
};

/// More files than this do not turn gone at once, unless a person says so.
const GONE_AT_MOST: u64 = 20;
/// A share of the library counts from this number on: in a small one, each file is a large share.
const SHARE_FROM: u64 = 5;
/// Runs in a row in which a file is tried before it waits for a change at the source, or for a person.
pub const TRIES: u32 = 7;

/// What to do about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing but a line: the bytes are right. `back`: the item had been gone.
    Keep {
        /// Whether it had been gone.
        back: bool,
    },
    /// The last good bytes stay, and the line says this.
    Stop(LineOutcome),
    /// New bytes are to be fetched.
    Fetch,
    /// The listing does not say enough: the item must be asked for by itself.
    Ask,
}

/// Rules 24b and 28, S1, S2, S4, S11.
#[must_use]
pub fn verdict(file: &ManagedFile, item: &Item, policy: &Policy) -> Verdict {
    let Some(link) = &file.file.link else {
        return Verdict::Fetch;
    };
    if item.kind() != EntryKind::File || !formats::same_format(&file.file.name, &item.name) {
        return Verdict::Stop(LineOutcome::FormatMismatch);
    }
    if item.infected() {
        return Verdict::Stop(LineOutcome::Malware);
    }
    if policy.subfolders == Subfolders::None {
        match item.in_folder() {
            Some(false) => {}
            Some(true) => return Verdict::Stop(LineOutcome::OutOfScope),
            None => return Verdict::Ask,
        }
    }
    if same_content(link, item) {
        let back = file.state == LinkState::SourceGone;
        return Verdict::Keep { back };
    }
    // What no hash can confirm is fetched anew only if the mark of the content has moved, and not for want of one.
    let unsure = link.verification != Verification::Verified && link.version.is_some() && !item.has_content_mark();
    if unsure && !link.hash.is_empty() && item.version().is_some() {
        return Verdict::Ask;
    }
    if enter::check_size(item.size().unwrap_or_default(), policy).is_err() {
        return Verdict::Stop(LineOutcome::TooLarge);
    }
    Verdict::Fetch
}

/// Whether a listed item tells nothing that is not known: then it leaves no mark.
#[must_use]
pub fn nothing_new(file: &ManagedFile, item: &Item, policy: &Policy) -> bool {
    let known = file.file.link.as_ref().is_some_and(|link| {
        let same_mark = link.version.as_deref().is_some_and(|mark| item.is_marked(mark));
        same_mark && link.name == item.name && !link.hash.is_empty()
    });
    let keep = Verdict::Keep { back: false };
    let sound = matches!(verdict(file, item, policy), verdict if verdict == keep || verdict == Verdict::Ask);
    known && sound && file.state == LinkState::Following && file.waiting.is_none()
}

/// S4: the mark of the content decides; where it moved, an equal hash still says that the bytes did not.
fn same_content(link: &Link, item: &Item) -> bool {
    let known = !link.hash.is_empty();
    let same_mark = link.version.as_deref().is_some_and(|mark| item.is_marked(mark));
    let same_bytes = item.hash().is_some_and(|hash| hash == link.hash) && item.size() == Some(link.size);
    known && (same_mark || same_bytes)
}

/// The shrink guard: whether so many of so many files may turn gone at once.
#[must_use]
pub const fn may_turn_gone(gone: u64, managed: u64) -> bool {
    gone <= GONE_AT_MOST && (gone < SHARE_FROM || gone.saturating_mul(10) <= managed)
}

/// Whether it is cheaper to look at each managed file than to go on paging. Nobody knows how many pages are left, so
/// paging may cost as much as the looks would: then the worst is twice the best.
#[must_use]
pub const fn looks_are_cheaper(units: u64, managed: u64) -> bool {
    // One more than the looks, since the new beginning has to be asked for as well.
    managed < units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guard_lets_few_files_go_and_holds_back_many() {
        for (gone, managed, may) in [
            (0, 0, true),
            (1, 1, true),
            (4, 5, true),
            (5, 49, false),
            (5, 50, true),
            (20, 200, true),
            (20, 199, false),
            (21, 100_000, false),
        ] {
            assert_eq!(may_turn_gone(gone, managed), may, "{gone} of {managed}");
        }
    }

    #[test]
    fn paging_never_costs_more_than_the_looks_would() {
        assert!(!looks_are_cheaper(1, 3));
        assert!(looks_are_cheaper(4, 3));
        assert!(!looks_are_cheaper(500, 100_000));
    }
}
