//! What is in the library in memory, and the rules of how it changes.

use std::collections::BTreeMap;

use clientpoint_engine::{
    contract::clientpoint::content_source::{
        content_library::{Binding, Bound, Error, LibraryFile},
        managed_files::{Change, Line, LinkState, ManagedFile},
        types::{ItemRef, Link, Verification},
    },
    library::Scope,
};
use sha2::{Digest, Sha256};

/// A value, none once it was removed, and the mark of its state.
pub type Kept = (Option<Vec<u8>>, u64);

/// What is in the library.
#[derive(Clone, Default)]
pub struct Shelves {
    /// The drive of each connection that was not given up.
    pub drives: BTreeMap<String, String>,
    /// By File ID.
    pub files: BTreeMap<u64, File>,
    /// How many runs and uploads there were.
    pub works: i64,
    /// By run and File ID.
    pub lines: BTreeMap<(i64, u64), Line>,
    /// By connection and key. A value that was removed leaves its mark.
    pub states: BTreeMap<(String, String), Kept>,
}

/// A file.
#[derive(Clone)]
pub struct File {
    pub name: String,
    pub revision: u64,
    pub bytes: Vec<u8>,
    pub follows: Option<Follows>,
}

/// What a file follows, and how it stands to it.
#[derive(Clone)]
pub struct Follows {
    pub connection: String,
    pub link: Link,
    pub state: LinkState,
    pub held: bool,
    pub waiting: Option<u64>,
    pub suspected: bool,
    pub note: Option<String>,
    pub place: Option<String>,
}

/// The number of a File ID, to the letter.
pub fn number(id: &str) -> Option<u64> {
    id.parse().ok().filter(|number: &u64| number.to_string() == id)
}

impl Shelves {
    pub fn add(&mut self, name: &str, bytes: Vec<u8>, follows: Option<Follows>) -> u64 {
        // The ninth file has one digit more than the eighth.
        let id = self.files.keys().next_back().map_or(2, |last| last + 1);
        let name = name.to_owned();
        let file = File {
            name,
            revision: 1,
            bytes,
            follows,
        };
        self.files.insert(id, file);
        id
    }

    /// The file, without what it follows.
    pub fn file(&self, id: u64) -> Option<LibraryFile> {
        let file = self.files.get(&id)?;
        Some(LibraryFile {
            id: id.to_string(),
            name: file.name.clone(),
            place: "Company Wide".into(),
            revision: file.revision,
            size: file.bytes.len() as u64,
            sha256: Sha256::digest(&file.bytes)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
            link: file.follows.as_ref().map(|follows| follows.link.clone()),
        })
    }

    /// The files that follow what is asked for, by File ID.
    pub fn rows(&self, asked: impl Fn(&Follows) -> bool) -> Vec<(u64, ManagedFile)> {
        let rows = self
            .files
            .iter()
            .filter_map(|(id, file)| Some((*id, file.follows.as_ref()?)));
        let rows = rows.filter(|(_, follows)| asked(follows)).filter_map(|(id, follows)| {
            let row = ManagedFile {
                file: self.file(id)?,
                state: follows.state,
                held: follows.held,
                waiting: follows.waiting,
                suspected: follows.suspected,
                note: follows.note.clone(),
                shown_in: 0,
                place: follows.place.clone(),
            };
            Some((id, row))
        });
        rows.collect()
    }

    /// The files of a drive.
    pub fn of(&self, of: Scope<'_>) -> Vec<(u64, ManagedFile)> {
        self.rows(|follows| follows.connection == of.connection && follows.link.source.drive == of.drive)
    }

    /// The turn behind all that wait.
    pub fn next_turn(&self) -> u64 {
        let turns = self.files.values().filter_map(|file| file.follows.as_ref()?.waiting);
        turns.max().unwrap_or(0) + 1
    }

    /// What a file follows through this connection.
    pub fn followed(&mut self, connection: &str, file: &str) -> Result<(u64, &mut Follows), Error> {
        let nothing = || Error::Other(format!("file {file} follows nothing through this connection"));
        let id = number(file).ok_or_else(nothing)?;
        let follows = self.files.get_mut(&id).and_then(|file| file.follows.as_mut());
        let follows = follows.filter(|follows| follows.connection == connection);
        follows.map(|follows| (id, follows)).ok_or_else(nothing)
    }

    pub fn set(&mut self, connection: &str, change: Change, turn: u64) -> Result<(u64, &mut Follows), Error> {
        let (id, follows) = self.followed(connection, &change.file)?;
        follows.waiting = change.waiting.then(|| follows.waiting.unwrap_or(turn));
        (follows.suspected, follows.note) = (change.suspected, change.note);
        Ok((id, follows))
    }

    pub fn bind(&mut self, of: Scope<'_>, binding: Binding, turn: u64) -> Bound {
        let Some(file) = number(&binding.file).and_then(|id| self.files.get_mut(&id)) else {
            return Bound::Missing;
        };
        let source = ItemRef {
            drive: of.drive.into(),
            item: binding.item,
        };
        let before = file.follows.as_ref();
        if before.is_some_and(|follows| follows.connection == of.connection && follows.link.source == source) {
            return Bound::Unchanged;
        }
        file.follows = Some(Follows {
            connection: of.connection.into(),
            held: before.is_some_and(|follows| follows.held),
            waiting: before.and_then(|follows| follows.waiting).or(Some(turn)),
            link: Link {
                source,
                version: None,
                hash: String::new(),
                size: 0,
                verification: Verification::NoHash,
                name: binding.name,
                web_url: binding.web_url,
            },
            state: LinkState::Pending,
            suspected: false,
            note: None,
            place: binding.place,
        });
        Bound::Bound
    }
}
