//! What some parts of the service do otherwise, or are reported to do: switches for tests. By default, all of them are as
//! the service is best known.

use std::collections::BTreeMap;

use axum::http::{StatusCode, header};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Deserialize;

use crate::{reply::GraphError, text::decoded};

/// What some parts of the service do otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
pub struct Quirks {
    /// How the addresses of a batch's entries are read.
    pub batch_paths: BatchPaths,
    /// Every path in a drive leads to its root, as was told of the cloud of China.
    pub paths_lead_to_root: bool,
    /// Changes can't be asked for, as it was in that cloud for years.
    pub no_delta: bool,
    /// Drives that are not served, by their ids: 423 where their site is blocked, 308 where it was moved, 404 where they
    /// are gone.
    pub drives: BTreeMap<String, u16>,
    /// Names of people whose licence is over: 403 in place of their OneDrive.
    pub unlicensed: Vec<String>,
    /// Paths of files that rights management keeps from being delivered.
    pub irm: Vec<String>,
}

/// How the addresses of a batch's entries are read. Nobody outside knows for certain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BatchPaths {
    /// As those of requests that come alone.
    #[default]
    DecodedOnce,
    /// They are decoded once more than those.
    DecodedTwice,
    /// They are not decoded at all.
    RawOnly,
}

/// What can't stand in an address at all.
const IMPOSSIBLE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'|');

impl BatchPaths {
    /// The address that an entry's comes to.
    pub(crate) fn read(self, url: &str) -> String {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let path = match self {
            Self::DecodedOnce => return url.to_owned(),
            Self::DecodedTwice => utf8_percent_encode(&decoded(path), IMPOSSIBLE).to_string(),
            Self::RawOnly => path.replace('%', "%25"),
        };
        // What comes after a hash sign is no part of the address any more.
        let path = path.split('#').next().unwrap_or_default();
        format!("{path}?{query}")
    }
}

impl Quirks {
    /// Why a drive is not served, if it is not.
    pub(crate) fn refusal(&self, drive: &str) -> Option<GraphError> {
        Some(match self.drives.get(drive)? {
            423 => GraphError::new(
                StatusCode::LOCKED,
                "notAllowed",
                "Access to this site has been blocked. Please contact the administrator to resolve this problem.",
            ),
            308 => GraphError::new(
                StatusCode::PERMANENT_REDIRECT,
                "permanentRedirect",
                "The site was moved.",
            )
            .with(
                header::LOCATION,
                "https://contoso-emea.sharepoint.example/_api/v2.0/drive",
            ),
            _ => GraphError::item_not_found(),
        })
    }

    /// What is said of somebody whose licence is over.
    pub(crate) fn unlicensed(&self, name: &str) -> Option<GraphError> {
        self.unlicensed.iter().any(|known| known == name).then(|| {
            GraphError::new(
                StatusCode::FORBIDDEN,
                "notAllowed",
                "You do not have access to create this personal site or you do not have a valid license",
            )
        })
    }

    /// Why the content of a file is not delivered, if it is not.
    pub(crate) fn withheld(&self, path: &str) -> Option<GraphError> {
        self.irm.iter().any(|known| known.eq_ignore_ascii_case(path)).then(|| {
            GraphError::new(
                StatusCode::CONFLICT,
                "resourceModified",
                "The resource has changed since the caller last read it.",
            )
            .inner("irmEncryptFailedToFindProtector")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readings_of_a_batch_differ_where_something_is_encoded() {
        let url = "/drives/b!a/root:/A%20b/50%25%23.pdf:?$select=id";
        assert_eq!(BatchPaths::DecodedOnce.read(url), url);
        assert_eq!(
            BatchPaths::DecodedTwice.read(url),
            "/drives/b!a/root:/A%20b/50%?$select=id"
        );
        assert_eq!(
            BatchPaths::RawOnly.read(url),
            "/drives/b!a/root:/A%2520b/50%2525%2523.pdf:?$select=id"
        );
    }
}
