//! What has changed in a drive, and many questions in one request.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    ITEM_SELECT, JSON,
    errors::GraphError,
    http::{Head, Request, same_origin},
    read::{DriveItem, Unreadable, object},
    segment,
};

/// The most questions in one request.
pub const BATCH: usize = 20;

/// Entries a page of changes, at most; the ancestors of what has changed come on top.
const CHANGES_PAGE: u32 = 1000;

/// The longest link that is taken. It goes into cursors.
const LONGEST_LINK: usize = 16 * 1024;

/// Some of the items of a drive, each in its present state. Of an item that comes twice, the later one counts.
#[derive(Debug, Clone, Deserialize)]
pub struct ChangePage {
    /// The items.
    pub value: Vec<DriveItem>,
    /// The following page.
    #[serde(rename = "@odata.nextLink", default)]
    pub next: Option<String>,
    /// Where the next round begins. Only the last page has it.
    #[serde(rename = "@odata.deltaLink", default)]
    pub delta: Option<String>,
}

/// The first page of all items of a drive.
#[must_use]
pub fn changes(api: &str, drive: &str) -> Request {
    let drive = segment(drive);
    Request::new(
        format!("{api}/v1.0/drives/{drive}/root/delta?$top={CHANGES_PAGE}&$select={ITEM_SELECT}"),
        JSON,
    )
}

/// No items: only where a round begins that tells what changes from now on.
#[must_use]
pub fn changes_from_now(api: &str, drive: &str) -> Request {
    let drive = segment(drive);
    Request::new(
        format!("{api}/v1.0/drives/{drive}/root/delta?token=latest&$top={CHANGES_PAGE}&$select={ITEM_SELECT}"),
        JSON,
    )
}

/// Reads a page of changes, and takes its links only if they stay on the API's origin.
///
/// # Errors
/// When the body is not a page, leads away, or leads nowhere: a round that ends without saying so is not complete.
pub fn change_page(body: &[u8], api_origin: &str) -> Result<ChangePage, Unreadable> {
    let page: ChangePage = object(body)?;
    let link = match (&page.next, &page.delta) {
        (Some(link), None) | (None, Some(link)) => link,
        _ => return Err(Unreadable::Shape("a page of changes needs one link".to_owned())),
    };
    if !same_origin(link, api_origin) {
        return Err(Unreadable::ForeignPage);
    }
    if link.len() > LONGEST_LINK {
        return Err(Unreadable::Shape("a link is too long".to_owned()));
    }
    Ok(page)
}

/// Whether Microsoft has lost track of where a round began, so that it must begin anew. There are many words for it,
/// and only links that were stored can get this answer.
#[must_use]
pub fn lost_track(error: &GraphError) -> bool {
    let codes = [
        "resyncRequired",
        "resyncChangesApplyDifferences",
        "resyncChangesUploadDifferences",
        "resyncApplyDifferences",
        "resyncUploadDifferences",
        "syncStateNotFound",
        "syncStateInvalid",
    ];
    matches!(error.status, 400 | 404 | 410) || codes.iter().any(|code| error.says(code))
}

/// At most [`BATCH`] questions in one request, each as its path below the version's root.
#[must_use]
pub fn batch(api: &str, paths: &[&str]) -> Request {
    let question = |(number, path): (usize, &&str)| json!({ "id": number.to_string(), "method": "GET", "url": path });
    let questions: Vec<Value> = paths.iter().enumerate().map(question).collect();
    let body = json!({ "requests": questions }).to_string();
    Request::new(format!("{api}/v1.0/$batch"), JSON).posting(body.into_bytes())
}

/// One such question by itself.
#[must_use]
pub fn single(api: &str, path: &str) -> Request {
    Request::new(format!("{api}/v1.0{path}"), JSON)
}

/// One answer out of many.
#[derive(Debug)]
pub enum Batched {
    /// What was asked for, as it came.
    Found(Value),
    /// Another answer, with its head for what it asks of us.
    Refused(GraphError, Head),
    /// None at all.
    Missing,
}

/// The answers to [`batch`], in the order asked, whatever order they came in.
///
/// # Errors
/// When the body is not what was asked for.
pub fn batched(body: &[u8], asked: usize) -> Result<Vec<Batched>, Unreadable> {
    #[derive(Deserialize)]
    struct Answers {
        responses: Vec<Answer>,
    }
    #[derive(Deserialize)]
    struct Answer {
        id: String,
        status: u16,
        #[serde(default)]
        headers: serde_json::Map<String, Value>,
        #[serde(default)]
        body: Value,
    }
    let answers: Answers = object(body)?;
    let mut all: Vec<Batched> = std::iter::repeat_with(|| Batched::Missing).take(asked).collect();
    for answer in answers.responses {
        let Some(place) = answer.id.parse::<usize>().ok().and_then(|number| all.get_mut(number)) else {
            continue;
        };
        if answer.status == 200 {
            *place = Batched::Found(answer.body);
            continue;
        }
        let text = |(name, value): (String, Value)| match value {
            Value::String(value) => (name, value),
            other => (name, other.to_string()),
        };
        let head = Head::new(answer.status, answer.headers.into_iter().map(text).collect());
        let error = GraphError::read(&head, answer.body.to_string().as_bytes());
        *place = Batched::Refused(error, head);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    const API: &str = "https://graph.example";

    #[test]
    fn a_page_that_leads_nowhere_is_no_end() {
        assert!(change_page(br#"{"value":[]}"#, API).is_err());
        let both =
            br#"{"value":[],"@odata.nextLink":"https://graph.example/a","@odata.deltaLink":"https://graph.example/b"}"#;
        assert!(change_page(both, API).is_err());
        let end = br#"{"value":[],"@odata.deltaLink":"https://graph.example/b"}"#;
        assert!(change_page(end, API).unwrap().delta.is_some());
        assert!(change_page(end, "https://other.example").is_err());
    }

    #[test]
    fn a_select_that_left_out_the_mark_of_deletion_would_make_the_dead_look_alive() {
        assert!(changes(API, "b!a").url.contains(",deleted"));
        assert!(changes_from_now(API, "b!a").url.contains(",deleted"));
    }

    #[test]
    fn answers_in_any_order_find_their_question_and_a_missing_one_is_known() {
        let body = br#"{"responses":[{"id":"2","status":404,"body":{"error":{"code":"itemNotFound"}}},
            {"id":"0","status":200,"body":{"id":"A","file":{}}},{"id":"77","status":200},{"id":"x","status":200}]}"#;
        let all = batched(body, 3).unwrap();
        assert!(matches!(&all[0], Batched::Found(item) if item["id"] == "A"));
        assert!(matches!(&all[1], Batched::Missing));
        assert!(matches!(&all[2], Batched::Refused(error, _) if error.status == 404));
    }

    #[test]
    fn the_relatives_of_gone_are_known() {
        for (status, code, lost) in [
            (410, "", true),
            (410, "resyncRequired", true),
            (400, "", true),
            (409, "ResyncChangesApplyDifferences", true),
            (403, "accessDenied", false),
            (503, "", false),
        ] {
            let body = json!({ "error": { "code": code } }).to_string();
            let error = GraphError::read(&Head::new(status, vec![]), body.as_bytes());
            assert_eq!(lost_track(&error), lost, "{status} {code}");
        }
    }
}
