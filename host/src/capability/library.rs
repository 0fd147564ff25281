//! `content-library`: the only way for bytes to become a file.

use std::sync::{Arc, Mutex, PoisonError};

use sqlx::SqlitePool;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::component::{Accessor, HasData, Linker, Resource, ResourceTable, StreamReader};

use super::calls::Calls;
use super::{bounds, draft_writer};
use crate::bindings::clientpoint::content_source::content_library::{
    self, Binding, Bound, Error, Host, HostDraft, HostDraftWithStore, HostWithStore, LibraryFile,
};
use crate::bindings::clientpoint::content_source::types::{ItemRef, Link, Verification};
use crate::clock::{Clock, stamp};
use crate::place::Place;
use crate::store::association;
use crate::store::files::{self, Created, NewFile};
use crate::store::objects::{AppendError, Draft, Object, Objects};

/// How many items one question may name.
const ITEMS_AT_MOST: usize = 1_000;

/// How many files one question may name.
const FILES_AT_MOST: usize = 10_000;

/// How many files one call may bind.
const BINDINGS_AT_MOST: usize = 1_000_000;

/// How many drafts an instance may have at a time. Each is an open file.
const DRAFTS_AT_MOST: usize = 16;

/// The longest name of a file in the library, in characters; a longer one is shortened.
const NAME_AT_MOST: usize = 255;

/// The library as one connection may touch it.
#[derive(Clone)]
pub struct LibraryCtx {
    /// The catalogue.
    pub pool: SqlitePool,
    /// The bytes.
    pub objects: Objects,
    /// The connection's id: it is written into every link.
    pub connection: Arc<str>,
    /// For the times in the catalogue.
    pub clock: Arc<dyn Clock>,
    /// The largest file, in bytes.
    pub limit: u64,
    /// The run of the sync that the instance works for; without one, managed files are out of its reach.
    pub run: Option<i64>,
    /// The upload of a sheet that the instance carries out; without one, it binds nothing.
    pub upload: Option<i64>,
    /// The items that the instance may bring in: those that a person has asked for.
    pub asked: Arc<[ItemRef]>,
    /// What it has brought in.
    pub brought_in: BroughtIn,
    /// Whether the library is withheld: everything is answered with `forbidden`.
    pub withheld: bool,
    /// Whether managed files are withheld, also during a run.
    pub managed_withheld: bool,
    /// Drafts that may be begun yet.
    pub(super) drafts: Arc<Semaphore>,
    /// Places for calls.
    pub calls: Calls,
}

/// The items that came into the library, each with its File ID. Clones see the same.
#[derive(Clone, Debug, Default)]
pub struct BroughtIn(Arc<Mutex<Vec<(ItemRef, String)>>>);

impl BroughtIn {
    /// All of it, so far.
    pub fn all(&self) -> Vec<(ItemRef, String)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, item: ItemRef, file: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((item, file));
    }
}

impl LibraryCtx {
    /// With everything that the connection is given, and nothing lent yet.
    pub fn new(pool: SqlitePool, objects: Objects, connection: Arc<str>, clock: Arc<dyn Clock>, limit: u64) -> Self {
        LibraryCtx {
            pool,
            objects,
            connection,
            clock,
            limit,
            run: None,
            upload: None,
            asked: Arc::default(),
            brought_in: BroughtIn::default(),
            withheld: false,
            managed_withheld: false,
            drafts: Arc::new(Semaphore::new(DRAFTS_AT_MOST)),
            calls: Calls::default(),
        }
    }

    /// The right to one more draft, for as long as it is there.
    pub(super) fn one_more_draft(&self) -> Result<OwnedSemaphorePermit, Error> {
        let place = self.drafts.clone().try_acquire_owned();
        place.map_err(|_| Error::Other(format!("more than {DRAFTS_AT_MOST} drafts at a time")))
    }

    /// The right to one more call, for as long as it takes.
    pub(super) fn one_more_call(&self) -> Result<OwnedSemaphorePermit, Error> {
        self.calls.one_more().map_err(Error::Other)
    }

    fn may_bring_in(&self, item: &ItemRef) -> bool {
        self.asked
            .iter()
            .any(|asked| asked.drive == item.drive && asked.item == item.item)
    }
}

