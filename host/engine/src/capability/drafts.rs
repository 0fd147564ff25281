//! `content-library.draft`: bytes on their way to become a file.

use wasmtime::component::{Accessor, Resource, StreamReader};

use super::{
    bounds,
    draft::{DRAFTS_AT_MOST, OpenDraft},
    draft_writer,
    held::{Held, not_there},
};
use crate::{
    capability::content_library::{HasLibrary, LibraryCtx, LibraryProvider, LibraryView},
    contract::{
        LibraryError,
        clientpoint::content_source::{
            content_library::{Error, HostDraft, HostDraftWithStore, LibraryFile},
            types::Link,
        },
    },
    library::{Draft, DraftPlace},
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
            let view = access.get();
            let counts = view.ctx.counts.clone();
            let held = view.table.get_mut(&this)?.held::<Held>();
            let Some(draft) = held.and_then(|held| held.draft.take()) else {
                data.close(&mut access)?;
                return Ok(None);
            };
            let (from_guest, written) = draft_writer::start(draft, counts);
            data.pipe(&mut access, from_guest)?;
            Ok(Some(written))
        });
        let written = taken.map_err(LibraryError::trap)?.ok_or_else(not_there)?;
        let (draft, result) = written
            .await
            .map_err(|_| Error::Other("the writer of the draft has stopped".into()))?;
        result?;
        let size = draft.size();
        accessor.with(|mut access| {
            let open = access.get().table.get_mut(&this).map_err(LibraryError::trap)?;
            open.held::<Held>().ok_or_else(not_there)?.draft = Some(draft);
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
        let open = Held::of(open)?;
        if open.replaces.is_some() {
            return Err(Error::Other("a draft that replaces content is published, not committed".into()).into());
        }
        let draft = open.draft.ok_or_else(not_there)?;
        let came_in = ctx.lent.way_in(&link.source).ok_or(Error::Forbidden)?;
        bounds::new_link(&link)?;
        if draft.size() != link.size {
            return Err(Error::SizeMismatch.into());
        }
        let item = link.source.clone();
        let _open = ctx.gate.open().await;
        let file = draft.commit(&ctx.connection, &open.name, link).await?;
        came_in.add(item, file.id.clone());
        Ok(file)
    }
}

/// A new file is begun only while there is something that a person has asked for.
pub(super) fn begin(ctx: &LibraryCtx, name: &str) -> Result<OpenDraft, Error> {
    ctx.refuse_withheld()?;
    if !ctx.lent.imports() {
        return Err(Error::Forbidden);
    }
    let held = Held {
        name: library_name(name),
        draft: Some(empty(ctx)?),
        replaces: None,
    };
    Ok(held.open())
}

/// An empty draft in one of the instance's places.
///
/// # Errors
///
/// If there is no place, or the library's.
pub(super) fn empty(ctx: &LibraryCtx) -> Result<Box<dyn Draft>, Error> {
    let place = ctx
        .places
        .one()
        .ok_or_else(|| Error::Other(format!("more than {DRAFTS_AT_MOST} drafts at a time")))?;
    ctx.library.draft(ctx.limit, DraftPlace::new(place))
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

#[cfg(test)]
mod tests {
    use super::*;

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
