//! One file of the library, in words.

use clientpoint_host::service::{FileRow, FileState, LibraryRow};
use serde_json::json;

use super::{
    output::Output,
    show::{Page, moment, size},
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

/// The same, with how it stands.
pub fn shown_whole(row: &LibraryRow) -> Output {
    let mut output = shown(&row.file);
    let as_of = row.last_sync.as_deref().map(moment);
    let as_of = as_of.map(|at| format!(", as of {at}")).unwrap_or_default();
    output.text.line(format!("State      {}{as_of}", state(row)));
    output
        .text
        .line(format!("Shown in   {} ClientPoints and Templates", row.shown_in));
    output.text.line(format!("Changed    {}", moment(&row.changed_at)));
    output.json = json!({ "file": row });
    output
}

/// How it stands, in the word that `library list --state` takes; the reason beside it, where the contract has one.
pub fn state(row: &LibraryRow) -> String {
    match (row.state, &row.link_state) {
        (FileState::NotFollowing, Some(why)) => format!("{} ({why})", row.state),
        (state, _) => state.to_string(),
    }
}
