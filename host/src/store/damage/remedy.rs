//! Revisions that have no sound bytes, and what makes them whole again, in words.

use serde::Serialize;

use super::Damage;
use crate::{Error, way_out::WayOut};

/// A revision of a file that has no sound bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DamagedRevision {
    /// The File ID.
    pub file: String,
    /// The file's name in the library.
    pub name: String,
    /// Counts from 1.
    pub revision: u64,
    /// Whether that is the file's present revision.
    pub is_present: bool,
    /// The name of the object; lower-case hexadecimal.
    pub sha256: String,
    /// What is wrong with it.
    #[serde(flatten)]
    pub damage: Damage,
    /// What makes it whole again.
    pub remedy: Remedy,
}

/// What makes the bytes of a revision whole again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remedy {
    /// The next sync fetches them anew, by itself.
    Sync,
    /// A person holds the file: once it is released, the next sync does.
    Release,
    /// The file follows nothing for now: once its drive is selected again, the next sync does.
    Follow,
    /// The item is not in the source any more: a person puts it there again, or the object from a backup.
    Source,
    /// The file was added by hand: a person has the bytes.
    Replace,
    /// They are those of an earlier revision: a backup may have them.
    Backup,
}

impl Remedy {
    /// Whether nobody need do anything.
    pub fn comes_by_itself(self) -> bool {
        self == Self::Sync
    }
}

/// The error that names a damaged revision.
pub fn error(of: &DamagedRevision) -> Error {
    Error::Damaged {
        file: of.file.clone(),
        name: of.name.clone(),
        revision: of.revision,
        what: of.damage.message.clone(),
        remedy: of.remedied(),
    }
    .with(of.ways_out())
}

impl DamagedRevision {
    /// What is to be done about it, as the end of a sentence.
    pub fn remedied(&self) -> String {
        match self.remedy {
            Remedy::Sync => "the next sync fetches them anew".into(),
            Remedy::Release => {
                "a person holds the file, and once it is released, the next sync fetches them anew".into()
            }
            Remedy::Follow => {
                "the file follows nothing for now: select its drive again, or unlock it and give it the same content"
                    .into()
            }
            Remedy::Source => format!(
                "the item is gone from its source: put it there again, or `{}` from a backup",
                self.path()
            ),
            Remedy::Replace => {
                format!(
                    "give it the same content again, or put `{}` back from a backup",
                    self.path()
                )
            }
            Remedy::Backup => format!("nothing shows them now; put `{}` back from a backup", self.path()),
        }
    }

    /// The ways to have that done.
    pub fn ways_out(&self) -> Vec<WayOut> {
        let file = || Some(self.file.clone());
        match self.remedy {
            Remedy::Sync => vec![WayOut::Sync],
            Remedy::Release => vec![WayOut::Release { file: file() }],
            Remedy::Follow => vec![WayOut::ChooseDrive, WayOut::Replace { file: file() }],
            Remedy::Source => Vec::new(),
            Remedy::Replace => vec![WayOut::Replace { file: file() }],
            Remedy::Backup => vec![WayOut::Verify { file: file() }],
        }
    }

    /// Below the data folder.
    fn path(&self) -> String {
        let shard: String = self.sha256.chars().take(2).collect();
        format!("objects/{shard}/{}", self.sha256)
    }
}
