//! The log: what it shows, and in which form. It goes to standard error, a line at a time, like all that is said.

mod lines;

use std::sync::Arc;

use clap::ValueEnum;
use clientpoint_engine::clock::{Clock, SystemClock};
use lines::Lines;
use tracing::{Level, Metadata};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, filter_fn},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use super::{
    args::Arguments,
    deployment::Deployment,
    log_words::{Format, Verbosity},
    terminal::Terminal,
};

/// Libraries that write whole addresses into the log. Some addresses are credentials, so of these only the plain messages
/// are shown, whatever is asked for.
const TALKATIVE: [&str; 5] = ["h2", "hyper", "reqwest", "tower", "wasmtime"];

/// The variable that says target by target what is shown.
const VARIABLE: &str = "CLIENTPOINT_LOG";

/// Whose lines a level is about; of all others, errors alone are shown.
const OURS: [&str; 3] = ["clientpoint_engine", "clientpoint_host", "plugin"];

/// What a word of a setting means; none where there is no such word.
fn value<T: ValueEnum>(word: Option<&str>) -> Option<T> {
    T::from_str(word?, true).ok()
}

/// Begins the log, unless it has begun, as the words of the command line say, else the variable, else the settings of the deployment.
pub fn begin(arguments: &Arguments, terminal: &Terminal) {
    // What is wrong with any of it is told by whoever carries the command out.
    let layers = Deployment::read(arguments).layers;
    let verbosity = arguments.log;
    let by_variable = || EnvFilter::try_from_env(VARIABLE).ok();
    let by_settings = || value(layers.get("log.level")).map(filter);
    let filter = verbosity.map(filter).or_else(by_variable).or_else(by_settings);
    let filter = filter.unwrap_or_else(|| self::filter(Verbosity::Error));
    let format = arguments.log_format.or_else(|| value(layers.get("log.format")));
    let clock: Arc<dyn Clock> = Arc::new(match arguments.at {
        Some(moment) => SystemClock::showing(moment),
        None => SystemClock::default(),
    });
    let lines = Lines::new(terminal.clone(), clock, format.unwrap_or(Format::Text));
    let log = tracing_subscriber::registry().with(lines.with_filter(filter.and(filter_fn(is_plain))));
    let _ = log.try_init();
}

fn filter(verbosity: Verbosity) -> EnvFilter {
    let level = match verbosity {
        Verbosity::Off => return EnvFilter::new("off"),
        Verbosity::Error => "error",
        Verbosity::Warn => "warn",
        Verbosity::Info => "info",
        Verbosity::Debug => "debug",
    };
    let ours = OURS.map(|target| format!("{target}={level}"));
    // What a database says comes to whoever asked, and is told in words by them.
    EnvFilter::new(format!("error,sqlx_core=off,{}", ours.join(",")))
}

fn is_plain(metadata: &Metadata<'_>) -> bool {
    let talkative = TALKATIVE.iter().any(|name| metadata.target().starts_with(name));
    !talkative || *metadata.level() <= Level::INFO
}
