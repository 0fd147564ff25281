//! The reference library: what plugins work on, over this store.

use std::sync::Arc;

use clientpoint_engine::{
    clock::{Clock, stamp},
    contract::clientpoint::content_source::{
        content_library::{Binding, Bound, Error, LibraryFile},
        state_store::{self, Entry, Swapped},
        types::{ItemRef, Link},
    },
    library::{Answering, Draft, DraftPlace, Library, Replacement, Scope, StateStore},
};

use super::{
    Store, association, files,
    in_contract::stored_link,
    objects::{AppendError, Objects},
    runs,
    states::{self, KEYS_AT_MOST, Kept, Swap},
};
use crate::rights::{self, Held, Holder};

mod following;
mod late;
mod together;
mod uploads;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod lost_rights;
#[cfg(test)]
mod odd_words;

use late::Late;
use together::{Becomes, Together};
pub use uploads::{Refused, Uploads};

/// The library in a data folder. Clones are the same one.
#[derive(Clone)]
pub struct Reference {
    store: Store,
    objects: Objects,
    clock: Arc<dyn Clock>,
    /// Without it, no sync runs beside an upload.
    uploads: Option<Arc<Uploads>>,
    together: Together,
}

/// Bytes in a file of the data folder.
struct DraftFile {
    draft: Late,
    place: DraftPlace,
    library: Reference,
}

impl Reference {
    /// Over this database and these objects; what it writes down has the clock's time.
    pub fn new(store: Store, objects: Objects, clock: Arc<dyn Clock>) -> Self {
        Self {
            together: Together::new(store.clone(), objects.clone(), clock.clone()),
            store,
            objects,
            clock,
            uploads: None,
        }
    }

    /// Lets an upload take the right to the sync of each connection whose files it ties anew.
    pub(crate) fn with_uploads(self, uploads: Arc<Uploads>) -> Self {
        let uploads = Some(uploads);
        Self { uploads, ..self }
    }

    /// What an upload must have before it ties files anew that follow something through other connections than its own.
    async fn rights_of(&self, upload: i64, own: &str, bindings: &[Binding]) -> Result<Vec<Held>, Error> {
        let Some(uploads) = &self.uploads else {
            return Ok(Vec::new());
        };
        let by = runs::get(&self.store, upload).await?.started_by;
        let holder = Holder::new("an upload", &by, self.clock.utc());
        let files: Vec<&str> = bindings.iter().map(|binding| binding.file.as_str()).collect();
        let rights = uploads.rights(&self.store, (upload, &holder), own, &files).await?;
        rights.ok_or_else(|| Error::Unavailable("a sync of files that it would tie anew is running".into()))
    }

    fn now(&self) -> String {
        stamp(self.clock.utc())
    }
}

impl Draft for DraftFile {
    fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let draft = self.draft.begun()?;
        draft.append(bytes).map_err(|error| {
            tracing::warn!("a draft was given up: {error}");
            error.into()
        })
    }

    fn size(&self) -> u64 {
        self.draft.size()
    }

    fn commit<'a>(self: Box<Self>, connection: &'a str, name: &'a str, link: Link) -> Answering<'a, LibraryFile> {
        let Self { draft, place, library } = *self;
        let becomes = Becomes::New {
            name: name.to_owned(),
            link: stored_link(connection, link),
        };
        Box::pin(async move { library.together.bring_in(draft, place, becomes).await })
    }

    fn publish(self: Box<Self>, of: Replacement<'_>) -> Answering<'_, LibraryFile> {
        let Self { draft, place, library } = *self;
        let becomes = Becomes::Next {
            run: of.run,
            file: of.file.to_owned(),
            base: of.base,
            link: stored_link(of.connection, of.link),
            line: of.line,
        };
        Box::pin(async move { library.together.bring_in(draft, place, becomes).await })
    }
}

impl Library for Reference {
    fn draft(&self, limit: u64, place: DraftPlace) -> Result<Box<dyn Draft>, Error> {
        Ok(Box::new(DraftFile {
            draft: Late::new(self.objects.clone(), limit),
            place,
            library: self.clone(),
        }))
    }

