//! What an answer without success means, by what can be done about it. The status decides first, the code second;
//! codes that nobody has seen yet are passed over.

use serde_json::Value;

use super::http::Head;

/// An answer of Microsoft that is not a success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphError {
    /// The HTTP status.
    pub status: u16,
    /// The codes of the error envelope, from the outermost to the most detailed. Empty if there is no envelope.
    pub codes: Vec<String>,
    /// The message for people, in whatever language. May be empty.
    pub message: String,
    infected: bool,
    /// Whether a policy of the site wants more of whoever asks than any token of this sign-in says.
    wants_claims: bool,
}

/// What can be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Wait as told, with everything.
    Throttled,
    /// Try again in a while.
    Transient,
    /// The credentials are not accepted.
    SignIn,
    /// No right to see it.
    Denied,
    /// Blocked because of malware.
    Malware,
    /// Not there.
    NotFound,
    /// Locked by somebody.
    Locked,
    /// The whole site is locked by an administrator, or archived.
    Closed,
    /// The site has another address now.
    Moved,
    /// A protection label keeps it closed.
    Labelled,
    /// Changed while it was read.
    Changed,
    /// The part asked for is not there.
    BadRange,
    /// None of the others.
    Other,
}

impl GraphError {
    /// From the head, and as much of the body as was read: JSON, HTML, anything, or nothing.
    #[must_use]
    pub fn read(head: &Head, body: &[u8]) -> Self {
        let mut error = Self {
            status: head.status,
            codes: Vec::new(),
            message: String::new(),
            infected: head.header("x-virus-infected").is_some(),
            wants_claims: head
                .header("www-authenticate")
                .is_some_and(|challenge| challenge.contains("insufficient_claims")),
        };
        let envelope = serde_json::from_slice::<Value>(body).unwrap_or_default();
        let mut level = member(&envelope, "error");
        // Envelopes are a few levels deep; the bound keeps a hostile one from mattering.
        for _ in 0..8 {
            let Some(inner) = level else { break };
            if let Some(code) = member(inner, "code").and_then(Value::as_str) {
                error.codes.push(code.to_owned());
            }
            if let Some(message) = member(inner, "message")
                .and_then(Value::as_str)
                .filter(|_| error.message.is_empty())
            {
                message.clone_into(&mut error.message);
            }
            level = member(inner, "innererror");
        }
        error
    }

    /// Whether one of the codes is this one.
    #[must_use]
    pub fn says(&self, code: &str) -> bool {
        self.codes.iter().any(|known| known.eq_ignore_ascii_case(code))
    }

    /// Whether information rights management keeps an item closed, which has codes of its own beside any status: they
    /// begin with `irm` (onedrive-api-docs#1635), or are those of sensitivity labels.
    fn is_labelled(&self) -> bool {
        let labels = [
            "fileDoubleKeyEncrypted",
            "fileDecryptionNotSupported",
            "fileDecryptionDeferred",
        ];
        let irm = |code: &String| code.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("irm"));
        self.codes.iter().any(irm) || labels.iter().any(|code| self.says(code))
    }

    /// What can be done about it.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        match self.status {
            _ if self.infected || self.says("malwareDetected") => Meaning::Malware,
            _ if self.is_labelled() => Meaning::Labelled,
            301 | 302 | 303 | 307 | 308 => Meaning::Moved,
            429 | 503 | 509 => Meaning::Throttled,
            408 | 500 | 502 | 504 => Meaning::Transient,
            // Signing in again brings no other token: Microsoft asks those for more who can give more, and lets no others in.
            401 if self.wants_claims || self.says("insufficient_claims") => Meaning::Denied,
            401 => Meaning::SignIn,
            403 => Meaning::Denied,
            404 | 410 => Meaning::NotFound,
            409 if self.says("resourceModified") => Meaning::Changed,
            409 => Meaning::Transient,
            412 => Meaning::Changed,
            416 => Meaning::BadRange,
            423 if self.says("notAllowed") => Meaning::Closed,
            423 => Meaning::Locked,
            _ => Meaning::Other,
        }
    }

    /// Whether this is one of the ways in which Graph says that a person has no drive at all, or no licence for one.
    #[must_use]
    pub fn no_drive_here(&self) -> bool {
        let message = self.message.to_ascii_lowercase();
        match self.status {
            404 => true,
            403 => {
                let texts = ["personal site", "valid license"];
                message.is_empty() || self.says("notAllowed") || texts.iter().any(|text| message.contains(text))
            }
            423 => false,
            _ => message.contains("mysite") || message.contains("does not have a spo license"),
        }
    }
}

