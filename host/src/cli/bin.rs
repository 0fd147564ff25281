//! The words of the bin: `library remove`, `library bin`.

use clientpoint_host::{Result, Session};
use serde_json::json;

use super::{
    asking,
    output::Output,
    pages::{self, PartArguments},
    show::{Page, size},
    terminal::Terminal,
};

/// Puts a file into the bin.
pub async fn remove(session: &Session<'_>, id: &str) -> Result<Output> {
    let binned = session.remove_file(id).await?;
    let mut text = Page::of(format!(
        "file {id} (`{}`) is in the bin until {}: `clientpoint-host library restore {id}` brings it back",
        binned.name, binned.until
    ));
    if binned.source_name.is_some() {
        text.line("an import of the file that it followed brings it back as well, under the same File ID");
    }
    Ok(Output::done(json!({ "removed": binned }), text))
}

/// Removes a file for good, or tells what that means.
pub async fn remove_now(session: &Session<'_>, id: &str, yes: bool, terminal: &Terminal) -> Result<Output> {
    session.require_administrator("remove files from the library")?;
    let what = format!("file {id} is removed for good, with all of its revisions");
    if !yes && asking::agreed(terminal, &what).await? != Some(true) {
        let text = Page::of(format!(
            "file {id} would be removed for good: nobody can bring it back, and its revisions go with it; nothing was changed: \
             `clientpoint-host library remove {id} --now --yes` does it"
        ));
        return Ok(Output::done(json!({ "removed": null }), text).unless(false));
    }
    let binned = session.remove_file_now(id).await?;
    let text = format!(
        "file {id} (`{}`) is removed for good; its bytes, where no other file has them, stay in the trash for 30 days",
        binned.name
    );
    Ok(Output::done(
        json!({ "removed": binned, "for_good": true }),
        Page::of(text),
    ))
}

/// Lists what is in it.
pub async fn list(session: &Session<'_>, part: PartArguments) -> Result<Output> {
    let bin = pages::found(part, usize::MAX, async |part| session.bin_page(&part).await).await?;
    let rows: Vec<[String; 6]> = bin
        .rows
        .iter()
        .map(|file| {
            [
                file.id.clone(),
                file.name.clone(),
                size(file.size),
                file.removed_at.clone(),
                file.removed_by.clone(),
                file.until.clone(),
            ]
        })
        .collect();
    let mut text = if rows.is_empty() {
        Page::of("the bin is empty: `clientpoint-host library remove ID` puts a file into it")
    } else {
        Page::table(["FILE ID", "NAME", "SIZE", "REMOVED", "BY", "KEPT UNTIL"], &rows)
    };
    bin.tell(&mut text);
    Ok(Output::done(bin.document("bin", json!(bin.rows)), text))
}
