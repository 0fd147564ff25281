//! What a text means.

/// The most readings of a text.
const READINGS: usize = 4;

/// What a text means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// One of these paths in the drive, with slashes between names and none at the ends. An empty one is the drive itself.
    InDrive {
        /// The likeliest first.
        readings: Vec<String>,
        /// If there is no such file, it is one of another drive.
        elsewhere: bool,
    },
    /// An address that only Microsoft can resolve: a sharing link.
    Link(String),
    /// The page that shows a file, which names it by its id in SharePoint.
    Page(FilePage),
    /// A place in another drive of the same organization.
    OtherDrive,
    /// A path on a computer or another server. What it ends in may be that of a file in the drive.
    Outside {
        /// All of its names, with slashes between them.
        path: String,
        /// Why it may not be followed, to come after "the path …".
        why: &'static str,
    },
    /// Nothing that may be followed, and why, to come after "the path …".
    Forbidden(&'static str),
}

/// The address of a page like `…/_layouts/15/Doc.aspx?sourcedoc={GUID}&file=Offer.docx`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePage {
    /// As it is, for Microsoft to resolve.
    pub url: String,
    /// What Microsoft Graph calls `listItemUniqueId`, in lower case and without braces.
    pub id: String,
    /// The file's name when the address was copied; empty where it is not told.
    pub name: String,
    /// Whether it is a page of the site that the drive belongs to.
    pub here: bool,
}

/// Adds a path to the readings of a text.
pub(super) fn add(readings: &mut Vec<String>, names: &[String]) {
    let path = names.join("/");
    if readings.len() < READINGS && !readings.contains(&path) {
        readings.push(path);
    }
}
