//! Previous content, put back and held; and the switch "Do not update existing ClientPoints".

use super::{
    Store,
    db::{self, Transaction},
    files::{self, LibraryFile, add_revision, fetch, number, signed},
    links,
    objects::Object,
    page::{Page, Part},
    seen::Seen,
};
use crate::{Error, Result, way_out::WayOut};

/// Content that a file has had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// The revision that had it.
    pub revision: u64,
    /// Its bytes.
    pub object: Object,
    /// When it came; RFC 3339.
    pub made_at: String,
}

/// What became of content that was to be put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Restored {
    /// It is there.
    Done,
    /// It was there.
    Same,
    /// Nobody has seen that its bytes are whole; nothing was changed.
    Unsound,
}

/// What is to be put back, by whom, and why.
#[derive(Clone, Copy, Debug, Default)]
pub struct PutBack<'a> {
    /// The content of that revision; none for the one before the present.
    pub to: Option<u64>,
    /// The present revision that somebody has looked at before they decided; none where nobody says.
    pub decided: Option<u64>,
    /// Who does it.
    pub by: &'a str,
    /// Why, in their words; may be empty.
    pub why: &'a str,
}

/// What would be put back of this file: the content of revision `to`, or the one before the present. Its bytes are to be
/// looked at first.
///
/// # Errors
///
/// `Error::NotFound`, `Error::Settings` if nothing can be put back, or the database's.
pub async fn earlier(store: &Store, id: &str, to: Option<u64>) -> Result<Earlier> {
    let mut transaction = store.snapshot().await?;
    match to {
        Some(to) => revision(&mut transaction, id, to).await,
        None => found(&mut transaction, id).await,
    }
}

