//! How XML falls into pieces, without keeping any: as a reader of XML would cut it, so that the longest piece is known
//! before it is read.

mod measures;
mod places;

use memchr::{memchr, memchr3};

use measures::announced;
use places::Places;

pub(super) use measures::Measures;

/// Why nothing more is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// It declares a document type.
    DocType,
    /// A cell stands where no sheet has one.
    Misplaced,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first tag.
    Start,
    Text,
    /// Just after `<`.
    Opened,
    /// In the name of an element.
    Name,
    /// After the name, in quotes or not; also in an end tag, where quotes count as well.
    Tag(Option<u8>),
    /// After `<!`.
    Bang,
    Comment,
    CharacterData,
    Instruction,
    /// No reader of XML goes on after this, but it may read on for a while before it notices.
    Malformed,
}

/// What stands before the last mark of the shortest comment.
const COMMENT: usize = "<!----".len();
/// The longest beginning of a name that tells the elements apart.
const NAME: usize = 8;
/// As much of an `sst` as may come before its count.
const HEAD: usize = 4096;

/// Takes a file piece by piece.
pub(super) struct Lexer {
    pub measures: Measures,
    pub stopped: Option<Stop>,
    /// Whether it begins with a tag. Readers of XML read it all the same if it does not.
    pub is_xml: bool,
    state: State,
    /// Bytes of the present piece so far.
    length: usize,
    first: bool,
    name: [u8; NAME],
    named: usize,
    /// The two bytes before.
    before: [u8; 2],
    bang: Vec<u8>,
    head: Option<Vec<u8>>,
    places: Places,
}

impl Lexer {
    pub(super) fn new() -> Self {
        Self {
            measures: Measures::default(),
            stopped: None,
            is_xml: true,
            state: State::Start,
            length: 0,
            first: true,
            name: [0; NAME],
            named: 0,
            before: [0; 2],
            bang: Vec::new(),
            head: None,
            places: Places::new(),
        }
    }

    /// Takes the following bytes.
    pub(super) fn take(&mut self, mut bytes: &[u8]) {
        while self.stopped.is_none() && !bytes.is_empty() {
            let in_head = self.head.is_some();
            let taken = self.step(bytes).min(bytes.len());
            let (done, rest) = bytes.split_at(taken);
            if let Some(head) = self.head.as_mut().filter(|head| in_head && head.len() < HEAD) {
                head.extend_from_slice(done.get(..HEAD.min(done.len())).unwrap_or(done));
            }
            if matches!(self.state, State::Comment | State::CharacterData | State::Instruction) {
                self.remember(done);
            }
            bytes = rest;
        }
        self.note();
    }

    fn remember(&mut self, done: &[u8]) {
        for byte in done.get(done.len().saturating_sub(2)..).unwrap_or_default() {
            self.before = [self.before[1], *byte];
        }
    }

    /// Goes on as far as one state leads, and returns how many bytes that were.
    fn step(&mut self, bytes: &[u8]) -> usize {
        let all = bytes.len();
        match self.state {
            State::Start => self.start(bytes),
            State::Text => match memchr(b'<', bytes) {
                Some(at) => {
                    self.length += at;
                    self.piece_ends(State::Opened);
                    // Most tags are short: they are gone through at once, as far as they are there.
                    match bytes.get(at + 1..).filter(|rest| !rest.is_empty()) {
                        Some(rest) => at + 1 + self.opened(rest),
                        None => at + 1,
                    }
                }
                None => self.longer(all),
            },
            State::Opened => self.opened(bytes),
            State::Name => self.name(bytes),
            State::Tag(None) => self.tag(bytes),
            State::Tag(Some(quote)) => {
                let end = memchr(quote, bytes);
                self.places.value(bytes.get(..end.unwrap_or(all)).unwrap_or_default());
                match end {
                    Some(at) => {
                        self.length += at + 1;
                        self.value_ends();
                        at + 1
                    }
                    None => self.longer(all),
                }
            }
            State::Malformed => self.longer(all),
            State::Comment => self.until(bytes, b"--"),
            State::CharacterData => self.until(bytes, b"]]"),
            State::Instruction => self.until(bytes, b"?"),
            State::Bang => self.bang(bytes),
        }
    }

