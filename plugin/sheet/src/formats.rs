//! Which formats of cells are those of dates.

use std::{collections::BTreeMap, io::Read};

use quick_xml::events::{BytesStart, Event};

use super::{
    SheetError,
    guard::too_large,
    xml::{self, Xml},
};

/// The most number formats that a workbook defines. Excel ends at some 250.
const FORMATS: usize = 65_536;

/// Which styles show dates, by their numbers.
///
/// # Errors
/// When the part can't be read, or defines too many.
pub(super) fn dates<S: Read>(mut part: Xml<'_, S>) -> Result<Vec<bool>, SheetError> {
    let mut formats: BTreeMap<u32, bool> = BTreeMap::new();
    let mut dates = Vec::new();
    let mut in_cells = false;
    loop {
        match part.next()? {
            Event::Start(element) => match element.local_name().as_ref() {
                "cellXfs" => in_cells = true,
                "xf" if in_cells => {
                    let id = number(&element, "numFmtId").unwrap_or(0);
                    dates.push(formats.get(&id).copied().unwrap_or_else(|| built_in(id)));
                }
                "numFmt" => {
                    let code = xml::attributes(&element).find(|(key, _)| *key == "formatCode");
                    if let (Some(id), Some((_, code))) = (number(&element, "numFmtId"), code) {
                        formats.insert(id, shows_a_date(&xml::meant(code)));
                    }
                    if formats.len() > FORMATS {
                        return Err(too_large());
                    }
                }
                _ => {}
            },
            Event::End(element) if element.local_name().as_ref() == "cellXfs" => in_cells = false,
            Event::Eof => return Ok(dates),
            _ => {}
        }
    }
}

fn number(element: &BytesStart<'_>, name: &str) -> Option<u32> {
    let (_, value) = xml::attributes(element).find(|(key, _)| *key == name)?;
    value.trim().parse().ok()
}

/// The formats that have no code in the file (ECMA-376, part 1, 18.8.30), those of East Asia among them.
const fn built_in(id: u32) -> bool {
    matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58)
}

/// Whether a format has letters of days or hours in its first section, outside of quotes.
fn shows_a_date(code: &str) -> bool {
    if code.eq_ignore_ascii_case("general") || code.eq_ignore_ascii_case("standard") {
        return false;
    }
    let mut letters = code.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                letters.by_ref().find(|letter| *letter == '"');
            }
            // The next one is shown, or its width is.
            '\\' | '_' | '*' => {
                letters.next();
            }
            // A colour, a condition, a country; or hours that go on after 24.
            '[' => {
                let inner: String = letters.by_ref().take_while(|letter| *letter != ']').collect();
                let inner = inner.to_ascii_lowercase();
                if !inner.is_empty() && ["h", "m", "s"].iter().any(|unit| inner.replace(unit, "").is_empty()) {
                    return true;
                }
            }
            ';' => return false,
            'd' | 'm' | 'y' | 'h' | 's' | 'D' | 'M' | 'Y' | 'H' | 'S' => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_dates_are_known_by_their_letters() {
        for code in [
            "dd/mm/yyyy",
            "yyyy\\-mm\\-dd",
            "[$-409]d\\-mmm\\-yyyy;@",
            "[h]:mm:ss",
            "[mm]",
            "m\"M\"d\"D\";@",
            "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy",
            "h:mm AM/PM",
            "\"ID \"yy",
        ] {
            assert!(shows_a_date(code), "{code}");
        }
        for code in [
            "General",
            "Standard",
            "0",
            "#,##0.00",
            "\"days\" 0",
            "0\\d",
            "[Red]0",
            "[$EUR-de]0",
            "0.00E+00",
            "@",
            "000000",
            "0_d",
            "0;dd",
            "[Magenta]0",
            "",
        ] {
            assert!(!shows_a_date(code), "{code}");
        }
        assert!(built_in(14) && built_in(22) && built_in(57) && !built_in(0) && !built_in(49));
    }
}
