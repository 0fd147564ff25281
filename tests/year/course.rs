//! Night after night: what changes in the drive, what people do, what goes wrong, and what the library is the next morning.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Days, TimeDelta, Utc};
use clientpoint_engine::clock::{Clock, ManualClock};
use clientpoint_host::{
    Host,
    service::{Ledger, Stop},
};
use end_to_end::{WATCH, World, builder, by_path::ByPath, chance::Chance, whole::Whole};
use graph_sim::{Fault, FaultKind, Sim};
use tempfile::TempDir;

use crate::{
    measured::{Cost, bytes_below, rows, statements},
    model::{File, State},
};

/// How many files there are, and what becomes of them.
pub struct Plan {
    /// Nights in all.
    pub nights: u64,
    /// Files that are imported on the first day.
    pub files: u64,
    /// Files that change before each night.
    pub changed: u64,
}

/// The bin keeps a file so many days when nobody says otherwise.
const BIN_DAYS: u64 = 30;

/// The year so far.
pub struct Course {
    pub(crate) sim: Sim,
    pub(crate) clock: ManualClock,
    pub(crate) data: TempDir,
    pub(crate) files: BTreeMap<String, File>,
    begin: DateTime<Utc>,
    chance: Chance,
    changed: u64,
    /// The night after which the library moves house.
    half: u64,
    next: u64,
    happened: BTreeMap<&'static str, u64>,
}

impl Course {
    /// The first day: a library with so many files that follow a drive.
    pub async fn begin(plan: &Plan, chance: Chance) -> Self {
        let World { sim, clock, host, data } = World::connected().await;
        host.close().await;
        drop(host);
        let mut course = Self {
            begin: clock.utc(),
            sim,
            clock,
            data,
            files: BTreeMap::new(),
            chance,
            changed: plan.changed,
            half: plan.nights / 2,
            next: 1,
            happened: BTreeMap::new(),
        };
        let host = course.host().await;
        while course.next <= plan.files {
            course.import(&host, (plan.files + 1 - course.next).min(5)).await;
        }
        host.close().await;
        course
    }

    /// The folder, opened as a scheduler's `serve --once` opens it.
    pub(crate) async fn host(&self) -> Host {
        builder(&self.sim, &self.clock, self.data.path()).build().await.unwrap()
    }

    /// A night in which nothing happens but changes in the drive. What it has cost.
    pub async fn calm_night(&mut self, number: u64) -> Cost {
        self.dusk(number);
        self.changes();
        statements();
        let host = self.host().await;
        let of_the_house = statements();
        self.runs(&host).await;
        let of_the_run = statements();
        self.morning(&host, false).await;
        host.close().await;
        Cost {
            of_the_house,
            of_the_run,
        }
    }

    /// Any other night.
    pub async fn night(&mut self, number: u64) {
        self.dusk(number);
        self.changes();
        let host = self.host().await;
        self.people(&host, number).await;
        let is_troubled = self.one_in(5);
        if is_troubled {
            self.trouble();
        }
        if number == self.half {
            self.moves_house(&host).await;
            self.sim.clear_faults();
            return;
        }
        let ledgers = self.runs(&host).await;
        assert!(is_troubled || ledgers.iter().all(is_whole), "{ledgers:?}");
        self.sim.clear_faults();
        self.morning(&host, is_troubled).await;
        host.close().await;
    }

    /// Half past five of that day, if waits have not brought it further already.
    fn dusk(&self, number: u64) {
        let due = self.begin + Days::new(number) + TimeDelta::minutes(31);
        if let Ok(ahead) = (due - self.clock.utc()).to_std() {
            self.clock.advance(ahead);
        }
        self.sim.set_clock(self.clock.utc());
    }

    /// What is new in the drive.
    fn changes(&mut self) {
        let follows = |file: &&mut File| file.state == State::Follows;
        let count = self.files.values_mut().filter(follows).count() as u64;
        // So far apart that each is another one, from a place that nobody can foretell.
        let first = self.chance.below(count);
        let step = (count / self.changed).max(1);
        for (place, file) in self.files.values_mut().filter(follows).enumerate() {
            let place = (place as u64 + count - first) % count;
            if place.is_multiple_of(step) && place / step < self.changed {
                file.drive += 1;
                self.sim.put(&file.path(), file.body(file.drive).into());
            }
        }
    }

