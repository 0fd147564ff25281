//! The words of revisions, names and places: `library revisions`, `library rename`, `library workspaces`, `library move`.

use clientpoint_host::{Result, Session, place::Place, service::RevisionRow};
use serde_json::json;

use super::{
    output::Output,
    pages::{self, PartArguments},
    show::{Page, size},
};

/// How many revisions are listed where nobody says how many.
const SHOWN: usize = 100;

/// Lists which content a file has had.
pub async fn list(session: &Session<'_>, id: &str, part: PartArguments) -> Result<Output> {
    let found = pages::found(part, SHOWN, async |part| session.revisions_page(id, &part).await).await?;
    let rows: Vec<[String; 5]> = found
        .rows
        .iter()
        .map(|row| {
            let present = if row.is_present { ", shown now" } else { "" };
            [
                row.revision.to_string(),
                row.made_at.clone(),
                size(row.size),
                format!("{}{present}", came(row)),
                row.why.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let mut text = Page::table(["REVISION", "CAME", "SIZE", "WITH", "WHY"], &rows);
    found.tell(&mut text);
    Ok(Output::done(found.document("revisions", json!(found.rows)), text))
}

/// What brought it.
fn came(row: &RevisionRow) -> String {
    match (row.put_back, &row.put_back_by, row.run) {
        (Some(earlier), Some(by), _) => format!("revision {earlier}, put back by {by}"),
        (_, _, Some(run)) => format!("run {run}"),
        _ if row.revision == 1 => "being added".into(),
        _ => "a person".into(),
    }
}

/// Gives a file another name.
pub async fn renamed(session: &Session<'_>, id: &str, name: &str) -> Result<Output> {
    session.require_administrator("rename files of the library")?;
    let before = session.file(id).await?.name;
    let now = session.rename_file(id, name).await?;
    let text = format!("renamed from {before} to {}", now.name);
    Ok(Output::done(json!({ "file": now, "before": before }), Page::of(text)))
}

/// Lists where files can be moved to.
pub async fn places(session: &Session<'_>) -> Result<Output> {
    let known = session.known_places().await?;
    let mut text = Page::default();
    for place in &known {
        text.line(place);
    }
    if known.is_empty() {
        text.line("all files stand in Company Wide");
        text.line("`library move FILE-ID Workspace/NAME` begins a Workspace");
    }
    Ok(Output::done(json!({ "places": known }), text))
}

/// Moves files.
pub async fn moved(session: &Session<'_>, ids: &[String], place: &Place) -> Result<Output> {
    // Only for what is said of it: whoever may not, or names what there is not, is told by the move itself.
    let known = session.known_places().await.unwrap_or_default();
    let before = match ids {
        [id] => session.file(id).await.ok().map(|file| file.place),
        _ => None,
    };
    let files = session.move_files(ids, place).await?;
    let to = place.to_string();
    let is_known = to.starts_with("Company Wide")
        || known
            .iter()
            .any(|known| to == *known || to.strip_prefix(known).is_some_and(|below| below.starts_with('/')));
    let new = if is_known { "" } else { ", which is new" };
    if let (Some(before), [one]) = (before, files.as_slice()) {
        let text = format!("moved {} from {before} to {to}{new}", one.name);
        return Ok(Output::done(json!({ "file": one, "before": before }), Page::of(text)));
    }
    let text = format!("moved {} files to {to}{new}", files.len());
    Ok(Output::done(json!({ "files": files, "place": place }), Page::of(text)))
}