/// A member of an object, whatever the case of its name.
fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let members = value.as_object()?;
    members
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, body: &str) -> GraphError {
        GraphError::read(&Head::new(status, vec![]), body.as_bytes())
    }

    #[test]
    fn nested_codes_are_read_whatever_their_case() {
        let error = error(
            403,
            r#"{"Error":{"code":"accessDenied","message":"No.","InnerError":{"code":"x","innererror":{"code":"malwareDetected"}}}}"#,
        );
        assert_eq!(error.codes, ["accessDenied", "x", "malwareDetected"]);
        assert_eq!(error.message, "No.");
        assert_eq!(error.meaning(), Meaning::Malware);
    }

    #[test]
    fn the_status_decides_where_the_body_says_nothing() {
        for (status, meaning) in [
            (400, Meaning::Other),
            (401, Meaning::SignIn),
            (403, Meaning::Denied),
            (404, Meaning::NotFound),
            (408, Meaning::Transient),
            (409, Meaning::Transient),
            (410, Meaning::NotFound),
            (412, Meaning::Changed),
            (416, Meaning::BadRange),
            (418, Meaning::Other),
            (423, Meaning::Locked),
            (429, Meaning::Throttled),
            (500, Meaning::Transient),
            (501, Meaning::Other),
            (502, Meaning::Transient),
            (503, Meaning::Throttled),
            (504, Meaning::Transient),
            (509, Meaning::Throttled),
        ] {
            for body in [
                "",
                "<html><body>error</body></html>",
                "{}",
                "[1]",
                r#"{"error":"text"}"#,
            ] {
                assert_eq!(error(status, body).meaning(), meaning, "{status} {body}");
            }
        }
    }

    #[test]
    fn a_site_that_wants_more_claims_is_closed_and_no_end_of_the_sign_in() {
        let challenge = "Bearer realm=\"\", error=\"insufficient_claims\", claims=\"eyJ9\"";
        let head = Head::new(401, vec![("WWW-Authenticate".into(), challenge.into())]);
        assert_eq!(GraphError::read(&head, b"").meaning(), Meaning::Denied);
        let body = r#"{"error":{"code":"accessDenied","innerError":{"code":"insufficient_claims"}}}"#;
        assert_eq!(error(403, body).meaning(), Meaning::Denied);
        let over = Head::new(
            401,
            vec![("www-authenticate".into(), "Bearer error=\"invalid_token\"".into())],
        );
        assert_eq!(GraphError::read(&over, b"").meaning(), Meaning::SignIn);
    }

    #[test]
    fn the_virus_header_counts_with_any_status() {
        for status in [400, 403] {
            let head = Head::new(status, vec![("X-Virus-Infected".into(), "true".into())]);
            assert_eq!(GraphError::read(&head, b"<html>").meaning(), Meaning::Malware);
        }
    }

    #[test]
    fn people_without_a_drive_are_told_from_people_out_of_reach() {
        for (status, message) in [
            (404, "User's mysite not found."),
            (400, "Unable to retrieve user's mysite URL."),
            (404, "FILE NOT FOUND"),
            (403, ""),
            (400, "Tenant does not have a SPO license."),
            (
                403,
                "You do not have access to create this personal site or you do not have a valid license",
            ),
        ] {
            let body = format!(r#"{{"error":{{"code":"x","message":"{message}"}}}}"#);
            assert!(error(status, &body).no_drive_here(), "{status} {message}");
        }
        assert!(error(403, r#"{"error":{"code":"notAllowed","message":"x"}}"#).no_drive_here());
        for (status, code) in [(403, "accessDenied"), (423, "notAllowed"), (423, "resourceLocked")] {
            let body = format!(r#"{{"error":{{"code":"{code}","message":"Mysite, no."}}}}"#);
            assert!(!error(status, &body).no_drive_here(), "{status} {code}");
        }
    }

    #[test]
    fn a_label_a_site_that_is_closed_and_one_that_has_moved_are_told_apart() {
        let nested = |status: u16, outer: &str, inner: &str| {
            let body = format!(r#"{{"error":{{"code":"{outer}","innerError":{{"code":"{inner}"}}}}}}"#);
            error(status, &body).meaning()
        };
        let irm = "irmEncryptFailedToFindProtector";
        assert_eq!(nested(409, "resourceModified", irm), Meaning::Labelled);
        assert_eq!(nested(400, "resourceModified", irm), Meaning::Labelled);
        assert_eq!(nested(409, "resourceModified", "x"), Meaning::Changed);
        assert_eq!(nested(423, "notAllowed", "x"), Meaning::Closed);
        assert_eq!(nested(423, "accessDenied", "resourceLocked"), Meaning::Locked);
        assert_eq!(nested(308, "x", "x"), Meaning::Moved);
    }
}
