//! Runs of the sync: now, by plan, once a day by themselves; and their ledger.

pub(super) mod budget;
mod course;
pub(super) mod export;
pub(super) mod guard;
pub(super) mod ledger;
pub(super) mod lines;
mod mandate;
pub(super) mod options;
pub(super) mod plan;
pub(super) mod planned;
pub(super) mod serving;
mod sharing;
mod shift;
pub(super) mod starting;
mod steps;
mod story;
pub(super) mod sync;
pub(super) mod sync_lock;
mod troubles;
mod ways_out;
