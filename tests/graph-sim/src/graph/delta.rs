//! Changes of a drive: all there is, or what came after a token.

use std::collections::BTreeSet;

use axum::{
    http::{StatusCode, header},
    response::Response,
};
use serde_json::{Map, Value};

use super::{
    Answer, Call,
    browse::WITH_SHORTCUTS,
    delta_token::Token,
    query::{self, Options, option},
};
use crate::{
    config::{DeltaStyle, Oddity, Resync},
    drive::{Change, Drive, Item, ItemKind},
    fault::FaultBook,
    item_json::{deleted_json, item_json},
    reply::{self, GraphError},
    text::decoded,
    ticket,
    world::{State, World},
};

/// The `Prefer` value without which the folders above a change are told of too.
const WITHOUT_PARENTS: &str = "deltaExcludeParent";

/// The token that stands for now.
const LATEST: &str = "latest";

/// A page of so many entries is never longer than was asked for.
const LITTLE: usize = 500;

/// A page with so many deletions ends with them (onedrive-api-docs, issue 1285).
const DELETIONS: usize = 7;

/// What every `Location` reads instead of a token that leads nowhere.
const DEAD: &str = "dead";

/// The token of a call, in its query or in its path.
pub(super) fn token(call: &Call) -> Option<String> {
    let in_path = || {
        let path = decoded(call.path);
        let (_, token) = path.split_once("/delta(token='")?;
        Some(token.split_once('\'')?.0.to_owned())
    };
    option(call.query, "token").or_else(in_path)
}

/// A page of changes, or nothing but a link for those who want to know what changes from now on.
pub(super) fn changes(world: &World, call: &Call) -> Answer {
    let options = Options::new(world, call)?;
    let mut state = world.state();
    let State {
        clock,
        company,
        faults,
        delta: style,
        quirks,
        ..
    } = &mut *state;
    let (drive, folder) = call.address.item(company)?;
    if quirks.no_delta {
        return Err(GraphError::new(
            StatusCode::BAD_REQUEST,
            "invalidRequest",
            "Change tracking is not supported against 'microsoft.graph.driveItem'.",
        ));
    }
    if folder.parent.is_some() {
        return Err(GraphError::new(
            StatusCode::NOT_IMPLEMENTED,
            "notSupported",
            "Delta can only be called on the root of a drive.",
        ));
    }
    let links = Links { call, drive, style };
    let token = match token(call).as_deref() {
        None => Token::beginning(drive),
        Some(LATEST) => return Ok(links.latest()),
        Some(text) => Token::read(drive, text)
            .ok_or_else(|| GraphError::new(StatusCode::BAD_REQUEST, "invalidRequest", "The token is not valid."))?,
    };
    if token.epoch != drive.token_epoch() {
        return Err(
            match drive.broken().and_then(|status| StatusCode::from_u16(status).ok()) {
                Some(status) => GraphError::new(status, "generalException", "An unspecified error has occurred."),
                None => links.gone(),
            },
        );
    }
    if style.empty_pages && !token.had_empty_page {
        return Ok(links.answer(vec![], Link::Next, &token.after_empty_page()));
    }

    let now = clock.now();
    let mut page = Page {
        drive,
        style,
        options: &options,
        faults,
        url: &|item| ticket::url(world, drive, item, now),
        told: BTreeSet::new(),
        values: vec![],
    };
    let reader = Reader {
        style,
        token: &token,
        with_shortcuts: call.prefers(WITH_SHORTCUTS),
        with_parents: token.full_since.is_none() && !call.prefers(WITHOUT_PARENTS),
    };
    let after = page.fill(&reader);
    let values = page.values;
    Ok(match after {
        Some(after) => links.answer(values, Link::Next, &token.next(after)),
        None => links.answer(values, Link::Delta, &Token::up_to_date(drive)),
    })
}

/// What somebody wants to be told of.
struct Reader<'a> {
    style: &'a DeltaStyle,
    token: &'a Token,
    with_shortcuts: bool,
    with_parents: bool,
}

impl Reader<'_> {
    fn wants(&self, place: u64, change: &Change) -> bool {
        match change {
            Change::Is(item) => self.with_shortcuts || !matches!(item.kind, ItemKind::Shortcut { .. }),
            Change::Was(deleted) => {
                let listed = self.style.listed_descendants || !deleted.with_folder;
                listed && self.token.full_since.is_none_or(|since| place > since)
            }
        }
    }
}

/// A page as it is filled.
struct Page<'a> {
    drive: &'a Drive,
    style: &'a DeltaStyle,
    options: &'a Options,
    faults: &'a mut FaultBook,
    url: &'a dyn Fn(&Item) -> String,
    /// The ids on this page.
    told: BTreeSet<&'a str>,
    values: Vec<Value>,
}

