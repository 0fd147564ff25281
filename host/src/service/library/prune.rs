//! Letting go of what is over its time, as the settings say; and what the library takes up.

use crate::{
    Result,
    host::Host,
    service::{
        Session, Stop,
        api::{Keeping, Pruned, Sizes},
        library::verify::stopped,
        operations::work::CameTo,
    },
    settings::Retention,
    store::{
        bin, cached,
        retention::{self, AtMost, LetGo},
        sizes,
        words::OperationKind,
    },
    way_out::Notice,
};

/// What one night lets go at most: the rest goes in the next ones, and nobody waits for long.
const A_NIGHT: AtMost = AtMost {
    revisions: 20_000,
    runs: 200,
};

impl Session<'_> {
    /// What would be let go now, by kind. Nothing is changed.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, the database's or the file system's.
    pub async fn would_prune(&self) -> Result<Pruned> {
        self.user.require_administrator("see what is over its time")?;
        let (host, now) = (self.host, self.host.clock.utc());
        let terms = host.retention().await?;
        let (files, file_bytes) = bin::over(&host.store, now, terms.bin_days).await?;
        let plan = retention::plan(&host.store, terms, now).await?;
        let compiled = host.compiled(terms, false).await?;
        Ok(pruned(plan, (files, file_bytes), compiled))
    }

    /// Lets go of what is over its time, all of it. Objects that no row names any more go by the next sweep into the trash.
    ///
    /// # Errors
    ///
    /// As [`Session::would_prune`]. What was let go by then stays gone.
    pub async fn prune(&self, stop: &Stop) -> Result<Pruned> {
        self.user.require_administrator("let go of what is over its time")?;
        let work = self.work(OperationKind::Prune, stop).await?;
        let pruning = work.session.let_go(&work.stop);
        work.carry_out(pruning, in_numbers).await
    }

    async fn let_go(&self, stop: &Stop) -> Result<Pruned> {
        let (host, now) = (self.host, self.host.clock.utc());
        let terms = host.retention().await?;
        let (_, bytes) = bin::over(&host.store, now, terms.bin_days).await?;
        let files = (bin::expire(&host.store, now, terms.bin_days).await?, bytes);
        let told = |done: &LetGo| {
            let rows = done.revisions + done.lines;
            self.watcher.report("prune", "prune", rows, None);
            !stop.is_cancelled()
        };
        let done = retention::let_go(&host.store, terms, now, AtMost::ALL, told).await?;
        let compiled = host.compiled(terms, true).await?;
        Ok(pruned(done, files, compiled))
    }

    /// What the library takes up, by kind.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, the database's or the file system's.
    pub async fn sizes(&self) -> Result<Sizes> {
        self.user.require_administrator("see what the library takes up")?;
        let host = self.host;
        Ok(sizes::measure(&host.store, &host.objects, host.data()).await?.into())
    }

    /// Both: what the library takes up, and what of it would be let go now.
    ///
    /// # Errors
    ///
    /// As [`Session::would_prune`].
    pub async fn keeping(&self) -> Result<Keeping> {
        let (sizes, over) = (self.sizes().await?, self.would_prune().await?);
        Ok(Keeping { sizes, over })
    }
}

impl Host {
    /// How long what is over is kept.
    pub(crate) async fn retention(&self) -> Result<Retention> {
        Ok(self.settings().await?.retention())
    }

    /// Lets go of what is over, if this day has not had that. What people should hear of it, if anything went.
    pub(crate) async fn prune_tonight(&self) -> Result<Option<Notice>> {
        let now = self.clock.utc();
        if !retention::claim(&self.store, now).await? {
            return Ok(None);
        }
        let terms = self.retention().await?;
        let done = retention::let_go(&self.store, terms, now, A_NIGHT, |_| true).await?;
        retention::remember(&self.store, now, &done).await?;
        self.compiled(terms, true).await?;
        let is_anything = 0 < done.revisions + done.runs;
        Ok(is_anything.then(|| told(&done, terms).into()))
    }

    /// The compiled forms of plugins beyond those that are kept: how many, and their bytes. They are deleted if so wanted.
    async fn compiled(&self, terms: Retention, delete: bool) -> Result<(u64, u64)> {
        let (cache, keep) = (self.data().join("cache"), terms.compiled);
        let looked = tokio::task::spawn_blocking(move || cached::beyond(&cache, keep, delete)).await;
        Ok(looked.map_err(|_| stopped())??)
    }
}

fn told(done: &LetGo, terms: Retention) -> String {
    format!(
        "let go: {} revisions that were replaced more than {} days ago, and {} runs of more than {} days ago",
        done.revisions, terms.revision_days, done.runs, terms.run_days
    )
}

fn pruned(done: LetGo, (files, file_bytes): (u64, u64), (compiled, compiled_bytes): (u64, u64)) -> Pruned {
    Pruned {
        revisions: done.revisions,
        revision_bytes: done.bytes,
        runs: done.runs,
        lines: done.lines,
        binned: files,
        binned_bytes: file_bytes,
        compiled,
        compiled_bytes,
    }
}

fn in_numbers(done: &Pruned) -> CameTo {
    let numbers = [
        ("revisions", done.revisions),
        ("runs", done.runs),
        ("lines", done.lines),
        ("binned", done.binned),
        ("compiled", done.compiled),
    ];
    CameTo::counts(numbers.map(|(word, count)| (word.to_owned(), count)).into())
}
