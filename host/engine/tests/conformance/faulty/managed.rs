//! What goes wrong with managed files.

use clientpoint_engine::contract::clientpoint::content_source::managed_files::{
    Change, Counts, ManagedFile, Settlement,
};

use super::*;

impl Managed for Faulty {
    fn count<'a>(&'a self, of: Scope<'a>) -> Answering<'a, Counts> {
        self.right.count(of)
    }

    fn of_items<'a>(&'a self, connection: &'a str, items: &'a [ItemRef]) -> Answering<'a, Vec<Vec<ManagedFile>>> {
        Box::pin(async move {
            let mut lists = self.right.of_items(connection, items).await?;
            for row in lists.iter_mut().flatten() {
                row.shown_in *= u32::from(!self.has(Fault::NobodyKnowsWhereItIsShown));
                let is_damaged = |link: &&mut Link| link.hash.is_empty() && self.has(Fault::DamageIsKeptFromPlugins);
                if let Some(link) = row.file.link.as_mut().filter(is_damaged) {
                    link.version = Some("v1".into());
                }
            }
            Ok(lists)
        })
    }

    fn by_place<'a>(&'a self, of: Scope<'a>, places: &'a [String]) -> Answering<'a, Vec<ManagedFile>> {
        self.right.by_place(of, places)
    }

    fn after<'a>(
        &'a self,
        of: Scope<'a>,
        file: Option<&'a str>,
        suspected: bool,
        limit: u32,
    ) -> Answering<'a, Vec<ManagedFile>> {
        self.right.after(of, file, suspected, limit)
    }

    fn due<'a>(
        &'a self,
        of: Scope<'a>,
        known: Option<&'a (u64, String)>,
        limit: u32,
    ) -> Answering<'a, Vec<ManagedFile>> {
        Box::pin(async move {
            let mut rows = self.right.due(of, known, limit).await?;
            if self.has(Fault::DueByFileId) {
                rows.sort_by(|one, other| one.file.id.cmp(&other.file.id));
            }
            Ok(rows)
        })
    }

    fn set<'a>(&'a self, connection: &'a str, changes: Vec<Change>) -> Answering<'a, ()> {
        Box::pin(async move {
            if self.has(Fault::TurnsAreRenewed) {
                let rest = |change: &Change| Change {
                    waiting: false,
                    ..change.clone()
                };
                self.right.set(connection, changes.iter().map(rest).collect()).await?;
            }
            self.right.set(connection, changes).await
        })
    }

    fn suspect_all<'a>(&'a self, of: Scope<'a>) -> Answering<'a, ()> {
        Box::pin(async move {
            if !self.has(Fault::AllAreSuspected) {
                return self.right.suspect_all(of).await;
            }
            let suspect = |row: ManagedFile| Change {
                file: row.file.id,
                waiting: row.waiting.is_some(),
                suspected: true,
                note: row.note,
            };
            let rows = self.right.after(of, None, false, u32::MAX).await?;
            self.right
                .set(of.connection, rows.into_iter().map(suspect).collect())
                .await
        })
    }

    fn settle<'a>(&'a self, connection: &'a str, run: i64, settlements: Vec<Settlement>) -> Answering<'a, ()> {
        Box::pin(async move {
            if !self.has(Fault::SettledOneByOne) {
                return self.right.settle(connection, run, settlements).await;
            }
            for settlement in settlements {
                self.right.settle(connection, run, vec![settlement]).await?;
            }
            Ok(())
        })
    }

    fn replaceable<'a>(&'a self, connection: &'a str, file: &'a str, base: u64) -> Answering<'a, Option<String>> {
        self.right.replaceable(connection, file, base)
    }
}
