//! Libraries that are broken on purpose: a right one, in front of which one thing goes wrong.

mod managed;

use clientpoint_engine::{
    conformance::{Arranging, Stage, Work},
    contract::clientpoint::content_source::{
        content_library::{Binding, Bound, Error, LibraryFile},
        managed_files::Line,
        state_store::{self, Entry, Swapped},
        types::{ItemRef, Link},
    },
    library::{Answering, Draft, DraftPlace, Library, Managed, Replacement, Scope, StateStore},
};
use tokio::task::yield_now;

use super::{example::Example, shelf::Shelf};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Drafts take whatever comes.
    DraftsHaveNoLimit,
    /// Pieces of four bytes are lost.
    FourBytesAreLost,
    /// Who commits what is there already is told of another file.
    AnotherFileIsNamed,
    /// New content is taken whatever revision it is for.
    TheLastPublisherWins,
    /// A File ID is read as a number.
    FileIdsAreNumbers,
    /// The lists of items are sorted.
    ListsAreInAnOrderOfTheirOwn,
    /// The rows of a sheet are bound one after the other.
    BoundOneByOne,
    /// Who has waited longest is forgotten.
    DueByFileId,
    /// Whoever is told to wait goes to the end.
    TurnsAreRenewed,
    /// Lines are written one after the other.
    SettledOneByOne,
    /// A full listing suspects also what is known to be gone.
    AllAreSuspected,
    /// Present state and mark are read first, and written over later.
    TheLastSwapWins,
    /// The mark of a value is its length.
    MarksComeBack,
    /// Where files are shown is not counted.
    NobodyKnowsWhereItIsShown,
    /// What a link says is told also of bytes that are not there any more.
    DamageIsKeptFromPlugins,
}

/// Each fault, and the promise that it breaks, if no other.
pub const FAULTS: [(Fault, &str); 15] = [
    (Fault::DraftsHaveNoLimit, "draft-limit"),
    (Fault::FourBytesAreLost, "draft-order"),
    (Fault::AnotherFileIsNamed, "commit-once"),
    (Fault::TheLastPublisherWins, "publish-at-revision"),
    (Fault::FileIdsAreNumbers, "stat-letter"),
    (Fault::ListsAreInAnOrderOfTheirOwn, "by-source-order"),
    (Fault::BoundOneByOne, "drop-bind"),
    (Fault::DueByFileId, "due-order"),
    (Fault::TurnsAreRenewed, "set-turn"),
    (Fault::SettledOneByOne, "settle-all-or-none"),
    (Fault::AllAreSuspected, "suspect-all"),
    (Fault::TheLastSwapWins, "two-swap"),
    (Fault::MarksComeBack, "state-marks"),
    (Fault::NobodyKnowsWhereItIsShown, "shown-in"),
    (Fault::DamageIsKeptFromPlugins, "damaged-link"),
];

/// A right library with a fault.
#[derive(Clone)]
pub struct Faulty {
    right: Shelf,
    stage: Example,
    fault: Fault,
}

struct FaultyDraft {
    right: Box<dyn Draft>,
    of: Faulty,
}

impl Faulty {
    pub fn new(stage: Example, fault: Fault) -> Self {
        let right = stage.shelf.clone();
        Self { right, stage, fault }
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// A mark, as it is told.
    fn told(&self, entry: Entry) -> Entry {
        let version = if self.has(Fault::MarksComeBack) {
            entry.value.len() as u64
        } else {
            entry.version
        };
        Entry { version, ..entry }
    }
}

impl Draft for FaultyDraft {
    fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if bytes.len() == 4 && self.of.has(Fault::FourBytesAreLost) {
            return Ok(());
        }
        self.right.append(bytes)
    }

    fn size(&self) -> u64 {
        self.right.size()
    }

    fn commit<'a>(self: Box<Self>, connection: &'a str, name: &'a str, link: Link) -> Answering<'a, LibraryFile> {
        Box::pin(async move {
            match self.right.commit(connection, name, link).await {
                Err(Error::AlreadyLinked(_)) if self.of.has(Fault::AnotherFileIsNamed) => {
                    Err(Error::AlreadyLinked("1".into()))
                }
                answer => answer,
            }
        })
    }

