//! What a run makes of managed files: how they stand from then on, and new content. Each is written together with its line
//! of the ledger, in one transaction.

use clientpoint_engine::{
    contract::clientpoint::content_source::managed_files::{Line, Settlement},
    words::Word,
};

use super::waits;
use crate::{
    Result,
    store::{
        Store,
        damage::{self, Damage},
        db::{self, Transaction},
        library_file::{LibraryFile, Link, add_revision, exact, fetch, signed},
        links::{self, Waits},
        objects::Object,
    },
};

/// New content for a managed file.
#[derive(Debug)]
pub struct Replacement<'a> {
    /// The File ID.
    pub file: &'a str,
    /// The revision that it had when this began.
    pub base: u64,
    /// Its bytes, durable already.
    pub object: &'a Object,
    /// What it follows, in its new version.
    pub link: &'a Link,
    /// Its line.
    pub line: &'a Line,
}

/// Writes lines, and how the files stand from then on, all or none.
///
/// # Errors
///
/// As [`super::set`].
pub async fn settle(store: &Store, connection: &str, run: i64, settlements: &[Settlement], now: &str) -> Result<()> {
    let mut transaction = store.write().await?;
    let turn = links::next_turn(&mut transaction, connection).await?;
    for settlement in settlements {
        let how = Waits {
            waiting: settlement.waiting,
            suspected: settlement.suspected,
            note: settlement.note.as_deref(),
        };
        let file = waits(&mut transaction, (&settlement.file, connection), how, turn).await?;
        links::stand(
            &mut transaction,
            file,
            settlement.state.word(),
            settlement.known.as_ref(),
        )
        .await?;
        let mut line = settlement.line.clone();
        if let Some(damage) = damage::present(&mut transaction, file).await? {
            still_damaged(&mut line, &damage);
        }
        write(&mut transaction, run, file, &line, 0, now).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Gives a managed file its next revision, shows it, updates its link and writes its line. None if it may not have it any
/// more; then, and after an error, what was done must not be committed.
///
/// # Errors
///
/// The database's.
pub(in crate::store) async fn publish(
    transaction: &mut Transaction,
    run: i64,
    replacement: Replacement<'_>,
    now: &str,
) -> Result<Option<LibraryFile>> {
    let Replacement {
        file,
        base,
        object,
        link,
        line,
    } = replacement;
    // What is no file any more, or never was one, follows nothing.
    let Some(file) = exact(file) else { return Ok(None) };
    if !links::follow(transaction, file, link).await? {
        return Ok(None);
    }
    let before = fetch(transaction, file).await?;
    if before.revision != base {
        return Ok(None);
    }
    damage::healed(transaction, object).await?;
    // Bytes that the file has already are no new revision; if the disk had lost them, they heal the one that has them.
    let is_new = before.sha256 != object.sha256;
    let heals = before.damage.is_some() && !is_new;
    let revision = signed(base).saturating_add(i64::from(is_new));
    let mut line = line.clone();
    if let Some(damage) = &before.damage {
        no_longer_damaged(&mut line, damage, heals);
    }
    let reached = if heals {
        shown_with(transaction, file, revision).await?
    } else {
        if is_new {
            next_revision(transaction, file, revision, object, now).await?;
        }
        show_everywhere(transaction, file, revision).await?
    };
    write(transaction, run, file, &line, reached, now).await?;
    Ok(Some(fetch(transaction, file).await?))
}

/// Gives a file its next revision.
async fn next_revision(
    transaction: &mut Transaction,
    file: i64,
    revision: i64,
    object: &Object,
    now: &str,
) -> Result<()> {
    add_revision(transaction, file, revision, object, now).await?;
    db::query("UPDATE files SET revision = ? WHERE id = ?")
        .bind(revision)
        .bind(file)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Rule 37: at once wherever the file is shown, but in ClientPoints where people have switched that off.
async fn show_everywhere(transaction: &mut Transaction, file: i64, revision: i64) -> Result<u64> {
    let shown = db::query(
        "UPDATE showings SET revision = ? WHERE file = ? AND (kind = 'Template' OR NOT (\
             EXISTS (SELECT 1 FROM switches WHERE name = 'keep-clientpoints') \
             OR EXISTS (SELECT 1 FROM files WHERE id = ? AND keep_clientpoints = 1)))",
    )
    .bind(revision)
    .bind(file)
    .bind(file)
    .execute(&mut **transaction)
    .await?;
    Ok(shown.rows_affected())
}

/// In how many places a revision is shown.
async fn shown_with(transaction: &mut Transaction, file: i64, revision: i64) -> Result<u64> {
    let (count,): (i64,) = db::query_as("SELECT count(*) FROM showings WHERE file = ? AND revision = ?")
        .bind(file)
        .bind(revision)
        .fetch_one(&mut **transaction)
        .await?;
    Ok(count.unsigned_abs())
}

async fn write(transaction: &mut Transaction, run: i64, file: i64, line: &Line, reached: u64, now: &str) -> Result<()> {
    db::query(
        "INSERT INTO outcomes (run, file, outcome, reason, name, message, revision, size, reached, at) \
         SELECT ?, f.id, ?, ?, ?, ?, f.revision, r.size, ?, ? \
         FROM files f JOIN revisions r ON r.file = f.id AND r.number = f.revision WHERE f.id = ? \
         ON CONFLICT (run, file) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason, name = excluded.name, \
             message = excluded.message, revision = excluded.revision, size = excluded.size, reached = excluded.reached, \
             at = excluded.at",
    )
    .bind(run)
    .bind(line.outcome.word())
    .bind(&line.reason)
    .bind(&line.name)
    .bind(&line.message)
    .bind(signed(reached))
    .bind(now)
    .bind(file)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// That the file's present bytes are damaged, and were not fetched anew.
fn still_damaged(line: &mut Line, damage: &Damage) {
    line.message.push_str(&format!(
        "; the library's bytes of it are damaged since {}: {}",
        damage.since, damage.message
    ));
}

/// That the file's bytes were damaged, and it has the same again, or newer ones.
fn no_longer_damaged(line: &mut Line, damage: &Damage, same: bool) {
    let Damage { message, since, .. } = damage;
    let (reason, now) = if same {
        ("healed", "the same were fetched anew")
    } else {
        ("was-damaged", "the source has newer ones, which are fetched")
    };
    line.message.push_str(&format!(
        "; the library's bytes of it were damaged since {since} ({message}): {now}"
    ));
    if line.reason.is_empty() {
        line.reason = reason.into();
    }
}
