//! `logging`: the plugin's lines in the host's log.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use wasmtime::component::{HasData, Linker};

use crate::{
    contract::clientpoint::content_source::logging::{self, Host, Level},
    text,
};

/// The longest line, in bytes; what is longer is cut.
const LINE_AT_MOST: usize = 4 << 10;

/// How many lines one instance may write, or all instances of a run of the sync together. What comes after is dropped.
const LINES_AT_MOST: u64 = 10_000;

/// The log of one instance.
#[derive(Debug, Default)]
pub struct LoggingCtx {
    /// Those that were written.
    pub lines: Lines,
    silent: bool,
}

/// Counts lines. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Lines(Arc<AtomicU64>);

impl LoggingCtx {
    /// Drops every line from now on.
    pub(crate) fn silence(&mut self) {
        self.silent = true;
    }
}

/// Lends the context.
pub trait LoggingProvider {
    /// The context of this instance.
    fn logging(&mut self) -> &mut LoggingCtx;
}

/// Marks the view for the linker.
pub struct HasLogging;

impl HasData for HasLogging {
    type Data<'a> = &'a mut LoggingCtx;
}

/// Gives the plugin this interface.
///
/// # Errors
///
/// If the linker has it already.
pub fn add_to_linker<T: LoggingProvider + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    logging::add_to_linker::<T, HasLogging>(linker, T::logging)
}

impl Host for LoggingCtx {
    fn log(&mut self, level: Level, message: String) -> wasmtime::Result<()> {
        if self.silent {
            return Ok(());
        }
        let before = self.lines.0.fetch_add(1, Ordering::Relaxed);
        if LINES_AT_MOST <= before {
            if before == LINES_AT_MOST {
                tracing::warn!(target: "plugin", "the plugin writes too much: what follows is dropped");
            }
            return Ok(());
        }
        let message = one_line(&message);
        match level {
            Level::Debug => tracing::debug!(target: "plugin", "{message}"),
            Level::Info => tracing::info!(target: "plugin", "{message}"),
            Level::Warn => tracing::warn!(target: "plugin", "{message}"),
            Level::Error => tracing::error!(target: "plugin", "{message}"),
        }
        Ok(())
    }
}

/// Cuts what is too long and writes down what could not be seen, so that a file name can't forge a log entry.
fn one_line(message: &str) -> String {
    let (start, rest) = cut(message);
    let line = text::one_line(start);
    // What is written down takes more room.
    match cut(&line) {
        (line, "") if rest.is_empty() => line.to_string(),
        (line, _) => format!("{line}…"),
    }
}

fn cut(text: &str) -> (&str, &str) {
    let end = text.floor_char_boundary(LINE_AT_MOST);
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_line_break_stays_one_line_of_the_log() {
        assert_eq!(one_line("a\nERROR forged\u{1b}[0m"), "a\\nERROR forged\\u{1b}[0m");
        assert_eq!(one_line("a\u{2028}b\u{202e}c"), "a\\u{2028}b\\u{202e}c");
    }

    #[test]
    fn a_long_line_is_cut() {
        assert!(one_line(&"x".repeat(1 << 20)).len() < LINE_AT_MOST + 8);
        assert!(one_line(&"\u{1b}".repeat(4_000)).len() < LINE_AT_MOST + 8);
    }
}
