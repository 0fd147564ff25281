//! Addresses of web pages, as copied from the browser.

use super::{
    drive_address::DriveAddress,
    reference::{FilePage, Reference, add},
    text::{decoded, host_and_path, is_marker, names},
};

/// Where the addresses of viewers and pickers have the path of the file.
const PATH_OPTIONS: [&str; 4] = ["id", "sourcedoc", "sourceurl", "rootfolder"];

/// Where pages of SharePoint have the id of their file.
const ID_OPTIONS: [&str; 3] = ["sourcedoc", "uniqueid", "fileid"];

/// How often an address is decoded, at most.
const DECODED_AT_MOST: usize = 3;

/// Pages of SharePoint that know their file by a number only, or by a token.
const PAGES: [&str; 10] = [
    "doc.aspx",
    "doc2.aspx",
    "docidredir.aspx",
    "embed.aspx",
    "wopiframe.aspx",
    "wopiframe2.aspx",
    "guestaccess.aspx",
    "download.aspx",
    "powerpoint.aspx",
    "xlviewer.aspx",
];

/// What an address means.
pub(super) fn read(url: &str, drive: &DriveAddress) -> Reference {
    let url = url.replace('\\', "/");
    let Some((host, rest)) = host_and_path(&url) else {
        return Reference::Forbidden(
            "is no address of a web page that could be followed: give the file's path in the drive, or its address in the browser",
        );
    };
    if !drive.is_sibling(&host) {
        return Reference::Forbidden(FOREIGN);
    }
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let cut = |text| str::split(text, '#').next().unwrap_or_default();
    let strict = if path.contains('#') {
        (cut(path), "")
    } else {
        (path, cut(query))
    };
    if let Some(page) = page(&url, &host, strict, drive) {
        return page;
    }
    let mut places = match places(strict, &host) {
        Ok(places) => places,
        Err(why) => return Reference::Forbidden(why),
    };
    // Whoever types an address leaves a `#` in a name as it is.
    if strict != (path, query)
        && let Ok(more) = self::places((path, query), &host)
    {
        places.extend(more.into_iter().filter(|names| ends_like_a_file(names)));
    }
    server_relative(places, &host, drive)
}

const FOREIGN: &str =
    "leads to another host than that of the drive: give the file's path in the drive, or its address in the browser";

/// A page or a link that has no path in it. None for all other addresses.
fn page(url: &str, host: &str, (path, query): (&str, &str), drive: &DriveAddress) -> Option<Reference> {
    if path_option(query).is_some() {
        return None;
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let parts = match parts.as_slice() {
        // `/:w:/r/…` has the path, `/:w:/s/…` a token.
        [kind, "r" | "R", rest @ ..] if is_marker(kind) => rest,
        [kind, _, ..] if is_marker(kind) => return Some(Reference::Link(url.to_owned())),
        all => all,
    };
    let is_known = |page: &str| PAGES.iter().any(|known| page.eq_ignore_ascii_case(known));
    let known = parts.last().is_some_and(|page| is_known(page));
    let Some(at) = parts.iter().position(|part| part.eq_ignore_ascii_case("_layouts")) else {
        return known.then(|| Reference::Link(url.to_owned()));
    };
    let site: Vec<String> = parts.iter().take(at).map(|name| decoded(name).into_owned()).collect();
    let here = host == drive.host && drive.is_of_site(&site);
    if let Some(id) = ID_OPTIONS.iter().find_map(|name| guid(&option(query, name)?)) {
        return Some(Reference::Page(FilePage {
            url: url.to_owned(),
            id,
            name: option(query, "file").unwrap_or_default(),
            here,
        }));
    }
    Some(match (known, here) {
        (true, _) => Reference::Link(url.to_owned()),
        (false, true) => {
            Reference::Forbidden("is a page of the site that names no file: give the file's path in the drive")
        }
        (false, false) => Reference::OtherDrive,
    })
}

/// Where an address leads on its host; the likeliest first.
fn places((path, query): (&str, &str), host: &str) -> Result<Vec<Vec<String>>, &'static str> {
    let names = match path_option(query) {
        Some(inner) if inner.contains("://") => match host_and_path(&inner) {
            // An address inside of an address, and no deeper.
            Some((inner_host, path)) if inner_host == host => {
                encoded_names(path.split('?').next().unwrap_or_default())?
            }
            _ => return Err(FOREIGN),
        },
        // An option is encoded once, as a whole.
        Some(inner) => names(&inner)?,
        None => encoded_names(after_marker(path))?,
    };
    let mut all = vec![names];
    // Some programs encode what is encoded: `%2520`. What is in the drive decides.
    while all.len() < DECODED_AT_MOST
        && let Some(more) = all.last().and_then(|names| once_more(names))
    {
        all.push(more);
    }
    Ok(all)
}

/// The path behind `/:w:/r`.
fn after_marker(path: &str) -> &str {
    let mut parts = path.trim_start_matches('/').splitn(3, '/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(kind), Some("r" | "R"), Some(rest)) if is_marker(kind) => rest,
        _ => path,
    }
}

/// Names that can be decoded once more, and are names still.
fn once_more(all: &[String]) -> Option<Vec<String>> {
    let more: Vec<String> = all.iter().map(|name| decoded(name).into_owned()).collect();
    if more == all || more.iter().any(|name| name.contains(['/', '\\'])) {
        return None;
    }
    names(&more.join("/")).ok()
}

/// Whether the last name ends like that of a file: in `Offer.docx#page=2` the mark is none of a name.
fn ends_like_a_file(names: &[String]) -> bool {
    let ending = names.last().and_then(|name| name.rsplit_once('.'));
    ending.is_some_and(|(_, ending)| {
        (1..=8).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// The path in the options of a viewer's address, decoded. That of a file comes before that of its folder.
fn path_option(query: &str) -> Option<String> {
    let leads = |value: &String| value.starts_with('/') || value.contains("://");
    PATH_OPTIONS.iter().find_map(|name| option(query, name).filter(leads))
}

/// An option's value, decoded.
fn option(query: &str, wanted: &str) -> Option<String> {
    query.split('&').find_map(|option| {
        let (name, value) = option.split_once('=')?;
        name.trim_start_matches("amp;")
            .eq_ignore_ascii_case(wanted)
            .then(|| decoded(value).into_owned())
    })
}

/// A GUID in lower case, with or without braces, and encoded once more or not.
fn guid(text: &str) -> Option<String> {
    let text = decoded(text).to_ascii_lowercase();
    let digits: String = text
        .trim_matches(['{', '}', '"', '\'', ' '])
        .chars()
        .filter(|letter| *letter != '-')
        .collect();
    let sound = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let part = |from, to| digits.get(from..to).unwrap_or_default();
    sound.then(|| {
        let parts = [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)];
        parts.join("-")
    })
}

fn server_relative(places: Vec<Vec<String>>, host: &str, drive: &DriveAddress) -> Reference {
    let mut readings = Vec::new();
    for names in places {
        let Some(mut below) = drive.below(&names).filter(|_| host == drive.host) else {
            continue;
        };
        // The page that lists a library.
        let page = below
            .last()
            .is_some_and(|last| last.to_ascii_lowercase().ends_with(".aspx"));
        if page && below.first().is_some_and(|first| first.eq_ignore_ascii_case("forms")) {
            below.clear();
        }
        add(&mut readings, &below);
    }
    if readings.is_empty() {
        return Reference::OtherDrive;
    }
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
