//! The words of the disk: `library verify`, and what `status` and `library show` say of damage.

use clientpoint_host::{
    Result, Session,
    service::{Disk, FileRow, Verification, api::DamagedRevision},
};
use serde_json::json;

use super::{
    hints,
    output::{Output, document},
    show::{Page, size},
};

/// Looks at the bytes of these files, or of all.
pub async fn verify(session: &Session<'_>, files: &[String]) -> Result<Output> {
    let done = session.verify(files).await?;
    Ok(Output::done(document(&done)?, told(&done)).unless(done.is_clean()))
}

fn told(done: &Verification) -> Page {
    let mut text = damaged(&done.revisions);
    let more = done.damaged.saturating_sub(done.revisions.len() as u64);
    if 0 < more {
        text.line(format!("… and {more} more"));
    }
    for problem in &done.database {
        text.line(format!("the database is damaged: {problem}"));
    }
    if !done.database.is_empty() {
        text.line("put the database back from a backup before anything is written to it");
    }
    for wrong in &done.mended {
        text.line(wrong);
    }
    let verdict = match done.damaged {
        0 => "every byte is as it was stored".into(),
        1 => "1 revision is damaged".into(),
        count => format!("{count} revisions are damaged"),
    };
    text.line(format!(
        "looked at {} objects, {}: {verdict}",
        done.objects,
        size(done.bytes)
    ));
    text
}

/// What is damaged, and what is to be done about each.
fn damaged(revisions: &[DamagedRevision]) -> Page {
    if revisions.is_empty() {
        return Page::default();
    }
    let row = |of: &DamagedRevision| {
        let (damage, revision) = (of.damage.message.clone(), of.revision.to_string());
        [of.file.clone(), of.name.clone(), revision, damage, way_out(of)]
    };
    let rows: Vec<[String; 5]> = revisions.iter().map(row).collect();
    Page::table(["FILE ID", "NAME", "REVISION", "ITS BYTES", "WAY OUT"], &rows)
}

fn way_out(of: &DamagedRevision) -> String {
    hints::told(&of.remedied, &of.ways_out)
}

/// How the disk stands, under `status`.
pub fn disk(disk: &Disk) -> Page {
    let mut text = Page::of("disk");
    let looking = disk.looking.as_ref();
    let looked = looking.and_then(|looking| looking.looked_at.as_deref());
    text.line(format!(
        "  last look   {}",
        looked.unwrap_or("none yet: `serve` looks after the night's last run, `library verify` looks now")
    ));
    if let Some(since) = looking.and_then(|looking| looking.round_before.as_deref()) {
        text.line(format!("  all seen    since {since}"));
    }
    for problem in looking
        .and_then(|looking| looking.database.as_deref())
        .into_iter()
        .flat_map(str::lines)
    {
        text.line(format!("  needs you   the database is damaged: {problem}"));
    }
    let by_itself = disk.damaged.saturating_sub(disk.needs_a_person);
    if 0 < by_itself {
        text.line(format!(
            "  damaged     {by_itself} revisions, which the next sync fetches anew"
        ));
    }
    if 0 < disk.needs_a_person {
        text.line(format!("  needs you   {} damaged revisions", disk.needs_a_person));
    }
    for of in &disk.revisions {
        let way_out = way_out(of);
        let (file, name, revision, damage) = (&of.file, &of.name, of.revision, &of.damage.message);
        text.line(format!(
            "  file {file} (`{name}`), revision {revision}: {damage}; {way_out}"
        ));
    }
    if (disk.revisions.len() as u64) < disk.damaged {
        text.line("  `library verify` names them all");
    }
    text
}

/// One file, with what is damaged of it.
pub async fn show(session: &Session<'_>, id: &str, mut shown: Output) -> Result<Output> {
    let damaged = session.damage(id).await?;
    for of in &damaged {
        let (revision, damage) = (of.revision, &of.damage);
        shown.text.line(format!(
            "DAMAGED    revision {revision} since {}: {}",
            damage.since, damage.message
        ));
        shown.text.line(format!("Way out    {}", way_out(of)));
    }
    if let Some(document) = shown.json.as_object_mut() {
        document.insert("damaged".into(), json!(damaged));
    }
    Ok(shown)
}

/// The mark of a damaged file in a list.
pub fn mark(file: &FileRow) -> &'static str {
    match (&file.damage, file.damaged_revisions.is_empty()) {
        (Some(_), _) => ", DAMAGED",
        (None, false) => ", an earlier revision DAMAGED",
        (None, true) => "",
    }
}
