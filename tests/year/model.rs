//! What the library must be, kept beside it.

use std::collections::BTreeMap;

use clientpoint_host::service::FileRow;
use end_to_end::pdf;
use sha2::{Digest, Sha256};

/// The size of each body, in bytes.
const SIZE: usize = 10 << 10;

/// How a file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Each night brings what is new.
    Follows,
    /// An update was taken back: no night touches it.
    Held,
    /// Its item was deleted: it keeps what it has.
    Gone,
    /// It was removed in that night.
    Binned(u64),
    /// It was in the bin for its time.
    Removed,
}

/// One file, by the versions of its item.
#[derive(Clone, Debug)]
pub struct File {
    /// Its number, which its bytes tell.
    pub number: u64,
    /// The number that its item is named by.
    pub name: u64,
    /// What is in the drive.
    pub drive: u64,
    /// What is in the library.
    pub library: u64,
    /// What was in the library before, if the last that has happened to it was an update.
    pub before: Option<u64>,
    /// How it stands.
    pub state: State,
    sha256: BTreeMap<u64, String>,
}

impl File {
    /// One that has just come in.
    pub fn new(number: u64) -> Self {
        Self {
            number,
            name: number,
            drive: 1,
            library: 1,
            before: None,
            state: State::Follows,
            sha256: BTreeMap::new(),
        }
    }

    /// Where its item lies.
    pub fn path(&self) -> String {
        format!("/{:04}.pdf", self.name)
    }

    /// The bytes of a version.
    pub fn body(&self, version: u64) -> Vec<u8> {
        let mut body = pdf(&format!("file {}, version {version}\n", self.number));
        let mut digest: [u8; 32] = Sha256::digest(&body).into();
        while body.len() < SIZE {
            body.extend_from_slice(&digest);
            digest = Sha256::digest(digest).into();
        }
        body.truncate(SIZE);
        body
    }

    /// Whether it is in the library, not in the bin.
    pub fn is_there(&self) -> bool {
        !matches!(self.state, State::Binned(_) | State::Removed)
    }

    /// A night has done its work on it.
    pub fn follows_on(&mut self) {
        if self.state == State::Follows && self.library != self.drive {
            self.before = Some(self.library);
            self.library = self.drive;
        }
    }

    /// The library shows it like this. On a night with trouble, it may still have what it had: nothing else.
    pub fn is_seen(&mut self, row: &FileRow, was_troubled: bool) {
        if was_troubled && row.sha256 == self.sha256(self.library) {
            return;
        }
        self.follows_on();
        let wanted = self.sha256(self.library);
        assert_eq!(
            row.sha256, wanted,
            "{row:?} should be version {} of {self:?}",
            self.library
        );
    }

    /// The name that the bytes of a version have in the library.
    fn sha256(&mut self, version: u64) -> String {
        if let Some(known) = self.sha256.get(&version) {
            return known.clone();
        }
        let hash = Sha256::digest(self.body(version));
        let text: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        self.sha256
            .retain(|known, _| *known == self.library || *known == self.drive);
        self.sha256.insert(version, text.clone());
        text
    }
}
