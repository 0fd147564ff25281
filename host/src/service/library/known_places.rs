//! The Workspaces and Divisions that somebody can move files to because others have.

use std::collections::BTreeSet;

use crate::{Result, service::Session, store::known_places};

/// How many places are read at a time, and how often at most.
const READ_AT_ONCE: u32 = 200;
const READ_AT_MOST: usize = 10;

impl Session<'_> {
    /// The Workspaces and Divisions in which files stand, as `Workspace/NAME` and `Division/NAME`, in order. At most two
    /// thousand folders are looked at; whoever moves a file may name any other.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; the database's.
    pub async fn known_places(&self) -> Result<Vec<String>> {
        self.user.require_administrator("list Workspaces and Divisions")?;
        let mut known = BTreeSet::new();
        let mut after = String::new();
        for _ in 0..READ_AT_MOST {
            let places = known_places::after(&self.host.store, &after, READ_AT_ONCE).await?;
            let Some(last) = places.last() else { break };
            after.clone_from(last);
            known.extend(places.iter().filter_map(|place| top(place)));
        }
        Ok(known.into_iter().collect())
    }
}

/// The Workspace or Division of a place; none for Company Wide.
fn top(place: &str) -> Option<String> {
    let (area, below) = place.split_once('/')?;
    let name = below.split('/').next()?;
    (area != "Company Wide").then(|| format!("{area}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_known_by_its_workspace_or_division() {
        assert_eq!(top("Workspace/Sales/2026/Q1").as_deref(), Some("Workspace/Sales"));
        assert_eq!(top("Division/EMEA").as_deref(), Some("Division/EMEA"));
        assert_eq!((top("Company Wide"), top("Company Wide/Logos")), (None, None));
    }
}
