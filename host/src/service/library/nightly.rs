//! The nightly look: after the last run of a night, a share of all objects is read, slowly, so that each of them is seen
//! within a month; and the database is checked. It goes on where it stood whenever its process dies.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use chrono::{DateTime, NaiveDate, Utc};
use clientpoint_engine::clock::stamp;

use crate::{
    Error, Result,
    host::Host,
    service::{Stop, library::verify::stopped},
    store::{
        damage,
        look::{Reading, Unsound},
        looking::{self, Looking},
        objects::Object,
    },
    way_out::WayOut,
};

/// Within so many nights, all objects are looked at.
const NIGHTS: i64 = 28;

/// The least share of a night, in bytes: a small library is looked at every night.
const SHARE_AT_LEAST: u64 = 1 << 30;

/// What an object counts beside its bytes: opening one takes time, too.
const OPENING: u64 = 4 << 10;

/// How many objects are asked of the database at a time, and how many are glanced at.
const PAGE: u32 = 200;
const GLANCES: u32 = 2_000;

/// How far in the future a night may lie that counts against an earlier one, as it is with runs.
const AHEAD: i64 = 2;

/// After so long at work, where it stands is written down.
const NOTE_EVERY: Duration = Duration::from_secs(5);

/// How many damaged files one message names.
const NAMED: u32 = 3;

/// How far the look of a night is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Night {
    /// There is nothing to do: it was done, or somebody else is at it.
    Quiet,
    /// There is more to do.
    Begun,
    /// It has just been done.
    Done,
}

/// How fast bytes may be read, so that people and their files come first.
struct Pace {
    /// Bytes a second.
    rate: u64,
    since: Duration,
    bytes: u64,
}

impl Host {
    /// Does the look of the night that began on `day`, or goes on with it, for about as long as `within` says. To be called
    /// when the night's runs are over.
    ///
    /// # Errors
    ///
    /// The database's. What was found is written down.
    pub(crate) async fn look_tonight(&self, day: NaiveDate, stop: &Stop, within: Duration) -> Result<Night> {
        if self.unfinished_night(day).await?.is_none() {
            return Ok(Night::Quiet);
        }
        let Some(right) = self.look_right().await? else {
            return Ok(Night::Quiet);
        };
        right.guarding(Box::pin(self.look_on(day, stop, within))).await
    }

    /// As [`Host::look_tonight`], under the right to it.
    async fn look_on(&self, day: NaiveDate, stop: &Stop, within: Duration) -> Result<Night> {
        let Some(before) = self.unfinished_night(day).await? else {
            return Ok(Night::Quiet);
        };
        let mut looking = match before {
            Some(looking) if looking.day == day.to_string() => looking,
            before => self.begin_night(day, before).await?,
        };
        let until = self.clock.elapsed().saturating_add(within);
        let mut pace = Pace::new(self);
        let mut noted = self.clock.elapsed();
        while 0 < looking.remaining {
            let page = damage::objects(&self.store, &looking.after, PAGE).await?;
            let known = match page.first().zip(page.last()) {
                Some((first, last)) => damage::known(&self.store, &first.sha256, &last.sha256).await?,
                None => {
                    looking.round_is_over(&stamp(self.clock.utc()));
                    BTreeSet::new()
                }
            };
            for object in page {
                if 0 == looking.remaining {
                    break;
                }
                if !self.look_slowly(&object, &known, &mut pace, stop).await? {
                    looking::put(&self.store, &looking).await?;
                    return Ok(Night::Begun);
                }
                looking.remaining = looking.remaining.saturating_sub(object.size + OPENING);
                looking.after = object.sha256;
                if noted + NOTE_EVERY <= self.clock.elapsed() {
                    looking::put(&self.store, &looking).await?;
                    noted = self.clock.elapsed();
                }
                if until <= self.clock.elapsed() && 0 < looking.remaining {
                    looking::put(&self.store, &looking).await?;
                    return Ok(Night::Begun);
                }
            }
        }
        looking.looked_at = Some(stamp(self.clock.utc()));
        looking::put(&self.store, &looking).await?;
        Ok(Night::Done)
    }

