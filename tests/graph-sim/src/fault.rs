//! Faults: what the service does wrong, where, to which file, and how often.

mod book;

use std::{fmt, time::Duration};

use crate::fault_text;

pub(crate) use book::FaultBook;

/// One fault to play. Build it with [`Fault::new`] and the methods after it, or parse it from text.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// The path of the file or folder it happens to, from the drive's root, letter case ignored; `None`: to all.
    pub path: Option<String>,
    /// How often it happens; `None`: always.
    pub times: Option<u32>,
    /// Which requests it happens to.
    pub place: Place,
    /// How often it has happened.
    happened: u32,
}

/// What can go wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// 429, with or without a `Retry-After`.
    Throttle(RetryAfter),
    /// This status (500, 502, 503 or 504) with a JSON error.
    ServerError(u16),
    /// 500 with a page of HTML.
    HtmlError,
    /// 403 `accessDenied`.
    Forbidden,
    /// 423 `resourceLocked`.
    Locked,
    /// 404 `itemNotFound`, though the item was listed.
    Gone,
    /// 401 `InvalidAuthenticationToken`, as for a token that ran out early.
    TokenExpired,
    /// The pre-authenticated address answers 401 with HTML.
    ExpiredUrl,
    /// 200 with a sign-in page in place of the file.
    Html200,
    /// 200 with a JSON document in place of the file.
    Json200,
    /// The item bears no mark of malware, but its download answers 403 with `X-Virus-Infected`.
    MalwareLate,
    /// The item bears the mark of malware, and its content answers 403 `malwareDetected`.
    Malware,
    /// The connection is reset after so many bytes of the body (`None`: half of them). A reader that is slow may lose
    /// some of them, as it is with resets; [`FaultKind::Short`] is exact.
    Cut(Option<u64>),
    /// After so many bytes (`None`: half) nothing more comes, and the connection stays open.
    Stall(Option<u64>),
    /// After so many bytes (`None`: half) the rest comes a byte at a time, each after five seconds or when stalled
    /// downloads are released. In between, the download counts as stalled.
    Drip(Option<u64>),
    /// The connection is closed after so many bytes (`None`: half), before the promised `Content-Length`.
    Short(Option<u64>),
    /// A complete answer that holds only the first bytes of the file (`None`: half).
    ShortClean(Option<u64>),
    /// So many bytes more than the metadata says.
    Grow(u64),
    /// `Range` is ignored: always 200 and the whole file.
    NoRange,
    /// No `Content-Length`.
    Chunked,
    /// The file changes with each download that is begun, so that its ETag moves under the reader.
    EtagMoves,
    /// Other bytes than the metadata says, the same each time: what SharePoint makes of Office files.
    Rewritten,
    /// The metadata gives a wrong hash.
    WrongHash,
    /// The metadata gives no hash.
    NoHash,
    /// The metadata gives a size that is wrong by this much.
    LyingSize(i64),
    /// The answer comes so much later.
    Slow(Duration),
    /// The sign-in service gives no token, but this refusal.
    Refuse(SignInRefusal),
}

/// A refusal of the sign-in service, as free as its own are: throttling comes as `invalid_grant`, faults of its own with 400.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignInRefusal {
    /// The HTTP status.
    pub status: u16,
    /// The member `error`.
    pub word: String,
    /// The member `error_codes`; the first is in the description too.
    pub numbers: Vec<u32>,
    /// The member `suberror`, if there is one.
    pub suberror: Option<String>,
    /// The header `Retry-After`, if there is one.
    pub retry_after: Option<String>,
}

/// How a 429 says when to come again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RetryAfter {
    /// Whole seconds.
    Seconds(u64),
    /// Seconds with a fraction, as SharePoint sometimes writes them.
    Fraction(f64),
    /// An HTTP date, so many seconds ahead.
    Date(u64),
    /// Not at all.
    Missing,
}

/// The requests that a fault can happen to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Any request to Graph.
    Graph,
    /// Requests to Graph, except those for content.
    Metadata,
    /// Requests to Graph for content, which are answered by a redirect.
    Content,
    /// Downloads from the content host.
    Download,
    /// Requests for a token.
    SignIn,
    /// A `$batch` as a whole. What is in it counts as what it is.
    Batch,
}

impl Fault {
    /// This fault, to every file, at its usual place, as often as is usual: once for [`FaultKind::ExpiredUrl`] and
    /// [`FaultKind::TokenExpired`], always for the others.
    pub fn new(kind: FaultKind) -> Self {
        let once = matches!(kind, FaultKind::ExpiredUrl | FaultKind::TokenExpired);
        Self {
            place: kind.usual_place(),
            kind,
            path: None,
            times: once.then_some(1),
            happened: 0,
        }
    }

    /// A 429 that asks for so many seconds.
    pub fn throttle(seconds: u64) -> Self {
        Self::new(FaultKind::Throttle(RetryAfter::Seconds(seconds)))
    }

    /// A refusal of the sign-in service with this status, word and number.
    pub fn refuse(status: u16, word: &str, number: u32) -> Self {
        Self::new(FaultKind::Refuse(SignInRefusal {
            status,
            word: word.to_owned(),
            numbers: vec![number],
            ..SignInRefusal::default()
        }))
    }