/// Puts earlier content back as a new revision, shows it where a later one is shown, and holds the file if it follows
/// something. None, and nothing is changed, if that content is not `whole`, which somebody has looked at, but another one by
/// now.
///
/// # Errors
///
/// As [`earlier`]; `Error::Outdated` if its present revision is another one than that which somebody has decided about.
pub async fn rollback(
    store: &Store,
    id: &str,
    (whole, wanted): (&Object, PutBack<'_>),
    now: &str,
) -> Result<Option<LibraryFile>> {
    let (row, decided) = (number(id)?, wanted.decided);
    let mut transaction = store.write().await?;
    let previous = match wanted.to {
        Some(to) => revision(&mut transaction, id, to).await?,
        None => found(&mut transaction, id).await?,
    };
    let present = fetch(&mut transaction, row).await?.revision;
    if decided.is_some_and(|decided| decided != present) {
        return Err(files::outdated(id, present));
    }
    let mut seen = Seen::default();
    seen.push(whole)?;
    if restore_content(&mut transaction, row, signed(previous.revision), &mut seen, now).await? == Restored::Unsound {
        return Ok(None);
    }
    let file = fetch(&mut transaction, row).await?;
    if file.link.is_some() {
        links::hold(&mut transaction, row, file.size).await?;
    }
    db::query("INSERT INTO put_back (file, revision, earlier, put_back_by, why) VALUES (?, ?, ?, ?, ?)")
        .bind(row)
        .bind(signed(file.revision))
        .bind(signed(previous.revision))
        .bind(wanted.by)
        .bind(wanted.why)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(Some(file))
}

/// The content of that revision, if the file has another one now.
async fn revision(transaction: &mut Transaction, id: &str, to: u64) -> Result<Earlier> {
    let row = number(id)?;
    let file = fetch(transaction, row).await?;
    let had: Option<(String, i64, String)> =
        db::query_as("SELECT sha256, size, made_at FROM revisions WHERE file = ? AND number = ?")
            .bind(row)
            .bind(signed(to))
            .fetch_optional(&mut **transaction)
            .await?;
    let Some((sha256, size, made_at)) = had else {
        return Err(unknown_revision(id, to));
    };
    if sha256 == file.sha256 {
        return Err(Error::Settings(format!(
            "file {id} has the content of revision {to} already"
        )));
    }
    Ok(Earlier {
        revision: to,
        object: Object {
            sha256,
            size: size.unsigned_abs(),
        },
        made_at,
    })
}

/// That a file has no such revision, or not any more.
pub(super) fn unknown_revision(id: &str, revision: u64) -> Error {
    Error::NotFound {
        what: "revision",
        name: format!("{revision} of file {id}"),
        way_out: WayOut::ShowRevisions { file: Some(id.into()) },
    }
}

async fn found(transaction: &mut Transaction, id: &str) -> Result<Earlier> {
    let row = number(id)?;
    let file = fetch(transaction, row).await?;
    let held: Option<(i64,)> = db::query_as("SELECT held FROM links WHERE file = ?")
        .bind(row)
        .fetch_optional(&mut **transaction)
        .await?;
    match held {
        Some((0,)) => {}
        Some(_) => {
            let held = Error::Settings(format!("file {id} is held already"));
            return Err(held.with([WayOut::Release { file: Some(id.into()) }]));
        }
        None => return Err(not_managed(id)),
    }
    let previous: Option<(i64, String, i64, String)> = db::query_as(
        "SELECT number, sha256, size, made_at FROM revisions WHERE file = ? AND number < ? AND sha256 <> ? ORDER BY number DESC LIMIT 1",
    )
    .bind(row)
    .bind(signed(file.revision))
    .bind(&file.sha256)
    .fetch_optional(&mut **transaction)
    .await?;
    let Some((revision, sha256, size, made_at)) = previous else {
        return Err(Error::Settings(format!(
            "file {id} has no previous content to go back to"
        )));
    };
    Ok(Earlier {
        revision: revision.unsigned_abs(),
        object: Object {
            sha256,
            size: size.unsigned_abs(),
        },
        made_at,
    })
}

/// Puts the content of a revision back, as a new one unless the present one has it, and shows it wherever the file is
/// shown with a later one: also where people have kept it at one in between. `whole` are objects that somebody has just
/// looked at: no others become current.
///
/// # Errors
///
/// The database's.
pub(super) async fn restore_content(
    transaction: &mut Transaction,
    file: i64,
    revision: i64,
    whole: &mut Seen,
    now: &str,
) -> Result<Restored> {
    let (sha256, size): (String, i64) =
        db::query_as("SELECT sha256, size FROM revisions WHERE file = ? AND number = ?")
            .bind(file)
            .bind(revision)
            .fetch_one(&mut **transaction)
            .await?;
    let present = fetch(transaction, file).await?;
    let changes = present.sha256 != sha256;
    let mut number = signed(present.revision);
    if changes && !whole.contains(&sha256)? {
        return Ok(Restored::Unsound);
    }
    if changes {
        number = number.saturating_add(1);
        let object = Object {
            sha256,
            size: size.unsigned_abs(),
        };
        add_revision(transaction, file, number, &object, now).await?;
        db::query("UPDATE files SET revision = ? WHERE id = ?")
            .bind(number)
            .bind(file)
            .execute(&mut **transaction)
            .await?;
    }
    db::query("UPDATE showings SET revision = ? WHERE file = ? AND revision > ?")
        .bind(number)
        .bind(file)
        .bind(revision)
        .execute(&mut **transaction)
        .await?;
    Ok(if changes { Restored::Done } else { Restored::Same })
}

/// Lets a file follow again, from the next run on.
///
/// # Errors
///
/// `Error::NotFound`, `Error::Settings` for a file that nobody manages, or the database's.
pub async fn release(store: &Store, id: &str) -> Result<LibraryFile> {
    let file = files::get(store, id).await?;
    let mut transaction = store.write().await?;
    if !links::release(&mut transaction, number(id)?).await? {
        return Err(not_managed(id));
    }
    transaction.commit().await?;
    Ok(file)
}

/// Sets the switch, for a file or for all.
///
/// # Errors
///
/// `Error::NotFound`, or the database's.
pub async fn keep_clientpoints(store: &Store, id: Option<&str>, keep: bool) -> Result<()> {
    let Some(id) = id else {
        let query = if keep {
            "INSERT INTO switches (name) VALUES ('keep-clientpoints') ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM switches WHERE name = 'keep-clientpoints'"
        };
        db::query(query).execute(store.pool()).await?;
        return Ok(());
    };
    files::get(store, id).await?;
    db::query("UPDATE files SET keep_clientpoints = ? WHERE id = ?")
        .bind(i64::from(keep))
        .bind(number(id)?)
        .execute(store.pool())
        .await?;
    Ok(())
}

/// Whether the switch is on for all.
///
/// # Errors
///
/// The database's.
pub async fn keeps_all(store: &Store) -> Result<bool> {
    let all: Option<(i64,)> = db::query_as("SELECT 1 FROM switches WHERE name = 'keep-clientpoints'")
        .fetch_optional(store.pool())
        .await?;
    Ok(all.is_some())
}

/// Whether it is on for this file by itself.
///
/// # Errors
///
/// `Error::NotFound` for what is no File ID; the database's.
pub async fn keeps(store: &Store, id: &str) -> Result<bool> {
    let found: Option<(i64,)> = db::query_as("SELECT keep_clientpoints FROM files WHERE id = ?")
        .bind(number(id)?)
        .fetch_optional(store.pool())
        .await?;
    Ok(matches!(found, Some((1,))))
}

/// A page of the File IDs for which it is on by themselves.
///
/// # Errors
///
/// `Error::Settings` for a cursor of another list; the database's.
pub async fn kept(store: &Store, part: &Part) -> Result<Page<String>> {
    const LIST: &str = "files that keep existing ClientPoints";
    let after: Option<i64> = part.key(LIST)?;
    let files: Vec<(i64,)> = db::query_as(
        "SELECT id FROM files INDEXED BY files_kept WHERE keep_clientpoints = 1 AND removed_at IS NULL AND id > ? \
         ORDER BY id LIMIT ?",
    )
    .bind(after.unwrap_or_default())
    .bind(part.reads())
    .fetch_all(store.pool())
    .await?;
    Page::cut(files, part, LIST, |(id,)| *id)?.try_map(|(id,)| Ok(id.to_string()))
}

fn not_managed(id: &str) -> Error {
    Error::Settings(format!(
        "file {id} follows nothing: only managed files are rolled back and released"
    ))
}
