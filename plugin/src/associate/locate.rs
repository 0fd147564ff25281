//! What is at the paths of a sheet. A few are asked for one by one, many in a request; for many it is cheaper to list the
//! whole drive once. Nobody knows beforehand how long that list is, so it is read for as long as asking would not have
//! been cheaper: then the worst is twice the best.

use std::{collections::BTreeMap, rc::Rc};

use super::{
    call_error,
    near::{Patience, nearest},
    tree::{Grown, Tree},
};
use crate::{
    call::{self, Fault},
    graph::{self, Folder, GraphError, Meaning, Place},
    many,
    model::{CallError, Connection, EntryKind},
    paths::{self, Reference},
    ports::{Level, Ports},
    retry::Budget,
};

/// Up to this number of paths the drive is not listed: they take one round of requests, or two.
const FEW: usize = 400;
/// Microsoft's longest path, in characters: nothing can be at a longer one.
const LONGEST: usize = 400;
/// Folders that are looked through for names alike, where the drive was not listed.
const FOLDERS: usize = 100;

/// An item that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Located {
    pub id: String,
    pub name: String,
    /// The folder it lies in, by its id.
    pub parent: Option<String>,
    /// From the drive on, with slashes between names; empty for the drive itself.
    pub path: String,
    pub kind: EntryKind,
    pub size: Option<u64>,
    pub web_url: Option<String>,
    pub infected: bool,
}

/// What a row's path leads to.
#[derive(Debug, Clone)]
pub(super) enum Finding {
    Item(Rc<Located>),
    /// Nothing, but these are near.
    Nothing(Vec<String>),
    /// It can be read in several ways, and these are there.
    Several(Vec<String>),
    OtherDrive,
    Denied,
    Failed(String),
}

/// What is at one path or behind one address.
#[derive(Debug, Clone)]
pub(super) enum Spot {
    Item(Rc<Located>),
    /// Names that differ in how accents are written, and none of them is written as was asked for.
    Twins(Vec<Rc<Located>>),
    Nothing,
    OtherDrive,
    Denied,
    Failed(String),
}

/// Finds what all of these lead to, in their order.
///
/// # Errors
/// When Microsoft does not answer, or not to this connection.
pub(super) async fn all<P: Ports>(
    ports: &P,
    connection: &Connection,
    drive: &str,
    references: &[&Reference],
) -> Result<Vec<Finding>, CallError> {
    // Each path once, in the spelling that came first. How accents are written may tell two files apart.
    let mut wanted: BTreeMap<String, String> = BTreeMap::new();
    let mut links: Vec<String> = Vec::new();
    for reference in references {
        match reference {
            Reference::InDrive { readings, .. } => {
                for reading in readings.iter().filter(|reading| can_be(reading)) {
                    wanted.entry(reading.to_lowercase()).or_insert_with(|| reading.clone());
                }
            }
            Reference::Link(url) => links.push(url.clone()),
            Reference::OtherDrive | Reference::Forbidden(_) => {}
        }
    }
    links.sort_unstable();
    links.dedup();
    let search = Search {
        ports,
        connection,
        drive,
    };
    let linked = search.links(&links).await?;
    let tree = search.tree(&wanted).await?;
    let spots = match &tree {
        Some(tree) => wanted.keys().map(|path| (path.clone(), tree.find(path))).collect(),
        None => search.ask(&wanted).await?,
    };
    let mut findings: Vec<Finding> = references
        .iter()
        .map(|reference| match reference {
            Reference::InDrive { readings, elsewhere } => finding(readings, *elsewhere, &spots),
            Reference::Link(url) => match linked.get(url) {
                Some(Spot::Item(item)) => Finding::Item(item.clone()),
                Some(Spot::OtherDrive) => Finding::OtherDrive,
                Some(Spot::Denied) => Finding::Denied,
                Some(Spot::Failed(why)) => Finding::Failed(why.clone()),
                Some(Spot::Nothing | Spot::Twins(_)) | None => Finding::Nothing(Vec::new()),
            },
            Reference::OtherDrive | Reference::Forbidden(_) => Finding::OtherDrive,
        })
        .collect();
    search.suggest(references, &mut findings, tree.as_ref()).await;
    Ok(findings)
}

fn can_be(path: &str) -> bool {
    !path.is_empty() && path.chars().count() <= LONGEST
}

