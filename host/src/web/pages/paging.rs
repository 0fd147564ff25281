//! Lists by pages: where one goes on, and the way there.

use maud::{Markup, html};
use serde::Deserialize;

use crate::{
    Result,
    service::{Cursor, Part},
};

/// Which part of a list.
#[derive(Default, Deserialize)]
pub(super) struct After {
    #[serde(default)]
    pub(super) after: String,
}

/// Rows of a page.
const ROWS: u32 = 50;

/// A page of a list, from where the address says.
pub(super) fn part(after: &str) -> Result<Part> {
    let after = (!after.is_empty()).then(|| after.parse::<Cursor>()).transpose()?;
    Part::new(ROWS, after)
}

/// To the first page and to the next one, as far as there are any.
pub(super) fn more(next: Option<&Cursor>, after: &str, address: impl Fn(&str) -> String) -> Markup {
    html! {
        @if next.is_some() || !after.is_empty() {
            nav.foot aria-label="Pages" {
                @if !after.is_empty() { a.btn href=(address("")) { "First page" } }
                @if let Some(next) = next { a.btn href=(address(&next.to_string())) { "Next page" } }
            }
        }
    }
}
