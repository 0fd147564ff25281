//! How a report looks: formats of its cells, and the mood of an outcome.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, FormatUnderline};

/// How an outcome looks: the colours of its cell and of the text in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mood {
    /// Done.
    Good,
    /// Nothing to do.
    Quiet,
    /// A person must choose.
    Unclear,
    /// It can't be.
    Bad,
}

impl Mood {
    /// The mood of an outcome, by its word in the contract.
    pub(super) fn of(outcome: &str) -> Self {
        match outcome {
            "linked" | "re-linked" => Self::Good,
            "already-linked" | "path-missing" => Self::Quiet,
            "ambiguous" | "duplicate-file-id" | "no-id" | "unreadable-cell" | "path-not-found" | "unknown-file-id" => {
                Self::Unclear
            }
            _ => Self::Bad,
        }
    }

    fn colours(self) -> (u32, u32) {
        match self {
            Self::Good => (0x00E2_F0D9, 0x0037_5623),
            Self::Quiet => (0x00ED_EDED, 0x0059_5959),
            Self::Unclear => (0x00FF_F2CC, 0x007F_6000),
            Self::Bad => (0x00FB_E0DC, 0x009C_1C0B),
        }
    }
}

/// The formats, made once.
pub(super) struct Formats {
    pub(super) header: Format,
    pub(super) added: Format,
    pub(super) date: Format,
    pub(super) day: Format,
    pub(super) plain: Format,
    pub(super) link: Format,
    pub(super) reason: Format,
    pub(super) meaning: Format,
    moods: BTreeMap<Mood, Format>,
}

impl Formats {
    pub(super) fn new() -> Self {
        let line = |format: Format| {
            format
                .set_align(FormatAlign::Top)
                .set_border_bottom(FormatBorder::Hair)
                .set_border_bottom_color(Color::RGB(0x00BF_BFBF))
        };
        let heading = |colour: u32| {
            Format::new()
                .set_bold()
                .set_font_color(Color::White)
                .set_background_color(Color::RGB(colour))
                .set_align(FormatAlign::VerticalCenter)
        };
        let mood = |mood: Mood| {
            let (back, front) = mood.colours();
            let format = Format::new()
                .set_bold()
                .set_background_color(Color::RGB(back))
                .set_font_color(Color::RGB(front))
                .set_indent(1);
            (mood, line(format))
        };
        Self {
            header: heading(0x0044_546A),
            added: heading(0x001F_4E79),
            date: line(Format::new().set_num_format("yyyy-mm-dd hh:mm")),
            day: line(Format::new().set_num_format("yyyy-mm-dd")),
            plain: line(Format::new()),
            link: line(
                Format::new()
                    .set_font_color(Color::RGB(0x0005_63C1))
                    .set_underline(FormatUnderline::Single),
            ),
            reason: line(Format::new().set_text_wrap().set_indent(1)),
            meaning: line(Format::new().set_indent(1)),
            moods: [Mood::Good, Mood::Quiet, Mood::Unclear, Mood::Bad].map(mood).into(),
        }
    }

    /// The format of an outcome's cell.
    pub(super) fn mood(&self, outcome: &str) -> &Format {
        self.moods.get(&Mood::of(outcome)).unwrap_or(&self.plain)
    }
}
