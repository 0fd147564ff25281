//! The bytes of a file: held in memory, lying on the disk, or worked out as they are asked for.

use std::{
    fs,
    io::{self, Read, SeekFrom},
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use futures::{
    StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::quick_xor::QuickXor;

/// What a file is made of, when it is put into a drive.
#[derive(Clone, Debug)]
pub enum Content {
    /// These bytes, kept in memory.
    Bytes(Vec<u8>),
    /// A file on this machine, read each time it is downloaded.
    File(PathBuf),
    /// `size` pseudo-random bytes, the same for the same seed, never stored.
    Generated {
        /// Length in bytes.
        size: u64,
        /// Which bytes.
        seed: u64,
    },
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Bytes(text.as_bytes().to_vec())
    }
}

/// A source of bytes that can be read from any offset; cheap to clone.
#[derive(Clone)]
pub(crate) enum Source {
    Memory(Bytes),
    Disk { path: Arc<Path>, size: u64 },
    Generated { size: u64, seed: u64 },
    Joined(Arc<(Self, Self)>),
}

/// How much is handed to the connection at once.
const CHUNK: u64 = 256 * 1024;

/// The length of the block that generated content repeats. It is odd on purpose: neither a power of two, at which
/// clients cut their parts, nor a multiple of quickXorHash's 160, so that misplaced parts change the hash.
const BLOCK: u64 = 1024 * 1024 + 1;

impl Source {
    /// Takes content in; fails if a file can't be found on the disk.
    pub fn new(content: Content) -> io::Result<Self> {
        Ok(match content {
            Content::Bytes(bytes) => Self::Memory(bytes.into()),
            Content::Generated { size, seed } => Self::Generated { size, seed },
            Content::File(path) => Self::Disk {
                size: fs::metadata(&path)?.len(),
                path: path.into(),
            },
        })
    }

    /// One source after another.
    pub fn joined(first: Self, second: Self) -> Self {
        Self::Joined(Arc::new((first, second)))
    }

    /// Length in bytes.
    pub fn size(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Disk { size, .. } | Self::Generated { size, .. } => *size,
            Self::Joined(parts) => parts.0.size() + parts.1.size(),
        }
    }

    /// The hash that Graph gives for these bytes. Reads a file on the disk once through.
    pub fn quick_xor_hash(&self) -> io::Result<String> {
        let mut hash = QuickXor::new();
        self.add_to(&mut hash)?;
        Ok(hash.finish())
    }

    /// All bytes at once; for small files only.
    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        Ok(match self {
            Self::Memory(bytes) => bytes.to_vec(),
            Self::Disk { path, .. } => fs::read(path)?,
            Self::Generated { size, seed } => {
                let block = block(*size, *seed);
                pieces(0..*size, BLOCK).flat_map(|piece| cut(&block, &piece)).collect()
            }
            Self::Joined(parts) => [parts.0.bytes()?, parts.1.bytes()?].concat(),
        })
    }

    /// The bytes of a range, chunk by chunk. A range beyond the end gives what there is.
    pub fn stream(&self, range: Range<u64>) -> BoxStream<'static, io::Result<Bytes>> {
        let range = range.start.min(self.size())..range.end.min(self.size());
        match self {
            Self::Memory(bytes) => {
                let bytes = bytes.clone();
                stream::iter(pieces(range, u64::MAX).map(move |piece| Ok(cut(&bytes, &piece)))).boxed()
            }
            Self::Generated { size, seed } => {
                let block = block(*size, *seed);
                stream::iter(pieces(range, BLOCK).map(move |piece| Ok(cut(&block, &piece)))).boxed()
            }
            Self::Disk { path, .. } => from_disk(Arc::clone(path), range).boxed(),
            Self::Joined(parts) => {
                let (first, second) = (&parts.0, &parts.1);
                let border = first.size();
                let rest = range.start.saturating_sub(border)..range.end.saturating_sub(border);
                first.stream(range).chain(second.stream(rest)).boxed()
            }
        }
    }

    fn add_to(&self, hash: &mut QuickXor) -> io::Result<()> {
        match self {
            Self::Memory(bytes) => hash.update(bytes),
            Self::Generated { size, seed } => {
                let block = block(*size, *seed);
                hash.update_repeatedly(&block, size / BLOCK);
                hash.update(&cut(&block, &(0..size % BLOCK)));
            }
            Self::Disk { path, .. } => {
                let mut file = fs::File::open(path)?;
                let mut buffer = vec![0; CHUNK as usize];
                loop {
                    let read = file.read(&mut buffer)?;
                    if read == 0 {
                        break;
                    }
                    hash.update(buffer.get(..read).unwrap_or_default());
                }
            }
            Self::Joined(parts) => {
                parts.0.add_to(hash)?;
                parts.1.add_to(hash)?;
            }
        }
        Ok(())
    }
}

