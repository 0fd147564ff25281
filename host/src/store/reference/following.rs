//! Files that follow something, as the engine asks for them.

use clientpoint_engine::{
    contract::clientpoint::content_source::{
        managed_files::{Change, Counts, ManagedFile, Settlement},
        types::ItemRef,
    },
    library::{Answering, Managed, Scope},
};

use super::Reference;
use crate::store::managed;

impl Managed for Reference {
    fn count<'a>(&'a self, of: Scope<'a>) -> Answering<'a, Counts> {
        Box::pin(async move { Ok(managed::count(&self.store, of).await?) })
    }

    fn of_items<'a>(&'a self, connection: &'a str, items: &'a [ItemRef]) -> Answering<'a, Vec<Vec<ManagedFile>>> {
        Box::pin(async move {
            let mut answer = Vec::with_capacity(items.len());
            for ItemRef { drive, item } in items {
                answer.push(managed::by_source(&self.store, Scope { connection, drive }, item).await?);
            }
            Ok(answer)
        })
    }

    fn by_place<'a>(&'a self, of: Scope<'a>, places: &'a [String]) -> Answering<'a, Vec<ManagedFile>> {
        Box::pin(async move { Ok(managed::by_place(&self.store, of, places).await?) })
    }

    fn after<'a>(
        &'a self,
        of: Scope<'a>,
        file: Option<&'a str>,
        suspected: bool,
        limit: u32,
    ) -> Answering<'a, Vec<ManagedFile>> {
        Box::pin(async move { Ok(managed::after(&self.store, of, file, suspected, limit).await?) })
    }

    fn due<'a>(
        &'a self,
        of: Scope<'a>,
        known: Option<&'a (u64, String)>,
        limit: u32,
    ) -> Answering<'a, Vec<ManagedFile>> {
        Box::pin(async move { Ok(managed::due(&self.store, of, known, limit).await?) })
    }

    fn set<'a>(&'a self, connection: &'a str, changes: Vec<Change>) -> Answering<'a, ()> {
        Box::pin(async move { Ok(managed::set(&self.store, connection, &changes).await?) })
    }

    fn suspect_all<'a>(&'a self, of: Scope<'a>) -> Answering<'a, ()> {
        Box::pin(async move { Ok(managed::suspect_all(&self.store, of).await?) })
    }

    fn settle<'a>(&'a self, connection: &'a str, run: i64, settlements: Vec<Settlement>) -> Answering<'a, ()> {
        Box::pin(async move { Ok(managed::settle(&self.store, connection, run, &settlements, &self.now()).await?) })
    }

    fn replaceable<'a>(&'a self, connection: &'a str, file: &'a str, base: u64) -> Answering<'a, Option<String>> {
        Box::pin(async move { Ok(managed::replaceable(&self.store, connection, file, base).await?) })
    }
}
