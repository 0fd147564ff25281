//! What people would pick instead, beside the host: curl, rclone and `clientpoint-host` in turns, each as a process of
//! its own, against the same simulator and on the same disk; everything is on the disk when the watch is stopped.
//!
//! The answer is a table in Markdown, for `docs/performance.md`.

mod cases;
mod contestants;
mod measured;

use std::path::Path;

use contestants::Contestant;
use measured::Usage;

/// A line of the table: what was measured, by whom.
struct Row {
    case: String,
    rounds: Vec<(Contestant, Vec<Usage>)>,
}

/// Measures all cases, or those whose names were given, and prints the table.
pub async fn peers(component: &Path, wanted: &[String]) {
    let rclone = contestants::rclone_program();
    println!("{}\n", machine(rclone.as_deref()));
    println!("| case | who | time | to ours | CPU | peak memory | requests | syncs |");
    println!("|---|---|---|---|---|---|---|---|");
    for case in cases::CASES {
        if wanted.is_empty() || wanted.iter().any(|wanted| case.name.starts_with(wanted.as_str())) {
            print(&case.run(component, rclone.as_deref()).await);
        }
    }
}

/// One line a contestant; medians, and how its time compares with ours.
fn print(row: &Row) {
    let ours = row.rounds.iter().find(|(who, _)| *who == Contestant::Ours);
    let ours = ours.map(|(_, rounds)| measured::median(rounds, |usage| usage.time.as_secs_f64()));
    for (who, rounds) in &row.rounds {
        let median = |value: fn(&Usage) -> f64| measured::median(rounds, value);
        let time = median(|usage| usage.time.as_secs_f64());
        let ratio = ours.map_or("–".into(), |ours| format!("{:.2}", time / ours));
        let syncs = rounds.iter().find_map(|usage| usage.syncs);
        println!(
            "| {} | {} | {time:.3} s | {ratio} | {:.2} s | {:.0} MiB | {:.0} | {} |",
            row.case,
            who.name(),
            median(|usage| usage.cpu.as_secs_f64()),
            median(|usage| usage.peak as f64 / 1_048_576.0),
            median(|usage| usage.requests as f64),
            syncs.map_or("–".into(), |syncs| syncs.to_string()),
        );
    }
}

/// What the figures belong to.
fn machine(rclone: Option<&Path>) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpus = read("/proc/cpuinfo");
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name"));
    let kernel = read("/proc/sys/kernel/osrelease");
    format!(
        "{cores} cores ({}), Linux {}; {}; {}; clientpoint-host {} (release)",
        model.map_or("unknown", |model| model.trim_start_matches(['\t', ' ', ':'])),
        kernel.trim(),
        measured::first_line("curl", &["--version"])
            .split(" (")
            .next()
            .unwrap_or_default(),
        rclone.map_or("no rclone".into(), |program| measured::first_line(
            program,
            &["version"]
        )),
        env!("CARGO_PKG_VERSION"),
    )
}