/// Cuts a range into chunks that don't cross a border of a repeated block, each told by its place in the block.
fn pieces(range: Range<u64>, block: u64) -> impl Iterator<Item = Range<u64>> + Send {
    let mut at = range.start;
    std::iter::from_fn(move || {
        let start = at % block;
        let length = (range.end.saturating_sub(at)).min(block - start).min(CHUNK);
        at += length;
        (length > 0).then_some(start..start + length)
    })
}

/// A part of a block, without copying.
fn cut(block: &Bytes, range: &Range<u64>) -> Bytes {
    let end = (range.end as usize).min(block.len());
    block.slice((range.start as usize).min(end)..end)
}

/// The block that content of this size and seed repeats; no longer than the content.
fn block(size: u64, seed: u64) -> Bytes {
    let length = size.min(BLOCK) as usize;
    let mut block = Vec::with_capacity(length + 8);
    let mut state = seed;
    while block.len() < length {
        // SplitMix64: a counter, well stirred.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        block.extend_from_slice(&(word ^ (word >> 31)).to_le_bytes());
    }
    block.truncate(length);
    block.into()
}

fn from_disk(path: Arc<Path>, range: Range<u64>) -> impl stream::Stream<Item = io::Result<Bytes>> {
    stream::once(async move {
        let mut file = tokio::fs::File::open(path).await?;
        file.seek(SeekFrom::Start(range.start)).await?;
        let left = file.take(range.end - range.start);
        Ok::<_, io::Error>(stream::try_unfold(left, |mut left| async move {
            let mut chunk = Vec::with_capacity(CHUNK as usize);
            let read = (&mut left).take(CHUNK).read_to_end(&mut chunk).await?;
            Ok((read > 0).then(|| (Bytes::from(chunk), left)))
        }))
    })
    .try_flatten()
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may stop where it stands"
    )]

    use super::*;

    async fn read(source: &Source, range: Range<u64>) -> Vec<u8> {
        let chunks: Vec<Bytes> = source.stream(range).try_collect().await.unwrap();
        chunks.concat()
    }

    #[tokio::test]
    async fn generated_content_is_the_same_from_every_offset() {
        let source = Source::Generated {
            size: 3 * BLOCK + 17,
            seed: 42,
        };
        let all = source.bytes().unwrap();
        assert_eq!(all.len() as u64, source.size());

        for range in [0..10, BLOCK - 3..BLOCK + 3, 2 * BLOCK + 5..3 * BLOCK + 17, 5..5] {
            let part = &all[range.start as usize..range.end as usize];
            assert_eq!(read(&source, range.clone()).await, part, "{range:?}");
        }
    }

    #[tokio::test]
    async fn every_kind_of_source_gives_the_bytes_its_hash_is_of() {
        let file = std::env::temp_dir().join(format!("graph-sim-{}", crate::ids::random_guid()));
        fs::write(&file, vec![7; 600_000]).unwrap();
        let generated = Source::Generated {
            size: 2 * BLOCK + 1,
            seed: 1,
        };
        let disk = Source::new(Content::File(file.clone())).unwrap();
        let memory = Source::new(Content::from("hello world\n")).unwrap();
        let joined = Source::joined(disk.clone(), memory.clone());

        for source in [generated, disk, memory, joined] {
            let bytes = read(&source, 0..u64::MAX).await;
            assert_eq!(bytes, source.bytes().unwrap());
            assert_eq!(QuickXor::of(&bytes), source.quick_xor_hash().unwrap());
        }
        fs::remove_file(file).unwrap();
    }

    #[tokio::test]
    async fn a_range_over_the_joint_takes_from_both() {
        let source = Source::joined(
            Source::Memory(Bytes::from_static(b"abc")),
            Source::Memory(Bytes::from_static(b"def")),
        );
        assert_eq!(read(&source, 2..5).await, b"cde");
        assert_eq!(read(&source, 4..9).await, b"ef");
    }
}
