//! Looking at an object: whether the bytes on the disk are those that were stored. The disk is not believed: whoever hands
//! bytes out reads them through here, and what does not fit goes nowhere.

mod aside;

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
};

use clientpoint_engine::text::hex;
use sha2::{Digest, Sha256};

use super::objects::{Amiss, Fetching, Object, Objects, Remote};
use crate::{Error, Result};

/// How much is read at once, in bytes.
const PIECE: usize = 1 << 20;

/// What is wrong with an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It is not there.
    Missing,
    /// It has not a byte of those that it should have.
    Empty,
    /// It has so many bytes, which are too few.
    CutShort(u64),
    /// It has more bytes than it should have.
    TooLong,
    /// It has other bytes.
    Changed,
    /// It can't be read: the file system's words.
    Unreadable(String),
}

/// Why bytes could not be had.
#[derive(Debug)]
pub enum Unsound {
    /// The object is damaged.
    Damaged(Trouble),
    /// The machine could not look, which says nothing about the object.
    Unseen(io::Error),
    /// Where the object lies was not reached, which says as little.
    Unreachable(Error),
}

/// An object that is being read, and judged at its end.
pub struct Reading {
    from: Source,
    wanted: Object,
    hasher: Sha256,
    size: u64,
    buffer: Vec<u8>,
}

/// Where bytes are read from.
enum Source {
    File(File),
    Elsewhere(Fetching),
}

impl Trouble {
    /// The stable word for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Empty => "empty",
            Self::CutShort(_) => "cut-short",
            Self::TooLong => "too-long",
            Self::Changed => "changed",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// The trouble as the end of a sentence about the bytes of a file, of which there should be so many.
    pub fn told(&self, size: u64) -> String {
        match self {
            Self::Missing => "they are missing".into(),
            Self::Empty => format!("nothing is left of {size} bytes"),
            Self::CutShort(left) => format!("only {left} of {size} bytes are left"),
            Self::TooLong => format!("there are more than the {size} bytes that were stored"),
            Self::Changed => "they are not the ones that were stored".into(),
            Self::Unreadable(why) => format!("they can't be read ({why})"),
        }
    }
}

impl Objects {
    /// Looks at an object: none if it is whole. Blocks while the disk works; as all that looks or reads, it is for a thread
    /// that may, in a runtime.
    ///
    /// # Errors
    ///
    /// If the machine can't look: out of handles or memory; `Error::ObjectStore` if it does not reach where the object lies.
    pub fn look(&self, object: &Object) -> Result<Option<Trouble>> {
        let looked = trouble(self.read(object).and_then(Reading::through))?;
        // By its size it was whole, so nobody has asked the trash for it yet.
        if looked == Some(Trouble::Changed) && self.bring_back(&object.sha256).unwrap_or_default() {
            return trouble(self.read(object).and_then(Reading::through));
        }
        Ok(looked)
    }

    /// What can be said of an object without reading it: whether it is there, with its size.
    ///
    /// # Errors
    ///
    /// As [`Objects::look`].
    pub fn glance(&self, object: &Object) -> Result<Option<Trouble>> {
        match self.remote() {
            Some(remote) => trouble(weighed(remote, object)),
            None => trouble(self.place(object).map(drop)),
        }
    }

    /// Where the bytes of an object are, as far as its size tells. What is not there, or can't be whole, is looked for in
    /// the trash and brought back; where the disk takes no writes, it is read where it lies.
    ///
    /// # Errors
    ///
    /// See [`Unsound`].
    pub fn place(&self, object: &Object) -> Result<PathBuf, Unsound> {
        let path = self.path(&object.sha256);
        let damaged = match measured(&path, object) {
            Err(damaged @ Unsound::Damaged(_)) => damaged,
            seen => return seen.map(|()| path),
        };
        match self.bring_back(&object.sha256) {
            // Somebody else may have brought it back in between.
            Ok(_) => measured(&path, object).map(|()| path),
            Err(error) => {
                tracing::warn!("an object can't be brought back out of the trash: {error}");
                let trashed = self.trashed(&object.sha256);
                trashed.filter(|path| measured(path, object).is_ok()).ok_or(damaged)
            }
        }
    }

    /// Begins to read an object.
    ///
    /// # Errors
    ///
    /// See [`Unsound`].
    pub fn read(&self, object: &Object) -> Result<Reading, Unsound> {
        match self.remote() {
            Some(remote) => {
                weighed(remote, object)?;
                let fetching = Fetching::new(remote.clone(), &object.sha256, object.size);
                Ok(Reading::new(Source::Elsewhere(fetching), object))
            }
            None => Reading::begin(&self.place(object)?, object),
        }
    }
}

impl Reading {
    /// Begins to read what lies at a path as that object.
    fn begin(path: &Path, object: &Object) -> Result<Self, Unsound> {
        Ok(Self::new(Source::File(File::open(path).map_err(unsound)?), object))
    }

    fn new(from: Source, object: &Object) -> Self {
        Self {
            from,
            wanted: object.clone(),
            hasher: Sha256::new(),
            size: 0,
            buffer: vec![0; usize::try_from(object.size + 1).map_or(PIECE, |size| size.min(PIECE))],
        }
    }

