//! `clientpoint-host`: the reference host as a program.

#![warn(clippy::print_stdout, clippy::print_stderr)]

mod cli;

use std::process::ExitCode;

use cli::terminal::Terminal;

/// Gives memory back once it is free: a program that runs for years, and idles through most of them, would otherwise hold
/// for good what one night or one compilation of a plugin took.
#[global_allocator]
static MEMORY: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let terminal = Terminal::new();
    tell_panics(&terminal);
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
