//! Workbooks: the sheet that has the two columns, found among all that are visible.

use std::collections::BTreeMap;

use super::{
    area::Area,
    book::Book,
    cells::Behind,
    columns::{self, Collector, Found},
    guard::damaged,
    model::{CELL_AT_MOST, Limits, Sheet, SheetError},
};

/// The most linked cells that a copy keeps their links of. Excel makes 65,530 links in a sheet at most.
const LINKED: usize = 200_000;

/// Blocks of cells, and what they are linked to.
type Links = Vec<(Area, String)>;

/// A workbook with the sheet that was found in it.
pub(super) struct Source<'a> {
    pub book: Book<'a>,
    /// The number of the sheet in the list.
    pub number: usize,
    /// The column of its paths, from 0.
    pub path: u32,
    /// Its links.
    pub links: Links,
}

impl Source<'_> {
    /// Which link a cell has, by row and column from 0, as far as a copy goes: up to this row, and so many columns.
    pub(super) fn linked(&self, last: u32, columns: u32) -> BTreeMap<(u32, u32), usize> {
        let mut linked = BTreeMap::new();
        let short = self.links.iter().enumerate();
        for (number, (area, _)) in short.filter(|(_, (_, target))| target.len() <= CELL_AT_MOST) {
            let columns = area.columns.0..=area.columns.1.min(columns.saturating_sub(1));
            let rows = area.rows.0..=area.rows.1.min(last);
            for place in rows.flat_map(|row| columns.clone().map(move |column| (row, column))) {
                if linked.len() >= LINKED {
                    return linked;
                }
                linked.insert(place, number);
            }
        }
        linked
    }
}

/// The visible sheet that has the two columns, with what is below them.
///
/// # Errors
/// When none has, or more than one, or the workbook can't be read.
pub(super) fn find(bytes: &[u8], limits: Limits) -> Result<(Sheet, Source<'_>), SheetError> {
    let mut book = Book::open(bytes, limits)?;
    let (mut found, mut hidden) = (Vec::new(), Vec::new());
    let mut source = (0, 0, Vec::new());
    let mut is_lost = false;
    for place in 0..book.sheets.len() {
        let Some(listed) = book.sheets.get(place) else { continue };
        if !listed.is_visible {
            hidden.push(listed.name.clone());
            continue;
        }
        is_lost |= listed.part.is_none();
        let (one, path, links) = look(&mut book, place, limits)?;
        if matches!(one, Found::Sheet(_)) {
            source = (place, path, links);
        }
        found.push(one);
    }
    // What is wanted could have been in the sheet whose part is not there.
    if is_lost && !found.iter().any(|one| matches!(one, Found::Sheet(_))) {
        return Err(damaged());
    }
    let sheet = columns::choose(found, &hidden)?;
    let (number, path, links) = source;
    Ok((
        sheet,
        Source {
            book,
            number,
            path,
            links,
        },
    ))
}

/// What is in one sheet; the column of its paths, and its links.
fn look(book: &mut Book<'_>, place: usize, limits: Limits) -> Result<(Found, u32, Links), SheetError> {
    let name = book.sheets.get(place).map(|listed| listed.name.clone());
    let mut collector = Collector::new(name.unwrap_or_default(), limits);
    let mut behind = Behind::default();
    if let Some(mut cells) = book.cells(place)? {
        while let Some(placed) = cells.next(|column| collector.wants(column))? {
            collector.cell(placed)?;
        }
        if collector.columns().is_some() {
            behind = cells.behind()?;
        }
        cells.finish()?;
    }
    let links = book.targets(place, behind.links)?;
    let (_, path) = collector.columns().unwrap_or_default();
    let found = collector.end(&behind.merges, &links)?;
    Ok((found, path, links))
}
