//! Where the next round of changes begins: a link of Microsoft's, one a drive, kept durably. It is taken before the first
//! import, so that no sync has to begin with a listing of the whole drive, and it moves on only when everything that a
//! round told is kept durably as well.

use crate::{
    call::{self, Fault},
    graph,
    model::LibraryError,
    ports::{Level, Ports},
    quick_xor::QuickXor,
    retry::Budget,
};

/// Drive ids are short; a longer one is named by its hash.
const LONGEST_NAME: usize = 200;

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
/// When Microsoft does not give one.
pub async fn from_now<P: Ports>(ports: &P, api: &str, drive: &str) -> Result<String, Fault> {
    let request = graph::changes_from_now(api, drive);
    let read = |body: &[u8]| graph::change_page(body, api);
    let page = call::json(ports, &request, &mut Budget::page(), read).await?;
    page.delta
        .ok_or_else(|| Fault::Unusable("Microsoft gave no beginning for a round of changes".to_owned()))
}

/// The link, if there is one that leads to the API: another one would end every run from now on.
///
/// # Errors
/// When the storage does not answer.
pub async fn load<P: Ports>(ports: &P, api: &str, drive: &str) -> Result<Option<String>, LibraryError> {
    let entry = ports.state(&key(drive)).await?;
    let link = entry.and_then(|(value, _)| String::from_utf8(value).ok());
    Ok(link.filter(|link| graph::same_origin(link, api)))
}

/// Moves it on.
///
/// # Errors
/// When the storage does not answer, or somebody else moves it at the same time.
pub async fn store<P: Ports>(ports: &P, drive: &str, link: &str) -> Result<(), LibraryError> {
    let key = key(drive);
    let version = ports.state(&key).await?.map(|(_, version)| version);
    if ports.swap(&key, version, link.as_bytes()).await? {
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
