//! A workbook, opened: its list of sheets, the texts that cells share, and which formats are those of dates.

use std::{collections::BTreeMap, io::Read};

use quick_xml::events::{BytesStart, Event};

use super::{
    area::Area,
    cells::Pull,
    guard::{Role, too_large},
    kind,
    model::{Limits, SheetError},
    package::{Package, Relation},
    texts::{Anchor, Texts},
    xml::{self, Xml},
};

/// The most sheets that are looked into.
const SHEETS: usize = 1000;
/// The most number formats that a workbook defines. Excel ends at some 250.
const FORMATS: usize = 65_536;
/// All targets of a sheet's links, in bytes.
const TARGETS: usize = 64 * 1024 * 1024;
/// From 30 December 1899 to 1 January 1904, in days.
const SINCE_1904: f64 = 1462.0;

/// A sheet in the list.
#[derive(Debug)]
pub(super) struct Listed {
    pub name: String,
    pub is_visible: bool,
    /// Where its cells are; none if the part is not there.
    pub part: Option<String>,
}

/// A workbook that is open.
pub(super) struct Book<'a> {
    package: Package<'a>,
    /// Sheets with cells; not those of charts, dialogs and old macros.
    pub sheets: Vec<Listed>,
    texts: Texts,
    /// By the number of a style: whether it shows a date.
    dates: Vec<bool>,
    /// What dates of this workbook lack.
    shift: f64,
}

impl<'a> Book<'a> {
    /// # Errors
    /// When it is no workbook, is damaged, or asks for too much.
    pub(super) fn open(bytes: &'a [u8], limits: Limits) -> Result<Self, SheetError> {
        let mut package = Package::new(bytes, limits)?;
        let roots = package.relations("")?;
        let root = roots.values().find(|relation| relation.kind == "officeDocument");
        let target = root.map_or("xl/workbook.xml", |relation| relation.target.as_str());
        let Some(workbook) = package.find("", target) else {
            return Err(kind::not_a_sheet());
        };
        let (listed, shift) = list(&mut package, &workbook)?;
        let relations = package.relations(&workbook)?;
        let folder = workbook.rsplit_once('/').map_or("", |(folder, _)| folder);
        // Beside a workbook that does not say where they are, they have their usual names.
        let beside = |package: &Package<'_>, kind: &str, name: &str| {
            let told = relations.values().find(|relation| relation.kind == kind);
            package.find(folder, told.map_or(name, |relation| relation.target.as_str()))
        };
        let texts = match beside(&package, "sharedStrings", "sharedStrings.xml") {
            Some(name) => package.open(&name, Role::Texts)?.map(Texts::read).transpose()?,
            None => None,
        };
        let dates = match beside(&package, "styles", "styles.xml") {
            Some(name) => package.open(&name, Role::Styles)?.map(dates).transpose()?,
            None => None,
        };
        let sheet = |(name, is_visible, id): (String, bool, String)| {
            let relation: Option<&Relation> = relations.get(&id);
            // Old modules are in the list, and nowhere else.
            if id.is_empty() || relation.is_some_and(|relation| relation.kind != "worksheet") {
                return None;
            }
            let part = relation.and_then(|relation| package.find(folder, &relation.target));
            Some(Listed { name, is_visible, part })
        };
        let sheets = listed.into_iter().filter_map(sheet).take(SHEETS).collect();
        Ok(Self {
            package,
            sheets,
            texts: texts.unwrap_or_default(),
            dates: dates.unwrap_or_default(),
            shift,
        })
    }

    /// Lets all sheets be read anew.
    pub(super) fn again(&mut self) {
        self.package.again();
    }

    /// The cells of the sheet with this number in the list. None if there are none.
    ///
    /// # Errors
    /// When they were read before, or can't be unpacked.
    pub(super) fn cells(&mut self, sheet: usize) -> Result<Option<Pull<'_, 'a>>, SheetError> {
        let Some(part) = self.sheets.get(sheet).and_then(|sheet| sheet.part.as_ref()) else {
            return Ok(None);
        };
        let part = self.package.open(part, Role::Sheet)?;
        Ok(part.map(|part| Pull::new(part, &self.texts, &self.dates, self.shift)))
    }

    /// Where a sheet's links lead, in the place of the names of their relations.
    ///
    /// # Errors
    /// When its relations can't be read.
    pub(super) fn targets(
        &mut self,
        sheet: usize,
        links: Vec<(Area, Anchor)>,
    ) -> Result<Vec<(Area, String)>, SheetError> {
        if links.is_empty() {
            return Ok(Vec::new());
        }
        let Some(part) = self.sheets.get(sheet).and_then(|sheet| sheet.part.clone()) else {
            return Ok(Vec::new());
        };
        let relations = self.package.relations(&part)?;
        let (mut targets, mut room) = (Vec::new(), TARGETS);
        for (area, anchor) in links {
            let relation = relations.get(&anchor.relation);
            let Some(relation) =
                relation.filter(|relation| relation.kind == "hyperlink" && !relation.target.is_empty())
            else {
                continue;
            };
            // Many links may share one relation.
            let length = relation.target.len() + anchor.location.len() + 1;
            room = room.checked_sub(length).ok_or_else(too_large)?;
            let target = match anchor.location.as_str() {
                "" => relation.target.clone(),
                location => format!("{}#{location}", relation.target),
            };
            targets.push((area, target));
        }
        Ok(targets)
    }
}

