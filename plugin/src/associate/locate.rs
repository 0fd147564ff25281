//! What is at the paths of a sheet. A few are asked for one by one, many in a request; for many it is cheaper to list the
//! whole drive once. Nobody knows beforehand how long that list is, so it is read for as long as asking would not have
//! been cheaper: then the worst is twice the best.

use std::{collections::BTreeMap, rc::Rc};

use super::{
    call_error,
    located::Located,
    near::{Patience, nearest},
    tree::{Grown, Tree, hash},
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
/// Questions that are written down at the same time.
const AT_ONCE: usize = 2_000;
/// Microsoft's longest path, in characters: nothing can be at a longer one.
const LONGEST: usize = 400;
/// Folders that are looked through for names alike, where the drive was not listed.
const FOLDERS: usize = 100;

/// What a row's path leads to.
#[derive(Clone)]
pub(super) enum Finding {
    Item(Located),
    /// Nothing, but these are near.
    Nothing(Vec<String>),
    /// It can be read in several ways, and these are there.
    Several(Vec<String>),
    OtherDrive,
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
    let mut links: Vec<&str> = Vec::new();
    for reference in references {
        if let Reference::Link(url) = reference {
            links.push(url);
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
    let tree = search.tree(references).await?;
    let spots = match &tree {
        Some(_) => BTreeMap::new(),
        None => search.ask(&wanted(references)).await?,
    };
    let look = |path: &str| match &tree {
        Some(tree) => tree.find(path),
        None => spots.get(path).cloned().unwrap_or(Spot::Nothing),
    };
    let mut findings: Vec<Finding> = references
        .iter()
        .map(|reference| match reference {
            Reference::InDrive { readings, elsewhere } => finding(readings, *elsewhere, look),
            Reference::Link(url) => match linked.get(url.as_str()) {
                Some(Spot::Item(item)) => Finding::Item(item.clone()),
                Some(Spot::OtherDrive) => Finding::OtherDrive,
                Some(Spot::Denied) => Finding::Denied,
                Some(Spot::Failed(why)) => Finding::Failed(why.clone()),
                Some(Spot::Nothing | Spot::Twins(_)) | None => Finding::Nothing(Vec::new()),
            },
            Reference::OtherDrive | Reference::Forbidden(_) => Finding::OtherDrive,
        })
        .collect();
    search.suggest(references, &mut findings, tree.as_deref()).await;
    Ok(findings)
}

/// All paths that are looked for.
fn readings<'a>(references: &'a [&Reference]) -> impl Iterator<Item = &'a str> {
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

fn can_be(path: &str) -> bool {
    !path.is_empty() && path.chars().count() <= LONGEST
}

fn finding(readings: &[String], elsewhere: bool, look: impl Fn(&str) -> Spot) -> Finding {
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
        };
        for item in here {
            if items.iter().all(|known| known.id() != item.id()) {
                items.push(item);
            }
        }
    }
    match (items.as_slice(), trouble) {
        ([_, _, ..], _) => Finding::Several(items.iter().map(Located::path).collect()),
        // The other reading might be the one that is meant.
        (_, Some(trouble)) => trouble,
        ([item], None) => Finding::Item(item.clone()),
        ([], None) if elsewhere => Finding::OtherDrive,
        ([], None) => Finding::Nothing(Vec::new()),
    }
}

struct Search<'a, P> {
    ports: &'a P,
    connection: &'a Connection,
    drive: &'a str,
}

impl<P: Ports> Search<'_, P> {
    /// The whole drive. None where asking for the paths is cheaper.
    async fn tree(&self, references: &[&Reference]) -> Result<Option<Rc<Grown>>, CallError> {
        let wanted = count(readings(references));
        if wanted <= FEW {
            return Ok(None);
        }
        let mut tree = Tree::new(readings(references));
        let api = self.connection.api_origin.as_str();
        let mut request = graph::listing(api, self.drive);
        let pages = wanted.div_ceil(graph::BATCH);
        for _ in 0..pages {
            let read = |body: &[u8]| graph::read_listing(body, api);
            let page = match call::changes(self.ports, &request, &mut Budget::file(), read).await {
                Ok(page) => page,
                Err(Fault::Answered(error)) if matches!(error.status, 400 | 404 | 405 | 410 | 501) => {
                    return Ok(self.gave_up("Microsoft does not list it"));
                }
                Err(fault) => return Err(call_error(fault)),
            };
            if !page.value.iter().all(|place| tree.take(place)) {
                return Ok(self.gave_up("it has too many items"));
            }
            match page.next {
                Some(next) => request = graph::listing_page(&next),
                None => return Ok(tree.grown().or_else(|| self.gave_up("the list was not complete"))),
            }
        }
        Ok(self.gave_up("asking for each path is cheaper"))
    }

    fn gave_up(&self, why: &str) -> Option<Rc<Grown>> {
        self.ports
            .log(Level::Info, &format!("the drive was not listed to the end: {why}"));
        None
    }

    /// Asks for each path, and for those that are not there in their other spellings.
    async fn ask(&self, wanted: &BTreeMap<String, String>) -> Result<BTreeMap<String, Spot>, CallError> {
        let at = |path: &String| graph::at_path(self.drive, path);
        let mut spots = BTreeMap::new();
        let mut again = Vec::new();
        let found = self.spots(wanted.values().map(at)).await?;
        for ((wanted, path), spot) in wanted.iter().zip(found) {
            if matches!(spot, Spot::Nothing) {
                let others = paths::spellings(path).into_iter();
                again.extend(others.map(|path| (wanted, path)));
            }
            spots.insert(wanted.clone(), spot);
        }
        let found = self.spots(again.iter().map(|(_, path)| at(path))).await?;
        for ((wanted, _), spot) in again.iter().zip(found) {
            if matches!(spot, Spot::Item(_)) {
                spots.insert((*wanted).clone(), spot);
            }
        }
        Ok(spots)
    }

    async fn links<'l>(&self, links: &[&'l str]) -> Result<BTreeMap<&'l str, Spot>, CallError> {
        let spots = self.spots(links.iter().map(|url| graph::shared(url))).await?;
        Ok(links.iter().copied().zip(spots).collect())
    }

    async fn spots(&self, questions: impl Iterator<Item = String>) -> Result<Vec<Spot>, CallError> {
        let mut questions = questions.peekable();
        let mut spots = Vec::new();
        while questions.peek().is_some() {
            let some: Vec<String> = questions.by_ref().take(AT_ONCE).collect();
            let answers = many::ask::<P, Place>(self.ports, self.connection, &some).await;
            spots.extend(answers.map_err(call_error)?.into_iter().map(|answer| self.spot(answer)));
        }
        Ok(spots)
    }

    fn spot(&self, answer: many::Answer<Place>) -> Spot {
        match answer {
            Some(Ok(place)) if place.drive().is_some_and(|drive| drive != self.drive) => Spot::OtherDrive,
            Some(Ok(place)) if place.is_root() => Spot::Item(Located::Drive),
            Some(Ok(place)) => Spot::Item(Located::Asked(Rc::new(place))),
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

/// How many different texts these are.
fn count<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    let mut hashes: Vec<u64> = texts.map(|text| hash(&paths::lower(text))).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes.len()
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
