//! The titles of the two columns, and those that people write in their place.

use std::fmt;

use super::model::column_name;

pub(super) const ID_TITLE: &str = "File ID";
pub(super) const PATH_TITLE: &str = "Sharepoint File Path";

/// Titles without case, blanks and marks.
const ID: &str = "fileid";
const PATH: [&str; 3] = ["sharepointfilepath", "onedrivefilepath", "pathoftheonedrivefile"];

/// What people write for "File ID", the likeliest first.
const LIKE_ID: [&str; 16] = [
    "clientpointfileid",
    "fileids",
    "fileidnumber",
    "fileidno",
    "fileidnr",
    "filenumber",
    "fileno",
    "idfile",
    "idoffile",
    "idofthefile",
    "contentid",
    "documentid",
    "docid",
    "clientpointid",
    "libraryid",
    "id",
];
/// What people write for "Sharepoint File Path", the likeliest first.
const LIKE_PATH: [&str; 36] = [
    "sharepointpath",
    "sharepointfilelocation",
    "sharepointfileurl",
    "sharepointfilelink",
    "sharepointfileaddress",
    "sharepointfile",
    "sharepointurl",
    "sharepointlink",
    "sharepointlocation",
    "sharepointaddress",
    "sharepoint",
    "onedrivepath",
    "onedrivefile",
    "onedriveurl",
    "onedrivelink",
    "onedrivelocation",
    "onedrive",
    "pathoffile",
    "pathofthefile",
    "pathtofile",
    "pathtothefile",
    "filepath",
    "filelocation",
    "fileurl",
    "filelink",
    "fileaddress",
    "documentpath",
    "documenturl",
    "documentlink",
    "fullpath",
    "path",
    "url",
    "link",
    "address",
    "location",
    "file",
];

/// Longer than any title with its blanks, in bytes.
const TITLE: usize = 64;

/// How a text is like a title.
pub(super) enum Fit {
    /// It is one; whether it is that of the File ID.
    Exact(bool),
    /// It is short enough to be one.
    Unknown,
}

/// A cell that could have been meant as a title.
#[derive(Debug, Clone)]
pub(super) struct Nearly {
    column: u32,
    text: String,
    /// The smaller, the likelier.
    pub distance: usize,
}

impl fmt::Display for Nearly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {} (\"{}\")", column_name(self.column), self.text)
    }
}

/// None for what is too long to be a title.
pub(super) fn fit(text: &str) -> Option<Fit> {
    if text.len() > TITLE {
        return None;
    }
    let normal = normal(text);
    Some(if normal == ID {
        Fit::Exact(true)
    } else if PATH.contains(&normal.as_str()) {
        Fit::Exact(false)
    } else {
        Fit::Unknown
    })
}

fn normal(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether a text that is no title could have been meant as one, and whether as that of the File ID.
pub(super) fn nearly(text: &str, column: u32) -> Option<(Nearly, bool)> {
    let normal = normal(text);
    // A typo comes before other words.
    let typo = |title: &str| Some(strsim::osa_distance(&normal, title)).filter(|distance| *distance <= title.len() / 5);
    let id = typo(ID).or_else(|| LIKE_ID.iter().position(|like| *like == normal).map(|at| at + 10));
    let path = PATH.iter().filter_map(|title| typo(title)).min();
    let path = path.or_else(|| LIKE_PATH.iter().position(|like| *like == normal).map(|at| at + 10));
    let (distance, is_id) = match (id, path) {
        (Some(id), _) => (id, true),
        (None, path) => (path?, false),
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let nearly = Nearly { column, text, distance };
    Some((nearly, is_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_that_nearly_fit_are_known_and_others_are_not() {
        for text in [
            "FileIDs",
            "Flie ID",
            "Fil ID",
            "ID",
            "File No.",
            "Document ID",
            "FileI D2",
        ] {
            assert!(nearly(text, 0).is_some_and(|(_, is_id)| is_id), "{text}");
        }
        for text in [
            "SharePoint Path",
            "Sharepiont File Path",
            "Sharepoint  File Pth ",
            "SharePoint URL",
            "Path",
            "OneDrive path",
            "Sharepoint File Paths",
        ] {
            assert!(nearly(text, 0).is_some_and(|(_, is_id)| !is_id), "{text}");
        }
        for text in [
            "Name",
            "Size",
            "Owner",
            "100001",
            "Clients/Northwind/Offer.docx",
            "",
            "Modified",
        ] {
            assert!(nearly(text, 0).is_none(), "{text}");
        }
        for text in ["File-ID", "FileID", "file_id", " File  ID "] {
            assert!(matches!(fit(text), Some(Fit::Exact(true))), "{text}");
        }
    }
}
