//! The steps that read. What they find is told in numbers, statuses and codes: no names of files or people.

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::ask::{Graph, first_bytes};

/// The numbers of the steps that read.
pub const READING: [usize; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

/// All but what may stand in a path as it is.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How a kind of letter is called, and what is of that kind.
type Odd = (&'static str, fn(char) -> bool);

/// What can be odd about a name.
const ODD: [Odd; 6] = [
    ("a blank", |letter| letter == ' '),
    ("#", |letter| letter == '#'),
    ("%", |letter| letter == '%'),
    ("+", |letter| letter == '+'),
    ("&", |letter| letter == '&'),
    ("a letter beyond ASCII", |letter| !letter.is_ascii()),
];

/// Libraries that nobody should choose, by the end of their addresses.
const HIDDEN: [&str; 2] = ["/PersonalCacheLibrary", "/PreservationHoldLibrary"];

/// A tenant, as far as it may be looked at.
pub struct Tenant {
    /// Microsoft Graph, with a token.
    pub graph: Graph,
    /// The drive of a test site.
    pub drive: Option<String>,
    /// The address of that site.
    pub site: Option<String>,
    /// Items by what is known of them.
    pub items: Vec<(String, String)>,
}

/// Carries out a step, if it reads. What can't be found out is told in its place.
pub fn probe(step: usize, tenant: &Tenant) -> Option<Vec<String>> {
    let found = match step {
        1 => batch_paths(tenant),
        2 => site(tenant),
        3 => shares(tenant),
        4 => protected(tenant),
        5 => latest(tenant),
        6 => versions(tenant),
        7 => all_sites(tenant),
        8 => system_libraries(tenant),
        _ => return None,
    };
    Some(found.unwrap_or_else(|why| vec![format!("not done: {why:#}")]))
}

/// Host and path of an address.
pub fn host_and_path(address: &str) -> Option<(String, String)> {
    let rest = address.split_once("://")?.1;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    Some((host.to_owned(), format!("/{}", path.trim_end_matches('/'))))
}

impl Tenant {
    fn drive(&self) -> Result<&str> {
        self.drive.as_deref().context("give a drive: --drive DRIVE-ID")
    }

    /// Id, name and address of what lies in the root of the drive, of one page.
    fn listed(&self) -> Result<Vec<(String, String, String)>> {
        let path = format!(
            "/drives/{}/root/children?$top=200&$select=id,name,webUrl,file",
            self.drive()?
        );
        let answer = self.graph.get(&path)?.json();
        let entries = answer
            .get("value")
            .and_then(Value::as_array)
            .context("the drive can't be listed")?;
        let files = entries.iter().filter(|entry| entry.get("file").is_some());
        Ok(files
            .map(|entry| (text(entry, "id"), text(entry, "name"), text(entry, "webUrl")))
            .collect())
    }
}

fn batch_paths(tenant: &Tenant) -> Result<Vec<String>> {
    let (drive, files) = (tenant.drive()?, tenant.listed()?);
    let mut lines = Vec::new();
    for (what, is_odd) in ODD {
        let Some((id, name, _)) = files.iter().find(|(_, name, _)| name.chars().any(is_odd)) else {
            lines.push(format!("{what}: no file in the root of the drive has it in its name"));
            continue;
        };
        let path = |name: &str| format!("/drives/{drive}/root:/{name}:?$select=id");
        let encoded = path(&utf8_percent_encode(name, IN_PATH).to_string());
        let alone = tenant.graph.get(&encoded)?;
        let together = tenant.graph.batch(&[encoded, path(name)])?;
        let same = |body: &Value| {
            if text(body, "id") == *id {
                "the item"
            } else {
                "not the item"
            }
        };
        let told: Vec<String> = together
            .iter()
            .map(|(status, body)| format!("{status} ({})", same(body)))
            .collect();
        lines.push(format!(
            "{what}: alone {} ({}), in a batch encoded {}, as written {}",
            alone.status,
            same(&alone.json()),
            told.first().map_or("-", String::as_str),
            told.get(1).map_or("-", String::as_str),
        ));
    }
    Ok(lines)
}

fn site(tenant: &Tenant) -> Result<Vec<String>> {
    let address = tenant.site.as_deref().and_then(host_and_path);
    let (host, path) = address.context("give a site: --site ADDRESS")?;
    let by_address = tenant.graph.get(&format!("/sites/{host}:{path}?$select=id"))?;
    let root = tenant.graph.get("/sites/root/drive?$select=id")?;
    Ok(vec![
        format!("the site by its address: {}", by_address.told()),
        format!("the root site's drive: {}", root.told()),
    ])
}

fn shares(tenant: &Tenant) -> Result<Vec<String>> {
    let files = tenant.listed()?;
    let is_open = |address: &str| address.to_ascii_lowercase().contains("/_layouts/15/doc.aspx");
    let plain = files.iter().find(|(_, _, address)| !is_open(address));
    let open = files.iter().find(|(_, _, address)| is_open(address));
    let drive = tenant
        .graph
        .get(&format!("/drives/{}?$select=webUrl", tenant.drive()?))?
        .json();
    let mut lines = Vec::new();
    for (what, address) in [
        ("a file's address", plain.map(|(_, _, address)| address.clone())),
        (
            "an open Office file's address",
            open.map(|(_, _, address)| address.clone()),
        ),
        ("the library's address", Some(text(&drive, "webUrl"))),
    ] {
        let Some(address) = address.filter(|address| !address.is_empty()) else {
            lines.push(format!("{what}: there is none in the root of the drive"));
            continue;
        };
        let token = URL_SAFE_NO_PAD.encode(address);
        let answer = tenant.graph.get(&format!("/shares/u!{token}/driveItem?$select=id"))?;
        lines.push(format!("{what}: {}", answer.told()));
    }
    Ok(lines)
}

fn protected(tenant: &Tenant) -> Result<Vec<String>> {
    if tenant.items.is_empty() {
        return Ok(vec![
            "not done: give files of which something is known: --item label=ITEM-ID".to_owned(),
        ]);
    }
    let drive = tenant.drive()?;
    let mut lines = Vec::new();
    for (kind, id) in &tenant.items {
        let item = tenant
            .graph
            .get(&format!("/drives/{drive}/items/{id}?$select=id,size"))?;
        let content = tenant.graph.get(&format!("/drives/{drive}/items/{id}/content"))?;
        let bytes = match &content.location {
            Some(address) => {
                let answer = first_bytes(address)?;
                format!(", the content host {}: {}", answer.status, signature(&answer.body))
            }
            None => String::new(),
        };
        lines.push(format!(
            "{kind}: the item {}, its content {}{bytes}",
            item.told(),
            content.told()
        ));
    }
    Ok(lines)
}

/// What first bytes say of a file, without the file's own words.
fn signature(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xd0, 0xcf, 0x11, 0xe0, ..] => "a compound file: old Office, or encrypted",
        [b'P', b'K', ..] => "a ZIP archive: Office as it should be",
        [b'%', b'P', b'D', b'F', ..] => "a PDF",
        [b'<' | b'{', ..] => "a page or JSON",
        [] => "nothing",
        _ => "something else",
    }
}

