//! Where a run stands, as it is kept between two steps.

use serde::{Deserialize, Serialize};

use crate::{ask, contract::CallError};

const WAY_OUT: &str = "Microsoft does not let this connection read the drive any more: an administrator of Microsoft \
    365 can grant the application Files.Read.All again";

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    pub(super) drive: String,
    pub(super) phase: Phase,
    /// How many files follow an item of the drive.
    pub(super) managed: u64,
    /// What asking has cost so far, in Microsoft's units.
    pub(super) units: u64,
    /// How often the round had to begin anew.
    pub(super) restarts: u8,
    /// Files whose item is gone, confirmed one by one.
    pub(super) gone: u64,
    /// Whether the source has asked for patience at this place before.
    pub(super) paused: bool,
    /// Whether an entry came of which nobody knows whom it is about.
    #[serde(default)]
    pub(super) unsure: bool,
    /// Whether any entry came.
    #[serde(default)]
    pub(super) told: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Phase {
    /// Reading pages of changes. `full`: of a listing of the whole drive.
    Pages { link: String, full: bool },
    /// Looking at each managed file after this one, since that is cheaper, or all there is; `next_round` was taken
    /// before. An empty one is none.
    Looks { after: Option<String>, next_round: String },
    /// Looking at each suspected file after this one.
    Confirm { after: Option<String> },
    /// Looking at those files that are due after this one, and whose items nobody has listed.
    Ask { known: Option<(u64, String)> },
    /// Ending the files that are due after this one.
    Work { known: Option<(u64, String)> },
    /// Nothing left.
    Over,
}

/// A cursor of another drive is one of the time before a switch.
pub(super) fn read(text: &str, drive: &str) -> Result<Cursor, CallError> {
    let cursor: Option<Cursor> = serde_json::from_str(text).ok();
    cursor
        .filter(|cursor| cursor.drive == drive)
        .ok_or_else(|| CallError::Other("the run began with another drive: begin a new one".to_owned()))
}

/// What a fault means for a run.
pub(super) fn call_error(fault: ask::Fault) -> CallError {
    ask::call_error(fault, WAY_OUT)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_cursor_of_an_earlier_version_is_still_read() {
        let link = || "https://graph.example/v1.0/drives/b!a/root/delta?token=x".to_owned();
        let known = || Some((4, "F7".to_owned()));
        let after = || Some("F7".to_owned());
        let written = r#"{"Pages":{"link":"https://graph.example/v1.0/drives/b!a/root/delta?token=x","full":true}}"#;
        let looks =
            r#"{"Looks":{"after":null,"next_round":"https://graph.example/v1.0/drives/b!a/root/delta?token=x"}}"#;
        for (text, phase) in [
            (
                written,
                Phase::Pages {
                    link: link(),
                    full: true,
                },
            ),
            (
                r#"{"Looks":{"after":"F7","next_round":""}}"#,
                Phase::Looks {
                    after: after(),
                    next_round: String::new(),
                },
            ),
            (
                looks,
                Phase::Looks {
                    after: None,
                    next_round: link(),
                },
            ),
            (r#"{"Confirm":{"after":"F7"}}"#, Phase::Confirm { after: after() }),
            (r#"{"Ask":{"known":[4,"F7"]}}"#, Phase::Ask { known: known() }),
            (r#"{"Ask":{"known":null}}"#, Phase::Ask { known: None }),
            (r#"{"Work":{"known":[4,"F7"]}}"#, Phase::Work { known: known() }),
            (r#""Over""#, Phase::Over),
        ] {
            let cursor = Cursor {
                drive: "b!a".to_owned(),
                phase,
                managed: 3,
                units: 9,
                restarts: 1,
                gone: 2,
                paused: true,
                unsure: true,
                told: true,
            };
            let rest = r#""managed":3,"units":9,"restarts":1,"gone":2,"paused":true"#;
            let now = format!(r#"{{"drive":"b!a","phase":{text},{rest},"unsure":true,"told":true}}"#);
            assert_eq!(read(&now, "b!a").unwrap(), cursor);
            // The two last came later.
            let first = format!(r#"{{"drive":"b!a","phase":{text},{rest}}}"#);
            let cursor = Cursor {
                unsure: false,
                told: false,
                ..cursor
            };
            assert_eq!(read(&first, "b!a").unwrap(), cursor);
            assert!(read(&first, "b!b").is_err());
        }
    }
}
