//! Sign-ins at the source that are under way, so that whichever program of the library the browser comes back to takes the
//! answer: once, whoever else is as fast. What one is made of is sealed, and goes once it was taken.
//!
//! There are few of them at any time, and none is known for long. Times are RFC 3339.

use clientpoint_engine::secrets::{Secret, SecretKey};
use sqlx::FromRow;

use super::{
    Store,
    db::{self, Transaction},
    seal,
};
use crate::Result;

/// One that begins.
#[derive(Debug)]
pub(crate) struct Beginning<'a> {
    /// What it is known by.
    pub(crate) id: &'a str,
    /// The user who begins it.
    pub(crate) by: &'a str,
    pub(crate) at: &'a str,
    /// Until when its answer is waited for.
    pub(crate) ends_at: &'a str,
    /// Where somebody with the rights approves the application.
    pub(crate) approval: Option<&'a str>,
    /// What it is made of, all that is to be known to take its answer.
    pub(crate) made_of: &'a Secret,
}

/// How many there may be; of those that have ended, the oldest give way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Most {
    pub(crate) of_a_person: usize,
    pub(crate) in_all: usize,
}

/// There are as many as may be, and all are waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Full {
    /// Whether these are one person's, and not all people's.
    pub(crate) of_a_person: bool,
    /// When the first of them ends.
    pub(crate) until: String,
}

/// How one stands, as it was written down last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// For its person.
    Waiting,
    /// Its answer was taken, and somebody makes something of it.
    AtWork,
    /// It is over.
    Ended,
}

/// One, as it was written down last.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct SignIn {
    pub(crate) id: String,
    pub(crate) begun_by: String,
    pub(crate) begun_at: String,
    pub(crate) ends_at: String,
    pub(crate) approval: Option<String>,
    /// The SHA-256 of the cookie of the browser that has begun it, in hexadecimal; none where no page has.
    pub(crate) browser: Option<String>,
    sealed: Vec<u8>,
    state: String,
    /// Until when whoever has taken its answer may be at work.
    pub(crate) works_until: Option<String>,
    /// How it has ended, in words of whoever wrote that.
    pub(crate) ended: Option<String>,
    pub(crate) ended_at: Option<String>,
}

impl SignIn {
    pub(crate) fn state(&self) -> State {
        match self.state.as_str() {
            "waiting" => State::Waiting,
            "at-work" => State::AtWork,
            _ => State::Ended,
        }
    }

    /// What it is made of, as long as it is waited for.
    ///
    /// # Errors
    ///
    /// `Error::Settings` if it was sealed with another key.
    pub(crate) fn open(&self, key: &SecretKey) -> Result<Secret> {
        Ok(key.open(&seal::of_sign_in(&self.id), &self.sealed)?)
    }

    /// Whether what is sealed shows these bytes.
    #[cfg(test)]
    pub(crate) fn has_in_the_open(&self, bytes: &[u8]) -> bool {
        self.sealed.windows(bytes.len()).any(|part| part == bytes)
    }
}

/// Begins one, if there is room for it. What was over before `forget` is forgotten.
///
/// # Errors
///
/// `Error::Settings` if the key was changed meanwhile; the database's.
pub(crate) async fn begin(
    store: &Store,
    key: &SecretKey,
    one: &Beginning<'_>,
    most: Most,
    forget: &str,
) -> Result<Result<(), Full>> {
    let mut transaction = store.write().await?;
    seal::refuse_old_key(&mut transaction, key).await?;
    tidied(&mut transaction, one.at, forget).await?;
    if let Some(full) = made_room(&mut transaction, one, most).await? {
        return Ok(Err(full));
    }
    db::query(
        "INSERT INTO sign_ins (id, begun_by, begun_at, ends_at, approval, sealed, state) VALUES (?, ?, ?, ?, ?, ?, 'waiting')",
    )
    .bind(one.id)
    .bind(one.by)
    .bind(one.at)
    .bind(one.ends_at)
    .bind(one.approval)
    .bind(key.seal(&seal::of_sign_in(one.id), one.made_of)?)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(Ok(()))
}

/// Forgets those that were over before `forget`, and what those are made of that nobody came back from until `now`.
///
/// # Errors
///
/// The database's.
pub(crate) async fn tidy(store: &Store, now: &str, forget: &str) -> Result<()> {
    let untidy: Option<(i64,)> = db::query_as(
        "SELECT 1 FROM sign_ins WHERE coalesce(ended_at, works_until, ends_at) <= ? \
             OR ends_at <= ? AND length(sealed) > 0 LIMIT 1",
    )
    .bind(forget)
    .bind(now)
    .fetch_optional(store.pool())
    .await?;
    // Most of the time there is nothing, and nobody's writing waits for this.
    if untidy.is_none() {
        return Ok(());
    }
    let mut transaction = store.write().await?;
    tidied(&mut transaction, now, forget).await?;
    Ok(transaction.commit().await?)
}

