//! Where a drive is on the web, and what of a path or an address is about it.

use super::{
    spelling::same_name,
    text::{decoded, host_and_path, tenant},
};

/// What the first library of a site is called in the languages of those who look at it. What is in the drive decides.
const FIRST_LIBRARY: [&str; 39] = [
    "Documents",
    "Shared Documents",
    "Dokumente",
    "Freigegebene Dokumente",
    "Documents partages",
    "Documents partagés",
    "Documentos",
    "Documentos compartidos",
    "Documentos Compartilhados",
    "Documentos Partilhados",
    "Documenti",
    "Documenti condivisi",
    "Documenten",
    "Gedeelde documenten",
    "Dokumenter",
    "Delte dokumenter",
    "Dokument",
    "Delade dokument",
    "Asiakirjat",
    "Jaetut asiakirjat",
    "Tiedostot",
    "Dokumenty",
    "Dokumenty udostępnione",
    "Sdílené dokumenty",
    "Dokumentumok",
    "Documente",
    "Documente partajate",
    "Belgeler",
    "Paylaşılan Belgeler",
    "Документы",
    "Общие документы",
    "Документи",
    "Έγγραφα",
    "Tài liệu",
    "ドキュメント",
    "文档",
    "文件",
    "문서",
    "เอกสาร",
];

/// Where the drive is on the web.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriveAddress {
    /// `contoso.sharepoint.com`, in lower case; with the port where it is not the usual one.
    pub(super) host: String,
    /// The names on the way to it: `sites`, `Team`, `Shared Documents`.
    pub(super) prefix: Vec<String>,
    /// What people call it: `Documents`.
    pub(super) name: String,
}

impl DriveAddress {
    /// From the drive's address and name, as Microsoft tells them. Without an address only relative paths are
    /// understood.
    #[must_use]
    pub fn new(web_url: Option<&str>, name: &str) -> Self {
        let mut address = Self {
            host: String::new(),
            prefix: Vec::new(),
            name: name.to_owned(),
        };
        if let Some((host, path)) = web_url.and_then(host_and_path) {
            address.host = host;
            address.prefix = path
                .split('/')
                .filter(|name| !name.is_empty())
                .map(|name| decoded(name).into_owned())
                .collect();
        }
        address
    }

    /// What is left of a path below the drive; none if it leads elsewhere.
    pub(super) fn below(&self, names: &[String]) -> Option<Vec<String>> {
        let (start, rest) = names.split_at_checked(self.prefix.len())?;
        let same = !self.prefix.is_empty() && start.iter().zip(&self.prefix).all(|(one, other)| same_name(one, other));
        same.then(|| rest.to_vec())
    }

    /// Whether a host is of the drive's organization.
    pub(super) fn is_sibling(&self, host: &str) -> bool {
        !self.host.is_empty() && tenant(&host.to_ascii_lowercase()) == tenant(&self.host)
    }

    /// Whether the site with this path is the one that the drive is a library of.
    pub(super) fn is_of_site(&self, names: &[String]) -> bool {
        let same = |(one, other): (&String, &String)| same_name(one, other);
        let inside = names.len() < self.prefix.len() && names.iter().zip(&self.prefix).all(same);
        inside && (!names.is_empty() || self.prefix.len() == 1)
    }

    /// Whether a name is that of the library: people write it before the path, since it is what they see. A site's first
    /// library, and that of a OneDrive, is shown to each of them in their own language.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let is = |known: &str| same_name(name, known);
        let last = self.prefix.last().map(String::as_str).unwrap_or_default();
        let is_first = ["Shared Documents", "Documents"]
            .iter()
            .any(|first| same_name(last, first));
        is(&self.name) || (!last.is_empty() && is(last)) || (is_first && FIRST_LIBRARY.iter().any(|known| is(known)))
    }
}