    /// What is left to do in the night of that day: none if it is done; within, where the look stood before.
    async fn unfinished_night(&self, day: NaiveDate) -> Result<Option<Option<Looking>>> {
        let Some(looking) = looking::get(&self.store).await? else {
            return Ok(Some(None));
        };
        let done: Option<NaiveDate> = looking.day.parse().ok();
        let ahead = done.map(|done| (done - day).num_days());
        let is_over = match ahead {
            Some(0) => looking.remaining == 0,
            // A clock that is set back makes no night due again; one that was wrong by years keeps none from it.
            Some(ahead) => (1..=AHEAD).contains(&ahead),
            None => false,
        };
        Ok((!is_over).then_some(Some(looking)))
    }

    /// A new night: the database is checked, all objects are glanced at, and the night gets its share.
    async fn begin_night(&self, day: NaiveDate, before: Option<Looking>) -> Result<Looking> {
        let now = self.clock.utc();
        let mut looking = before.unwrap_or_else(|| Looking {
            round_began: stamp(now),
            ..Looking::default()
        });
        let problems = damage::of_database(&self.store).await?;
        looking.database = (!problems.is_empty()).then(|| problems.join("\n"));
        self.glance_at_all().await?;
        let (objects, bytes) = damage::measure(&self.store, &looking.after).await?;
        looking.remaining = looking.share(bytes.saturating_add(objects.saturating_mul(OPENING)), now);
        looking.day = day.to_string();
        looking::put(&self.store, &looking).await?;
        Ok(looking)
    }

    /// What is gone, or has another size, is found every night: that takes no reading. What is known to be damaged may have
    /// been put back, and is read.
    async fn glance_at_all(&self) -> Result<()> {
        let mut after = String::new();
        loop {
            let page = damage::objects(&self.store, &after, GLANCES).await?;
            let (Some(first), Some(last)) = (page.first(), page.last()) else {
                return Ok(());
            };
            let known = damage::known(&self.store, &first.sha256, &last.sha256).await?;
            after.clone_from(&last.sha256);
            for object in self.not_whole_at_a_glance(page, Arc::new(known)).await? {
                self.look(&object).await?;
            }
        }
    }

    /// Looks at an object at that pace. False if it was asked to stop. `known` are those that are damaged already.
    async fn look_slowly(
        &self,
        object: &Object,
        known: &BTreeSet<String>,
        pace: &mut Pace,
        stop: &Stop,
    ) -> Result<bool> {
        let (objects, wanted) = (self.objects.clone(), object.clone());
        let begun = tokio::task::spawn_blocking(move || objects.read(&wanted)).await;
        let mut reading = match begun.map_err(|_| stopped())? {
            Ok(reading) => reading,
            Err(unsound) => return self.found(object, known, Err(unsound)).await,
        };
        loop {
            if stop.is_cancelled() {
                return Ok(false);
            }
            let read = tokio::task::spawn_blocking(move || piece(reading)).await;
            let (bytes, rest) = match read.map_err(|_| stopped())? {
                Ok(read) => read,
                Err(unsound) => return self.found(object, known, Err(unsound)).await,
            };
            let Some(rest) = rest else {
                return self.found(object, known, Ok(())).await;
            };
            reading = rest;
            if let Some(pause) = pace.took(bytes, self.clock.elapsed()) {
                stop.run_until_cancelled(self.clock.sleep(pause)).await;
            }
        }
    }

    async fn found(&self, object: &Object, known: &BTreeSet<String>, looked: Result<(), Unsound>) -> Result<bool> {
        let trouble = match looked {
            // Nothing is to be taken off the list: of most objects nothing need be asked.
            Ok(()) if !known.contains(&object.sha256) => return Ok(true),
            Ok(()) => None,
            Err(Unsound::Damaged(trouble)) => Some(trouble),
            Err(Unsound::Unseen(error)) => return Err(error.into()),
            Err(Unsound::Unreachable(error)) => return Err(error),
        };
        self.note(object, trouble.as_ref()).await?;
        Ok(true)
    }