    /// Begins to read what lies at that path, if its size is that of the object.
    ///
    /// # Errors
    ///
    /// See [`Unsound`].
    pub(crate) fn of(path: &Path, object: &Object) -> Result<Self, Unsound> {
        measured(path, object)?;
        Self::begin(path, object)
    }

    fn through(mut self) -> Result<(), Unsound> {
        while !self.piece()?.is_empty() {}
        self.end()
    }

    /// The next bytes; none at the end.
    ///
    /// # Errors
    ///
    /// See [`Unsound`].
    pub fn piece(&mut self) -> Result<&[u8], Unsound> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let read = self.read_into(&mut buffer);
        self.buffer = buffer;
        Ok(self.buffer.get(..read?).unwrap_or_default())
    }

    /// As [`Reading::piece`], into a buffer of the reader's own: gives how many bytes there are.
    ///
    /// # Errors
    ///
    /// See [`Unsound`].
    pub fn read_into(&mut self, buffer: &mut [u8]) -> Result<usize, Unsound> {
        let read = match &mut self.from {
            Source::Elsewhere(fetching) => fetching.read_waiting(buffer)?,
            Source::File(file) => loop {
                match file.read(buffer) {
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    read => break read.map_err(unsound)?,
                }
            },
        };
        let piece = buffer.get(..read).unwrap_or_default();
        self.hasher.update(piece);
        self.size += piece.len() as u64;
        if self.wanted.size < self.size {
            return Err(Unsound::Damaged(Trouble::TooLong));
        }
        Ok(piece.len())
    }

    /// Whether what was read is what was stored.
    ///
    /// # Errors
    ///
    /// See [`Unsound`].
    pub fn end(self) -> Result<(), Unsound> {
        if self.size < self.wanted.size {
            return Err(Unsound::Damaged(Trouble::CutShort(self.size)));
        }
        let digits = self.hasher.finalize();
        let sha256 = hex(&digits);
        if sha256 == self.wanted.sha256 {
            Ok(())
        } else {
            Err(Unsound::Damaged(Trouble::Changed))
        }
    }
}

impl From<io::Error> for Unsound {
    fn from(error: io::Error) -> Self {
        unsound(error)
    }
}

impl From<Amiss> for Unsound {
    fn from(amiss: Amiss) -> Self {
        match amiss {
            Amiss::Missing => Self::Damaged(Trouble::Missing),
            Amiss::Unreachable(error) => Self::Unreachable(error),
        }
    }
}

/// Whether what lies at a path has the bytes that an object of this name must have.
pub(crate) fn is_itself(path: &Path, sha256: &str) -> bool {
    let Ok(found) = fs::metadata(path) else { return false };
    let object = Object {
        sha256: sha256.into(),
        size: found.len(),
    };
    let looked = measured(path, &object).and_then(|()| Reading::begin(path, &object)?.through());
    looked.is_ok()
}

/// The name that an object with the bytes of this file would have, and how many they are. Blocks while the disk works.
///
/// # Errors
///
/// The file system's.
pub(crate) fn sha256_of(path: &Path) -> io::Result<(String, u64)> {
    let (mut file, mut hasher) = (File::open(path)?, Sha256::new());
    let size = io::copy(&mut file, &mut hasher)?;
    Ok((hex(&hasher.finalize()), size))
}

fn trouble(looked: Result<(), Unsound>) -> Result<Option<Trouble>> {
    match looked {
        Ok(()) => Ok(None),
        Err(Unsound::Damaged(trouble)) => Ok(Some(trouble)),
        Err(Unsound::Unseen(error)) => Err(error.into()),
        Err(Unsound::Unreachable(error)) => Err(error),
    }
}

/// Only a file is opened: a pipe in its place would keep its reader for ever.
fn measured(path: &Path, object: &Object) -> Result<(), Unsound> {
    let found = fs::metadata(path).map_err(unsound)?;
    if !found.is_file() {
        let what = if found.is_dir() {
            "a folder is in their place"
        } else {
            "no file is in their place"
        };
        return Err(Unsound::Damaged(Trouble::Unreadable(what.into())));
    }
    fits(found.len(), object)
}

/// As [`measured`], for an object that lies elsewhere.
fn weighed(remote: &Remote, object: &Object) -> Result<(), Unsound> {
    fits(remote.size_waiting(&object.sha256)?, object)
}

/// Whether so many bytes can be the object's.
fn fits(size: u64, object: &Object) -> Result<(), Unsound> {
    match size {
        0 if 0 < object.size => Err(Unsound::Damaged(Trouble::Empty)),
        size if size < object.size => Err(Unsound::Damaged(Trouble::CutShort(size))),
        size if object.size < size => Err(Unsound::Damaged(Trouble::TooLong)),
        _ => Ok(()),
    }
}

fn unsound(error: io::Error) -> Unsound {
    if is_of_the_machine(&error) {
        return Unsound::Unseen(error);
    }
    Unsound::Damaged(match error.kind() {
        ErrorKind::NotFound => Trouble::Missing,
        ErrorKind::PermissionDenied => Trouble::Unreadable("this program has no right to".into()),
        _ => Trouble::Unreadable(error.to_string()),
    })
}

/// Whether an error would meet any file: no memory, or no more handles (`ENFILE` and `EMFILE`, which have no kind).
fn is_of_the_machine(error: &io::Error) -> bool {
    let handles = cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24));
    handles || error.kind() == ErrorKind::OutOfMemory
}

#[cfg(test)]
mod tests;