    /// What people do on some days: files come, go, come back, are held and released; items are deleted and renamed.
    async fn people(&mut self, host: &Host, number: u64) {
        let admin = host.session("admin").await.unwrap();
        if self.one_in(20) {
            self.happens("imported");
            self.import(host, 1).await;
        }
        if self.one_in(10)
            && let Some(id) = self.some(|file| file.state == State::Follows)
        {
            self.happens("deleted in the drive");
            let file = self.files.get_mut(&id).unwrap();
            self.sim.delete(&file.path());
            (file.state, file.drive) = (State::Gone, file.library);
        }
        if self.one_in(10)
            && let Some(id) = self.some(|file| file.state == State::Follows)
        {
            self.happens("renamed in the drive");
            let file = self.files.get_mut(&id).unwrap();
            let path = file.path();
            file.name = self.next;
            self.next += 1;
            self.sim.rename(&path, file.path().trim_start_matches('/'));
        }
        if self.one_in(12)
            && let Some(id) = self.some(|file| file.state == State::Follows && file.library == file.drive)
        {
            self.happens("removed");
            admin.remove_file(&id).await.unwrap();
            self.files.get_mut(&id).unwrap().state = State::Binned(number);
        }
        if self.one_in(24)
            && let Some(id) = self.some(|file| matches!(file.state, State::Binned(since) if number < since + BIN_DAYS))
        {
            self.happens("put back from the bin");
            admin.restore_file(&id).await.unwrap();
            self.files.get_mut(&id).unwrap().state = State::Follows;
        }
        if self.one_in(12)
            && let Some(id) = self.some(|file| file.state == State::Follows && file.before.is_some())
        {
            self.happens("taken back");
            admin.rollback(&id).await.unwrap();
            let file = self.files.get_mut(&id).unwrap();
            file.state = State::Held;
            file.library = file.before.take().unwrap();
        }
        if self.one_in(15)
            && let Some(id) = self.some(|file| file.state == State::Held)
        {
            self.happens("released");
            admin.release(&id).await.unwrap();
            self.files.get_mut(&id).unwrap().state = State::Follows;
        }
    }

    /// Something that goes wrong this night.
    fn trouble(&mut self) {
        self.happens("troubled nights");
        let kinds = [
            FaultKind::ServerError(503),
            FaultKind::Cut(None),
            FaultKind::Short(None),
            FaultKind::ShortClean(None),
            FaultKind::Grow(3),
            FaultKind::Html200,
            FaultKind::Json200,
            FaultKind::WrongHash,
            FaultKind::LyingSize(1),
            FaultKind::Forbidden,
            FaultKind::Locked,
        ];
        let kind = kinds[self.chance.below(kinds.len() as u64) as usize].clone();
        self.sim.fault(match self.chance.below(3) {
            0 => Fault::new(kind).times(7),
            1 => Fault::new(kind),
            _ => Fault::throttle(90).times(5),
        });
    }

    /// Does what is due. Nobody waits: whoever sleeps is given the time.
    pub(crate) async fn runs(&self, host: &Host) -> Vec<clientpoint_host::Result<Ledger>> {
        let (admin, stop) = (host.session("admin").await.unwrap(), Stop::default());
        let waiting = async {
            loop {
                // The watch for silence looks every few seconds: it must not be what moves the time.
                self.clock
                    .pass(|asked| asked != WATCH && asked < Duration::from_secs(3600))
                    .await;
            }
        };
        tokio::select! {
            ledgers = admin.serve_once(&stop) => ledgers.unwrap(),
            () = waiting => unreachable!("waiting has no end"),
        }
    }