fn finding(readings: &[String], elsewhere: bool, spots: &BTreeMap<String, Spot>) -> Finding {
    let mut items: Vec<Rc<Located>> = Vec::new();
    let mut trouble = None;
    for reading in readings {
        let here = match spots.get(&reading.to_lowercase()) {
            _ if reading.is_empty() => vec![Rc::new(the_drive())],
            Some(Spot::Item(item)) => vec![item.clone()],
            Some(Spot::Twins(twins)) => twins.clone(),
            Some(Spot::Nothing | Spot::OtherDrive) | None => Vec::new(),
            Some(Spot::Denied) => {
                trouble = Some(Finding::Denied);
                Vec::new()
            }
            Some(Spot::Failed(why)) => {
                trouble = Some(Finding::Failed(why.clone()));
                Vec::new()
            }
        };
        for item in here {
            if items.iter().all(|known| known.id != item.id) {
                items.push(item);
            }
        }
    }
    match (items.as_slice(), trouble) {
        ([_, _, ..], _) => Finding::Several(items.iter().map(|item| item.path.clone()).collect()),
        // The other reading might be the one that is meant.
        (_, Some(trouble)) => trouble,
        ([item], None) => Finding::Item(item.clone()),
        ([], None) if elsewhere => Finding::OtherDrive,
        ([], None) => Finding::Nothing(Vec::new()),
    }
}

fn the_drive() -> Located {
    Located {
        id: String::new(),
        name: String::new(),
        parent: None,
        path: String::new(),
        kind: EntryKind::Folder,
        size: None,
        web_url: None,
        infected: false,
    }
}

struct Search<'a, P> {
    ports: &'a P,
    connection: &'a Connection,
    drive: &'a str,
}

impl<P: Ports> Search<'_, P> {
    /// The whole drive. None where asking for the paths is cheaper.
    async fn tree(&self, wanted: &BTreeMap<String, String>) -> Result<Option<Grown>, CallError> {
        if wanted.len() <= FEW {
            return Ok(None);
        }
        let mut tree = Tree::new(wanted.keys());
        let api = self.connection.api_origin.as_str();
        let mut request = graph::listing(api, self.drive);
        let pages = wanted.len().div_ceil(graph::BATCH);
        for _ in 0..pages {
            let read = |body: &[u8]| graph::read_listing(body, api);
            let page = match call::changes(self.ports, &request, &mut Budget::file(), read).await {
                Ok(page) => page,
                Err(Fault::Answered(error)) if matches!(error.status, 400 | 404 | 405 | 410 | 501) => {
                    return Ok(self.gave_up("Microsoft does not list it"));
                }
                Err(fault) => return Err(call_error(fault)),
            };
            for place in page.value {
                if !tree.take(place) {
                    return Ok(self.gave_up("it has too many items"));
                }
            }
            match page.next {
                Some(next) => request = graph::listing_page(&next),
                None => return Ok(tree.grown().or_else(|| self.gave_up("the list was not complete"))),
            }
        }
        Ok(self.gave_up("asking for each path is cheaper"))
    }

    fn gave_up(&self, why: &str) -> Option<Grown> {
        self.ports
            .log(Level::Info, &format!("the drive was not listed to the end: {why}"));
        None
    }

    /// Asks for each path, and for those that are not there in their other spellings.
    async fn ask(&self, wanted: &BTreeMap<String, String>) -> Result<BTreeMap<String, Spot>, CallError> {
        let questions: Vec<String> = wanted.values().map(|path| graph::at_path(self.drive, path)).collect();
        let mut spots = BTreeMap::new();
        let mut again = Vec::new();
        for ((wanted, path), spot) in wanted.iter().zip(self.spots(&questions).await?) {
            if matches!(spot, Spot::Nothing) {
                let others = paths::spellings(path).into_iter();
                again.extend(others.map(|path| (wanted, graph::at_path(self.drive, &path))));
            }
            spots.insert(wanted.clone(), spot);
        }
        let questions: Vec<String> = again.iter().map(|(_, question)| question.clone()).collect();
        for ((wanted, _), spot) in again.iter().zip(self.spots(&questions).await?) {
            if matches!(spot, Spot::Item(_)) {
                spots.insert((*wanted).clone(), spot);
            }
        }
        Ok(spots)
    }

    async fn links(&self, links: &[String]) -> Result<BTreeMap<String, Spot>, CallError> {
        let questions: Vec<String> = links.iter().map(|url| graph::shared(url)).collect();
        let spots = self.spots(&questions).await?;
        Ok(links.iter().cloned().zip(spots).collect())
    }

    async fn spots(&self, questions: &[String]) -> Result<Vec<Spot>, CallError> {
        let answers = many::ask::<P, Place>(self.ports, self.connection, questions).await;
        Ok(answers
            .map_err(call_error)?
            .into_iter()
            .map(|answer| self.spot(answer))
            .collect())
    }

    fn spot(&self, answer: many::Answer<Place>) -> Spot {
        match answer {
            Some(Ok(place)) if place.drive().is_some_and(|drive| drive != self.drive) => Spot::OtherDrive,
            Some(Ok(place)) if place.is_root() => Spot::Item(Rc::new(the_drive())),
            Some(Ok(place)) => Spot::Item(Rc::new(located(place))),
            Some(Err(error)) => refused(&error),
            None => Spot::Failed("Microsoft's answer could not be read: try it again".to_owned()),
        }
    }

    /// Rule 45, and better: what is near to a path that leads nowhere.
    async fn suggest(&self, references: &[&Reference], findings: &mut [Finding], tree: Option<&Grown>) {
        let patience = Patience::new();
        let open = |(reference, finding): (&&Reference, &Finding)| match (reference, finding) {
            (Reference::InDrive { readings, .. }, Finding::Nothing(_)) => readings.last().cloned(),
            _ => None,
        };
        let open: Vec<Option<String>> = references.iter().zip(&*findings).map(open).collect();
        let folders = match tree {
            Some(_) => BTreeMap::new(),
            None => self.folders(open.iter().flatten()).await,
        };
        for (finding, path) in findings.iter_mut().zip(open) {
            if let Some(path) = path {
                let near = match tree {
                    Some(tree) => tree.near(&paths::key(&path), &patience),
                    None => near_in(&path, &folders, &patience),
                };
                *finding = Finding::Nothing(near);
            }
        }
    }

    /// The entries of the folders on these paths, each by the key of its path. A folder that is not there has none; its
    /// own folder is looked into then. What can't be had is not worth a failure.
    async fn folders(&self, paths: impl Iterator<Item = &String>) -> BTreeMap<String, Vec<Place>> {
        let mut known: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        let mut open: BTreeMap<String, String> = BTreeMap::new();
        for path in paths {
            if open.len() < FOLDERS {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                open.entry(paths::key(folder)).or_insert_with(|| folder.to_owned());
            }
        }
        for _ in 0..3 {
            let questions: Vec<String> = open.values().map(|folder| graph::entries(self.drive, folder)).collect();
            let Ok(answers) = many::ask::<P, Folder>(self.ports, self.connection, &questions).await else {
                break;
            };
            let mut above = BTreeMap::new();
            for ((key, folder), answer) in open.iter().zip(answers) {
                match answer {
                    Some(Ok(entries)) => _ = known.insert(key.clone(), entries.value),
                    _ if folder.is_empty() => {}
                    _ => {
                        let folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
                        above.insert(paths::key(folder), folder.to_owned());
                    }
                }
            }
            above.retain(|key, _| !known.contains_key(key));
            open = above;
            if open.is_empty() {
                break;
            }
        }
        known
    }
}

