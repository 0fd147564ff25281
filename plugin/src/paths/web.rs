//! Addresses of web pages, as copied from the browser.

use super::{DriveAddress, Reference, add, decoded, names};

/// Where the addresses of viewers and pickers have the path of the file.
const PATH_OPTIONS: [&str; 4] = ["id", "sourcedoc", "sourceurl", "rootfolder"];

/// Pages of SharePoint that know their file by a number only, or by a token.
const PAGES: [&str; 7] = [
    "doc.aspx",
    "wopiframe.aspx",
    "wopiframe2.aspx",
    "guestaccess.aspx",
    "download.aspx",
    "powerpoint.aspx",
    "xlviewer.aspx",
];

/// Host and path of an address. None for anything that is not plainly one.
pub(super) fn host_and_path(url: &str) -> Option<(String, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let usual = match scheme.to_ascii_lowercase().as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(end)?;
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix(usual).unwrap_or(&host).to_owned();
    let sound = !host.is_empty() && !host.contains(['@', ' ']);
    sound.then_some((host, path))
}

/// What an address means.
pub(super) fn read(url: &str, drive: &DriveAddress) -> Reference {
    let url = url.replace('\\', "/");
    let Some((host, rest)) = host_and_path(&url) else {
        return Reference::Forbidden("is no address of a web page that could be followed");
    };
    if drive.host.is_empty() || tenant(&host) != tenant(&drive.host) {
        return Reference::Forbidden("leads to another host than that of the drive");
    }
    let rest = rest.split('#').next().unwrap_or_default();
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    if let Some(inner) = path_option(query) {
        return match inner.split_once("://") {
            // An address inside of an address, and no deeper.
            Some(_) => match host_and_path(&inner) {
                Some((inner_host, path)) if inner_host == host => server_relative(encoded_names(path), &host, drive),
                _ => Reference::Forbidden("leads to another host than that of the drive"),
            },
            // An option is encoded once, as a whole.
            None => server_relative(names(&inner), &host, drive),
        };
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        // `/:w:/r/…` has the path, `/:w:/s/…` a token.
        [kind, "r" | "R", ..] if is_marker(kind) => {
            let at = path.find("/r/").or_else(|| path.find("/R/")).unwrap_or_default();
            server_relative(encoded_names(path.get(at + 2..).unwrap_or_default()), &host, drive)
        }
        [kind, _, ..] if is_marker(kind) => Reference::Link(url),
        [.., page] if PAGES.iter().any(|known| page.eq_ignore_ascii_case(known)) => Reference::Link(url),
        _ => server_relative(encoded_names(path), &host, drive),
    }
}

/// The path in the options of a viewer's address, decoded.
fn path_option(query: &str) -> Option<String> {
    query.split('&').find_map(|option| {
        let (name, value) = option.split_once('=')?;
        let known = PATH_OPTIONS.iter().any(|known| name.eq_ignore_ascii_case(known));
        let value = decoded(value);
        let leads = value.starts_with('/') || value.contains("://");
        (known && leads).then(|| value.into_owned())
    })
}

/// `:w:` and the like: the kind of file that an address is of.
pub(super) fn is_marker(part: &str) -> bool {
    matches!(part.as_bytes(), [b':', letter, b':'] if letter.is_ascii_alphabetic())
}

fn server_relative(names: Result<Vec<String>, &'static str>, host: &str, drive: &DriveAddress) -> Reference {
    let names = match names {
        Ok(names) => names,
        Err(why) => return Reference::Forbidden(why),
    };
    let Some(mut below) = drive.below(&names).filter(|_| host == drive.host) else {
        return Reference::OtherDrive;
    };
    // The page that lists a library.
    let page = below
        .last()
        .is_some_and(|last| last.to_ascii_lowercase().ends_with(".aspx"));
    if page && below.first().is_some_and(|first| first.eq_ignore_ascii_case("forms")) {
        below.clear();
    }
    let mut readings = Vec::new();
    add(&mut readings, &below);
    Reference::InDrive {
        readings,
        elsewhere: false,
    }
}

/// Names are decoded one by one: an encoded slash is part of a name, and so no name can have it.
fn encoded_names(path: &str) -> Result<Vec<String>, &'static str> {
    let mut all = Vec::new();
    for part in path.split('/') {
        let part = decoded(part);
        if part.contains(['/', '\\']) {
            return Err("has an encoded slash in it");
        }
        all.extend(names(&part)?);
    }
    Ok(all)
}

/// The organization that a host belongs to: `contoso-my.sharepoint.com` is a sibling of `contoso.sharepoint.com`.
fn tenant(host: &str) -> String {
    let (first, rest) = host.split_once('.').unwrap_or((host, ""));
    format!("{}.{rest}", first.strip_suffix("-my").unwrap_or(first))
}
