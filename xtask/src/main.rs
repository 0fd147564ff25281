//! Everything there is to do with this workspace, by `cargo xtask`: the only place that knows tool chains.

mod azure;
mod bench;
mod browser;
mod ci;
mod circles;
mod component;
mod console;
mod contract;
mod debian;
mod demo;
mod deny;
mod dist;
mod files;
mod fuzz;
mod imports;
mod links;
mod live;
mod papers;
mod peers;
mod postgres;
mod programs;
mod rules;
mod run;
mod say;
mod sources;
mod testing;
mod toolchain;

use std::{process::ExitCode, time::Duration};

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
    /// Build the plugin as a component, into target/component/onedrive.wasm, and those that only tests need.
    Build,
    /// Build the component and run all tests.
    Test {
        /// With clients that others wrote (rclone, ...), which are installed below target/peers where that may be.
        #[arg(long)]
        peers: bool,
        /// The console in a real browser, and nothing else. Words choose stories by their names.
        #[arg(long, conflicts_with = "peers")]
        browser: bool,
        /// Takes the pictures of the console's main pages anew, into docs/, and tells no story.
        #[arg(long, requires = "browser")]
        pictures: bool,
        /// What speaks SQL, and a choice of stories, on a PostgreSQL of their own.
        #[arg(long, conflicts_with_all = ["peers", "browser"])]
        postgres: bool,
        /// The stories of a library whose bytes lie on Azure, on an emulator of it that npm brings.
        #[arg(long, conflicts_with_all = ["peers", "browser", "postgres"])]
        azure: bool,
        /// For `cargo test`: names of tests, or `--` and options for the test programs.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Build everything and walk through the whole story: host, plugin and a simulated Microsoft Graph.
    Demo,
    /// Show the console, with files in it: a simulated Microsoft, a host that is connected to it, and the link to open.
    Console,
    /// Measure: component size, load time, transfer rate against curl, the daily sync, memory.
    Bench {
        /// Only these: load, import, sync, associate. Or `peers`: curl and rclone beside the host, as a table; with names
        /// of its cases, only those.
        what: Vec<String>,
    },
    /// Kill the program in the middle of every command, fill its disk, change its key beside others: nothing may be lost.
    Ordeal {
        /// A tenth of everything, as `ci` has it.
        #[arg(long)]
        tenth: bool,
        /// For the program: `--kills N`, `--full N`, `--rotations N`, `--seed N`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Live through a year of nights by a clock that is moved, with troubles, removals, a backup and a restore.
    Year {
        /// A tenth of it, as `ci` has it.
        #[arg(long)]
        tenth: bool,
        /// For the program: `--nights N`, `--files N`, `--changed N`, `--seed N`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Let three hosts have the nights of ten thousand connections in one PostgreSQL, and trouble in the second one.
    Scale {
        /// A tenth of it, as `ci` has it.
        #[arg(long)]
        tenth: bool,
        /// For the program: `--connections N`, `--accounts N`, `--links N`, `--hosts N`, `--law`, `--trouble`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Fuzz what reads input from outside. Stops at the first find.
    Fuzz {
        /// Only these targets of `fuzz/`: sheet, graph, ...
        what: Vec<String>,
        /// A minute in all, to see that they work.
        #[arg(long, conflicts_with = "minutes")]
        smoke: bool,
        /// Minutes in all.
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1440))]
        minutes: u64,
    },
    /// Make a data folder with a bit of everything in it, and keep it below tests/folders for the programs to come.
    Folder,
    /// What only a live tenant can settle: print the steps of docs/first-live-run.md, and carry out those that read.
    Live(live::Settings),
    /// Look for files that import each other in a circle.
    Circles,
    /// Check licences, versions, sources and known weaknesses of all dependencies.
    Deny,
    /// Pack what is shipped, into target/dist: a tarball and a Debian package, with licences and lists of ingredients.
    Dist(dist::Wanted),
    /// Everything that must hold before a change goes in: format, lints, contract, tests, demo.
    Ci {
        /// What takes longer as well: peers, Azure, the whole ordeal and year, the packages, ten minutes of fuzzing.
        #[arg(long)]
        all: bool,
    },
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Build => component::build().and_then(|_| component::build_for_tests()),
        Command::Test {
            peers: true, arguments, ..
        } => peers::test(&arguments),
        Command::Test {
            browser: true,
            pictures: true,
            ..
        } => browser::take_pictures(),
        Command::Test {
            browser: true,
            arguments,
            ..
        } => browser::test(&arguments),
        Command::Test { postgres: true, .. } => postgres::test(),
        Command::Test { azure: true, .. } => azure::test(),
        Command::Test { arguments, .. } => testing::test(&arguments),
        Command::Demo => demo::run(),
        Command::Console => console::run(),
        Command::Bench { what } => bench::run(&what),
        Command::Fuzz { what, smoke, minutes } => {
            fuzz::run(&what, Duration::from_secs(60 * if smoke { 1 } else { minutes }))
        }
        Command::Ordeal { tenth: true, .. } => testing::ordeal(&testing::TENTH),
        Command::Ordeal { arguments, .. } => testing::ordeal(&arguments),
        Command::Year { tenth: true, .. } => testing::year(&testing::TENTH_OF_A_YEAR),
        Command::Year { arguments, .. } => testing::year(&arguments),
        Command::Scale { tenth: true, .. } => postgres::scale(&postgres::TENTH_OF_SCALE),
        Command::Scale { arguments, .. } if arguments.is_empty() => postgres::scale(&postgres::SCALE),
        Command::Scale { arguments, .. } => postgres::scale(&arguments),
        Command::Folder => testing::folder(),
        Command::Live(settings) if settings.simulated => live::simulated(),
        Command::Live(settings) => live::run(&settings),
        Command::Circles => circles::check(&run::root()),
        Command::Deny => deny::run(),
        Command::Dist(wanted) => dist::run(&wanted),
        Command::Ci { all } => ci::run(all),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
