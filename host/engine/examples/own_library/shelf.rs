//! A Content Library in memory. One lock stands for what a database does by transactions: each method is whole, or has not
//! happened. What is true of files and links in any library, they know themselves.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use clientpoint_engine::library::{
    Answering, Binding, Bound, Buffer, Change, Draft, DraftPlace, Entry, Error, ItemRef, Library, LibraryFile, Line,
    Link, LinkState, Listing, Managed, ManagedFile, Replacement, Scope, Settlement, StateStore, States, Swapped,
    answer, state_store,
};

/// A library that is gone with its process. Clones are the same one.
#[derive(Clone, Default)]
pub struct Shelf(Arc<Mutex<Kept>>);

#[derive(Clone, Default)]
struct Kept {
    /// By File ID.
    files: BTreeMap<String, File>,
    /// By run and File ID.
    lines: BTreeMap<(i64, String), Line>,
    /// The turn of who came last to those that wait.
    turn: u64,
    /// By connection: the drive that was chosen.
    drives: BTreeMap<String, String>,
    /// By connection.
    states: BTreeMap<String, States>,
}

#[derive(Clone)]
struct File {
    /// What it follows its item through; empty for a file of the library's own.
    connection: String,
    bytes: Arc<[u8]>,
    is: ManagedFile,
}

/// Bytes on their way in.
struct Growing {
    shelf: Shelf,
    bytes: Buffer,
}

impl Shelf {
    /// Puts a file of the library's own there. Its File ID.
    pub fn put(&self, name: &str, bytes: &[u8]) -> String {
        self.kept().add("", name, bytes.into(), None).id
    }

    /// Its bytes and revision.
    pub fn read(&self, file: &str) -> Option<(Arc<[u8]>, u64)> {
        let kept = self.kept();
        let file = kept.files.get(file)?;
        Some((file.bytes.clone(), file.is.file.revision))
    }

    /// Changes how a file stands, as people do who hold it, say. False if there is no such file.
    pub fn alter(&self, file: &str, alter: impl FnOnce(&mut ManagedFile)) -> bool {
        let mut kept = self.kept();
        kept.files.get_mut(file).map(|file| alter(&mut file.is)).is_some()
    }

    /// From now on, the connection has this drive; without one, it was given up.
    pub fn choose_drive(&self, connection: &str, drive: Option<&str>) {
        let drives = &mut self.kept().drives;
        drives.remove(connection);
        drives.extend(drive.map(|drive| (connection.into(), drive.into())));
    }

    /// What became of which file in a run.
    pub fn ledger(&self, run: i64) -> Vec<(String, Line)> {
        let kept = self.kept();
        let lines = kept.lines.iter().filter(|((of, _), _)| *of == run);
        lines.map(|((_, file), line)| (file.clone(), line.clone())).collect()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does all that it does, or nothing if it is an error: a transaction. It is told the turn behind all that wait.
    fn change<'a, T: Send + 'a>(&self, done: impl FnOnce(&mut Kept, u64) -> Result<T, Error>) -> Answering<'a, T> {
        let mut kept = self.kept();
        let mut changed = kept.clone();
        changed.turn += 1;
        let turn = changed.turn;
        answer(done(&mut changed, turn).inspect(|_| *kept = changed))
    }
}

impl Kept {
    fn add(&mut self, connection: &str, name: &str, bytes: Arc<[u8]>, link: Option<Link>) -> LibraryFile {
        let id = format!("{}", 100_001 + self.files.len());
        let file = LibraryFile::new(id.clone(), name, "Company Wide", &bytes, link);
        let (connection, is) = (connection.into(), ManagedFile::new(file.clone()));
        self.files.insert(id, File { connection, bytes, is });
        file
    }

    /// The file of that ID, if it follows something through the connection.
    fn file(&mut self, connection: &str, id: &str) -> Result<&mut File, Error> {
        let found = self.files.get_mut(id).filter(|file| file.connection == connection);
        found.ok_or_else(|| Error::Other(format!("file {id} follows nothing through this connection")))
    }

    /// The files that are wanted, in the order of their File IDs.
    fn all(&self, wanted: impl Fn(&File) -> bool) -> Vec<ManagedFile> {
        let files = self.files.values().filter(|file| wanted(file));
        files.map(|file| file.is.clone()).collect()
    }

    fn in_drive(&self, of: Scope<'_>, wanted: impl Fn(&ManagedFile) -> bool) -> Vec<ManagedFile> {
        self.all(|file| file.connection == of.connection && file.is.is_in(of.drive) && wanted(&file.is))
    }

    fn has_drive(&self, connection: &str, drive: &str) -> bool {
        self.drives.get(connection).is_some_and(|chosen| chosen == drive)
    }

    fn bind(&mut self, of: Scope<'_>, binding: Binding, turn: u64) -> Bound {
        let Some(file) = self.files.get_mut(&binding.file) else {
            return Bound::Missing;
        };
        let source = ItemRef::new(of.drive, &binding.item);
        if file.connection == of.connection && file.is.follows(&source) {
            return Bound::Unchanged;
        }
        // A library for longer keeps what it followed before, so that the upload can be taken back.
        file.connection = of.connection.into();
        file.is.bind(of.drive, binding, turn);
        Bound::Bound
    }
}

