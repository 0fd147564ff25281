//! A digest to a webhook.

use std::time::Duration;

use clientpoint_engine::egress;
use serde_json::{Value, json};

use super::{
    digest::{Digest, Item},
    ways::{Form, Webhook},
};

/// How long it may take in all.
const WITHIN: Duration = Duration::from_secs(20);

/// The most that is told in a text of somebody else's form, in characters.
const TEXT_AT_MOST: usize = 20_000;

/// Sends it. Redirects are not followed: whoever has set the address has not set the next one.
///
/// # Errors
///
/// Why it did not arrive, without the address.
pub(super) async fn send(webhook: &Webhook, digest: &Digest) -> Result<(), String> {
    let client = egress::messenger().map_err(|error| egress::reason(&error))?;
    let request = client
        .post(webhook.url.expose())
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(body(webhook.form, digest).to_string());
    let answer = match tokio::time::timeout(WITHIN, request.send()).await {
        Ok(Ok(answer)) => answer.status(),
        Ok(Err(error)) => return Err(format!("the webhook can't be reached: {}", egress::reason(&error))),
        Err(_) => {
            return Err(format!(
                "the webhook has not answered within {} seconds",
                WITHIN.as_secs()
            ));
        }
    };
    if answer.is_success() {
        return Ok(());
    }
    Err(match answer.is_redirection() {
        true => format!(
            "the webhook answers {} and names another address, which is not followed: set that one if it is right",
            answer.as_u16()
        ),
        false => format!("the webhook answers {}", answer.as_u16()),
    })
}

fn body(form: Form, digest: &Digest) -> Value {
    match form {
        Form::Generic => json!(digest),
        Form::Teams => teams(digest),
        Form::Slack => slack(digest),
    }
}

fn teams(digest: &Digest) -> Value {
    let text = |text: String, more: Value| {
        let mut block = json!({ "type": "TextBlock", "text": text, "wrap": true });
        if let (Some(block), Some(more)) = (block.as_object_mut(), more.as_object()) {
            block.extend(more.clone());
        }
        block
    };
    let mut body = vec![text(
        digest.title.clone(),
        json!({ "weight": "bolder", "size": "medium" }),
    )];
    let mut told = 0;
    for item in &digest.troubles {
        let link = item
            .url
            .as_ref()
            .map(|url| format!(" [Look at it]({url})"))
            .unwrap_or_default();
        let line = format!("{}{link}", marked(&item.message));
        told += line.chars().count();
        if TEXT_AT_MOST < told {
            break;
        }
        body.push(text(line, json!({})));
    }
    if 0 < digest.more {
        body.push(text(format!("and {} more", digest.more), json!({})));
    }
    // The form's own names.
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": body,
            },
        }],
    })
}

/// A text whose signs are no marks of a card's.
fn marked(text: &str) -> String {
    let mut marked = String::with_capacity(text.len());
    for letter in text.chars() {
        if "\\`*_[]<>#".contains(letter) {
            marked.push('\\');
        }
        marked.push(letter);
    }
    marked
}

fn slack(digest: &Digest) -> Value {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let line = |item: &Item| {
        let link = item
            .url
            .as_ref()
            .map(|url| format!(" <{url}|Look at it>"))
            .unwrap_or_default();
        format!("• {}{link}", escaped(&item.message))
    };
    let mut lines = vec![format!("*{}*", escaped(&digest.title))];
    lines.extend(digest.troubles.iter().map(line));
    if 0 < digest.more {
        lines.push(format!("and {} more", digest.more));
    }
    let text: String = lines.join("\n").chars().take(TEXT_AT_MOST).collect();
    json!({ "text": text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest() -> Digest {
        Digest {
            title: "ClientPoint: something needs a person".into(),
            made_at: "2026-03-02T05:31:00Z".into(),
            troubles: vec![Item {
                kind: "files-need-a-person".into(),
                message: "file 100001, held: `A <b>_&_.pdf` is held".into(),
                needs_a_person: true,
                url: Some("https://files.example.com/sync/7?outcome=held".into()),
                ways_out: Vec::new(),
            }],
            more: 2,
        }
    }

    #[test]
    fn names_of_files_are_no_marks_in_anybodys_form() {
        let slack = body(Form::Slack, &digest());
        assert_eq!(
            slack["text"],
            "*ClientPoint: something needs a person*\n• file 100001, held: `A &lt;b&gt;_&amp;_.pdf` is held \
             <https://files.example.com/sync/7?outcome=held|Look at it>\nand 2 more"
        );
        let teams = body(Form::Teams, &digest());
        let blocks = &teams["attachments"][0]["content"]["body"];
        assert_eq!(
            blocks[1]["text"],
            "file 100001, held: \\`A \\<b\\>\\_&\\_.pdf\\` is held [Look at it](https://files.example.com/sync/7?outcome=held)"
        );
        assert_eq!(blocks[2]["text"], "and 2 more");
        let generic: Digest = serde_json::from_value(body(Form::Generic, &digest())).unwrap();
        assert_eq!(generic, digest(), "the digest itself");
    }
}
