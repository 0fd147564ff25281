//! What people do to the library in memory.

use clientpoint_engine::{
    conformance::{Arranging, Stage, Work},
    contract::clientpoint::content_source::managed_files::Line,
    library::{Library, Managed, Scope, StateStore},
};

use super::{memory::Memory, shelves::number};

impl Stage for Memory {
    fn library(&self) -> &dyn Library {
        self
    }

    fn managed(&self) -> &dyn Managed {
        self
    }

    fn state_store(&self) -> &dyn StateStore {
        self
    }

    fn choose<'a>(&'a self, connection: &'a str, drive: Option<&'a str>) -> Arranging<'a, ()> {
        Box::pin(async move {
            let drives = &mut self.shelves().drives;
            drives.remove(connection);
            drives.extend(drive.map(|drive| (connection.to_owned(), drive.to_owned())));
            Ok(())
        })
    }

    fn put<'a>(&'a self, name: &'a str, bytes: &'a [u8]) -> Arranging<'a, String> {
        Box::pin(async move { Ok(self.shelves().add(name, bytes.to_vec(), None).to_string()) })
    }

    fn hold<'a>(&'a self, file: &'a str) -> Arranging<'a, bool> {
        Box::pin(async move {
            let mut shelves = self.shelves();
            let follows = number(file).and_then(|id| shelves.files.get_mut(&id)?.follows.as_mut());
            follows.ok_or("the file follows nothing")?.held = true;
            Ok(true)
        })
    }

    fn begin<'a>(&'a self, _: Work, _: Scope<'a>) -> Arranging<'a, i64> {
        Box::pin(async move {
            let mut shelves = self.shelves();
            shelves.works += 1;
            Ok(shelves.works)
        })
    }

    fn lines<'a>(&'a self, run: i64) -> Arranging<'a, Vec<(String, Line)>> {
        Box::pin(async move {
            let shelves = self.shelves();
            let lines = shelves.lines.iter().filter(|((of, _), _)| *of == run);
            Ok(lines
                .map(|((_, file), line)| (file.to_string(), line.clone()))
                .collect())
        })
    }
}
