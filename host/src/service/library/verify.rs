//! Looking at what the disk has: all bytes, those of some files, or those that are wanted just now. What is found is noted,
//! and forgotten once it is whole again.

use std::{collections::BTreeSet, sync::Arc};

use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use crate::{
    Error, Result,
    host::Host,
    service::{
        Session, Stop,
        api::{DamagedRevision, Looking},
        operations::work::CameTo,
    },
    store::{damage, files, link_counts, look::Trouble, looking, objects::Object, words::OperationKind},
    way_out::WayOut,
};

/// How many objects are asked of the database at a time.
const PAGE: u32 = 500;

/// How many objects are read at a time.
const AT_ONCE: usize = 4;

/// How many objects a sync glances at. A glance takes microseconds.
const GLANCES: u32 = 1_000;

/// How many objects that lie elsewhere are glanced at at a time: each glance is a request.
const GLANCES_ELSEWHERE: usize = 16;

/// The most damaged revisions that one answer names.
const NAMED: u32 = 1_000;

/// What looking has come to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verification {
    /// How many objects were read: equal bytes are one.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many revisions are damaged.
    pub damaged: u64,
    /// Those of them, by File ID and revision, up to a thousand.
    pub revisions: Vec<DamagedRevision>,
    /// What is wrong with the database itself; nothing if all is well.
    pub database: Vec<String>,
    /// Numbers that the database keeps and that were wrong; nothing if all is well.
    pub mended: Vec<String>,
}

/// What is known of the disk, without a look at it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Disk {
    /// How many revisions are damaged.
    pub damaged: u64,
    /// How many of them nobody can bring back but a person.
    pub needs_a_person: u64,
    /// The first of them, by File ID and revision.
    pub revisions: Vec<DamagedRevision>,
    /// How far the nightly look is; none before the first night.
    pub looking: Option<Looking>,
}

impl Verification {
    /// Whether everything is as it was stored.
    pub fn is_clean(&self) -> bool {
        self.damaged == 0 && self.database.is_empty() && self.mended.is_empty()
    }
}

