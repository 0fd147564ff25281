//! What a host hands back to the plugin that the plugin has given it before, as if somebody had meddled with it: the cursor
//! of a run, the beginning of the next round, and the notes at the files. Whatever is in them, nothing panics, and no
//! request leaves the API's origin.
//!
//! A line each: cursor, beginning, note, following page of a plan, status of all answers; the rest is their body.
#![no_main]

use std::{cell::Cell, future::ready, time::Duration};

use chrono::{DateTime, Utc};
use futures::executor::block_on;
use libfuzzer_sys::fuzz_target;
use onedrive_plugin::{
    contract::{
        Binding, Bound, Change, Connection, Counts, ItemRef, LibraryError, LibraryFile, Line, Link, LinkState,
        ManagedFile, Mode, Options, Settlement, Stage, Verification,
    },
    graph::{Head, Request},
    ports::{Level, Ports, Read, Unsent},
    source, sync,
};
use url::Url;

const API: &str = "https://graph.microsoft.com";
const DRIVE: &str = "b!d";

/// More steps than a run with so few files takes.
const STEPS: usize = 12;
/// The host takes no more of a note, and of a cursor.
const LONGEST_NOTE: usize = 8 << 10;
const LONGEST_CURSOR: usize = 64 << 10;

fuzz_target!(|text: &str| {
    let mut parts = text.splitn(6, '\n');
    let mut part = || parts.next().unwrap_or_default();
    let (cursor, beginning, note, next, status) = (part(), part(), part(), part(), part());
    let outside = Outside {
        beginning: beginning.to_owned(),
        note: note.to_owned(),
        status: status.parse().unwrap_or(200),
        body: part().to_owned(),
        now: Cell::default(),
        quiet: Cell::default(),
    };
    for options in [
        Options::default(),
        Options {
            exact: true,
            accept_gone: true,
            schedule: None,
        },
    ] {
        run(&outside, Some(cursor), options.clone());
        run(&outside, None, options);
    }
    let _ = block_on(sync::plan(&outside, cursor, Some(next)));
});

fn run(outside: &Outside, cursor: Option<&str>, options: Options) {
    let mut cursor = cursor.map(str::to_owned);
    for _ in 0..STEPS {
        let Ok(report) = block_on(sync::step(outside, cursor.as_deref(), options.clone())) else {
            return;
        };
        assert!(report.cursor.len() <= LONGEST_CURSOR);
        if report.stage == Stage::Done {
            return;
        }
        cursor = Some(report.cursor);
    }
}

/// A host with two files, and a Microsoft that always says the same.
struct Outside {
    beginning: String,
    note: String,
    status: u16,
    body: String,
    now: Cell<Duration>,
    quiet: Cell<Duration>,
}

impl Outside {
    fn file(&self, number: u64, item: &str) -> ManagedFile {
        let link = Link {
            source: ItemRef {
                drive: DRIVE.into(),
                item: item.into(),
            },
            version: Some("c:1".into()),
            hash: String::new(),
            size: 1,
            verification: Verification::Verified,
            name: "A.pdf".into(),
            web_url: None,
        };
        ManagedFile {
            file: LibraryFile {
                id: number.to_string(),
                name: "A.pdf".into(),
                place: "Company Wide".into(),
                revision: 1,
                size: 1,
                sha256: String::new(),
                link: Some(link),
            },
            state: LinkState::Following,
            held: false,
            waiting: Some(number),
            suspected: number == 2,
            note: Some(self.note.clone()),
            shown_in: 0,
            place: Some("somewhere".into()),
        }
    }

    /// All files; none after one that is known.
    fn files(&self, is_first: bool) -> Vec<ManagedFile> {
        let all = vec![self.file(1, "01A"), self.file(2, "01B")];
        if is_first { all } else { Vec::new() }
    }
}

fn fits(note: Option<&String>) {
    assert!(note.is_none_or(|note| note.len() <= LONGEST_NOTE));
}

impl Ports for Outside {
    type Body = Option<Vec<u8>>;
    type Draft = ();
    type Sink = ();

    fn connection(&self) -> Connection {
        Connection {
            id: "organization".into(),
            mode: Mode::Organization,
            api_origin: API.into(),
            drive: Some(DRIVE.into()),
            policy: source::default_policy(),
        }
    }

    fn quiet_until(&self) -> &Cell<Duration> {
        &self.quiet
    }

    async fn send(&self, request: &Request) -> Result<(Head, Self::Body), Unsent> {
        // As the client reads it that dials. Nobody redirects, so there is nowhere else to go.
        let url = Url::parse(&request.url).unwrap();
        assert_eq!(url.origin().ascii_serialization(), API, "{url}");
        assert!(request.body.is_none() || url.path() == "/v1.0/$batch", "{url}");
        Ok((Head::new(self.status, Vec::new()), Some(self.body.clone().into_bytes())))
    }

