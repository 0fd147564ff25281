//! Text as addresses and pages hold it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What is encoded in a segment or a query of an address: all but the unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A segment of a path, or a value of a query, percent-encoded.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The text behind a percent-encoded one.
pub(crate) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Text that means nothing but itself in a page of HTML, and in its attributes.
pub(crate) fn in_html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encoded_is_decoded_to_the_same() {
        let text = "Übersicht #1 + 50%/a~b?c=d&e";
        assert_eq!(decoded(&encoded(text)), text);
        assert_eq!(encoded("a b/c"), "a%20b%2Fc");
    }

    #[test]
    fn a_page_shows_markup_as_text() {
        assert_eq!(
            in_html("<a href=\"x\">&'</a>"),
            "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;"
        );
    }
}
