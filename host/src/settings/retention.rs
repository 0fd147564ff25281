//! How long things are kept that nobody needs for the present day.

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
        let of = |key: &str| {
            let known = find(key).ok();
            let set = self.get(key).or(known.and_then(|known| known.default));
            set.and_then(|value| value.parse().ok()).unwrap_or(u32::MAX)
        };
        Retention {
            revision_days: of("keep.revision-days"),
            revisions_at_least: of("keep.revisions-at-least"),
            run_days: of("keep.run-days"),
            upload_days: of("keep.upload-days"),
            bin_days: of("keep.bin-days"),
            compiled: of("keep.compiled"),
        }
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
    }
}
