//! Telling people: all that is not as it should be and that they have not heard of, gathered into one digest, by the ways
//! that were set. Of a trouble they hear once, again when it changes, and again after a week. What does not arrive is sent
//! again, for a week.

mod digest;
mod mail;
mod ways;
mod webhook;

use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use clientpoint_engine::clock::stamp;
use serde::Serialize;

use self::ways::Ways;
use crate::{
    Error, Result,
    host::Host,
    service::{Session, Stop, api::Trouble},
    store::{
        telling::{self, OnItsWay, Told},
        words::TroubleKind,
    },
    way_out::WayOut,
};

use digest::Digest;

/// After so long, people are told again.
const AGAIN_AFTER: TimeDelta = TimeDelta::days(7);

/// For so long, what does not arrive is sent again.
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::days(7);

/// So long is waited for all of it at a time.
const DELIVERED_WITHIN: Duration = Duration::from_secs(120);

/// Who has taken a digest up has this long to send it, before another program does.
const TAKEN_FOR: TimeDelta = TimeDelta::minutes(5);

/// What came of sending a digest by a way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// `webhook` or `mail`.
    pub way: &'static str,
    /// Why it did not arrive; none if it did.
    pub failed: Option<String>,
}

/// What could not be delivered as yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Undelivered {
    /// `webhook` or `mail`.
    pub way: String,
    /// How many digests.
    pub count: u64,
    /// When the oldest was made; RFC 3339.
    pub since: String,
    /// Why not, the last time.
    pub why: String,
}

impl Host {
    /// Tells people what they have not heard of. Where another host does so at the same moment, it is left to that one: what is
    /// new beside that is told by the next look.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for a way that can't be; without a plugin; the database's.
    pub async fn tell_people(&self) -> Result<()> {
        let ways = Ways::of(&self.settings().await?)?;
        let words = ways.words();
        if words.is_empty() {
            return Ok(());
        }
        let mut troubles = self.own_session().troubles().await?;
        // What did not arrive is not told by what does not arrive.
        troubles.retain(|trouble| trouble.kind != TroubleKind::NotDelivered);
        let told = telling::told(&self.store).await?;
        let now = self.clock.utc();
        let news: Vec<&Trouble> = troubles.iter().filter(|trouble| is_news(trouble, &told, now)).collect();
        let is_over = |one: &&Told| !troubles.iter().any(|trouble| is_about(one, trouble));
        let over: Vec<Told> = told.iter().filter(is_over).cloned().collect();
        if news.is_empty() && over.is_empty() {
            return Ok(());
        }
        let now = stamp(now);
        let remembered = |trouble: &&Trouble| Told {
            kind: trouble.kind.to_string(),
            about: trouble.about.clone(),
            state: trouble.state.clone(),
            told_at: now.clone(),
        };
        let remembered: Vec<Told> = news.iter().map(remembered).collect();
        let mut digests = Vec::new();
        if !news.is_empty() {
            let digest = Digest::of(&news, &now, ways.origin.as_deref());
            let body = serde_json::to_string(&digest).map_err(|error| Error::Storage(error.to_string()))?;
            digests = words.iter().map(|way| (*way, body.clone())).collect();
        }
        let to_tell = telling::News {
            told: &remembered,
            over: &over,
            digests: &digests,
        };
        let is_told = telling::tell(&self.store, &told, to_tell, &now).await?;
        if is_told && !news.is_empty() {
            tracing::info!("people are told of {} troubles, by {}", news.len(), words.join(" and "));
        }
        Ok(())
    }

    /// Both, once: what could not be done is told by the log.
    pub(crate) async fn keep_telling(&self, stop: &Stop) {
        self.find_news().await;
        self.send_news(stop).await;
    }

    /// As [`Host::tell_people`], for a host that goes on.
    pub(crate) async fn find_news(&self) {
        if let Err(error) = self.tell_people().await {
            tracing::warn!("people can't be told: {error}");
        }
    }

    /// As [`Host::deliver`], for a host that goes on, which does not wait for long.
    pub(crate) async fn send_news(&self, stop: &Stop) {
        let delivering = tokio::time::timeout(DELIVERED_WITHIN, self.deliver());
        if let Some(Ok(Err(error))) = stop.run_until_cancelled(delivering).await {
            tracing::warn!("people can't be told: {error}");
        }
    }