impl Session<'_> {
    /// Reads the bytes of all revisions of these files, or of all files if none is named, and compares them with what was
    /// stored. The database itself is checked, too.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, `Error::NotFound`, or the database's. Damage is no error: it is in the answer.
    pub async fn verify(&self, files: &[String]) -> Result<Verification> {
        self.user.require_administrator("verify the library")?;
        let work = self.work(OperationKind::Verify, &Stop::default()).await?;
        let verifying = work.session.looked_at(files, &work.stop);
        work.carry_out(verifying, in_numbers).await
    }

    async fn looked_at(&self, files: &[String], stop: &Stop) -> Result<Verification> {
        let mut done = Verification::default();
        if files.is_empty() {
            self.verify_all(&mut done, stop).await?;
            done.damaged = damage::count(&self.host.store).await?;
            done.revisions = told(damage::list(&self.host.store, None, NAMED).await?);
        } else {
            self.verify_some(files, &mut done, stop).await?;
        }
        done.database = damage::of_database(&self.host.store).await?;
        noted(looking::note_database(&self.host.store, &done.database).await);
        // What is damaged is not written to.
        if done.database.is_empty() {
            done.mended = link_counts::mend(&self.host.store).await?;
        }
        Ok(done)
    }

    async fn verify_all(&self, done: &mut Verification, stop: &Stop) -> Result<()> {
        let (_, total) = damage::measure(&self.host.store, "").await?;
        let mut after = String::new();
        loop {
            let page = damage::objects(&self.host.store, &after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after.clone_from(&last.sha256);
            self.look_at_all(page, done, (total, stop)).await?;
        }
    }

    async fn verify_some(&self, files: &[String], done: &mut Verification, stop: &Stop) -> Result<()> {
        let mut objects = Vec::new();
        for file in files {
            objects.extend(damage::objects_of(&self.host.store, file).await?);
        }
        objects.sort_by(|one, other| one.sha256.cmp(&other.sha256));
        objects.dedup();
        let total = objects.iter().map(|object| object.size).sum();
        self.look_at_all(objects, done, (total, stop)).await?;
        for file in files.iter().collect::<BTreeSet<_>>() {
            done.revisions
                .extend(told(damage::of_file(&self.host.store, file).await?));
        }
        done.damaged = done.revisions.len() as u64;
        Ok(())
    }

    async fn look_at_all(
        &self,
        objects: Vec<Object>,
        done: &mut Verification,
        (total, stop): (u64, &Stop),
    ) -> Result<()> {
        let mut looks = stream::iter(objects)
            .map(async |object| self.host.look(&object).await.map(|_| object.size))
            .buffer_unordered(AT_ONCE);
        while let Some(size) = looks.try_next().await? {
            done.objects += 1;
            done.bytes += size;
            self.watcher.report("verify", "verify", done.bytes, Some(total));
            if stop.is_cancelled() {
                return Err(Error::Sync {
                    code: "stopped",
                    message: "the look at the library was stopped; what it has found by then is noted".into(),
                });
            }
        }
        Ok(())
    }

    /// What is known of the disk, without a look at it.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`, or the database's.
    pub async fn disk(&self) -> Result<Disk> {
        self.user.require_administrator("see how the disk stands")?;
        let store = &self.host.store;
        let damaged = damage::count(store).await?;
        Ok(Disk {
            damaged,
            needs_a_person: damaged.saturating_sub(damage::count_fetchable(store).await?),
            revisions: told(damage::list(store, None, 20).await?),
            looking: looking::get(store).await?.map(Looking::from),
        })
    }

    /// The damaged revisions of a file, as far as somebody has looked.
    ///
    /// # Errors
    ///
    /// `Error::NotFound`, or the database's.
    pub async fn damage(&self, id: &str) -> Result<Vec<DamagedRevision>> {
        files::get(&self.host.store, id).await?;
        Ok(told(damage::of_file(&self.host.store, id).await?))
    }
}

impl Host {
    /// Looks at an object, and notes what it finds.
    pub(crate) async fn look(&self, object: &Object) -> Result<Option<Trouble>> {
        let trouble = self.seen(object).await?;
        self.note(object, trouble.as_ref()).await
    }

    /// Notes what a look has found. What is wrong is looked at once more when it has been written down: somebody may have
    /// put the object back in between, and have found nothing to take off the list.
    pub(crate) async fn note(&self, object: &Object, trouble: Option<&Trouble>) -> Result<Option<Trouble>> {
        let Some(trouble) = trouble else {
            noted(damage::is_whole(&self.store, object).await);
            return Ok(None);
        };
        tracing::warn!(
            sha256 = object.sha256,
            "an object is damaged: {}",
            trouble.told(object.size)
        );
        let now = clientpoint_engine::clock::stamp(self.clock.utc());
        noted(damage::note(&self.store, object, trouble, &now).await);
        let again = self.seen(object).await?;
        if again.is_none() {
            noted(damage::is_whole(&self.store, object).await);
        }
        Ok(again)
    }

    async fn seen(&self, object: &Object) -> Result<Option<Trouble>> {
        let (objects, object) = (self.objects.clone(), object.clone());
        let looked = tokio::task::spawn_blocking(move || objects.look(&object)).await;
        looked.map_err(|_| stopped())?
    }

    /// The error that names a revision whose bytes were found to be damaged.
    pub(crate) async fn damaged(&self, file: &str, revision: u64, object: &Object) -> Result<Error> {
        let known = damage::of_file(&self.store, file).await?;
        let of = known.iter().find(|of| of.revision == revision);
        Ok(match of {
            Some(of) => damage::error(of),
            // Where nothing can be written down, or it was put back a moment ago.
            None => Error::Damaged {
                file: file.into(),
                name: files::get(&self.store, file).await?.name,
                revision,
                what: format!("the object {} was not what it should be", object.sha256),
                remedy: String::new(),
            }
            .with([WayOut::Verify {
                file: Some(file.into()),
            }]),
        })
    }