    fn publish(self: Box<Self>, mut of: Replacement<'_>) -> Answering<'_, LibraryFile> {
        Box::pin(async move {
            if self.of.has(Fault::TheLastPublisherWins) {
                let present = self.of.right.stat(&[of.file.to_owned()]).await?.remove(0);
                of.base = present.map_or(of.base, |file| file.revision);
            }
            self.right.publish(of).await
        })
    }
}

impl Library for Faulty {
    fn draft(&self, limit: u64, place: DraftPlace) -> Result<Box<dyn Draft>, Error> {
        let limit = if self.has(Fault::DraftsHaveNoLimit) {
            u64::MAX
        } else {
            limit
        };
        let (right, of) = (self.right.draft(limit, place)?, self.clone());
        Ok(Box::new(FaultyDraft { right, of }))
    }

    fn by_source<'a>(&'a self, connection: &'a str, items: &'a [ItemRef]) -> Answering<'a, Vec<Vec<LibraryFile>>> {
        Box::pin(async move {
            let mut items = items.to_vec();
            if self.has(Fault::ListsAreInAnOrderOfTheirOwn) {
                items.sort_by(|one, other| one.item.cmp(&other.item));
            }
            self.right.by_source(connection, &items).await
        })
    }

    fn stat<'a>(&'a self, files: &'a [String]) -> Answering<'a, Vec<Option<LibraryFile>>> {
        Box::pin(async move {
            let read = |id: &String| id.parse().map_or(id.clone(), |number: u64| number.to_string());
            let files: Vec<String> = if self.has(Fault::FileIdsAreNumbers) {
                files.iter().map(read).collect()
            } else {
                files.to_vec()
            };
            self.right.stat(&files).await
        })
    }

    fn bind<'a>(&'a self, upload: i64, of: Scope<'a>, bindings: Vec<Binding>) -> Answering<'a, Vec<Bound>> {
        Box::pin(async move {
            if !self.has(Fault::BoundOneByOne) {
                return self.right.bind(upload, of, bindings).await;
            }
            let mut bound = Vec::new();
            for binding in bindings {
                bound.extend(self.right.bind(upload, of, vec![binding]).await?);
                yield_now().await;
            }
            Ok(bound)
        })
    }
}

impl StateStore for Faulty {
    fn get<'a>(&'a self, connection: &'a str, key: &'a str) -> Answering<'a, Option<Entry>, state_store::Error> {
        Box::pin(async move { Ok(self.right.get(connection, key).await?.map(|entry| self.told(entry))) })
    }

    fn swap<'a>(
        &'a self,
        connection: &'a str,
        key: &'a str,
        expected: Option<u64>,
        value: Option<Vec<u8>>,
    ) -> Answering<'a, Swapped, state_store::Error> {
        Box::pin(async move {
            if !self.has(Fault::TheLastSwapWins) && !self.has(Fault::MarksComeBack) {
                return self.right.swap(connection, key, expected, value).await;
            }
            let present = self.get(connection, key).await?;
            if present.as_ref().map(|entry| entry.version) != expected {
                return Ok(Swapped::Stale(present));
            }
            if self.has(Fault::TheLastSwapWins) {
                yield_now().await;
            }
            let over = self.right.get(connection, key).await?.map(|entry| entry.version);
            let length = value.as_ref().map_or(0, Vec::len) as u64;
            match self.right.swap(connection, key, over, value).await? {
                Swapped::Stored(_) if self.has(Fault::MarksComeBack) => Ok(Swapped::Stored(length)),
                swapped => Ok(swapped),
            }
        })
    }
}

impl Stage for Faulty {
    fn library(&self) -> &dyn Library {
        self
    }

    fn managed(&self) -> &dyn Managed {
        self
    }

    fn state_store(&self) -> &dyn StateStore {
        self
    }

    fn choose<'a>(&'a self, connection: &'a str, drive: Option<&'a str>) -> Arranging<'a, ()> {
        self.stage.choose(connection, drive)
    }

    fn put<'a>(&'a self, name: &'a str, bytes: &'a [u8]) -> Arranging<'a, String> {
        self.stage.put(name, bytes)
    }

    fn hold<'a>(&'a self, file: &'a str) -> Arranging<'a, bool> {
        self.stage.hold(file)
    }

    fn show<'a>(&'a self, file: &'a str) -> Arranging<'a, bool> {
        self.stage.show(file)
    }

    fn damage<'a>(&'a self, file: &'a str) -> Arranging<'a, bool> {
        self.stage.damage(file)
    }

    fn begin<'a>(&'a self, work: Work, of: Scope<'a>) -> Arranging<'a, i64> {
        self.stage.begin(work, of)
    }

    fn lines<'a>(&'a self, run: i64) -> Arranging<'a, Vec<(String, Line)>> {
        self.stage.lines(run)
    }
}