    async fn read(&self, body: &mut Self::Body, _buffer: Vec<u8>) -> (Read, Vec<u8>) {
        match body.take() {
            Some(bytes) if !bytes.is_empty() => (Read::Some, bytes),
            _ => (Read::End, Vec::new()),
        }
    }

    async fn wait(&self, time: Duration) {
        self.now.set(self.now.get() + time);
    }

    fn now(&self) -> Duration {
        self.now.get()
    }

    fn utc(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }

    async fn files_by_source(&self, items: &[ItemRef]) -> Result<Vec<Vec<LibraryFile>>, LibraryError> {
        Ok(items.iter().map(|_| Vec::new()).collect())
    }

    async fn stat(&self, _files: &[String]) -> Result<Vec<Option<LibraryFile>>, LibraryError> {
        Err(LibraryError::Forbidden)
    }

    async fn bind(&self, _drive: &str, _bindings: Vec<Binding>) -> Result<Vec<Bound>, LibraryError> {
        Err(LibraryError::Forbidden)
    }

    async fn create(&self, _name: &str) -> Result<(), LibraryError> {
        Err(LibraryError::Forbidden)
    }

    fn write<'a>(&self, _draft: &'a ()) -> ((), impl Future<Output = Result<u64, LibraryError>> + use<'a>) {
        ((), ready(Err(LibraryError::Forbidden)))
    }

    async fn push(&self, _sink: &mut (), bytes: Vec<u8>) -> (bool, Vec<u8>) {
        (false, bytes)
    }

    async fn commit(&self, _draft: (), _link: &Link) -> Result<LibraryFile, LibraryError> {
        Err(LibraryError::Forbidden)
    }

    async fn state(&self, key: &str) -> Result<Option<(Vec<u8>, u64)>, LibraryError> {
        assert!(key.len() <= 256);
        Ok(Some((self.beginning.clone().into_bytes(), 1)))
    }

    async fn swap(&self, _key: &str, _expected: Option<u64>, value: &[u8]) -> Result<bool, LibraryError> {
        Ok(!value.is_empty())
    }

    async fn managed_count(&self, _drive: &str) -> Result<Counts, LibraryError> {
        Ok(Counts {
            managed: 2,
            suspected: 1,
        })
    }

    async fn managed_by_source(&self, items: &[ItemRef]) -> Result<Vec<Vec<ManagedFile>>, LibraryError> {
        Ok(items.iter().map(|item| vec![self.file(1, &item.item)]).collect())
    }

    async fn managed_by_place(&self, _drive: &str, places: Vec<String>) -> Result<Vec<ManagedFile>, LibraryError> {
        let at = |place| ManagedFile {
            place: Some(place),
            ..self.file(2, "01B")
        };
        Ok(places.into_iter().map(at).collect())
    }

    async fn managed_after(
        &self,
        _drive: &str,
        file: Option<&str>,
        _suspected: bool,
        _limit: u32,
    ) -> Result<Vec<ManagedFile>, LibraryError> {
        Ok(self.files(file.is_none()))
    }

    async fn due(
        &self,
        _drive: &str,
        known: Option<&(u64, String)>,
        _limit: u32,
    ) -> Result<Vec<ManagedFile>, LibraryError> {
        Ok(self.files(known.is_none()))
    }

    async fn set(&self, changes: Vec<Change>) -> Result<(), LibraryError> {
        changes.iter().for_each(|change| fits(change.note.as_ref()));
        Ok(())
    }

    async fn suspect_all(&self, _drive: &str) -> Result<(), LibraryError> {
        Ok(())
    }

    async fn settle(&self, settlements: Vec<Settlement>) -> Result<(), LibraryError> {
        for settlement in &settlements {
            assert!(!settlement.line.message.is_empty());
            fits(settlement.note.as_ref());
        }
        Ok(())
    }

    async fn replace(&self, _file: &str, _base_revision: u64) -> Result<(), LibraryError> {
        Err(LibraryError::Conflict)
    }

    async fn publish(&self, _draft: (), _link: &Link, _line: &Line) -> Result<LibraryFile, LibraryError> {
        Err(LibraryError::Conflict)
    }

    fn waiting(&self, _why: &str, _time: Duration) {}

    fn progress(&self, _item: &ItemRef, _name: &str, _done: u64, _total: Option<u64>) {}

    fn log(&self, _level: Level, _message: &str) {}
}
