//! What people are told at a time, as data and as text.

use serde::{Deserialize, Serialize};

use crate::{
    service::api::{LookAt, Trouble},
    way_out::{WayOut, sentence},
};

/// The most troubles that a digest tells one by one.
const AT_MOST: usize = 30;

/// The longest sentence, in characters.
const SENTENCE_AT_MOST: usize = 1_000;

/// What people are told at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// In a line.
    pub title: String,
    /// When it was made; RFC 3339.
    pub made_at: String,
    /// What it tells of.
    pub troubles: Vec<Item>,
    /// How many more there are.
    pub more: u64,
}

/// A trouble in a digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The word of its kind.
    pub kind: String,
    /// In a sentence, with what can be done about it.
    pub message: String,
    /// Whether it stays until a person acts.
    pub needs_a_person: bool,
    /// Where more of it is seen; none where this host has no public address.
    pub url: Option<String>,
    /// What can be done about it, as data.
    pub ways_out: Vec<WayOut>,
}

impl Digest {
    /// Of these, with the console at that origin.
    pub(super) fn of(troubles: &[&Trouble], made_at: &str, origin: Option<&str>) -> Self {
        let item = |trouble: &&Trouble| Item {
            kind: trouble.kind.to_string(),
            message: sentence(&trouble.message, &trouble.ways_out, WayOut::to_string)
                .chars()
                .take(SENTENCE_AT_MOST)
                .collect(),
            needs_a_person: trouble.needs_a_person,
            url: origin.map(|origin| format!("{origin}{}", page(&trouble.look_at))),
            ways_out: trouble.ways_out.clone(),
        };
        let needy = troubles.iter().filter(|trouble| trouble.needs_a_person).count();
        let title = match (needy, troubles.len()) {
            (0, 1) => "ClientPoint: something to know of".to_owned(),
            (0, all) => format!("ClientPoint: {all} things to know of"),
            (1, _) => "ClientPoint: something needs a person".to_owned(),
            (needy, _) => format!("ClientPoint: {needy} things need a person"),
        };
        Self {
            title,
            made_at: made_at.to_owned(),
            troubles: troubles.iter().take(AT_MOST).map(item).collect(),
            more: troubles.len().saturating_sub(AT_MOST) as u64,
        }
    }

    /// One that tells of nothing, to see whether it arrives.
    pub(super) fn test(made_at: &str) -> Self {
        Self {
            title: "ClientPoint: a test".to_owned(),
            made_at: made_at.to_owned(),
            troubles: vec![Item {
                kind: "test".into(),
                message: "somebody has asked whether people are told; nothing is wrong".into(),
                needs_a_person: false,
                url: None,
                ways_out: Vec::new(),
            }],
            more: 0,
        }
    }

    /// As a text of plain lines.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for item in &self.troubles {
            text.push_str(&format!("- {}\n", item.message));
            if let Some(url) = &item.url {
                text.push_str(&format!("  {url}\n"));
            }
        }
        if 0 < self.more {
            text.push_str(&format!("and {} more\n", self.more));
        }
        text
    }
}

/// Where a page of the console is.
fn page(look_at: &LookAt) -> String {
    match look_at {
        LookAt::Home => "/".into(),
        LookAt::Connections => "/integrations".into(),
        LookAt::Runs => "/sync".into(),
        LookAt::Run { run, outcome: None } => format!("/sync/{run}"),
        LookAt::Run {
            run,
            outcome: Some(outcome),
        } => format!("/sync/{run}?outcome={outcome}"),
        LookAt::Files => "/files".into(),
    }
}
