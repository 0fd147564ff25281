//! What a run of the daily sync needs of the library and of the drive, in memory.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{API, Answer, DRIVE, Draft, Fake, FakeItem};
use crate::{
    contract::{Change, Counts, ItemRef, LibraryError, LibraryFile, Line, Link, LinkState, ManagedFile, Settlement},
    graph::Request,
};

/// How a link stands.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) state: LinkState,
    pub(crate) held: bool,
    pub(crate) waiting: Option<u64>,
    pub(crate) suspected: bool,
    pub(crate) note: Option<String>,
}

/// The drive's memory of what has changed.
#[derive(Default)]
pub(crate) struct Changes {
    /// When each item changed last; the count grows with each change.
    pub(crate) last: BTreeMap<String, u64>,
    pub(crate) count: u64,
    /// Tokens below this are not known any more.
    pub(crate) known_from: u64,
    /// Entries a page; 0: all.
    pub(crate) page: usize,
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            state: LinkState::Following,
            held: false,
            waiting: None,
            suspected: false,
            note: None,
        }
    }
}

impl Fake {
    /// Puts an item into the drive, or changes it.
    pub(crate) fn put(&self, item: FakeItem) {
        self.touched(&item.id);
        self.items.borrow_mut().insert(item.id.clone(), item);
    }

    /// Removes an item from the drive.
    pub(crate) fn remove(&self, id: &str) {
        self.touched(id);
        self.items.borrow_mut().remove(id);
    }

    fn touched(&self, id: &str) {
        let mut changes = self.changes.borrow_mut();
        changes.count += 1;
        let count = changes.count;
        changes.last.insert(id.to_owned(), count);
    }

    /// Makes Microsoft forget all rounds that have begun.
    pub(crate) fn lose_track(&self) {
        let mut changes = self.changes.borrow_mut();
        changes.count += 1;
        changes.known_from = changes.count;
    }

