//! The one thing that may be posted: a batch of reads, in the JSON format of OData (4.01, section 19).
//!
//! Such a body carries requests of its own, with methods and headers of their own. So it is read here, and what goes out
//! is written anew from what was read: nobody at the other end can find something else in it. Of headers, a read needs
//! none: they are left out, since there a plugin could name another `Authorization`, `Cookie` or `Host`.

use serde_json::{Map, Value};

/// What a request of a batch may have.
const MEMBERS: [&str; 5] = ["id", "method", "url", "headers", "dependsOn"];

/// The batch, written anew, if all that it asks for is reading paths of the origin that it is sent to.
pub fn reads(body: &[u8]) -> Option<Vec<u8>> {
    let Value::Object(mut batch) = serde_json::from_slice(body).ok()? else {
        return None;
    };
    let number = batch.len();
    let (Some(Value::Array(requests)), 1) = (batch.get_mut("requests"), number) else {
        return None;
    };
    // Without a request it is no batch, whatever else it may be at the other end.
    let some = !requests.is_empty();
    let all = requests.iter().all(|request| request.as_object().is_some_and(is_read));
    for request in requests.iter_mut().filter_map(Value::as_object_mut) {
        request.remove("headers");
    }
    (some && all).then(|| Value::Object(batch).to_string().into_bytes())
}

/// Whether a header of that name puts another method in the place of the request's, as some servers allow.
pub fn names_another_method(header: &str) -> bool {
    header.to_ascii_lowercase().starts_with("x-http-method")
}

fn is_read(request: &Map<String, Value>) -> bool {
    let known = request.keys().all(|member| MEMBERS.contains(&member.as_str()));
    let text = |member: &str| request.get(member).and_then(Value::as_str);
    let path = text("url").is_some_and(|url| url.starts_with('/') && !url.starts_with("//"));
    let no_other_method = match request.get("headers") {
        None => true,
        Some(Value::Object(headers)) => !headers.keys().any(|name| names_another_method(name)),
        Some(_) => false,
    };
    known && path && no_other_method && text("method") == Some("GET")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r22_a_batch_of_reads_passes_and_no_other() {
        let good = br#"{"requests":[{"id":"0","method":"GET","url":"/drives/b!a/items/01?$select=id"}]}"#;
        let sent = reads(good).unwrap();
        let value = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
        assert_eq!(value(&sent), value(good));

        for bad in [
            r#"{"requests":[{"id":"0","method":"DELETE","url":"/x"}]}"#,
            r#"{"requests":[{"id":"0","method":"GET","url":"/x"},{"id":"1","method":"PATCH","url":"/x","body":{}}]}"#,
            r#"{"requests":[{"id":"0","method":"GET","Method":"DELETE","url":"/x"}]}"#,
            r#"{"requests":[{"id":"0","method":"GET","method":"DELETE","url":"/x"}]}"#,
            r#"{"requests":[{"id":"0","method":"GET","url":"https://evil.example/"}]}"#,
            r#"{"requests":[{"id":"0","method":"GET","url":"//evil.example/"}]}"#,
            r#"{"requests":[{"id":"0","method":"GET","url":"/x","headers":{"X-HTTP-Method-Override":"DELETE"}}]}"#,
            r#"{"requests":[{"id":"0","url":"/x"}]}"#,
            r#"{"requests":[],"Requests":[{"id":"0","method":"DELETE","url":"/x"}]}"#,
            r#"{"requests":{}}"#,
            r#"{"requests":[]}"#,
            "[]",
            "--batch\r\nDELETE /x",
            "",
        ] {
            assert_eq!(reads(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn no_header_of_a_batch_goes_out_whatever_it_is() {
        let with = br#"{"requests":[{"id":"0","method":"GET","url":"/x","headers":{
            "Authorization":"Bearer stolen","Cookie":"a=b","Host":"evil.example","Prefer":"x"}}]}"#;
        let sent = String::from_utf8(reads(with).unwrap()).unwrap();
        assert!(!sent.contains("headers") && !sent.contains("stolen"), "{sent}");
    }

    #[test]
    fn r22_what_was_said_twice_goes_out_as_it_was_judged() {
        let twice = br#"{"requests":[{"id":"0","method":"DELETE","method":"GET","url":"/x"}]}"#;
        let sent = String::from_utf8(reads(twice).unwrap()).unwrap();
        assert!(!sent.contains("DELETE"), "{sent}");
    }
}
