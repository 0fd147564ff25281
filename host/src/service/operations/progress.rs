//! How far long work is: its own files and bytes, and nobody else's.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    service::answers::{ItemOutcome, ItemRow},
    store::words::ItemState,
};

/// The most files that are told of one by one. Of those beyond, what became of them is counted.
const ITEMS_AT_MOST: usize = 100;

/// The longest text of a file, in characters.
const TEXT_AT_MOST: usize = 400;

/// How far an operation is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Progress {
    /// How much is done: files of an import or a run, bytes of a look at the library.
    pub done: u64,
    /// Of how much, once that is known.
    pub of: Option<u64>,
    /// The files of an import; of a run those that are on their way. In the order in which they were asked for, a hundred at
    /// most.
    pub items: Vec<ItemProgress>,
    /// How many files more there were, whose end is in the counts alone.
    pub left_out: u64,
    /// What is waited for; none while something moves.
    pub waits: Option<Wait>,
}

/// How far a file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ItemProgress {
    /// The item.
    pub item: ItemRow,
    /// Its name in the source; empty until it is known.
    pub name: String,
    /// How far it is, in a word.
    pub state: ItemState,
    /// How many of its bytes are there. They can become fewer: then it has begun again.
    pub done: u64,
    /// How many bytes it has, once that is known.
    pub of: Option<u64>,
    /// How often it has begun again.
    pub begun_again: u32,
    /// Its File ID, once it is in the library.
    pub file: Option<String>,
    /// The word for why, where it did not come in.
    pub reason: Option<String>,
    /// What became of it, in a sentence; empty until then.
    pub message: String,
}

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Wait {
    /// In a sentence.
    pub why: String,
    /// For how long in all, in seconds; none where nobody knows.
    pub seconds: Option<u64>,
}

/// What is known of an operation beside who has begun it: kept as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Told {
    #[serde(skip)]
    pub(crate) connection: Option<String>,
    #[serde(skip)]
    pub(crate) run: Option<i64>,
    pub(crate) progress: Progress,
    pub(crate) counts: BTreeMap<String, u64>,
    pub(crate) plan: Option<String>,
}

impl ItemState {
    /// Whether nothing more becomes of it.
    pub fn has_ended(self) -> bool {
        !matches!(self, Self::Waiting | Self::Transferring | Self::Checking)
    }
}

impl Progress {
    /// These files were asked for as well.
    pub(super) fn asks(&mut self, items: impl IntoIterator<Item = ItemRow>) {
        for item in items {
            self.put(ItemProgress::new(item));
        }
    }

    /// So many bytes of the file are there.
    pub(super) fn moved(&mut self, item: &str, name: &str, (done, of): (u64, Option<u64>)) {
        self.waits = None;
        let of_item = |one: &&mut ItemProgress| one.item.id == item && !one.state.has_ended();
        let known = self.items.iter_mut().find(of_item);
        if let Some(known) = known {
            return known.moved(name, done, of);
        }
        let mut one = ItemProgress::new(ItemRow {
            drive: String::new(),
            id: cut(item),
        });
        one.moved(name, done, of);
        self.put(one);
    }

    /// All bytes of the file are there, and nothing more is told of it here.
    pub(super) fn forget(&mut self, item: &str) {
        self.items.retain(|one| one.item.id != item);
    }

    /// What became of files.
    pub(super) fn came(&mut self, outcomes: &[ItemOutcome]) {
        self.waits = None;
        for outcome in outcomes {
            self.done += 1;
            let of_item = |one: &&mut ItemProgress| one.item == outcome.item && !one.state.has_ended();
            match self.items.iter_mut().find(of_item) {
                Some(one) => one.ended(outcome),
                None => {
                    let mut one = ItemProgress::new(outcome.item.clone());
                    one.ended(outcome);
                    self.put(one);
                }
            }
        }
    }

    /// All has ended, and this is what became of each file: also of those that nobody has begun with.
    pub(super) fn ended(&mut self, outcomes: &[ItemOutcome]) {
        let before = std::mem::take(&mut self.items);
        *self = Self {
            of: Some(outcomes.len() as u64),
            ..Self::default()
        };
        for outcome in outcomes {
            self.done += 1;
            let known = before.iter().find(|one| one.item == outcome.item);
            let mut one = known
                .cloned()
                .unwrap_or_else(|| ItemProgress::new(outcome.item.clone()));
            one.ended(outcome);
            self.put(one);
        }
    }

    /// What was asked for may have begun since somebody last wrote down how far it was.
    pub(super) fn may_have_begun(&mut self) {
        self.waits = None;
        let waiting = |one: &&mut ItemProgress| one.state == ItemState::Waiting;
        self.items
            .iter_mut()
            .filter(waiting)
            .for_each(|one| one.state = ItemState::Transferring);
    }

