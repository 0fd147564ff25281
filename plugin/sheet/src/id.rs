//! File IDs as spreadsheets spell them.

use std::borrow::Cow;

use super::{days, model::Cell};

/// The longest File ID, in bytes.
const LONGEST: usize = 64;

/// A File ID out of a cell; none if the cell is blank.
///
/// Text stays as it is, leading zeros included. Numbers count if they are whole: 123, 123.0, and 1.23E+5 where that is
/// what the cell holds. Text that a spreadsheet has rounded (1.23E+08 instead of 123456789) names no file that could be
/// trusted.
///
/// # Errors
/// What is wrong with it, to follow "the File ID …".
pub fn read(cell: &Cell) -> Result<Option<String>, Cow<'static, str>> {
    if let Cell::Date(days) = cell
        && let Some(date) = likely_date(*days)
    {
        return Err(Cow::Owned(format!(
            "is the date {date}: format its column as text, and enter the File ID again"
        )));
    }
    let id = match cell {
        Cell::Empty => Ok(None),
        Cell::Text(text) => {
            let text = cleaned(text);
            // By which spreadsheets mark text; as it is copied from their line of input.
            written(text.strip_prefix('\'').unwrap_or(&text))
        }
        // A number that was formatted as a date by mistake is still that number: see `likely_date`.
        Cell::Number(number) | Cell::Date(number) => whole(*number).map(Some),
        Cell::Boolean(_) => Err("is TRUE or FALSE"),
        Cell::Error(_) => Err("is an error of a formula"),
        Cell::Uncalculated => {
            Err("is a formula whose result was not stored: open the workbook in Excel, save it, and upload it again")
        }
    };
    id.map_err(Cow::Borrowed)
}

/// A number that is shown as a date is one where people live in its year; beyond, it is a File ID in the wrong format.
fn likely_date(number: f64) -> Option<String> {
    /// 1 January 2100.
    const FAR: f64 = 73_051.0;
    days::date(number).filter(|_| number < FAR)
}

/// Without what copying leaves at the ends: blanks of all kinds, marks that can't be seen, and pairs of quotes.
#[must_use]
pub fn cleaned(text: &str) -> String {
    // Windows puts marks of direction around what it shows in its windows for properties.
    let direction = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}');
    let no_width = |c: char| matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{ad}');
    let unseen = |c: char| c.is_whitespace() || c.is_control() || direction(c) || no_width(c);
    let mut text = text.trim_matches(unseen);
    for (open, close) in [('"', '"'), ('\'', '\''), ('“', '”'), ('„', '“'), ('«', '»')] {
        if let Some(inner) = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
            text = inner.trim_matches(unseen);
            break;
        }
    }
    text.to_owned()
}

/// The File ID that a text could have been meant for, though it is none itself: without a `#` before it (`#100001`),
/// without marks between thousands (`100,001`, `100.001`, `100 001`, `100'001`), without a name behind it
/// (`100001 Offer.pdf`) or a word before it (`File ID: 100001`), without zeros before it, in the digits of another script. None for what is as it should be, or could be anything. A guess to ask about, never to follow.
#[must_use]
pub fn meant(text: &str) -> Option<String> {
    let cleaned = cleaned(text);
    let text = cleaned.strip_prefix('\'').unwrap_or(&cleaned);
    let bare = text.strip_prefix(['#', '№']).map_or(text, str::trim_start);
    let number = ungrouped(bare)
        .filter(|number| number != text)
        .or_else(|| leading(bare))
        .or_else(|| alone(bare))?;
    (number != text && number.len() <= LONGEST).then_some(number)
}

/// What stands between thousands, in whichever country: Excel in French writes a narrow blank that does not break.
const GROUPED: [char; 9] = [',', '.', ' ', '\'', '’', '_', '\u{a0}', '\u{202f}', '\u{2009}'];

/// The digits of a number whose thousands are set apart, always by the same mark; or that has none of them.
fn ungrouped(text: &str) -> Option<String> {
    let Some(mark) = text.chars().find(|c| GROUPED.contains(c)) else {
        return digits(text).then(|| text.to_owned());
    };
    let mut groups = text.split(mark);
    let first = groups.next()?;
    let sound =
        (1..=3).contains(&first.len()) && digits(first) && groups.all(|group| group.len() == 3 && digits(group));
    sound.then(|| text.replace(mark, ""))
}

/// A number of some length at the beginning, with something behind it that is no part of it.
fn leading(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, rest) = text.split_at_checked(end)?;
    let apart = rest.starts_with(|c: char| !c.is_alphanumeric());
    let more = rest.chars().any(char::is_alphabetic) && !rest.starts_with(['.', ',']);
    (number.len() >= 3 && apart && more).then(|| number.to_owned())
}

/// A number of some length that has words before it at most, and marks around it, in whichever digits.
fn alone(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    let (words, number) = text.rsplit_once([' ', '\u{a0}', ':', '#']).unwrap_or(("", text));
    let number: Option<String> = number.chars().map(digit).collect();
    let number = number?.trim_start_matches('0').to_owned();
    (number.len() >= 3 && !words.chars().any(char::is_numeric)).then_some(number)
}

/// A digit as ASCII has it: also of full width, and as they are written in Arabic.
fn digit(c: char) -> Option<char> {
    let zero = match c {
        '0'..='9' => '0',
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6f0}'..='\u{6f9}' => '\u{6f0}',
        '\u{ff10}'..='\u{ff19}' => '\u{ff10}',
        _ => return None,
    };
    char::from_digit(u32::from(c) - u32::from(zero), 10)
}

