//! Time, as the host and its plugins see it.
//!
//! Everything that asks for the time or waits goes through [`Clock`], so that a test can move it. For plugins it is
//! bound to `wasi:clocks`.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use tokio::sync::{Notify, oneshot};

/// A future that ends when the waiting is over.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where time comes from.
pub trait Clock: Send + Sync {
    /// The time of day.
    fn utc(&self) -> DateTime<Utc>;

    /// Time since some moment in the past; never goes back.
    fn elapsed(&self) -> Duration;

    /// Waits.
    fn sleep(&self, duration: Duration) -> Sleep;
}

/// A moment as the ledger and the database write it: RFC 3339, UTC, whole seconds.
pub fn stamp(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock {
    begin: Instant,
    ahead: TimeDelta,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self {
            begin: Instant::now(),
            ahead: TimeDelta::zero(),
        }
    }
}

impl SystemClock {
    /// A clock that shows `moment` now, and goes on from there as the machine's does.
    pub fn showing(moment: DateTime<Utc>) -> Self {
        Self {
            begin: Instant::now(),
            ahead: moment - Utc::now(),
        }
    }
}

impl Clock for SystemClock {
    fn utc(&self) -> DateTime<Utc> {
        let now = Utc::now();
        now.checked_add_signed(self.ahead).unwrap_or(now)
    }

    fn elapsed(&self) -> Duration {
        self.begin.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A clock that stands still until somebody moves it.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Manual>);

#[derive(Debug)]
struct Manual {
    begin: DateTime<Utc>,
    time: Mutex<ManualTime>,
    slept: Notify,
}

#[derive(Debug, Default)]
struct ManualTime {
    elapsed: Duration,
    sleepers: Vec<Sleeper>,
}

#[derive(Debug)]
struct Sleeper {
    until: Duration,
    asked: Duration,
    wake: oneshot::Sender<()>,
}

impl ManualClock {
    /// A clock that shows `begin`.
    pub fn new(begin: DateTime<Utc>) -> Self {
        Self(Arc::new(Manual {
            begin,
            time: Mutex::default(),
            slept: Notify::new(),
        }))
    }

    /// Moves the time forward and wakes whoever waited for it.
    pub fn advance(&self, by: Duration) {
        let mut time = self.time();
        time.elapsed += by;
        let now = time.elapsed;
        let (due, rest) = std::mem::take(&mut time.sleepers)
            .into_iter()
            .partition::<Vec<_>, _>(|sleeper| sleeper.until <= now);
        time.sleepers = rest;
        for sleeper in due {
            // Who has stopped waiting needs no waking.
            let _ = sleeper.wake.send(());
        }
    }

    /// Waits until somebody asks to sleep for a time that `wanted` accepts, then moves the clock by it.
    pub async fn pass(&self, wanted: impl Fn(Duration) -> bool) -> Duration {
        loop {
            let notified = self.0.slept.notified();
            let asked = {
                let mut time = self.time();
                time.sleepers.retain(|sleeper| !sleeper.wake.is_closed());
                time.sleepers
                    .iter()
                    .map(|sleeper| sleeper.asked)
                    .find(|asked| wanted(*asked))
            };
            if let Some(asked) = asked {
                self.advance(asked);
                return asked;
            }
            notified.await;
        }
    }

    fn time(&self) -> MutexGuard<'_, ManualTime> {
        self.0.time.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn utc(&self) -> DateTime<Utc> {
        self.0.begin + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        self.time().elapsed
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let (wake, woken) = oneshot::channel();
        let mut time = self.time();
        let until = time.elapsed + duration;
        time.sleepers.push(Sleeper {
            until,
            asked: duration,
            wake,
        });
        drop(time);
        self.0.slept.notify_waiters();
        Box::pin(async move {
            // A clock that is gone wakes nobody; its sleepers are gone with it.
            let _ = woken.await;
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_manual_clock_wakes_a_sleeper_when_it_is_moved_and_not_before() {
        let clock = ManualClock::new("2026-03-01T05:29:59Z".parse().unwrap());
        let mut sleep = clock.sleep(Duration::from_secs(2));
        clock.advance(Duration::from_secs(1));
        assert!(futures::poll!(&mut sleep).is_pending());

        clock.advance(Duration::from_secs(1));

        assert!(futures::poll!(&mut sleep).is_ready());
        assert_eq!(stamp(clock.utc()), "2026-03-01T05:30:01Z");
    }
}
