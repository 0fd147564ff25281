//! A library on a stage, and the short words in which promises are looked at.

use std::{fmt::Debug, sync::Arc};

use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::stage::{Stage, Work};
use crate::{
    contract::clientpoint::content_source::{
        content_library::{Binding, Bound, Error, LibraryFile},
        managed_files::{Change, Line, LinkState, ManagedFile, Outcome, Settlement},
        types::{ItemRef, Link, Verification},
    },
    library::{Draft, DraftPlace, Replacement, Scope},
};

/// The connection that most is done through, and its drive.
pub(super) const ONE: Scope<'static> = Scope {
    connection: "one",
    drive: "drive-1",
};

/// Another one, to the same source.
pub(super) const TWO: Scope<'static> = Scope {
    connection: "two",
    drive: "drive-2",
};

/// More bytes than any draft here has.
pub(super) const ENOUGH: u64 = 1 << 20;

/// What is no File ID in a library of a few files.
pub(super) const NOBODY: &str = "987654321";

/// More files than there are here, in one page.
const ALL: u32 = 10_000;

/// A library in which [`ONE`] and [`TWO`] have their drives.
pub(super) struct Scene {
    pub(super) stage: Box<dyn Stage>,
}

impl Scene {
    pub(super) async fn on(stage: impl Stage) -> Result<Self, String> {
        for of in [ONE, TWO] {
            stage.choose(of.connection, Some(of.drive)).await?;
        }
        Ok(Self { stage: Box::new(stage) })
    }

    /// An empty draft.
    pub(super) fn draft(&self, limit: u64) -> Result<Box<dyn Draft>, String> {
        let permit = Arc::new(Semaphore::new(1)).try_acquire_owned();
        let place = DraftPlace::new(permit.map_err(|error| error.to_string())?);
        answered("`draft`", self.stage.library().draft(limit, place))
    }

    /// A draft with these bytes.
    pub(super) async fn filled(&self, bytes: &[u8]) -> Result<Box<dyn Draft>, String> {
        let (draft, appended) = append(self.draft(ENOUGH)?, bytes).await?;
        answered("`append`", appended)?;
        Ok(draft)
    }

    /// A file that came in through this connection, with these bytes, in version `v1` of its item.
    pub(super) async fn imported(&self, of: Scope<'_>, item: &str, bytes: &[u8]) -> Result<LibraryFile, String> {
        let draft = self.filled(bytes).await?;
        let link = link(of, item, "v1", bytes);
        answered("`commit`", draft.commit(of.connection, &name(item), link).await)
    }

    /// Files that came in, one an item, by the order of these.
    pub(super) async fn all_imported(&self, of: Scope<'_>, items: &[&str]) -> Result<Vec<LibraryFile>, String> {
        let mut files = Vec::new();
        for item in items {
            files.push(self.imported(of, item, item.as_bytes()).await?);
        }
        Ok(files)
    }

    /// A file that people have put there by hand.
    pub(super) async fn by_hand(&self, bytes: &[u8]) -> Result<String, String> {
        self.stage.put("By hand.pdf", bytes).await
    }

    /// Ties files to items by an upload of their own.
    pub(super) async fn tied(&self, of: Scope<'_>, files: &[(&str, &str)]) -> Result<Vec<Bound>, String> {
        let bindings = files.iter().map(|(file, item)| binding(file, item)).collect();
        let upload = self.stage.begin(Work::Upload, of).await?;
        answered("`bind`", self.stage.library().bind(upload, of, bindings).await)
    }

    /// A run of the connection.
    pub(super) async fn run(&self, of: Scope<'_>) -> Result<i64, String> {
        self.stage.begin(Work::Run, of).await
    }

    /// The files that follow each of these items of a drive, as this connection asks.
    pub(super) async fn by_source(&self, of: Scope<'_>, items: &[ItemRef]) -> Result<Vec<Vec<LibraryFile>>, String> {
        answered(
            "`by_source`",
            self.stage.library().by_source(of.connection, items).await,
        )
    }

    /// The files of an item.
    pub(super) async fn of_item(&self, of: Scope<'_>, item: &str) -> Result<Vec<LibraryFile>, String> {
        let lists = self.by_source(of, &[source(of, item)]).await?;
        lists.into_iter().next().ok_or_else(|| "no list for the item".into())
    }

    /// What the library says of a File ID.
    pub(super) async fn stat(&self, file: &str) -> Result<Option<LibraryFile>, String> {
        let files = [file.to_owned()];
        let answer = answered("`stat`", self.stage.library().stat(&files).await)?;
        answer
            .into_iter()
            .next()
            .ok_or_else(|| "no answer for the File ID".into())
    }

    /// The one file of this connection that follows the item.
    pub(super) async fn row(&self, of: Scope<'_>, item: &str) -> Result<ManagedFile, String> {
        let items = [source(of, item)];
        let lists = self.stage.managed().of_items(of.connection, &items).await;
        let mut rows = answered("`of_items`", lists)?.into_iter().flatten();
        match (rows.next(), rows.next()) {
            (Some(row), None) => Ok(row),
            (row, _) => Err(format!(
                "not one file follows `{item}`, but {}",
                if row.is_some() { "several" } else { "none" }
            )),
        }
    }

    /// All files of a drive.
    pub(super) async fn all(&self, of: Scope<'_>) -> Result<Vec<ManagedFile>, String> {
        answered("`after`", self.stage.managed().after(of, None, false, ALL).await)
    }

