//! Text for people: tables, sizes, and names that can't play tricks on a terminal.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

/// Rows under a heading, in columns as wide as what is in them.
pub fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = heading.map(width);
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(cell));
        }
    }
    let mut text = String::new();
    line(&mut text, &widths, heading.iter().copied());
    for row in rows {
        line(&mut text, &widths, row.iter().map(String::as_str));
    }
    text
}

fn line<'a>(text: &mut String, widths: &[usize], cells: impl Iterator<Item = &'a str>) {
    let mut line = String::new();
    for (cell, widest) in cells.zip(widths) {
        // A line break in a cell could forge a row.
        let cell = cell.replace('\n', "\\n");
        let gap = widest.saturating_sub(width(&cell)) + 2;
        line.push_str(&cell);
        line.extend(std::iter::repeat_n(' ', gap));
    }
    text.push_str(line.trim_end());
    text.push('\n');
}

fn width(cell: &str) -> usize {
    cell.width()
}

/// What came from outside, with everything escaped that a terminal would obey.
pub fn plain(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            let obeyed = character.is_control() && character != '\n';
            let reordered =
                matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            let escaped = obeyed || reordered;
            let kept = (!escaped).then_some(character);
            kept.into_iter()
                .chain(escaped.then(|| character.escape_unicode()).into_iter().flatten())
        })
        .collect()
}

/// Bytes in the unit that fits.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut scaled = bytes as f64;
    let mut unit = "B";
    for next in UNITS {
        if scaled < 1024.0 {
            break;
        }
        scaled /= 1024.0;
        unit = next;
    }
    let mut text = String::new();
    // Writing into a string does not fail.
    let _ = write!(text, "{scaled:.1} {unit}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let text = table(
            ["A", "NAME"],
            &[["1000".into(), "ä".into()], ["2".into(), "long".into()]],
        );
        assert_eq!(text, "A     NAME\n1000  ä\n2     long\n");
    }

    #[test]
    fn a_hostile_name_commands_no_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\u{202e}fdp.exe"), "a\\u{1b}[2Jb\\u{202e}fdp.exe");
        assert_eq!(table(["NAME"], &[["a\nforged".into()]]), "NAME\na\\nforged\n");
    }

    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        assert_eq!(size(1023), "1023 B");
        assert_eq!(size(524_288_000), "500.0 MiB");
    }
}
