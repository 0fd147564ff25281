//! A crate as a tree of modules, and where a path in one of them leads.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::{
    paths::{self, Segments, Use},
    text,
};

/// The most names that are followed from one to the next, so that names that name each other come to an end.
const FOLLOWED_AT_MOST: usize = 16;

/// Which file imports which.
pub type Arrows = BTreeMap<PathBuf, BTreeSet<PathBuf>>;

/// A module: its path from the root of the crate.
type Module = Vec<String>;

/// What a module's file says.
struct Source {
    file: PathBuf,
    children: BTreeSet<String>,
    uses: Vec<Use>,
    in_code: Vec<Segments>,
}

/// The modules of a crate.
#[derive(Default)]
pub struct Tree {
    modules: BTreeMap<Module, Source>,
}

impl Tree {
    /// Reads a crate from its root file.
    ///
    /// # Errors
    /// If a file can't be read.
    pub fn read(root: &Path) -> Result<Self> {
        let mut tree = Self::default();
        let below = root.parent().unwrap_or(root).to_path_buf();
        tree.read_module(Vec::new(), root.to_path_buf(), &below)?;
        Ok(tree)
    }

    fn read_module(&mut self, module: Module, file: PathBuf, below: &Path) -> Result<()> {
        let source = fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))?;
        let source = text::bare(&source);
        let children: BTreeSet<String> = paths::modules(&source).into_iter().collect();
        for child in &children {
            let found = below.join(format!("{child}.rs"));
            // A module whose file is named by an attribute is not followed.
            if !found.exists() {
                continue;
            }
            let path = module.iter().chain([child]).cloned().collect();
            self.read_module(path, found, &below.join(child))?;
        }
        let (uses, code) = paths::uses(&source);
        let source = Source {
            file,
            children,
            uses,
            in_code: paths::in_code(&code),
        };
        self.modules.insert(module, source);
        Ok(())
    }

    /// Which file imports which.
    pub fn arrows(&self) -> Arrows {
        let arrows = self.modules.iter().map(|(module, source)| {
            let used = source
                .uses
                .iter()
                .filter(|used| !self.hands_on(module, used))
                .map(|used| &used.path);
            let targets = used
                .chain(&source.in_code)
                .filter_map(|path| self.lead(module, path, 0));
            let others = targets.filter(|target| *target != &source.file).cloned();
            (source.file.clone(), others.collect())
        });
        arrows.collect()
    }

    /// Whether this only hands on what a module below defines.
    fn hands_on(&self, module: &Module, used: &Use) -> bool {
        let below = |path: &Segments| {
            let first = path.iter().find(|segment| *segment != "self");
            self.modules
                .get(module)
                .zip(first)
                .is_some_and(|(source, first)| source.children.contains(first))
        };
        used.handed_on && below(&used.path)
    }

    /// The file to which a path leads that is written in this module. `None` if it leads out of the crate.
    fn lead(&self, module: &Module, path: &[String], followed: usize) -> Option<&PathBuf> {
        let (first, rest) = path.split_first()?;
        let source = self.modules.get(module)?;
        match first.as_str() {
            "crate" => self.walk(Vec::new(), rest, followed),
            "self" => self.walk(module.clone(), rest, followed),
            "super" => {
                let (_, parent) = module.split_last()?;
                let rest_in_parent = rest.first().is_some_and(|next| next == "super");
                if rest_in_parent {
                    return self.lead(&parent.to_vec(), rest, followed);
                }
                self.walk(parent.to_vec(), rest, followed)
            }
            child if source.children.contains(child) => self.walk(module.clone(), path, followed),
            _ => None,
        }
    }

    /// The file of what is found when the segments are walked down from this module.
    fn walk(&self, mut module: Module, path: &[String], followed: usize) -> Option<&PathBuf> {
        if followed > FOLLOWED_AT_MOST {
            return None;
        }
        for (place, segment) in path.iter().enumerate() {
            let source = self.modules.get(&module)?;
            if source.children.contains(segment) {
                module.push(segment.clone());
                if self.modules.contains_key(&module) {
                    continue;
                }
                return Some(&source.file);
            }
            // A name that is only handed on here.
            let handed = source
                .uses
                .iter()
                .find(|used| used.name == *segment && used.path.first() != Some(segment));
            let handed = handed.or_else(|| {
                source
                    .uses
                    .iter()
                    .find(|used| used.name == *segment && used.path.len() > 1)
            });
            if let Some(used) = handed {
                let mut further = used.path.clone();
                further.extend(path.iter().skip(place + 1).cloned());
                return self.lead(&module, &further, followed + 1);
            }
            return Some(&source.file);
        }
        self.modules.get(&module).map(|source| &source.file)
    }
}
