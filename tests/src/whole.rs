//! Lists as a whole, page after page.

use std::future::Future;

use clientpoint_host::{
    Result, Session,
    service::{
        FileRow, LibraryFilter, LibraryOrder, Part, RunFilter, RunRow,
        api::{Binned, User},
    },
};

/// The session's lists, in one piece.
pub trait Whole {
    /// All files of the library, by File ID.
    fn library(&self) -> impl Future<Output = Result<Vec<FileRow>>> + Send;

    /// All runs, the newest first.
    fn runs(&self) -> impl Future<Output = Result<Vec<RunRow>>> + Send;

    /// All that is in the bin, by File ID.
    fn bin(&self) -> impl Future<Output = Result<Vec<Binned>>> + Send;

    /// All users, by name.
    fn users(&self) -> impl Future<Output = Result<Vec<User>>> + Send;
}

impl Whole for Session<'_> {
    async fn library(&self) -> Result<Vec<FileRow>> {
        let (every, mut rows, mut after) = (LibraryFilter::default(), Vec::new(), None);
        loop {
            let page = self.library_page(&every, LibraryOrder::Id, &Part::whole(after)).await?;
            rows.extend(page.rows.into_iter().map(|row| row.file));
            after = page.next;
            if after.is_none() {
                return Ok(rows);
            }
        }
    }

    async fn runs(&self) -> Result<Vec<RunRow>> {
        let (every, mut rows, mut after) = (RunFilter::default(), Vec::new(), None);
        loop {
            let page = self.runs_page(&every, &Part::whole(after)).await?;
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                return Ok(rows);
            }
        }
    }

    async fn bin(&self) -> Result<Vec<Binned>> {
        Ok(self.bin_page(&Part::whole(None)).await?.rows)
    }

    async fn users(&self) -> Result<Vec<User>> {
        let page = self.people_page(&Part::whole(None)).await?;
        Ok(page.rows.into_iter().map(|person| person.user).collect())
    }
}
