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
mod ports;
mod sync;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use crate::{
    contract::{Connection, Counts, LibraryError, LibraryFile, Line, Mode},
    graph::Request,
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
