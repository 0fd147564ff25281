//! The cells of a sheet, one after the other, in the order of the file; and what stands behind them.

use std::collections::BTreeMap;

use quick_xml::events::{BytesStart, Event};

use super::{
    area::{self, Area},
    cell::{Kind, Open, text_cell},
    days,
    formula::{self, Link},
    guard::{damaged, too_large},
    model::{Cell, SheetError},
    package::Part,
    texts::{Anchor, Texts},
    xml,
};

/// The most links of a sheet, and the most merged blocks. Excel makes 65,530 links at most.
const LINKS: usize = 200_000;
const MERGES: usize = 1_000_000;
/// All that links are told by, in bytes.
const NAMES: usize = 32 * 1024 * 1024;
/// The most formulas that others share.
const SHARED: usize = 65_536;

/// A cell that is not blank, in its place.
#[derive(Debug, PartialEq)]
pub(super) struct Placed {
    /// From 0, like the column.
    pub row: u32,
    pub column: u32,
    pub cell: Cell,
    /// Whether its row is not shown.
    pub is_hidden: bool,
    /// Where its formula leads to.
    pub link: Link,
}

/// What stands behind the cells.
#[derive(Debug, Default)]
pub(super) struct Behind {
    /// Blocks of cells that look like one.
    pub merges: Vec<Area>,
    /// Blocks of cells that are linked.
    pub links: Vec<(Area, Anchor)>,
}

/// Reads them.
pub(super) struct Pull<'p, 'a> {
    part: Part<'p, 'a>,
    texts: &'p Texts,
    dates: &'p [bool],
    shift: f64,
    /// Where the next cell is that does not say it.
    row: u32,
    column: u32,
    is_hidden: bool,
    is_inside: bool,
    open: Open,
    /// Formulas that others share, by their numbers.
    shared: BTreeMap<u32, Link>,
    /// Whether a cell that makes no sense is left out.
    is_lenient: bool,
}

impl<'p, 'a> Pull<'p, 'a> {
    pub(super) fn new(part: Part<'p, 'a>, texts: &'p Texts, dates: &'p [bool], shift: f64) -> Self {
        Self {
            part,
            texts,
            dates,
            shift,
            row: 0,
            column: 0,
            is_hidden: false,
            is_inside: false,
            open: Open::default(),
            shared: BTreeMap::new(),
            is_lenient: false,
        }
    }

    /// Leaves cells out that make no sense: in a copy there are more columns than those that were looked at.
    pub(super) fn leniently(mut self) -> Self {
        self.is_lenient = true;
        self
    }