fn written(text: &str) -> Result<Option<String>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > LONGEST {
        return Err("is longer than any File ID");
    }
    if let Some((number, zeros)) = text.split_once('.')
        && digits(number)
        && !zeros.is_empty()
        && zeros.bytes().all(|byte| byte == b'0')
    {
        return Ok(Some(number.to_owned()));
    }
    match scientific(text) {
        Some(Some(number)) => Ok(Some(number)),
        Some(None) => Err("was rounded by a spreadsheet: format its column as text, and enter it again"),
        None => Ok(Some(text.to_owned())),
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What `1.00001E+05` stands for: none if it has fewer digits than the number. The outer none is for all other text.
fn scientific(text: &str) -> Option<Option<String>> {
    let (number, exponent) = text.split_once(['e', 'E'])?;
    let exponent: usize = exponent.strip_prefix('+')?.parse().ok()?;
    let (first, rest) = number.split_once('.').unwrap_or((number, ""));
    let one = first.len() == 1 && digits(first) && (rest.is_empty() || digits(rest));
    one.then(|| (rest.len() == exponent).then(|| format!("{first}{rest}")))
}

fn whole(number: f64) -> Result<String, &'static str> {
    /// Up to here every whole number has a floating point number of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if !number.is_finite() || number.abs() >= EXACT {
        return Err(
            "is a number with more digits than a spreadsheet keeps: format its column as text, and enter it again",
        );
    }
    if number.fract() != 0.0 {
        return Err("is a number with a fraction");
    }
    Ok(format!("{number:.0}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn text(text: &str) -> Result<Option<String>, Cow<'static, str>> {
        read(&Cell::Text(text.to_owned()))
    }

    #[test]
    fn r42_text_keeps_its_zeros_and_loses_what_copying_leaves_at_its_ends() {
        for (written, id) in [
            ("100001", "100001"),
            ("000123", "000123"),
            ("  100001\u{a0}", "100001"),
            ("\u{feff}100001", "100001"),
            ("'100001", "100001"),
            ("\"100001\"", "100001"),
            ("A-17b", "A-17b"),
            ("1e5", "1e5"),
        ] {
            assert_eq!(text(written), Ok(Some(id.to_owned())), "{written:?}");
        }
        assert_eq!(text("  \u{a0} "), Ok(None));
        assert_eq!(read(&Cell::Empty), Ok(None));
    }

    #[test]
    fn r42_numbers_count_if_they_are_whole() {
        for (number, id) in [(123.0, "123"), (1.23e5, "123000"), (100_001.0, "100001"), (-5.0, "-5")] {
            assert_eq!(read(&Cell::Number(number)), Ok(Some(id.to_owned())));
        }
        assert_eq!(read(&Cell::Date(100_001.0)), Ok(Some("100001".to_owned())));
        let told = read(&Cell::Date(44_681.25)).unwrap_err();
        assert!(
            told.contains("the date 2022-04-30") && !told.contains("44681"),
            "{told}"
        );
        for number in [1.5, f64::NAN, f64::INFINITY, 1e300, 9_007_199_254_740_993.0] {
            assert!(read(&Cell::Number(number)).is_err(), "{number}");
        }
    }

    #[test]
    fn r42_text_that_a_spreadsheet_made_of_a_number_counts_as_long_as_no_digit_was_lost() {
        assert_eq!(text("123.0"), Ok(Some("123".to_owned())));
        assert_eq!(text("123.00"), Ok(Some("123".to_owned())));
        assert_eq!(text("1.00001E+05"), Ok(Some("100001".to_owned())));
        assert!(text("1.23E+5").is_err());
        assert!(text("1E+05").is_err());
    }

    #[test]
    fn r42_what_a_text_was_meant_for_can_be_asked() {
        for written in [
            "#100001",
            "# 100001",
            "100,001",
            "100.001",
            "100 001",
            "100'001",
            "100’001",
            "100\u{202f}001",
            "100\u{a0}001",
            "#100,001",
            "100001 Offer.pdf",
            "100001 - Offer.pdf",
            "100001: Offer",
            "100001_Offer.pdf",
            "#100001 (Offer)",
            " '#100001 ",
            "0100001",
            "'00100001",
            "ID 100001",
            "File ID: 100001",
            "(100001)",
            "<100001>",
            "１００００１",
            "١٠٠٠٠١",
        ] {
            assert_eq!(meant(written), Some("100001".to_owned()), "{written:?}");
        }
        assert_eq!(meant("1,100,001"), Some("1100001".to_owned()));
        for written in [
            "100001",
            "A-17b",
            "",
            "10,01",
            "1,00001",
            "100,001.5",
            "1.5",
            "#",
            "12 Monkeys",
            "100001b",
            "100001.pdf",
            "2026-11-27",
        ] {
            assert_eq!(meant(written), None, "{written:?}");
        }
    }

    #[test]
    fn marks_of_direction_that_windows_puts_around_a_text_are_no_part_of_it() {
        for written in [
            "\u{202a}100001\u{202c}",
            "\u{2066}100001\u{2069}",
            "\u{61c}100001",
            "\u{202d}100001",
        ] {
            assert_eq!(text(written), Ok(Some("100001".to_owned())), "{written:?}");
        }
    }

    #[test]
    fn what_is_no_id_is_told() {
        for cell in [Cell::Boolean(true), Cell::Error("#N/A".to_owned()), Cell::Uncalculated] {
            assert!(read(&cell).is_err(), "{cell:?}");
        }
        assert!(text(&"1".repeat(65)).is_err());
    }
}
