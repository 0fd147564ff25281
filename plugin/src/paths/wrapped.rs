//! Addresses inside of addresses: mail programs and Teams hand out links of their own, which have the real one in an
//! option. It is only read out of them; nothing is ever fetched.

use std::borrow::Cow;

use super::decoded;

/// Addresses inside of each other, at most.
const DEEPEST: usize = 5;

/// The options in which Teams has a file's address: of the link to a file, of a tab, and of the page that asks for the
/// program (Microsoft Learn, "Deep link to a file").
const OF_TEAMS: &[&str] = &["objecturl", "fileurl", "weburl", "url"];

/// Hosts, and those below them, whose addresses have another one in one of these options.
const WRAPPERS: [(&str, &[&str]); 8] = [
    ("safelinks.protection.outlook.com", &["url"]),
    ("safelinks.protection.office365.us", &["url"]),
    ("safelinks.protection.outlook.cn", &["url"]),
    ("statics.teams.cdn.office.net", &["url"]),
    ("teams.microsoft.com", OF_TEAMS),
    ("teams.cloud.microsoft", OF_TEAMS),
    ("teams.microsoft.us", OF_TEAMS),
    ("teams.microsoftonline.cn", OF_TEAMS),
];

/// The address inside of a Safe Link of Outlook or a link of Teams; all other text as it is.
#[must_use]
pub fn unwrapped(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..DEEPEST {
        match inner(&text) {
            Some(inner) => text = Cow::Owned(inner),
            None => break,
        }
    }
    text
}

fn inner(text: &str) -> Option<String> {
    let rest = match text.split_once("://") {
        Some((scheme, rest)) if is_web(scheme) => rest,
        _ => text,
    };
    let (host, rest) = rest.split_at_checked(rest.find(['/', '?', '#'])?)?;
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix(":443").unwrap_or(&host);
    let wraps = |known: &str| {
        host.strip_suffix(known)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    let (_, names) = WRAPPERS.iter().find(|(known, _)| wraps(known))?;
    let found = names
        .iter()
        .find_map(|name| option(rest, name))
        .or_else(|| viewed(rest))?;
    // Some are encoded once more than it takes.
    let found = match starts_an_address(&found) {
        true => found,
        false => decoded(&found).into_owned(),
    };
    match found.strip_prefix('/') {
        Some(_) if !found.starts_with("//") => Some(format!("https://{host}{found}")),
        _ => starts_an_address(&found).then_some(found),
    }
}

fn is_web(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
}

fn starts_an_address(text: &str) -> bool {
    text.starts_with('/') || text.split_once("://").is_some_and(|(scheme, _)| is_web(scheme))
}

/// The value of an option, decoded once. Teams has options behind a `#` as well, and copies out of a page's source have
/// `&amp;` between them.
fn option(rest: &str, wanted: &str) -> Option<String> {
    rest.split(['?', '&', '#']).find_map(|option| {
        let (name, value) = option.split_once('=')?;
        let name = name.trim_start_matches("amp;");
        let known = name.eq_ignore_ascii_case(wanted) && !value.is_empty();
        known.then(|| decoded(value).into_owned())
    })
}

/// The file that Teams shows in a page of its own: `/_#/docx/viewer/teams/https:~2F~2Fcontoso.sharepoint.com~2F…`.
fn viewed(rest: &str) -> Option<String> {
    let (_, address) = rest.split_once("/https:~2F~2F")?;
    let address = address.split(['?', '&', '#', '/']).next()?;
    Some(format!("https://{}", address.replace("~2F", "/").replace("~2f", "/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "https://contoso.sharepoint.com/sites/Team/Shared%20Documents/A/b.docx";
    const ENCODED: &str = "https%3A%2F%2Fcontoso.sharepoint.com%2Fsites%2FTeam%2FShared%2520Documents%2FA%2Fb.docx";

    #[test]
    fn the_address_is_read_out_of_the_links_of_outlook_and_teams() {
        for text in [
            format!(
                "https://nam02.safelinks.protection.outlook.com/?url={ENCODED}&data=05%7C01%7Cada&sdata=x%3D&reserved=0"
            ),
            format!("https://eur01.safelinks.protection.outlook.com/ap/w-59584e83/?url={ENCODED}&amp;data=05"),
            format!("https://EUR01.Safelinks.Protection.Outlook.com:443/?data=x&amp;url={ENCODED}"),
            format!("nam02.safelinks.protection.outlook.com/?url={ENCODED}"),
            format!(
                "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html?url={ENCODED}&locale=en-us"
            ),
            format!(
                "https://teams.microsoft.com/l/file/0F3C?tenantId=8d&fileType=docx&objectUrl={ENCODED}&baseUrl=https%3A%2F%2Fcontoso.sharepoint.com%2Fsites%2FTeam&serviceName=teams"
            ),
            format!("https://teams.microsoft.com/_#/l/file/0F3C?tenantId=8d&objectUrl={ENCODED}"),
            format!("https://teams.cloud.microsoft/l/file/0F3C?objectUrl={ENCODED}"),
            format!("https://gov.teams.microsoft.us/l/file/0F3C?objectUrl={ENCODED}"),
            format!(
                "https://teams.microsoft.com/dl/launcher/launcher.html?url=%2F_%23%2Fl%2Ffile%2F0F3C%3FtenantId%3D8d%26objectUrl%3D{}%26x%3D1&type=file",
                ENCODED.replace('%', "%25")
            ),
        ] {
            assert_eq!(unwrapped(&text), FILE, "{text}");
        }
        let viewed = "https://teams.microsoft.com/_#/docx/viewer/teams/https:~2F~2Fcontoso.sharepoint.com~2Fsites~2FTeam~2FShared%20Documents~2FA~2Fb.docx?threadId=19:x&fileId=0F3C";
        assert_eq!(unwrapped(viewed), FILE);
    }

    #[test]
    fn one_inside_of_the_other_is_read_as_far_as_links_are_ever_nested() {
        let wrap = |inner: &str| {
            let encoded: String =
                percent_encoding::utf8_percent_encode(inner, percent_encoding::NON_ALPHANUMERIC).collect();
            format!("https://nam02.safelinks.protection.outlook.com/?url={encoded}")
        };
        let mut text = FILE.to_owned();
        for _ in 0..DEEPEST {
            text = wrap(&text);
            assert_eq!(unwrapped(&text), FILE);
        }
        assert_ne!(unwrapped(&wrap(&text)), FILE);
    }

    #[test]
    fn all_else_stays_as_it_is() {
        for text in [
            FILE,
            "A/b.docx",
            "",
            "https://evil.example/?url=https%3A%2F%2Fcontoso.sharepoint.com%2Fa.docx",
            "https://safelinks.protection.outlook.com.evil.example/?url=https%3A%2F%2Fcontoso.sharepoint.com%2Fa",
            "https://notsafelinks.protection.outlook.com/?url=https%3A%2F%2Fcontoso.sharepoint.com%2Fa",
            "https://nam02.safelinks.protection.outlook.com/?data=05",
            "https://nam02.safelinks.protection.outlook.com/?url=javascript%3Aalert(1)",
            "https://teams.microsoft.com/l/chat/0/0?users=ada",
        ] {
            assert_eq!(unwrapped(text), text);
        }
    }
}