    /// The next cell that is not blank, in one of the columns that are wanted. None behind the last one.
    ///
    /// # Errors
    /// When the sheet can't be read on.
    pub(super) fn next(&mut self, wanted: impl Fn(u32) -> bool) -> Result<Option<Placed>, SheetError> {
        loop {
            let mut is_closed = false;
            match self.part.next()? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "sheetData" => self.is_inside = true,
                    _ if !self.is_inside => {}
                    "row" => {
                        let (row, is_hidden) = begun_row(&element)?;
                        self.row = row.unwrap_or(self.row);
                        self.column = 0;
                        self.is_hidden = is_hidden;
                    }
                    "c" => {
                        self.open.begin(&element, (self.row, self.column))?;
                        self.open.is_wanted = wanted(self.open.column);
                    }
                    _ => self.open.inner(&element),
                },
                Event::Text(text) => self.open.add(&text.xml10_content()),
                Event::CData(text) => self.open.add(&text.xml10_content()),
                Event::GeneralRef(reference) => self.open.refer(&reference),
                Event::End(element) => match element.local_name().as_ref() {
                    "sheetData" => {
                        self.is_inside = false;
                        return Ok(None);
                    }
                    "row" => {
                        self.row = self.row.saturating_add(1);
                        self.column = 0;
                        self.is_hidden = false;
                    }
                    "c" => {
                        self.column = self.open.column.saturating_add(1);
                        is_closed = true;
                    }
                    name => self.open.ends(name),
                },
                // A chart that says it is a sheet has no cells; a sheet that breaks off has lost some.
                Event::Eof if self.is_inside => return Err(damaged()),
                Event::Eof => return Ok(None),
                _ => {}
            }
            if is_closed && let Some(placed) = self.closed()? {
                return Ok(Some(placed));
            }
        }
    }

    /// The cell that has ended; none if it is blank, or not wanted.
    fn closed(&mut self) -> Result<Option<Placed>, SheetError> {
        let open = std::mem::take(&mut self.open);
        let placed = match open.is_wanted {
            true => match self.placed(&open) {
                Err(_) if self.is_lenient => None,
                placed => placed?,
            },
            false => None,
        };
        // The room of its texts is for the next one.
        self.open.value = open.value;
        self.open.formula = open.formula;
        Ok(placed)
    }

    fn placed(&mut self, open: &Open) -> Result<Option<Placed>, SheetError> {
        let mut cell = self.value(open)?;
        let blank = cell == Cell::Empty;
        if blank && open.has_formula && !(open.kind == Kind::Text && open.has_value) {
            cell = Cell::Uncalculated;
        }
        let link = self.link(open, &mut cell)?;
        Ok((cell != Cell::Empty).then_some(Placed {
            row: open.row,
            column: open.column,
            cell,
            is_hidden: self.is_hidden,
            link,
        }))
    }

    fn value(&self, open: &Open) -> Result<Cell, SheetError> {
        let value = open.value.as_str();
        Ok(match open.kind {
            _ if !open.has_value => Cell::Empty,
            Kind::Inline => text_cell(open.rich.text()),
            Kind::Text => text_cell(&xml::unescaped(value)),
            _ if value.trim().is_empty() => Cell::Empty,
            Kind::Shared => {
                let number = value.trim().parse().ok();
                text_cell(number.and_then(|number| self.texts.get(number)).ok_or_else(damaged)?)
            }
            Kind::Boolean => match value.trim() {
                "0" | "false" | "FALSE" => Cell::Boolean(false),
                "1" | "true" | "TRUE" => Cell::Boolean(true),
                _ => return Err(damaged()),
            },
            Kind::Error => Cell::Error(value.trim().chars().take(32).collect()),
            Kind::Day => days::number(value.trim()).map_or_else(|| text_cell(value), Cell::Date),
            Kind::Number => match number(value.trim()) {
                Some(number) if self.shows_a_date(open.style) => Cell::Date(number + self.shift),
                Some(number) => Cell::Number(number),
                None => text_cell(value),
            },
        })
    }

    fn shows_a_date(&self, style: Option<usize>) -> bool {
        style.and_then(|style| self.dates.get(style)).copied().unwrap_or(false)
    }

    /// Where the cell's formula leads to. What such a formula shows is written in it, and need not be stored.
    fn link(&mut self, open: &Open, cell: &mut Cell) -> Result<Link, SheetError> {
        if !open.has_formula {
            return Ok(Link::None);
        }
        let found = formula::link(&open.formula);
        let link = found.as_ref().map_or(Link::None, |(link, _)| link.clone());
        if let Some((_, Some(shown))) = found {
            *cell = text_cell(&shown);
        }
        let Some(shared) = open.shared else {
            return Ok(link);
        };
        if open.formula.trim().is_empty() {
            return Ok(self.shared.get(&shared).cloned().unwrap_or_default());
        }
        if link != Link::None {
            if self.shared.len() >= SHARED {
                return Err(too_large());
            }
            self.shared.insert(shared, link.clone());
        }
        Ok(link)
    }

    /// Reads what is behind the cells.
    ///
    /// # Errors
    /// When the sheet can't be read on, or there is more of it than a bound.
    pub(super) fn behind(&mut self) -> Result<Behind, SheetError> {
        let mut behind = Behind::default();
        let mut room = NAMES;
        loop {
            match self.part.next()? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "mergeCell" => behind.merges.extend(reference(&element)),
                    "hyperlink" => {
                        let mut anchor = Anchor::default();
                        for (key, value) in xml::attributes(&element) {
                            match key {
                                "id" => anchor.relation = xml::meant(value).into_owned(),
                                "location" => anchor.location = xml::meant(value).into_owned(),
                                _ => {}
                            }
                        }
                        // Without a relation it leads to a place in the workbook.
                        let area = reference(&element).filter(|_| !anchor.relation.is_empty());
                        let length = anchor.relation.len() + anchor.location.len();
                        room = room.checked_sub(length).ok_or_else(too_large)?;
                        behind.links.extend(area.map(|area| (area, anchor)));
                    }
                    _ => {}
                },
                Event::Eof => return Ok(behind),
                _ => {}
            }
            if behind.merges.len() > MERGES || behind.links.len() > LINKS {
                return Err(too_large());
            }
        }
    }

    /// Unpacks what is left: see [`xml::Xml::finish`].
    ///
    /// # Errors
    /// When the part is damaged, or beyond a bound.
    pub(super) fn finish(self) -> Result<(), SheetError> {
        self.part.finish()
    }
}

/// The number of a row from 0, if it says one, and whether it is not shown.
fn begun_row(element: &BytesStart<'_>) -> Result<(Option<u32>, bool), SheetError> {
    let (mut row, mut is_hidden) = (None, false);
    for (key, value) in xml::attributes(element) {
        match key {
            "r" => row = Some(area::row(value.trim()).ok_or_else(damaged)?),
            "hidden" => is_hidden |= matches!(value, "1" | "true"),
            "ht" => is_hidden |= value.trim().parse() == Ok(0.0_f64),
            _ => {}
        }
    }
    Ok((row, is_hidden))
}

fn reference(element: &BytesStart<'_>) -> Option<Area> {
    let (_, value) = xml::attributes(element).find(|(key, _)| *key == "ref")?;
    Area::read(value)
}

/// A number as programs write it; names of numbers are none.
fn number(text: &str) -> Option<f64> {
    let sound = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    text.bytes().all(sound).then(|| text.parse().ok())?
}
