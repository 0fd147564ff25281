//! Questions before what can't be taken back, to people at a terminal. Where there is none, a program has typed the command:
//! it can't answer, and nobody waits for it.

use std::io::{BufRead, IsTerminal, Read, stdin};

use clientpoint_host::{Error, Result};
use serde_json::json;

use super::{output::Output, show::Page, terminal::Terminal};

/// The longest answer, in bytes.
const ANSWER_AT_MOST: u64 = 1_000;

/// Whether the person at the terminal agrees to this; none where there is nobody to be asked.
///
/// # Errors
///
/// `Error::Settings` if the answer can't be read.
pub async fn agreed(terminal: &Terminal, to: &str) -> Result<Option<bool>> {
    if !terminal.is_terminal() || !stdin().is_terminal() {
        return Ok(None);
    }
    terminal.say(format!("{to}; this can't be taken back. Go on? [y/N]"));
    terminal.flush();
    let read = || {
        let mut answer = String::new();
        let mut line = stdin().lock().take(ANSWER_AT_MOST);
        line.read_line(&mut answer).map(|_| answer)
    };
    let answer = tokio::task::spawn_blocking(read).await.map_err(std::io::Error::other);
    let answer = answer.flatten();
    let answer =
        answer.map_err(|error| Error::Settings(format!("the answer can't be read: {error}; `--yes` does it")))?;
    Ok(Some(is_yes(&answer)))
}

/// What a command has to say whose person does not agree; none where it goes on: because they do, because `--yes` was typed,
/// or because there is nobody to be asked.
///
/// # Errors
///
/// As [`agreed`].
pub async fn stopped(terminal: &Terminal, to: &str, yes: bool) -> Result<Option<Output>> {
    let goes_on = yes || agreed(terminal, to).await? != Some(false);
    Ok((!goes_on).then(|| Output::done(json!({ "done": false }), Page::of("nothing was changed")).unless(false)))
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_one() {
        assert!(["y\n", "YES", " yes "].into_iter().all(is_yes));
        assert!(!["", "\n", "no", "yesterday", "j"].into_iter().any(is_yes));
    }
}
