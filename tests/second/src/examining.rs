//! Whether everything is there that the work takes. The shelf has one drive and no feed of changes, and its key opens all of
//! it, so there is little to tell.

use sha2::{Digest, Sha256};

use crate::{
    Plugin, admit,
    bindings::{
        clientpoint::content_source::types::Actor,
        exports::clientpoint::content_source::{
            content_import::Error,
            examination::{Finding, Guest, Remedy, Setting, Standing, Subject},
        },
    },
    shelf::{self, Trouble},
};

/// The largest document that is fetched, in bytes.
const AT_MOST: u64 = 1 << 20;

impl Guest for Plugin {
    async fn examine(actor: Actor, _settings: Vec<Setting>, _granted: Option<String>) -> Result<Vec<Finding>, Error> {
        admit(&actor)?;
        let documents = match shelf::list().await {
            Ok(documents) => documents,
            Err(trouble) => return Ok(vec![failed(Subject::Listing, &trouble)]),
        };
        let listing = found(
            Subject::Listing,
            Standing::Well,
            format!("{} documents stand on the shelf", documents.len()),
        );
        let small = documents.iter().filter(|document| document.size <= AT_MOST);
        let file = match small.min_by_key(|document| document.size) {
            None => found(
                Subject::File,
                Standing::NotAsked,
                "no document is small enough to try".to_owned(),
            ),
            Some(document) => match shelf::bytes(document, AT_MOST).await {
                Ok(bytes) if format!("{:x}", Sha256::digest(&bytes)) == document.sha256 => found(
                    Subject::File,
                    Standing::Well,
                    "a small document came as the list has it".to_owned(),
                ),
                Ok(_) => failed(Subject::File, &Trouble::Mismatch),
                Err(trouble) => failed(Subject::File, &trouble),
            },
        };
        Ok(vec![listing, file])
    }
}

fn found(subject: Subject, standing: Standing, message: String) -> Finding {
    Finding {
        subject,
        standing,
        message,
        remedy: None,
    }
}

fn failed(subject: Subject, trouble: &Trouble) -> Finding {
    Finding {
        remedy: Some(match trouble {
            Trouble::SignInNeeded => Remedy::Connect,
            _ => Remedy::Wait,
        }),
        ..found(subject, Standing::Failed, trouble.words())
    }
}
