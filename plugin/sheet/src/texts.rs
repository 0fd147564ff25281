//! Texts that cells share, and where links of a sheet stand.

use std::io::Read;

use quick_xml::events::{BytesStart, Event};

use super::{
    model::SheetError,
    xml::{self, Xml},
};

/// Texts that cells share, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Texts {
    all: String,
    ends: Vec<usize>,
}

impl Texts {
    pub(super) fn read<S: Read>(mut part: Xml<'_, S>) -> Result<Self, SheetError> {
        let mut texts = Self::default();
        let mut rich = Rich::default();
        loop {
            match part.next()? {
                Event::Start(element) => rich.begins(&element),
                Event::Text(text) => rich.add(&text.xml10_content()),
                Event::CData(text) => rich.add(&text.xml10_content()),
                Event::GeneralRef(reference) => rich.refer(&reference),
                Event::End(element) => match element.local_name().as_ref() {
                    "si" => {
                        texts.all.push_str(&rich.take());
                        texts.ends.push(texts.all.len());
                    }
                    name => rich.ends(name),
                },
                Event::Eof => return Ok(texts),
                _ => {}
            }
        }
    }

    /// The text with this number, from 0.
    pub(super) fn get(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)?;
        let begin = match number.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.all.get(begin..end)
    }
}

/// A text whose parts may look different each: `<r><t>…</t></r><r><t>…</t></r>`, or plainly `<t>…</t>`.
#[derive(Debug, Default)]
pub(super) struct Rich {
    text: String,
    /// The part under way.
    part: String,
    is_open: bool,
    keeps_blanks: bool,
    /// How it is spoken: written above Japanese text, and no part of it.
    is_spoken: bool,
}

impl Rich {
    pub(super) fn begins(&mut self, element: &BytesStart<'_>) {
        match element.local_name().as_ref() {
            "rPh" => self.is_spoken = true,
            "t" if !self.is_spoken => {
                self.is_open = true;
                self.keeps_blanks = xml::attributes(element).any(|told| told == ("space", "preserve"));
            }
            _ => {}
        }
    }

    pub(super) fn add(&mut self, text: &str) {
        if self.is_open {
            xml::push(text, &mut self.part);
        }
    }

    pub(super) fn refer(&mut self, reference: &quick_xml::events::BytesRef<'_>) {
        if self.is_open {
            xml::resolve(reference, &mut self.part);
        }
    }

    pub(super) fn ends(&mut self, name: &str) {
        match name {
            "rPh" => self.is_spoken = false,
            "t" if self.is_open => {
                self.is_open = false;
                let blank = [' ', '\t', '\r', '\n'];
                let part = match self.keeps_blanks {
                    true => self.part.as_str(),
                    false => self.part.trim_matches(blank),
                };
                xml::push(&xml::unescaped(part), &mut self.text);
                self.part.clear();
            }
            _ => {}
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn take(&mut self) -> String {
        std::mem::take(self).text
    }
}

/// What a link is told by.
#[derive(Debug, Default)]
pub(super) struct Anchor {
    /// The name of a relation.
    pub relation: String,
    /// A place in what is there.
    pub location: String,
}
