//! Everything there is to do with this workspace, by `cargo xtask`: the only place that knows tool chains.

mod ci;
mod component;
mod contract;
mod debian;
mod demo;
mod run;
mod say;
mod sources;
mod toolchain;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, tests and shows the project, on any machine that has Rust.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the plugin as a component, into target/component/onedrive.wasm.
    Build,
    /// Build the component and run all tests.
    Test {
        /// For `cargo test`: names of tests, or `--` and options for the test programs.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Build everything and walk through the whole story: host, plugin and a simulated Microsoft Graph.
    Demo,
    /// Measure: component size, load time, transfer rate against curl, the daily sync, memory.
    Bench {
        /// Only these: load, import, sync.
        what: Vec<String>,
    },
    /// Everything that must hold before a change goes in: format, lints, contract, tests, demo.
    Ci,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Build => component::build().map(drop),
        Command::Test { arguments } => ci::test(&arguments),
        Command::Demo => demo::run(),
        Command::Bench { what } => ci::bench(&what),
        Command::Ci => ci::run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