/// Nearly the same name in the deepest folder of the path that is there.
fn near_in(path: &str, folders: &BTreeMap<String, Vec<Place>>, patience: &Patience) -> Vec<String> {
    let mut rest = path;
    let mut is_last = true;
    loop {
        let (folder, name) = rest.rsplit_once('/').unwrap_or(("", rest));
        if let Some(entries) = folders.get(&paths::key(folder)) {
            let keys: Vec<(String, &Place)> = entries
                .iter()
                .filter(|entry| is_last || entry.kind() == EntryKind::Folder)
                .map(|entry| (paths::key(&entry.name), entry))
                .collect();
            let names = keys.iter().map(|(key, entry)| (key.as_str(), *entry));
            let near = nearest(&paths::key(name), names, patience);
            let whole = |entry: &Place| match folder {
                "" => entry.name.clone(),
                folder => format!("{folder}/{}", entry.name),
            };
            return near.into_iter().map(whole).collect();
        }
        if folder.is_empty() {
            return Vec::new();
        }
        rest = folder;
        is_last = false;
    }
}

fn located(place: Place) -> Located {
    let folder = match place.folders() {
        Some((told, decoded)) if told.contains('%') => decoded,
        Some((told, _)) => told,
        None => String::new(),
    };
    Located {
        path: if folder.is_empty() {
            place.name.clone()
        } else {
            format!("{folder}/{}", place.name)
        },
        kind: place.kind(),
        size: place.size(),
        infected: place.infected(),
        parent: place.parent().map(str::to_owned),
        id: place.id,
        name: place.name,
        web_url: place.web_url,
    }
}

fn refused(error: &GraphError) -> Spot {
    match error.meaning() {
        Meaning::NotFound => Spot::Nothing,
        // A path that can't be one is answered like this.
        Meaning::Other if error.status == 400 => Spot::Nothing,
        Meaning::Denied => Spot::Denied,
        _ => Spot::Failed(format!(
            "Microsoft answered with status {}: try it again later",
            error.status
        )),
    }
}
