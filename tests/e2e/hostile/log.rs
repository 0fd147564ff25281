//! What plugins, and the host itself, write into the log while a test looks.

use std::{
    fmt::{Debug, Write},
    sync::{Arc, Mutex},
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::DefaultGuard,
};

/// What came, and of what plugins wrote, the numbers. Clones see the same.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    lines: usize,
    longest: usize,
    broken: bool,
    text: String,
}

impl Log {
    /// A log of this thread, for as long as the guard is there.
    pub fn kept() -> (Self, DefaultGuard) {
        let log = Self::default();
        let guard = tracing::subscriber::set_default(log.clone());
        (log, guard)
    }

    pub fn lines(&self) -> usize {
        self.0.lock().unwrap().lines
    }

    pub fn longest(&self) -> usize {
        self.0.lock().unwrap().longest
    }

    /// All lines, those of the host itself included, one after the other.
    pub fn text(&self) -> String {
        self.0.lock().unwrap().text.clone()
    }

    pub fn broken(&self) -> bool {
        self.0.lock().unwrap().broken
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let (of, _) = metadata.target().split_once("::").unwrap_or((metadata.target(), ""));
        matches!(of, "plugin" | "clientpoint_host")
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        let mut seen = self.0.lock().unwrap();
        seen.text.push_str(&line.0);
        seen.text.push('\n');
        if event.metadata().target() != "plugin" {
            return;
        }
        seen.lines += 1;
        seen.longest = seen.longest.max(line.0.len());
        seen.broken |= line.0.chars().any(char::is_control);
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, _field: &Field, value: &dyn Debug) {
        write!(self.0, "{value:?}").unwrap();
    }
}
