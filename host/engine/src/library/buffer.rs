//! Bytes of a draft, in memory.

use super::{DraftPlace, Error};

/// The bytes of a draft of a library that has them in memory.
#[derive(Debug)]
pub struct Buffer {
    bytes: Vec<u8>,
    limit: u64,
    /// Held for as long as the bytes are.
    _place: DraftPlace,
}

impl Buffer {
    /// For so many bytes at most.
    pub fn new(limit: u64, place: DraftPlace) -> Self {
        Self {
            bytes: Vec::new(),
            limit,
            _place: place,
        }
    }

    /// Adds bytes at the end.
    ///
    /// # Errors
    ///
    /// `too-large` beyond the limit.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.limit < self.size() + bytes.len() as u64 {
            return Err(Error::TooLarge(self.limit));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// How many bytes there are.
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// The bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
