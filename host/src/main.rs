//! `clientpoint-host`: the reference host as a program.

mod cli;

use std::process::ExitCode;

use clap::Parser;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

/// Libraries that write whole addresses into the log. Some addresses are credentials, so of these only the plain messages
/// are shown, whatever the variable asks for.
const TALKATIVE: [&str; 5] = ["h2", "hyper", "reqwest", "tower", "wasmtime"];

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("CLIENTPOINT_LOG").unwrap_or_else(|_| EnvFilter::new("error"));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry()
        .with(lines.with_filter(filter.and(filter_fn(is_plain))))
        .init();
    cli::main(cli::args::Arguments::parse()).await
}

fn is_plain(metadata: &Metadata<'_>) -> bool {
    let talkative = TALKATIVE.iter().any(|name| metadata.target().starts_with(name));
    !talkative || *metadata.level() <= Level::INFO
}
