//! "Did you mean": the files that a path which leads nowhere could have meant, the likeliest first (rule 45, and better).
//!
//! A name may have a slip, and so may each folder; a folder may be missing, too many, or in the place of another. So
//! three things are looked at: files of the same name elsewhere, files with nearly that name where the path leads as far
//! as it can be followed, and at last nearly that name anywhere. What is found is put in order by what it would take to
//! make the one path of the other.

use std::rc::Rc;

use super::{
    arena::{Text, Texts},
    grown::{Grown, hash},
    similar::{Patience, STRANGERS, difference, ending_difference, loose, stem_and_ending},
    tree::last_name,
};
use crate::{contract::EntryKind, paths};

/// The most suggestions.
const SUGGESTIONS: usize = 3;
/// Comparisons along the paths of one sheet.
const ALONG: u32 = 1_500_000;
/// Names looked at anywhere in the drive, for one sheet.
const ANYWHERE: u32 = 2_000_000;
/// In a larger drive only the very same names are looked for: comparing takes memory.
const LARGEST: u32 = 400_000;
/// Files of the same name that are compared.
const NAMESAKES: usize = 60;
/// Names of a folder that are compared for one path.
const SIBLINGS: usize = 5_000;
/// Folders that are followed at the same time.
const AT_ONCE: usize = 6;

/// A folder that is missing, or too many.
const FOLDER: u32 = 400;
/// One at the beginning: a library's or a site's name that is no folder.
const FIRST_FOLDER: u32 = 300;
/// One at the beginning of a path elsewhere. The more of its end is in the drive, the better.
const OUTSIDE: u32 = 20;
/// Two folders that have changed places.
const SWAPPED: u32 = 300;
/// A folder that is another one.
const OTHER_FOLDER: u32 = 900;
/// What a slip in a file's name weighs against one in a folder's.
const NAME: u32 = 3;
/// A file that costs more than this is not the only one to be looked for.
const SURE: u32 = 1000;
/// Up to this, a name is the same, or was written without its ending.
const SAME_NAME: u32 = 50;
/// The most that a file of another name may cost.
const FAR: u32 = 2200;

/// All that is known of a drive, ready to be compared.
pub(super) struct Meant {
    tree: Rc<Grown>,
    texts: Texts,
    /// By number: the loose name; of a file with a slash before its ending.
    names: Vec<Option<Text>>,
    /// Hash of the loose stem, and number, of each file, in this order.
    stems: Vec<(u64, u32)>,
    along: Patience,
    anywhere: Patience,
}

/// A path as it was written.
struct Wanted {
    folders: Vec<String>,
    stem: String,
    ending: String,
    /// What each folder at its beginning costs that is not there.
    first: u32,
}

impl Wanted {
    fn new(path: &str, first: u32) -> Self {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let (stem, ending) = stem_and_ending(name);
        Self {
            folders: folders.split('/').filter(|name| !name.is_empty()).map(loose).collect(),
            stem: loose(stem),
            ending: ending.to_ascii_lowercase(),
            first,
        }
    }
}

impl Meant {
    pub(super) fn new(tree: Rc<Grown>) -> Self {
        let mut new = Self {
            texts: Texts::new(),
            names: Vec::new(),
            stems: Vec::new(),
            along: Patience::new(ALONG),
            anywhere: Patience::new(ANYWHERE),
            tree,
        };
        if new.tree.numbers().end <= LARGEST {
            new.prepare();
        }
        new
    }

    fn prepare(&mut self) {
        for number in self.tree.numbers() {
            let name = self.tree.name(number);
            let is_file = self.tree.kind(number) == EntryKind::File;
            let (stem, ending) = if is_file { stem_and_ending(name) } else { (name, "") };
            let mut text = loose(stem);
            if is_file {
                self.stems.push((hash(&text), number));
                text.push('/');
                text.push_str(&ending.to_ascii_lowercase());
            }
            let text = if name.is_empty() { None } else { self.texts.push(&text) };
            self.names.push(text);
        }
        self.stems.sort_unstable();
    }

    /// Files that a path in the drive could mean.
    pub(super) fn by(&self, path: &str) -> Vec<String> {
        self.found(&Wanted::new(path, FIRST_FOLDER), path)
    }

    /// Files that a path elsewhere could mean, which has any number of folders before those of the drive.
    pub(super) fn by_end_of(&self, path: &str) -> Vec<String> {
        self.found(&Wanted::new(path, OUTSIDE), path)
    }

