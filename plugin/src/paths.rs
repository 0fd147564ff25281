//! Paths of files as people write and copy them: relative to the drive, server-relative, or as the address of a web page.
//! Pure: text in, places in the drive out.
//!
//! A text can sometimes be read in more than one way: `Documents/a.docx` may mean a folder of the library or the library
//! itself, and `100%25.pdf` may be percent-encoded or not. Then all readings are given, and what is in the drive decides.

mod web;
mod wrapped;

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::sheet::id::cleaned;
pub use wrapped::unwrapped;

/// The most readings of a text.
const READINGS: usize = 4;

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

/// What SharePoint puts sites below.
const SITES: [&str; 4] = ["sites", "teams", "personal", "portals"];

/// Where the drive is on the web.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriveAddress {
    /// `contoso.sharepoint.com`, in lower case; with the port where it is not the usual one.
    host: String,
    /// The names on the way to it: `sites`, `Team`, `Shared Documents`.
    prefix: Vec<String>,
    /// What people call it: `Documents`.
    name: String,
}

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
        if let Some((host, path)) = web_url.and_then(web::host_and_path) {
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
    fn below(&self, names: &[String]) -> Option<Vec<String>> {
        let (start, rest) = names.split_at_checked(self.prefix.len())?;
        let same = !self.prefix.is_empty() && start.iter().zip(&self.prefix).all(|(one, other)| same_name(one, other));
        same.then(|| rest.to_vec())
    }

    /// Whether a host is of the drive's organization.
    fn is_sibling(&self, host: &str) -> bool {
        !self.host.is_empty() && web::tenant(&host.to_ascii_lowercase()) == web::tenant(&self.host)
    }

    /// Whether the site with this path is the one that the drive is a library of.
    fn is_of_site(&self, names: &[String]) -> bool {
        let same = |(one, other): (&String, &String)| same_name(one, other);
        let inside = names.len() < self.prefix.len() && names.iter().zip(&self.prefix).all(same);
        inside && (!names.is_empty() || self.prefix.len() == 1)
    }

    /// Whether a name is that of the library: people write it before the path, since it is what they see. A site's first
    /// library, and that of a OneDrive, is shown to each of them in their own language.
    fn is_called(&self, name: &str) -> bool {
        let is = |known: &str| same_name(name, known);
        let last = self.prefix.last().map(String::as_str).unwrap_or_default();
        let is_first = ["Shared Documents", "Documents"]
            .iter()
            .any(|first| same_name(last, first));
        is(&self.name) || (!last.is_empty() && is(last)) || (is_first && FIRST_LIBRARY.iter().any(|known| is(known)))
    }
}

/// Reads a path. None if there is nothing in it.
#[must_use]
pub fn read(text: &str, drive: &DriveAddress) -> Option<Reference> {
    let text = cleaned(text);
    let text = bare(&text);
    // "Open in the desktop app" puts the program before the address.
    let text = after_program(text);
    if text.is_empty() {
        return None;
    }
    let text = unwrapped(text);
    if text.chars().any(char::is_control) {
        return Some(Reference::Forbidden("has characters that can't be seen"));
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        return Some(match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => web::read(&text, drive),
            "file" => outside(&decoded(rest), OWN_COMPUTER),
            _ => Reference::Forbidden(
                "is neither a path nor the address of a web page: give the file's path in the drive, or its address in the browser",
            ),
        });
    }
    // Where people copy the way to a file as a page shows it, `>` is between the names; in one, it can't be.
    Some(plain(&text.replace(['\\', '>'], "/"), drive))
}

