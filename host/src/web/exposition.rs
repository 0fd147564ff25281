//! Numbers in Prometheus' text format, version 0.0.4, by its conventions: base units, `_total` for what only grows, and a
//! label only for what has few values.
//!
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>

use std::fmt::Write;

use clientpoint_engine::traffic::{ENDS, LATENCY_BOUNDS, Passed, To};

use crate::{
    meters::{Durations, RUN_BOUNDS},
    service::api::Measured,
};

/// What it is called where it is sent.
pub(super) const TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A text of metrics, family by family.
#[derive(Default)]
struct Text(String);

impl Text {
    /// Begins a family: the samples that follow are its own.
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Nothing fails that is written to a text.
        let _ = writeln!(
            self.0,
            "# HELP clientpoint_{name} {help}\n# TYPE clientpoint_{name} {kind}"
        );
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let _ = write!(self.0, "clientpoint_{name}");
        for (place, (label, value)) in labels.iter().enumerate() {
            let mark = if place == 0 { '{' } else { ',' };
            let _ = write!(self.0, "{mark}{label}=\"{}\"", escaped(value));
        }
        let end = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.0, "{end} {value}");
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.family(name, "gauge", help);
        self.sample(name, &[], value);
    }

    fn counter(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.family(name, "counter", help);
        self.sample(name, &[], value);
    }

    /// One histogram of a family: how many are in each class, from the bounds of these in seconds, and the sum.
    fn histogram(
        &mut self,
        name: &str,
        label: (&str, &str),
        classes: impl Iterator<Item = (f64, u64)>,
        rest: u64,
        sum: f64,
    ) {
        let mut count = 0;
        for (bound, more) in classes {
            count += more;
            self.sample(&format!("{name}_bucket"), &[label, ("le", &bound.to_string())], count);
        }
        count += rest;
        self.sample(&format!("{name}_bucket"), &[label, ("le", "+Inf")], count);
        self.sample(&format!("{name}_sum"), &[label], sum);
        self.sample(&format!("{name}_count"), &[label], count);
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// All numbers of a host.
pub(super) fn text(of: &Measured) -> String {
    let mut text = Text::default();
    text.family("build_info", "gauge", "Which program this is; always 1.");
    text.sample("build_info", &[("version", of.version)], 1);
    runs(&mut text, of);
    requests(&mut text, of);
    plugin(&mut text, of);
    connections(&mut text, of);
    folder(&mut text, of);
    text.0
}

fn runs(text: &mut Text, of: &Measured) {
    text.family(
        "runs_total",
        "counter",
        "Runs of the sync that this process has brought to an end.",
    );
    for ((kind, end), count) in &of.runs.ended {
        text.sample("runs_total", &[("kind", kind), ("end", end)], count);
    }
    text.family("run_duration_seconds", "histogram", "How long runs of the sync took.");
    for (kind, Durations { counts, sum }) in &of.runs.took {
        let bounds = RUN_BOUNDS.iter().map(|bound| *bound as f64);
        let classes = bounds.zip(counts.iter().copied());
        let rest = counts.last().copied().unwrap_or_default();
        text.histogram("run_duration_seconds", ("kind", kind), classes, rest, sum.as_secs_f64());
    }
    text.family(
        "file_outcomes_total",
        "counter",
        "What became of managed files in these runs.",
    );
    for (outcome, count) in &of.runs.outcomes {
        text.sample("file_outcomes_total", &[("outcome", outcome)], count);
    }
    text.gauge(
        "connections_due",
        "Connections that are due and wait for a place.",
        of.due,
    );
    text.gauge(
        "connections_at_work",
        "Connections that are at work, or wait for their source.",
        of.at_work,
    );
}

fn to(passed: &Passed) -> (&'static str, &'static str) {
    (
        "to",
        match passed.to {
            To::Api => "api",
            To::Content => "content",
        },
    )
}

fn requests(text: &mut Text, of: &Measured) {
    let name = "source_requests_total";
    text.family(
        name,
        "counter",
        "Requests to the source, by how they ended; throttled ones are in no class of answers.",
    );
    for passed in &of.passed {
        for (end, count) in ENDS.iter().zip(passed.ends) {
            text.sample(name, &[to(passed), ("end", end)], count);
        }
    }
    let name = "source_received_bytes_total";
    text.family(name, "counter", "Bytes of answers of the source, without headers.");
    for passed in &of.passed {
        text.sample(name, &[to(passed)], passed.bytes);
    }
    let name = "source_response_seconds";
    text.family(name, "histogram", "How long the source took until an answer began.");
    for passed in &of.passed {
        let bounds = LATENCY_BOUNDS.iter().map(|bound| *bound as f64 / 1_000.0);
        let classes = bounds.zip(passed.latencies);
        let rest = passed.latencies.last().copied().unwrap_or_default();
        text.histogram(name, to(passed), classes, rest, passed.waited.as_secs_f64());
    }
    let help = "Requests of the plugin that were refused because it may not send them.";
    text.counter("source_requests_refused_total", help, of.refused);
}

fn plugin(text: &mut Text, of: &Measured) {
    text.gauge(
        "plugin_instances",
        "Instances of the plugin that there are now.",
        of.instances,
    );
    text.counter(
        "plugin_instances_made_total",
        "Instances of the plugin that were made.",
        of.instances_made,
    );
    text.family(
        "plugin_calls_total",
        "counter",
        "Calls of the plugin, by their name in the contract.",
    );
    for (call, count) in &of.calls {
        text.sample("plugin_calls_total", &[("call", call)], count);
    }
    text.gauge("plugin_memory_bytes", "Linear memory of these instances.", of.memory);
    let help = "The most linear memory that an instance has used.";
    text.gauge("plugin_memory_peak_bytes", help, of.memory_peak);
}

fn connections(text: &mut Text, of: &Measured) {
    let numbers: Vec<String> = of.connections.iter().map(|one| one.number.to_string()).collect();
    let all = || of.connections.iter().zip(&numbers);
    let name = "connection_accepted";
    text.family(name, "gauge", "Whether the sign-in service accepts a connection.");
    for (one, number) in all() {
        text.sample(name, &[("connection", number)], u8::from(one.is_accepted));
    }
    let name = "last_good_run_timestamp_seconds";
    text.family(
        name,
        "gauge",
        "When the last run of a connection ended that has a line for every file.",
    );
    for (one, number) in all() {
        if let Some(at) = one.last_good {
            text.sample(name, &[("connection", number)], at.timestamp());
        }
    }
    let name = "credential_expiry_timestamp_seconds";
    text.family(
        name,
        "gauge",
        "When the client secret or the certificate of a connection ends.",
    );
    for (one, number) in all() {
        if let Some(at) = one.expires {
            text.sample(name, &[("connection", number)], at.timestamp());
        }
    }
    let name = "troubles";
    text.family(name, "gauge", "What is not as it should be, by its kind.");
    for ((kind, needs_a_person), count) in &of.troubles {
        let needs = needs_a_person.to_string();
        text.sample(name, &[("kind", kind), ("needs_a_person", &needs)], count);
    }
}

fn folder(text: &mut Text, of: &Measured) {
    text.gauge(
        "damaged_revisions",
        "Revisions of files whose bytes are damaged.",
        of.damaged,
    );
    if let (Some(free), Some(size)) = (of.disk_free, of.disk_size) {
        text.gauge("disk_free_bytes", "What the disk under the data folder has left.", free);
        text.gauge("disk_size_bytes", "The size of the disk under the data folder.", size);
    }
    text.gauge(
        "database_size_bytes",
        "The size of the database: with its log that of a folder, with all accounts that of a server.",
        of.database,
    );
}