/// A draft in the hands of the plugin.
pub struct OpenDraft {
    pub(super) name: String,
    /// None while a `write` is under way, and after one that failed.
    pub(super) draft: Option<Draft>,
    /// The file whose content it is to be, and that file's revision; none for a new file.
    pub(super) replaces: Option<(String, u64)>,
    /// Its place among the drafts that the instance may have.
    pub(super) _place: OwnedSemaphorePermit,
}

/// Borrows what one call needs.
pub struct LibraryView<'a> {
    pub(super) ctx: &'a mut LibraryCtx,
    pub(super) table: &'a mut ResourceTable,
}

/// Lends the context.
pub trait LibraryProvider: Send {
    /// The context of this instance, and its table of handles.
    fn library(&mut self) -> (&mut LibraryCtx, &mut ResourceTable);
}

/// Marks the view for the linker.
pub struct HasLibrary;

impl HasData for HasLibrary {
    type Data<'a> = LibraryView<'a>;
}

/// Gives the plugin this interface.
///
/// # Errors
///
/// If the linker has it already.
pub fn add_to_linker<T: LibraryProvider + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    content_library::add_to_linker::<T, HasLibrary>(linker, |state| {
        let (ctx, table) = state.library();
        LibraryView { ctx, table }
    })
}

impl Host for LibraryView<'_> {}

impl HostDraft for LibraryView<'_> {
    fn drop(&mut self, draft: Resource<OpenDraft>) -> wasmtime::Result<()> {
        self.table.delete(draft)?;
        Ok(())
    }
}

impl<T: LibraryProvider> HostWithStore<T> for HasLibrary {
    async fn create(
        accessor: &Accessor<T, Self>,
        name: String,
    ) -> wasmtime::Result<Result<Resource<OpenDraft>, Error>> {
        accessor.with(|mut access| {
            let view = access.get();
            Ok(match begin(view.ctx, &name) {
                Ok(open) => Ok(view.table.push(open)?),
                Err(error) => Err(error),
            })
        })
    }

    async fn files_by_source(
        accessor: &Accessor<T, Self>,
        items: Vec<ItemRef>,
    ) -> wasmtime::Result<Result<Vec<Vec<LibraryFile>>, Error>> {
        let ctx = accessor.with(|mut access| access.get().ctx.clone());
        if ctx.withheld {
            return Ok(Err(Error::Forbidden));
        }
        let _place = match ctx.one_more_call() {
            Ok(place) => place,
            Err(error) => return Ok(Err(error)),
        };
        if ITEMS_AT_MOST < items.len() {
            return Ok(Err(Error::Other(format!(
                "more than {ITEMS_AT_MOST} items in one question"
            ))));
        }
        let mut answer = Vec::with_capacity(items.len());
        for ItemRef { drive, item } in &items {
            match files::by_source(&ctx.pool, drive, item).await {
                Ok(found) => answer.push(found.into_iter().map(LibraryFile::from).collect()),
                Err(error) => return Ok(Err(error.into())),
            }
        }
        Ok(Ok(answer))
    }

    async fn stat(
        accessor: &Accessor<T, Self>,
        files: Vec<String>,
    ) -> wasmtime::Result<Result<Vec<Option<LibraryFile>>, Error>> {
        if FILES_AT_MOST < files.len() {
            return Ok(Err(Error::Other(format!(
                "more than {FILES_AT_MOST} files in one question"
            ))));
        }
        let ctx = accessor.with(|mut access| access.get().ctx.clone());
        if ctx.withheld {
            return Ok(Err(Error::Forbidden));
        }
        let _place = match ctx.one_more_call() {
            Ok(place) => place,
            Err(error) => return Ok(Err(error)),
        };
        let found = association::stat(&ctx.pool, &files).await;
        let known = |all: Vec<Option<_>>| all.into_iter().map(|file| file.map(LibraryFile::from)).collect();
        Ok(found.map(known).map_err(Error::from))
    }

