//! A Content Library in memory that keeps all promises: one lock, and each call does all that it does under it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use clientpoint_engine::{
    contract::clientpoint::content_source::{
        content_library::{Binding, Bound, Error, LibraryFile},
        managed_files::{Change, Counts, LinkState, ManagedFile, Settlement},
        types::{ItemRef, Link},
    },
    library::{Answering, Draft, DraftPlace, Library, Managed, Replacement, Scope},
};

use super::shelves::{Follows, Shelves, number};

/// Clones are the same library.
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<Shelves>>);

/// Bytes on their way.
struct MemoryDraft {
    library: Memory,
    bytes: Vec<u8>,
    limit: u64,
    _place: DraftPlace,
}

/// An answer that is there already once it is asked for.
pub fn answer<'a, T: Send + 'a, E: Send + 'a>(
    answer: impl FnOnce() -> Result<T, E> + Send + 'a,
) -> Answering<'a, T, E> {
    Box::pin(async move { answer() })
}

impl Memory {
    /// What is in it, for as long as nobody else may look.
    pub fn shelves(&self) -> MutexGuard<'_, Shelves> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does all that it does, or nothing if it is an error.
    fn change<T, E>(&self, change: impl FnOnce(&mut Shelves) -> Result<T, E>) -> Result<T, E> {
        let mut shelves = self.shelves();
        let mut changed = shelves.clone();
        let done = change(&mut changed)?;
        *shelves = changed;
        Ok(done)
    }
}

impl Draft for MemoryDraft {
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
        answer(move || {
            let Self { library, bytes, .. } = *self;
            library.change(|shelves| {
                if let Some((id, _)) = shelves.rows(|follows| follows.link.source == link.source).first() {
                    return Err(Error::AlreadyLinked(id.to_string()));
                }
                let follows = Follows {
                    connection: connection.into(),
                    link,
                    state: LinkState::Following,
                    held: false,
                    waiting: None,
                    suspected: false,
                    note: None,
                    place: None,
                };
                let id = shelves.add(name, bytes, Some(follows));
                shelves.file(id).ok_or(Error::Conflict)
            })
        })
    }

    fn publish(self: Box<Self>, of: Replacement<'_>) -> Answering<'_, LibraryFile> {
        answer(move || {
            let Self { library, bytes, .. } = *self;
            library.change(|shelves| {
                let (id, follows) = shelves.followed(of.connection, of.file).map_err(|_| Error::Conflict)?;
                if follows.held || follows.link.source != of.link.source {
                    return Err(Error::Conflict);
                }
                (follows.link, follows.state) = (of.link, LinkState::Following);
                (follows.waiting, follows.suspected, follows.note) = (None, false, None);
                let file = shelves
                    .files
                    .get_mut(&id)
                    .filter(|file| file.revision == of.base)
                    .ok_or(Error::Conflict)?;
                file.revision += u64::from(file.bytes != bytes);
                file.bytes = bytes;
                shelves.lines.insert((of.run, id), of.line);
                shelves.file(id).ok_or(Error::Conflict)
            })
        })
    }
}

impl Library for Memory {
    fn draft(&self, limit: u64, place: DraftPlace) -> Result<Box<dyn Draft>, Error> {
        let (library, bytes) = (self.clone(), Vec::new());
        Ok(Box::new(MemoryDraft {
            library,
            bytes,
            limit,
            _place: place,
        }))
    }

    fn by_source<'a>(&'a self, _connection: &'a str, items: &'a [ItemRef]) -> Answering<'a, Vec<Vec<LibraryFile>>> {
        answer(|| {
            let shelves = self.shelves();
            let files = |item: &ItemRef| {
                shelves
                    .rows(|follows| follows.link.source == *item)
                    .into_iter()
                    .map(|(_, row)| row.file)
            };
            Ok(items.iter().map(|item| files(item).collect()).collect())
        })
    }

    fn stat<'a>(&'a self, files: &'a [String]) -> Answering<'a, Vec<Option<LibraryFile>>> {
        answer(|| {
            let shelves = self.shelves();
            let stat = |id: &String| {
                let id = number(id)?;
                let mut file = shelves.file(id)?;
                let follows = shelves.files.get(&id)?.follows.as_ref();
                let synced =
                    |follows: &Follows| shelves.drives.get(&follows.connection) == Some(&follows.link.source.drive);
                file.link = file.link.filter(|_| follows.is_some_and(synced));
                Some(file)
            };
            Ok(files.iter().map(stat).collect())
        })
    }

    fn bind<'a>(&'a self, _: i64, of: Scope<'a>, bindings: Vec<Binding>) -> Answering<'a, Vec<Bound>> {
        answer(move || {
            self.change(|shelves| {
                if shelves.drives.get(of.connection).is_none_or(|drive| drive != of.drive) {
                    return Err(Error::Forbidden);
                }
                let turn = shelves.next_turn();
                let last: BTreeMap<String, Binding> =
                    bindings.iter().map(|one| (one.file.clone(), one.clone())).collect();
                let done: BTreeMap<String, Bound> = last
                    .into_iter()
                    .map(|(file, binding)| (file, shelves.bind(of, binding, turn)))
                    .collect();
                Ok(bindings
                    .iter()
                    .filter_map(|binding| done.get(&binding.file).copied())
                    .collect())
            })
        })
    }
}

