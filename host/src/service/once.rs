//! What a program asks for once, however often it sends it: whoever hears no answer may ask again by the same key, and is
//! told of the operation that the first one has begun.

use chrono::TimeDelta;
use clientpoint_engine::{clock::stamp, text::hex};
use sha2::{Digest, Sha256};

use super::{Session, operations::api::Failure};
use crate::{
    Error, Result,
    store::{
        asked_once::{self, Asked},
        operations::{self, End},
        words::OperationState,
    },
    way_out::WayOut,
};

/// For how long a key is known at least.
const KNOWN_FOR: TimeDelta = TimeDelta::days(1);

/// The longest key, in characters.
const KEY_AT_MOST: usize = 255;

/// A key of whoever asks, and what is asked for by it.
#[derive(Clone, Debug)]
pub struct Once {
    key: String,
    request: String,
}

/// What came of asking.
pub enum Came<T> {
    /// An operation was begun, with whatever it is carried out by.
    Anew(i64, T),
    /// It was begun before: its number.
    Already(i64),
}

impl Once {
    /// A key, and all that tells one request from another.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for what can't be a key.
    pub fn new(key: &str, request: &[&[u8]]) -> Result<Self> {
        let fits = !key.is_empty() && key.len() <= KEY_AT_MOST && key.bytes().all(|byte| byte.is_ascii_graphic());
        if !fits {
            return Err(Error::Settings(format!(
                "`{}` can't be a key for asking once: give 1 to {KEY_AT_MOST} letters, digits or signs of ASCII, without spaces",
                key.chars().take(40).collect::<String>().escape_debug()
            ))
            .at("Idempotency-Key"));
        }
        let mut hasher = Sha256::new();
        for part in request {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Ok(Self {
            key: hex(&Sha256::digest(key)),
            request: hex(&hasher.finalize()),
        })
    }

    /// The operation that came of the same request.
    ///
    /// # Errors
    ///
    /// `Error::Settings` where it was another one.
    fn same(&self, before: &Asked) -> Result<i64> {
        if before.request == self.request {
            return Ok(before.operation);
        }
        let other = "this key was given for another request: give each request a key of its own, and the same one only to \
                     send the same again";
        Err(Error::Settings(other.into()).at("Idempotency-Key"))
    }
}

impl Session<'_> {
    /// Begins an operation, unless the same person has begun it by that key. One that they ask for twice at the same moment
    /// is carried out once: of two hosts that begin it, the second gives its own up.
    ///
    /// # Errors
    ///
    /// Those of `begin`; `Error::Settings` for a key that was given for something else; the database's.
    pub async fn once<T>(&self, once: Option<&Once>, begin: impl Future<Output = Result<Came<T>>>) -> Result<Came<T>> {
        let Some(once) = once else { return begin.await };
        let (store, user) = (&self.host.store, self.user.name.as_str());
        let _one_at_a_time = self.host.operations.asking.lock().await;
        if let Some(before) = asked_once::get(store, user, &once.key).await? {
            return Ok(Came::Already(once.same(&before)?));
        }
        let came = begin.await?;
        let (Came::Anew(operation, _) | Came::Already(operation)) = &came;
        let asked = Asked {
            request: once.request.clone(),
            operation: *operation,
        };
        let now = self.host.clock.utc();
        let before = stamp(now - KNOWN_FOR);
        let Some(theirs) = asked_once::put(store, (user, &once.key), &asked, &stamp(now), &before).await? else {
            return Ok(came);
        };
        if let Came::Anew(operation, _) = &came {
            self.give_up_begun(*operation, theirs.operation).await;
        }
        // Only now: what nobody has any more, and has no end, would be told as left by a program that has died.
        drop(came);
        Ok(Came::Already(once.same(&theirs)?))
    }

    /// Ends an operation that was begun a moment after another one by the same key. Where that can't be written down, it is
    /// told as interrupted all the same, in words that know less.
    async fn give_up_begun(&self, operation: i64, first: i64) {
        let twice = Error::Sync {
            code: "interrupted",
            message: format!(
                "operation {first} was begun by the same `Idempotency-Key` at the same moment: nobody carries this one out, and it \
                 has changed nothing"
            ),
        };
        let told = self.host.operations.get(operation).map(|live| live.told());
        let end = End {
            state: OperationState::Interrupted,
            noted: told.unwrap_or_default().noted(),
            failure: serde_json::to_string(&Failure::from(&twice.with([WayOut::ShowOperations]))).ok(),
        };
        if let Err(error) = operations::interrupt(&self.host.store, operation, &end, &self.now()).await {
            tracing::warn!("that an operation is carried out by nobody can't be written down: {error}");
        }
    }
}

#[cfg(test)]
mod tests;
