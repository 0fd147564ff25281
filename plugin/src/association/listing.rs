//! The list of the drive, read as far as it is worth it.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use super::{
    drive::call_error,
    grown::Grown,
    search::{FOLDERS, Search, Spot, can_be, pages, readings},
    tree::Tree,
};
use crate::{
    ask::{self, Fault},
    ask_many,
    contract::CallError,
    graph::{self, Page, Request, Told},
    paths::Reference,
    ports::{Level, Ports},
    retry::Budget,
};

/// The list of the drive, as far as it was read.
pub(super) enum List {
    /// With the following page, if there is one that can be read, and the number of those that were.
    Part(Box<Tree>, Option<Request>, usize),
    Whole(Rc<Grown>),
}

/// A list that can't be read.
pub(super) fn nothing() -> List {
    List::Part(Box::new(Tree::new(std::iter::empty(), BTreeSet::new())), None, 0)
}

impl<P: Ports> Search<'_, P> {
    /// The list before its first page.
    pub(super) fn list(&self, references: &[&Reference], linked: &BTreeMap<&str, Spot>) -> List {
        let pages = pages(references).filter(|page| {
            let known = linked.get(page.url.as_str());
            !matches!(known, Some(Spot::Item(_) | Spot::OtherDrive)) && page.here
        });
        let ids: BTreeSet<String> = pages.map(|page| page.id.clone()).collect();
        let request = graph::listing(&self.connection.api_origin, self.drive, !ids.is_empty());
        let names = self::pages(references).map(|page| page.name.as_str());
        let tree = Tree::new(readings(references).chain(names), ids);
        List::Part(Box::new(tree), Some(request), 0)
    }

    /// Reads the list up to this number of pages.
    pub(super) async fn read_on(&self, list: List, pages: usize) -> Result<List, CallError> {
        let List::Part(mut tree, mut next, mut count) = list else {
            return Ok(list);
        };
        let api = self.connection.api_origin.as_str();
        while let Some(request) = next.take_if(|_| count < pages) {
            let read = |body: &[u8]| graph::read_listing(body, api);
            let page = match ask::changes(self.ports, &request, &mut Budget::file(), read).await {
                Ok(page) => page,
                Err(Fault::Answered(error)) if matches!(error.status, 400 | 404 | 405 | 410 | 501) => {
                    self.gave_up("Microsoft does not list it");
                    return Ok(List::Part(tree, None, count));
                }
                Err(Fault::TooLong) => {
                    self.gave_up("Microsoft lists too much at once");
                    return Ok(List::Part(tree, None, count));
                }
                // An entry that can't be read may be the one that is looked for.
                Err(Fault::Unusable(why)) => {
                    self.gave_up(&why);
                    return Ok(List::Part(tree, None, count));
                }
                Err(fault) => return Err(call_error(fault)),
            };
            count += 1;
            if !page.value.iter().all(|place| tree.take(place)) {
                self.gave_up("it has too many items");
                return Ok(nothing());
            }
            match page.next {
                Some(link) => next = Some(graph::listing_page(&link)),
                None if tree.has_root() => return Ok(tree.grown().map_or_else(nothing, List::Whole)),
                None => {
                    self.gave_up("the list was not complete");
                    return Ok(List::Part(tree, None, count));
                }
            }
        }
        if next.is_some() {
            self.gave_up("asking for each path is cheaper");
        }
        Ok(List::Part(tree, next, count))
    }

    fn gave_up(&self, why: &str) {
        self.ports
            .log(Level::Info, &format!("the drive was not listed to the end: {why}"));
    }

    /// The tree with the entries of the folders on these paths, as far as they are there.
    pub(super) async fn with_folders<'p>(
        &self,
        mut tree: Box<Tree>,
        paths: impl Iterator<Item = &'p str>,
    ) -> Option<Rc<Grown>> {
        if !tree.has_root() {
            let top = ask_many::items(self.ports, self.connection, &[graph::top(self.drive)]).await;
            let top = top.ok()?.into_iter().next()??.ok()?;
            tree.take(&top);
        }
        let mut folders: BTreeSet<(usize, String)> = BTreeSet::from([(0, String::new())]);
        for path in paths {
            let mut path = path;
            while let Some((folder, _)) = path.rsplit_once('/') {
                folders.insert((folder.split('/').count(), folder.to_owned()));
                path = folder;
            }
        }
        let folders = folders
            .iter()
            .take(FOLDERS)
            .filter(|(_, folder)| folder.is_empty() || can_be(folder));
        let questions: Vec<String> = folders.map(|(_, folder)| graph::entries(self.drive, folder)).collect();
        let answers = ask_many::ask::<P, Page<Told>>(self.ports, self.connection, &questions)
            .await
            .ok()?;
        for entry in answers.iter().flatten().flatten().flat_map(|folder| &folder.value) {
            if !tree.take(&entry.0) {
                return None;
            }
        }
        tree.grown()
    }
}
