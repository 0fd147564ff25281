//! Delta tokens: how far a reader of changes has come.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{drive::Drive, ids};

/// How far a reader has come. What it is written as means nothing to them, and is good for its drive alone.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    /// Tokens of another epoch are of no use: they were made useless, or another simulator has given them out.
    pub epoch: u64,
    /// The place of the last change they were told of.
    pub after: u64,
    /// For those who read all there is: the place where that began. What was deleted before is none of their business.
    pub full_since: Option<u64>,
    /// Whether they are in the middle of a round.
    pub is_next: bool,
    /// Whether the page without entries was given that comes before a page.
    pub had_empty_page: bool,
}

impl Token {
    /// For somebody who has read nothing.
    pub fn beginning(drive: &Drive) -> Self {
        Self {
            after: 0,
            full_since: Some(drive.last_change()),
            ..Self::up_to_date(drive)
        }
    }

    /// For somebody who knows all.
    pub fn up_to_date(drive: &Drive) -> Self {
        Self {
            epoch: drive.token_epoch(),
            after: drive.last_change(),
            full_since: None,
            is_next: false,
            had_empty_page: false,
        }
    }

    /// For the next page of the same round.
    pub fn next(&self, after: u64) -> Self {
        Self {
            after,
            is_next: true,
            had_empty_page: false,
            ..self.clone()
        }
    }

    /// For the same page, once more.
    pub fn after_empty_page(&self) -> Self {
        Self {
            had_empty_page: true,
            ..self.clone()
        }
    }

    pub fn write(&self, drive: &Drive) -> String {
        let full_since = self.full_since.map_or("-".to_owned(), |place| place.to_string());
        let text = format!(
            "{}.{}.{full_since}.{}.{}",
            self.epoch, self.after, self.is_next, self.had_empty_page
        );
        let signature = ids::signature(&drive.id, &text);
        URL_SAFE_NO_PAD.encode(format!("{text}.{signature}"))
    }

    /// `None` for what is not a token of this drive.
    pub fn read(drive: &Drive, text: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (text, signature) = text.rsplit_once('.')?;
        if signature != ids::signature(&drive.id, text) {
            return None;
        }
        let mut parts = text.split('.');
        Some(Self {
            epoch: parts.next()?.parse().ok()?,
            after: parts.next()?.parse().ok()?,
            full_since: match parts.next()? {
                "-" => None,
                place => Some(place.parse().ok()?),
            },
            is_next: parts.next()?.parse().ok()?,
            had_empty_page: parts.next()?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

    use chrono::DateTime;

    use super::*;
    use crate::drive::Owner;

    fn drive(name: &str) -> Drive {
        let owner = Owner::Site {
            id: "s".to_owned(),
            name: "Site".to_owned(),
        };
        Drive::new(name, owner, format!("https://x.example/{name}"), DateTime::UNIX_EPOCH)
    }

    #[test]
    fn a_token_is_read_as_it_was_written_and_by_its_drive_only() {
        let (mine, other) = (drive("mine"), drive("other"));
        for token in [
            Token::up_to_date(&mine),
            Token::beginning(&mine).next(7),
            Token::beginning(&mine).after_empty_page(),
        ] {
            let text = token.write(&mine);
            assert_eq!(Token::read(&mine, &text).unwrap(), token);
            assert_eq!(Token::read(&other, &text), None);
            assert_eq!(Token::read(&mine, &text.replace('M', "N")), None);
        }
    }
}
