//! `progress`: how far transfers are, for whoever watches.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use wasmtime::component::{HasData, Linker};

use crate::contract::clientpoint::content_source::{
    progress::{self, Host},
    types::ItemRef,
};

/// How many items one instance may report on.
const ITEMS_AT_MOST: usize = 1_000;

/// How many waits of one instance are told of.
const WAITS_AT_MOST: u32 = 1_000;

/// How many reports of one instance are passed on.
const REPORTS_AT_MOST: u32 = 50_000;

/// The longest name or reason that is passed on, in characters, and the longest item, in bytes.
const NAME_AT_MOST: usize = 255;
const ITEM_AT_MOST: usize = 512;

/// Somebody who watches transfers: those of one piece of work, where a call brings its own watcher. Called often and from
/// any thread: it must not wait.
pub trait Progress: Send + Sync {
    /// `done` of `total` bytes of the item are there. `done` can go back when a transfer starts again.
    fn report(&self, item: &str, name: &str, done: u64, total: Option<u64>);

    /// Nothing moves for so long, and why. Who does not want to know has nothing to do.
    fn waiting(&self, why: &str, time: Duration) {
        let _ = (why, time);
    }

    /// Somebody else has what is needed, and nobody knows for how long: who, in a sentence.
    fn queued(&self, _why: &str) {}
}

/// Nobody watches.
pub struct Unwatched;

impl Progress for Unwatched {
    fn report(&self, _item: &str, _name: &str, _done: u64, _total: Option<u64>) {}
}

/// Who watches this instance.
pub struct ProgressCtx {
    /// Gets the reports that tell something new.
    pub watcher: Arc<dyn Progress>,
    /// What was passed on last, by item.
    last: BTreeMap<String, u64>,
    passed_on: u32,
    waits: u32,
}

impl ProgressCtx {
    /// Nothing was reported yet.
    pub fn new(watcher: Arc<dyn Progress>) -> Self {
        Self {
            watcher,
            last: BTreeMap::new(),
            passed_on: 0,
            waits: 0,
        }
    }

    /// Whether a report tells something new: the first of an item, the last, a hundredth more, or a step back.
    fn is_new(&mut self, item: &str, done: u64, total: Option<u64>) -> bool {
        if ITEM_AT_MOST < item.len() || REPORTS_AT_MOST <= self.passed_on {
            return false;
        }
        match self.last.get(item) {
            None if ITEMS_AT_MOST <= self.last.len() => return false,
            Some(last) if total != Some(done) => {
                let step = (total.unwrap_or(0) / 100).max(1);
                if done.checked_sub(*last).is_some_and(|more| more < step) {
                    return false;
                }
            }
            _ => {}
        }
        self.last.insert(item.to_string(), done);
        self.passed_on += 1;
        true
    }
}

/// Lends the context.
pub trait ProgressProvider {
    /// The context of this instance.
    fn progress(&mut self) -> &mut ProgressCtx;
}

/// Marks the view for the linker.
pub struct HasProgress;

impl HasData for HasProgress {
    type Data<'a> = &'a mut ProgressCtx;
}

/// Gives the plugin this interface.
///
/// # Errors
///
/// If the linker has it already.
pub fn add_to_linker<T: ProgressProvider + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    progress::add_to_linker::<T, HasProgress>(linker, T::progress)
}

impl Host for ProgressCtx {
    fn report(&mut self, item: ItemRef, name: String, done: u64, total: Option<u64>) -> wasmtime::Result<()> {
        if self.is_new(&item.item, done, total) {
            let name: String = name.chars().take(NAME_AT_MOST).collect();
            self.watcher.report(&item.item, &name, done, total);
        }
        Ok(())
    }

    fn waiting(&mut self, why: String, seconds: u32) -> wasmtime::Result<()> {
        if self.waits < WAITS_AT_MOST {
            self.waits += 1;
            let why: String = why.chars().take(NAME_AT_MOST).collect();
            self.watcher.waiting(&why, Duration::from_secs(seconds.into()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_reports_becomes_a_trickle_and_the_end_is_always_told() {
        let mut ctx = ProgressCtx::new(Arc::new(Unwatched));
        let told = (0..=10_000)
            .filter(|done| ctx.is_new("one", *done, Some(10_000)))
            .count();
        assert!((100..=102).contains(&told), "{told}");
        assert!(ctx.is_new("one", 0, Some(10_000)), "it begins again");
        assert!(ctx.is_new("one", 10_000, Some(10_000)));
        assert!(ctx.is_new("beyond", u64::MAX, Some(0)) && !ctx.is_new("beyond", u64::MAX, Some(0)));

        let told = (0..5_000).filter(|item| ctx.is_new(&item.to_string(), 0, None)).count();
        assert_eq!(told, ITEMS_AT_MOST - 2);
        assert!(!ctx.is_new(&"x".repeat(1 << 20), 0, None));
        let told = (0..1_000_000_u64)
            .filter(|turn| ctx.is_new("one", turn % 2 * 5_000, Some(10_000)))
            .count();
        assert!(told < 50_000, "{told}");
    }
}
