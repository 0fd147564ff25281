//! Taking an upload back, and what that would come to.

use chrono::TimeDelta;
use clientpoint_engine::clock::stamp;
use tracing::Instrument;

use super::given_up;
use crate::{
    Error, Result, rights,
    service::{Session, Stop, api, operations::work::CameTo},
    store::{
        reach::Reaching,
        runs,
        seen::Seen,
        undo,
        words::{OperationKind, Subject},
    },
};

/// What somebody is at, for those who wait.
const TAKING_BACK: &str = "the taking back of an upload";

impl Session<'_> {
    /// What taking an upload back would come to, as far as can be told without a look at each content on the disk.
    ///
    /// # Errors
    ///
    /// As [`Session::upload`]; `Error::Settings` for one that was taken back before.
    pub async fn would_undo(&self, run: i64) -> Result<api::Undone> {
        self.user.require_administrator("take an upload back")?;
        if let Some(at) = self.upload(run).await?.run.undone_at {
            return Err(Error::Settings(format!("run {run} was taken back before, at {at}")));
        }
        self.refuse_too_old(run).await?;
        Ok(undo::would_undo(&self.host.store, run).await?.into())
    }

    /// Takes an upload back: its files follow what they followed before, with the content that they had.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`, `Error::Settings` for a run that is no upload, or was taken back before;
    /// `Error::Sync` while a sync is running.
    pub async fn undo_association(&self, run: i64) -> Result<(api::Run, api::Undone)> {
        self.user.require_administrator("take an upload back")?;
        let work = self.work(OperationKind::UndoUpload, &Stop::default()).await?;
        let undoing = work.session.undone(run, &work.stop);
        let came_to = |(_, undone): &(api::Run, api::Undone)| undone_in_numbers(undone);
        work.carry_out(undoing, came_to).await
    }

    async fn undone(&self, run: i64, stop: &Stop) -> Result<(api::Run, api::Undone)> {
        let connection = runs::get(&self.host.store, run).await?.connection;
        self.works_through(&connection);
        let span = self.works_on(run);
        self.taken_back(run, &connection, stop).instrument(span).await
    }

    async fn taken_back(&self, run: i64, connection: &str, stop: &Stop) -> Result<(api::Run, api::Undone)> {
        self.refuse_too_old(run).await?;
        let held = self.no_sync_of(Reaching::Upload(run), TAKING_BACK).await?;
        rights::guarding(&held, Box::pin(self.taken_back_alone(run, connection, stop))).await
    }

    async fn taken_back_alone(&self, run: i64, connection: &str, stop: &Stop) -> Result<(api::Run, api::Undone)> {
        let turn = self.turn(connection, TAKING_BACK);
        let turn = stop.run_until_cancelled(turn).await;
        let _turn = turn.ok_or_else(|| given_up("nothing was taken back"))??;
        let mut whole = self.whole_before(run).await?;
        let (run, undone) = undo::undo(&self.host.store, run, &self.user.name, &mut whole, &self.now()).await?;
        Ok((run.into(), undone.into()))
    }

    /// What its files had before may be gone by then.
    async fn refuse_too_old(&self, run: i64) -> Result<()> {
        let days = self.host.retention().await?.upload_days;
        let upload = runs::get(&self.host.store, run).await?;
        let since = stamp(self.host.clock.utc() - TimeDelta::days(days.into()));
        if upload.subject == Subject::Association && upload.started_at < since {
            return Err(Error::Settings(format!(
                "run {run} was uploaded at {}, and an upload can be taken back for {days} days: nothing was changed",
                upload.started_at
            )));
        }
        Ok(())
    }

    /// Those of the contents from before an upload whose bytes are whole, looked at just now.
    async fn whole_before(&self, run: i64) -> Result<Seen> {
        let mut whole = Seen::default();
        let mut after = String::new();
        loop {
            let some = undo::wanted(&self.host.store, run, &after).await?;
            let Some(last) = some.last() else { return Ok(whole) };
            after.clone_from(&last.sha256);
            for object in &some {
                if self.host.look(object).await?.is_none() {
                    whole.push(object)?;
                }
            }
        }
    }
}

fn undone_in_numbers(undone: &api::Undone) -> CameTo {
    let numbers = [
        ("files", undone.files),
        ("contents", undone.contents),
        ("left-alone", undone.left_alone.len() as u64),
        ("removed", undone.removed.len() as u64),
        ("damaged", undone.damaged.len() as u64),
    ];
    let counts = numbers.into_iter().filter(|(_, count)| 0 < *count);
    CameTo::counts(counts.map(|(word, count)| (word.to_owned(), count)).collect())
}