type Named = (String, bool, String);

/// The sheets: name, whether it is visible, and the name of its relation. And what its dates lack.
fn list(package: &mut Package<'_>, workbook: &str) -> Result<(Vec<Named>, f64), SheetError> {
    let (mut sheets, mut shift) = (Vec::new(), 0.0);
    let Some(mut part) = package.open(workbook, Role::Map)? else {
        return Err(kind::not_a_sheet());
    };
    loop {
        match part.next()? {
            Event::Start(element) => match element.local_name().as_ref() {
                "sheet" if sheets.len() < SHEETS => sheets.push(listed(&element)),
                "workbookPr" if xml::attributes(&element).any(since_1904) => shift = SINCE_1904,
                _ => {}
            },
            Event::Eof => return Ok((sheets, shift)),
            _ => {}
        }
    }
}

fn since_1904(told: (&str, &str)) -> bool {
    matches!(told, ("date1904", "1" | "true"))
}

fn listed(element: &BytesStart<'_>) -> Named {
    let (mut name, mut is_visible, mut id) = (String::new(), true, String::new());
    for (key, value) in xml::attributes(element) {
        match key {
            "name" => name = xml::meant(value).into_owned(),
            "state" => is_visible = !matches!(value, "hidden" | "veryHidden"),
            "id" => id = xml::meant(value).into_owned(),
            _ => {}
        }
    }
    (name, is_visible, id)
}

/// Which styles show dates.
fn dates<S: Read>(mut part: Xml<'_, S>) -> Result<Vec<bool>, SheetError> {
    let mut formats: BTreeMap<u32, bool> = BTreeMap::new();
    let mut dates = Vec::new();
    let mut in_cells = false;
    loop {
        match part.next()? {
            Event::Start(element) => match element.local_name().as_ref() {
                "cellXfs" => in_cells = true,
                "xf" if in_cells => {
                    let id = number(&element, "numFmtId").unwrap_or(0);
                    dates.push(formats.get(&id).copied().unwrap_or_else(|| built_in(id)));
                }
                "numFmt" => {
                    let code = xml::attributes(&element).find(|(key, _)| *key == "formatCode");
                    if let (Some(id), Some((_, code))) = (number(&element, "numFmtId"), code) {
                        formats.insert(id, shows_a_date(&xml::meant(code)));
                    }
                    if formats.len() > FORMATS {
                        return Err(too_large());
                    }
                }
                _ => {}
            },
            Event::End(element) if element.local_name().as_ref() == "cellXfs" => in_cells = false,
            Event::Eof => return Ok(dates),
            _ => {}
        }
    }
}

fn number(element: &BytesStart<'_>, name: &str) -> Option<u32> {
    let (_, value) = xml::attributes(element).find(|(key, _)| *key == name)?;
    value.trim().parse().ok()
}

/// The formats that have no code in the file (ECMA-376, part 1, 18.8.30), those of East Asia among them.
const fn built_in(id: u32) -> bool {
    matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58)
}

/// Whether a format has letters of days or hours in its first section, outside of quotes.
fn shows_a_date(code: &str) -> bool {
    if code.eq_ignore_ascii_case("general") || code.eq_ignore_ascii_case("standard") {
        return false;
    }
    let mut letters = code.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                letters.by_ref().find(|letter| *letter == '"');
            }
            // The next one is shown, or its width is.
            '\\' | '_' | '*' => {
                letters.next();
            }
            // A colour, a condition, a country; or hours that go on after 24.
            '[' => {
                let inner: String = letters.by_ref().take_while(|letter| *letter != ']').collect();
                let inner = inner.to_ascii_lowercase();
                if !inner.is_empty() && ["h", "m", "s"].iter().any(|unit| inner.replace(unit, "").is_empty()) {
                    return true;
                }
            }
            ';' => return false,
            'd' | 'm' | 'y' | 'h' | 's' | 'D' | 'M' | 'Y' | 'H' | 'S' => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_dates_are_known_by_their_letters() {
        for code in [
            "dd/mm/yyyy",
            "yyyy\\-mm\\-dd",
            "[$-409]d\\-mmm\\-yyyy;@",
            "[h]:mm:ss",
            "[mm]",
            "m\"M\"d\"D\";@",
            "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy",
            "h:mm AM/PM",
            "\"ID \"yy",
        ] {
            assert!(shows_a_date(code), "{code}");
        }
        for code in [
            "General",
            "Standard",
            "0",
            "#,##0.00",
            "\"days\" 0",
            "0\\d",
            "[Red]0",
            "[$EUR-de]0",
            "0.00E+00",
            "@",
            "000000",
            "0_d",
            "0;dd",
            "[Magenta]0",
            "",
        ] {
            assert!(!shows_a_date(code), "{code}");
        }
        assert!(built_in(14) && built_in(22) && built_in(57) && !built_in(0) && !built_in(49));
    }
}
