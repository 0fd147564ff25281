//! What the plugin asks of the world.

use chrono::{DateTime, Utc};

use super::*;
use crate::{
    contract::{Binding, Bound, Change, ItemRef, Link, ManagedFile, Settlement},
    graph::Head,
    ports::{CHUNK, Level, Ports, Read, Unsent},
};

impl Ports for Fake {
    type Body = VecDeque<Piece>;
    type Draft = Draft;
    type Sink = Sink;

    fn connection(&self) -> Connection {
        self.calls.set(self.calls.get() + 1);
        self.connection.clone()
    }

    fn quiet_until(&self) -> &Cell<Duration> {
        &self.quiet_until
    }

    async fn send(&self, request: &Request) -> Result<(Head, Self::Body), Unsent> {
        self.requests.borrow_mut().push((self.clock.now(), request.clone()));
        let answer = match self.failing() {
            Some(Flavour::Break) => return Err(Unsent::Unreachable),
            Some(Flavour::Stall) => std::future::pending().await,
            Some(Flavour::Busy) => Answer::new(503, ""),
            None => {
                let scripted = (self.script.borrow_mut())(request);
                let scripted = scripted.or_else(|| self.changes_answer(request));
                let scripted = scripted.or_else(|| self.batch_answer(request));
                let scripted = scripted.or_else(|| self.drive_answer(request));
                scripted.unwrap_or_else(|| self.drive_answers(request))
            }
        };
        let headers = answer
            .headers
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        Ok((Head::new(answer.status, headers), answer.body.into()))
    }

    async fn read(&self, body: &mut Self::Body, mut buffer: Vec<u8>) -> (Read, Vec<u8>) {
        buffer.clear();
        match self.failing() {
            Some(Flavour::Break) => return (Read::Broken, buffer),
            Some(Flavour::Stall) => std::future::pending().await,
            Some(Flavour::Busy) => return (Read::End, buffer),
            None => {}
        }
        match body.pop_front() {
            Some(Piece::Bytes(mut bytes)) => {
                if bytes.len() > CHUNK {
                    body.push_front(Piece::Bytes(bytes.split_off(CHUNK)));
                }
                (Read::Some, bytes)
            }
            Some(Piece::Break) => (Read::Broken, buffer),
            Some(Piece::Stall) => std::future::pending().await,
            Some(Piece::After(time, bytes)) => {
                self.clock.wait(time).await;
                (Read::Some, bytes)
            }
            None => (Read::End, buffer),
        }
    }

    async fn wait(&self, time: Duration) {
        self.clock.wait(time).await;
    }

    fn now(&self) -> Duration {
        self.clock.now()
    }

    fn utc(&self) -> DateTime<Utc> {
        let start: DateTime<Utc> = "2026-02-03T09:10:11Z".parse().unwrap();
        start + self.clock.now()
    }

    async fn files_by_source(&self, items: &[ItemRef]) -> Result<Vec<Vec<LibraryFile>>, LibraryError> {
        self.broken_library()?;
        let files = self.files.borrow();
        let follows = |item: &ItemRef, file: &LibraryFile| file.link.as_ref().is_some_and(|link| link.source == *item);
        let of = |item| {
            files
                .iter()
                .map(|(file, _)| file)
                .filter(|file| follows(item, file))
                .cloned()
                .collect()
        };
        Ok(items.iter().map(of).collect())
    }

    async fn stat(&self, files: &[String]) -> Result<Vec<Option<LibraryFile>>, LibraryError> {
        self.broken_library()?;
        let ours = self.files.borrow();
        let of = |id: &String| ours.iter().map(|(file, _)| file).find(|file| file.id == *id).cloned();
        Ok(files.iter().map(of).collect())
    }

    async fn bind(&self, drive: &str, bindings: Vec<Binding>) -> Result<Vec<Bound>, LibraryError> {
        self.broken_library()?;
        Ok(bindings.into_iter().map(|binding| self.bound(drive, binding)).collect())
    }

