//! Reading an object in pieces: one of them is in memory at a time.

use bytes::{Buf, Bytes};
use tokio::runtime::Handle;

use super::{Amiss, Remote};
use crate::Error;

/// How much is asked for at once, in bytes.
const PIECE: u64 = 16 << 20;

/// An object that is being read.
pub(in crate::store) struct Fetching {
    from: Remote,
    sha256: String,
    size: u64,
    /// Where the next piece begins.
    at: u64,
    piece: Bytes,
}

impl Fetching {
    /// Begins to read an object of that many bytes.
    pub(in crate::store) fn new(from: Remote, sha256: &str, size: u64) -> Self {
        Self {
            from,
            sha256: sha256.to_owned(),
            size,
            at: 0,
            piece: Bytes::new(),
        }
    }

    /// The next bytes, as many as fit: how many there are, and none at the end. It is over early where the store gives less
    /// than it said. For a thread that may block.
    pub(in crate::store) fn read_waiting(&mut self, buffer: &mut [u8]) -> Result<usize, Amiss> {
        waited(self.read(buffer))
    }

    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Amiss> {
        if self.piece.is_empty() && self.at < self.size {
            let end = self.size.min(self.at + PIECE);
            self.piece = self.from.part(&self.sha256, self.at..end).await?;
            let is_whole = self.piece.len() as u64 == end - self.at;
            self.at = if is_whole { end } else { self.size };
        }
        let fits = self.piece.len().min(buffer.len());
        if let Some(to) = buffer.get_mut(..fits) {
            self.piece.copy_to_slice(to);
        }
        Ok(fits)
    }
}

impl Remote {
    /// As [`Remote::size`], for a thread that may block.
    pub(in crate::store) fn size_waiting(&self, sha256: &str) -> Result<u64, Amiss> {
        waited(self.size(sha256))
    }
}

/// Waits in a thread that may block, and belongs to a runtime.
fn waited<T>(of: impl Future<Output = Result<T, Amiss>>) -> Result<T, Amiss> {
    let outside = |_| Amiss::Unreachable(Error::Storage("nothing waits for the object store any more".into()));
    Handle::try_current().map_err(outside)?.block_on(of)
}
