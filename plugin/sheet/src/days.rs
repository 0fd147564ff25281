//! Days, as text and as the numbers of spreadsheets.

/// Days since 30 December 1899 of `2026-11-27` or `2026-11-27T08:30:00`. None for anything else.
pub(super) fn number(text: &str) -> Option<f64> {
    let (date, time) = text.split_once('T').unwrap_or((text, ""));
    let mut numbers = date.splitn(3, '-').map(|number| number.parse::<u32>().ok());
    let (year, month, day) = (numbers.next()??, numbers.next()??, numbers.next()??);
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years begin in March, so that February is the last month.
    let (year, month) = if month < 3 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    let mut parts = time
        .trim_end_matches('Z')
        .splitn(3, ':')
        .map(|part| part.parse::<f64>().unwrap_or(0.0));
    let mut next = || parts.next().unwrap_or(0.0);
    let seconds = next() * 3600.0 + next() * 60.0 + next();
    Some(f64::from(days) - FIRST + seconds / 86_400.0)
}

/// 30 December 1899, in days as [`number`] counts them.
const FIRST: f64 = 693_900.0;

/// The date that a spreadsheet shows for a number: `2026-11-27`. None where dates end.
pub(super) fn date(days: f64) -> Option<String> {
    /// The last day of the year 9999.
    const LAST: f64 = 2_958_465.0;
    if !(0.0..LAST + 1.0).contains(&days) {
        return None;
    }
    // From 1 March of the year 0 on, in eras of 400 years.
    let days = (days.floor() + FIRST) as u32 - 1;
    let (era, rest) = (days / 146_097, days % 146_097);
    let year = (rest - rest / 1_460 + rest / 36_524 - rest / 146_096) / 365;
    let day = rest - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = (era * 400 + year, month + 3);
    let (year, month) = if month > 12 {
        (year + 1, month - 12)
    } else {
        (year, month)
    };
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told_as_people_write_them() {
        for (days, text) in [
            (44_681.0, "2022-04-30"),
            (60.0, "1900-02-28"),
            (61.0, "1900-03-01"),
            (0.0, "1899-12-30"),
            (36_585.0, "2000-02-29"),
            (45_351.75, "2024-02-29"),
            (2_958_465.0, "9999-12-31"),
        ] {
            assert_eq!(date(days).as_deref(), Some(text));
            assert_eq!(number(text), Some(days.floor()));
        }
        assert_eq!(number("2022-04-30T12:00:00"), Some(44_681.5));
        for text in ["", "2022", "2022-13-01", "2022-04-32", "x-y-z", "99999-01-01"] {
            assert_eq!(number(text), None, "{text}");
        }
        for days in [-1.0, f64::NAN, f64::INFINITY, 3e6] {
            assert_eq!(date(days), None);
        }
    }
}
