//! What goes wrong, row by row.

use graph_sim::{DeltaStyle, Fault, Resync, Sim};

/// The file to which nothing happens.
pub const OTHER: &str = "/Plain.pdf";

const PDF: &str = "/Deck.pdf";
const OFFICE: &str = "/Deck.pptx";

/// A row of the matrix.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// As the table has it.
    pub name: &'static str,
    /// What it does, in words.
    pub what: &'static str,
    /// The file to which it happens.
    pub path: &'static str,
    pub trouble: Trouble,
    /// Whether no reader can know that the bytes are right: what comes is not what the metadata describes.
    pub doubtful: bool,
}

#[derive(Clone, Copy, Debug)]
pub enum Trouble {
    /// Nothing.
    None,
    /// Nothing; the question is who else gets to see the token.
    Token,
    /// These faults, to the one file.
    File(&'static [&'static str]),
    /// These faults, to whatever is asked for.
    All(&'static [&'static str]),
    /// Changes are told in this way.
    Style(fn() -> DeltaStyle),
    /// The token for changes is of no use any more.
    Expired(Resync),
}

impl Row {
    /// Its faults, as text.
    pub fn faults(&self) -> impl Iterator<Item = &'static str> {
        let faults: &[&str] = match self.trouble {
            Trouble::File(faults) | Trouble::All(faults) => faults,
            _ => &[],
        };
        faults.iter().copied()
    }

    /// Whether it is about changes, which only readers by delta notice.
    pub fn is_of_changes(&self) -> bool {
        matches!(self.trouble, Trouble::Style(_) | Trouble::Expired(_))
    }

    /// Whether the other file is right in any case.
    pub fn spares_the_other(&self) -> bool {
        !matches!(self.trouble, Trouble::All(_)) || self.faults().any(|fault| fault.contains("*1"))
    }

    /// How many downloads stall.
    pub fn stalls(&self) -> u32 {
        match self.faults().any(|fault| ["stall*1", "drip*1"].contains(&fault)) {
            true => 1,
            false => u32::MAX,
        }
    }

    /// Makes it go wrong from now on.
    pub fn set(&self, sim: &Sim) {
        for fault in self.faults() {
            let fault: Fault = fault.parse().unwrap();
            match self.trouble {
                Trouble::File(_) => sim.fault(fault.on(self.path)),
                _ => sim.fault(fault),
            }
        }
        match self.trouble {
            Trouble::Style(style) => sim.set_delta_style(style()),
            Trouble::Expired(resync) => sim.expire_delta_tokens(resync),
            _ => {}
        }
    }
}

const fn row(name: &'static str, what: &'static str, trouble: Trouble) -> Row {
    Row {
        name,
        what,
        path: PDF,
        trouble,
        doubtful: false,
    }
}

const fn file(name: &'static str, what: &'static str, faults: &'static [&'static str]) -> Row {
    row(name, what, Trouble::File(faults))
}

const fn all(name: &'static str, what: &'static str, faults: &'static [&'static str]) -> Row {
    row(name, what, Trouble::All(faults))
}

const fn doubtful(row: Row) -> Row {
    Row { doubtful: true, ..row }
}

const fn office(row: Row) -> Row {
    Row { path: OFFICE, ..row }
}