impl Managed for Memory {
    fn count<'a>(&'a self, of: Scope<'a>) -> Answering<'a, Counts> {
        answer(move || {
            let rows = self.shelves().of(of);
            let suspected = rows.iter().filter(|(_, row)| row.suspected).count() as u64;
            Ok(Counts {
                managed: rows.len() as u64,
                suspected,
            })
        })
    }

    fn of_items<'a>(&'a self, connection: &'a str, items: &'a [ItemRef]) -> Answering<'a, Vec<Vec<ManagedFile>>> {
        answer(move || {
            let shelves = self.shelves();
            let own =
                |follows: &Follows, item: &ItemRef| follows.connection == connection && follows.link.source == *item;
            let rows = |item: &ItemRef| {
                shelves
                    .rows(|follows| own(follows, item))
                    .into_iter()
                    .map(|(_, row)| row)
                    .collect()
            };
            Ok(items.iter().map(rows).collect())
        })
    }

    fn by_place<'a>(&'a self, of: Scope<'a>, places: &'a [String]) -> Answering<'a, Vec<ManagedFile>> {
        answer(move || {
            let rows = self.shelves().of(of).into_iter().map(|(_, row)| row);
            Ok(rows
                .filter(|row| row.place.as_ref().is_some_and(|place| places.contains(place)))
                .collect())
        })
    }

    fn after<'a>(
        &'a self,
        of: Scope<'a>,
        file: Option<&'a str>,
        suspected: bool,
        limit: u32,
    ) -> Answering<'a, Vec<ManagedFile>> {
        answer(move || {
            let after = file.and_then(number).unwrap_or(0);
            let rows = self
                .shelves()
                .of(of)
                .into_iter()
                .filter(|(id, row)| after < *id && (row.suspected || !suspected));
            Ok(rows.map(|(_, row)| row).take(limit as usize).collect())
        })
    }

    fn due<'a>(
        &'a self,
        of: Scope<'a>,
        known: Option<&'a (u64, String)>,
        limit: u32,
    ) -> Answering<'a, Vec<ManagedFile>> {
        answer(move || {
            let known = known.map_or((0, 0), |(turn, file)| (*turn, number(file).unwrap_or(0)));
            let rows = self
                .shelves()
                .of(of)
                .into_iter()
                .filter(|(_, row)| row.waiting.is_some() || row.suspected);
            let rows = rows.map(|(id, row)| ((row.waiting.unwrap_or(0), id), row));
            let rows: BTreeMap<_, _> = rows.filter(|(turn, _)| known < *turn).collect();
            Ok(rows.into_values().take(limit as usize).collect())
        })
    }

    fn set<'a>(&'a self, connection: &'a str, changes: Vec<Change>) -> Answering<'a, ()> {
        answer(move || {
            self.change(|shelves| {
                let turn = shelves.next_turn();
                changes
                    .into_iter()
                    .try_for_each(|change| shelves.set(connection, change, turn).map(drop))
            })
        })
    }

    fn suspect_all<'a>(&'a self, of: Scope<'a>) -> Answering<'a, ()> {
        answer(move || {
            self.change(|shelves| {
                let follows = shelves.files.values_mut().filter_map(|file| file.follows.as_mut());
                let own = follows
                    .filter(|follows| follows.connection == of.connection && follows.link.source.drive == of.drive);
                own.filter(|follows| follows.state != LinkState::SourceGone)
                    .for_each(|follows| follows.suspected = true);
                Ok(())
            })
        })
    }

    fn settle<'a>(&'a self, connection: &'a str, run: i64, settlements: Vec<Settlement>) -> Answering<'a, ()> {
        answer(move || {
            self.change(|shelves| {
                let turn = shelves.next_turn();
                for Settlement {
                    file,
                    line,
                    state,
                    waiting,
                    suspected,
                    note,
                    known,
                } in settlements
                {
                    let change = Change {
                        file,
                        waiting,
                        suspected,
                        note,
                    };
                    let (id, follows) = shelves.set(connection, change, turn)?;
                    follows.state = state;
                    if let Some(known) = known {
                        let link = &mut follows.link;
                        (link.version, link.name, link.web_url) = (known.version, known.name, known.web_url);
                    }
                    shelves.lines.insert((run, id), line);
                }
                Ok(())
            })
        })
    }

    fn replaceable<'a>(&'a self, connection: &'a str, file: &'a str, base: u64) -> Answering<'a, Option<String>> {
        answer(move || {
            let mut shelves = self.shelves();
            let id = shelves
                .followed(connection, file)
                .ok()
                .and_then(|(id, follows)| (!follows.held).then_some(id));
            let file = id
                .and_then(|id| shelves.files.get(&id))
                .filter(|file| file.revision == base);
            Ok(file.map(|file| file.name.clone()))
        })
    }
}
