//! A line of the log: when, how grave, what, and within which work. What is within a span is told with each of its lines, so
//! that one can be read by itself.

use std::{fmt, sync::Arc};

use clientpoint_engine::{
    clock::{Clock, stamp},
    text,
};
use serde_json::{Map, Value};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{Layer, layer::Context, registry::LookupSpan};

use crate::cli::{log_words::Format, terminal::Terminal};

/// The longest text that a line has of one field, in bytes.
const FIELD_AT_MOST: usize = 4 << 10;

/// Writes the lines.
pub struct Lines {
    terminal: Terminal,
    clock: Arc<dyn Clock>,
    format: Format,
}

/// Fields, in the order in which they were given.
#[derive(Clone, Debug, Default)]
struct Fields(Vec<(&'static str, Value)>);

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        match self.0.iter_mut().find(|(name, _)| *name == field.name()) {
            Some((_, there)) => *there = value,
            None => self.0.push((field.name(), value)),
        }
    }

    /// Takes one out.
    fn take(&mut self, name: &str) -> Option<Value> {
        let place = self.0.iter().position(|(there, _)| *there == name)?;
        Some(self.0.remove(place).1)
    }
}

impl Visit for Fields {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let end = value.floor_char_boundary(FIELD_AT_MOST);
        let kept = value.get(..end).unwrap_or_default();
        let mark = if end < value.len() { "…" } else { "" };
        self.put(field, format!("{kept}{mark}").into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

impl Lines {
    /// To this terminal, by this clock, in this form.
    pub fn new(terminal: Terminal, clock: Arc<dyn Clock>, format: Format) -> Self {
        Self {
            terminal,
            clock,
            format,
        }
    }

    fn text(&self, level: &str, target: &str, mut fields: Fields, around: &Fields) -> String {
        let message = fields
            .take("message")
            .map(|message| plain(&message))
            .unwrap_or_default();
        let mut line = format!("{} {} ", stamp(self.clock.utc()), self.coloured(level));
        // What the plugin says is its own word.
        if target == "plugin" {
            line.push_str("plugin: ");
        }
        line.push_str(&text::one_line(&message));
        for (name, value) in fields.0.iter().chain(&around.0) {
            let told = format!(" {name}={}", text::one_line(&plain(value)));
            line.push_str(&self.dimmed(&told));
        }
        line
    }

    fn coloured(&self, level: &str) -> String {
        let padded = format!("{level:5}");
        if !self.terminal.is_coloured() {
            return padded;
        }
        let colour = match level {
            "ERROR" => 31,
            "WARN" => 33,
            "INFO" => 32,
            _ => 34,
        };
        format!("\u{1b}[{colour}m{padded}\u{1b}[0m")
    }

    fn dimmed(&self, text: &str) -> String {
        match self.terminal.is_coloured() {
            true => format!("\u{1b}[2m{text}\u{1b}[0m"),
            false => text.to_owned(),
        }
    }

    fn json(&self, level: &str, target: &str, fields: Fields, around: Fields) -> String {
        let mut document = Map::new();
        document.insert("time".into(), stamp(self.clock.utc()).into());
        document.insert("level".into(), level.to_lowercase().into());
        document.insert("target".into(), target.into());
        // What a line says by itself comes before what is around it.
        for (name, value) in around.0.into_iter().chain(fields.0) {
            document.insert(name.to_owned(), value);
        }
        text::json(&Value::Object(document).to_string())
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut extensions = span.extensions_mut();
        if let Some(fields) = extensions.get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut around = Fields::default();
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(|scope| scope.from_root())
        {
            if let Some(fields) = span.extensions().get::<Fields>() {
                around.0.extend(fields.0.clone());
            }
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        let (level, target) = (level(event.metadata().level()), event.metadata().target());
        self.terminal.log(match self.format {
            Format::Text => self.text(level, target, fields, &around),
            Format::Json => self.json(level, target, fields, around),
        });
    }
}

fn level(level: &Level) -> &'static str {
    match *level {
        Level::ERROR => "ERROR",
        Level::WARN => "WARN",
        Level::INFO => "INFO",
        Level::DEBUG => "DEBUG",
        Level::TRACE => "TRACE",
    }
}