impl Draft for Growing {
    fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.bytes.append(bytes)
    }

    fn size(&self) -> u64 {
        self.bytes.size()
    }

    fn commit<'a>(self: Box<Self>, connection: &'a str, name: &'a str, link: Link) -> Answering<'a, LibraryFile> {
        let Self { shelf, bytes } = *self;
        shelf.change(|kept, _| match kept.all(|file| file.is.follows(&link.source)).first() {
            Some(there) => Err(Error::AlreadyLinked(there.file.id.clone())),
            None => Ok(kept.add(connection, name, bytes.into_bytes().into(), Some(link))),
        })
    }

    fn publish(self: Box<Self>, new: Replacement<'_>) -> Answering<'_, LibraryFile> {
        let Self { shelf, bytes } = *self;
        shelf.change(|kept, _| {
            let file = kept.file(new.connection, new.file).map_err(|_| Error::Conflict)?;
            if !file.is.takes(new.base) || !file.is.follows(&new.link.source) {
                return Err(Error::Conflict);
            }
            file.bytes = bytes.into_bytes().into();
            file.is.publish(&file.bytes, new.link);
            let seen = file.is.file.clone();
            kept.lines.insert((new.run, seen.id.clone()), new.line);
            Ok(seen)
        })
    }
}

impl Library for Shelf {
    fn draft(&self, limit: u64, place: DraftPlace) -> Result<Box<dyn Draft>, Error> {
        let (shelf, bytes) = (self.clone(), Buffer::new(limit, place));
        Ok(Box::new(Growing { shelf, bytes }))
    }

    fn by_source<'a>(&'a self, _: &'a str, items: &'a [ItemRef]) -> Answering<'a, Vec<Vec<LibraryFile>>> {
        let kept = self.kept();
        let rows = |item: &ItemRef| kept.all(|file| file.is.follows(item)).into_iter();
        let files = |item| rows(item).map(|row| row.file).collect();
        answer(Ok(items.iter().map(files).collect()))
    }

    fn stat<'a>(&'a self, files: &'a [String]) -> Answering<'a, Vec<Option<LibraryFile>>> {
        let kept = self.kept();
        let stat = |id: &String| {
            let File { connection, is, .. } = kept.files.get(id)?;
            let mut file = is.file.clone();
            file.link = file.link.filter(|link| kept.has_drive(connection, &link.source.drive));
            Some(file)
        };
        answer(Ok(files.iter().map(stat).collect()))
    }

    fn bind<'a>(&'a self, _upload: i64, of: Scope<'a>, bindings: Vec<Binding>) -> Answering<'a, Vec<Bound>> {
        self.change(|kept, turn| {
            if !kept.has_drive(of.connection, of.drive) {
                return Err(Error::Forbidden);
            }
            let bound = bindings.into_iter().map(|binding| kept.bind(of, binding, turn));
            Ok(bound.collect())
        })
    }
}

impl Managed for Shelf {
    fn of_items<'a>(&'a self, connection: &'a str, items: &'a [ItemRef]) -> Answering<'a, Vec<Vec<ManagedFile>>> {
        let kept = self.kept();
        let of = |item: &ItemRef| kept.all(|file| file.connection == connection && file.is.follows(item));
        answer(Ok(items.iter().map(of).collect()))
    }

    fn after<'a>(&'a self, of: Scope<'a>, known: Option<&'a str>, suspected: bool, limit: u32) -> Listing<'a> {
        let is_next = |file: &ManagedFile| known.is_none_or(|known| known < file.file.id.as_str());
        let wanted = |file: &ManagedFile| is_next(file) && (file.suspected || !suspected);
        let mut files = self.kept().in_drive(of, wanted);
        files.truncate(limit as usize);
        answer(Ok(files))
    }

    fn set<'a>(&'a self, connection: &'a str, changes: Vec<Change>) -> Answering<'a, ()> {
        self.change(|kept, turn| {
            for change in changes {
                kept.file(connection, &change.file)?.is.change(change, turn);
            }
            Ok(())
        })
    }

    fn suspect_all<'a>(&'a self, of: Scope<'a>) -> Answering<'a, ()> {
        self.change(|kept, _| {
            for row in kept.in_drive(of, |file| file.state != LinkState::SourceGone) {
                kept.file(of.connection, &row.file.id)?.is.suspected = true;
            }
            Ok(())
        })
    }

    fn settle<'a>(&'a self, connection: &'a str, run: i64, settlements: Vec<Settlement>) -> Answering<'a, ()> {
        self.change(|kept, turn| {
            for settlement in settlements {
                let file = kept.file(connection, &settlement.file)?;
                let (id, line) = (settlement.file.clone(), file.is.settle(settlement, turn));
                kept.lines.insert((run, id), line);
            }
            Ok(())
        })
    }

    fn replaceable<'a>(&'a self, connection: &'a str, file: &'a str, base: u64) -> Answering<'a, Option<String>> {
        let mut kept = self.kept();
        let file = kept.file(connection, file).ok().filter(|file| file.is.takes(base));
        answer(Ok(file.map(|file| file.is.file.name.clone())))
    }
}

impl StateStore for Shelf {
    fn get<'a>(&'a self, connection: &'a str, key: &'a str) -> Answering<'a, Option<Entry>, state_store::Error> {
        let kept = self.kept();
        answer(Ok(kept.states.get(connection).and_then(|states| states.get(key))))
    }

    #[rustfmt::skip]
    fn swap<'a>(&'a self, connection: &'a str, key: &'a str, expected: Option<u64>, value: Option<Vec<u8>>)
        -> Answering<'a, Swapped, state_store::Error> {
        let states = &mut self.kept().states;
        answer(states.entry(connection.into()).or_default().swap(key, expected, value))
    }
}
