//! A cell under way: what is gathered of it, element by element.

use quick_xml::events::{BytesRef, BytesStart};

use super::{
    area,
    guard::damaged,
    model::{Cell, SheetError, TEXT_AT_MOST},
    texts::Rich,
    xml,
};

/// A cell under way.
#[derive(Debug, Default)]
pub(super) struct Open {
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) is_wanted: bool,
    pub(super) style: Option<usize>,
    pub(super) kind: Kind,
    into: Into,
    pub(super) has_value: bool,
    pub(super) value: String,
    pub(super) rich: Rich,
    pub(super) has_formula: bool,
    pub(super) formula: String,
    /// The number of a formula that is shared.
    pub(super) shared: Option<u32>,
}

/// What a cell's value is written as.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Number,
    Shared,
    Inline,
    /// The text that a formula comes to.
    Text,
    Boolean,
    Error,
    Day,
}

/// What the text under way belongs to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Into {
    #[default]
    Nothing,
    Value,
    Formula,
    Rich,
}

impl Open {
    /// A new cell, which is where the last one has led to unless it says where.
    pub(super) fn begin(&mut self, element: &BytesStart<'_>, here: (u32, u32)) -> Result<(), SheetError> {
        (self.row, self.column) = here;
        self.value.clear();
        self.formula.clear();
        for (key, value) in xml::attributes(element) {
            match key {
                "r" => (self.row, self.column) = area::place(value.trim()).ok_or_else(damaged)?,
                "s" => self.style = value.trim().parse().ok(),
                "t" => self.kind = Kind::of(value).ok_or_else(damaged)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// An element in the cell.
    pub(super) fn inner(&mut self, element: &BytesStart<'_>) {
        match element.local_name().as_ref() {
            // Beside a text of its own, a value says the same again.
            "v" if self.kind != Kind::Inline => {
                self.into = Into::Value;
                self.has_value = true;
            }
            "is" => {
                self.into = Into::Rich;
                self.has_value = true;
                self.kind = Kind::Inline;
            }
            "f" => {
                self.into = Into::Formula;
                self.has_formula = true;
                let mut told = xml::attributes(element);
                let shared = told.any(|told| told == ("t", "shared"));
                let number = xml::attributes(element).find(|(key, _)| *key == "si");
                self.shared = number
                    .filter(|_| shared)
                    .and_then(|(_, value)| value.trim().parse().ok());
            }
            _ if self.into == Into::Rich => self.rich.begins(element),
            _ => {}
        }
    }

    pub(super) fn add(&mut self, text: &str) {
        match self.into {
            Into::Value if self.is_wanted => xml::push(text, &mut self.value),
            Into::Formula if self.is_wanted => xml::push(text, &mut self.formula),
            Into::Rich if self.is_wanted => self.rich.add(text),
            _ => {}
        }
    }

    pub(super) fn refer(&mut self, reference: &BytesRef<'_>) {
        match self.into {
            Into::Value if self.is_wanted => xml::resolve(reference, &mut self.value),
            Into::Formula if self.is_wanted => xml::resolve(reference, &mut self.formula),
            Into::Rich if self.is_wanted => self.rich.refer(reference),
            _ => {}
        }
    }

    pub(super) fn ends(&mut self, name: &str) {
        match name {
            "v" | "f" | "is" => self.into = Into::Nothing,
            name => self.rich.ends(name),
        }
    }
}

impl Kind {
    fn of(told: &str) -> Option<Self> {
        Some(match told {
            "n" => Self::Number,
            "s" => Self::Shared,
            "inlineStr" | "is" => Self::Inline,
            "str" => Self::Text,
            "b" => Self::Boolean,
            "e" => Self::Error,
            "d" => Self::Day,
            _ => return None,
        })
    }
}

/// Blanks of all kinds are as good as nothing.
pub(super) fn text_cell(text: &str) -> Cell {
    if text.trim().is_empty() {
        return Cell::Empty;
    }
    let longest = TEXT_AT_MOST * 4;
    let end = text.floor_char_boundary(longest.min(text.len()));
    Cell::Text(text.get(..end).unwrap_or_default().to_owned())
}