    /// Files with that very name; if there is none, those that could be meant.
    pub(super) fn by_name(&self, name: &str) -> Vec<String> {
        match self.namesakes(name) {
            none if none.is_empty() => self.by(name),
            some => some,
        }
    }

    fn namesakes(&self, path: &str) -> Vec<String> {
        let key = paths::key(last_name(path));
        let numbers = self.tree.elsewhere(&key).take(SUGGESTIONS);
        numbers.filter_map(|number| self.tree.path(number)).collect()
    }

    fn found(&self, wanted: &Wanted, path: &str) -> Vec<String> {
        let mut found: Vec<(u32, u32)> = Vec::new();
        let (near, folders) = self.along(wanted);
        for number in self.same_stem(&wanted.stem).take(NAMESAKES).chain(near) {
            self.weigh(wanted, number, &mut found);
        }
        let best = found.iter().map(|(cost, _)| *cost).min();
        if best.is_none_or(|cost| cost > SURE) && self.anywhere.spend(self.tree.numbers().end) {
            for (_, number) in &self.stems {
                self.weigh(wanted, *number, &mut found);
            }
        }
        let mut paths: Vec<(u32, String)> = found
            .into_iter()
            .filter_map(|(cost, number)| Some((cost, self.tree.path(number)?)))
            .collect();
        paths.sort_unstable();
        paths.dedup();
        let mut paths: Vec<String> = paths.into_iter().map(|(_, path)| path).collect();
        if paths.is_empty() {
            paths = self.namesakes(path);
        }
        if paths.is_empty() {
            paths = folders
                .into_iter()
                .filter_map(|folder| self.tree.path(folder))
                .collect();
        }
        paths.truncate(SUGGESTIONS);
        paths
    }

    /// Keeps a file if it could be meant, with what it costs.
    fn weigh(&self, wanted: &Wanted, number: u32, found: &mut Vec<(u32, u32)>) {
        let Some(name) = self.name_cost(wanted, number) else {
            return;
        };
        let cost = name * NAME + self.folder_cost(wanted, number);
        if name <= SAME_NAME || cost <= FAR {
            found.push((cost, number));
        }
    }

    fn name(&self, number: u32) -> &str {
        let text = self.names.get(number as usize).copied().flatten();
        text.map_or("", |text| self.texts.get(text))
    }

    /// What a file's name costs. None for a stranger, and where patience has ended.
    fn name_cost(&self, wanted: &Wanted, number: u32) -> Option<u32> {
        let (stem, ending) = self.name(number).split_once('/')?;
        let length = wanted.stem.len().max(stem.len());
        let too_far = wanted.stem.len().abs_diff(stem.len()) * 2 > length + 4;
        if too_far || !self.along.spend(1) {
            return None;
        }
        let stem = difference(&wanted.stem, stem);
        (stem <= STRANGERS).then(|| stem + ending_difference(&wanted.ending, ending))
    }

    /// What it takes to make the written folders of those that a file lies in.
    fn folder_cost(&self, wanted: &Wanted, number: u32) -> u32 {
        let mut there = Vec::new();
        let mut at = self.tree.folder(number);
        while let Some(folder) = at.filter(|folder| *folder != self.tree.root() && there.len() < 64) {
            there.push(self.name(folder));
            at = self.tree.folder(folder);
        }
        there.reverse();
        aligned(&wanted.folders, &there, wanted.first)
    }

    /// Files with that loose name and any ending, wherever they are.
    fn same_stem<'m>(&'m self, stem: &'m str) -> impl Iterator<Item = u32> + 'm {
        let wanted = hash(stem);
        let from = self.stems.partition_point(|(hash, _)| *hash < wanted);
        let all = self.stems.iter().skip(from);
        all.take_while(move |(hash, _)| *hash == wanted)
            .map(|(_, number)| *number)
    }