    /// Sends what is on its way and due.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for a way that can't be; the database's. That something did not arrive is written down.
    pub async fn deliver(&self) -> Result<()> {
        let due = telling::due(&self.store, &stamp(self.clock.utc())).await?;
        if due.is_empty() {
            return Ok(());
        }
        let ways = Ways::of(&self.settings().await?)?;
        for one in due {
            let now = self.clock.utc();
            if telling::take(&self.store, one.id, &stamp(now), &stamp(now + TAKEN_FOR)).await? {
                self.deliver_one(&ways, &one).await?;
            }
        }
        Ok(())
    }

    async fn deliver_one(&self, ways: &Ways, one: &OnItsWay) -> Result<()> {
        let Ok(digest) = serde_json::from_str::<Digest>(&one.digest) else {
            // Another version's.
            return telling::is_over(&self.store, one.id).await;
        };
        let key = format!("{}.{}.{}", one.id, digest.made_at.replace(':', "-"), one.way);
        let failed = match self.send(ways, &one.way, &digest, &key).await {
            // A way that nobody has set any more.
            None | Some(Ok(())) => return telling::is_over(&self.store, one.id).await,
            Some(Err(why)) => why,
        };
        tracing::warn!("a digest could not be delivered by {}: {failed}", one.way);
        let now = self.clock.utc();
        let made: Option<DateTime<Utc>> = digest.made_at.parse().ok();
        if made.is_none_or(|made| GIVEN_UP_AFTER < now - made) {
            tracing::error!(
                "a digest of {} was given up: it did not arrive within a week",
                digest.made_at
            );
            return telling::is_over(&self.store, one.id).await;
        }
        telling::failed(&self.store, one.id, &failed, &stamp(now + pause(one.tries))).await
    }

    /// None for a way that is not set.
    async fn send(&self, ways: &Ways, way: &str, digest: &Digest, key: &str) -> Option<Result<(), String>> {
        match way {
            "webhook" => Some(webhook::send(ways.webhook.as_ref()?, digest).await),
            "mail" => {
                let now = SystemTime::from(self.clock.utc());
                Some(mail::send(ways.mail.as_ref()?, digest, key, now).await)
            }
            _ => None,
        }
    }
}

impl Session<'_> {
    /// Refuses ways that can't be, before anything begins.
    ///
    /// # Errors
    ///
    /// `Error::Settings`; the database's.
    pub(in crate::service) async fn require_ways(&self) -> Result<()> {
        Ways::of(&self.host.settings().await?).map(drop)
    }

    /// Sends a test by each way that was set, now.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Settings` if no way is set, or one can't be. That it did not arrive is in the answer.
    pub async fn test_telling(&self) -> Result<Vec<Delivery>> {
        self.user.require_administrator("test how people are told")?;
        let ways = Ways::of(&self.host.settings().await?)?;
        let digest = Digest::test(&self.now());
        let mut deliveries = Vec::new();
        for way in ways.words() {
            let key = format!("test.{}", digest.made_at.replace(':', "-"));
            let sent = self.host.send(&ways, way, &digest, &key).await;
            let failed = sent.and_then(Result::err);
            deliveries.push(Delivery { way, failed });
        }
        if deliveries.is_empty() {
            let nobody = Error::Settings("no way is set on which people could be told".into());
            return Err(nobody.with([WayOut::ShowSettings]));
        }
        Ok(deliveries)
    }

    /// What could not be delivered as yet.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, or the database's.
    pub async fn undelivered(&self) -> Result<Vec<Undelivered>> {
        self.user.require_administrator("see how people are told")?;
        let rows = telling::undelivered(&self.host.store).await?;
        let row = |row: telling::Undelivered| Undelivered {
            way: row.way,
            count: row.count,
            since: row.since,
            why: row.why,
        };
        Ok(rows.into_iter().map(row).collect())
    }
}

fn is_about(told: &Told, trouble: &Trouble) -> bool {
    trouble.kind == told.kind.as_str() && told.about == trouble.about
}

fn is_news(trouble: &Trouble, told: &[Told], now: DateTime<Utc>) -> bool {
    let Some(told) = told.iter().find(|told| is_about(told, trouble)) else {
        return true;
    };
    let at: Option<DateTime<Utc>> = told.told_at.parse().ok();
    told.state != trouble.state || at.is_none_or(|at| AGAIN_AFTER <= now - at)
}

/// How long to wait after so many tries.
fn pause(tries: u64) -> Duration {
    let minutes = [1, 5, 15, 60];
    let minutes = usize::try_from(tries).ok().and_then(|tries| minutes.get(tries));
    Duration::from_secs(60 * minutes.copied().unwrap_or(180))
}
