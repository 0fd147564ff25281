//! What is at the paths of a sheet. A few are asked for one by one, many in a request; for many it is cheaper to list the
//! whole drive once. Nobody knows beforehand how long that list is, so it is read for as long as asking would not have
//! been cheaper: then the worst is twice the best.
//!
//! What leads nowhere is looked for once more, in the list as well, so that "did you mean" is as good for a small sheet as
//! for a large one.

use std::collections::BTreeMap;

use super::{
    found::Found,
    grown::hash,
    listing::List,
    search::{ALL_PAGES, FEW, Finding, Search, Spot, UNKNOWN, finding, readings},
};
use crate::{
    contract::{CallError, Connection},
    graph,
    paths::{self, FilePage, Reference},
    ports::Ports,
};

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
        Some(tree) => Spot::listed(tree, path),
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

/// Each path once, in lower case, with the spelling that came first. How accents are written may tell two files apart.
fn wanted(references: &[&Reference]) -> BTreeMap<String, String> {
    let mut wanted = BTreeMap::new();
    for path in readings(references) {
        wanted.entry(paths::lower(path)).or_insert_with(|| path.to_owned());
    }
    wanted
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
                (Some(page), Spot::Item(Found::Asked(place))) if place.unique_id().is_some_and(|id| id != page.id) => {
                    (url, Spot::Nothing)
                }
                _ => (url, spot),
            });
        Ok(checked.collect())
    }
}

/// How many different texts these are.
fn count<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    let mut hashes: Vec<u64> = texts.map(|text| hash(&paths::lower(text))).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes.len()
}
