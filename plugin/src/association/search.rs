//! What is asked for: the words of a search, and what one answer means.

use std::rc::Rc;

use super::{drive::call_error, found::Found, grown::Grown};
use crate::{
    ask_many,
    contract::{CallError, Connection, EntryKind},
    graph::{self, GraphError, Meaning},
    item::Item,
    paths::{self, FilePage, Reference},
    ports::Ports,
    wording,
};

/// Up to this number of paths the drive is not listed: they take one round of requests, or two.
pub(super) const FEW: usize = 400;
/// Pages of the list that are read for what leads nowhere: as many as the requests that few paths take.
pub(super) const PAGES: usize = FEW / graph::BATCH;
/// Questions that are written down at the same time.
pub(super) const AT_ONCE: usize = 2_000;
/// Microsoft's longest path, in characters: nothing can be at a longer one.
const LONGEST: usize = 400;
/// Folders that are looked through for names alike, where the drive was not listed to its end.
pub(super) const FOLDERS: usize = 100;

/// Pages of a drive that is listed because its paths lead nowhere, at most.
pub(super) const ALL_PAGES: usize = 2_000;
/// What no name can have. In a path, Graph takes a colon for a mark of its own (onedrive-api-docs#941).
const IN_NO_NAME: [char; 8] = ['"', '*', ':', '<', '>', '?', '|', '\\'];

const ASTRAY: &str = "Microsoft answers with the drive itself for this path, and its list of the drive can't be had: give a \
    sharing link of the file instead";

/// A page of a file of which Microsoft does not say which one it is.
pub(super) const UNKNOWN: &str = "names a file by a number, and Microsoft does not tell this connection which one that \
    is: give the file's path in the drive";

/// What a row's path leads to.
#[derive(Clone)]
pub(crate) enum Finding {
    Item(Found),
    /// Nothing, but these are near; and more words for why, if there are any.
    Nothing(Vec<String>, &'static str),
    /// It may not be followed, and why.
    Forbidden(&'static str),
    /// It can be read in several ways, and these are there.
    Several(Vec<Found>),
    /// A cell shows one of these and links to another.
    Either(Vec<String>),
    /// And what in this drive is near.
    OtherDrive(Vec<String>),
    Denied,
    Failed(String),
}

/// What is at one path or behind one address.
#[derive(Clone)]
pub(super) enum Spot {
    Item(Found),
    /// Names that differ in how accents are written, and none of them is written as was asked for.
    Twins(Vec<Found>),
    Nothing,
    OtherDrive,
    Denied,
    Failed(String),
    /// Microsoft answered with the drive itself, as one of its clouds does for any path (rclone#3973).
    Astray,
}

impl Spot {
    /// What is at a path in lower case, by the list of the drive.
    pub(super) fn listed(tree: &Rc<Grown>, path: &str) -> Self {
        let numbers = tree.find(path).into_iter();
        let mut items: Vec<Found> = numbers.map(|number| Found::Listed(tree.clone(), number)).collect();
        match items.len() {
            0 | 1 => items.pop().map_or(Self::Nothing, Self::Item),
            _ => Self::Twins(items),
        }
    }
}

/// All paths that are looked for.
pub(super) fn readings<'a>(references: &'a [&Reference]) -> impl Iterator<Item = &'a str> {
    let of = |reference: &&'a Reference| match reference {
        Reference::InDrive { readings, .. } => readings.as_slice(),
        _ => &[],
    };
    let all = references.iter().flat_map(of);
    all.map(String::as_str).filter(|path| can_be(path))
}

/// Whether anything can be at a path: no name has certain letters, and no path is longer than Microsoft's longest.
pub(crate) fn can_be(path: &str) -> bool {
    !path.is_empty() && !path.contains(IN_NO_NAME) && path.chars().count() <= LONGEST
}

pub(super) fn finding(readings: &[String], elsewhere: bool, look: impl Fn(&str) -> Spot) -> Finding {
    let mut items: Vec<Found> = Vec::new();
    let mut trouble = None;
    for reading in readings {
        let spot = match reading.as_str() {
            "" => Spot::Item(Found::Drive),
            path if can_be(path) => look(&paths::lower(path)),
            _ => Spot::Nothing,
        };
        let here = match spot {
            Spot::Item(item) => vec![item],
            Spot::Twins(twins) => twins,
            Spot::Nothing | Spot::OtherDrive => Vec::new(),
            Spot::Denied => {
                trouble = Some(Finding::Denied);
                Vec::new()
            }
            Spot::Failed(why) => {
                trouble = Some(Finding::Failed(why));
                Vec::new()
            }
            Spot::Astray => {
                trouble = Some(Finding::Failed(ASTRAY.to_owned()));
                Vec::new()
            }
        };
        for item in here {
            if items.iter().all(|known| known.id() != item.id()) {
                items.push(item);
            }
        }
    }
    // What is looked for is a file: of a folder and a file, it is the file.
    if items.iter().filter(|item| item.kind() != EntryKind::Folder).count() == 1 {
        items.retain(|item| item.kind() != EntryKind::Folder);
    }
    match (items.as_slice(), trouble) {
        ([_, _, ..], _) => Finding::Several(items),
        // The other reading might be the one that is meant.
        (_, Some(trouble)) => trouble,
        ([item], None) => Finding::Item(item.clone()),
        ([], None) if elsewhere => Finding::OtherDrive(Vec::new()),
        ([], None) => Finding::Nothing(Vec::new(), ""),
    }
}

pub(super) struct Search<'a, P> {
    pub ports: &'a P,
    pub connection: &'a Connection,
    pub drive: &'a str,
}

impl<P: Ports> Search<'_, P> {
    pub(super) async fn spots(&self, questions: impl Iterator<Item = String>) -> Result<Vec<Spot>, CallError> {
        let mut questions = questions.peekable();
        let mut spots = Vec::new();
        while questions.peek().is_some() {
            let some: Vec<String> = questions.by_ref().take(AT_ONCE).collect();
            let answers = ask_many::items(self.ports, self.connection, &some).await;
            spots.extend(answers.map_err(call_error)?.into_iter().map(|answer| self.spot(answer)));
        }
        Ok(spots)
    }

    pub(super) fn spot(&self, answer: ask_many::Answer<Item>) -> Spot {
        match answer {
            Some(Ok(place)) if place.drive().is_some_and(|drive| drive != self.drive) => Spot::OtherDrive,
            Some(Ok(place)) if place.is_root() => Spot::Item(Found::Drive),
            Some(Ok(place)) => Spot::Item(Found::Asked(Rc::new(place))),
            Some(Err(error)) => refused(&error),
            None => Spot::Failed("Microsoft's answer could not be read: try it again".to_owned()),
        }
    }
}

/// The pages that name a file by its id.
pub(super) fn pages<'r>(references: &[&'r Reference]) -> impl Iterator<Item = &'r FilePage> {
    references.iter().filter_map(|reference| match reference {
        Reference::Page(page) => Some(page),
        _ => None,
    })
}

pub(super) fn refused(error: &GraphError) -> Spot {
    match error.meaning() {
        Meaning::NotFound => Spot::Nothing,
        // A path that can't be one is answered like this.
        Meaning::Other if error.status == 400 => Spot::Nothing,
        Meaning::Denied | Meaning::SignIn => Spot::Denied,
        Meaning::Closed => Spot::Failed(wording::SITE_CLOSED.to_owned()),
        Meaning::Moved => Spot::Failed(wording::SITE_MOVED.to_owned()),
        _ => Spot::Failed(format!(
            "Microsoft answered with status {}: try it again later",
            error.status
        )),
    }
}
