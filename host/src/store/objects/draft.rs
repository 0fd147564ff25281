//! Bytes on their way to become an object.

use std::{
    fs::File,
    io::{Error as IoError, Result as IoResult, Write},
    thread::JoinHandle,
};

use clientpoint_engine::text::hex;
use sha2::{Digest, Sha256};
use tempfile::TempPath;

use crate::{Error, Result, store::objects::syncs::Syncs};

/// After so many bytes, the disk is set to work while the rest still arrives.
const FLUSH_AFTER: u64 = 8 << 20;

/// Bytes that nobody sees yet. Dropped, they are gone.
#[derive(Debug)]
pub struct Draft {
    file: File,
    pub(super) path: TempPath,
    hasher: Sha256,
    size: u64,
    limit: u64,
    /// The flush that is under way, or the last one. It took the error if there was one: the system tells it once.
    flush: Option<JoinHandle<IoResult<()>>>,
    flushed: u64,
    syncs: Syncs,
}

/// The bytes of a draft, whole and durable, on their way to the name of an object. Dropped, they are gone.
#[derive(Debug)]
pub struct Settled {
    pub(super) sha256: String,
    pub(super) size: u64,
    pub(super) path: TempPath,
    /// Whether the bytes were sent to where objects lie, if that is elsewhere.
    pub(super) is_sent: bool,
    /// The lock that tells a sweeper of drafts that this one has a living writer.
    _file: File,
}

/// Why bytes could not be appended to a draft. The draft is worth nothing more.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// More than the limit, in bytes.
    #[error("more than {0} bytes")]
    TooLarge(u64),
    /// The file system's answer.
    #[error(transparent)]
    Io(#[from] IoError),
}

impl Draft {
    pub(super) fn new(file: File, path: TempPath, limit: u64, syncs: Syncs) -> Self {
        Self {
            file,
            path,
            hasher: Sha256::new(),
            size: 0,
            limit,
            flush: None,
            flushed: 0,
            syncs,
        }
    }

    /// Appends bytes. Blocks while the disk works.
    ///
    /// # Errors
    ///
    /// See [`AppendError`].
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), AppendError> {
        let size = self.size + bytes.len() as u64;
        if self.limit < size {
            return Err(AppendError::TooLarge(self.limit));
        }
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        self.size = size;
        let resting = self.flush.as_ref().is_none_or(JoinHandle::is_finished);
        if resting && self.flushed + FLUSH_AFTER <= size {
            self.begin_flush()?;
        }
        Ok(())
    }

    /// Ends writing: the bytes are on the disk, and have their name-to-be.
    ///
    /// Blocks while the disk works.
    ///
    /// # Errors
    ///
    /// The file system's; the draft is gone then.
    pub fn settle(mut self) -> Result<Settled> {
        self.end_flush()?;
        self.syncs.all(&self.file)?;
        Ok(Settled {
            sha256: hex(&self.hasher.finalize()),
            size: self.size,
            path: self.path,
            is_sent: false,
            _file: self.file,
        })
    }

    fn begin_flush(&mut self) -> IoResult<()> {
        self.end_flush()?;
        let file = self.file.try_clone()?;
        let flush = std::thread::Builder::new().name("flush".into());
        self.flush = Some(flush.spawn(move || file.sync_data())?);
        self.flushed = self.size;
        Ok(())
    }

    fn end_flush(&mut self) -> IoResult<()> {
        match self.flush.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(flushed)) => flushed,
            Some(Err(_)) => Err(IoError::other("the flushing thread has stopped")),
        }
    }

    /// How many bytes it holds.
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl From<AppendError> for Error {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::TooLarge(limit) => Self::Settings(format!("the file is larger than {limit} bytes")),
            AppendError::Io(error) => error.into(),
        }
    }
}
