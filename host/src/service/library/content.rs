//! Bytes on their way out. They are compared with what was stored, and whoever has all of them has the right ones.

use bytes::Bytes;
use tokio::sync::mpsc;

use super::verify::stopped;
use crate::{
    Result,
    service::{FileRow, Session},
    store::{
        files::{self, LibraryFile},
        look::Unsound,
        objects::{Object, Objects},
        revisions,
    },
};

/// How many pieces are read ahead of who takes them.
const AHEAD: usize = 2;

/// The content of a file, piece by piece. Dropped, no more of it is read.
pub struct Content<'s> {
    session: &'s Session<'s>,
    file: LibraryFile,
    /// Whose bytes they are.
    revision: u64,
    object: Object,
    /// Their end is a piece without bytes: what just stops has stopped too early.
    pieces: mpsc::Receiver<Result<Bytes, Unsound>>,
    at_its_end: bool,
}

impl Session<'_> {
    /// Begins to hand out the bytes of a file.
    ///
    /// # Errors
    ///
    /// `Error::NotFound`, or the database's.
    pub async fn content(&self, id: &str) -> Result<Content<'_>> {
        let file = files::get(&self.host.store, id).await?;
        let object = Object {
            sha256: file.sha256.clone(),
            size: file.size,
        };
        let revision = file.revision;
        Ok(self.handed_out(file, revision, object))
    }

    /// Begins to hand out the bytes that a file had at a revision.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::NotFound`, also for a revision that it does not have (any more); the database's.
    pub async fn content_of(&self, id: &str, revision: u64) -> Result<Content<'_>> {
        self.user.require_administrator("see what content a file has had")?;
        let file = files::get(&self.host.store, id).await?;
        let object = revisions::object(&self.host.store, id, revision).await?;
        Ok(self.handed_out(file, revision, object))
    }

    fn handed_out(&self, file: LibraryFile, revision: u64, object: Object) -> Content<'_> {
        let (to, pieces) = mpsc::channel(AHEAD);
        let (objects, wanted) = (self.host.objects.clone(), object.clone());
        tokio::task::spawn_blocking(move || {
            if let Err(unsound) = pour(&objects, &wanted, &to) {
                // Who has gone away need not be told.
                let _ = to.blocking_send(Err(unsound));
            }
        });
        Content {
            session: self,
            file,
            revision,
            object,
            pieces,
            at_its_end: false,
        }
    }
}

impl Content<'_> {
    /// The file that the bytes are of: as it was when this began, and after the last piece as it is then.
    pub fn file(&self) -> FileRow {
        self.file.clone().into()
    }

    /// The revision that the bytes are of.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// How many bytes there are.
    pub fn size(&self) -> u64 {
        self.object.size
    }

    /// The next bytes; none at the end. What was handed out until an error comes is worth nothing: the last piece is kept
    /// back until all of them were compared.
    ///
    /// # Errors
    ///
    /// `Error::Damaged`, which is noted; `Error::Storage`; `Error::ObjectStore`, which says nothing about the bytes.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        if self.at_its_end {
            return Ok(None);
        }
        let host = self.session.host;
        match self.pieces.recv().await {
            Some(Ok(piece)) if piece.is_empty() => {
                self.at_its_end = true;
                host.note(&self.object, None).await?;
                self.file = files::get(&host.store, &self.file.id).await?;
                Ok(None)
            }
            Some(Ok(piece)) => Ok(Some(piece)),
            Some(Err(Unsound::Damaged(trouble))) => {
                host.note(&self.object, Some(&trouble)).await?;
                Err(host.damaged(&self.file.id, self.revision, &self.object).await?)
            }
            Some(Err(Unsound::Unseen(error))) => Err(error.into()),
            Some(Err(Unsound::Unreachable(error))) => Err(error),
            None => Err(stopped()),
        }
    }
}

/// Reads an object to its end, for as long as somebody takes the pieces.
fn pour(objects: &Objects, object: &Object, to: &mpsc::Sender<Result<Bytes, Unsound>>) -> Result<(), Unsound> {
    let mut reading = objects.read(object)?;
    let mut held = Bytes::new();
    loop {
        let piece = Bytes::copy_from_slice(reading.piece()?);
        if piece.is_empty() {
            break;
        }
        let before = std::mem::replace(&mut held, piece);
        if !before.is_empty() && to.blocking_send(Ok(before)).is_err() {
            return Ok(());
        }
    }
    reading.end()?;
    if !held.is_empty() && to.blocking_send(Ok(held)).is_err() {
        return Ok(());
    }
    let _ = to.blocking_send(Ok(Bytes::new()));
    Ok(())
}