fn latest(tenant: &Tenant) -> Result<Vec<String>> {
    let path = format!(
        "/drives/{}/root/delta?token=latest&$select=id,name,deleted",
        tenant.drive()?
    );
    let answer = tenant.graph.get(&path)?;
    let json = answer.json();
    let link = text(&json, "@odata.deltaLink");
    let entries = json.get("value").and_then(Value::as_array).map_or(0, Vec::len);
    let mut lines = vec![format!("the latest state: {}, {entries} entries", answer.told())];
    lines.push(match (link.is_empty(), link.contains("token=latest")) {
        (true, _) => "there is no delta link".to_owned(),
        (false, true) => "the delta link still says token=latest: it is no beginning".to_owned(),
        (false, false) => "the delta link has a token of its own".to_owned(),
    });
    if !link.is_empty() {
        lines.push(format!("following it: {}", tenant.graph.follow(&link)?.told()));
    }
    Ok(lines)
}

fn versions(tenant: &Tenant) -> Result<Vec<String>> {
    let drive = tenant.drive()?;
    let path = format!("/drives/{drive}/root/delta?$top=20&$select=id,cTag,eTag,file,deleted");
    let answer = tenant.graph.get(&path)?;
    let json = answer.json();
    let entries = json
        .get("value")
        .and_then(Value::as_array)
        .context("no changes can be asked for")?;
    let (mut same, mut other, mut missing) = (0, 0, 0);
    for entry in entries.iter().filter(|entry| entry.get("file").is_some()).take(10) {
        let item = tenant
            .graph
            .get(&format!("/drives/{drive}/items/{}?$select=id,cTag", text(entry, "id")))?;
        match (text(entry, "cTag"), text(&item.json(), "cTag")) {
            (told, _) if told.is_empty() => missing += 1,
            (told, own) if told == own => same += 1,
            _ => other += 1,
        }
    }
    Ok(vec![format!(
        "cTag in changes, of {} files: {same} as the item's own, {other} others, {missing} missing",
        same + other + missing
    )])
}

fn all_sites(tenant: &Tenant) -> Result<Vec<String>> {
    let answer = tenant.graph.get("/sites/getAllSites?$select=id&$top=50")?;
    let json = answer.json();
    let entries = json.get("value").and_then(Value::as_array).map_or(0, Vec::len);
    let more = if json.get("@odata.nextLink").is_some() {
        "more follow"
    } else {
        "no more"
    };
    Ok(vec![format!(
        "all sites, asked for 50: {}, {entries} on the first page, {more}",
        answer.told()
    )])
}

fn system_libraries(tenant: &Tenant) -> Result<Vec<String>> {
    let answer = tenant.graph.get("/users?$top=5&$select=id")?;
    let json = answer.json();
    let people = json.get("value").and_then(Value::as_array).cloned().unwrap_or_default();
    let (mut all, mut hidden, mut refused) = (0, 0, 0);
    for person in &people {
        let drives = tenant
            .graph
            .get(&format!("/users/{}/drives?$select=webUrl", text(person, "id")))?;
        let json = drives.json();
        let Some(drives) = json.get("value").and_then(Value::as_array) else {
            refused += 1;
            continue;
        };
        all += drives.len();
        let ends = |drive: &&Value| HIDDEN.iter().any(|end| text(drive, "webUrl").ends_with(end));
        hidden += drives.iter().filter(ends).count();
    }
    Ok(vec![
        format!(
            "people: {}, {} of them looked at, {refused} without drives",
            answer.told(),
            people.len()
        ),
        format!("their drives: {all}, {hidden} of them hidden system libraries"),
    ])
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}
