//! The library of the example `own_library`, on a stage.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use clientpoint_engine::{
    conformance::{Arranging, Stage, Work},
    contract::clientpoint::content_source::managed_files::Line,
    library::{Library, Managed, Scope, StateStore},
};

use super::shelf::Shelf;

/// The example's library. Nobody can hold a file in it.
#[derive(Clone, Default)]
pub struct Example {
    shelf: Shelf,
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
        // A connection that was given up has no drive.
        self.shelf.choose_drive(connection, drive.unwrap_or_default());
        Box::pin(async { Ok(()) })
    }

    fn put<'a>(&'a self, name: &'a str, bytes: &'a [u8]) -> Arranging<'a, String> {
        Box::pin(async { Ok(self.shelf.put(name, bytes)) })
    }

    fn begin<'a>(&'a self, _: Work, _: Scope<'a>) -> Arranging<'a, i64> {
        Box::pin(async { Ok(self.works.fetch_add(1, Ordering::Relaxed)) })
    }

    fn lines<'a>(&'a self, run: i64) -> Arranging<'a, Vec<(String, Line)>> {
        Box::pin(async move { Ok(self.shelf.ledger(run)) })
    }
}
