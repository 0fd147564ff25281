//! Transfers, for people who watch: a bar a file on a terminal, a plain line now and then elsewhere.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use clientpoint_engine::{capability::progress::Progress, text::one_line};
use indicatif::{ProgressBar, ProgressStyle};

use super::{
    show,
    terminal::{Screen, Terminal},
};

/// A wait that nobody needs to hear of.
const BRIEF: Duration = Duration::from_secs(2);

/// Waits that end within this time of each other are one.
const SAME: Duration = Duration::from_secs(1);

/// Shows transfers on standard error.
pub struct Bars {
    terminal: Terminal,
    /// Until when is waited, as was told.
    told: Mutex<Option<Instant>>,
    manner: Manner,
}

enum Manner {
    /// A bar a file, by item.
    Live(Mutex<BTreeMap<String, ProgressBar>>),
    /// A line at each quarter of a file. The number is the last quarter that was told.
    Lines(Mutex<BTreeMap<String, u64>>),
    /// Nothing.
    Quiet,
}

impl Bars {
    /// Bars on a terminal; lines elsewhere, unless a program reads along.
    pub fn new(terminal: &Terminal, json: bool) -> Self {
        let manner = match (terminal.is_terminal(), json) {
            (true, _) => Manner::Live(Mutex::default()),
            (false, true) => Manner::Quiet,
            (false, false) => Manner::Lines(Mutex::default()),
        };
        Self {
            terminal: terminal.clone(),
            told: Mutex::default(),
            manner,
        }
    }
}

/// A bar more, under the others.
fn bar(screen: &mut Screen, name: &str, total: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::new(total.unwrap_or(0))
        .with_style(style())
        .with_message(one_line(name).into_owned());
    screen.moving += 1;
    screen.bars.add(bar)
}

impl Progress for Bars {
    fn report(&self, item: &str, name: &str, done: u64, total: Option<u64>) {
        match &self.manner {
            Manner::Live(each) => {
                let mut each = each.lock().unwrap_or_else(PoisonError::into_inner);
                let mut screen = self.terminal.screen();
                let bar = each
                    .entry(item.to_string())
                    .or_insert_with(|| bar(&mut screen, name, total));
                if let Some(total) = total {
                    bar.set_length(total);
                }
                bar.set_position(done);
                if total == Some(done) && !bar.is_finished() {
                    screen.moving = screen.moving.saturating_sub(1);
                    bar.finish();
                }
            }
            Manner::Lines(told) => {
                let Some(total) = total.filter(|total| 0 < *total) else {
                    return;
                };
                let quarter = done.saturating_mul(4) / total;
                let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                if told.insert(item.to_string(), quarter) != Some(quarter) {
                    let (done, total) = (show::size(done), show::size(total));
                    self.terminal.say(format!("{name}: {done} of {total}"));
                }
            }
            Manner::Quiet => {}
        }
    }

    fn waiting(&self, why: &str, time: Duration) {
        let until = Instant::now() + time;
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        // Several that wait for the same thing are told of once.
        let is_new = told.is_none_or(|told| told + SAME < until);
        if BRIEF <= time && is_new {
            *told = Some(until);
            let seconds = time.as_secs_f64().ceil();
            self.terminal.say(format!("waiting {seconds} seconds: {why}"));
        }
    }

    fn queued(&self, why: &str) {
        self.terminal.say(why);
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template(
        "{msg:32!} {bar:24} {binary_bytes:>10} of {binary_total_bytes:10} {binary_bytes_per_sec:12} {eta:>4} left",
    )
    .unwrap_or_else(|_| ProgressStyle::default_bar())
}