    /// Looks again at what is known to be damaged and can be fetched anew by a sync of this connection; what still is, is
    /// due. To be called before the sync looks at what is due.
    pub(crate) async fn make_damaged_due(&self, connection: &str, run: i64) -> Result<()> {
        self.glance_at_some(run).await?;
        // Who asks which are to be fetched, where none is, may wait until a server has gone through all that the connection has.
        if !damage::any(&self.store).await? {
            return Ok(());
        }
        let mut after = String::new();
        loop {
            let page = damage::fetchable(&self.store, connection, &after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.sha256);
            for object in page {
                self.look(&object).await?;
            }
        }
        damage::make_due(&self.store, connection).await?;
        Ok(())
    }

    /// Finds what is gone or has another size among some of the objects, another part in each run: a small library is seen
    /// as a whole, and a large one costs a run no more than a small one. All are glanced at in the night.
    async fn glance_at_some(&self, run: i64) -> Result<()> {
        // Elsewhere a glance is a request, and a store loses less than a disk: the night has to do.
        if self.objects.remote().is_some() {
            return Ok(());
        }
        let begin = part_of(run);
        let mut page = damage::objects(&self.store, &begin, GLANCES).await?;
        let left = GLANCES.saturating_sub(u32::try_from(page.len()).unwrap_or(GLANCES));
        if left != 0 {
            let others = damage::objects(&self.store, "", left).await?;
            page.extend(others.into_iter().take_while(|object| object.sha256 <= begin));
        }
        for object in self.not_whole_at_a_glance(page, Arc::default()).await? {
            self.look(&object).await?;
        }
        Ok(())
    }

    /// Those of the objects that are gone or have another size; and those of them that are listed in `anyway`.
    pub(in crate::service) async fn not_whole_at_a_glance(
        &self,
        page: Vec<Object>,
        anyway: Arc<BTreeSet<String>>,
    ) -> Result<Vec<Object>> {
        if self.objects.remote().is_none() {
            return self.glanced_at(page, anyway).await;
        }
        let glances = stream::iter(page)
            .map(|object| self.glanced_at(vec![object], anyway.clone()))
            .buffered(GLANCES_ELSEWHERE);
        let found: Vec<Vec<Object>> = glances.try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn glanced_at(&self, page: Vec<Object>, anyway: Arc<BTreeSet<String>>) -> Result<Vec<Object>> {
        let objects = self.objects.clone();
        let glancing = tokio::task::spawn_blocking(move || {
            let glance = |object: Object| match objects.glance(&object) {
                Ok(None) if !anyway.contains(&object.sha256) => None,
                Ok(_) => Some(Ok(object)),
                Err(error) => Some(Err(error)),
            };
            page.into_iter().filter_map(glance).collect()
        });
        glancing.await.map_err(|_| stopped())?
    }
}

fn in_numbers(done: &Verification) -> CameTo {
    let numbers = [
        ("objects", done.objects),
        ("bytes", done.bytes),
        ("damaged", done.damaged),
    ];
    CameTo::counts(numbers.map(|(word, count)| (word.to_owned(), count)).into())
}

/// Where the part of a run begins among the names of all objects, which lie evenly: one step of the golden ratio further
/// than the part of the run before, so that no part is left out for long.
fn part_of(run: i64) -> String {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    format!("{:016x}", run.unsigned_abs().wrapping_mul(GOLDEN))
}

fn told(revisions: Vec<damage::DamagedRevision>) -> Vec<DamagedRevision> {
    revisions.into_iter().map(DamagedRevision::from).collect()
}

/// That something could not be written down is no reason not to tell it: a disk that is full or can only be read keeps
/// nobody from looking.
fn noted(result: Result<()>) {
    if let Err(error) = result {
        tracing::warn!("what was found of an object can't be written down: {error}");
    }
}

pub(in crate::service) fn stopped() -> Error {
    Error::Storage("the disk's thread has stopped".into())
}
