//! Paths of files as people write and copy them: relative to the drive, server-relative, or as the address of a web page.
//! Pure: text in, places in the drive out.
//!
//! A text can sometimes be read in more than one way: `Documents/a.docx` may mean a folder of the library or the library
//! itself, and `100%25.pdf` may be percent-encoded or not. Then all readings are given, and what is in the drive decides.

mod drive_address;
mod reference;
mod spelling;
mod text;
mod web;
mod wrapped;

use std::borrow::Cow;

use crate::sheet::id::cleaned;
pub use drive_address::DriveAddress;
use reference::add;
pub use reference::{FilePage, Reference};
pub use spelling::{key, lower, place, spellings};
use text::{decoded, is_marker, names};
pub use wrapped::unwrapped;

/// What SharePoint puts sites below.
const SITES: [&str; 4] = ["sites", "teams", "personal", "portals"];

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
    if is_marker(first) {
        return web::read(&format!("https://{}/{bare}", drive.host), drive);
    }
    if bare.split('/').any(is_marker) {
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
        Reference::Forbidden(_) => !scheme.is_empty() || bare.split(slash).any(is_marker),
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

#[cfg(test)]
mod tests;
