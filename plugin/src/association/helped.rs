//! What leads nowhere is looked for once more: in the list of the drive, by its id, or for what it could have meant.

use std::{collections::BTreeMap, rc::Rc};

use super::{
    found::Found,
    grown::Grown,
    listing::{List, nothing},
    meant::Meant,
    search::{self, Finding, PAGES, Search, Spot, UNKNOWN, pages},
};
use crate::{graph, paths::Reference, ports::Ports};

/// Of a page of a file, where all files are known.
const NOT_HERE: &str = "names a file by a number that no file of the drive has: it may be in another library of the site, \
    or gone";

impl<P: Ports> Search<'_, P> {
    /// Looks once more for what leads nowhere: in the list of the drive, by its id, or for what it could have meant.
    /// What can't be had is not worth a failure.
    pub(super) async fn suggest(
        &self,
        references: &[&Reference],
        partners: &[Option<usize>],
        findings: &mut [Finding],
        list: List,
    ) {
        let is_helped = |place: usize| {
            let partner = partners.get(place).copied().flatten();
            partner.is_some_and(|partner| matches!(findings.get(partner), Some(Finding::Item(_))))
        };
        let rows = references.iter().zip(&*findings).enumerate();
        let open = rows.filter(|(place, (reference, finding))| {
            is_open(reference, finding) && (matches!(reference, Reference::Page(_)) || !is_helped(*place))
        });
        let open: Vec<usize> = open.map(|(place, _)| place).collect();
        if open.is_empty() {
            return;
        }
        let list = self.read_on(list, PAGES).await.unwrap_or_else(|_| nothing());
        let (tree, whole) = match list {
            List::Whole(tree) => (tree, true),
            List::Part(tree, ..) => {
                let paths = open.iter().filter_map(|place| written(references.get(*place)?));
                match self.with_folders(tree, paths).await {
                    Some(tree) => (tree, false),
                    None => return,
                }
            }
        };
        let known = self.known(&tree, whole, references).await;
        let all_ids = whole && tree.tells_ids();
        let meant = Meant::new(tree.clone());
        for place in open {
            let (Some(reference), Some(finding)) = (references.get(place), findings.get_mut(place)) else {
                continue;
            };
            let found = match reference {
                Reference::Page(page) => known.get(page.id.as_str()).cloned().map(Finding::Item),
                // Not found by its path, and yet there.
                Reference::InDrive { readings, elsewhere } if whole => {
                    match search::finding(readings, *elsewhere, |path| Spot::listed(&tree, path)) {
                        Finding::Nothing(..) | Finding::OtherDrive(_) => None,
                        found => Some(found),
                    }
                }
                _ => None,
            };
            *finding = found.unwrap_or_else(|| again(reference, finding, &meant, all_ids));
        }
    }

    /// The items that pages name by their ids. Where the list has not all folders, they are asked for.
    async fn known<'r>(&self, tree: &Rc<Grown>, whole: bool, references: &[&'r Reference]) -> BTreeMap<&'r str, Found> {
        let found = pages(references)
            .filter_map(|page| Some((page.id.as_str(), Found::Listed(tree.clone(), tree.known(&page.id)?))));
        let found: BTreeMap<&str, Found> = found.collect();
        if whole || found.is_empty() {
            return found;
        }
        let question = |item: &Found| graph::place_of(self.drive, item.id());
        let spots = self.spots(found.values().map(question)).await.unwrap_or_default();
        let items = found.into_keys().zip(spots).filter_map(|(id, spot)| match spot {
            Spot::Item(item) => Some((id, item)),
            _ => None,
        });
        items.collect()
    }
}

/// Whether a row leads nowhere, and might be helped.
const fn is_open(reference: &Reference, finding: &Finding) -> bool {
    matches!(
        (reference, finding),
        (Reference::InDrive { .. }, Finding::Nothing(..) | Finding::OtherDrive(_))
            | (Reference::Page(_), Finding::Nothing(..))
            | (Reference::Outside { .. }, Finding::Forbidden(_))
    )
}

/// The path as it was most likely meant: with least that was put before it, and decoded.
fn written(reference: &Reference) -> Option<&str> {
    match reference {
        Reference::InDrive { readings, .. } => readings.last().map(String::as_str),
        _ => None,
    }
}

/// What is told of a row that leads nowhere, once the drive is known.
fn again(reference: &Reference, finding: &Finding, meant: &Meant, all_ids: bool) -> Finding {
    match (reference, finding) {
        (Reference::Page(page), _) => {
            let near = match page.name.as_str() {
                "" => Vec::new(),
                name => meant.by_name(name),
            };
            Finding::Nothing(near, if all_ids { NOT_HERE } else { UNKNOWN })
        }
        (Reference::Outside { path, why }, _) => match meant.by_end_of(path) {
            none if none.is_empty() => Finding::Forbidden(why),
            near => Finding::Nothing(near, why),
        },
        (_, Finding::OtherDrive(_)) => {
            Finding::OtherDrive(written(reference).map_or_else(Vec::new, |path| meant.by(path)))
        }
        _ => Finding::Nothing(written(reference).map_or_else(Vec::new, |path| meant.by(path)), ""),
    }
}