    /// Files with nearly that name, where the path leads as far as it can be followed; and the folders with nearly the
    /// names that are not there.
    fn along(&self, wanted: &Wanted) -> (Vec<u32>, Vec<u32>) {
        let mut at = vec![self.tree.root()];
        let mut near = Vec::new();
        for name in &wanted.folders {
            let mut next: Vec<u32> = Vec::new();
            for folder in &at {
                next.extend(self.folders_alike(*folder, name));
            }
            next.truncate(AT_ONCE);
            // A folder too many, or quite another one.
            if next.is_empty() {
                continue;
            }
            if next.iter().all(|folder| self.name(*folder) != name) {
                near.clone_from(&next);
            }
            at = next;
        }
        let files = at.iter().flat_map(|folder| self.tree.inside(*folder).take(SIBLINGS));
        let files: Vec<u32> = files
            .filter(|number| self.tree.kind(*number) == EntryKind::File)
            .collect();
        if near.is_empty() {
            let name = format!("{} {}", wanted.stem, wanted.ending);
            near = at
                .iter()
                .flat_map(|folder| self.folders_alike(*folder, name.trim_end()))
                .collect();
        }
        (files, near)
    }

    /// The folders in a folder with that loose name; if there is none, those with nearly that name.
    fn folders_alike(&self, folder: u32, name: &str) -> Vec<u32> {
        let inside = || {
            let all = self.tree.inside(folder).take(SIBLINGS);
            all.filter(|number| self.tree.kind(*number) == EntryKind::Folder)
        };
        let same: Vec<u32> = inside().filter(|number| self.name(*number) == name).collect();
        if !same.is_empty() {
            return same;
        }
        let mut near: Vec<(u32, u32)> = inside()
            .filter(|_| self.along.spend(1))
            .map(|number| (difference(name, self.name(number)), number))
            .filter(|(cost, _)| *cost <= STRANGERS)
            .collect();
        near.sort_unstable();
        near.into_iter().take(SUGGESTIONS).map(|(_, number)| number).collect()
    }
}

/// The least that it takes to make the written folders of those that are there.
fn aligned(written: &[String], there: &[&str], first: u32) -> u32 {
    let same = |one: usize, other: usize| match (written.get(one), there.get(other)) {
        (Some(one), Some(other)) => match difference(one, other) {
            cost if cost <= STRANGERS => cost,
            _ => OTHER_FOLDER,
        },
        _ => OTHER_FOLDER,
    };
    let mut rows: Vec<Vec<u32>> = Vec::with_capacity(written.len() + 1);
    let cell = |rows: &[Vec<u32>], row: usize, column: usize| {
        let cost = rows.get(row).and_then(|row| row.get(column)).copied();
        cost.unwrap_or(u32::MAX / 2)
    };
    for row in 0..=written.len() {
        rows.push(Vec::with_capacity(there.len() + 1));
        for column in 0..=there.len() {
            let mut least = u32::MAX / 2;
            if row == 0 && column == 0 {
                least = 0;
            }
            if let Some(above) = row.checked_sub(1) {
                let cost = if column == 0 { first } else { FOLDER };
                least = least.min(cell(&rows, above, column) + cost);
            }
            if let Some(left) = column.checked_sub(1) {
                least = least.min(cell(&rows, row, left) + FOLDER);
            }
            if let (Some(above), Some(left)) = (row.checked_sub(1), column.checked_sub(1)) {
                least = least.min(cell(&rows, above, left) + same(above, left));
                if let (Some(above), Some(left)) = (above.checked_sub(1), left.checked_sub(1)) {
                    let crossed = same(above, left + 1) + same(above + 1, left);
                    least = least.min(cell(&rows, above, left) + crossed + SWAPPED);
                }
            }
            if let Some(last) = rows.last_mut() {
                last.push(least);
            }
        }
    }
    cell(&rows, written.len(), there.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(written: &[&str], there: &[&str]) -> u32 {
        let written: Vec<String> = written.iter().map(|name| (*name).to_owned()).collect();
        aligned(&written, there, FIRST_FOLDER)
    }

    #[test]
    fn folders_are_compared_one_by_one() {
        assert_eq!(cost(&["a", "b"], &["a", "b"]), 0);
        assert_eq!(cost(&["a"], &["a", "b"]), FOLDER);
        assert_eq!(cost(&["a", "x", "b"], &["a", "b"]), FOLDER);
        assert_eq!(cost(&["x", "a", "b"], &["a", "b"]), FIRST_FOLDER);
        assert_eq!(cost(&["bee", "ant"], &["ant", "bee"]), SWAPPED);
        assert!(cost(&["clients", "nordwind"], &["clients", "northwind"]) < FOLDER);
        assert_eq!(cost(&[], &[]), 0);
    }
}