    /// The File IDs that are due, in order.
    pub(super) async fn due(&self, of: Scope<'_>) -> Result<Vec<String>, String> {
        Ok(ids(answered("`due`", self.stage.managed().due(of, None, ALL).await)?))
    }

    /// Changes links of a connection.
    pub(super) async fn set(&self, of: Scope<'_>, changes: Vec<Change>) -> Result<(), String> {
        answered("`set`", self.stage.managed().set(of.connection, changes).await)
    }

    /// Lets files wait, one after the other, so that each has a turn of its own.
    pub(super) async fn waiting(&self, of: Scope<'_>, files: &[&str]) -> Result<(), String> {
        for file in files {
            self.set(of, vec![change(file, true, false)]).await?;
        }
        Ok(())
    }

    /// The lines of a run that a file has.
    pub(super) async fn lines(&self, run: i64, file: &str) -> Result<Vec<Line>, String> {
        let lines = self.stage.lines(run).await?.into_iter();
        Ok(lines.filter(|(of, _)| of == file).map(|(_, line)| line).collect())
    }

    /// All that can be seen of files that follow something, and of the lines of a run: what must be the same after a call
    /// that has changed nothing.
    pub(super) async fn everything(&self, run: Option<i64>) -> Result<String, String> {
        let mut lines = match run {
            Some(run) => self.stage.lines(run).await?,
            None => Vec::new(),
        };
        lines.sort_by(|(one, _), (other, _)| one.cmp(other));
        let due = (self.due(ONE).await?, self.due(TWO).await?);
        Ok(format!(
            "{:?} {:?} due: {due:?} lines: {lines:?}",
            self.all(ONE).await?,
            self.all(TWO).await?
        ))
    }
}

/// Appends on a thread that may block.
pub(super) async fn append(
    mut draft: Box<dyn Draft>,
    bytes: &[u8],
) -> Result<(Box<dyn Draft>, Result<(), Error>), String> {
    let bytes = bytes.to_vec();
    let thread = tokio::task::spawn_blocking(move || {
        let appended = draft.append(&bytes);
        (draft, appended)
    });
    thread.await.map_err(|_| "`append` panicked".into())
}

/// What a call has answered; in words if that is an error.
pub(super) fn answered<T, E: Debug>(call: &str, answer: Result<T, E>) -> Result<T, String> {
    answer.map_err(|error| format!("{call} was answered with {error:?}"))
}

/// Whether what was seen of something is what was promised.
pub(super) fn same<T: Debug + ?Sized, U: Debug + ?Sized>(what: &str, seen: &T, promised: &U) -> Result<(), String> {
    let (seen, promised) = (format!("{seen:?}"), format!("{promised:?}"));
    holds(seen == promised, || {
        format!("{what}: {seen}, in the place of {promised}")
    })
}

/// Whether something holds.
pub(super) fn holds(it: bool, seen: impl FnOnce() -> String) -> Result<(), String> {
    if it { Ok(()) } else { Err(seen()) }
}

/// Their File IDs, in their order.
pub(super) fn ids(rows: Vec<ManagedFile>) -> Vec<String> {
    rows.into_iter().map(|row| row.file.id).collect()
}

/// An item of the scope's drive.
pub(super) fn source(of: Scope<'_>, item: &str) -> ItemRef {
    ItemRef {
        drive: of.drive.into(),
        item: item.into(),
    }
}

/// The name that an item and its file have.
pub(super) fn name(item: &str) -> String {
    format!("{item}.pdf")
}

/// What ties a file with these bytes to an item.
pub(super) fn link(of: Scope<'_>, item: &str, version: &str, bytes: &[u8]) -> Link {
    Link {
        source: source(of, item),
        version: Some(version.into()),
        hash: format!("hash of {version}"),
        size: size(bytes),
        verification: Verification::Verified,
        name: name(item),
        web_url: Some(format!("https://source.example/{item}")),
    }
}

/// That a file shall follow an item, which is at the place `at ITEM`.
pub(super) fn binding(file: &str, item: &str) -> Binding {
    Binding {
        file: file.into(),
        item: item.into(),
        name: name(item),
        web_url: Some(format!("https://source.example/{item}")),
        place: Some(format!("at {item}")),
    }
}

/// How a file waits, without a note.
pub(super) fn change(file: &str, waiting: bool, suspected: bool) -> Change {
    Change {
        file: file.into(),
        waiting,
        suspected,
        note: None,
    }
}

/// A line that says so.
pub(super) fn line(outcome: Outcome, message: &str) -> Line {
    Line {
        outcome,
        reason: "a-reason".into(),
        name: "A name.pdf".into(),
        message: message.into(),
    }
}

/// A line that says so, after which the file is locked at its source and does not wait.
pub(super) fn settlement(file: &str, message: &str) -> Settlement {
    Settlement {
        file: file.into(),
        line: line(Outcome::Locked, message),
        state: LinkState::Locked,
        waiting: false,
        suspected: false,
        note: None,
        known: None,
    }
}

/// New content for the file of an item that has revision 1: version `v2`, these bytes.
pub(super) fn replacement<'a>(of: Scope<'a>, run: i64, file: &'a str, item: &str, bytes: &[u8]) -> Replacement<'a> {
    Replacement {
        connection: of.connection,
        run,
        file,
        base: 1,
        link: link(of, item, "v2", bytes),
        line: line(Outcome::Updated, "it has new content"),
    }
}

/// How many bytes these are.
pub(super) fn size(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// SHA-256, as the contract writes it.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
