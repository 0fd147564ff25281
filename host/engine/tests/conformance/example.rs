//! The library of the example `own_library`, on a stage.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use clientpoint_engine::{
    conformance::{Arranging, Stage, Work},
    library::{Library, Line, Link, Managed, ManagedFile, Scope, StateStore},
};

use super::shelf::Shelf;

/// The example's library.
#[derive(Clone, Default)]
pub struct Example {
    pub shelf: Shelf,
    works: Arc<AtomicI64>,
}

impl Stage for Example {
    fn library(&self) -> &dyn Library {
        &self.shelf
    }

    fn managed(&self) -> &dyn Managed {
        &self.shelf
    }

    fn state_store(&self) -> &dyn StateStore {
        &self.shelf
    }

    fn choose<'a>(&'a self, connection: &'a str, drive: Option<&'a str>) -> Arranging<'a, ()> {
        self.shelf.choose_drive(connection, drive);
        Box::pin(async { Ok(()) })
    }

    fn put<'a>(&'a self, name: &'a str, bytes: &'a [u8]) -> Arranging<'a, String> {
        Box::pin(async { Ok(self.shelf.put(name, bytes)) })
    }

    fn hold<'a>(&'a self, file: &'a str) -> Arranging<'a, bool> {
        Box::pin(async { Ok(self.shelf.alter(file, |row| row.held = true)) })
    }

    fn show<'a>(&'a self, file: &'a str) -> Arranging<'a, bool> {
        Box::pin(async { Ok(self.shelf.alter(file, |row| row.shown_in += 1)) })
    }

    fn damage<'a>(&'a self, file: &'a str) -> Arranging<'a, bool> {
        // What is in memory is not damaged: a plugin is told as if it were.
        let damage = |row: &mut ManagedFile| {
            row.file.link = row.file.link.take().map(|link| Link {
                version: None,
                hash: String::new(),
                ..link
            });
        };
        Box::pin(async move { Ok(self.shelf.alter(file, damage)) })
    }

    fn begin<'a>(&'a self, _: Work, _: Scope<'a>) -> Arranging<'a, i64> {
        Box::pin(async { Ok(self.works.fetch_add(1, Ordering::Relaxed)) })
    }

    fn lines<'a>(&'a self, run: i64) -> Arranging<'a, Vec<(String, Line)>> {
        Box::pin(async move { Ok(self.shelf.ledger(run)) })
    }
}