async fn tidied(transaction: &mut Transaction, now: &str, forget: &str) -> Result<()> {
    db::query("DELETE FROM sign_ins WHERE coalesce(ended_at, works_until, ends_at) <= ?")
        .bind(forget)
        .execute(&mut **transaction)
        .await?;
    db::query("UPDATE sign_ins SET sealed = x'' WHERE ends_at <= ? AND length(sealed) > 0")
        .bind(now)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Makes room for one more; none if there is.
async fn made_room(transaction: &mut Transaction, one: &Beginning<'_>, most: Most) -> Result<Option<Full>> {
    let mut known: Vec<SignIn> = db::query_as(
        "SELECT id, begun_by, begun_at, ends_at, approval, browser, x'' AS sealed, state, works_until, ended, ended_at \
         FROM sign_ins",
    )
    .fetch_all(&mut **transaction)
    .await?;
    for (of_a_person, most) in [(true, most.of_a_person), (false, most.in_all)] {
        let counts = |known: &&SignIn| !of_a_person || known.begun_by == one.by;
        while most <= known.iter().filter(counts).count() {
            let over = known
                .iter()
                .filter(counts)
                .filter_map(|known| Some((over_since(known, one.at)?.to_owned(), known.id.clone())));
            let Some((_, oldest)) = over.min() else {
                let ends = known.iter().filter(counts).map(|known| known.ends_at.clone());
                let until = ends.min().unwrap_or_default();
                return Ok(Some(Full { of_a_person, until }));
            };
            db::query("DELETE FROM sign_ins WHERE id = ?")
                .bind(&oldest)
                .execute(&mut **transaction)
                .await?;
            known.retain(|known| known.id != oldest);
        }
    }
    Ok(None)
}

/// Since when one is over, if it is by `now`: nobody came in time, or came back from taking its answer.
pub(crate) fn over_since<'a>(one: &'a SignIn, now: &str) -> Option<&'a str> {
    let at = match one.state() {
        State::Waiting => Some(one.ends_at.as_str()),
        State::AtWork => one.works_until.as_deref(),
        // Also where the clock of whoever has ended it goes before.
        State::Ended => return one.ended_at.as_deref(),
    };
    at.filter(|at| *at <= now)
}

/// The one of that name.
///
/// # Errors
///
/// The database's.
pub(crate) async fn find(store: &Store, id: &str) -> Result<Option<SignIn>> {
    if !store.pool().may_have(id) {
        return Ok(None);
    }
    let found = db::query_as(
        "SELECT id, begun_by, begun_at, ends_at, approval, browser, sealed, state, works_until, ended, ended_at \
         FROM sign_ins WHERE id = ?",
    )
    .bind(id)
    .fetch_optional(store.pool())
    .await?;
    Ok(found)
}

/// Notes which browser has begun one, by the SHA-256 of its cookie.
///
/// # Errors
///
/// The database's.
pub(crate) async fn set_browser(store: &Store, (id, by): (&str, &str), browser: &str) -> Result<()> {
    db::query("UPDATE sign_ins SET browser = ? WHERE id = ? AND begun_by = ? AND state = 'waiting'")
        .bind(browser)
        .bind(id)
        .bind(by)
        .execute(store.pool())
        .await?;
    Ok(())
}

/// Takes the answer of one that is waited for at `now`. Whether that is done: of all who try, one has it, and what the
/// sign-in is made of is gone.
///
/// # Errors
///
/// The database's.
pub(crate) async fn take(store: &Store, id: &str, now: &str, works_until: &str) -> Result<bool> {
    let taken = db::query(
        "UPDATE sign_ins SET state = 'at-work', works_until = ?, sealed = x'' \
         WHERE id = ? AND state = 'waiting' AND ends_at > ?",
    )
    .bind(works_until)
    .bind(id)
    .bind(now)
    .execute(store.pool())
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Ends one that its person has given up, if it is waited for at `now`.
///
/// # Errors
///
/// The database's.
pub(crate) async fn give_up(store: &Store, (id, by): (&str, &str), ended: &str, now: &str) -> Result<()> {
    // None is known by such a name.
    if id.contains('\0') {
        return Ok(());
    }
    db::query(
        "UPDATE sign_ins SET state = 'ended', ended = ?, ended_at = ?, sealed = x'' \
         WHERE id = ? AND begun_by = ? AND state = 'waiting' AND ends_at > ?",
    )
    .bind(ended)
    .bind(now)
    .bind(id)
    .bind(by)
    .bind(now)
    .execute(store.pool())
    .await?;
    Ok(())
}

/// Ends one whose answer was taken, by whoever has that, unless it has ended.
///
/// # Errors
///
/// The database's.
pub(crate) async fn end(store: &Store, id: &str, ended: &str, now: &str) -> Result<()> {
    db::query("UPDATE sign_ins SET state = 'ended', ended = ?, ended_at = ? WHERE id = ? AND state = 'at-work'")
        .bind(ended)
        .bind(now)
        .bind(id)
        .execute(store.pool())
        .await?;
    Ok(())
}