    async fn bind(
        accessor: &Accessor<T, Self>,
        drive: String,
        bindings: Vec<Binding>,
    ) -> wasmtime::Result<Result<Vec<Bound>, Error>> {
        if BINDINGS_AT_MOST < bindings.len() {
            return Ok(Err(Error::Other(format!(
                "more than {BINDINGS_AT_MOST} bindings in one call"
            ))));
        }
        let ctx = accessor.with(|mut access| access.get().ctx.clone());
        if ctx.withheld {
            return Ok(Err(Error::Forbidden));
        }
        let _place = match ctx.one_more_call() {
            Ok(place) => place,
            Err(error) => return Ok(Err(error)),
        };
        let Some(upload) = ctx.upload else {
            return Ok(Err(Error::Forbidden));
        };
        let unfit = bindings.iter().try_for_each(bounds::binding).and(bounds::drive(&drive));
        if let Err(error) = unfit {
            return Ok(Err(error));
        }
        let bindings: Vec<_> = bindings.into_iter().map(stored_binding).collect();
        let now = stamp(ctx.clock.utc());
        let bound = association::bind(&ctx.pool, upload, &ctx.connection, &drive, &bindings, &now).await;
        Ok(bound
            .map(|all| all.into_iter().map(Bound::from).collect())
            .map_err(Error::from))
    }
}

fn stored_binding(of: Binding) -> association::Binding {
    association::Binding {
        file: of.file,
        item: of.item,
        name: of.name,
        web_url: of.web_url,
        place: of.place,
    }
}

impl From<association::Bound> for Bound {
    fn from(bound: association::Bound) -> Self {
        match bound {
            association::Bound::Bound => Bound::Bound,
            association::Bound::Unchanged => Bound::Unchanged,
            association::Bound::Missing => Bound::Missing,
        }
    }
}

impl<T: LibraryProvider> HostDraftWithStore<T> for HasLibrary {
    async fn write(
        accessor: &Accessor<T, Self>,
        this: Resource<OpenDraft>,
        data: StreamReader<u8>,
    ) -> wasmtime::Result<Result<u64, Error>> {
        let written = accessor.with(|mut access| -> wasmtime::Result<_> {
            let mut data = data;
            let Some(draft) = access.get().table.get_mut(&this)?.draft.take() else {
                data.close(&mut access)?;
                return Ok(None);
            };
            let (from_guest, written) = draft_writer::start(draft);
            data.pipe(&mut access, from_guest)?;
            Ok(Some(written))
        })?;
        let Some(written) = written else {
            return Ok(Err(Error::Other("the draft is being written, or has failed".into())));
        };
        let Ok((draft, result)) = written.await else {
            return Ok(Err(Error::Other("the writer of the draft has stopped".into())));
        };
        if let Err(error) = result {
            tracing::warn!("a draft was given up: {error}");
            return Ok(Err(error.into()));
        }
        let size = draft.size();
        accessor.with(|mut access| {
            access.get().table.get_mut(&this)?.draft = Some(draft);
            Ok(Ok(size))
        })
    }

    async fn commit(
        accessor: &Accessor<T, Self>,
        this: Resource<OpenDraft>,
        link: Link,
    ) -> wasmtime::Result<Result<LibraryFile, Error>> {
        let (open, ctx) = accessor.with(|mut access| -> wasmtime::Result<_> {
            let view = access.get();
            Ok((view.table.delete(this)?, view.ctx.clone()))
        })?;
        if open.replaces.is_some() {
            return Ok(Err(Error::Other(
                "a draft that replaces content is published, not committed".into(),
            )));
        }
        let Some(draft) = open.draft else {
            return Ok(Err(Error::Other("the draft is being written, or has failed".into())));
        };
        if !ctx.may_bring_in(&link.source) {
            return Ok(Err(Error::Forbidden));
        }
        if let Err(error) = bounds::link(&link) {
            return Ok(Err(error));
        }
        if draft.size() != link.size {
            return Ok(Err(Error::SizeMismatch));
        }
        let item = link.source.clone();
        let published = publish(&ctx, &open.name, draft, link).await;
        if let Ok(file) = &published {
            ctx.brought_in.add(item, file.id.clone());
        }
        Ok(published)
    }
}

/// A new file is begun only while there is something that a person has asked for.
fn begin(ctx: &LibraryCtx, name: &str) -> Result<OpenDraft, Error> {
    if ctx.withheld || ctx.asked.is_empty() {
        return Err(Error::Forbidden);
    }
    let place = ctx.one_more_draft()?;
    Ok(OpenDraft {
        name: library_name(name),
        draft: Some(ctx.objects.draft(ctx.limit)?),
        replaces: None,
        _place: place,
    })
}

