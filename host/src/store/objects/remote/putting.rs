//! Putting bytes on a store: as a whole, or in pieces where there are many. They count once the store has said how many it
//! has.

use std::{io, path::Path as File, time::Duration};

use bytes::Bytes;
use futures::{StreamExt, stream::FuturesUnordered};
use object_store::{Error as StoreError, MultipartUpload, ObjectStoreExt, path::Path};
use tokio::io::AsyncReadExt;

use super::{Amiss, Remote, trouble};
use crate::{Error, Result};

/// What is larger goes in pieces of this size, in bytes.
const PIECE: u64 = 16 << 20;

/// The most pieces that a store takes of one object. Those of what is larger than that many of them are larger.
const PIECES: u64 = 10_000;

/// How many pieces of one object are on their way at a time.
const ON_THEIR_WAY: usize = 2;

/// How long it may take to give up what was begun. What stays, a rule of the bucket tidies.
const GIVEN_UP_WITHIN: Duration = Duration::from_secs(10);

impl Remote {
    /// Puts the bytes of a file there as an object, over whatever is in its place. On return the store has them all.
    ///
    /// # Errors
    ///
    /// `Error::ObjectStore`, or the file system's; no revision may point at the object then.
    pub(in crate::store) async fn put(&self, sha256: &str, size: u64, from: &File) -> Result<()> {
        let _turn = self.putting.acquire().await.map_err(|_| stopped())?;
        if !self.is_folder {
            return self.put_whole(sha256, size, from).await;
        }
        // Where the share of other machines is not mounted, there is a folder of this one, which takes everything.
        self.answers().await?;
        self.put_whole(sha256, size, from).await?;
        self.answers().await
    }

    async fn put_whole(&self, sha256: &str, size: u64, from: &File) -> Result<()> {
        let place = self.place(sha256);
        let mut file = tokio::fs::File::open(from).await?;
        if size <= PIECE {
            let bytes = next(&mut file, size).await?;
            let put = self.store.put(&place, bytes.into()).await;
            put.map_err(|error| self.unreachable(&error))?;
        } else {
            self.put_in_pieces(&place, size, &mut file).await?;
        }
        match self.size(sha256).await {
            Ok(found) if found == size => Ok(()),
            Ok(found) => Err(self.not_kept(&format!("it says that it has {found} bytes of {size}"))),
            Err(Amiss::Missing) => Err(self.not_kept("it says that it has nothing")),
            Err(Amiss::Unreachable(error)) => Err(error),
        }
    }

    async fn put_in_pieces(&self, place: &Path, size: u64, file: &mut tokio::fs::File) -> Result<()> {
        let begun = self.store.put_multipart(place).await;
        let mut upload = begun.map_err(|error| self.unreachable(&error))?;
        let mut done = self.send(upload.as_mut(), size, file).await;
        if done.is_ok() {
            done = upload.complete().await.map(drop).map_err(|error| self.not_sent(&error));
        }
        if done.is_err() && tokio::time::timeout(GIVEN_UP_WITHIN, upload.abort()).await.is_err() {
            tracing::warn!(
                "pieces of an object stay on `{self}`: a rule of its bucket should delete what was never ended"
            );
        }
        done
    }

    async fn send(&self, upload: &mut dyn MultipartUpload, size: u64, file: &mut tokio::fs::File) -> Result<()> {
        let piece = PIECE.max(size.div_ceil(PIECES));
        let mut left = size;
        let mut sending = FuturesUnordered::new();
        while 0 < left {
            if ON_THEIR_WAY <= sending.len() {
                self.sent(sending.next().await)?;
            }
            let bytes = next(file, left.min(piece)).await?;
            left = left.saturating_sub(bytes.len() as u64);
            sending.push(upload.put_part(bytes.into()));
        }
        while !sending.is_empty() {
            self.sent(sending.next().await)?;
        }
        Ok(())
    }

    fn sent(&self, piece: Option<object_store::Result<()>>) -> Result<()> {
        piece.unwrap_or(Ok(())).map_err(|error| self.not_sent(&error))
    }

    /// The error of an upload in pieces. That one is not known says nothing of the store: a rule may have ended it, or an
    /// answer that got lost was that it is done.
    fn not_sent(&self, error: &StoreError) -> Error {
        match error {
            StoreError::NotFound { .. } => self.not_kept("it does not know the upload any more whose pieces were sent"),
            error => self.unreachable(error),
        }
    }

    /// The error of a store that gives other bytes than it was given just now.
    pub(in crate::store) fn not_as_given(&self, sha256: &str) -> Error {
        self.not_kept(&format!("the object {sha256} does not come back as it was given"))
    }

    pub(super) fn not_kept(&self, why: &str) -> Error {
        trouble::unreachable(&self.name, why)
    }
}

/// The next so many bytes of a file.
async fn next(file: &mut tokio::fs::File, size: u64) -> Result<Bytes> {
    let mut bytes = Vec::with_capacity(usize::try_from(size).map_err(io::Error::other)?);
    let read = (&mut *file).take(size).read_to_end(&mut bytes).await?;
    if read as u64 != size {
        return Err(Error::Storage("a draft is shorter than it was".into()));
    }
    Ok(bytes.into())
}

fn stopped() -> Error {
    Error::Storage("nothing is put on the object store any more".into())
}
