//! The end of a run: every file that it is about is accounted for, or it has failed.

use super::{Run, get};
use crate::{
    Error, Result,
    store::{
        Store,
        db::{self, Transaction},
        library_file::signed,
        link_counts,
        words::{GivenUp, Reason, RunState},
    },
};

/// How a run ends.
#[derive(Clone, Debug)]
pub enum Ending<'a> {
    /// Every file that was due has its line.
    Complete,
    /// It was given up: what has no line yet gets this outcome.
    GivenUp {
        /// The outcome.
        outcome: GivenUp,
        /// Why.
        reason: Reason,
        /// In a sentence.
        message: &'a str,
    },
}

/// Ends a run: completes its ledger, and holds it against the number of files that the run is about.
///
/// # Errors
///
/// `Error::Ledger` if it does not add up: the run is kept as `failed`. The database's.
pub async fn end(store: &Store, run: &Run, ending: Ending<'_>, now: &str) -> Result<Run> {
    let mut transaction = store.write().await?;
    if let Ending::GivenUp {
        outcome,
        reason,
        message,
    } = &ending
    {
        fill(&mut transaction, run, *outcome, (*reason, message), now).await?;
    }
    if run.listed.0 {
        tell_again(&mut transaction, run, now).await?;
    }
    let rest = rest(&mut transaction, run).await?;
    let (lines,): (i64,) = db::query_as("SELECT count(*) FROM outcomes WHERE run = ?")
        .bind(run.id)
        .fetch_one(&mut *transaction)
        .await?;
    let (state, rest_outcome, message) = match &ending {
        Ending::Complete => (RunState::Complete, UNCHANGED, None),
        Ending::GivenUp { message, .. } if run.listed.0 => {
            (RunState::Incomplete, UNCHANGED, Some((*message).to_string()))
        }
        Ending::GivenUp { outcome, message, .. } => {
            (RunState::Incomplete, outcome.as_str(), Some((*message).to_string()))
        }
    };
    let adds_up = u64::try_from(rest).is_ok_and(|rest| lines.unsigned_abs().checked_add(rest) == Some(run.inputs));
    let mut wrong = format!(
        "the ledger does not add up: {lines} lines and {rest} others are not {} files",
        run.inputs
    );
    if !adds_up && let Some(why) = link_counts::mend_one(&mut transaction, &run.connection, &run.drive).await? {
        wrong.push_str(&format!("; {why}, and was set right for the next run"));
    }
    let (state, message) = if adds_up {
        (state, message)
    } else {
        (RunState::Failed, Some(wrong.clone()))
    };
    db::query("UPDATE runs SET state = ?, ended_at = ?, rest = ?, rest_outcome = ?, message = ? WHERE id = ?")
        .bind(state.as_str())
        .bind(now)
        .bind(rest.max(0))
        .bind(rest_outcome)
        .bind(message)
        .bind(run.id)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    if !adds_up {
        return Err(Error::Ledger {
            run: run.id,
            message: wrong,
        });
    }
    get(store, run.id).await
}

/// Writes the same line for all files of the run that are due and have none yet.
async fn fill(
    transaction: &mut Transaction,
    run: &Run,
    outcome: GivenUp,
    (reason, message): (Reason, &str),
    now: &str,
) -> Result<()> {
    db::query(
        "INSERT INTO outcomes (run, file, outcome, reason, name, message, revision, size, reached, at) \
         SELECT ?, l.file, ?, ?, l.name, ?, f.revision, r.size, 0, ? \
         FROM links l INDEXED BY links_due JOIN files f ON f.id = l.file \
             JOIN revisions r ON r.file = f.id AND r.number = f.revision \
         WHERE l.connection = ? AND l.drive = ? AND (l.waiting IS NOT NULL OR l.suspected = 1) \
         ON CONFLICT DO NOTHING",
    )
    .bind(run.id)
    .bind(outcome.as_str())
    .bind(reason.as_str())
    .bind(message)
    .bind(now)
    .bind(&run.connection)
    .bind(&run.drive)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// The outcome of files that have no line of their own, as long as the run knows how they stand.
const UNCHANGED: &str = "unchanged";

/// What ledgers said before each run told the reason again.
const TOLD_BEFORE: &str = "nothing has changed since an earlier run told why this file does not follow";

/// Writes a line for each file that does not follow and about which nothing is new: what was told of it last, so that each
/// ledger can be read by itself.
async fn tell_again(transaction: &mut Transaction, run: &Run, now: &str) -> Result<()> {
    db::query(
        "INSERT INTO outcomes (run, file, outcome, reason, name, message, revision, size, reached, at) \
         SELECT ?1, l.file, l.state, coalesce(nullif(o.reason, ''), 'as-before'), l.name, coalesce(o.message, \
             'the file does not follow its item (' || l.state || '): release it to have it looked at again, or unlock it to ' || \
             'keep it as the library''s own'), \
             f.revision, r.size, 0, ?2 \
         FROM links l INDEXED BY links_unsettled JOIN files f ON f.id = l.file \
             JOIN revisions r ON r.file = f.id AND r.number = f.revision \
             LEFT JOIN outcomes o ON o.file = l.file AND o.run = (SELECT max(p.run) FROM outcomes p WHERE p.file = l.file \
                 AND p.run < ?1 AND p.outcome = l.state AND p.at >= l.linked_at AND p.message <> ?5) \
         WHERE l.connection = ?3 AND l.drive = ?4 AND l.state <> 'following' AND l.waiting IS NULL AND l.suspected = 0 \
         ON CONFLICT DO NOTHING",
    )
    .bind(run.id)
    .bind(now)
    .bind(&run.connection)
    .bind(&run.drive)
    .bind(TOLD_BEFORE)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// How many files have no line. After a listing that came to its end, only those count that follow their item and have
/// nothing open: of the others it can't be said that they have not changed.
///
/// What comes before nothing is a number that is kept wrong.
async fn rest(transaction: &mut Transaction, run: &Run) -> Result<i64> {
    let count = async |transaction: &mut Transaction, query: &'static str| {
        db::query_as::<(i64,)>(query)
            .bind(&run.connection)
            .bind(&run.drive)
            .bind(run.id)
            .fetch_one(&mut **transaction)
            .await
            .map(|(count,)| count)
    };
    let managed = signed(link_counts::of(&mut **transaction, &run.connection, &run.drive).await?);
    let with_line = count(
        transaction,
        "SELECT count(*) FROM outcomes o CROSS JOIN links l ON l.file = o.file \
         WHERE l.connection = ? AND l.drive = ? AND o.run = ?",
    )
    .await?;
    let mut rest = managed - with_line;
    if run.listed.0 {
        let open = "SELECT count(*) FROM links l INDEXED BY links_due WHERE l.connection = ? AND l.drive = ? \
             AND (l.waiting IS NOT NULL OR l.suspected = 1) \
             AND NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.run = ? AND o.file = l.file)";
        rest -= count(transaction, open).await?;
    }
    Ok(rest)
}
