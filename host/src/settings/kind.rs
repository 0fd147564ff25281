//! What a setting's value can be, and how people write it.

/// The kinds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A size: a number of bytes, or one with a unit, as in `200 MiB`.
    Size {
        /// The least, in bytes.
        least: u64,
        /// The most, in bytes.
        most: u64,
    },
    /// A number.
    Count {
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
    /// Endings of file names, parted by commas.
    Endings,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A path of this machine.
    Path,
    /// The origin of a web address, as in `https://example.com`, or a name and a port.
    Address,
    /// A line of text, of 1,000 characters at most.
    Text,
}

impl Kind {
    /// The value in its one spelling.
    ///
    /// # Errors
    ///
    /// What to write instead, as the end of a sentence.
    pub fn read(self, text: &str) -> Result<String, String> {
        let text = text.trim();
        match self {
            Self::Size { least, most } => match bytes(text) {
                Some(size) if (least..=most).contains(&size) => Ok(size.to_string()),
                Some(_) => Err(format!("give at least {least} and at most {most} bytes")),
                None => Err("write a number of bytes, or one with a unit: `200 MiB`, `1.5 GiB`, `10 MB`".into()),
            },
            Self::Count { least, most } => match text.parse::<u32>() {
                Ok(count) if (least..=most).contains(&count) => Ok(count.to_string()),
                _ => Err(format!("write a number from {least} to {most}")),
            },
            Self::Endings => endings(text),
            Self::Choice(words) if words.contains(&text) => Ok(text.to_owned()),
            Self::Choice(words) => Err(format!("choose one of `{}`", words.join("`, `"))),
            Self::Text if 1_000 < text.chars().count() || text.chars().any(char::is_control) => {
                Err("write one line of at most 1,000 characters".into())
            }
            Self::Path | Self::Address | Self::Text if text.is_empty() => Err("it can't be empty".into()),
            Self::Path | Self::Address | Self::Text => Ok(text.to_owned()),
        }
    }
}

/// Endings without the dot, in lower case.
fn endings(text: &str) -> Result<String, String> {
    let endings: Vec<String> = text
        .split(',')
        .map(|ending| ending.trim().trim_start_matches('.').to_lowercase())
        .filter(|ending| !ending.is_empty())
        .collect();
    let fits = |ending: &String| {
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '-';
        ending.len() <= 64 && ending.chars().all(is_part)
    };
    if endings.is_empty() || !endings.iter().all(fits) {
        return Err("write endings parted by commas: `pdf,docx,xlsx`".into());
    }
    Ok(endings.join(","))
}

/// A size as people write it, in bytes: `500`, `200 MiB`, `1.5GiB`; KB, MB and GB are thousands, KiB, MiB and GiB are
/// 1,024s. None for what is no size, or more than fits.
pub fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|character: char| !(character.is_ascii_digit() || character == '.' || character == ','));
    let (number, unit) = text.split_at_checked(end.unwrap_or(text.len()))?;
    let unit: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" | "bytes" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return None,
    };
    let whole = number.replace(',', "");
    let Some((whole, part)) = whole.split_once('.') else {
        return whole.parse::<u64>().ok()?.checked_mul(unit);
    };
    // At most nine places: a billionth of a gibibyte is a byte.
    if part.is_empty() || 9 < part.len() || unit == 1 {
        return None;
    }
    let scale = 10_u128.pow(u32::try_from(part.len()).ok()?);
    let parts = u128::from(whole.parse::<u64>().ok()?) * scale + u128::from(part.parse::<u64>().ok()?);
    u64::try_from(parts * u128::from(unit) / scale).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_as_people_write_it() {
        for (text, size) in [
            ("10", Some(10)),
            ("524,288,000", Some(524_288_000)),
            ("500 MiB", Some(524_288_000)),
            ("1.5GiB", Some(1_610_612_736)),
            ("10 MB", Some(10_000_000)),
            ("10 mb", Some(10_000_000)),
            ("0.5 KiB", Some(512)),
            ("1.5", None),
            ("ten", None),
            ("10 parsecs", None),
            ("-1", None),
            ("", None),
            ("99999999999 GiB", None),
            ("1. MiB", None),
        ] {
            assert_eq!(bytes(text), size, "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_told_with_what_to_write() {
        let size = Kind::Size { least: 1, most: 100 };
        assert_eq!(size.read("1 KiB").unwrap_err(), "give at least 1 and at most 100 bytes");
        assert!(size.read("many").unwrap_err().contains("200 MiB"));
        assert_eq!(Kind::Endings.read(" .PDF, docx ").unwrap(), "pdf,docx");
        assert!(Kind::Endings.read("p df").unwrap_err().contains("pdf,docx"));
        let choice = Kind::Choice(&["none", "browse"]);
        assert_eq!(choice.read("all").unwrap_err(), "choose one of `none`, `browse`");
        assert_eq!(
            Kind::Count { least: 1, most: 9 }.read("0").unwrap_err(),
            "write a number from 1 to 9"
        );
    }
}
