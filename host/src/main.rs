//! `clientpoint-host`: the reference host as a program.

#![warn(clippy::print_stdout, clippy::print_stderr)]

mod cli;

use std::process::ExitCode;

use cli::terminal::Terminal;
use tracing::{Level, Metadata};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, filter_fn},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// Libraries that write whole addresses into the log. Some addresses are credentials, so of these only the plain messages
/// are shown, whatever the variable asks for.
const TALKATIVE: [&str; 5] = ["h2", "hyper", "reqwest", "tower", "wasmtime"];

#[tokio::main]
async fn main() -> ExitCode {
    let terminal = Terminal::new();
    tell_panics(&terminal);
    let filter = EnvFilter::try_from_env("CLIENTPOINT_LOG").unwrap_or_else(|_| EnvFilter::new("error"));
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(terminal.clone());
    tracing_subscriber::registry()
        .with(lines.with_filter(filter.and(filter_fn(is_plain))))
        .init();
    let status = match cli::arguments(&terminal).await {
        Ok(arguments) => cli::main(arguments, &terminal).await,
        Err(status) => status,
    };
    terminal.flush();
    status
}

/// What must not happen goes the way of all other words when it does.
fn tell_panics(terminal: &Terminal) {
    let terminal = terminal.clone();
    std::panic::set_hook(Box::new(move |panic| {
        terminal.error(format_args!(
            "this program has a fault, which is worth a report: {panic}"
        ));
        terminal.flush();
    }));
}

fn is_plain(metadata: &Metadata<'_>) -> bool {
    let talkative = TALKATIVE.iter().any(|name| metadata.target().starts_with(name));
    !talkative || *metadata.level() <= Level::INFO
}
