//! Where the next round of changes begins: a link of Microsoft's, one a drive, kept durably. It is taken before the first
//! import, so that no sync has to begin with a listing of the whole drive, and it moves on only when everything that a
//! round told is kept durably as well.

use chrono::{DateTime, Utc};

use crate::{
    ask::{self, Fault},
    contract::LibraryError,
    graph,
    ports::{Level, Ports},
    quick_xor::QuickXor,
    retry::Budget,
};

/// Drive ids are short; a longer one is named by its hash.
const LONGEST_NAME: usize = 200;

/// What is kept where no round can begin. It is no link.
const NONE: &str = "none";

/// Makes sure that there is one. Without it the first sync lists the drive, so a failure here costs time and nothing
/// else.
pub async fn ensure<P: Ports>(ports: &P, api: &str, drive: &str) {
    match ports.state(&key(drive)).await {
        Ok(None) if graph::is_id(drive) => {}
        _ => return,
    }
    let taken = match from_now(ports, api, drive).await {
        Ok(link) => store(ports, drive, &link).await.is_ok(),
        Err(_) => false,
    };
    if !taken {
        ports.log(
            Level::Info,
            "the first sync will list the drive, since no beginning could be noted",
        );
    }
}

/// Asks for a link that tells what changes from now on.
///
/// # Errors
/// When Microsoft does not give one, or one that would never tell anything.
pub async fn from_now<P: Ports>(ports: &P, api: &str, drive: &str) -> Result<String, Fault> {
    let request = graph::changes_from_now(api, drive);
    let read = |body: &[u8]| graph::change_page(body, api);
    let page = ask::json(ports, &request, &mut Budget::page(), read).await?;
    page.delta
        .filter(|link| graph::is_beginning(link, drive))
        .ok_or_else(|| Fault::Unusable("Microsoft gave no beginning for a round of changes".to_owned()))
}

/// What is kept of a drive: where the next round begins, and since when that fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// Microsoft's link.
    pub link: String,
    /// Since when following it has failed. None where it did not, the last time.
    pub failing_since: Option<DateTime<Utc>>,
}

/// Where the next round begins. None where there is none, or none on the API's origin any more, or one that would never
/// tell anything.
///
/// # Errors
/// When the storage does not answer.
pub async fn load<P: Ports>(ports: &P, api: &str, drive: &str) -> Result<Option<Beginning>, LibraryError> {
    let value = ports.state(&key(drive)).await?;
    let text = value.and_then(|(value, _)| String::from_utf8(value).ok());
    let beginning = text.map(|text| {
        // A link has no line breaks; the time came later, and is not in all folders.
        let (link, since) = text.split_once('\n').unwrap_or((&text, ""));
        Beginning {
            link: link.to_owned(),
            failing_since: since.parse().ok(),
        }
    });
    let sound = |known: &Beginning| graph::same_origin(&known.link, api) && graph::is_beginning(&known.link, drive);
    Ok(beginning.filter(sound))
}

/// Moves it on. An empty link is none: the next run lists the drive.
///
/// # Errors
/// When the storage does not answer, or somebody else moves it at the same time.
pub async fn store<P: Ports>(ports: &P, drive: &str, link: &str) -> Result<(), LibraryError> {
    let link = if link.is_empty() { NONE } else { link };
    swap(ports, drive, link.as_bytes()).await
}

/// Notes since when it fails.
///
/// # Errors
/// As [`store`].
pub async fn note_failure<P: Ports>(ports: &P, drive: &str, link: &str) -> Result<(), LibraryError> {
    let since = ports.utc().to_rfc3339();
    swap(ports, drive, format!("{link}\n{since}").as_bytes()).await
}

async fn swap<P: Ports>(ports: &P, drive: &str, value: &[u8]) -> Result<(), LibraryError> {
    let key = key(drive);
    let version = ports.state(&key).await?.map(|(_, version)| version);
    if ports.swap(&key, version, value).await? {
        return Ok(());
    }
    Err(LibraryError::Unavailable(
        "another run moves on with this drive".to_owned(),
    ))
}

fn key(drive: &str) -> String {
    if drive.len() <= LONGEST_NAME {
        return format!("changes/{drive}");
    }
    let mut hash = QuickXor::new();
    hash.update(drive.as_bytes());
    format!("changes-of/{}", hash.finish())
}
