//! Columns, and what becomes of a row that is wider than the terminal: cells are cut, but for those that people type or act
//! by; a sentence at the end goes on below; and where even that has no room, a row is a record, a line a cell.

use std::iter::repeat_n;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns between two cells.
const GAP: usize = 2;

/// A column is cut to no less.
const LEAST: usize = 12;

/// A sentence that goes on below has at least so much room.
const SENTENCE: usize = 24;

/// The headings of sentences: nothing of them is left out.
const SENTENCES: [&str; 7] = ["WAY OUT", "MESSAGE", "STATUS", "REASON", "WHY", "HOW FAR", "MEANING"];

/// The columns of a table, as wide as what is in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// What stands above them.
    pub headings: Vec<&'static str>,
    /// Terminal cells.
    pub widths: Vec<usize>,
}

impl Columns {
    /// A row in full width.
    pub fn aligned(&self, cells: &[String]) -> String {
        line(cells, &self.widths)
    }

    /// A row as it fits a terminal of this width; the headings, if it is that row.
    pub fn within(&self, cells: &[String], is_heading: bool, width: usize) -> Vec<String> {
        if total(&self.widths) <= width {
            return vec![self.aligned(cells)];
        }
        let Some(fitting) = self.fitting(width) else {
            return self.record(cells, is_heading);
        };
        let mut cut: Vec<String> = cells
            .iter()
            .zip(&fitting)
            .map(|(cell, width)| shortened(cell, *width))
            .collect();
        let mut below = Vec::new();
        if self.ends_in_a_sentence()
            && let (Some(last), Some(shown), Some(room)) = (cells.last(), cut.last_mut(), fitting.last())
        {
            let mut pieces = wrapped(last, *room).into_iter();
            *shown = pieces.next().unwrap_or_default();
            let indent = total(&fitting).saturating_sub(*room);
            below = pieces
                .map(|piece| repeat_n(' ', indent).collect::<String>() + &piece)
                .collect();
        }
        let mut lines = vec![line(&cut, &fitting)];
        lines.extend(below);
        lines
    }

    /// How wide each column is in a terminal of this width; none where there is no room for that.
    fn fitting(&self, width: usize) -> Option<Vec<usize>> {
        let last = self.headings.len().saturating_sub(1);
        let each = self.headings.iter().zip(&self.widths).enumerate();
        let mut fitting: Vec<usize> = each
            .map(
                |(at, (heading, widest))| match at == last && self.ends_in_a_sentence() {
                    true => SENTENCE.min(*widest),
                    false if is_whole(heading) => *widest,
                    false => heading.width().max(LEAST).min(*widest),
                },
            )
            .collect();
        let mut spare = width.checked_sub(total(&fitting))?;
        for (has, wants) in fitting.iter_mut().zip(&self.widths) {
            let more = spare.min(wants.saturating_sub(*has));
            *has += more;
            spare -= more;
        }
        Some(fitting)
    }

    fn ends_in_a_sentence(&self) -> bool {
        self.headings.last().is_some_and(|heading| SENTENCES.contains(heading))
    }

    /// A line a cell, and an empty one behind them.
    fn record(&self, cells: &[String], is_heading: bool) -> Vec<String> {
        if is_heading {
            return Vec::new();
        }
        let widest = self.headings.iter().map(|heading| heading.width()).max().unwrap_or(0);
        let filled = self.headings.iter().zip(cells).filter(|(_, cell)| !cell.is_empty());
        let mut lines: Vec<String> = filled
            .map(|(heading, cell)| format!("{heading:widest$}  {cell}"))
            .collect();
        lines.push(String::new());
        lines
    }
}

/// What people type next is no use in part.
fn is_whole(heading: &str) -> bool {
    heading.ends_with("ID") || SENTENCES.contains(&heading)
}

fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, widest) in cells.iter().zip(widths) {
        line.push_str(cell);
        line.extend(repeat_n(' ', widest.saturating_sub(cell.width()) + GAP));
    }
    line.truncate(line.trim_end().len());
    line
}

/// A text in so much room, with … in the place of what has none.
fn shortened(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut short = beginning(text, room.saturating_sub(1)).to_owned();
    short.push('…');
    short
}

/// As much of a text as has room.
fn beginning(text: &str, room: usize) -> &str {
    let mut taken = 0;
    for (at, letter) in text.char_indices() {
        taken += letter.width().unwrap_or(0);
        if room < taken {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// A text in lines of so much room, between words where it can be.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while room < rest.width() {
        let whole = beginning(rest, room);
        let at_a_space = rest.get(..whole.len() + 1).and_then(|piece| piece.rfind(' '));
        let end = match at_a_space.filter(|at| 0 < *at) {
            Some(at) => at,
            None if whole.is_empty() => break,
            None => whole.len(),
        };
        let (piece, left) = rest.split_at(end);
        lines.push(piece.trim_end().to_owned());
        rest = left.trim_start();
    }
    lines.push(rest.to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(of: &[(&'static str, usize)]) -> Columns {
        Columns {
            headings: of.iter().map(|(heading, _)| *heading).collect(),
            widths: of.iter().map(|(_, width)| *width).collect(),
        }
    }

    fn cells<const N: usize>(of: [&str; N]) -> Vec<String> {
        of.map(String::from).to_vec()
    }

    #[test]
    fn a_row_that_fits_is_left_alone_and_a_wide_one_is_cut_but_for_what_is_typed() {
        let columns = columns(&[("FILE ID", 7), ("NAME", 30), ("PLACE", 12)]);
        let row = cells(["100001", "A very long name of a file.pdf", "Company Wide"]);
        assert_eq!(columns.within(&row, false, 80), [columns.aligned(&row)]);
        assert_eq!(
            columns.within(&row, false, 40),
            ["100001   A very long name…  Company Wide"]
        );
    }

    #[test]
    fn a_sentence_at_the_end_goes_on_below_and_nothing_of_it_is_lost() {
        let columns = columns(&[("RUN", 3), ("MESSAGE", 60)]);
        let row = cells(["7", "the source asked for patience; the next run goes on with it"]);
        let lines = columns.within(&row, false, 32);
        assert_eq!(
            lines,
            [
                "7    the source asked for",
                "     patience; the next run goes",
                "     on with it"
            ]
        );
        assert!(lines.iter().all(|line| line.width() <= 32));
    }

    #[test]
    fn where_nothing_fits_a_row_is_a_record() {
        let columns = columns(&[("FILE ID", 7), ("NAME", 30), ("ITEM ID", 34)]);
        let row = cells(["100001", "見積", "01ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"]);
        assert_eq!(
            columns.within(&row, false, 40),
            [
                "FILE ID  100001",
                "NAME     見積",
                "ITEM ID  01ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
                ""
            ]
        );
        assert!(
            columns
                .within(&cells(["FILE ID", "NAME", "ITEM ID"]), true, 40)
                .is_empty()
        );
    }

    #[test]
    fn wide_letters_are_cut_between_and_a_word_without_end_anywhere() {
        assert_eq!(shortened("見積見積", 5), "見積…");
        assert_eq!(wrapped("aaaaaaaa", 3), ["aaa", "aaa", "aa"]);
        assert_eq!(wrapped("ä ö ü", 3), ["ä ö", "ü"]);
        assert_eq!(wrapped("", 3), [""]);
    }
}