    async fn create(&self, name: &str) -> Result<Draft, LibraryError> {
        self.broken_library()?;
        Ok(Draft::new(name))
    }

    fn write<'a>(&self, draft: &'a Draft) -> (Sink, impl Future<Output = Result<u64, LibraryError>> + use<'a>) {
        draft.open(self.broken_library())
    }

    async fn push(&self, sink: &mut Sink, bytes: Vec<u8>) -> (bool, Vec<u8>) {
        let taken = sink.push(&bytes, self.broken_library());
        (taken, if taken { Vec::new() } else { bytes })
    }

    async fn commit(&self, draft: Draft, link: &Link) -> Result<LibraryFile, LibraryError> {
        self.broken_library()?;
        let refusal = self.refusals.borrow_mut().pop_front();
        match refusal {
            None => Ok(self.keep(draft, link)),
            // Somebody else was faster: this is their file.
            Some(error @ LibraryError::AlreadyLinked(_)) => {
                self.keep(draft, link);
                Err(error)
            }
            Some(error) => Err(error),
        }
    }

    async fn state(&self, key: &str) -> Result<Option<(Vec<u8>, u64)>, LibraryError> {
        self.broken_library()?;
        Ok(self.values.borrow().get(key).cloned())
    }

    async fn swap(&self, key: &str, expected: Option<u64>, value: &[u8]) -> Result<bool, LibraryError> {
        self.broken_library()?;
        Ok(self.swapped(key, expected, value))
    }

    async fn managed_count(&self, drive: &str) -> Result<Counts, LibraryError> {
        self.broken_library()?;
        Ok(self.count(drive))
    }

    async fn managed_by_source(&self, items: &[ItemRef]) -> Result<Vec<Vec<ManagedFile>>, LibraryError> {
        self.broken_library()?;
        Ok(self.by_source(items))
    }

    async fn managed_by_place(&self, drive: &str, places: Vec<String>) -> Result<Vec<ManagedFile>, LibraryError> {
        self.broken_library()?;
        Ok(self.by_place(drive, &places))
    }

    async fn managed_after(
        &self,
        drive: &str,
        file: Option<&str>,
        suspected: bool,
        limit: u32,
    ) -> Result<Vec<ManagedFile>, LibraryError> {
        self.broken_library()?;
        Ok(self.after(drive, file, suspected, limit))
    }

    async fn due(
        &self,
        drive: &str,
        known: Option<&(u64, String)>,
        limit: u32,
    ) -> Result<Vec<ManagedFile>, LibraryError> {
        self.broken_library()?;
        Ok(self.due_after(drive, known, limit))
    }

    async fn set(&self, changes: Vec<Change>) -> Result<(), LibraryError> {
        self.broken_library()?;
        self.change(changes);
        Ok(())
    }

    async fn suspect_all(&self, drive: &str) -> Result<(), LibraryError> {
        self.broken_library()?;
        self.suspect(drive);
        Ok(())
    }

    async fn settle(&self, settlements: Vec<Settlement>) -> Result<(), LibraryError> {
        self.broken_library()?;
        self.settled(settlements);
        Ok(())
    }

    async fn replace(&self, file: &str, base_revision: u64) -> Result<Draft, LibraryError> {
        self.broken_library()?;
        self.begin(file, base_revision)
    }

    async fn publish(&self, draft: Draft, link: &Link, line: &Line) -> Result<LibraryFile, LibraryError> {
        self.broken_library()?;
        self.keep_new(&draft, link, line)
    }

    fn progress(&self, item: &ItemRef, _name: &str, done: u64, total: Option<u64>) {
        self.last_progress.borrow_mut().insert(item.item.clone(), (done, total));
    }

    fn waiting(&self, why: &str, time: Duration) {
        self.waits.borrow_mut().push((why.to_owned(), time));
    }

    fn log(&self, _level: Level, message: &str) {
        self.log.borrow_mut().push(message.to_owned());
    }
}
