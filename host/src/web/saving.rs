//! What is made here and saved by a browser: whole before its first byte goes.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};

/// What an Excel workbook is called among types.
pub(super) const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// These bytes, to be saved under that name.
pub(super) fn saved(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let mut answer = Body::from(bytes).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.extend(disposition(name).map(|value| (header::CONTENT_DISPOSITION, value)));
    answer
}

/// To be saved, under a name that is letters only in one form, and whole in the other (RFC 8187).
pub(super) fn disposition(name: &str) -> Option<HeaderValue> {
    let plain: String = name
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() || ".-_ ".contains(letter) {
                letter
            } else {
                '_'
            }
        })
        .collect();
    let mut whole = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) {
            whole.push(char::from(byte));
        } else {
            whole.push_str(&format!("%{byte:02X}"));
        }
    }
    HeaderValue::from_str(&format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_any_kind_is_one_header_and_no_two() {
        let value = disposition("Plan \"ü\"\r\nSet-Cookie: a=b.pdf").unwrap();
        assert_eq!(
            value.to_str().unwrap(),
            "attachment; filename=\"Plan _____Set-Cookie_ a_b.pdf\"; \
             filename*=UTF-8''Plan%20%22%C3%BC%22%0D%0ASet-Cookie%3A%20a%3Db.pdf"
        );
    }
}
