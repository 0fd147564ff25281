//! From a sheet to its check, and from there to links: each step an operation, with the very bytes of the one before.

use std::sync::Arc;

use chrono::TimeDelta;
use clientpoint_engine::{
    clock::stamp, contract::exports::clientpoint::content_source::content_import::Error as CallError,
};

use super::{
    Association, SheetFile,
    checks::{Kept, MINUTES, make_room, other_drive, over},
    lines::{RowFilter, SheetLines, open_rows},
};
use crate::{
    Error, Result,
    service::{OperationKind, OperationState, Session, Stop, operations::work::Begun},
    store::connections::Mode,
};

/// The longest name of a sheet, in characters.
const NAME_AT_MOST: usize = 200;

/// The most paths that are chosen at a time.
const CHOICES_AT_MOST: usize = 1_000;

/// What somebody has begun.
pub enum Beginning {
    /// An operation, to be carried out.
    Anew(Begun),
    /// The very same is under way, or done: its operation's number.
    Already(i64),
}

/// A sheet that was checked, as long as that counts.
#[derive(Clone, Debug)]
pub struct SheetCheck {
    /// What the file was called.
    pub name: String,
    /// What would become of its rows.
    pub found: Arc<Association>,
    /// Until when it can be linked; RFC 3339.
    pub until: String,
    /// The upload that it has become.
    pub run: Option<i64>,
}

impl SheetCheck {
    /// How many files linking it would lead to other items than they follow now, and how many of these follow one.
    pub fn to_link(&self) -> (u64, u64) {
        let count = |outcome| self.found.counts.get(outcome).copied().unwrap_or_default();
        (count("linked") + count("re-linked"), count("re-linked"))
    }

    /// How many rows need a person.
    pub fn open(&self) -> u64 {
        open_rows(&self.found.counts)
    }
}

