//! What stands behind the cells of a sheet and changes what they mean: blocks of cells that look like one, and links.

use super::{
    area::Area,
    model::{Row, SheetError, Value, too_long},
};

/// Rows of a sheet, by their numbers: in files of some programs they come in any order.
struct Ordered<'r> {
    rows: &'r mut [Row],
    /// The places of the rows, by their numbers.
    order: Vec<usize>,
}

/// Gives each row the links and merged cells that cover it. `columns` are those of File ID and path, `header` is the
/// number of the header row, and `room` is how many bytes of text there may be more.
///
/// # Errors
/// When the texts are longer than there is room for.
pub(super) fn apply(
    rows: &mut [Row],
    columns: (u32, u32),
    header: u32,
    merges: &[Area],
    links: &[(Area, String)],
    room: &mut usize,
) -> Result<(), SheetError> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|place| rows.get(*place).map(|row| row.number));
    let mut rows = Ordered { rows, order };
    rows.link(columns.1, links, room)?;
    let downwards = |column: u32| {
        let merged = merges.iter().filter(move |area| area.columns.0 == column);
        let spans = merged.map(|area| (area.rows.0 + 1, area.rows.1 + 1, area.rows.0 + 1));
        spans
            .filter(|(first, last, _)| first < last && header < *first)
            .collect::<Vec<_>>()
    };
    let paths = rows.covered(downwards(columns.1));
    let written = |row: &Row| (row.path != Value::Blank).then(|| (row.path.clone(), row.link.clone(), row.number));
    rows.merge(paths, room, written, |row, (path, link, from)| {
        (row.path, row.link, row.path_from) = (path, link, Some(from));
    })?;
    let ids = rows.covered(downwards(columns.0));
    let written = |row: &Row| (row.id != Value::Blank).then(|| (row.id.clone(), row.number));
    rows.merge(ids, room, written, |row, (id, from)| {
        (row.id, row.id_from) = (id, Some(from));
    })
}

impl Ordered<'_> {
    /// For each row that is covered by a span, the last that begins before it: spans have a first and a last row.
    fn covered<T: Copy>(&self, mut spans: Vec<(u32, u32, T)>) -> Vec<(usize, T)> {
        spans.sort_by_key(|(first, ..)| *first);
        let mut coming = spans.into_iter().peekable();
        let mut open: Vec<(u32, T)> = Vec::new();
        let mut covered = Vec::new();
        for place in &self.order {
            let number = self.rows.get(*place).map_or(0, |row| row.number);
            while let Some((_, last, told)) = coming.next_if(|(first, ..)| *first <= number) {
                open.push((last, told));
            }
            // What ends here covers none of the rows that follow.
            while open.pop_if(|(last, _)| *last < number).is_some() {}
            covered.extend(open.last().map(|(_, told)| (*place, *told)));
        }
        covered
    }

    fn link(&mut self, column: u32, links: &[(Area, String)], room: &mut usize) -> Result<(), SheetError> {
        let here = links
            .iter()
            .filter(|(area, _)| (area.columns.0..=area.columns.1).contains(&column));
        let spans = here.map(|(area, target)| (area.rows.0 + 1, area.rows.1 + 1, target.as_str()));
        for (place, target) in self.covered(spans.collect()) {
            if let Some(row) = self.rows.get_mut(place).filter(|row| row.link.is_none()) {
                *room = room.checked_sub(target.len()).ok_or_else(|| too_long(row.number))?;
                row.link = Some(target.to_owned());
            }
        }
        Ok(())
    }

    /// Lets rows take what is written in the row that their cell is merged with.
    fn merge<T>(
        &mut self,
        covered: Vec<(usize, u32)>,
        room: &mut usize,
        written: impl Fn(&Row) -> Option<T>,
        take: impl Fn(&mut Row, T),
    ) -> Result<(), SheetError> {
        let mut first: Option<(u32, usize)> = None;
        for (place, from) in covered {
            let Some(number) = self.rows.get(place).map(|row| row.number) else {
                continue;
            };
            if number == from {
                first = Some((from, place));
                continue;
            }
            // Without a row at its beginning, nothing is written in the block.
            let begins = first.filter(|(number, _)| *number == from);
            let Some(told) = begins.and_then(|(_, place)| self.rows.get(place)).and_then(&written) else {
                continue;
            };
            if let Some(row) = self.rows.get_mut(place) {
                let before = row.length();
                take(row, told);
                let more = row.length().saturating_sub(before);
                *room = room.checked_sub(more).ok_or_else(|| too_long(number))?;
            }
        }
        Ok(())
    }
}