    /// Nothing moves.
    pub(super) fn waits(&mut self, why: &str, time: Option<Duration>) {
        self.waits = Some(Wait {
            why: cut(why),
            seconds: time.map(|time| time.as_secs()),
        });
    }

    /// Puts a file under the others. Where there are too many, those go first that are well.
    fn put(&mut self, one: ItemProgress) {
        if ITEMS_AT_MOST <= self.items.len() {
            let well = |one: &ItemProgress| one.state.has_ended() && one.file.is_some();
            let ended = |one: &ItemProgress| one.state.has_ended();
            let place = self.items.iter().position(well);
            let place = place.or_else(|| self.items.iter().position(ended));
            self.left_out += 1;
            match place {
                Some(place) => _ = self.items.remove(place),
                None => return,
            }
        }
        self.items.push(one);
    }
}

impl ItemProgress {
    fn new(item: ItemRow) -> Self {
        // What was given as `https://…` is no item, and may open a file to whoever reads it.
        let is_address = item.drive.ends_with(':') && item.id.starts_with('/');
        Self {
            item: ItemRow {
                drive: cut(&item.drive),
                id: if is_address { "…".into() } else { cut(&item.id) },
            },
            name: String::new(),
            state: ItemState::Waiting,
            done: 0,
            of: None,
            begun_again: 0,
            file: None,
            reason: None,
            message: String::new(),
        }
    }

    fn moved(&mut self, name: &str, done: u64, of: Option<u64>) {
        if done < self.done {
            self.begun_again = self.begun_again.saturating_add(1);
        }
        self.name = cut(name);
        (self.done, self.of) = (done, of);
        self.state = if of == Some(done) {
            ItemState::Checking
        } else {
            ItemState::Transferring
        };
    }

    fn ended(&mut self, outcome: &ItemOutcome) {
        // An outcome of a newer contract is none that went well.
        self.state = outcome.outcome.parse().unwrap_or(ItemState::Failed);
        if !outcome.name.is_empty() {
            self.name = cut(&outcome.name);
        }
        self.file = outcome.file.as_ref().map(|file| file.id.clone());
        self.reason = outcome.reason.map(str::to_owned);
        self.message = cut(&outcome.message);
    }
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_AT_MOST).collect()
}

#[cfg(test)]
mod tests {
    use clientpoint_engine::contract::clientpoint::content_source::types::ItemRef;

    use super::*;

    fn item(id: usize) -> ItemRow {
        ItemRow {
            drive: "d".into(),
            id: id.to_string(),
        }
    }

    fn not_begun(id: usize) -> ItemOutcome {
        ItemOutcome::not_started(&ItemRef {
            drive: "d".into(),
            item: id.to_string(),
        })
    }

    #[test]
    fn a_file_is_told_from_waiting_to_its_end_and_that_it_began_again() {
        let mut progress = Progress::default();
        progress.asks([item(1), item(2)]);
        progress.moved("1", "A.pdf", (5, Some(10)));
        progress.moved("1", "A.pdf", (0, Some(10)));
        progress.moved("1", "A.pdf", (10, Some(10)));
        let one = &progress.items[0];
        assert_eq!((one.state, one.begun_again), (ItemState::Checking, 1));
        assert_eq!(progress.items[1].state, ItemState::Waiting);
        progress.came(&[not_begun(2)]);
        assert_eq!(progress.items[1].state, ItemState::NotStarted);
        assert_eq!((progress.done, progress.items.len()), (1, 2));
    }

    #[test]
    fn an_address_in_the_place_of_an_item_is_not_kept() {
        let mut progress = Progress::default();
        progress.asks([ItemRow {
            drive: "https:".into(),
            id: "/contoso.example/s!secret".into(),
        }]);
        assert!(!serde_json::to_string(&progress).unwrap().contains("secret"));
    }

    #[test]
    fn however_many_files_there_are_those_on_their_way_are_told_and_the_size_stays_bounded() {
        let mut progress = Progress::default();
        for id in 0..1_000 {
            progress.asks([item(id)]);
            progress.came(&[not_begun(id)]);
        }
        progress.asks([item(1_000)]);
        assert_eq!(progress.items.len(), ITEMS_AT_MOST);
        assert_eq!(progress.left_out, 901);
        assert_eq!(progress.items.last().unwrap().state, ItemState::Waiting);
        for id in 0..ITEMS_AT_MOST * 2 {
            progress.asks([item(2_000 + id)]);
        }
        progress.moved(&"x".repeat(1 << 20), &"y".repeat(1 << 20), (0, None));
        assert!(progress.items.len() == ITEMS_AT_MOST);
        assert!(serde_json::to_string(&progress).unwrap().len() < 200_000);
    }
}
