//! The files that follow something, as the plugin finds and settles them in a run.

use clientpoint_engine::{
    contract::clientpoint::content_source::{
        managed_files::{Change, Counts, LinkState, ManagedFile, Settlement},
        types::ItemRef,
    },
    library::{Answering, Managed, Scope},
};

use super::shelf::{Shelf, answer, waits};

impl Managed for Shelf {
    fn count<'a>(&'a self, of: Scope<'a>) -> Answering<'a, Counts> {
        let files = self.kept().in_drive(of, |_| true);
        let suspected = files.iter().filter(|file| file.suspected).count() as u64;
        answer(Ok(Counts {
            managed: files.len() as u64,
            suspected,
        }))
    }

    fn of_items<'a>(&'a self, connection: &'a str, items: &'a [ItemRef]) -> Answering<'a, Vec<Vec<ManagedFile>>> {
        let kept = self.kept();
        answer(Ok(items
            .iter()
            .map(|item| kept.of(connection, |file| file.item() == Some(item)))
            .collect()))
    }

    fn by_place<'a>(&'a self, of: Scope<'a>, places: &'a [String]) -> Answering<'a, Vec<ManagedFile>> {
        answer(Ok(self.kept().in_drive(of, |file| {
            file.place.as_ref().is_some_and(|place| places.contains(place))
        })))
    }

    #[rustfmt::skip]
    fn after<'a>(&'a self, of: Scope<'a>, file: Option<&'a str>, suspected: bool, limit: u32) -> Answering<'a, Vec<ManagedFile>> {
        let known = file.unwrap_or_default();
        let is_next = |file: &ManagedFile| known < file.file.id.as_str() && (file.suspected || !suspected);
        let mut files = self.kept().in_drive(of, is_next);
        files.truncate(limit as usize);
        answer(Ok(files))
    }

    #[rustfmt::skip]
    fn due<'a>(&'a self, of: Scope<'a>, known: Option<&'a (u64, String)>, limit: u32) -> Answering<'a, Vec<ManagedFile>> {
        let turn = |file: &ManagedFile| (file.waiting.unwrap_or(0), file.file.id.clone());
        let is_next = |file: &ManagedFile| known.is_none_or(|known| *known < turn(file));
        let mut files = self.kept().in_drive(of, |file| (file.waiting.is_some() || file.suspected) && is_next(file));
        files.sort_by_key(turn);
        files.truncate(limit as usize);
        answer(Ok(files))
    }

    fn set<'a>(&'a self, connection: &'a str, changes: Vec<Change>) -> Answering<'a, ()> {
        let mut kept = self.kept();
        let all = kept.all(connection, changes.iter().map(|change| &change.file));
        answer(all.and_then(|turn| {
            changes.into_iter().try_for_each(|change| {
                let file = kept.file(connection, &change.file)?;
                file.stand(
                    file.is.state,
                    waits(&file.is, change.waiting, turn),
                    change.suspected,
                    change.note,
                );
                Ok(())
            })
        }))
    }

    fn suspect_all<'a>(&'a self, of: Scope<'a>) -> Answering<'a, ()> {
        let mut kept = self.kept();
        for file in kept.in_drive(of, |file| file.state != LinkState::SourceGone) {
            if let Some(file) = kept.files.get_mut(&file.file.id) {
                file.is.suspected = true;
            }
        }
        answer(Ok(()))
    }

    fn settle<'a>(&'a self, connection: &'a str, run: i64, settlements: Vec<Settlement>) -> Answering<'a, ()> {
        let mut kept = self.kept();
        let all = kept.all(connection, settlements.iter().map(|settlement| &settlement.file));
        answer(all.and_then(|turn| {
            settlements
                .into_iter()
                .try_for_each(|of| kept.settle(connection, run, turn, of))
        }))
    }

    fn replaceable<'a>(&'a self, connection: &'a str, file: &'a str, base: u64) -> Answering<'a, Option<String>> {
        let mut kept = self.kept();
        let found = kept
            .file(connection, file)
            .ok()
            .filter(|file| file.is.file.revision == base);
        answer(Ok(found.map(|file| file.is.file.name.clone())))
    }
}
