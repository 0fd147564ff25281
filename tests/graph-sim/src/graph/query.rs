//! Query options, with and without their `$`, and pages.

use axum::{http::StatusCode, response::Response};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::Call;
use crate::{
    reply::{self, GraphError},
    text::decoded,
    world::World,
};

/// The most entries a page has, whatever `$top` says.
const MOST: usize = 999;

/// A field that is only sent to who asks for it.
const ONLY_SELECTED: &str = "sharepointIds";

/// The options of one call.
pub(super) struct Options {
    select: Option<Vec<String>>,
    /// How many entries a page has.
    pub top: usize,
    /// The key of the last entry of the page before.
    pub after: Option<String>,
}

impl Options {
    pub fn new(world: &World, call: &Call) -> Result<Self, GraphError> {
        let select = option(call.query, "select").map(|names| {
            names
                .split(',')
                .map(|name| match name.trim() {
                    // Another name under which some clients ask for the address of the content.
                    "content.downloadUrl" => "@microsoft.graph.downloadUrl".to_owned(),
                    name => name.to_owned(),
                })
                .collect()
        });
        let top = match option(call.query, "top") {
            None => world.page_size,
            Some(top) => match top.parse() {
                Ok(top @ 1..) => MOST.min(top),
                _ => return Err(invalid(format!("Invalid value '{top}' for $top."))),
            },
        };
        let after = option(call.query, "skiptoken")
            .map(|token| read_token(&token).ok_or_else(|| invalid("The skip token is not valid.")))
            .transpose()?;
        Ok(Self { select, top, after })
    }

    /// The same with pages of another size.
    pub fn with_pages_of(self, top: usize) -> Self {
        Self { top, ..self }
    }

    /// Whether some fields are named.
    pub fn selects(&self) -> bool {
        self.select.is_some()
    }

    /// Whether an object's field is to be sent.
    pub fn wants(&self, field: &str) -> bool {
        if field == ONLY_SELECTED && self.select.is_none() {
            return false;
        }
        self.select
            .as_ref()
            .is_none_or(|names| names.iter().any(|name| name == field))
    }

    /// Leaves only the selected fields in an object.
    pub fn stripped(&self, object: Value) -> Value {
        match object {
            Value::Object(fields) => fields
                .into_iter()
                .filter(|(name, _)| self.wants(name))
                .collect::<Map<_, _>>()
                .into(),
            other => other,
        }
    }

    /// Cuts one page out of a list whose entries come with their keys, in order, beginning where the page begins.
    pub fn page<T>(
        &self,
        call: &Call,
        entries: impl Iterator<Item = (String, T)>,
        mut json: impl FnMut(T) -> Value,
    ) -> Response {
        let mut entries = entries.peekable();
        let mut page = vec![];
        let mut last = None;
        while page.len() < self.top
            && let Some((key, entry)) = entries.next()
        {
            page.push(self.stripped(json(entry)));
            last = Some(key);
        }
        let next = last.filter(|_| entries.peek().is_some());

        let mut body = Map::new();
        body.insert("@odata.context".to_owned(), context(call, "Collection").into());
        if let Some(key) = next {
            body.insert("@odata.nextLink".to_owned(), next_link(call, &key).into());
        }
        body.insert("value".to_owned(), page.into());
        reply::json(StatusCode::OK, &body.into())
    }

    /// Answers with one object.
    pub fn object(&self, call: &Call, object: Value) -> Response {
        let mut fields = json!({ "@odata.context": context(call, "$entity") });
        if let (Some(fields), Value::Object(more)) = (fields.as_object_mut(), self.stripped(object)) {
            fields.extend(more);
        }
        reply::json(StatusCode::OK, &fields)
    }
}

/// The value of an option, decoded.
pub(super) fn option(query: &str, name: &str) -> Option<String> {
    pairs(query)
        .find(|(key, _)| is(key, name))
        .map(|(_, value)| decoded(&value.replace('+', " ")))
}

/// The same call with all its options, but from another entry on.
fn next_link(call: &Call, last: &str) -> String {
    let mut query = without(call.query, "skiptoken");
    let token = URL_SAFE_NO_PAD.encode(format!("after:{last}"));
    query.push(format!("$skiptoken={token}"));
    format!("{}{}?{}", call.origin, call.path, query.join("&"))
}

/// The options of a query as they came, but for one.
pub(super) fn without(query: &str, name: &str) -> Vec<String> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty() && !is(pair.split('=').next().unwrap_or_default(), name))
        .map(str::to_owned)
        .collect()
}

fn read_token(token: &str) -> Option<String> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    text.strip_prefix("after:").map(str::to_owned)
}

fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

fn is(key: &str, name: &str) -> bool {
    let key = key.trim_start_matches("%24").trim_start_matches('$');
    key.eq_ignore_ascii_case(name)
}

pub(super) fn context(call: &Call, kind: &str) -> String {
    format!("{}/$metadata#{kind}", call.base())
}

fn invalid(message: impl Into<String>) -> GraphError {
    GraphError::new(StatusCode::BAD_REQUEST, "invalidRequest", message)
}
