//! The rows of a sheet as a table, with filters that add up: of a check and of an upload.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde::Deserialize;

use crate::{
    service::{RowFilter, SheetLine, SheetLines, open_rows},
    web::{form::Filled, showing::address, words},
};

/// The longest text of a cell that is shown, in characters: the report has it whole.
const TEXT_AT_MOST: usize = 300;

/// Which rows the address asks for.
#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    /// `all`, `open`, or an outcome; else those that need somebody, if there are any.
    #[serde(default)]
    show: String,
    #[serde(default)]
    after: u32,
}

/// A list of rows, and where it stands.
pub(super) struct List<'a> {
    pub(super) path: &'a str,
    pub(super) wanted: &'a Wanted,
    pub(super) counts: &'a BTreeMap<String, u64>,
    /// Whether what it tells has happened.
    pub(super) is_done: bool,
    /// The paths that were chosen, where the form comes back.
    pub(super) chosen: Option<&'a Filled>,
}

impl Wanted {
    /// As the form of the choices has taken it along. What can't be read there is the beginning of the list: which rows are
    /// shown again changes nothing.
    pub(super) fn of(filled: &Filled) -> Self {
        Self {
            show: filled.text("show").to_owned(),
            after: filled.text("after").parse().unwrap_or_default(),
        }
    }

    /// The same in a form.
    pub(super) fn fields(&self) -> Markup {
        html! {
            @if !self.show.is_empty() { input type="hidden" name="show" value=(self.show); }
            @if 0 < self.after { input type="hidden" name="after" value=(self.after); }
        }
    }

    pub(super) fn after(&self) -> u32 {
        self.after
    }

    /// Those that need somebody come first, where there are any.
    pub(super) fn filter(&self, counts: &BTreeMap<String, u64>) -> RowFilter {
        match self.show.as_str() {
            "" if 0 < open_rows(counts) => RowFilter::Open,
            "" | "all" => RowFilter::All,
            "open" => RowFilter::Open,
            outcome => RowFilter::Outcome(outcome.to_owned()),
        }
    }
}

impl List<'_> {
    fn at(&self, show: &str) -> String {
        address(self.path, &[("show", show)])
    }

    /// All, those that need somebody, and each outcome by itself.
    pub(super) fn chips(&self) -> Markup {
        let now = self.wanted.filter(self.counts);
        let is_now = |filter: RowFilter| (now == filter).then_some("true");
        let (all, open) = (self.counts.values().sum(), open_rows(self.counts));
        html! {
            nav.tools.chips aria-label="Which rows" {
                a.chip href=(self.at("all")) aria-current=[is_now(RowFilter::All)] { "All " (words::grouped(all)) }
                @if 0 < open { a.chip href=(self.at("open")) aria-current=[is_now(RowFilter::Open)] { "Need you " (words::grouped(open)) } }
                @for (outcome, count) in self.counts {
                    a.chip href=(self.at(outcome)) aria-current=[is_now(RowFilter::Outcome(outcome.clone()))] { (words::sheet::row(outcome, self.is_done).1) " " (words::grouped(*count)) }
                }
            }
        }
    }

    /// The rows. Where paths could have been meant, one of them can be chosen.
    pub(super) fn table(&self, rows: &[SheetLine], path_column: &str) -> Markup {
        html! {
            @if rows.is_empty() { div.pad { p.soft { "No row is like that." } } } @else {
                div.wide { table.stack {
                    caption.unseen { "Rows of the sheet" }
                    thead { tr {
                        th.num scope="col" { "Row" } th scope="col" { "File ID" } th scope="col" { (words::name(path_column)) }
                        th scope="col" { (if self.is_done { "What became of it" } else { "What will happen" }) }
                    } }
                    tbody { @for row in rows { (self.line(row)) } }
                } }
            }
        }
    }

    fn line(&self, row: &SheetLine) -> Markup {
        let (tone, label) = words::sheet::row(&row.outcome, self.is_done);
        let resolved = row.resolved.as_ref().filter(|resolved| **resolved != row.path);
        // Where the paths that could have been meant stand below, the sentence would say them twice.
        let is_asked = row.outcome == "path-not-found" && !row.suggestions.is_empty();
        let says_more = (row.is_open && !is_asked) || row.is_noted || row.outcome == "re-linked";
        html! {
            tr {
                td.num.soft data-label="Row" { (row.row) }
                td data-label="File ID" { span.name {
                    @match &row.name {
                        Some(name) => { a href={ "/files/" (row.file) } { (row.file) } span.why { (short(name)) } },
                        None => { @if row.file.is_empty() { span.soft { "none" } } @else { (short(&row.file)) } },
                    }
                } }
                td { span.name {
                    @if row.path.is_empty() { span.soft { "none" } } @else { (short(&row.path)) }
                    @if let Some(resolved) = resolved { span.why { "Leads to " (short(resolved)) } }
                } }
                td { span.name {
                    (words::state(tone, label))
                    @if says_more && !row.message.is_empty() { span.why { (words::sentence(&cut(&row.message))) } }
                    (meant(row, self.chosen))
                } }
            }
        }
    }

    /// To the first rows, and to the next.
    pub(super) fn more(&self, lines: &SheetLines) -> Markup {
        let show = self.wanted.show.as_str();
        html! {
            @if 0 < self.wanted.after || lines.next.is_some() {
                nav.tools aria-label="Pages" {
                    @if 0 < self.wanted.after { a.btn href=(self.at(show)) { "First page" } }
                    @if let Some(next) = lines.next { a.btn href=(address(self.path, &[("show", show), ("after", &next.to_string())])) { "Next page" } }
                }
            }
        }
    }
}

fn cut(text: &str) -> String {
    let mut letters = text.chars();
    let mut cut: String = letters.by_ref().take(TEXT_AT_MOST).collect();
    if letters.next().is_some() {
        cut.push('…');
    }
    cut
}

/// A text out of the sheet, which may be of any length.
fn short(text: &str) -> Markup {
    words::name(&cut(text))
}

/// The paths that could have been meant, one of which can be chosen.
fn meant(row: &SheetLine, chosen: Option<&Filled>) -> Markup {
    let name = format!("row-{}", row.row);
    let chosen = chosen.map(|filled| filled.text(&name));
    html! {
        @if !row.suggestions.is_empty() {
            fieldset.meant {
                legend { "Did you mean" span.unseen { " in row " (row.row) } }
                @for (place, path) in row.suggestions.iter().enumerate() {
                    label.choice { input type="radio" name=(name) value=(place) checked[chosen.is_some_and(|chosen| chosen == place.to_string())]; (short(path)) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_any_length_is_cut_and_none_that_fits() {
        assert_eq!(cut("a.pdf"), "a.pdf");
        let long = cut(&"é".repeat(70_000));
        assert_eq!(long.chars().count(), TEXT_AT_MOST + 1);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn rows_that_need_somebody_are_shown_first() {
        let counts = |outcome: &str| BTreeMap::from([("linked".to_owned(), 2), (outcome.to_owned(), 1)]);
        let wanted = |show: &str| Wanted {
            show: show.into(),
            after: 0,
        };
        assert_eq!(wanted("").filter(&counts("path-not-found")), RowFilter::Open);
        assert_eq!(wanted("").filter(&counts("path-missing")), RowFilter::All);
        assert_eq!(wanted("all").filter(&counts("path-not-found")), RowFilter::All);
        assert_eq!(
            wanted("linked").filter(&counts("too-large")),
            RowFilter::Outcome("linked".into())
        );
    }
}
