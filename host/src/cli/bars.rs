//! Transfers, for people who watch: a bar a file on a terminal, a plain line now and then elsewhere.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

use clientpoint_host::capability::progress::Progress;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::show;

/// Shows transfers on standard error.
pub enum Bars {
    /// A bar a file.
    Live {
        /// All of them.
        all: MultiProgress,
        /// By item.
        each: Mutex<BTreeMap<String, ProgressBar>>,
    },
    /// A line at each quarter of a file. The number is the last quarter that was told.
    Lines(Mutex<BTreeMap<String, u64>>),
    /// Nothing.
    Quiet,
}

impl Bars {
    /// Bars on a terminal; lines elsewhere, unless a program reads along.
    pub fn new(json: bool) -> Self {
        if std::io::stderr().is_terminal() {
            Bars::Live {
                all: MultiProgress::new(),
                each: Mutex::default(),
            }
        } else if json {
            Bars::Quiet
        } else {
            Bars::Lines(Mutex::default())
        }
    }
}

impl Progress for Bars {
    fn report(&self, item: &str, name: &str, done: u64, total: Option<u64>) {
        match self {
            Bars::Live { all, each } => {
                let mut each = each.lock().unwrap_or_else(PoisonError::into_inner);
                let bar = each.entry(item.to_string()).or_insert_with(|| {
                    all.add(
                        ProgressBar::new(total.unwrap_or(0))
                            .with_style(style())
                            .with_message(show::plain(name)),
                    )
                });
                if let Some(total) = total {
                    bar.set_length(total);
                }
                bar.set_position(done);
                if total == Some(done) {
                    bar.finish();
                }
            }
            Bars::Lines(told) => {
                let Some(total) = total.filter(|total| 0 < *total) else {
                    return;
                };
                let quarter = done.saturating_mul(4) / total;
                let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                if told.insert(item.to_string(), quarter) != Some(quarter) {
                    eprintln!("{}: {} of {}", show::plain(name), show::size(done), show::size(total));
                }
            }
            Bars::Quiet => {}
        }
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template(
        "{msg:32!} {bar:24} {binary_bytes:>10} of {binary_total_bytes:10} {binary_bytes_per_sec}",
    )
    .unwrap_or_else(|_| ProgressStyle::default_bar())
}
