//! `content-library.draft`: bytes on their way to become a file.

use wasmtime::component::{Accessor, Resource, StreamReader};

use super::{
    bounds,
    draft::{DRAFTS_AT_MOST, OpenDraft, Placed},
    draft_writer,
};
use crate::{
    capability::content_library::{HasLibrary, LibraryCtx, LibraryProvider, LibraryView, stored_link},
    clock::stamp,
    contract::{
        LibraryError,
        clientpoint::content_source::{
            content_library::{Error, HostDraft, HostDraftWithStore, LibraryFile},
            types::Link,
        },
    },
    place::Place,
    store::{
        files::{self, Created, NewFile},
        objects::{AppendError, Published},
        sweep,
    },
};

/// The longest name of a file in the library, in characters; a longer one is shortened.
const NAME_AT_MOST: usize = 255;

impl HostDraft for LibraryView<'_> {
    fn drop(&mut self, draft: Resource<OpenDraft>) -> wasmtime::Result<()> {
        self.table.delete(draft)?;
        Ok(())
    }
}

impl<T: LibraryProvider> HostDraftWithStore<T> for HasLibrary {
    async fn write(
        accessor: &Accessor<T, Self>,
        this: Resource<OpenDraft>,
        data: StreamReader<u8>,
    ) -> Result<u64, LibraryError> {
        let taken = accessor.with(|mut access| -> wasmtime::Result<_> {
            let mut data = data;
            let Some(draft) = access.get().table.get_mut(&this)?.draft.take() else {
                data.close(&mut access)?;
                return Ok(None);
            };
            let (from_guest, written) = draft_writer::start(draft);
            data.pipe(&mut access, from_guest)?;
            Ok(Some(written))
        });
        let written = taken.map_err(LibraryError::trap)?.ok_or_else(not_there)?;
        let (draft, result) = written
            .await
            .map_err(|_| Error::Other("the writer of the draft has stopped".into()))?;
        if let Err(error) = result {
            tracing::warn!("a draft was given up: {error}");
            return Err(Error::from(error).into());
        }
        let size = draft.draft.size();
        accessor.with(|mut access| {
            let open = access.get().table.get_mut(&this).map_err(LibraryError::trap)?;
            open.draft = Some(draft);
            Ok(size)
        })
    }

    async fn commit(
        accessor: &Accessor<T, Self>,
        this: Resource<OpenDraft>,
        link: Link,
    ) -> Result<LibraryFile, LibraryError> {
        let taken = accessor.with(|mut access| -> wasmtime::Result<_> {
            let view = access.get();
            Ok((view.table.delete(this)?, view.ctx.clone()))
        });
        let (open, ctx) = taken.map_err(LibraryError::trap)?;
        if open.replaces.is_some() {
            return Err(Error::Other("a draft that replaces content is published, not committed".into()).into());
        }
        let placed = open.draft.ok_or_else(not_there)?;
        let came_in = ctx.lent.way_in(&link.source).ok_or(Error::Forbidden)?;
        bounds::link(&link)?;
        if placed.draft.size() != link.size {
            return Err(Error::SizeMismatch.into());
        }
        let item = link.source.clone();
        let _open = ctx.gate.open().await;
        let file = publish(&ctx, &open.name, placed, link).await?;
        came_in.add(item, file.id.clone());
        Ok(file)
    }
}

fn not_there() -> Error {
    Error::Other("the draft is being written, or has failed".into())
}

/// A new file is begun only while there is something that a person has asked for.
pub(super) fn begin(ctx: &LibraryCtx, name: &str) -> Result<OpenDraft, Error> {
    ctx.refuse_withheld()?;
    if !ctx.lent.imports() {
        return Err(Error::Forbidden);
    }
    Ok(OpenDraft {
        name: library_name(name),
        draft: Some(placed(ctx)?),
        replaces: None,
    })
}

/// An empty draft in one of the instance's places.
///
/// # Errors
///
/// If there is no place, or the disk's.
pub(super) fn placed(ctx: &LibraryCtx) -> Result<Placed, Error> {
    let placed = Placed::new(&ctx.places, &ctx.objects, ctx.limit)?;
    placed.ok_or_else(|| Error::Other(format!("more than {DRAFTS_AT_MOST} drafts at a time")))
}

async fn publish(ctx: &LibraryCtx, name: &str, placed: Placed, link: Link) -> Result<LibraryFile, Error> {
    let object = make_durable(ctx, placed).await?;
    let link = stored_link(ctx, link);
    let new = NewFile {
        name,
        place: &Place::company_wide(),
        object: &object,
        link: Some(&link),
    };
    let now = stamp(ctx.clock.utc());
    let created = files::create(&ctx.store, new, &now).await;
    if !matches!(created, Ok(Created::File(_))) {
        sweep::let_go(&ctx.store, &object, &now).await;
    }
    match created? {
        Created::File(file) => Ok(LibraryFile::from(*file)),
        Created::AlreadyLinked(id) => Err(Error::AlreadyLinked(id)),
    }
}

/// The bytes of a draft as an object, which no sweep judges until what comes back is dropped.
pub(super) async fn make_durable(ctx: &LibraryCtx, placed: Placed) -> Result<Published, Error> {
    let objects = ctx.objects.clone();
    let object = tokio::task::spawn_blocking(move || {
        let Placed { draft, place: _place } = placed;
        objects.publish(draft)
    })
    .await;
    Ok(object.map_err(|_| Error::Other("the disk's thread has stopped".into()))??)
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

impl From<AppendError> for Error {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::TooLarge(limit) => Self::TooLarge(limit),
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
