//! What is at the paths of a sheet. A few are asked for one by one, many in a request; for many it is cheaper to list the
//! whole drive once. Nobody knows beforehand how long that list is, so it is read for as long as asking would not have
//! been cheaper: then the worst is twice the best.
//!
//! What leads nowhere is looked for once more, in the list as well, so that "did you mean" is as good for a small sheet as
//! for a large one.

use std::{collections::BTreeMap, rc::Rc};

use super::{call_error, helped::UNKNOWN, listing::List, located::Located, tree::hash};
use crate::{
    graph::{self, GraphError, Meaning, Place},
    many,
    model::{CallError, Connection, EntryKind},
    paths::{self, FilePage, Reference},
    ports::Ports,
    wording,
};

/// Up to this number of paths the drive is not listed: they take one round of requests, or two.
const FEW: usize = 400;
/// Pages of the list that are read for what leads nowhere: as many as the requests that few paths take.
pub(super) const PAGES: usize = FEW / graph::BATCH;
/// Questions that are written down at the same time.
pub(super) const AT_ONCE: usize = 2_000;
/// Microsoft's longest path, in characters: nothing can be at a longer one.
const LONGEST: usize = 400;
/// Folders that are looked through for names alike, where the drive was not listed to its end.
pub(super) const FOLDERS: usize = 100;

/// Pages of a drive that is listed because its paths lead nowhere, at most.
const ALL_PAGES: usize = 2_000;
/// What no name can have. In a path, Graph takes a colon for a mark of its own (onedrive-api-docs#941).
const IN_NO_NAME: [char; 8] = ['"', '*', ':', '<', '>', '?', '|', '\\'];

const ASTRAY: &str = "Microsoft answers with the drive itself for this path, and its list of the drive can't be had: give a \
    sharing link of the file instead";

