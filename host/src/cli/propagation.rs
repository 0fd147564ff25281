//! The words of the switch "Do not update existing ClientPoints": `library keep-clientpoints`.

use clientpoint_host::{Error, Result, service::Propagation};
use serde_json::json;

use super::{output::Output, show::Page};

/// How it stands.
pub fn told(of: &Propagation) -> Output {
    let all = if of.keep_all { "stay as they are" } else { "are updated" };
    let mut text = Page::of(format!(
        "existing ClientPoints {all} when a file is updated; Templates always are"
    ));
    for file in &of.keep_files {
        text.line(format!("file {file}: existing ClientPoints stay as they are"));
    }
    Output::done(json!({ "propagation": of }), text)
}

/// Reads `on` or `off`.
pub fn switch(word: &str) -> Result<bool> {
    match word {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(Error::Settings(format!("`{word}` is not understood: write on or off"))),
    }
}