    fn by_source<'a>(&'a self, connection: &'a str, items: &'a [ItemRef]) -> Answering<'a, Vec<Vec<LibraryFile>>> {
        Box::pin(async move {
            let mut answer = Vec::with_capacity(items.len());
            for ItemRef { drive, item } in items {
                let found = files::by_source(&self.store, Scope { connection, drive }, item).await?;
                answer.push(found.into_iter().map(LibraryFile::from).collect());
            }
            Ok(answer)
        })
    }

    fn stat<'a>(&'a self, files: &'a [String]) -> Answering<'a, Vec<Option<LibraryFile>>> {
        Box::pin(async move {
            let found = association::stat(&self.store, files).await?;
            Ok(found.into_iter().map(|file| file.map(LibraryFile::from)).collect())
        })
    }

    fn bind<'a>(&'a self, upload: i64, of: Scope<'a>, bindings: Vec<Binding>) -> Answering<'a, Vec<Bound>> {
        Box::pin(async move {
            let held = self.rights_of(upload, of.connection, &bindings).await?;
            let now = self.now();
            let binding = association::bind(&self.store, upload, of, &bindings, &now);
            rights::guarding(&held, binding).await?.ok_or(Error::Forbidden)
        })
    }
}

impl StateStore for Reference {
    fn get<'a>(&'a self, connection: &'a str, key: &'a str) -> Answering<'a, Option<Entry>, state_store::Error> {
        Box::pin(async move {
            let kept = states::get(&self.store, connection, key).await?;
            Ok(kept.map(entry))
        })
    }

    fn swap<'a>(
        &'a self,
        connection: &'a str,
        key: &'a str,
        expected: Option<u64>,
        value: Option<Vec<u8>>,
    ) -> Answering<'a, Swapped, state_store::Error> {
        Box::pin(async move {
            match states::swap(&self.store, connection, key, expected, value).await? {
                Swap::Stored(version) => Ok(Swapped::Stored(version)),
                Swap::Stale(present) => Ok(Swapped::Stale(present.map(entry))),
                Swap::TooManyKeys => Err(state_store::Error::Other(format!("more than {KEYS_AT_MOST} keys"))),
            }
        })
    }
}

fn entry(kept: Kept) -> Entry {
    Entry {
        value: kept.value,
        version: kept.version,
    }
}

impl From<AppendError> for Error {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::TooLarge(limit) => Self::TooLarge(limit),
            AppendError::Io(error) => crate::Error::from(error).into(),
        }
    }
}

impl From<crate::Error> for Error {
    fn from(error: crate::Error) -> Self {
        match error.bare() {
            crate::Error::NoSpace(_)
            | crate::Error::Server {
                code: "database-full", ..
            } => Self::NoSpace,
            crate::Error::Storage(reason) => Self::Unavailable(reason.clone()),
            crate::Error::Busy { .. }
            | crate::Error::Disk { .. }
            | crate::Error::ObjectStore { .. }
            | crate::Error::Server { .. }
            | crate::Error::Damaged { .. }
            | crate::Error::DamagedDatabase { .. } => Self::Unavailable(error.to_string()),
            _ => Self::Other(error.to_string()),
        }
    }
}

impl From<crate::Error> for state_store::Error {
    fn from(error: crate::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use clientpoint_engine::contract::clientpoint::content_source::types::Verification;
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn who_gives_up_a_commit_has_its_place_back_only_once_the_disk_is_done() {
        let data = tempfile::tempdir().unwrap();
        let patience = std::time::Duration::from_secs(20);
        let store = crate::store::open(data.path(), patience).await.unwrap();
        let objects = Objects::open(data.path()).unwrap();
        let library = Reference::new(
            store,
            objects.clone(),
            Arc::new(clientpoint_engine::clock::SystemClock::default()),
        );
        let places = Arc::new(tokio::sync::Semaphore::new(1));
        let place = DraftPlace::new(places.clone().try_acquire_owned().unwrap());
        let draft = library.draft(10, place).unwrap();
        let link = Link {
            source: ItemRef {
                drive: "d".into(),
                item: "i".into(),
            },
            version: None,
            hash: String::new(),
            size: 0,
            verification: Verification::NoHash,
            name: "a.pdf".into(),
            web_url: None,
        };

        // As long as a sweep has the lock, the disk's thread waits.
        let sweep = objects.held_alone().unwrap().unwrap();
        let mut commit = draft.commit("c1", "a.pdf", link);
        assert!(commit.as_mut().now_or_never().is_none());
        drop(commit);
        assert_eq!(places.available_permits(), 0);

        drop(sweep);
        drop(tokio::time::timeout(patience, places.acquire()).await.unwrap().unwrap());
        assert!(library.by_source("organization", &[]).await.unwrap().is_empty());
    }

    #[test]
    fn a_full_disk_is_told_as_such() {
        let full = AppendError::Io(std::io::ErrorKind::StorageFull.into());
        assert!(matches!(Error::from(full), Error::NoSpace));
    }
}