    fn start(&mut self, bytes: &[u8]) -> usize {
        let skipped = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, 0xEF | 0xBB | 0xBF);
        match bytes.iter().position(|byte| !skipped(byte)) {
            Some(at) if bytes.get(at) == Some(&b'<') => {
                self.length = 0;
                self.state = State::Opened;
                at + 1
            }
            Some(_) => {
                self.is_xml = false;
                self.first = false;
                self.state = State::Text;
                0
            }
            None => self.longer(bytes.len()),
        }
    }

    fn opened(&mut self, bytes: &[u8]) -> usize {
        self.length = 1;
        match bytes.first() {
            Some(b'/') => {
                self.places.none();
                self.state = State::Tag(None);
                self.length += 1;
                return 1 + self.tag(bytes.get(1..).unwrap_or_default());
            }
            Some(b'?') => self.state = State::Instruction,
            Some(b'!') => {
                self.bang.clear();
                self.state = State::Bang;
            }
            _ => {
                self.named = 0;
                self.state = State::Name;
                return self.name(bytes);
            }
        }
        self.length += 1;
        1
    }

    /// Outside of quotes.
    fn tag(&mut self, bytes: &[u8]) -> usize {
        let Some(at) = memchr3(b'>', b'"', b'\'', bytes) else {
            self.places.attribute(bytes);
            return self.longer(bytes.len());
        };
        self.length += at + 1;
        self.places.attribute(bytes.get(..at).unwrap_or_default());
        match bytes.get(at) {
            Some(b'>') => self.tag_ends(),
            quote => self.value_begins(quote.copied()),
        }
        at + 1
    }

    /// The name without its prefix decides what is counted.
    fn name(&mut self, bytes: &[u8]) -> usize {
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b':' => self.named = 0,
                b'>' => {
                    self.count();
                    self.length += at + 1;
                    self.tag_ends();
                    return at + 1;
                }
                b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'"' | b'\'' => {
                    self.count();
                    self.length += at;
                    self.state = State::Tag(None);
                    return at;
                }
                byte => {
                    if let Some(place) = self.name.get_mut(self.named) {
                        *place = *byte;
                    }
                    self.named = (self.named + 1).min(NAME);
                }
            }
        }
        self.longer(bytes.len())
    }

    fn value_begins(&mut self, quote: Option<u8>) {
        self.state = State::Tag(quote);
        self.places.value_begins();
    }

    fn value_ends(&mut self) {
        self.state = State::Tag(None);
        if !self.places.value_ends() {
            self.stopped = Some(Stop::Misplaced);
        }
    }

    fn count(&mut self) {
        self.places.begin(self.name.get(..self.named).unwrap_or_default());
        self.measures.elements += 1;
        match self.name.get(..self.named) {
            Some(b"si") => self.measures.texts += 1,
            Some(b"xf") => self.measures.styles += 1,
            Some(b"sst") => self.head = Some(Vec::new()),
            _ => {}
        }
    }

    fn tag_ends(&mut self) {
        if let Some(head) = self.head.take() {
            self.measures.announced = self.measures.announced.max(announced(&head));
        }
        // The root carries its namespaces, and is long in sound files too.
        if std::mem::take(&mut self.first) {
            self.length = 0;
        }
        self.piece_ends(State::Text);
    }

    fn bang(&mut self, bytes: &[u8]) -> usize {
        for (at, byte) in bytes.iter().enumerate() {
            self.bang.push(byte.to_ascii_uppercase());
            self.length += 1;
            let state = match self.bang.as_slice() {
                b"--" => State::Comment,
                b"[CDATA[" => State::CharacterData,
                so_far if b"--".starts_with(so_far) || b"[CDATA[".starts_with(so_far) => continue,
                b"D" => {
                    self.stopped = Some(Stop::DocType);
                    return bytes.len();
                }
                _ => State::Malformed,
            };
            self.state = state;
            return at + 1;
        }
        bytes.len()
    }

    /// Up to a `>` that follows these bytes.
    fn until(&mut self, bytes: &[u8], ends: &[u8]) -> usize {
        let Some(at) = memchr(b'>', bytes) else {
            return self.longer(bytes.len());
        };
        let whole = self.length + at;
        self.length = whole + 1;
        let mut before = self.before.to_vec();
        before.extend_from_slice(bytes.get(at.saturating_sub(2)..at).unwrap_or_default());
        // The dashes that begin a comment do not end it.
        let overlaps = self.state == State::Comment && whole < COMMENT;
        if before.ends_with(ends) && !overlaps {
            self.piece_ends(State::Text);
        }
        at + 1
    }

    fn longer(&mut self, by: usize) -> usize {
        self.length += by;
        by
    }

    fn piece_ends(&mut self, next: State) {
        self.note();
        self.length = 0;
        self.state = next;
    }

    fn note(&mut self) {
        if self.state != State::Start
            && !(self.first && matches!(self.state, State::Name | State::Tag(_)) && self.length <= 64 * 1024)
        {
            self.measures.longest = self.measures.longest.max(self.length);
        }
    }
}

#[cfg(test)]
mod tests;