    /// Compares what the library shows with the model.
    pub(crate) async fn morning(&mut self, host: &Host, was_troubled: bool) {
        let admin = host.session("admin").await.unwrap();
        let rows = admin.library().await.unwrap();
        let there = self.files.values().filter(|file| file.is_there()).count();
        assert_eq!(rows.len(), there, "files in the library");
        for row in &rows {
            let file = self
                .files
                .get_mut(&row.id)
                .unwrap_or_else(|| panic!("nobody knows of {row:?}"));
            file.is_seen(row, was_troubled);
        }
    }

    /// The last look: at every byte, every run, the bin, and the disk.
    pub async fn end(&mut self) {
        let host = self.host().await;
        let admin = host.session("admin").await.unwrap();
        self.morning(&host, false).await;
        for (id, file) in self.files.iter().filter(|(_, file)| file.is_there()) {
            assert_eq!(admin.bytes_of(id).await.unwrap(), file.body(file.library), "{file:?}");
        }
        let bin: Vec<String> = admin.bin().await.unwrap().into_iter().map(|binned| binned.id).collect();
        for (id, file) in &mut self.files {
            if let State::Binned(_) = file.state
                && !bin.contains(id)
            {
                file.state = State::Removed;
            }
            assert_eq!(bin.contains(id), matches!(file.state, State::Binned(_)), "{file:?}");
        }
        let runs = admin.runs().await.unwrap();
        for row in &runs {
            let ledger = admin.run(row.run.id).await.unwrap();
            assert_eq!(ledger.counts.values().sum::<u64>(), ledger.run.inputs, "{ledger:?}");
        }
        let found = admin.verify(&[]).await.unwrap();
        assert!(found.is_clean(), "{found:?}");
        println!("{} runs; {}", runs.len(), self.told().await);
        let largest = rows(self.data.path()).await.into_iter().take(8);
        let largest: Vec<_> = largest.map(|(table, rows)| format!("{table} {rows}")).collect();
        println!("rows: {}", largest.join(", "));
        let happened: Vec<_> = self
            .happened
            .iter()
            .map(|(what, times)| format!("{what} {times}"))
            .collect();
        println!("{}", happened.join(", "));
        host.close().await;
    }

    /// How the folder stands, in a line.
    pub async fn told(&self) -> String {
        let host = self.host().await;
        let sizes = host.session("admin").await.unwrap().sizes().await.unwrap();
        host.close().await;
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        format!(
            "the folder has {:.1} MB: the database {:.1}, {} objects {:.1}, the trash {:.1}; {} earlier revisions",
            megabytes(bytes_below(self.data.path())),
            megabytes(sizes.database_bytes.unwrap_or_default()),
            sizes.objects,
            megabytes(sizes.object_bytes),
            megabytes(sizes.trashed_bytes),
            sizes.earlier_revisions,
        )
    }

    async fn import(&mut self, host: &Host, count: u64) {
        let files: Vec<File> = (self.next..self.next + count).map(File::new).collect();
        self.next += count;
        let items: Vec<String> = files
            .iter()
            .map(|file| self.sim.put(&file.path(), file.body(1).into()))
            .collect();
        let admin = host.session("admin").await.unwrap();
        for (outcome, file) in admin.import(&items).await.unwrap().into_iter().zip(files) {
            let row = outcome.file.unwrap_or_else(|| panic!("{file:?} did not come in"));
            self.files.insert(row.id, file);
        }
    }

    /// Any file that is like this.
    fn some(&mut self, like: impl Fn(&File) -> bool) -> Option<String> {
        let fitting = || self.files.iter().filter(|(_, file)| like(file));
        let count = fitting().count() as u64;
        if count == 0 {
            return None;
        }
        let place = self.chance.below(count);
        fitting().nth(place as usize).map(|(id, _)| id.clone())
    }

    fn one_in(&mut self, days: u64) -> bool {
        self.chance.below(days) == 0
    }

    fn happens(&mut self, what: &'static str) {
        *self.happened.entry(what).or_default() += 1;
    }
}

fn is_whole(ledger: &clientpoint_host::Result<Ledger>) -> bool {
    matches!(ledger, Ok(ledger) if ledger.run.state == "complete")
}