impl Session<'_> {
    /// Begins to check a sheet: an operation that [`Session::carry_out_check`] carries out. A sheet that this person is
    /// having checked at this moment is not checked twice.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotConnected`, `Error::Plugin` (`no-drive`), or the database's.
    pub async fn begin_check(&self, name: &str, sheet: &SheetFile) -> Result<Beginning> {
        self.user.require_administrator("associate files")?;
        let connection = self.connection().await?;
        if connection.drive.is_none() {
            return Err(CallError::NoDrive.into());
        }
        let mut all = self.host.checks.0.lock().await;
        let same = all.iter().find(|kept| {
            let is_under_way = kept.found.is_none() && self.host.operations.get(kept.check).is_some();
            is_under_way && kept.by == self.user.name && kept.sheet == sheet.0
        });
        if let Some(same) = same {
            return Ok(Beginning::Already(same.check));
        }
        let begun = self.begin_operation(OperationKind::CheckSheet).await?;
        let now = self.host.clock.utc();
        all.push(Kept {
            check: begun.id(),
            by: self.user.name.clone(),
            name: name.chars().take(NAME_AT_MOST).collect(),
            sheet: sheet.bytes(),
            through: Some(connection.mode),
            at: now,
            found: None,
            linking: None,
            linked: None,
        });
        make_room(&mut all, now);
        Ok(Beginning::Anew(begun))
    }

    /// Carries a check out that was begun.
    ///
    /// # Errors
    ///
    /// As [`Session::associate`].
    pub async fn carry_out_check(self, begun: Begun, stop: &Stop) -> Result<()> {
        let kept = self.kept_check(begun.id()).await?;
        let session = self.through(kept.through).carrying_out(begun);
        session
            .associate_until(&SheetFile(kept.sheet), true, stop)
            .await
            .map(drop)
    }

    /// A check that has come to its end, as long as it counts.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Sync` (`check-over`) for one that does not count any more, and for somebody else's.
    pub async fn sheet_check(&self, check: i64) -> Result<SheetCheck> {
        self.user.require_administrator("associate files")?;
        let kept = self.kept_check(check).await?;
        let found = kept.found.ok_or_else(over)?;
        let linked = kept.linked.and_then(|linked| linked.run.as_ref().map(|run| run.id));
        Ok(SheetCheck {
            name: kept.name,
            found: found.answer,
            until: stamp(kept.at + TimeDelta::minutes(MINUTES)),
            run: linked,
        })
    }

    /// Some rows of a check, behind so many of them.
    ///
    /// # Errors
    ///
    /// As [`Session::sheet_check`]; the database's.
    pub async fn check_lines(&self, check: i64, filter: &RowFilter, after: u32) -> Result<SheetLines> {
        let check = self.sheet_check(check).await?;
        filter.refuse_unknown(&check.found.counts)?;
        self.named(SheetLines::of(&check.found, filter, after)).await
    }

    /// Begins to link what a check has found: an operation that [`Session::carry_out_link`] carries out. What is linked
    /// already, or just now, is not linked twice.
    ///
    /// # Errors
    ///
    /// As [`Session::sheet_check`]; `Error::Sync` (`check-over`) also where the drive is another one by now.
    pub async fn begin_link(&self, check: i64) -> Result<Beginning> {
        self.user.require_administrator("associate files")?;
        let kept = self.kept_check(check).await?;
        let found = kept.found.ok_or_else(over)?;
        if !found.is_of(&self.again(kept.through).connection().await?) {
            return Err(other_drive());
        }
        let mut all = self.host.checks.0.lock().await;
        let kept = all.iter_mut().find(|kept| kept.check == check).ok_or_else(over)?;
        if let Some(linking) = kept.linking {
            let state = self.operation(linking).await?.state;
            if matches!(state, OperationState::Running | OperationState::Done) {
                return Ok(Beginning::Already(linking));
            }
        }
        let begun = self.begin_operation(OperationKind::LinkSheet).await?;
        kept.linking = Some(begun.id());
        Ok(Beginning::Anew(begun))
    }

    /// Carries out what [`Session::begin_link`] has begun.
    ///
    /// # Errors
    ///
    /// As [`Session::associate`].
    pub async fn carry_out_link(self, check: i64, begun: Begun, stop: &Stop) -> Result<()> {
        let kept = self.kept_check(check).await?;
        let session = self.through(kept.through).carrying_out(begun);
        session
            .associate_until(&SheetFile(kept.sheet), false, stop)
            .await
            .map(drop)
    }

    /// Begins to check a small sheet of its own: the rows for which one of the paths was chosen that could have been meant.
    /// Each choice is the number of a row, and the place of the path among its suggestions.
    ///
    /// # Errors
    ///
    /// As [`Session::sheet_check`] and [`Session::begin_check`]; `Error::Settings` for a choice that was not offered, and for
    /// none.
    pub async fn begin_check_of_choices(&self, check: i64, choices: &[(u32, usize)]) -> Result<Beginning> {
        let (checked, through) = (self.sheet_check(check).await?, self.kept_check(check).await?.through);
        let label = self.host.describe().await?.labels.path_column;
        let mut text = format!("File ID,{}\r\n", quoted(&label));
        if choices.is_empty() || CHOICES_AT_MOST < choices.len() {
            return Err(Error::Settings(format!(
                "choose 1 to {CHOICES_AT_MOST} paths at a time"
            )));
        }
        for (number, place) in choices {
            let row = checked.found.rows.iter().find(|row| row.row == *number);
            let chosen = row.and_then(|row| Some((&row.file, row.suggestions.get(*place)?)));
            let (file, path) = chosen.ok_or_else(|| Error::Settings(format!("row {number} has no such choice")))?;
            text.push_str(&format!("{},{}\r\n", quoted(file), quoted(path)));
        }
        let name = format!("Chosen paths of {}", checked.name);
        let again = self.again(through);
        again.begin_check(&name, &SheetFile(text.into())).await
    }

    /// A copy of the sheet that was checked, with what would become of its rows, as an Excel workbook.
    ///
    /// # Errors
    ///
    /// As [`Session::sheet_check`] and [`Session::association_report`].
    pub async fn report_of_check(&self, check: i64, stop: &Stop) -> Result<Vec<u8>> {
        let (found, kept) = (self.sheet_check(check).await?.found, self.kept_check(check).await?);
        self.association_report(&SheetFile(kept.sheet), &found, stop).await
    }

    /// A copy of the sheet that an upload has carried out, with what became of its rows, as an Excel workbook; as long as
    /// the sheet is kept.
    ///
    /// # Errors
    ///
    /// As [`Session::report_of_check`].
    pub async fn report_of_upload(&self, run: i64, stop: &Stop) -> Result<Vec<u8>> {
        self.user.require_administrator("associate files")?;
        let (kept, linked) = self.kept_of(run).await.ok_or_else(over)?;
        self.association_report(&SheetFile(kept.sheet), &linked, stop).await
    }

    /// Which check has become that upload, as long as its sheet is kept for this person.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`.
    pub async fn check_of_upload(&self, run: i64) -> Result<Option<i64>> {
        self.user.require_administrator("associate files")?;
        Ok(self.kept_of(run).await.map(|(kept, _)| kept.check))
    }

    /// Which check that operation links, as long as its sheet is kept for this person.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`.
    pub async fn check_of_link(&self, operation: i64) -> Result<Option<i64>> {
        self.user.require_administrator("associate files")?;
        let all = self.host.checks.0.lock().await;
        let linked = |kept: &&Kept| kept.linking == Some(operation) && kept.by == self.user.name;
        Ok(all.iter().find(linked).map(|kept| kept.check))
    }

    async fn kept_of(&self, run: i64) -> Option<(Kept, Arc<Association>)> {
        let all = self.host.checks.0.lock().await;
        let mine = all.iter().filter(|kept| kept.by == self.user.name);
        let mut linked = mine.filter_map(|kept| Some((kept, kept.linked.as_ref()?)));
        let of_run = |(_, linked): &(&Kept, &Arc<Association>)| linked.run.as_ref().is_some_and(|one| one.id == run);
        linked.find(of_run).map(|(kept, linked)| (kept.clone(), linked.clone()))
    }

    async fn kept_check(&self, check: i64) -> Result<Kept> {
        let now = self.host.clock.utc();
        let all = self.host.checks.0.lock().await;
        let mine = |kept: &&Kept| kept.check == check && kept.by == self.user.name && !kept.is_over(now);
        all.iter().find(mine).cloned().ok_or_else(over)
    }

    /// The same person once more, working with that connection.
    fn again(&self, through: Option<Mode>) -> Session<'_> {
        Session {
            host: self.host,
            user: self.user.clone(),
            through,
            watcher: self.watcher.clone(),
            from: self.from.clone(),
            operation: None,
        }
    }
}

/// A cell of comma separated text.
pub(super) fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}
