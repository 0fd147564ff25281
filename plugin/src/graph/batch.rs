//! Many questions in one request.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    JSON,
    errors::GraphError,
    http::{Head, Request},
    read::{Unreadable, object},
};

/// The most questions in one request.
pub const BATCH: usize = 20;

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
        responses: Vec<Value>,
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
    // One that is odd is as good as none.
    let readable = answers.responses.into_iter().map(serde_json::from_value::<Answer>);
    for answer in readable.filter_map(Result::ok) {
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

    #[test]
    fn answers_in_any_order_find_their_question_and_a_missing_one_is_known() {
        let body = br#"{"responses":[{"id":"2","status":404,"body":{"error":{"code":"itemNotFound"}}},
            {"id":"0","status":200,"body":{"id":"A","file":{}}},{"id":"77","status":200},{"id":"x","status":200},
            {"id":0,"status":"odd"},null]}"#;
        let all = batched(body, 3).unwrap();
        assert!(matches!(&all[0], Batched::Found(item) if item["id"] == "A"));
        assert!(matches!(&all[1], Batched::Missing));
        assert!(matches!(&all[2], Batched::Refused(error, _) if error.status == 404));
    }
}
