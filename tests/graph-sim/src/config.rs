//! What a simulator starts with.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::{fault::Fault, quirks::Quirks};

/// The tenant's verified domain.
pub const TENANT_DOMAIN: &str = "contoso.example";
/// The tenant's id.
pub const TENANT_ID: &str = "8d3f0c1e-0000-4000-8000-00000000c0de";
/// The id of the one registered application.
pub const CLIENT_ID: &str = "5e1f7a2c-0000-4000-8000-000000c11e47";
/// The application's secret. It holds characters that a form must encode.
pub const CLIENT_SECRET: &str = "sim~secret+/value";
/// A secret the application once had, now answered with AADSTS7000222.
pub const EXPIRED_SECRET: &str = "sim~expired+/value";

/// What a simulator starts with. [`Config::default`] takes free ports and the demo company.
#[derive(Clone, Debug)]
pub struct Config {
    /// Port of Microsoft Graph; 0 takes a free one.
    pub graph_port: u16,
    /// Port of the sign-in service; 0 takes a free one.
    pub login_port: u16,
    /// Port of the pre-authenticated downloads; 0 takes a free one.
    pub content_port: u16,
    /// What lies in the main drive.
    pub seed: Seed,
    /// What time it is at the start; `None`: the system's time.
    pub clock: Option<DateTime<Utc>>,
    /// Faults that are set from the start.
    pub faults: Vec<Fault>,
    /// Whether the content host answers 401 to requests with an `Authorization` header, as the service may.
    pub reject_authorization: bool,
    /// How many entries a page has where `$top` doesn't say, from 1 to 999.
    pub page_size: usize,
    /// Where a sign-in may send the browser, each address on its platform. Of those of this machine, the port does not count.
    pub redirects: Vec<Redirect>,
    /// More such addresses, on the platform Web.
    pub redirect_uris: Vec<String>,
    /// The application permissions of Graph that were granted.
    pub roles: Vec<String>,
    /// Who may approve the application for a person's sign-in.
    pub consent: Consent,
    /// Whether an administrator has approved it already.
    pub approved: bool,
    /// Certificates that the application may sign assertions with, in DER, with RSA keys of at least 2048 bits.
    pub certificates: Vec<Vec<u8>>,
    /// Whether somebody else ends TLS in front of Graph, so that the links it gives begin with https.
    pub https_links: bool,
    /// Whether the application needs no credential for people's tokens, as one for phones and desktops.
    pub public_client: bool,
    /// What changes are told like.
    pub delta: DeltaStyle,
    /// What tells this simulator from one that ran before it, in the versions of items and in delta tokens: those of another
    /// are answered with 410, since what it knew is gone. 0 for one that nobody starts again.
    pub born: u64,
    /// What is otherwise than usual.
    pub quirks: Quirks,
    /// How many sites there are besides, each with one library.
    pub more_sites: usize,
    /// How many resource units the application may use in a minute of the simulator's clock; `None`: any number.
    pub units_per_minute: Option<u32>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            graph_port: 0,
            login_port: 0,
            content_port: 0,
            seed: Seed::Demo,
            clock: None,
            faults: vec![],
            reject_authorization: true,
            page_size: 200,
            redirects: vec![Redirect {
                uri: "http://localhost/connect".to_owned(),
                platform: Platform::Web,
            }],
            redirect_uris: vec![],
            roles: ["Files.Read.All", "Sites.Read.All", "User.Read.All"]
                .map(str::to_owned)
                .to_vec(),
            consent: Consent::default(),
            approved: false,
            certificates: vec![],
            https_links: false,
            public_client: false,
            delta: DeltaStyle::default(),
            born: 0,
            quirks: Quirks::default(),
            more_sites: 0,
            units_per_minute: None,
        }
    }
}

/// A redirect address, as it is registered.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redirect {
    /// The address.
    pub uri: String,
    /// Where it stands in the registration.
    pub platform: Platform,
}

/// The platforms of a registration: each makes the sign-in service want something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Platform {
    /// A secret or certificate is wanted.
    Web,
    /// *Mobile and desktop*: none is taken.
    Native,
    /// *Single-page application*: tokens go to scripts of another origin only.
    Spa,
}

/// Who may approve an application for a person's sign-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consent {
    /// Microsoft's default since July 2025: people, but for all files and all sites.
    #[default]
    Managed,
    /// Microsoft's default before that: people.
    Legacy,
    /// Administrators only.
    Administrators,
}

/// What changes are told like: all of it within what the service does. The default is as it was measured.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
pub struct DeltaStyle {
    /// Links read `delta(token='...')`, not `delta?token=...`.
    pub token_in_path: bool,
    /// The last entry of each page comes again as the first of the next.
    pub repeated_items: bool,
    /// Before each page there is one without entries.
    pub empty_pages: bool,
    /// With a deleted folder, all that was in it is told of too.
    pub listed_descendants: bool,
    /// `parentReference` has no `path`.
    pub no_paths: bool,
    /// The `Location` of a 410 leads nowhere.
    pub dead_location: bool,
    /// The link that is given to those who ask for the latest state still asks for it, as was told of the service once.
    pub echo_latest: bool,
    /// Entries have no `cTag`.
    pub no_ctag: bool,
    /// Whatever `$top` says, a page holds all there is, unless that is little.
    pub long_pages: bool,
    /// Something is odd about each page.
    pub oddity: Option<Oddity>,
}

impl Default for DeltaStyle {
    fn default() -> Self {
        Self {
            token_in_path: false,
            repeated_items: false,
            empty_pages: false,
            listed_descendants: true,
            no_paths: false,
            dead_location: false,
            echo_latest: false,
            no_ctag: false,
            long_pages: false,
            oddity: None,
        }
    }
}

/// What can be odd about a page of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Oddity {
    /// It begins with an entry that is null.
    NullEntry,
    /// The names of files are null.
    NullName,
    /// The sizes of files are texts.
    TextSize,
}

/// How a reader of changes whose token is of no use any more should start again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resync {
    /// `resyncChangesApplyDifferences`: what is not listed any more is gone.
    ApplyDifferences,
    /// `resyncChangesUploadDifferences`: what is not listed any more may stay.
    UploadDifferences,
}

/// What lies in the main drive at the start. Users, sites and their drives are the same with each.
#[derive(Clone, Debug)]
pub enum Seed {
    /// A dozen files that together show every rule, and a few files in the other drives.
    Demo,
    /// Nothing, in no drive.
    Empty,
    /// The files of a folder of this machine, with its subfolders. They are read as they are downloaded.
    Folder(PathBuf),
    /// So many small PDF files in the root, `File 000001.pdf` and so on.
    Items(usize),
}
