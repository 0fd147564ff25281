//! The letters of paths and addresses: names, hosts, marks, and what percent-encoding hides.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The names along a path. Empty ones and single dots lead nowhere; blanks at the ends of a name can't be in it.
pub(super) fn names(path: &str) -> Result<Vec<String>, &'static str> {
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
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8().unwrap_or(Cow::Borrowed(text))
}

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

/// `:w:` and the like: the kind of file that an address is of.
pub(super) fn is_marker(part: &str) -> bool {
    matches!(part.as_bytes(), [b':', letter, b':'] if letter.is_ascii_alphabetic())
}

/// The organization that a host belongs to: `contoso-my.sharepoint.com` is a sibling of `contoso.sharepoint.com`.
pub(super) fn tenant(host: &str) -> String {
    let (first, rest) = host.split_once('.').unwrap_or((host, ""));
    format!("{}.{rest}", first.strip_suffix("-my").unwrap_or(first))
}
