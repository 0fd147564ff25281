//! The words of the switch "Do not update existing ClientPoints": `library keep-clientpoints`.

use clientpoint_host::{Error, Result, Session, rows::Rows, service::Propagation};
use serde_json::json;

use super::{output::Output, show::Page, terminal::Terminal};

/// How it stands. Of a long list, people see the first files at once.
///
/// # Errors
///
/// The database's, and the disk's.
pub async fn told(session: &Session<'_>, of: &Propagation, terminal: &Terminal) -> Result<Output> {
    let all = if of.keep_all { "stay as they are" } else { "are updated" };
    let mut text = Page::of(format!(
        "existing ClientPoints {all} when a file is updated; Templates always are"
    ));
    let mut rows = Rows::default();
    let mut page = of.keep_files.clone();
    let mut next = of.next.clone();
    loop {
        for file in &page {
            if terminal.is_for_programs() {
                rows.push(file)?;
            } else {
                text.line(format!("file {file}: existing ClientPoints stay as they are"));
            }
        }
        let Some(after) = next else { break };
        if !terminal.is_for_programs() {
            // That it can't be written is told at the end, with the rest of the result.
            let _ = terminal.show(&std::mem::take(&mut text));
        }
        let following = session.kept_after(after).await?;
        (page, next) = (following.rows, following.next);
    }
    Ok(Output::done(json!({ "propagation": of }), text).with_list("/propagation/keep_files", rows))
}

/// Reads `on` or `off`.
pub fn switch(word: &str) -> Result<bool> {
    match word {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(Error::Settings(format!("`{word}` is not understood: write on or off"))),
    }
}
