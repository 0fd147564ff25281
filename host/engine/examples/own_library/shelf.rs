//! A Content Library in memory: the three traits in their simplest form. One lock stands for what a database does by
//! transactions: each method is whole, or has not happened.

use std::{
    collections::BTreeMap,
    future::ready,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use clientpoint_engine::{
    contract::clientpoint::content_source::{
        content_library::{Binding, Bound, Error, LibraryFile},
        managed_files::{Line, LinkState, ManagedFile, Settlement},
        state_store::{self, Entry, Swapped},
        types::{ItemRef, Link, Verification},
    },
    library::{Answering, Draft, DraftPlace, KEYS_AT_MOST, Library, Replacement, Scope, StateStore},
};
use sha2::{Digest, Sha256};

/// A library that is gone with its process. Clones are the same one.
#[derive(Clone, Default)]
pub struct Shelf(Arc<Mutex<Kept>>);

/// A mark, and a value unless it was removed.
type Marked = (u64, Option<Vec<u8>>);

#[derive(Default)]
pub(super) struct Kept {
    /// By File ID.
    pub(super) files: BTreeMap<String, File>,
    /// The drive that was chosen for a connection.
    drives: BTreeMap<String, String>,
    /// The turn of who came last to those that wait.
    turn: u64,
    /// By run and file.
    lines: BTreeMap<(i64, String), Line>,
    /// By connection and key.
    states: BTreeMap<(String, String), Marked>,
}

pub(super) struct File {
    /// What it follows its item through; empty for a file of the library's own.
    connection: String,
    bytes: Vec<u8>,
    pub(super) is: ManagedFile,
}

/// Bytes on their way in.
struct Growing {
    shelf: Shelf,
    bytes: Vec<u8>,
    limit: u64,
    /// Held for as long as the bytes are.
    _place: DraftPlace,
}

impl Shelf {
    /// Puts a file of the library's own there. Its File ID.
    pub fn put(&self, name: &str, bytes: &[u8]) -> String {
        self.kept().add("", name, bytes.to_vec(), None).id
    }

    /// Its bytes and revision.
    pub fn read(&self, file: &str) -> Option<(Vec<u8>, u64)> {
        let kept = self.kept();
        let file = kept.files.get(file)?;
        Some((file.bytes.clone(), file.is.file.revision))
    }

    /// From now on, the connection has this drive.
    pub fn choose_drive(&self, connection: &str, drive: &str) {
        self.kept().drives.insert(connection.into(), drive.into());
    }

    /// What became of which file in a run.
    pub fn ledger(&self, run: i64) -> Vec<(String, Line)> {
        let kept = self.kept();
        let lines = kept.lines.iter().filter(|((of, _), _)| *of == run);
        lines.map(|((_, file), line)| (file.clone(), line.clone())).collect()
    }

    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl File {
    pub(super) fn item(&self) -> Option<&ItemRef> {
        self.is.file.link.as_ref().map(|link| &link.source)
    }

    fn fill(&mut self, bytes: Vec<u8>) {
        self.is.file.size = bytes.len() as u64;
        self.is.file.sha256 = format!("{:x}", Sha256::digest(&bytes));
        self.is.file.revision += 1;
        self.bytes = bytes;
    }

    /// How it stands to its item from now on.
    pub(super) fn stand(&mut self, state: LinkState, waiting: Option<u64>, suspected: bool, note: Option<String>) {
        (self.is.state, self.is.waiting, self.is.suspected, self.is.note) = (state, waiting, suspected, note);
    }
}

impl Kept {
    fn add(&mut self, connection: &str, name: &str, bytes: Vec<u8>, link: Option<Link>) -> LibraryFile {
        let file = LibraryFile {
            id: format!("{}", 100_001 + self.files.len()),
            name: name.into(),
            place: "Company Wide".into(),
            revision: 0,
            size: 0,
            sha256: String::new(),
            link,
        };
        let is = ManagedFile {
            file,
            state: LinkState::Following,
            held: false,
            waiting: None,
            suspected: false,
            note: None,
            shown_in: 0,
            place: None,
        };
        let (connection, id) = (connection.into(), is.file.id.clone());
        let mut file = File {
            connection,
            bytes: Vec::new(),
            is,
        };
        file.fill(bytes);
        let seen = file.is.file.clone();
        self.files.insert(id, file);
        seen
    }

    /// The files of a connection that are wanted, in the order of their File IDs.
    pub(super) fn of(&self, connection: &str, wanted: impl Fn(&File) -> bool) -> Vec<ManagedFile> {
        let files = self
            .files
            .values()
            .filter(|file| file.connection == connection && wanted(file));
        files.map(|file| file.is.clone()).collect()
    }

    pub(super) fn in_drive(&self, of: Scope<'_>, wanted: impl Fn(&ManagedFile) -> bool) -> Vec<ManagedFile> {
        let is_there = |file: &File| file.item().is_some_and(|item| item.drive == of.drive);
        self.of(of.connection, |file| is_there(file) && wanted(&file.is))
    }

    pub(super) fn file(&mut self, connection: &str, id: &str) -> Result<&mut File, Error> {
        let found = self.files.get_mut(id).filter(|file| file.connection == connection);
        found.ok_or_else(|| Error::Other(format!("file {id} follows nothing through this connection")))
    }

    /// Whether all of these follow something: else nothing is changed.
    pub(super) fn all<'a>(
        &mut self,
        connection: &str,
        mut ids: impl Iterator<Item = &'a String>,
    ) -> Result<u64, Error> {
        ids.try_for_each(|id| self.file(connection, id).map(drop))?;
        self.turn += 1;
        Ok(self.turn)
    }

    fn bind(&mut self, of: Scope<'_>, binding: Binding) -> Bound {
        let turn = self.turn;
        let Some(file) = self.files.get_mut(&binding.file) else {
            return Bound::Missing;
        };
        let source = ItemRef {
            drive: of.drive.into(),
            item: binding.item,
        };
        if file.connection == of.connection && file.item() == Some(&source) {
            return Bound::Unchanged;
        }
        // A library for longer keeps what the file followed before, so that the upload can be taken back.
        file.connection = of.connection.into();
        file.is.place = binding.place;
        file.is.file.link = Some(Link {
            source,
            version: None,
            hash: String::new(),
            size: 0,
            verification: Verification::NoHash,
            name: binding.name,
            web_url: binding.web_url,
        });
        file.stand(LinkState::Pending, file.is.waiting.or(Some(turn)), false, None);
        Bound::Bound
    }

    pub(super) fn settle(&mut self, connection: &str, run: i64, turn: u64, of: Settlement) -> Result<(), Error> {
        let file = self.file(connection, &of.file)?;
        file.stand(of.state, waits(&file.is, of.waiting, turn), of.suspected, of.note);
        if let (Some(link), Some(known)) = (&mut file.is.file.link, of.known) {
            (link.version, link.name, link.web_url) = (known.version, known.name, known.web_url);
        }
        self.lines.insert((run, of.file), of.line);
        Ok(())
    }

    fn entry(&self, name: &(String, String)) -> Option<Entry> {
        let (version, value) = self.states.get(name)?;
        Some(Entry {
            value: value.clone()?,
            version: *version,
        })
    }
}

/// One that waits already keeps its turn.
pub(super) fn waits(file: &ManagedFile, waiting: bool, turn: u64) -> Option<u64> {
    waiting.then(|| file.waiting.unwrap_or(turn))
}

impl Draft for Growing {
    fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.limit < self.size() + bytes.len() as u64 {
            return Err(Error::TooLarge(self.limit));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn commit<'a>(self: Box<Self>, connection: &'a str, name: &'a str, link: Link) -> Answering<'a, LibraryFile> {
        let Self { shelf, bytes, .. } = *self;
        let mut kept = shelf.kept();
        if let Some((id, _)) = kept.files.iter().find(|(_, file)| file.item() == Some(&link.source)) {
            return answer(Err(Error::AlreadyLinked(id.clone())));
        }
        answer(Ok(kept.add(connection, name, bytes, Some(link))))
    }

    fn publish(self: Box<Self>, new: Replacement<'_>) -> Answering<'_, LibraryFile> {
        let Self { shelf, bytes, .. } = *self;
        let mut kept = shelf.kept();
        let may = |file: &&mut File| file.is.file.revision == new.base && file.item() == Some(&new.link.source);
        let Some(file) = kept.file(new.connection, new.file).ok().filter(may) else {
            return answer(Err(Error::Conflict));
        };
        if file.bytes != bytes {
            file.fill(bytes);
        }
        file.stand(LinkState::Following, None, false, None);
        file.is.file.link = Some(new.link);
        let seen = file.is.file.clone();
        kept.lines.insert((new.run, new.file.into()), new.line);
        answer(Ok(seen))
    }
}

impl Library for Shelf {
    fn draft(&self, limit: u64, place: DraftPlace) -> Result<Box<dyn Draft>, Error> {
        Ok(Box::new(Growing {
            shelf: self.clone(),
            bytes: Vec::new(),
            limit,
            _place: place,
        }))
    }

    fn by_source<'a>(&'a self, _connection: &'a str, items: &'a [ItemRef]) -> Answering<'a, Vec<Vec<LibraryFile>>> {
        let kept = self.kept();
        let of = |item| {
            kept.files
                .values()
                .filter(move |file| file.item() == Some(item))
                .map(|file| file.is.file.clone())
        };
        answer(Ok(items.iter().map(|item| of(item).collect()).collect()))
    }

    fn stat<'a>(&'a self, files: &'a [String]) -> Answering<'a, Vec<Option<LibraryFile>>> {
        let kept = self.kept();
        let stat = |id: &String| {
            let file = kept.files.get(id)?;
            let mut seen = file.is.file.clone();
            let drive = kept.drives.get(&file.connection);
            seen.link = seen.link.filter(|link| drive == Some(&link.source.drive));
            Some(seen)
        };
        answer(Ok(files.iter().map(stat).collect()))
    }

    fn bind<'a>(&'a self, _upload: i64, of: Scope<'a>, bindings: Vec<Binding>) -> Answering<'a, Vec<Bound>> {
        let mut kept = self.kept();
        if kept.drives.get(of.connection).is_none_or(|drive| drive != of.drive) {
            return answer(Err(Error::Forbidden));
        }
        kept.turn += 1;
        answer(Ok(bindings.into_iter().map(|binding| kept.bind(of, binding)).collect()))
    }
}

impl StateStore for Shelf {
    fn get<'a>(&'a self, connection: &'a str, key: &'a str) -> Answering<'a, Option<Entry>, state_store::Error> {
        answer(Ok(self.kept().entry(&(connection.into(), key.into()))))
    }

    #[rustfmt::skip]
    fn swap<'a>(&'a self, connection: &'a str, key: &'a str, expected: Option<u64>, value: Option<Vec<u8>>)
        -> Answering<'a, Swapped, state_store::Error> {
        let (mut kept, name) = (self.kept(), (connection.to_string(), key.to_string()));
        let present = kept.entry(&name);
        if present.as_ref().map(|entry| entry.version) != expected {
            return answer(Ok(Swapped::Stale(present)));
        }
        let keys = kept.states.keys().filter(|(of, _)| of == connection).count() as i64;
        if !kept.states.contains_key(&name) && KEYS_AT_MOST <= keys {
            return answer(Err(state_store::Error::Other(format!("more than {KEYS_AT_MOST} keys"))));
        }
        // A removed value leaves its mark behind, so that none is ever given twice.
        let state = kept.states.entry(name).or_default();
        *state = (state.0 + 1, value);
        answer(Ok(Swapped::Stored(state.0)))
    }
}

pub(super) fn answer<'a, T: Send + 'a, E: Send + 'a>(answer: Result<T, E>) -> Answering<'a, T, E> {
    Box::pin(ready(answer))
}
