//! What an instance is lent for the length of the one call that it is made for, beyond what every instance has.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::RwLock;

use crate::contract::clientpoint::content_source::types::ItemRef;

/// What the call of an instance may do with the library.
#[derive(Clone, Debug, Default)]
pub enum Lent {
    /// Nothing but to find the files that follow an item.
    #[default]
    Nothing,
    /// An import: bringing in what a person has asked for.
    Import {
        /// The items that may come in.
        asked: Arc<[ItemRef]>,
        /// Those that have.
        came_in: CameIn,
    },
    /// A run of the sync, by its number: the managed files, and the lines of its ledger.
    Run(i64),
    /// Reading a sheet: looking up the files that it names.
    Sheet,
    /// Carrying out an upload, by the number of its run: what [`Lent::Sheet`] allows, and binding files to items.
    Upload(i64),
}

impl Lent {
    /// Whether there is something that may come in.
    pub(super) fn imports(&self) -> bool {
        matches!(self, Self::Import { asked, .. } if !asked.is_empty())
    }

    /// What has come in, if this item may.
    pub(super) fn way_in(&self, item: &ItemRef) -> Option<&CameIn> {
        match self {
            Self::Import { asked, came_in } => asked.contains(item).then_some(came_in),
            _ => None,
        }
    }

    /// The run of the sync that the instance works for.
    pub(super) fn run(&self) -> Option<i64> {
        match self {
            Self::Run(run) => Some(*run),
            _ => None,
        }
    }

    /// Whether it may look up files by their File IDs.
    pub(super) fn reads_sheet(&self) -> bool {
        matches!(self, Self::Sheet | Self::Upload(_))
    }

    /// The upload that it carries out.
    pub(super) fn upload(&self) -> Option<i64> {
        match self {
            Self::Upload(run) => Some(*run),
            _ => None,
        }
    }
}

/// The items that came into the library, each with its File ID. Clones see the same.
#[derive(Clone, Debug, Default)]
pub struct CameIn(Arc<Mutex<Vec<(ItemRef, String)>>>);

impl CameIn {
    /// All of it, so far.
    pub fn all(&self) -> Vec<(ItemRef, String)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn add(&self, item: ItemRef, file: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((item, file));
    }
}

/// What comes in or is bound goes through here, from before that is done until it is told of. Clones are one gate.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<RwLock<()>>);

impl Gate {
    /// Waits until nothing is about to come in or be bound; nothing does from then on.
    pub async fn close(&self) -> impl Drop + use<> {
        self.0.clone().write_owned().await
    }

    /// The way in, for one call.
    pub(super) async fn open(&self) -> impl Drop + use<> {
        self.0.clone().read_owned().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(item: &str) -> ItemRef {
        ItemRef {
            drive: "d".into(),
            item: item.into(),
        }
    }

    #[test]
    fn each_lending_allows_what_its_call_is_for_and_nothing_else() {
        let import = |asked: &[ItemRef]| Lent::Import {
            asked: asked.into(),
            came_in: CameIn::default(),
        };
        // Whether it imports, brings in `a`, works for a run, reads a sheet, and binds.
        for (lent, allowed) in [
            (Lent::Nothing, [false, false, false, false, false]),
            (import(&[]), [false, false, false, false, false]),
            (import(&[item("b")]), [true, false, false, false, false]),
            (import(&[item("b"), item("a")]), [true, true, false, false, false]),
            (Lent::Run(1), [false, false, true, false, false]),
            (Lent::Sheet, [false, false, false, true, false]),
            (Lent::Upload(1), [false, false, false, true, true]),
        ] {
            let found = [
                lent.imports(),
                lent.way_in(&item("a")).is_some(),
                lent.run().is_some(),
                lent.reads_sheet(),
                lent.upload().is_some(),
            ];
            assert_eq!(found, allowed, "{lent:?}");
        }
    }
}
