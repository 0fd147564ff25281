//! The outside world for tests: a drive, a library and a clock, all in memory. Time passes only while everybody waits.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod clock;
mod drive;
mod library;
mod places;
mod sync;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use chrono::{DateTime, Utc};

use crate::{
    contract::{
        Binding, Bound, Change, Connection, Counts, ItemRef, LibraryError, LibraryFile, Line, Link, ManagedFile, Mode,
        Settlement,
    },
    graph::{Head, Request},
    ports::{CHUNK, Level, Ports, Read, Unsent},
    source,
};

pub(crate) use clock::run;
pub(crate) use drive::{API, CONTENT, DRIVE, FakeItem};
pub(crate) use library::{Draft, Sink};
pub(crate) use places::{at, file_at};
pub(crate) use sync::{Changes, Standing};

/// What a body does.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    Bytes(Vec<u8>),
    /// The connection breaks off.
    Break,
    /// Nothing comes any more.
    Stall,
    /// These come after a while.
    After(Duration, Vec<u8>),
}

/// An answer that a test makes up.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<Piece>,
}

/// How a call number `n` fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// The connection, or the library, breaks.
    Break,
    /// Nothing happens any more; the library breaks.
    Stall,
    /// The server is busy, and a body ends early without a fault.
    Busy,
}

type Script = Box<dyn FnMut(&Request) -> Option<Answer>>;

