//! The parts of a workbook: an archive, whose files refer to one another.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Read},
};

use quick_xml::events::Event;
use zip::{ZipArchive, read::ZipFile};

use super::{
    guard::{self, Budget, Measured, Role, damaged, too_large, unreadable},
    kind,
    model::{Limits, SheetError},
    xml::{self, Xml},
};

/// The most relations of one part. Excel makes 65,530 links in a sheet at most.
const RELATIONS: usize = 200_000;
/// All their targets together, in bytes.
const TARGETS: usize = 32 * 1024 * 1024;

/// The bytes of a workbook.
pub(super) type Bytes<'a> = Cursor<&'a [u8]>;

/// A part that is open.
pub(super) type Part<'p, 'a> = Xml<'p, ZipFile<'p, Bytes<'a>>>;

/// The parts, by their names.
pub(super) struct Package<'a> {
    archive: ZipArchive<Bytes<'a>>,
    /// In lower case, with slashes.
    names: BTreeMap<String, usize>,
    budget: Budget,
    limits: Limits,
    /// Those that were read. A workbook may say that all of its thousand sheets are in the same part.
    opened: BTreeSet<usize>,
}

impl<'a> Package<'a> {
    /// # Errors
    /// When it is no workbook that is read here.
    pub(super) fn new(bytes: &'a [u8], limits: Limits) -> Result<Self, SheetError> {
        guard::check_directory(bytes)?;
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
        if archive.len() > guard::ENTRIES {
            return Err(too_large());
        }
        let names = archive.file_names().enumerate();
        let names: BTreeMap<String, usize> = names
            .filter_map(|(number, name)| Some((normal("", &name.ok()?), number)))
            .collect();
        let mut package = Self {
            archive,
            names,
            budget: Budget::new(limits.unpacked),
            limits,
            opened: BTreeSet::new(),
        };
        package.refuse_others()?;
        Ok(package)
    }

    fn refuse_others(&mut self) -> Result<(), SheetError> {
        if let Some(number) = self.names.get("mimetype") {
            let mut first = Vec::new();
            let entry = self.archive.by_index(*number).map_err(|error| unreadable(&error))?;
            entry.take(64).read_to_end(&mut first).map_err(|_| damaged())?;
            if first.starts_with(b"application/vnd.oasis.opendocument") {
                return Err(kind::other_format("an OpenDocument file (.ods)"));
            }
        }
        guard::refuse_others(&self.names)
    }

    /// Lets all parts be read anew.
    pub(super) fn again(&mut self) {
        self.budget = Budget::new(self.limits.unpacked);
        self.opened.clear();
    }

    /// The name of a part, as it is found in the archive. `target` is how another part calls it that is in `folder`.
    pub(super) fn find(&self, folder: &str, target: &str) -> Option<String> {
        let decoded = || percent_decoded(target);
        [
            normal(folder, target),
            normal(folder, &decoded()),
            normal("", target),
            normal("", &decoded()),
        ]
        .into_iter()
        .find(|name| self.names.contains_key(name))
    }

    /// Opens a part. None if it is not there, or empty.
    ///
    /// # Errors
    /// When it was read before, or can't be unpacked.
    pub(super) fn open(&mut self, name: &str, role: Role) -> Result<Option<Part<'_, 'a>>, SheetError> {
        let Some(number) = self.names.get(name).copied() else {
            return Ok(None);
        };
        let entry = self.archive.by_index(number).map_err(|error| unreadable(&error))?;
        // Some programs write nothing, and say that it is packed.
        if entry.compressed_size() == 0 || entry.size() == 0 {
            return Ok(None);
        }
        if !self.opened.insert(number) {
            return Err(damaged());
        }
        Ok(Some(Xml::new(Measured::new(entry, role, &mut self.budget))))
    }

    /// What a part refers to, by the names of its relations. Empty if it refers to nothing.
    ///
    /// # Errors
    /// When it can't be read, or has more of them than a bound.
    pub(super) fn relations(&mut self, of: &str) -> Result<BTreeMap<String, Relation>, SheetError> {
        let (folder, name) = of.rsplit_once('/').unwrap_or(("", of));
        let mut relations = BTreeMap::new();
        let path = normal(folder, &format!("_rels/{name}.rels"));
        let Some(mut part) = self.open(&path, Role::Map)? else {
            return Ok(relations);
        };
        let mut room = TARGETS;
        loop {
            match part.next()? {
                Event::Start(element) if element.local_name().as_ref() == "Relationship" => {
                    let (mut id, mut relation) = (String::new(), Relation::default());
                    for (name, value) in xml::attributes(&element) {
                        match name {
                            "Id" => id = xml::meant(value).into_owned(),
                            "Type" => relation.kind = last(&xml::meant(value)).to_owned(),
                            "Target" => relation.target = xml::meant(value).into_owned(),
                            _ => {}
                        }
                    }
                    room = room
                        .checked_sub(id.len() + relation.kind.len() + relation.target.len())
                        .filter(|_| relations.len() < RELATIONS)
                        .ok_or_else(too_large)?;
                    relations.insert(id, relation);
                }
                Event::Eof => break,
                _ => {}
            }
        }
        Ok(relations)
    }
}

/// That a part refers to another one, or to something outside.
#[derive(Debug, Default)]
pub(super) struct Relation {
    /// The last name of its type: `worksheet`, `hyperlink`. All that comes before is one thing in "strict" workbooks and
    /// another in all others.
    pub kind: String,
    pub target: String,
}

fn last(kind: &str) -> &str {
    kind.rsplit('/').next().unwrap_or(kind)
}

/// The name of a part, from the archive's root on, in lower case: programs differ in it, and in slashes.
fn normal(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/").to_lowercase();
    let folder = if target.starts_with('/') { "" } else { folder };
    let mut names: Vec<&str> = Vec::new();
    for name in folder.split('/').chain(target.split('/')) {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    names.join("/")
}

/// Names of parts are parts of addresses.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(code) if *byte == b'%' => {
                bytes.push(code);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_named_in_many_ways() {
        for (folder, target) in [
            ("xl", "worksheets/sheet1.xml"),
            ("xl", "/xl/worksheets/sheet1.xml"),
            ("xl", "./Worksheets/Sheet1.xml"),
            ("xl", "..\\xl\\worksheets\\sheet1.xml"),
            ("xl/deep", "../../../xl/worksheets/sheet1.xml"),
            ("", "\\xl\\worksheets//sheet1.xml"),
        ] {
            assert_eq!(normal(folder, target), "xl/worksheets/sheet1.xml", "{target}");
        }
        assert_eq!(percent_decoded("a%20b%2xc%"), "a b%2xc%");
    }
}
