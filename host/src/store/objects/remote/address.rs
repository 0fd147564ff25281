//! Where the bytes of a library lie: the address that a deployment names, and what is needed to reach it.

use std::{str::FromStr, sync::Arc, time::Duration};

use clientpoint_engine::egress::choose_cryptography;
use object_store::{
    BackoffConfig, ClientConfigKey, ObjectStore, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    azure::{AzureConfigKey, MicrosoftAzureBuilder},
    local::LocalFileSystem,
    path::Path,
};
use url::Url;

use crate::{Error, Result, way_out::WayOut};

/// The setting that names it.
const SETTING: &str = "objects.url";

/// How long a request may take in all, and how long to wait for a connection, where no variable says otherwise.
const TIMEOUT: (&str, &str) = ("60s", "5s");

/// How often a request is made again, and for how long after the first.
const RETRIES: (usize, Duration) = (2, Duration::from_secs(30));

/// The longest pause between two of them.
const PAUSE: Duration = Duration::from_secs(5);

/// A store, not asked yet.
pub(super) struct Place {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) prefix: Path,
    /// The address, which has nothing secret in it.
    pub(super) name: String,
}

/// Opens what lies at an address.
pub(super) fn open(url: &str, variables: impl IntoIterator<Item = (String, String)>) -> Result<Place> {
    let url = checked(url)?;
    let name = url.as_str().trim_end_matches('/').to_owned();
    let (store, prefix): (Arc<dyn ObjectStore>, _) = match url.scheme() {
        "s3" => (Arc::new(s3(&url, variables)?), prefix(&url)?),
        "az" => (Arc::new(azure(&url, variables)?), prefix(&url)?),
        _ => (Arc::new(folder(&url)?), Path::default()),
    };
    Ok(Place { store, prefix, name })
}

/// An address that can be one, and has no secret in it. One that may have is not repeated.
fn checked(text: &str) -> Result<Url> {
    let url = Url::parse(text).map_err(|_| wrong("is no address"))?;
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(Error::Settings(format!(
            "`{SETTING}` has more in it than a place: credentials go into the environment of the program (`AWS_…`, `AZURE_…`), \
             and the address is just `s3://bucket/prefix`"
        ))
        .with([WayOut::ShowSettings]));
    }
    match (url.scheme(), url.host_str().unwrap_or_default()) {
        ("s3" | "az", "") => Err(wrong("names no bucket or container")),
        ("s3" | "az", _) | ("file", "") => Ok(url),
        ("file", _) => Err(wrong(
            "names a folder of another machine: mount it, and name it as it is seen here",
        )),
        _ => Err(wrong("is of a kind that this program does not know")),
    }
}

fn s3(url: &Url, variables: impl IntoIterator<Item = (String, String)>) -> Result<impl ObjectStore> {
    let mut builder = AmazonS3Builder::new()
        .with_config(AmazonS3ConfigKey::Client(ClientConfigKey::Timeout), TIMEOUT.0)
        .with_config(AmazonS3ConfigKey::Client(ClientConfigKey::ConnectTimeout), TIMEOUT.1);
    for (key, value) in keys("AWS_", variables) {
        builder = builder.with_config(key, value);
    }
    let builder = builder
        .with_bucket_name(url.host_str().unwrap_or_default())
        // One object at a time goes, and not every store knows how to delete many.
        .with_disable_bulk_delete(true)
        .with_retry(retries());
    choose_cryptography();
    builder.build().map_err(|_| not_opened("AWS_"))
}

fn azure(url: &Url, variables: impl IntoIterator<Item = (String, String)>) -> Result<impl ObjectStore> {
    let mut builder = MicrosoftAzureBuilder::new()
        .with_config(AzureConfigKey::Client(ClientConfigKey::Timeout), TIMEOUT.0)
        .with_config(AzureConfigKey::Client(ClientConfigKey::ConnectTimeout), TIMEOUT.1);
    for (key, value) in keys("AZURE_", variables) {
        builder = builder.with_config(key, value);
    }
    let builder = builder
        .with_container_name(url.host_str().unwrap_or_default())
        .with_retry(retries());
    choose_cryptography();
    builder.build().map_err(|_| not_opened("AZURE_"))
}