pub(crate) struct Fake {
    pub(crate) connection: Connection,
    pub(crate) items: RefCell<BTreeMap<String, FakeItem>>,
    /// Asked before the drive; what it does not answer, the drive does.
    pub(crate) script: RefCell<Script>,
    /// Every request, with the time it was sent.
    pub(crate) requests: RefCell<Vec<(Duration, Request)>>,
    pub(crate) files: RefCell<Vec<(LibraryFile, Vec<u8>)>>,
    /// What the library answers to the next commits.
    pub(crate) refusals: RefCell<VecDeque<LibraryError>>,
    pub(crate) last_progress: RefCell<BTreeMap<String, (u64, Option<u64>)>>,
    pub(crate) waits: RefCell<Vec<(String, Duration)>>,
    pub(crate) log: RefCell<Vec<String>>,
    /// The outside calls so far, and which of them fails how.
    pub(crate) calls: Cell<usize>,
    pub(crate) fault: Cell<Option<(usize, Flavour)>>,
    pub(crate) changes: RefCell<Changes>,
    /// How links stand, by File ID; as good as new where there is nothing.
    pub(crate) standings: RefCell<BTreeMap<String, Standing>>,
    /// Where items were when files were tied to them, by File ID.
    pub(crate) bound_places: RefCell<BTreeMap<String, String>>,
    /// The ledger of the run.
    pub(crate) lines: RefCell<BTreeMap<String, Line>>,
    /// The small durable values. There is a beginning for rounds of changes, unless a test takes it away.
    pub(crate) values: RefCell<BTreeMap<String, (Vec<u8>, u64)>>,
    /// What single items are answered with in a request of many, by their ids.
    pub(crate) closed: RefCell<BTreeMap<String, u16>>,
    /// How the addresses in a request of many are read.
    pub(crate) read_in_batch: Cell<fn(&str) -> String>,
    places: Cell<u64>,
    tickets: Cell<u32>,
    clock: clock::Clock,
    quiet_until: Cell<Duration>,
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let body = if body.is_empty() {
            vec![]
        } else {
            vec![Piece::Bytes(body)]
        };
        Self {
            status,
            headers: vec![],
            body,
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl Fake {
    pub(crate) fn new(items: impl IntoIterator<Item = FakeItem>) -> Self {
        Self {
            connection: Connection {
                id: "organization".to_owned(),
                mode: Mode::Organization,
                api_origin: API.to_owned(),
                drive: Some(DRIVE.to_owned()),
                policy: source::default_policy(),
            },
            items: RefCell::new(items.into_iter().map(|item| (item.id.clone(), item)).collect()),
            script: RefCell::new(Box::new(|_| None)),
            requests: RefCell::default(),
            files: RefCell::default(),
            refusals: RefCell::default(),
            last_progress: RefCell::default(),
            waits: RefCell::default(),
            log: RefCell::default(),
            calls: Cell::default(),
            fault: Cell::default(),
            changes: RefCell::default(),
            standings: RefCell::default(),
            bound_places: RefCell::default(),
            lines: RefCell::default(),
            values: RefCell::new(BTreeMap::from([(
                format!("changes/{DRIVE}"),
                (format!("{API}/v1.0/drives/{DRIVE}/root/delta?token=0").into_bytes(), 1),
            )])),
            closed: RefCell::default(),
            read_in_batch: Cell::new(str::to_owned),
            places: Cell::default(),
            tickets: Cell::default(),
            clock: clock::Clock::default(),
            quiet_until: Cell::default(),
        }
    }

    pub(crate) fn answering(self, script: impl FnMut(&Request) -> Option<Answer> + 'static) -> Self {
        *self.script.borrow_mut() = Box::new(script);
        self
    }

    /// From now on, these answers come before the drive's.
    pub(crate) fn scripted(&self, script: impl FnMut(&Request) -> Option<Answer> + 'static) {
        *self.script.borrow_mut() = Box::new(script);
    }

    /// The URLs asked for, without their queries.
    pub(crate) fn paths(&self) -> Vec<String> {
        let path = |url: &str| url.split('?').next().unwrap().to_owned();
        self.requests
            .borrow()
            .iter()
            .map(|(_, request)| path(&request.url))
            .collect()
    }

    pub(crate) fn ranges(&self) -> Vec<String> {
        let requests = self.requests.borrow();
        let headers = requests.iter().flat_map(|(_, request)| request.headers.clone());
        headers
            .filter(|(name, _)| *name == "range")
            .map(|(_, value)| value)
            .collect()
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.now()
    }

    /// Counts a call, and says whether and how it fails.
    fn failing(&self) -> Option<Flavour> {
        let number = self.calls.replace(self.calls.get() + 1);
        self.fault
            .get()
            .filter(|(failing, _)| *failing == number)
            .map(|(_, flavour)| flavour)
    }

    fn broken_library(&self) -> Result<(), LibraryError> {
        let broken = LibraryError::Unavailable("the disk is gone".to_owned());
        self.failing().map_or(Ok(()), |_| Err(broken))
    }
}

impl Ports for Fake {
    type Body = VecDeque<Piece>;
    type Draft = Draft;
    type Sink = Sink;

    fn connection(&self) -> Connection {
        self.calls.set(self.calls.get() + 1);
        self.connection.clone()
    }

    fn quiet_until(&self) -> &Cell<Duration> {
        &self.quiet_until
    }

    async fn send(&self, request: &Request) -> Result<(Head, Self::Body), Unsent> {
        self.requests.borrow_mut().push((self.clock.now(), request.clone()));
        let answer = match self.failing() {
            Some(Flavour::Break) => return Err(Unsent::Unreachable),
            Some(Flavour::Stall) => std::future::pending().await,
            Some(Flavour::Busy) => Answer::new(503, ""),
            None => {
                let scripted = (self.script.borrow_mut())(request);
                let scripted = scripted.or_else(|| self.changes_answer(request));
                let scripted = scripted.or_else(|| self.batch_answer(request));
                let scripted = scripted.or_else(|| self.drive_answer(request));
                scripted.unwrap_or_else(|| self.drive_answers(request))
            }
        };
        let headers = answer
            .headers
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        Ok((Head::new(answer.status, headers), answer.body.into()))
    }

    async fn read(&self, body: &mut Self::Body, mut buffer: Vec<u8>) -> (Read, Vec<u8>) {
        buffer.clear();
        match self.failing() {
            Some(Flavour::Break) => return (Read::Broken, buffer),
            Some(Flavour::Stall) => std::future::pending().await,
            Some(Flavour::Busy) => return (Read::End, buffer),
            None => {}
        }
        match body.pop_front() {
            Some(Piece::Bytes(mut bytes)) => {
                if bytes.len() > CHUNK {
                    body.push_front(Piece::Bytes(bytes.split_off(CHUNK)));
                }
                (Read::Some, bytes)
            }
            Some(Piece::Break) => (Read::Broken, buffer),
            Some(Piece::Stall) => std::future::pending().await,
            Some(Piece::After(time, bytes)) => {
                self.clock.wait(time).await;
                (Read::Some, bytes)
            }
            None => (Read::End, buffer),
        }
    }

    async fn wait(&self, time: Duration) {
        self.clock.wait(time).await;
    }

    fn now(&self) -> Duration {
        self.clock.now()
    }

    fn utc(&self) -> DateTime<Utc> {
        let start: DateTime<Utc> = "2026-02-03T09:10:11Z".parse().unwrap();
        start + self.clock.now()
    }

    async fn files_by_source(&self, items: &[ItemRef]) -> Result<Vec<Vec<LibraryFile>>, LibraryError> {
        self.broken_library()?;
        let files = self.files.borrow();
        let follows = |item: &ItemRef, file: &LibraryFile| file.link.as_ref().is_some_and(|link| link.source == *item);
        let of = |item| {
            files
                .iter()
                .map(|(file, _)| file)
                .filter(|file| follows(item, file))
                .cloned()
                .collect()
        };
        Ok(items.iter().map(of).collect())
    }

    async fn stat(&self, files: &[String]) -> Result<Vec<Option<LibraryFile>>, LibraryError> {
        self.broken_library()?;
        let ours = self.files.borrow();
        let of = |id: &String| ours.iter().map(|(file, _)| file).find(|file| file.id == *id).cloned();
        Ok(files.iter().map(of).collect())
    }

    async fn bind(&self, drive: &str, bindings: Vec<Binding>) -> Result<Vec<Bound>, LibraryError> {
        self.broken_library()?;
        Ok(bindings.into_iter().map(|binding| self.bound(drive, binding)).collect())
    }

    async fn create(&self, name: &str) -> Result<Draft, LibraryError> {
        self.broken_library()?;
        Ok(Draft::new(name))
    }

    fn write<'a>(&self, draft: &'a Draft) -> (Sink, impl Future<Output = Result<u64, LibraryError>> + use<'a>) {
        draft.open(self.broken_library())
    }

    async fn push(&self, sink: &mut Sink, bytes: Vec<u8>) -> (bool, Vec<u8>) {
        let taken = sink.push(&bytes, self.broken_library());
        (taken, if taken { Vec::new() } else { bytes })
    }

    async fn commit(&self, draft: Draft, link: &Link) -> Result<LibraryFile, LibraryError> {
        self.broken_library()?;
        let refusal = self.refusals.borrow_mut().pop_front();
        match refusal {
            None => Ok(self.keep(draft, link)),
            // Somebody else was faster: this is their file.
            Some(error @ LibraryError::AlreadyLinked(_)) => {
                self.keep(draft, link);
                Err(error)
            }
            Some(error) => Err(error),
        }
    }

    async fn state(&self, key: &str) -> Result<Option<(Vec<u8>, u64)>, LibraryError> {
        self.broken_library()?;
        Ok(self.values.borrow().get(key).cloned())
    }

    async fn swap(&self, key: &str, expected: Option<u64>, value: &[u8]) -> Result<bool, LibraryError> {
        self.broken_library()?;
        Ok(self.swapped(key, expected, value))
    }

    async fn managed_count(&self, drive: &str) -> Result<Counts, LibraryError> {
        self.broken_library()?;
        Ok(self.count(drive))
    }

    async fn managed_by_source(&self, items: &[ItemRef]) -> Result<Vec<Vec<ManagedFile>>, LibraryError> {
        self.broken_library()?;
        Ok(self.by_source(items))
    }

    async fn managed_by_place(&self, drive: &str, places: Vec<String>) -> Result<Vec<ManagedFile>, LibraryError> {
        self.broken_library()?;
        Ok(self.by_place(drive, &places))
    }

    async fn managed_after(
        &self,
        drive: &str,
        file: Option<&str>,
        suspected: bool,
        limit: u32,
    ) -> Result<Vec<ManagedFile>, LibraryError> {
        self.broken_library()?;
        Ok(self.after(drive, file, suspected, limit))
    }

    async fn due(
        &self,
        drive: &str,
        known: Option<&(u64, String)>,
        limit: u32,
    ) -> Result<Vec<ManagedFile>, LibraryError> {
        self.broken_library()?;
        Ok(self.due_after(drive, known, limit))
    }

    async fn set(&self, changes: Vec<Change>) -> Result<(), LibraryError> {
        self.broken_library()?;
        self.change(changes);
        Ok(())
    }

    async fn suspect_all(&self, drive: &str) -> Result<(), LibraryError> {
        self.broken_library()?;
        self.suspect(drive);
        Ok(())
    }

    async fn settle(&self, settlements: Vec<Settlement>) -> Result<(), LibraryError> {
        self.broken_library()?;
        self.settled(settlements);
        Ok(())
    }

    async fn replace(&self, file: &str, base_revision: u64) -> Result<Draft, LibraryError> {
        self.broken_library()?;
        self.begin(file, base_revision)
    }

    async fn publish(&self, draft: Draft, link: &Link, line: &Line) -> Result<LibraryFile, LibraryError> {
        self.broken_library()?;
        self.keep_new(&draft, link, line)
    }

    fn progress(&self, item: &ItemRef, _name: &str, done: u64, total: Option<u64>) {
        self.last_progress.borrow_mut().insert(item.item.clone(), (done, total));
    }

    fn waiting(&self, why: &str, time: Duration) {
        self.waits.borrow_mut().push((why.to_owned(), time));
    }

    fn log(&self, _level: Level, message: &str) {
        self.log.borrow_mut().push(message.to_owned());
    }
}