/// What a row's path leads to.
#[derive(Clone)]
pub(crate) enum Finding {
    Item(Located),
    /// Nothing, but these are near; and more words for why, if there are any.
    Nothing(Vec<String>, &'static str),
    /// It may not be followed, and why.
    Forbidden(&'static str),
    /// It can be read in several ways, and these are there.
    Several(Vec<Located>),
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
    Item(Located),
    /// Names that differ in how accents are written, and none of them is written as was asked for.
    Twins(Vec<Located>),
    Nothing,
    OtherDrive,
    Denied,
    Failed(String),
    /// Microsoft answered with the drive itself, as one of its clouds does for any path (rclone#3973).
    Astray,
}

/// Finds what all of these lead to, in their order. `partners` has for each the place of another one that may help it, as
/// a cell's link helps its text: what it leads to is not looked for once more then.
///
/// # Errors
/// When Microsoft does not answer, or not to this connection.
pub(crate) async fn all<P: Ports>(
    ports: &P,
    connection: &Connection,
    drive: &str,
    references: &[&Reference],
    partners: &[Option<usize>],
) -> Result<Vec<Finding>, CallError> {
    let search = Search {
        ports,
        connection,
        drive,
    };
    let linked = search.links(references).await?;
    let mut list = search.list(references, &linked);
    let wanted = count(readings(references));
    if wanted > FEW {
        list = search.read_on(list, wanted.div_ceil(graph::BATCH)).await?;
    }
    let spots = match list {
        List::Whole(_) => BTreeMap::new(),
        List::Part(..) => search.ask(&self::wanted(references)).await?,
    };
    if spots.values().any(|spot| matches!(spot, Spot::Astray)) {
        list = search.read_on(list, ALL_PAGES).await?;
    }
    let tree = match list {
        List::Whole(ref tree) => Some(tree.clone()),
        List::Part(..) => None,
    };
    let look = |path: &str| match &tree {
        Some(tree) => tree.find(path),
        None => spots.get(path).cloned().unwrap_or(Spot::Nothing),
    };
    let mut findings: Vec<Finding> = references
        .iter()
        .map(|reference| match reference {
            Reference::InDrive { readings, elsewhere } => finding(readings, *elsewhere, look),
            Reference::Link(url) => behind(linked.get(url.as_str())),
            Reference::Page(page) => match linked.get(page.url.as_str()) {
                Some(spot @ (Spot::Item(_) | Spot::OtherDrive)) => behind(Some(spot)),
                _ if page.here => Finding::Nothing(Vec::new(), UNKNOWN),
                _ => Finding::OtherDrive(Vec::new()),
            },
            Reference::OtherDrive => Finding::OtherDrive(Vec::new()),
            Reference::Outside { why, .. } | Reference::Forbidden(why) => Finding::Forbidden(why),
        })
        .collect();
    search.suggest(references, partners, &mut findings, list).await;
    Ok(findings)
}

/// What an address leads to that only Microsoft can resolve.
fn behind(spot: Option<&Spot>) -> Finding {
    match spot {
        Some(Spot::Item(item)) => Finding::Item(item.clone()),
        Some(Spot::OtherDrive) => Finding::OtherDrive(Vec::new()),
        Some(Spot::Denied) => Finding::Denied,
        Some(Spot::Failed(why)) => Finding::Failed(why.clone()),
        Some(Spot::Nothing | Spot::Twins(_) | Spot::Astray) | None => Finding::Nothing(Vec::new(), ""),
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

/// Each path once, in lower case, with the spelling that came first. How accents are written may tell two files apart.
fn wanted(references: &[&Reference]) -> BTreeMap<String, String> {
    let mut wanted = BTreeMap::new();
    for path in readings(references) {
        wanted.entry(paths::lower(path)).or_insert_with(|| path.to_owned());
    }
    wanted
}

pub(super) fn can_be(path: &str) -> bool {
    !path.is_empty() && !path.contains(IN_NO_NAME) && path.chars().count() <= LONGEST
}

pub(super) fn finding(readings: &[String], elsewhere: bool, look: impl Fn(&str) -> Spot) -> Finding {
    let mut items: Vec<Located> = Vec::new();
    let mut trouble = None;
    for reading in readings {
        let spot = match reading.as_str() {
            "" => Spot::Item(Located::Drive),
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
    /// Asks for each path, and for those that are not there in their other spellings.
    async fn ask(&self, wanted: &BTreeMap<String, String>) -> Result<BTreeMap<String, Spot>, CallError> {
        let mut spots = BTreeMap::new();
        let mut again = Vec::new();
        let found = self.at(wanted.values()).await?;
        for ((wanted, path), spot) in wanted.iter().zip(found) {
            if matches!(spot, Spot::Nothing) {
                let others = paths::spellings(path).into_iter();
                again.extend(others.map(|path| (wanted, path)));
            }
            spots.insert(wanted.clone(), spot);
        }
        let found = self.at(again.iter().map(|(_, path)| path)).await?;
        for ((wanted, _), spot) in again.iter().zip(found) {
            if matches!(spot, Spot::Item(_)) {
                spots.insert((*wanted).clone(), spot);
            }
        }
        Ok(spots)
    }

    /// What is behind all addresses that only Microsoft can resolve.
    async fn links<'r>(&self, references: &[&'r Reference]) -> Result<BTreeMap<&'r str, Spot>, CallError> {
        let mut links: BTreeMap<&str, Option<&FilePage>> = BTreeMap::new();
        for reference in references {
            match reference {
                Reference::Link(url) => _ = links.insert(url, None),
                Reference::Page(page) => _ = links.insert(&page.url, Some(page)),
                _ => {}
            }
        }
        let question = |(url, page): (&&str, &Option<&FilePage>)| match page {
            Some(_) => graph::shared_page(url),
            None => graph::shared(url),
        };
        let spots = self.spots(links.iter().map(question)).await?;
        let checked = links
            .into_iter()
            .zip(spots)
            .map(|((url, page), spot)| match (page, &spot) {
                // Whatever Microsoft makes of the address: it is by its id that the file is known.
                (Some(page), Spot::Item(Located::Asked(place)))
                    if place.unique_id().is_some_and(|id| id != page.id) =>
                {
                    (url, Spot::Nothing)
                }
                _ => (url, spot),
            });
        Ok(checked.collect())
    }

    pub(super) async fn spots(&self, questions: impl Iterator<Item = String>) -> Result<Vec<Spot>, CallError> {
        let mut questions = questions.peekable();
        let mut spots = Vec::new();
        while questions.peek().is_some() {
            let some: Vec<String> = questions.by_ref().take(AT_ONCE).collect();
            let answers = many::ask::<P, Place>(self.ports, self.connection, &some).await;
            spots.extend(answers.map_err(call_error)?.into_iter().map(|answer| self.spot(answer)));
        }
        Ok(spots)
    }

    pub(super) fn spot(&self, answer: many::Answer<Place>) -> Spot {
        match answer {
            Some(Ok(place)) if place.drive().is_some_and(|drive| drive != self.drive) => Spot::OtherDrive,
            Some(Ok(place)) if place.is_root() => Spot::Item(Located::Drive),
            Some(Ok(place)) => Spot::Item(Located::Asked(Rc::new(place))),
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

/// How many different texts these are.
fn count<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    let mut hashes: Vec<u64> = texts.map(|text| hash(&paths::lower(text))).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes.len()
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