    /// An answer with this status: 500, 502, 503 or 504.
    pub fn server_error(status: u16) -> Self {
        Self::new(FaultKind::ServerError(status))
    }

    /// Only to the file or folder at this path.
    pub fn on(self, path: &str) -> Self {
        Self {
            path: Some(normal(path)),
            ..self
        }
    }

    /// Only so many times.
    pub fn times(self, times: u32) -> Self {
        Self {
            times: Some(times),
            ..self
        }
    }

    /// Without end.
    pub fn always(self) -> Self {
        Self { times: None, ..self }
    }

    /// To other requests than usual.
    pub fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// How often it has happened so far.
    pub fn happened(&self) -> u32 {
        self.happened
    }

    fn hits(&self, place: Place, path: Option<&str>) -> bool {
        let at_place = match self.place {
            Place::Graph => matches!(place, Place::Graph | Place::Metadata | Place::Content),
            one => one == place,
        };
        let at_path = match (&self.path, path) {
            (None, _) => true,
            (Some(mine), Some(path)) => mine.to_lowercase() == path.to_lowercase(),
            (Some(_), None) => false,
        };
        at_place && at_path && self.times.is_none_or(|times| self.happened < times)
    }
}

impl From<FaultKind> for Fault {
    fn from(kind: FaultKind) -> Self {
        Self::new(kind)
    }
}

impl std::str::FromStr for Fault {
    type Err = anyhow::Error;

    /// Reads `NAME[:PATH][*TIMES][=PARAM]`; the error of a wrong name lists the right ones.
    fn from_str(text: &str) -> anyhow::Result<Self> {
        fault_text::parse(text)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fault_text::write(self, formatter)
    }
}

impl FaultKind {
    /// Where it happens if nobody says otherwise.
    pub fn usual_place(&self) -> Place {
        match self {
            Self::Throttle(_) | Self::ServerError(_) | Self::HtmlError | Self::TokenExpired => Place::Graph,
            Self::Slow(_) => Place::Metadata,
            Self::Refuse(_) => Place::SignIn,
            Self::Forbidden | Self::Locked | Self::Gone => Place::Content,
            Self::Malware | Self::WrongHash | Self::NoHash | Self::LyingSize(_) => Place::Metadata,
            _ => Place::Download,
        }
    }

    /// Whether it changes what the metadata says, rather than how a request goes.
    fn is_in_metadata(&self) -> bool {
        matches!(
            self,
            Self::Malware | Self::WrongHash | Self::NoHash | Self::LyingSize(_)
        )
    }

    /// Whether it takes the place of the whole answer, rather than spoiling it.
    fn is_an_answer(&self) -> bool {
        matches!(
            self,
            Self::Throttle(_)
                | Self::ServerError(_)
                | Self::HtmlError
                | Self::Forbidden
                | Self::Locked
                | Self::Gone
                | Self::TokenExpired
                | Self::ExpiredUrl
                | Self::Html200
                | Self::Json200
                | Self::MalwareLate
                | Self::Refuse(_)
        )
    }
}

/// A path as faults keep it: one slash in front, none behind.
fn normal(path: &str) -> String {
    format!("/{}", path.trim_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_slow_is_late_at_its_place_alone() {
        let mut book = FaultBook::default();
        let late = Duration::from_millis(1_500);
        book.add(Fault::new(FaultKind::Slow(late)).times(1));
        assert_eq!(book.take_delay(Place::Download, None), Duration::ZERO);
        assert!(book.take_spoilers("/a").is_empty() && book.take_answer(Place::Metadata, None).is_none());
        assert_eq!(book.take_delay(Place::Metadata, Some("/a")), late);
        assert_eq!(book.take_delay(Place::Metadata, Some("/a")), Duration::ZERO);
    }

    #[test]
    fn a_fault_happens_as_often_as_told_and_to_its_file_only() {
        let mut book = FaultBook::default();
        book.add(Fault::throttle(3).on("Folder/A.docx").times(2));

        assert_eq!(book.take_answer(Place::Metadata, Some("/Folder/B.docx")), None);
        assert_eq!(book.take_answer(Place::Download, Some("/Folder/A.docx")), None);
        assert_eq!(book.take_answer(Place::Metadata, None), None);
        let throttle = Some(FaultKind::Throttle(RetryAfter::Seconds(3)));
        assert_eq!(book.take_answer(Place::Metadata, Some("/folder/a.DOCX")), throttle);
        assert_eq!(book.take_answer(Place::Content, Some("/Folder/A.docx")), throttle);
        assert_eq!(book.take_answer(Place::Content, Some("/Folder/A.docx")), None);
    }

    #[test]
    fn an_answer_goes_first_and_spoilers_add_up() {
        let mut book = FaultBook::default();
        book.add(Fault::new(FaultKind::NoRange));
        book.add(Fault::new(FaultKind::Cut(None)).times(1));
        book.add(Fault::new(FaultKind::ExpiredUrl));

        assert_eq!(
            book.take_answer(Place::Download, Some("/a")),
            Some(FaultKind::ExpiredUrl)
        );
        assert_eq!(book.take_answer(Place::Download, Some("/a")), None);
        assert_eq!(book.take_spoilers("/a"), [FaultKind::NoRange, FaultKind::Cut(None)]);
        assert_eq!(book.take_spoilers("/a"), [FaultKind::NoRange]);
    }
}
