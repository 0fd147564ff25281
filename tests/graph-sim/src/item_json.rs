//! What Graph says of a drive and of an item.

use serde_json::{Map, Value, json};

use crate::{
    clock,
    drive::{Drive, Item, ItemKind, Owner, segments},
    fault::FaultKind,
    text::encoded,
};

/// The hash of [`FaultKind::WrongHash`].
const WRONG_HASH: &str = "V3JvbmcgaGFzaCwgb24gcHVycG8=";

pub(crate) fn drive_json(drive: &Drive) -> Value {
    let used = drive.root().map_or(0, |root| root.size);
    let total = 1_099_511_627_776_u64;
    json!({
        "id": drive.id,
        "name": drive.name,
        "description": "",
        "driveType": drive.drive_type(),
        "webUrl": drive.web_url,
        "createdDateTime": clock::in_json(drive.created),
        "lastModifiedDateTime": clock::in_json(drive.root().map_or(drive.created, |root| root.modified)),
        "owner": owner_json(&drive.owner),
        "quota": {
            "deleted": 0,
            "remaining": total.saturating_sub(used),
            "state": "normal",
            "total": total,
            "used": used,
        },
    })
}

/// A driveItem with the fields that are wanted. `faults` are those in the metadata; `download_url` is asked for the
/// address of the content, where the item is a file and the address is wanted.
pub(crate) fn item_json(
    drive: &Drive,
    item: &Item,
    faults: &[FaultKind],
    wanted: impl Fn(&str) -> bool,
    download_url: impl Fn() -> String,
) -> Value {
    let mut json = Map::new();
    // A page has up to 999 items, so nothing is worked out that nobody wants.
    let mut set = |name: &str, value: &dyn Fn() -> Value| {
        if wanted(name) {
            json.insert(name.to_owned(), value());
        }
    };

    set("id", &|| item.id.as_str().into());
    set("name", &|| item.name.as_str().into());
    set("eTag", &|| item.etag().into());
    set("createdDateTime", &|| clock::in_json(item.created).into());
    set("lastModifiedDateTime", &|| clock::in_json(item.modified).into());
    set("webUrl", &|| web_url(drive, item).into());
    set("size", &|| size(item, faults).into());
    set("parentReference", &|| parent_json(drive, item));
    set("sharepointIds", &|| json!({ "listItemUniqueId": item.guid }));
    set("createdBy", &|| owner_json(&drive.owner));
    set("lastModifiedBy", &|| owner_json(&drive.owner));
    set("fileSystemInfo", &|| {
        json!({
            "createdDateTime": clock::in_json(item.created),
            "lastModifiedDateTime": clock::in_json(item.modified),
        })
    });

    match &item.kind {
        ItemKind::Folder(children) => {
            set("folder", &|| json!({ "childCount": children.len() }));
            if item.parent.is_none() {
                set("root", &|| json!({}));
            }
        }
        ItemKind::File { hash, .. } => {
            set("cTag", &|| item.ctag().into());
            set(
                "file",
                &|| json!({ "mimeType": mime_type(&item.name), "hashes": hashes(hash, faults) }),
            );
            set("@microsoft.graph.downloadUrl", &|| download_url().into());
            if item.infected || faults.contains(&FaultKind::Malware) {
                set("malware", &|| json!({ "description": "Trojan:DOS/Simulated" }));
            }
        }
        ItemKind::Package => {
            set("cTag", &|| item.ctag().into());
            set("package", &|| json!({ "type": "oneNote" }));
        }
        ItemKind::Shortcut { drive, item: target } => {
            set(
                "remoteItem",
                &|| json!({ "id": target, "name": item.name, "folder": {}, "parentReference": { "driveId": drive } }),
            );
        }
    }
    Value::Object(json)
}

/// The hash of what is not there: forty letters of nothing.
const NO_HASH: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// What delta says of an item that was deleted, as it was measured: next to nothing, and no name.
pub(crate) fn deleted_json(drive: &Drive, item: &Item) -> Value {
    let facet = match item.kind {
        ItemKind::Folder(_) => "folder",
        ItemKind::File { .. } => "file",
        ItemKind::Package => "package",
        ItemKind::Shortcut { .. } => "remoteItem",
    };
    let facet_json = match item.kind {
        ItemKind::File { .. } => json!({ "hashes": { "quickXorHash": NO_HASH } }),
        _ => json!({}),
    };
    json!({
        "id": item.id,
        "cTag": format!("\"c:{{{}}},-1\"", item.guid.to_uppercase()),
        "deleted": { "state": "deleted" },
        facet: facet_json,
        "size": 0,
        "lastModifiedDateTime": "0001-01-01T00:00:00Z",
        "parentReference": { "driveId": drive.id, "driveType": drive.drive_type(), "id": item.parent },
    })
}

/// The media type that the name's extension stands for.
pub(crate) fn mime_type(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
    match extension.as_deref().unwrap_or_default() {
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xls" => "application/vnd.ms-excel",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsm" => "application/vnd.ms-excel.sheet.macroEnabled.12",
        "ppt" => "application/vnd.ms-powerpoint",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "bmp" => "image/bmp",
        "tif" | "tiff" => "image/tiff",
        "mp4" | "m4v" | "mpeg4" => "video/mp4",
        "mov" | "qt" => "video/quicktime",
        "avi" => "video/x-msvideo",
        "wmv" => "video/x-ms-wmv",
        "mpg" | "mpeg" | "mpeg2" | "mpg2" => "video/mpeg",
        "txt" => "text/plain",
        "csv" => "text/csv",
        "htm" | "html" => "text/html",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}

fn owner_json(owner: &Owner) -> Value {
    match owner {
        Owner::User { id, name, mail } | Owner::Consumer { id, name, mail } => {
            json!({ "user": { "id": id, "displayName": name, "email": mail } })
        }
        Owner::Site { id, name } => json!({ "group": { "id": id, "displayName": name } }),
    }
}

/// Every item says which drive it is in, the root too: some clients go by it.
fn parent_json(drive: &Drive, item: &Item) -> Value {
    let mut json = json!({ "driveId": drive.id, "driveType": drive.drive_type() });
    if let (Some(parent), Some(fields)) = (
        item.parent.as_deref().and_then(|parent| drive.get(parent)),
        json.as_object_mut(),
    ) {
        let path = drive.path(parent);
        fields.insert("id".to_owned(), parent.id.as_str().into());
        fields.insert("name".to_owned(), parent.name.as_str().into());
        fields.insert(
            "path".to_owned(),
            format!("/drives/{}/root:{}", drive.id, path.trim_end_matches('/')).into(),
        );
    }
    json
}

fn size(item: &Item, faults: &[FaultKind]) -> u64 {
    let lie = faults.iter().find_map(|fault| match fault {
        FaultKind::LyingSize(by) if !item.is_folder() => Some(*by),
        _ => None,
    });
    item.size.saturating_add_signed(lie.unwrap_or(0))
}

fn hashes(hash: &str, faults: &[FaultKind]) -> Value {
    if faults.contains(&FaultKind::NoHash) {
        return json!({});
    }
    let wrong = faults.contains(&FaultKind::WrongHash);
    json!({ "quickXorHash": if wrong { WRONG_HASH } else { hash } })
}

fn web_url(drive: &Drive, item: &Item) -> String {
    let path = drive.path(item);
    let segments: String = segments(&path).map(|name| format!("/{}", encoded(name))).collect();
    format!("{}{segments}", drive.web_url)
}
