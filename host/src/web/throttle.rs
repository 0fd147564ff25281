//! How fast passwords may be tried: for each name and each address there is a pause that doubles with each failure, up to
//! a minute. Nobody is ever locked out, since anybody could do that to anybody.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use clientpoint_engine::clock::Clock;

/// The first pause, and the longest.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// So many failures are free: fingers slip.
const FREE: u32 = 3;

/// After that long without a failure, it begins anew.
const FORGOTTEN: Duration = Duration::from_secs(15 * 60);

/// The most names and addresses that are known at a time. With another one, those go that failed longest ago.
const KNOWN_AT_MOST: usize = 10_000;

struct Failures {
    count: u32,
    last: Duration,
}

/// Who has failed how often, in memory alone.
pub(super) struct Throttle {
    clock: Arc<dyn Clock>,
    known: Mutex<HashMap<String, Failures>>,
}

impl Throttle {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            known: Mutex::default(),
        }
    }

    /// How long whoever comes under one of these must still wait; none if they need not.
    pub(super) fn wait(&self, keys: &[String]) -> Option<Duration> {
        let now = self.clock.elapsed();
        let known = self.known();
        let left = keys.iter().filter_map(|key| {
            let failures = known.get(key)?;
            (failures.last + pause(failures.count))
                .checked_sub(now)
                .filter(|left| !left.is_zero())
        });
        left.max()
    }

    /// Notes a failure.
    pub(super) fn failed(&self, keys: &[String]) {
        let now = self.clock.elapsed();
        let mut known = self.known();
        known.retain(|_, failures| now < failures.last + FORGOTTEN);
        for key in keys {
            if KNOWN_AT_MOST <= known.len() && !known.contains_key(key) {
                let oldest = known.iter().min_by_key(|(_, failures)| failures.last);
                if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                    known.remove(&oldest);
                }
            }
            let failures = known.entry(key.clone()).or_insert(Failures { count: 0, last: now });
            failures.count = failures.count.saturating_add(1);
            failures.last = now;
        }
    }

    /// Forgets the failures of whoever has come in.
    pub(super) fn came_in(&self, keys: &[String]) {
        let mut known = self.known();
        for key in keys {
            known.remove(key);
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Failures>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pause(failures: u32) -> Duration {
    match failures.checked_sub(FREE + 1) {
        None => Duration::ZERO,
        Some(doublings) => LONGEST.min(FIRST * 2_u32.saturating_pow(doublings.min(10))),
    }
}

#[cfg(test)]
mod tests {
    use clientpoint_engine::clock::ManualClock;

    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute_and_end_by_themselves() {
        let clock = ManualClock::new("2026-03-02T05:00:00Z".parse().unwrap());
        let throttle = Throttle::new(Arc::new(clock.clone()));
        let ada = ["name ada".to_string()];
        let mut pauses = Vec::new();
        for _ in 0..12 {
            throttle.failed(&ada);
            let wait = throttle.wait(&ada).unwrap_or_default();
            pauses.push(wait.as_secs());
            clock.advance(wait);
            assert_eq!(throttle.wait(&ada), None);
        }
        assert_eq!(pauses, [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(throttle.wait(&["name grace".to_string()]), None);
        throttle.failed(&ada);
        clock.advance(FORGOTTEN);
        throttle.failed(&ada);
        assert_eq!(throttle.wait(&ada), None);
    }

    #[test]
    fn many_names_fill_no_memory() {
        let clock = ManualClock::new("2026-03-02T05:00:00Z".parse().unwrap());
        let throttle = Throttle::new(Arc::new(clock.clone()));
        for number in 0..KNOWN_AT_MOST + 10 {
            throttle.failed(&[format!("name {number}")]);
            if number % 1_000 == 0 {
                clock.advance(Duration::from_millis(1));
            }
        }
        assert_eq!(throttle.known().len(), KNOWN_AT_MOST);
    }
}
