//! What a run is carried out by: the right to do so and, where runs go by themselves, a place among those that are at work.

use std::time::Duration;

use clientpoint_engine::{capability::progress::Progress, clock::stamp};

use crate::{
    Result,
    host::{Host, Place},
    rights::Held,
    service::Stop,
};

/// The right to carry a run out.
pub(crate) struct Mandate {
    right: Held,
    place: Option<Place>,
    /// Whether the run was offered to hosts, and may be offered again.
    is_offered: bool,
}

/// A pause that is shorter is waited for on the spot.
const SHORT: Duration = Duration::from_secs(5);

impl Mandate {
    /// For somebody who waits for the run's end.
    pub(in crate::service) fn by_hand(right: Held) -> Self {
        Self {
            right,
            place: None,
            is_offered: false,
        }
    }

    /// For a run that goes by itself, in this place.
    pub(in crate::service) fn by_itself(right: Held, place: Place, is_offered: bool) -> Self {
        let place = Some(place);
        Self {
            right,
            place,
            is_offered,
        }
    }

    /// Whether the run was offered to hosts.
    pub(super) const fn is_offered(&self) -> bool {
        self.is_offered
    }

    /// Whether a run is put down for so long a pause, for any host to take it up again.
    pub(super) fn leaves_for(&self, pause: Duration) -> bool {
        self.is_offered && SHORT <= pause
    }

    /// Refuses to go on without the right: before each step, so that whoever has it now is not disturbed.
    ///
    /// # Errors
    ///
    /// As [`Held::require`].
    pub(super) async fn require(&self) -> Result<()> {
        self.right.require().await
    }

    /// As [`Held::guarding`].
    pub(in crate::service) fn guarding<F: Future>(&self, work: F) -> impl Future<Output = F::Output> {
        self.right.guarding(work)
    }

    /// Waits for something, without a place meanwhile.
    pub(super) async fn without_place<T>(&self, waiting: impl Future<Output = T>, stop: &Stop) -> T {
        match &self.place {
            Some(place) => place.without(waiting, stop).await,
            None => waiting.await,
        }
    }

    /// Lets so much time pass, or as much as there is until somebody asks to stop, and tells others what for.
    pub(super) async fn pause(&self, host: &Host, watcher: &dyn Progress, (why, time): (&str, Duration), stop: &Stop) {
        let until = stamp(host.clock.utc() + time);
        tracing::info!("the sync waits {} seconds, until {until}: {why}", time.as_secs());
        watcher.waiting(why, time);
        self.right.waits(Some(format!("until {until}: {why}")));
        let pausing = stop.run_until_cancelled(host.clock.sleep(time));
        self.without_place(pausing, stop).await;
        self.right.waits(None);
    }
}