async fn publish(ctx: &LibraryCtx, name: &str, draft: Draft, link: Link) -> Result<LibraryFile, Error> {
    let object = make_durable(ctx, draft).await?;
    let link = stored_link(ctx, link);
    let new = NewFile {
        name,
        place: &Place::company_wide(),
        object: &object,
        link: Some(&link),
    };
    match files::create(&ctx.pool, new, &stamp(ctx.clock.utc())).await? {
        Created::File(file) => Ok(LibraryFile::from(*file)),
        Created::AlreadyLinked(id) => Err(Error::AlreadyLinked(id)),
    }
}

/// The bytes of a draft as an object.
pub(super) async fn make_durable(ctx: &LibraryCtx, draft: Draft) -> Result<Object, Error> {
    let objects = ctx.objects.clone();
    let object = tokio::task::spawn_blocking(move || objects.publish(draft)).await;
    Ok(object.map_err(|_| Error::Other("the disk's thread has stopped".into()))??)
}

/// A link as the catalogue has it.
pub(super) fn stored_link(ctx: &LibraryCtx, link: Link) -> files::Link {
    files::Link {
        connection: ctx.connection.to_string(),
        drive: link.source.drive,
        item: link.source.item,
        version: link.version,
        hash: link.hash,
        size: link.size,
        verification: verification_word(link.verification).into(),
        name: link.name,
        web_url: link.web_url,
    }
}

/// A name that people can read and that forges nothing: no characters that can't be shown, and not too long. The
/// source's own name stays in the link.
fn library_name(name: &str) -> String {
    let shown: String = name.chars().filter(|character| !character.is_control()).collect();
    let count = shown.chars().count();
    if count <= NAME_AT_MOST {
        return if shown.is_empty() { "unnamed".into() } else { shown };
    }
    // The ending says what the file is: it is kept, the stem is cut.
    let ending = shown
        .rsplit_once('.')
        .map(|(_, ending)| format!(".{ending}"))
        .unwrap_or_default();
    let keep = NAME_AT_MOST.saturating_sub(ending.chars().count());
    shown.chars().take(keep).chain(ending.chars()).collect()
}

fn verification_word(verification: Verification) -> &'static str {
    match verification {
        Verification::Verified => "verified",
        Verification::NoHash => "no-hash",
        Verification::Rewritten => "rewritten",
    }
}

impl From<files::LibraryFile> for LibraryFile {
    fn from(file: files::LibraryFile) -> Self {
        LibraryFile {
            id: file.id,
            name: file.name,
            place: file.place.to_string(),
            revision: file.revision,
            size: file.size,
            sha256: file.sha256,
            link: file.link.map(|link| Link {
                source: ItemRef {
                    drive: link.drive,
                    item: link.item,
                },
                version: link.version,
                hash: link.hash,
                size: link.size,
                verification: match link.verification.as_str() {
                    "verified" => Verification::Verified,
                    "rewritten" => Verification::Rewritten,
                    _ => Verification::NoHash,
                },
                name: link.name,
                web_url: link.web_url,
            }),
        }
    }
}

impl From<crate::Error> for Error {
    fn from(error: crate::Error) -> Self {
        match error {
            crate::Error::NoSpace(_) => Error::NoSpace,
            crate::Error::Storage(reason) => Error::Unavailable(reason),
            other => Error::Other(other.to_string()),
        }
    }
}

impl From<AppendError> for Error {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::TooLarge(limit) => Error::TooLarge(limit),
            AppendError::Io(error) => crate::Error::from(error).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_as_such() {
        let full = AppendError::Io(std::io::ErrorKind::StorageFull.into());
        assert!(matches!(Error::from(full), Error::NoSpace));
    }

    #[test]
    fn r35_a_name_keeps_its_ending_and_loses_what_cannot_be_shown() {
        assert_eq!(library_name("Plan 2026 #1 ü.docx"), "Plan 2026 #1 ü.docx");
        assert_eq!(library_name("a\nb\u{7}.pdf"), "ab.pdf");
        assert_eq!(library_name("\u{1}"), "unnamed");
        let long = library_name(&format!("{}.pptx", "ä".repeat(400)));
        assert_eq!(long.chars().count(), NAME_AT_MOST);
        assert!(long.ends_with("ä.pptx"), "{long}");
    }
}
