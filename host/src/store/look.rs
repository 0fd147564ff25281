//! Looking at an object: whether the bytes on the disk are those that were stored. The disk is not believed: whoever hands
//! bytes out reads them through here, and what does not fit goes nowhere.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::objects::{Object, Objects};
use crate::{Error, Result, private};

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
}

/// An object that is being read, and judged at its end.
pub struct Reading {
    file: File,
    wanted: Object,
    hasher: Sha256,
    size: u64,
    buffer: Vec<u8>,
}

impl Trouble {
    /// The stable word for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Trouble::Missing => "missing",
            Trouble::Empty => "empty",
            Trouble::CutShort(_) => "cut-short",
            Trouble::TooLong => "too-long",
            Trouble::Changed => "changed",
            Trouble::Unreadable(_) => "unreadable",
        }
    }

    /// The trouble as the end of a sentence about the bytes of a file, of which there should be so many.
    pub fn told(&self, size: u64) -> String {
        match self {
            Trouble::Missing => "they are missing".into(),
            Trouble::Empty => format!("nothing is left of {size} bytes"),
            Trouble::CutShort(left) => format!("only {left} of {size} bytes are left"),
            Trouble::TooLong => format!("there are more than the {size} bytes that were stored"),
            Trouble::Changed => "they are not the ones that were stored".into(),
            Trouble::Unreadable(why) => format!("they can't be read ({why})"),
        }
    }
}

impl Objects {
    /// Looks at an object: none if it is whole. Blocks while the disk works.
    ///
    /// # Errors
    ///
    /// If the machine can't look: out of handles or memory.
    pub fn look(&self, object: &Object) -> Result<Option<Trouble>> {
        let looked = self.read(object).and_then(|mut reading| {
            while !reading.piece()?.is_empty() {}
            reading.end()
        });
        match looked {
            Ok(()) => Ok(None),
            Err(Unsound::Damaged(trouble)) => Ok(Some(trouble)),
            Err(Unsound::Unseen(error)) => Err(error.into()),
        }
    }

    /// What can be said of an object without reading it: whether it is there, with its size.
    ///
    /// # Errors
    ///
    /// As [`Objects::look`].
    pub fn glance(&self, object: &Object) -> Result<Option<Trouble>> {
        match measured(&self.path(&object.sha256), object) {
            Ok(()) => Ok(None),
            Err(Unsound::Damaged(trouble)) => Ok(Some(trouble)),
            Err(Unsound::Unseen(error)) => Err(error.into()),
        }
    }

    /// Begins to read an object.
    ///
    /// # Errors
    ///
    /// See [`Unsound`].
    pub fn read(&self, object: &Object) -> Result<Reading, Unsound> {
        let path = self.path(&object.sha256);
        measured(&path, object)?;
        Ok(Reading {
            file: File::open(&path).map_err(unsound)?,
            wanted: object.clone(),
            hasher: Sha256::new(),
            size: 0,
            buffer: vec![0; usize::try_from(object.size + 1).map_or(PIECE, |size| size.min(PIECE))],
        })
    }

