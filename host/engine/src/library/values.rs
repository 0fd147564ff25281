//! What the contract says of a file and its link wherever they are kept, as functions of these values: a library that reads
//! one, changes it and writes it back keeps these rules by that.

use sha2::{Digest, Sha256};

use crate::{
    contract::clientpoint::content_source::{
        content_library::{Binding, LibraryFile},
        managed_files::{Change, Line, LinkState, ManagedFile, Settlement},
        types::{ItemRef, Link, Verification},
    },
    text::hex,
};

impl LibraryFile {
    /// A file that comes in: its first revision has these bytes.
    pub fn new(id: String, name: &str, place: &str, bytes: &[u8], link: Option<Link>) -> Self {
        let (size, sha256) = seen(bytes);
        Self {
            id,
            name: name.into(),
            place: place.into(),
            revision: 1,
            size,
            sha256,
            link,
        }
    }

    /// Gives it bytes, as its next revision. Those that it has already are none.
    pub fn fill(&mut self, bytes: &[u8]) {
        let (size, sha256) = seen(bytes);
        self.revision += u64::from(self.sha256 != sha256);
        (self.size, self.sha256) = (size, sha256);
    }
}

/// How many bytes, and their SHA-256.
fn seen(bytes: &[u8]) -> (u64, String) {
    (bytes.len() as u64, hex(&Sha256::digest(bytes)))
}

impl ItemRef {
    /// An item of a drive.
    pub fn new(drive: &str, item: &str) -> Self {
        Self {
            drive: drive.into(),
            item: item.into(),
        }
    }
}

impl ManagedFile {
    /// A file with which all is settled, and which nobody holds or shows.
    pub fn new(file: LibraryFile) -> Self {
        Self {
            file,
            state: LinkState::Following,
            held: false,
            waiting: None,
            suspected: false,
            note: None,
            shown_in: 0,
            place: None,
        }
    }

    /// Whether it follows this item.
    pub fn follows(&self, item: &ItemRef) -> bool {
        self.file.link.as_ref().is_some_and(|link| link.source == *item)
    }

    /// Whether what it follows is in this drive.
    pub fn is_in(&self, drive: &str) -> bool {
        let link = self.file.link.as_ref();
        link.is_some_and(|link| link.source.drive == drive)
    }

    /// Whether it is to be looked at.
    pub fn is_due(&self) -> bool {
        self.waiting.is_some() || self.suspected
    }

    /// Where it stands among those that are due: its turn and File ID. One without a turn is among the first.
    pub fn due_at(&self) -> (u64, String) {
        (self.waiting.unwrap_or(0), self.file.id.clone())
    }

    /// Whether it may be given new content that was made for this revision.
    pub fn takes(&self, base: u64) -> bool {
        self.file.revision == base && !self.held
    }

    /// Lets it follow an item of that drive, of whose bytes nothing is known. It waits from then on, at this turn unless it
    /// has one; if it is held, it stays so.
    pub fn bind(&mut self, drive: &str, binding: Binding, turn: u64) {
        self.file.link = Some(Link {
            source: ItemRef::new(drive, &binding.item),
            version: None,
            hash: String::new(),
            size: 0,
            verification: Verification::NoHash,
            name: binding.name,
            web_url: binding.web_url,
        });
        self.place = binding.place;
        self.state = LinkState::Pending;
        self.wait(true, turn);
        (self.suspected, self.note) = (false, None);
    }

    /// Changes what is known of it. If it waits from then on and has no turn, this one is its.
    pub fn change(&mut self, change: Change, turn: u64) {
        self.wait(change.waiting, turn);
        (self.suspected, self.note) = (change.suspected, change.note);
    }

    /// Lets it stand as a run has settled it. The line of the run's ledger is left to be written.
    pub fn settle(&mut self, settlement: Settlement, turn: u64) -> Line {
        self.state = settlement.state;
        self.wait(settlement.waiting, turn);
        (self.suspected, self.note) = (settlement.suspected, settlement.note);
        if let (Some(link), Some(known)) = (&mut self.file.link, settlement.known) {
            (link.version, link.name, link.web_url) = (known.version, known.name, known.web_url);
        }
        settlement.line
    }

    /// Gives it new content, which is the version of its item that the link says: with that, all is settled.
    pub fn publish(&mut self, bytes: &[u8], link: Link) {
        self.file.fill(bytes);
        self.file.link = Some(link);
        self.state = LinkState::Following;
        (self.waiting, self.suspected, self.note) = (None, false, None);
    }

    /// One that waits already keeps its turn.
    fn wait(&mut self, waiting: bool, turn: u64) {
        self.waiting = waiting.then(|| self.waiting.unwrap_or(turn));
    }
}