/// A folder that many machines share. It is never made: one that is not there may be one that is not mounted.
fn folder(url: &Url) -> Result<LocalFileSystem> {
    let path = url.to_file_path().map_err(|()| wrong("names no folder"))?;
    let opened = LocalFileSystem::new_with_prefix(&path).map_err(|_| {
        let folder = path.display();
        wrong(&format!(
            "names a folder that can't be opened: mount or make `{folder}`"
        ))
    })?;
    Ok(opened.with_fsync(true))
}

/// The settings that the variables of that prefix name. Others are other programs'.
fn keys<K: FromStr>(
    prefix: &str,
    variables: impl IntoIterator<Item = (String, String)>,
) -> impl Iterator<Item = (K, String)> {
    let ours = variables.into_iter().filter(move |(name, _)| name.starts_with(prefix));
    ours.filter_map(|(name, value)| Some((name.to_ascii_lowercase().parse().ok()?, value)))
}

fn retries() -> RetryConfig {
    let (max_retries, retry_timeout) = RETRIES;
    let backoff = BackoffConfig {
        max_backoff: PAUSE,
        ..BackoffConfig::default()
    };
    RetryConfig {
        backoff,
        max_retries,
        retry_timeout,
    }
}

fn prefix(url: &Url) -> Result<Path> {
    Path::from_url_path(url.path()).map_err(|_| wrong("has a prefix that can't be one"))
}

fn wrong(why: &str) -> Error {
    Error::Settings(format!(
        "`{SETTING}` {why}; write `s3://bucket/prefix`, `az://container/prefix` or `file:///folder`"
    ))
    .with([WayOut::ShowSettings])
}

/// What does not fit is in the variables, of which nothing is repeated.
fn not_opened(prefix: &str) -> Error {
    Error::Settings(format!(
        "the object store of `{SETTING}` can't be opened: see to the variables `{prefix}…` in the environment of this program"
    ))
    .with([WayOut::ShowSettings])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> String {
        let error = open(url, []).err().unwrap().to_string();
        assert!(error.contains(SETTING), "{error}");
        error
    }

    #[test]
    fn an_address_names_a_place_and_what_is_below_it() {
        let variables = || {
            [
                ("AWS_REGION", "eu-1"),
                ("AZURE_STORAGE_ACCOUNT_NAME", "a"),
                ("AWS_WHATEVER", "x"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
        };
        for (url, prefix, name) in [
            ("s3://bucket/some/prefix/", "some/prefix", "s3://bucket/some/prefix"),
            ("s3://bucket", "", "s3://bucket"),
            ("az://container/x%20y", "x y", "az://container/x%20y"),
        ] {
            let place = open(url, variables()).unwrap();
            assert_eq!((place.prefix.as_ref(), place.name.as_str()), (prefix, name));
        }
        let shared = tempfile::tempdir().unwrap();
        let url = Url::from_file_path(shared.path()).unwrap();
        assert_eq!(open(url.as_str(), []).unwrap().name, url.as_str());
    }

    #[test]
    fn credentials_in_an_address_are_refused_and_not_repeated() {
        for url in [
            "s3://key:hush@bucket/x",
            "az://hush@container",
            "az://container/x?sig=hush",
            "s3://b#hush",
        ] {
            let error = refused(url);
            assert!(error.contains("AWS_") && !error.contains("hush"), "{error}");
        }
    }

    #[test]
    fn what_is_no_address_of_a_store_is_told_with_one_that_is() {
        for url in [
            "bucket",
            "s3:///prefix",
            "https://example.com/x",
            "file://server/share",
            "file:///nowhere/at/all",
        ] {
            assert!(refused(url).contains("s3://bucket/prefix"), "{url}");
        }
    }

    #[test]
    fn variables_that_do_not_fit_are_named_and_not_repeated() {
        let wrong = [("AWS_ENDPOINT", "hush"), ("AWS_ALLOW_HTTP", "hush")];
        let wrong = wrong.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let error = open("s3://bucket", wrong).err().unwrap().to_string();
        assert!(error.contains("AWS_…") && !error.contains("hush"), "{error}");
    }
}
