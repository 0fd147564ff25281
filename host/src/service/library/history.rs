//! What content a file has had: when it came, and what brought it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Result,
    service::{Page, Part, Session},
    store::{files, revisions},
};

/// Content that a file has or has had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RevisionRow {
    /// Counts from 1.
    pub revision: u64,
    /// In bytes.
    pub size: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
    /// When it came; RFC 3339.
    pub made_at: String,
    /// The run of the sync that brought it; none for what was imported, given by hand, or put back.
    pub run: Option<i64>,
    /// Who or what had started that run.
    pub started_by: Option<String>,
    /// The revision whose content was put back by it; none for what came otherwise.
    pub put_back: Option<u64>,
    /// Who has put it back.
    pub put_back_by: Option<String>,
    /// Why, in their words; may be empty.
    pub why: Option<String>,
    /// Whether it is the present one.
    pub is_present: bool,
}

impl Session<'_> {
    /// A page of the revisions of a file, the newest first.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`; `Error::Settings` for a cursor of another list; the database's.
    pub async fn revisions_page(&self, id: &str, part: &Part) -> Result<Page<RevisionRow>> {
        self.user.require_administrator("see what content a file has had")?;
        let present = files::get(&self.host.store, id).await?.revision;
        let page = revisions::page(&self.host.store, id, part).await?;
        page.try_map(|row| {
            Ok(RevisionRow {
                revision: row.number,
                size: row.size,
                sha256: row.sha256,
                made_at: row.made_at,
                run: row.run,
                started_by: row.started_by,
                put_back: row.put_back.earlier.map(i64::unsigned_abs),
                put_back_by: row.put_back.put_back_by,
                why: row.put_back.why,
                is_present: row.number == present,
            })
        })
    }
}
