//! The library files that a sheet names.

use std::collections::BTreeMap;

use super::rows;
use crate::{
    contract::{CallError, Link},
    ports::Ports,
    sheet,
};

/// File IDs that the library can be asked about at once.
const STAT: usize = 10_000;

/// A library file, as far as it matters.
pub(super) struct File {
    pub(super) name: String,
    /// The drive, the item and its name, if it follows one.
    pub(super) follows: Option<(String, String, String)>,
}

/// The library files with these File IDs.
pub(super) async fn named<P: Ports>(ports: &P, rows: &[sheet::Row]) -> Result<BTreeMap<String, File>, CallError> {
    let ids: Vec<String> = rows::ids(rows).into_iter().collect();
    let mut files = BTreeMap::new();
    for some in ids.chunks(STAT) {
        let found = ports.stat(some).await?;
        for (id, file) in some.iter().zip(found) {
            let Some(file) = file else { continue };
            let follows = |link: Link| (link.source.drive, link.source.item, link.name);
            let file = File {
                name: file.name,
                follows: file.link.map(follows),
            };
            files.insert(id.clone(), file);
        }
    }
    Ok(files)
}
