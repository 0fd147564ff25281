//! One file of the library, in words.

use clientpoint_host::service::FileRow;
use serde_json::json;

use super::{
    output::Output,
    show::{Page, size},
};

/// All that is known of it.
pub fn shown(file: &FileRow) -> Output {
    let mut rows = vec![
        ["File ID".to_string(), file.id.clone()],
        ["Name".into(), file.name.clone()],
        ["Place".into(), file.place.clone()],
        ["Revision".into(), file.revision.to_string()],
        ["Size".into(), format!("{} ({} bytes)", size(file.size), file.size)],
        ["SHA-256".into(), file.sha256.clone()],
        ["Source".into(), source(file)],
    ];
    match &file.verification {
        Some(verification) => rows.push(["Bytes".into(), verification.clone()]),
        None if file.damage.is_some() => rows.push(["Bytes".into(), "damaged".into()]),
        None if file.managed => rows.push(["Bytes".into(), "as before, until the next sync".into()]),
        None => {}
    }
    let mut text = Page::default();
    for [label, value] in rows {
        text.line(format!("{label:9}  {value}"));
    }
    Output::done(json!({ "file": file }), text)
}

/// Where it comes from.
pub fn source(file: &FileRow) -> String {
    match &file.source_name {
        Some(name) => format!("follows {name}"),
        None => "by hand".into(),
    }
}
