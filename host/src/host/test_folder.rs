//! Folders for tests and demonstrations, which work with a simulated source: that is chosen while a folder is empty, and
//! remembered. Nothing can turn the folder of a real library to another place later.

use chrono::{DateTime, Utc};
use clientpoint_engine::{clock::stamp, test_endpoints::InsecureEndpoints};

use crate::{
    Error, Result,
    store::{
        Store,
        settings::{self, Kept},
    },
    way_out::WayOut,
};

/// The names under which they are kept.
const API: &str = "test.api-url";
const LOGIN: &str = "test.login-url";

/// Whose decision it is called where it is kept.
const BY: &str = "whoever made this folder";

/// The endpoints that a folder works with in the place of the real ones: those that are given, or those that it remembers.
///
/// # Errors
///
/// `Error::Settings` if some are given for a folder of a real library; the database's.
pub(super) async fn settle(
    store: &Store,
    given: Option<InsecureEndpoints>,
    is_writable: bool,
    now: DateTime<Utc>,
) -> Result<Option<InsecureEndpoints>> {
    let kept = settings::all(store).await?;
    let value = |key: &str| kept.iter().find(|kept| kept.key == key).map(|kept| kept.value.clone());
    let remembered = value(API).zip(value(LOGIN));
    let Some(given) = given else {
        return Ok(remembered.map(|(api, login)| InsecureEndpoints { api, login }));
    };
    let same = remembered
        .as_ref()
        .is_some_and(|(api, login)| *api == given.api && *login == given.login);
    if same {
        return Ok(Some(given));
    }
    if remembered.is_none() && !settings::may_be_for_tests(store).await? {
        return Err(Error::Settings(
            "other endpoints than the source's own are for tests and demonstrations: they are chosen for an empty data \
             folder, and this one has a library in it"
                .into(),
        )
        .with([WayOut::OtherDataFolder]));
    }
    // Of a folder that an older program made nobody knows: it may be a library's, which one command with these flags must
    // not turn to another place for good. It takes them with each command, as it did before.
    if is_writable && value(settings::UNKNOWN).is_none() {
        let kept = [(API, &given.api), (LOGIN, &given.login)].map(|(key, value)| Kept {
            key: key.into(),
            value: value.clone(),
            set_by: BY.into(),
            set_at: stamp(now),
        });
        settings::put(store, &kept).await?;
    }
    Ok(Some(given))
}