    /// What people should hear of in the morning: again and again until somebody acts.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(crate) async fn told_of_damage(&self) -> Result<Vec<Error>> {
        let mut told = Vec::new();
        let count = damage::count(&self.store).await?;
        for of in damage::list(&self.store, None, NAMED).await? {
            told.push(damage::error(&of));
        }
        if u64::from(NAMED) < count {
            let message = format!("{count} revisions of files have damaged bytes in all");
            let code = "damaged";
            told.push(Error::Catalogue { code, message }.with([WayOut::Verify { file: None }]));
        }
        if let Some(problems) = looking::get(&self.store).await?.and_then(|looking| looking.database) {
            told.push(Error::Storage(format!(
                "the database itself is damaged: {problems}; put it back from a backup"
            )));
        }
        Ok(told)
    }
}

/// Reads on. The reading is over if it is not given back.
fn piece(mut reading: Reading) -> Result<(u64, Option<Reading>), Unsound> {
    let bytes = reading.piece()?.len() as u64;
    if bytes == 0 {
        return reading.end().map(|()| (0, None));
    }
    Ok((bytes, Some(reading)))
}

impl Looking {
    /// The share of this night: what is left of the round, spread over the nights that it has left.
    fn share(&self, left: u64, now: DateTime<Utc>) -> u64 {
        let began: DateTime<Utc> = self.round_began.parse().unwrap_or(now);
        let nights = (NIGHTS - (now - began).num_days()).clamp(1, NIGHTS);
        left.div_ceil(nights.unsigned_abs()).max(SHARE_AT_LEAST)
    }

    /// All were looked at: the next night begins anew.
    fn round_is_over(&mut self, now: &str) {
        self.round_before = Some(std::mem::replace(&mut self.round_began, now.into()));
        self.after.clear();
        self.remaining = 0;
    }
}

impl Pace {
    fn new(host: &Host) -> Self {
        Self {
            rate: host.limits.look.max(1),
            since: host.clock.elapsed(),
            bytes: 0,
        }
    }

    /// Counts bytes, and says how long to wait if that was too fast by a second or more. What was slower is forgotten: no
    /// haste comes of it.
    fn took(&mut self, bytes: u64, now: Duration) -> Option<Duration> {
        self.bytes = self.bytes.saturating_add(bytes);
        let due = Duration::from_secs_f64(self.bytes as f64 / self.rate as f64);
        let taken = now.saturating_sub(self.since);
        if due < taken {
            (self.since, self.bytes) = (now, 0);
        }
        due.checked_sub(taken).filter(|ahead| Duration::from_secs(1) <= *ahead)
    }
}

#[cfg(test)]
mod tests {
    use crate::service::library::nightly::*;

    #[test]
    fn every_object_is_seen_within_a_month_also_where_nights_are_missed() {
        let at = |day: u32| -> DateTime<Utc> { format!("2026-03-{day:02}T05:30:00Z").parse().unwrap() };
        let looking = Looking {
            round_began: stamp(at(1)),
            ..Looking::default()
        };
        let whole = 280 << 30;
        assert_eq!(looking.share(whole, at(1)), 10 << 30);
        assert_eq!(looking.share(whole / 2, at(15)), 10 << 30, "as planned");
        assert_eq!(looking.share(whole, at(15)), 20 << 30, "two weeks were missed");
        assert_eq!(looking.share(whole, at(31)), whole, "it is late");
        assert_eq!(
            looking.share(5, at(1)),
            SHARE_AT_LEAST,
            "small libraries are seen every night"
        );
    }

    #[test]
    fn the_pace_is_kept_over_seconds_and_lost_time_is_not_made_up_for() {
        let seconds = Duration::from_secs;
        let mut pace = Pace {
            rate: 100,
            since: seconds(0),
            bytes: 0,
        };
        assert_eq!(pace.took(99, seconds(0)), None);
        assert_eq!(pace.took(101, seconds(0)), Some(seconds(2)));
        assert_eq!(pace.took(100, seconds(2)), Some(seconds(1)));
        assert_eq!(pace.took(100, seconds(100)), None);
        assert_eq!(pace.took(200, seconds(100)), Some(seconds(2)));
    }
}
