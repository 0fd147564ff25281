//! A program that is watched while it runs: time, CPU, memory, and how often it had the disk written.

use std::{
    ffi::OsStr,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use wait4::Wait4;

/// What a program needed.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// From its start to its end.
    pub time: Duration,
    /// User and system.
    pub cpu: Duration,
    /// The most memory that it held, in bytes, as last seen before its end.
    pub peak: u64,
    /// Requests that the simulator counted.
    pub requests: usize,
    /// Calls of fsync and its kind, in a round of its own, where strace is there to count them.
    pub syncs: Option<usize>,
    /// What it wrote to standard output.
    pub said: String,
}

impl Usage {
    /// Both, one after the other.
    pub fn and(self, next: Self) -> Self {
        Self {
            time: self.time + next.time,
            cpu: self.cpu + next.cpu,
            peak: self.peak.max(next.peak),
            requests: self.requests + next.requests,
            syncs: self.syncs.zip(next.syncs).map(|(one, other)| one + other),
            said: self.said + &next.said,
        }
    }
}

/// How a program is started: for the watch, or for counting what it asks of the disk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    /// As people would start it.
    Time,
    /// Below strace, which makes it slow.
    Syncs,
}

/// Whether strace is there.
pub fn can_count_syncs() -> bool {
    let strace = Command::new("strace").arg("-V").stdout(Stdio::null()).status();
    strace.is_ok_and(|status| status.success())
}

/// Runs a program to its end.
///
/// # Panics
/// If it can't be started, or fails.
pub fn run(command: &mut Command, watch: Watch) -> Usage {
    match watch {
        Watch::Time => timed(command),
        Watch::Syncs => traced(command),
    }
}

fn timed(command: &mut Command) -> Usage {
    let said = tempfile::NamedTempFile::new().unwrap();
    let begin = Instant::now();
    let mut child = start(command, &said);
    let mut peak = 0;
    let done = loop {
        // The kernel counts into what it tells of an ended child what the parent held: so we look while it runs.
        peak = peak.max(held(&child));
        if let Some(done) = child.try_wait4().unwrap() {
            break done;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    let time = begin.elapsed();
    assert!(done.status.success(), "{command:?}: {}", done.status);
    Usage {
        time,
        cpu: done.rusage.utime + done.rusage.stime,
        peak,
        said: fs::read_to_string(said.path()).unwrap(),
        ..Usage::default()
    }
}

fn traced(command: &Command) -> Usage {
    let counts = tempfile::NamedTempFile::new().unwrap();
    let mut strace = Command::new("strace");
    strace
        .args([
            "-f",
            "--seccomp-bpf",
            "-qq",
            "-e",
            "trace=fsync,fdatasync,syncfs,sync",
            "-o",
        ])
        .arg(counts.path())
        .arg(command.get_program())
        .args(command.get_args());
    let said = tempfile::NamedTempFile::new().unwrap();
    let status = start(&mut strace, &said).wait().unwrap();
    assert!(status.success(), "{strace:?}: {status}");
    let lines = fs::read_to_string(counts.path()).unwrap();
    let syncs = lines
        .lines()
        .filter(|line| line.contains("sync") && !line.contains("resumed>"));
    Usage {
        syncs: Some(syncs.count()),
        said: fs::read_to_string(said.path()).unwrap(),
        ..Usage::default()
    }
}

fn start(command: &mut Command, said: &tempfile::NamedTempFile) -> Child {
    let command = command.stdin(Stdio::null()).stdout(said.reopen().unwrap());
    command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// The most memory that a running process has held, in bytes; 0 once it has none.
fn held(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or_default() * 1024
}

/// Has everything below a folder written to the disk, as a careful person would after a copy.
pub fn sync(folder: &Path, watch: Watch) -> Usage {
    run(Command::new("sync").arg("-f").arg(folder), watch)
}

/// What a program says first.
pub fn first_line(program: impl AsRef<OsStr>, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().next().unwrap_or_default().to_owned()
}

/// The median of some value.
pub fn median(rounds: &[Usage], value: impl Fn(&Usage) -> f64) -> f64 {
    let mut values: Vec<f64> = rounds.iter().map(value).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