/// The matrix, from top to bottom. A fault happens to the one file, but for those of whole requests.
pub const ROWS: [Row; 46] = [
    row("none", "nothing goes wrong", Trouble::None),
    row(
        "none, watched",
        "who sends the token to the content host",
        Trouble::Token,
    ),
    all("throttle*1=2", "429, Retry-After 2, once", &["throttle*1=2"]),
    all(
        "throttle*1=0.5",
        "429, Retry-After with a fraction, once",
        &["throttle*1=0.5"],
    ),
    all(
        "throttle*1=date:2",
        "429, Retry-After as a date, once",
        &["throttle*1=date:2"],
    ),
    all("throttle*1=none", "429 without Retry-After, once", &["throttle*1=none"]),
    // One 429 is a word to all: the other file has to wait too.
    all(
        "throttle=3600@content",
        "429, Retry-After an hour, always",
        &["throttle=3600@content"],
    ),
    file(
        "throttle*1=2@download",
        "429 from the content host, once",
        &["throttle*1=2@download"],
    ),
    all("server-error*1", "503, once", &["server-error*1"]),
    file("server-error=502@content", "502, always", &["server-error=502@content"]),
    file(
        "server-error*1=503@download",
        "503 from the content host, once",
        &["server-error*1=503@download"],
    ),
    all("html-error*1", "500 with a page, once", &["html-error*1"]),
    all("token-expired*1", "401 from Graph, once", &["token-expired*1"]),
    file("forbidden", "403", &["forbidden"]),
    file("locked", "423", &["locked"]),
    file("gone", "404, though it was listed", &["gone"]),
    file("malware", "marked as malware", &["malware"]),
    file("malware-late", "malware, found when it is fetched", &["malware-late"]),
    file("expired-url*1", "401 from the content host, once", &["expired-url*1"]),
    file(
        "expired-url*99",
        "401 from the content host, always",
        &["expired-url*99"],
    ),
    file("gone=@download", "404 from the content host", &["gone=@download"]),
    doubtful(file("html-200", "200 with a sign-in page", &["html-200"])),
    doubtful(file("json-200", "200 with JSON", &["json-200"])),
    doubtful(file(
        "no-hash html-200",
        "the same where no hash is published",
        &["no-hash", "html-200"],
    )),
    file("cut*1", "reset in the middle, once", &["cut*1"]),
    file("cut=1000", "reset in the middle, always", &["cut=1000"]),
    file(
        "cut*1 no-range",
        "the same where ranges are ignored",
        &["cut*1", "no-range"],
    ),
    file("short*1", "closed too early, once", &["short*1"]),
    file("short=1000", "closed too early, always", &["short=1000"]),
    file("stall*1", "silence in the middle, once", &["stall*1"]),
    file("stall=1000", "silence in the middle, always", &["stall=1000"]),
    file("drip*1", "a byte every five seconds, once", &["drip*1"]),
    doubtful(file(
        "short-clean",
        "a complete answer with half of the file",
        &["short-clean"],
    )),
    doubtful(file(
        "short-clean chunked",
        "the same without Content-Length",
        &["short-clean", "chunked"],
    )),
    doubtful(file("grow", "a byte more than the metadata says", &["grow"])),
    file("chunked", "no Content-Length", &["chunked"]),
    doubtful(file(
        "etag-moves cut*1",
        "changes while it is read, and breaks off",
        &["etag-moves", "cut*1"],
    )),
    doubtful(file("wrong-hash", "the hash is another file's", &["wrong-hash"])),
    file("no-hash", "no hash is published", &["no-hash"]),
    file("lying-size", "the size is wrong by 1", &["lying-size"]),
    doubtful(office(file(
        "rewritten (.pptx)",
        "SharePoint delivers other bytes",
        &["rewritten"],
    ))),
    row(
        "delta: empty pages",
        "pages of changes without an entry",
        Trouble::Style(empty_pages),
    ),
    row(
        "delta: repeated entries",
        "an entry comes twice",
        Trouble::Style(repeated),
    ),
    row(
        "delta: no paths",
        "entries name their parent by its id alone",
        Trouble::Style(no_paths),
    ),
    row(
        "delta: 410, apply",
        "the token is of no use, start again",
        Trouble::Expired(Resync::ApplyDifferences),
    ),
    row(
        "delta: 410, upload",
        "the same, with the other advice",
        Trouble::Expired(Resync::UploadDifferences),
    ),
];

fn empty_pages() -> DeltaStyle {
    DeltaStyle {
        empty_pages: true,
        ..DeltaStyle::default()
    }
}

fn repeated() -> DeltaStyle {
    DeltaStyle {
        repeated_items: true,
        ..DeltaStyle::default()
    }
}

fn no_paths() -> DeltaStyle {
    DeltaStyle {
        no_paths: true,
        ..DeltaStyle::default()
    }
}