impl<'a> Page<'a> {
    /// Returns the place of the last change on the page, if there are more after it. The cost is that of the page,
    /// whatever the size of the drive.
    fn fill(&mut self, reader: &Reader) -> Option<u64> {
        let drive = self.drive;
        let token = reader.token;
        if self.style.repeated_items
            && token.is_next
            && let Some(change) = drive.change_at(token.after)
            && reader.wants(token.after, &change)
        {
            self.tell(&change);
        }
        let top = match self.style.long_pages && self.options.top > LITTLE {
            true => usize::MAX,
            false => self.options.top,
        };
        let mut changes = drive
            .changes_after(token.after)
            .filter(|(place, change)| reader.wants(*place, change))
            .peekable();
        let mut last = token.after;
        let mut deletions = 0;
        for (place, change) in changes.by_ref().take(top) {
            last = place;
            deletions += usize::from(matches!(change, Change::Was(_)));
            if let Change::Is(item) = change
                && reader.with_parents
            {
                self.tell_parents(item);
            }
            self.tell(&change);
            if deletions == DELETIONS {
                break;
            }
        }
        changes.peek().is_some().then_some(last)
    }

    /// Tells of the folders above an item, the root first.
    fn tell_parents(&mut self, item: &'a Item) {
        let parent = |item: &Item| item.parent.as_deref().and_then(|id| self.drive.get(id));
        let mut parents: Vec<&Item> = std::iter::successors(parent(item), |item| parent(item)).collect();
        parents.reverse();
        for parent in parents {
            self.tell(&Change::Is(parent));
        }
    }

    fn tell(&mut self, change: &Change<'a>) {
        let value = match *change {
            Change::Is(item) => {
                if !self.told.insert(&item.id) {
                    return;
                }
                let faults = self.faults.take_metadata(&self.drive.path(item));
                item_json(
                    self.drive,
                    item,
                    &faults,
                    |field| self.options.wants(field),
                    || (self.url)(item),
                )
            }
            Change::Was(deleted) => {
                if !self.told.insert(&deleted.item.id) {
                    return;
                }
                deleted_json(self.drive, &deleted.item)
            }
        };
        let mut value = self.options.stripped(value);
        if self.style.no_paths
            && let Some(parent) = value.get_mut("parentReference").and_then(Value::as_object_mut)
        {
            parent.remove("path");
        }
        if self.style.no_ctag
            && let Some(fields) = value.as_object_mut()
        {
            fields.remove("cTag");
        }
        match self.style.oddity {
            Some(Oddity::NullEntry) if self.values.is_empty() => self.values.push(Value::Null),
            Some(Oddity::NullName) if value.get("file").is_some() => set(&mut value, "name", Value::Null),
            Some(Oddity::TextSize) if value.get("file").is_some() => {
                let size = value.get("size").map_or(String::new(), Value::to_string);
                set(&mut value, "size", size.into());
            }
            _ => {}
        }
        self.values.push(value);
    }
}

fn set(value: &mut Value, name: &str, member: Value) {
    if let Some(fields) = value.as_object_mut() {
        fields.insert(name.to_owned(), member);
    }
}

/// What a page ends with.
#[derive(Clone, Copy)]
enum Link {
    Next,
    Delta,
}

/// Writes links that keep the options of a call.
struct Links<'a> {
    call: &'a Call<'a>,
    drive: &'a Drive,
    style: &'a DeltaStyle,
}

impl Links<'_> {
    fn answer(&self, values: Vec<Value>, link: Link, token: &Token) -> Response {
        let name = match link {
            Link::Next => "@odata.nextLink",
            Link::Delta => "@odata.deltaLink",
        };
        let mut body = Map::new();
        let context = query::context(self.call, "Collection(driveItem)");
        body.insert("@odata.context".to_owned(), context.into());
        body.insert(name.to_owned(), self.url(&token.write(self.drive)).into());
        body.insert("value".to_owned(), values.into());
        reply::json(StatusCode::OK, &body.into())
    }

    /// The answer to those who want to know what changes from now on.
    fn latest(&self) -> Response {
        let token = Token::up_to_date(self.drive);
        let answer = self.answer(vec![], Link::Delta, &token);
        if !self.style.echo_latest {
            return answer;
        }
        let in_path = DeltaStyle {
            token_in_path: true,
            ..self.style.clone()
        };
        let links = Links {
            style: &in_path,
            ..*self
        };
        let link = links.url(&token.write(self.drive));
        let join = if link.contains('?') { '&' } else { '?' };
        let body = serde_json::json!({ "@odata.deltaLink": format!("{link}{join}token={LATEST}"), "value": [] });
        reply::json(StatusCode::OK, &body)
    }

    fn url(&self, token: &str) -> String {
        let path = self.call.path;
        let end = path.rfind("/delta").map_or(path.len(), |at| at + "/delta".len());
        let path = path.get(..end).unwrap_or(path);
        let mut options = query::without(self.call.query, "token");
        let parameter = match self.style.token_in_path {
            true => format!("(token='{token}')"),
            false => {
                options.push(format!("token={token}"));
                String::new()
            }
        };
        let question = if options.is_empty() { "" } else { "?" };
        format!("{}{path}{parameter}{question}{}", self.call.origin, options.join("&"))
    }

    /// The answer to a token that is of no use any more: where to start again.
    fn gone(&self) -> GraphError {
        let code = match self.drive.resync() {
            Resync::ApplyDifferences => "resyncChangesApplyDifferences",
            Resync::UploadDifferences => "resyncChangesUploadDifferences",
        };
        let token = match self.style.dead_location {
            true => DEAD.to_owned(),
            false => Token::beginning(self.drive).write(self.drive),
        };
        GraphError::new(
            StatusCode::GONE,
            "resyncRequired",
            "Resync required. Replace any local items with the server's version.",
        )
        .inner(code)
        .with(header::LOCATION, self.url(&token))
    }
}
