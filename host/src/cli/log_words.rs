//! What can be said of the log.

use clap::ValueEnum;

/// How much the log shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Verbosity {
    /// Nothing.
    Off,
    /// What has failed.
    Error,
    /// And what somebody should look at.
    Warn,
    /// And what is done: a night reads as a story.
    Info,
    /// And how.
    Debug,
}

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: a time, a level and a sentence.
    Text,
    /// For programs: an object a line.
    Json,
}
