//! Waiting for a right, with words for whoever watches.

use std::{
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use clientpoint_engine::{capability::progress::Progress, clock::Clock};
use futures::future::{Either, select};

use crate::Result;

/// How soon those who wait hear of it, and how soon again. The waits double from there.
const FIRST_WORDS: Duration = Duration::from_secs(1);
const NEXT_WORDS: Duration = Duration::from_secs(10);

/// The longest time between two words.
const RAREST_WORDS: Duration = Duration::from_secs(5 * 60);

/// What is told to those who wait, on its way.
pub(super) type Words<'a> = Pin<Box<dyn Future<Output = String> + Send + 'a>>;

/// Somebody who waits, and somebody who is told.
#[derive(Clone)]
pub(super) struct Waiting {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) watcher: Arc<dyn Progress>,
}

impl Waiting {
    /// The time by the clock of whoever waits.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.utc()
    }

    /// Waits for something, and tells whoever watches what is waited for.
    pub(super) async fn telling<'t, T>(
        &self,
        words: impl Fn() -> Words<'t>,
        taking: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let mut taking = pin!(taking);
        let mut pause = FIRST_WORDS;
        loop {
            match select(taking.as_mut(), self.clock.sleep(pause)).await {
                Either::Left((taken, _)) => return taken,
                Either::Right(_) => self.watcher.queued(&words().await),
            }
            pause = pause.saturating_mul(2).clamp(NEXT_WORDS, RAREST_WORDS);
        }
    }
}