    /// Before an object takes its place again: keeps what lies there if it is not that object. Nothing is deleted that a
    /// person might still make sense of. Gives the name that it has in the folder `damaged` then.
    ///
    /// # Errors
    ///
    /// The file system's.
    pub(super) fn put_aside(&self, object: &Object) -> Result<Option<String>> {
        if matches!(self.look(object)?, None | Some(Trouble::Missing)) {
            return Ok(None);
        }
        let aside = self.aside();
        private::folder(&aside)?;
        let path = self.path(&object.sha256);
        for number in 1..=u32::MAX {
            let name = format!("{}.{number}", object.sha256);
            match kept(&path, &aside.join(&name)) {
                Ok(()) => {
                    File::open(&aside)?.sync_all()?;
                    tracing::warn!("a damaged object is replaced; what was left of it is kept as `damaged/{name}`");
                    return Ok(Some(name));
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Storage("the folder `damaged` is full: empty it".into()))
    }
}

impl Reading {
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
        let read = loop {
            match self.file.read(buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read.map_err(unsound)?,
            }
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
        let sha256: String = digits.iter().map(|byte| format!("{byte:02x}")).collect();
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
    match found.len() {
        0 if 0 < object.size => Err(Unsound::Damaged(Trouble::Empty)),
        size if size < object.size => Err(Unsound::Damaged(Trouble::CutShort(size))),
        size if object.size < size => Err(Unsound::Damaged(Trouble::TooLong)),
        _ => Ok(()),
    }
}

/// Another name for the same file, so that its place is never empty; what can't have two names is moved.
fn kept(path: &Path, aside: &Path) -> io::Result<()> {
    match fs::hard_link(path, aside) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        Err(_) if fs::symlink_metadata(aside).is_ok() => Err(ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(path, aside),
        Ok(()) => Ok(()),
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
mod tests {
    use std::path::PathBuf;

    use super::*;

    const TEXT: &[u8] = b"the very bytes";

    struct Shelf {
        folder: tempfile::TempDir,
        objects: Objects,
        object: Object,
        path: PathBuf,
    }

    fn shelf() -> Shelf {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::open(folder.path()).unwrap();
        let object = publish(&objects);
        let path = objects.path(&object.sha256);
        Shelf {
            folder,
            objects,
            object,
            path,
        }
    }

    fn publish(objects: &Objects) -> Object {
        let mut draft = objects.draft(100).unwrap();
        draft.append(TEXT).unwrap();
        (*objects.publish(draft).unwrap()).clone()
    }

    /// A word for damage, and what does it.
    type Harm = (&'static str, fn(&Path));

    /// Every way in which an object can be damaged, and its word.
    fn damages() -> Vec<Harm> {
        vec![
            ("missing", |path| fs::remove_file(path).unwrap()),
            ("empty", |path| fs::write(path, b"").unwrap()),
            ("cut-short", |path| fs::write(path, b"the very").unwrap()),
            ("too-long", |path| fs::write(path, b"the very bytes, and more").unwrap()),
            ("changed", |path| fs::write(path, b"the very bites").unwrap()),
            ("unreadable", |path| {
                fs::remove_file(path).unwrap();
                fs::create_dir(path).unwrap();
                fs::write(path.join("inside"), b"x").unwrap();
            }),
        ]
    }

    #[test]
    fn every_damage_has_its_word_and_a_whole_object_has_none() {
        let whole = shelf();
        assert_eq!(whole.objects.look(&whole.object).unwrap(), None);
        for (word, damage) in damages() {
            let shelf = shelf();
            damage(&shelf.path);
            let trouble = shelf.objects.look(&shelf.object).unwrap().unwrap();
            assert_eq!(trouble.word(), word);
            let at_a_glance = shelf.objects.glance(&shelf.object).unwrap();
            assert_eq!(at_a_glance.is_some(), word != "changed", "{word}");
        }
    }

    #[test]
    fn an_empty_file_is_whole_when_it_is_empty() {
        let shelf = shelf();
        let object = shelf.objects.publish(shelf.objects.draft(1).unwrap()).unwrap();
        assert_eq!(shelf.objects.look(&object).unwrap(), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_in_the_place_of_an_object_keeps_nobody() {
        let shelf = shelf();
        fs::remove_file(&shelf.path).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&shelf.path).status().unwrap();
        assert!(made.success());
        let trouble = shelf.objects.look(&shelf.object).unwrap().unwrap();
        assert_eq!(trouble.word(), "unreadable");
    }

    #[test]
    fn publishing_the_same_bytes_heals_the_object_and_keeps_what_was_left_of_it() {
        for (word, damage) in damages() {
            let shelf = shelf();
            for round in 1..=2 {
                damage(&shelf.path);
                publish(&shelf.objects);
                assert_eq!(shelf.objects.look(&shelf.object).unwrap(), None, "{word}");
                let kept = fs::read_dir(shelf.folder.path().join("damaged")).map_or(0, Iterator::count);
                assert_eq!(kept, if word == "missing" { 0 } else { round }, "{word}");
            }
        }
    }

    #[test]
    fn publishing_bytes_that_are_there_and_whole_puts_nothing_aside() {
        let shelf = shelf();
        publish(&shelf.objects);
        assert!(!shelf.folder.path().join("damaged").exists());
    }
}