    pub(super) fn changes_answer(&self, request: &Request) -> Option<Answer> {
        let query = request
            .url
            .strip_prefix(&format!("{API}/v1.0/drives/{DRIVE}/root/delta?"))?;
        let value = |name: &str| {
            query
                .split('&')
                .find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
                .map(str::to_owned)
        };
        let changes = self.changes.borrow();
        let link = |name: &str, text: String| (name.to_owned(), Value::String(text));
        let base = format!("{API}/v1.0/drives/{DRIVE}/root/delta");
        let end = link("@odata.deltaLink", format!("{base}?token={}", changes.count));
        let answer = |value: Vec<Value>, link: (String, Value)| {
            let mut page = json!({ "value": value });
            page[link.0] = link.1;
            Some(Answer::new(200, page.to_string()))
        };
        let from = match value("token").as_deref() {
            Some("latest") => return answer(vec![], end),
            Some(token) => Some(token.parse::<u64>().unwrap()),
            None => None,
        };
        if from.is_some_and(|from| from < changes.known_from) {
            return Some(Answer::new(410, r#"{"error":{"code":"resyncRequired"}}"#));
        }
        let items = self.items.borrow();
        let entries: Vec<Value> = match from {
            None => items.values().map(|item| item.json.clone()).collect(),
            Some(from) => changes
                .last
                .iter()
                .filter(|(_, when)| **when > from)
                .map(|(id, _)| {
                    let gone = json!({ "id": id, "deleted": { "state": "deleted" }, "file": {} });
                    items.get(id).map_or(gone, |item| item.json.clone())
                })
                .collect(),
        };
        let skip: usize = value("skip").map_or(0, |skip| skip.parse().unwrap());
        let size = if changes.page == 0 { usize::MAX } else { changes.page };
        let page: Vec<Value> = entries.iter().skip(skip).take(size).cloned().collect();
        if skip + page.len() < entries.len() {
            let token = from.map(|from| format!("&token={from}")).unwrap_or_default();
            let next = format!("{base}?skip={}{token}", skip + page.len());
            return answer(page, link("@odata.nextLink", next));
        }
        answer(page, end)
    }

    pub(super) fn batch_answer(&self, request: &Request) -> Option<Answer> {
        if request.url != format!("{API}/v1.0/$batch") {
            return None;
        }
        let body: Value = serde_json::from_slice(request.body.as_ref().unwrap()).unwrap();
        let questions = body["requests"].as_array().unwrap();
        assert!(questions.len() <= 20, "more questions than Microsoft takes");
        let answer = |question: &Value| {
            let url = (self.read_in_batch.get())(question["url"].as_str().unwrap());
            let url = url.as_str();
            let id = url.split('?').next().unwrap().rsplit('/').next().unwrap();
            let id = percent_encoding::percent_decode_str(id).decode_utf8_lossy();
            let id = id.as_ref();
            if let Some(status) = self.closed.borrow().get(id) {
                return json!({ "id": question["id"], "status": status, "body": { "error": { "code": "x" } } });
            }
            let item = || self.items.borrow().get(id).map(|item| item.json.clone());
            match self.place_answer(url).unwrap_or_else(item) {
                Some(item) => json!({ "id": question["id"], "status": 200, "body": item }),
                None => json!({ "id": question["id"], "status": 404, "body": { "error": { "code": "itemNotFound" } } }),
            }
        };
        let mut responses: Vec<Value> = questions.iter().map(answer).collect();
        responses.reverse();
        Some(Answer::new(200, json!({ "responses": responses }).to_string()))
    }

    pub(crate) fn standing(&self, file: &str) -> Standing {
        self.standings.borrow().get(file).cloned().unwrap_or_default()
    }

    fn managed(&self, file: &LibraryFile) -> ManagedFile {
        let standing = self.standing(&file.id);
        ManagedFile {
            file: file.clone(),
            state: standing.state,
            held: standing.held,
            waiting: standing.waiting,
            suspected: standing.suspected,
            note: standing.note,
            shown_in: 1,
            place: self.bound_places.borrow().get(&file.id).cloned(),
        }
    }

    fn all_managed(&self, drive: &str) -> Vec<ManagedFile> {
        let files = self.files.borrow();
        let of_drive = |file: &&LibraryFile| file.link.as_ref().is_some_and(|link| link.source.drive == drive);
        let mut all: Vec<_> = files
            .iter()
            .map(|(file, _)| file)
            .filter(of_drive)
            .map(|file| self.managed(file))
            .collect();
        all.sort_by_key(|file| number(&file.file.id));
        all
    }

    pub(super) fn count(&self, drive: &str) -> Counts {
        let all = self.all_managed(drive);
        Counts {
            managed: all.len() as u64,
            suspected: all.iter().filter(|file| file.suspected).count() as u64,
        }
    }

    pub(super) fn by_source(&self, items: &[ItemRef]) -> Vec<Vec<ManagedFile>> {
        assert!(items.len() <= 1000);
        let mut by_item: BTreeMap<ItemRef, Vec<ManagedFile>> = BTreeMap::new();
        for file in self.all_managed(DRIVE) {
            by_item
                .entry(file.file.link.clone().unwrap().source)
                .or_default()
                .push(file);
        }
        items
            .iter()
            .map(|item| by_item.get(item).cloned().unwrap_or_default())
            .collect()
    }

    pub(super) fn by_place(&self, drive: &str, places: &[String]) -> Vec<ManagedFile> {
        assert!(places.len() <= 1000);
        let at_one = |file: &ManagedFile| file.place.as_ref().is_some_and(|place| places.contains(place));
        self.all_managed(drive).into_iter().filter(at_one).collect()
    }

    pub(super) fn after(&self, drive: &str, file: Option<&str>, suspected: bool, limit: u32) -> Vec<ManagedFile> {
        let after = file.map_or(0, number);
        let all = self.all_managed(drive).into_iter();
        all.filter(|file| number(&file.file.id) > after && (file.suspected || !suspected))
            .take(limit as usize)
            .collect()
    }

    pub(super) fn due_after(&self, drive: &str, known: Option<&(u64, String)>, limit: u32) -> Vec<ManagedFile> {
        let place = |file: &ManagedFile| (file.waiting.unwrap_or(0), number(&file.file.id));
        let after = known.map_or((0, 0), |(waiting, file)| (*waiting, number(file)));
        let all = self.all_managed(drive).into_iter();
        let mut due: Vec<_> = all
            .filter(|file| (file.waiting.is_some() || file.suspected) && place(file) > after)
            .collect();
        due.sort_by_key(place);
        due.truncate(limit as usize);
        due
    }

    fn wait_in_line(&self, waiting: bool, standing: &mut Standing) {
        if !waiting {
            standing.waiting = None;
        } else if standing.waiting.is_none() {
            self.places.set(self.places.get() + 1);
            standing.waiting = Some(self.places.get());
        }
    }

    pub(super) fn change(&self, changes: Vec<Change>) {
        for change in changes {
            let mut standing = self.standing(&change.file);
            self.wait_in_line(change.waiting, &mut standing);
            standing.suspected = change.suspected;
            standing.note = change.note;
            self.standings.borrow_mut().insert(change.file, standing);
        }
    }

    pub(super) fn suspect(&self, drive: &str) {
        for file in self.all_managed(drive) {
            if file.state != LinkState::SourceGone {
                let mut standing = self.standing(&file.file.id);
                standing.suspected = true;
                self.standings.borrow_mut().insert(file.file.id, standing);
            }
        }
    }

    pub(super) fn settled(&self, settlements: Vec<Settlement>) {
        for settlement in settlements {
            let mut standing = self.standing(&settlement.file);
            self.wait_in_line(settlement.waiting, &mut standing);
            standing.suspected = settlement.suspected;
            standing.note = settlement.note;
            standing.state = settlement.state;
            self.standings.borrow_mut().insert(settlement.file.clone(), standing);
            if let Some(known) = settlement.known {
                let mut files = self.files.borrow_mut();
                let (file, _) = files.iter_mut().find(|(file, _)| file.id == settlement.file).unwrap();
                let link = file.link.as_mut().unwrap();
                (link.version, link.name, link.web_url) = (known.version, known.name, known.web_url);
            }
            self.lines.borrow_mut().insert(settlement.file, settlement.line);
        }
    }

    pub(super) fn begin(&self, file: &str, base: u64) -> Result<Draft, LibraryError> {
        let files = self.files.borrow();
        let (present, _) = files
            .iter()
            .find(|(present, _)| present.id == file)
            .ok_or(LibraryError::Conflict)?;
        if present.revision != base || self.standing(file).held {
            return Err(LibraryError::Conflict);
        }
        Ok(Draft::replacing(&present.name, file))
    }

    pub(super) fn keep_new(&self, draft: &Draft, link: &Link, line: &Line) -> Result<LibraryFile, LibraryError> {
        let id = draft.replaces.clone().ok_or(LibraryError::Conflict)?;
        let bytes = draft.bytes();
        assert_eq!(bytes.len() as u64, link.size, "the link tells the size of the draft");
        let mut files = self.files.borrow_mut();
        let (file, content) = files
            .iter_mut()
            .find(|(file, _)| file.id == id)
            .ok_or(LibraryError::Conflict)?;
        file.revision += 1;
        file.size = link.size;
        file.link = Some(link.clone());
        *content = bytes;
        self.standings.borrow_mut().insert(id.clone(), Standing::default());
        self.lines.borrow_mut().insert(id, line.clone());
        Ok(file.clone())
    }

    pub(super) fn swapped(&self, key: &str, expected: Option<u64>, value: &[u8]) -> bool {
        let mut values = self.values.borrow_mut();
        if values.get(key).map(|(_, version)| *version) != expected {
            return false;
        }
        values.insert(key.to_owned(), (value.to_vec(), expected.unwrap_or(0) + 1));
        true
    }
}

fn number(id: &str) -> u64 {
    id.trim_start_matches('F').parse().unwrap()
}
