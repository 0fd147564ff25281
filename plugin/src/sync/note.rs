//! What is left at a link for the work on it: the item as it was listed, so that it need not be asked for again, and how
//! often it was tried.

use serde::{Deserialize, Serialize};

use crate::{
    contract::{ManagedFile, Policy},
    displaced::Other,
    graph::Told,
    item::Item,
};

/// The host takes 8 KiB.
const LONGEST: usize = 8 * 1024;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Note {
    /// The item, as last seen. Under this name, so that no version takes what another one wrote for its own.
    #[serde(rename = "seen", skip_serializing_if = "Option::is_none")]
    pub(super) item: Option<Item>,
    /// Runs in a row in which it failed.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) tries: u32,
    /// The limit that its bytes went beyond, though its size did not tell: no larger one has been tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) limit: Option<u64>,
    /// The name of another item that has taken the place which people had tied the file to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) other: Option<String>,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) other_item: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks this way")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Note {
    /// The note of a file.
    pub(super) fn of(file: &ManagedFile) -> Self {
        Self::read(file.note.as_deref())
    }

    /// An empty one if it can't be read.
    pub(super) fn read(text: Option<&str>) -> Self {
        text.and_then(|text| serde_json::from_str(text).ok().map(|note| Self::or_before(note, text)))
            .unwrap_or_default()
    }

    /// Earlier versions have kept the item as Microsoft tells it.
    fn or_before(self, text: &str) -> Self {
        #[derive(Deserialize)]
        struct Before {
            item: Told,
        }
        let before = || serde_json::from_str(text).ok().map(|before: Before| before.item.into());
        Self {
            item: self.item.or_else(before),
            ..self
        }
    }

    /// The item was seen, which is a new beginning.
    pub(super) fn seen(self, item: Item) -> Self {
        Self {
            item: Some(item),
            ..self.anew()
        }
    }

    /// The item was looked at, since no listing has told of it: whatever was tried before counts still.
    pub(super) fn found(self, item: Item) -> Self {
        Self {
            item: Some(item),
            ..self
        }
    }

    /// Another item has taken the place.
    pub(super) fn beside(self, other: &Item) -> Self {
        Self {
            other: Some(other.name.clone()),
            other_item: Some(other.id.clone()),
            ..self
        }
    }

    /// The item that has taken the place.
    pub(super) fn other(&self) -> Option<Other> {
        Some(Other {
            name: self.other.clone()?,
            item: self.other_item.clone(),
        })
    }

    /// Whether more bytes came than a limit allowed that was no smaller than this one.
    pub(super) fn is_outgrown(&self, policy: &Policy) -> bool {
        self.limit.is_some_and(|limit| policy.max_file_bytes <= limit)
    }

    /// Nothing is known of the item any more.
    pub(super) fn anew(self) -> Self {
        Self {
            other: self.other,
            other_item: self.other_item,
            ..Self::default()
        }
    }

    /// None where there is nothing to say. An item of monstrous size is left out: it will be asked for again.
    pub(super) fn text(mut self) -> Option<String> {
        let mut text = serde_json::to_string(&self).ok()?;
        if text.len() > LONGEST {
            self.item = None;
            text = serde_json::to_string(&self).ok()?;
        }
        Some(text).filter(|text| text != "{}")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::contract::EntryKind;

    /// As earlier versions have left it at links, with all that there can be.
    const WHOLE: &str = r#"{"item":{"id":"01A","name":"Plan \"x\".docx","size":18233,"eTag":"\"{0F},4\"","cTag":"\"c:{0F},2\"","webUrl":"https://contoso.sharepoint.com/x?a=1&b=2","lastModifiedDateTime":"2026-02-03T10:10:11.5+01:00","parentReference":{"id":"01P","path":"/drives/b!abc/root:/Team"},"file":{"mimeType":"x/y","hashes":{"quickXorHash":"6828031bd8f00610dce10d726c03191400000000"}}},"tries":3,"limit":1000,"other":"B.docx","other_item":"01B"}"#;

    #[test]
    fn a_note_that_an_earlier_version_left_is_still_read() {
        let note = Note::read(Some(WHOLE));
        let other = note.other().unwrap();
        assert_eq!((note.tries, note.limit), (3, Some(1000)));
        assert_eq!((other.name.as_str(), other.item.as_deref()), ("B.docx", Some("01B")));
        let item = note.item.unwrap();
        assert_eq!((item.id.as_str(), item.name.as_str()), ("01A", "Plan \"x\".docx"));
        assert_eq!((item.kind(), item.size()), (EntryKind::File, Some(18233)));
        assert_eq!(item.version(), Some("\"c:{0F},2\""));
        assert!(item.is_marked("\"{0F},4\"") && item.has_content_mark());
        assert_eq!(item.hash(), Some("aCgDG9jwBhDc4Q1ybAMZFAAAAAA="));
        assert_eq!(
            item.web_url.as_deref(),
            Some("https://contoso.sharepoint.com/x?a=1&b=2")
        );
        assert_eq!(item.modified(), Some("2026-02-03T09:10:11Z"));
        assert_eq!((item.parent(), item.in_folder()), (Some("01P"), Some(true)));
        assert_eq!(item.media_type(), Some("x/y"));
        assert!(!item.infected() && !item.deleted());
    }

    #[test]
    fn each_facet_of_an_earlier_note_says_what_the_item_is() {
        for (facets, kind) in [
            (r#""file":{"hashes":{"quickXorHash":null}}"#, EntryKind::File),
            (r#""file":{}"#, EntryKind::File),
            (r#""folder":{}"#, EntryKind::Folder),
            (r#""root":{}"#, EntryKind::Folder),
            (r#""folder":{},"package":{}"#, EntryKind::Package),
            (r#""file":{},"remoteItem":{}"#, EntryKind::Shortcut),
            (r#""size":1"#, EntryKind::Other),
        ] {
            let note = Note::read(Some(&format!(r#"{{"item":{{"id":"A","name":"a.pdf",{facets}}}}}"#)));
            let item = note.item.unwrap();
            assert_eq!(
                (item.kind(), item.hash(), item.in_folder()),
                (kind, None, None),
                "{facets}"
            );
        }
        let note = Note::read(Some(
            r#"{"item":{"id":"A","name":"a","file":{},"malware":{},"deleted":{}}}"#,
        ));
        let item = note.item.unwrap();
        assert!(item.infected() && item.deleted());
    }

    #[test]
    fn what_can_not_be_read_is_as_good_as_no_note() {
        for text in [None, Some(""), Some("{}"), Some("[1]"), Some(r#"{"item":7}"#)] {
            let note = Note::read(text);
            assert!(
                note.item.is_none() && note.tries == 0 && note.text().is_none(),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let note = Note::read(Some(WHOLE));
        let text = note.text().unwrap();
        assert!(text.len() < WHOLE.len(), "{text}");
        let (again, note) = (Note::read(Some(&text)), Note::read(Some(WHOLE)));
        assert_eq!((again.tries, again.limit), (note.tries, note.limit));
        assert_eq!(again.other(), note.other());
        let kept = |note: Note| {
            let item = note.item.unwrap();
            // Where it is as a path is of no use any more.
            Item { folder: None, ..item }
        };
        assert_eq!(kept(again), kept(note));
    }
}