/// Without the brackets that mail programs put around an address, and Windows' sign for a path as it is: no name can have
/// these characters.
fn bare(text: &str) -> &str {
    let inner = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    let text = inner.map_or(text, str::trim);
    text.strip_prefix(r"\\?\").unwrap_or(text)
}

/// The address in `ms-word:ofe|u|https://…|n|…`; some programs percent-encode the bars.
fn after_program(text: &str) -> &str {
    for bar in ["|", "%7C", "%7c"] {
        if let Some((_, address)) = text.split_once(&format!("{bar}u{bar}")) {
            return address.split(bar).next().unwrap_or_default();
        }
    }
    text
}

const OWN_COMPUTER: &str = "is one on a computer: give the file's path in the drive, or its address in the browser";

/// A path that is none in the drive, with its names, so that its end can be looked for.
fn outside(path: &str, why: &'static str) -> Reference {
    match names(&path.replace('\\', "/")) {
        Err(why) => Reference::Forbidden(why),
        Ok(names) if names.is_empty() => Reference::Forbidden(why),
        Ok(names) => Reference::Outside {
            path: names.join("/"),
            why,
        },
    }
}

const OTHER_SERVER: &str = "leads to another server: give the file's path in the drive, or its address in the browser";

fn plain(text: &str, drive: &DriveAddress) -> Reference {
    let mut letters = text.chars();
    if letters.next().is_some_and(|letter| letter.is_ascii_alphabetic()) && letters.next() == Some(':') {
        return outside(letters.as_str(), OWN_COMPUTER);
    }
    // `\\host\…`, `//host/…`, and an address whose scheme was left out.
    let bare = text.trim_start_matches('/');
    let first = bare.split('/').next().unwrap_or_default();
    let host = first.split('@').next().unwrap_or_default();
    if drive.is_sibling(host) {
        let path = bare.get(first.len()..).unwrap_or_default();
        let path = path.strip_prefix("/DavWWWRoot").unwrap_or(path);
        return web::read(&format!("https://{host}{path}"), drive);
    }
    // No name can be like the marks that viewers and sharing links have in their addresses.
    if web::is_marker(first) {
        return web::read(&format!("https://{}/{bare}", drive.host), drive);
    }
    if bare.split('/').any(web::is_marker) {
        return web::read(&format!("https://{bare}"), drive);
    }
    if text.starts_with("//") {
        return outside(bare, OTHER_SERVER);
    }
    // A name can't have a question mark: what follows is left from an address.
    let text = text.split('?').next().unwrap_or_default();
    let text = after_graph_root(text);
    let (mut readings, mut below_drive) = (Vec::new(), Vec::new());
    let mut elsewhere = false;
    for text in [Cow::Borrowed(text), decoded(text)] {
        let names = match names(&text) {
            Ok(names) => names,
            Err(why) => return Reference::Forbidden(why),
        };
        if let Some(below) = drive.below(&names) {
            add(&mut below_drive, &below);
        }
        let of_a_site = names
            .first()
            .is_some_and(|first| SITES.iter().any(|site| first.eq_ignore_ascii_case(site)));
        elsewhere |= of_a_site && text.starts_with('/');
        add(&mut readings, &names);
        if let Some((first, rest)) = names.split_first()
            && !rest.is_empty()
            && drive.is_called(first)
        {
            add(&mut readings, rest);
        }
    }
    if !below_drive.is_empty() {
        elsewhere = false;
        // A single name without a slash before it may also be a folder of the drive that is called like the drive.
        if text.starts_with('/') || drive.prefix.len() > 1 {
            readings = below_drive;
        }
    }
    Reference::InDrive { readings, elsewhere }
}

/// The path behind `/drives/{id}/root:` and the like, which Microsoft Graph tells of items.
fn after_graph_root(text: &str) -> &str {
    match text.split_once("/root:") {
        Some((drive, path)) if drive.starts_with("/drive") => path,
        _ => text,
    }
}

fn add(readings: &mut Vec<String>, names: &[String]) {
    let path = names.join("/");
    if readings.len() < READINGS && !readings.contains(&path) {
        readings.push(path);
    }
}

/// The names along a path. Empty ones and single dots lead nowhere; blanks at the ends of a name can't be in it.
fn names(path: &str) -> Result<Vec<String>, &'static str> {
    let mut names = Vec::new();
    for name in path.split('/') {
        match name.trim() {
            "" | "." => {}
            ".." => return Err("has \"..\" in it: give the whole path from the drive on"),
            name if name.chars().any(char::is_control) => return Err("has characters that can't be seen"),
            name => names.push(name.to_owned()),
        }
    }
    Ok(names)
}

/// Percent-decoded; as it is where that is no text.
fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8().unwrap_or(Cow::Borrowed(text))
}

/// A path as it may be kept and shown. Name and password, the options of an address, and the token of a sharing link may
/// open a file to whoever has them.
#[must_use]
pub fn shown(text: &str, reference: &Reference) -> String {
    let slash = ['/', '\\'];
    let text = cleaned(text);
    let text = unwrapped(bare(&text));
    let text = text.split('?').next().unwrap_or_default();
    let (scheme, rest) = match text.split_once("://") {
        Some((_, rest)) => text.split_at(text.len() - rest.len()),
        None => ("", text),
    };
    // A name may have a `#` in it.
    let is_name =
        matches!(reference, Reference::InDrive { readings, .. } if readings.iter().any(|path| path.contains('#')));
    let rest = if scheme.is_empty() || is_name || matches!(reference, Reference::Outside { .. }) {
        rest
    } else {
        rest.split('#').next().unwrap_or_default()
    };
    let bare = rest.trim_start_matches(slash);
    let authority = bare.split(slash).next().unwrap_or_default();
    let tells = !scheme.is_empty() || authority.contains(':');
    let host = authority.rsplit('@').next().filter(|_| tells).unwrap_or(authority);
    let has_token = match reference {
        Reference::Link(_) => true,
        Reference::Forbidden(_) => !scheme.is_empty() || bare.split(slash).any(web::is_marker),
        Reference::InDrive { .. } | Reference::Page(_) | Reference::OtherDrive | Reference::Outside { .. } => false,
    };
    if has_token {
        return format!("{scheme}{host}/…");
    }
    let path = bare.get(authority.len()..).unwrap_or_default();
    let slashes = rest.get(..rest.len() - bare.len()).unwrap_or_default();
    let name = match reference {
        Reference::Page(page) if !page.name.is_empty() => format!("?file={}", page.name),
        _ => String::new(),
    };
    format!("{scheme}{slashes}{host}{path}{name}")
}

/// The same for all spellings of a path that SharePoint takes for one: upper and lower case, accents by themselves or
/// not.
#[must_use]
pub fn key(path: &str) -> String {
    let lower = lower(&composed(path));
    match composed(&lower) {
        Cow::Borrowed(_) => lower,
        // A letter may fall into a letter and an accent.
        Cow::Owned(composed) => composed,
    }
}

/// In lower case, letter by letter: no letter depends on where in a word it stands.
#[must_use]
pub fn lower(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// The mark of a place in the drive: a folder by its id, and a name in it.
#[must_use]
pub fn place(folder: &str, name: &str) -> String {
    format!("{folder}/{}", key(name))
}

fn composed(text: &str) -> Cow<'_, str> {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfc().collect()),
    }
}

fn same_name(one: &str, other: &str) -> bool {
    key(one) == key(other)
}

/// The other spellings of a path under which it may be kept: accents composed, and by themselves.
#[must_use]
pub fn spellings(path: &str) -> Vec<String> {
    if path.is_ascii() {
        return Vec::new();
    }
    let mut others: Vec<String> = vec![path.nfc().collect(), path.nfd().collect()];
    others.retain(|other| other != path);
    others.dedup();
    others
}

#[cfg(test)]
mod tests;
