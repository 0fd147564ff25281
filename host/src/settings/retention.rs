//! How long things are kept that nobody needs for the present day, and how much may be added by hand.

use std::str::FromStr;

use super::{Settings, find};

/// How long what is over is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Content that a file had, after it was replaced, in days.
    pub revision_days: u32,
    /// How many revisions each file keeps whatever their age, the present one among them.
    pub revisions_at_least: u32,
    /// Runs with their lines, in days.
    pub run_days: u32,
    /// Uploads of sheets, so that they can be taken back, in days.
    pub upload_days: u32,
    /// Files in the bin, in days.
    pub bin_days: u32,
    /// How many compiled forms of plugins.
    pub compiled: u32,
}

impl Settings {
    /// How long what is over is kept.
    pub fn retention(&self) -> Retention {
        let of = |key: &str| self.number(key).unwrap_or(u32::MAX);
        Retention {
            revision_days: of("keep.revision-days"),
            revisions_at_least: of("keep.revisions-at-least"),
            run_days: of("keep.run-days"),
            upload_days: of("keep.upload-days"),
            bin_days: of("keep.bin-days"),
            compiled: of("keep.compiled"),
        }
    }

    /// The largest file that can be added or replaced by hand, in bytes.
    pub fn upload_at_most(&self) -> u64 {
        self.number("upload.max-bytes").unwrap_or(u64::MAX)
    }

    /// A number that is set, or the host's own default.
    fn number<T: FromStr>(&self, key: &str) -> Option<T> {
        let default = find(key).ok().and_then(|known| known.default);
        self.get(key).or(default)?.parse().ok()
    }
}

impl Default for Retention {
    fn default() -> Self {
        Settings::default().retention()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_survives_what_nobody_has_set() {
        let expected = Retention {
            revision_days: 90,
            revisions_at_least: 5,
            run_days: 400,
            upload_days: 90,
            bin_days: 30,
            compiled: 3,
        };
        assert_eq!(Retention::default(), expected);
        assert_eq!(Settings::default().upload_at_most(), 20 << 30);
    }
}
