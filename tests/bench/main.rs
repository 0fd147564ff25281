//! Measures what `cargo xtask bench` prints. The simulator runs as a process of its own, so that the memory measured is
//! the host's; rates are compared inside one run, since machines differ.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a measurement stops at the first surprise"
)]

mod associating;
mod console;
mod keeping;
mod nights;
mod peers;
mod simulator;
mod syncing;

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use clientpoint_engine::plugin::Plugin;
use clientpoint_host::key_files;
use simulator::Simulator;

/// One large file: the largest that may enter.
const LARGE: u64 = 524_288_000;

/// How often a rate is measured; the median is told.
const ROUNDS: usize = 5;

#[tokio::main]
async fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let component = end_to_end::component();
    if let Some((first, cases)) = wanted.split_first()
        && first == "peers"
    {
        return peers::peers(&component, cases).await;
    }
    println!(
        "component size            {:>10} bytes (target: at most 2,000,000)",
        size(&component)
    );
    if wants("load") {
        loading(&component);
    }
    if wants("import") {
        importing(&component).await;
    }
    if wants("sync") {
        syncing::syncing(&component).await;
    }
    if wants("associate") {
        associating::associating(&component).await;
    }
    if wants("nights") {
        nights::nights().await;
    }
    if wants("console") {
        console::console(&component).await;
    }
    if wants("keeping") {
        keeping::keeping(&component).await;
    }
}

/// How long it takes to have a plugin, from its source and from the cache.
fn loading(component: &Path) {
    let data = tempfile::tempdir().unwrap();
    let key = key_files::load(data.path()).unwrap();
    let load = || {
        let begin = Instant::now();
        let plugin = Plugin::load(component, data.path(), &key).unwrap();
        (begin.elapsed(), plugin)
    };
    let (compiled, _) = load();
    let cached = median((0..9).map(|_| load().0).collect());
    println!("load, compiling           {:>10.1} ms", milliseconds(compiled));
    println!(
        "load from the cache       {:>10.1} ms (target: at most 20)",
        milliseconds(cached)
    );
}

async fn importing(component: &Path) {
    let simulator = Simulator::start();
    let folder = tempfile::tempdir_in(component.parent().unwrap()).unwrap();
    let data = folder.path().join("data");
    let host = simulator.host(component, &data).await;
    let admin = host.session("admin").await.unwrap();

    let begin = Instant::now();
    for _ in 0..1_000 {
        host.describe().await.unwrap();
    }
    let call = begin.elapsed() / 1_000;
    println!(
        "instantiate and call      {:>10.3} ms (target for instantiating: at most 0.2)",
        milliseconds(call)
    );

    let (mut curl, mut curl_durable, mut ours) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let item = simulator.put(&format!("/Round {round}.mp4"), LARGE, round as u64).await;
        let address = simulator.address(&item).await;
        let copy = folder.path().join("copy");
        let begin = Instant::now();
        assert!(
            Command::new("curl")
                .args(["-sSf", "-o"])
                .arg(&copy)
                .arg(&address)
                .status()
                .unwrap()
                .success()
        );
        curl.push(begin.elapsed());
        std::fs::File::open(&copy).unwrap().sync_all().unwrap();
        curl_durable.push(begin.elapsed());
        assert_eq!(size(&copy), LARGE);
        std::fs::remove_file(&copy).unwrap();

        let begin = Instant::now();
        let outcomes = admin.import(&[item]).await.unwrap();
        ours.push(begin.elapsed());
        let file = outcomes[0].file.as_ref().expect("it is imported");
        assert_eq!((file.size, file.verification.as_deref()), (LARGE, Some("verified")));
    }
    let (curl, curl_durable, ours) = (median(curl), median(curl_durable), median(ours));
    println!(
        "curl, 500 MiB             {:>10.0} MB/s; with fsync {:.0} MB/s",
        rate(curl),
        rate(curl_durable)
    );
    println!("import, 500 MiB, durable  {:>10.0} MB/s", rate(ours));
    println!(
        "import against curl       {:>10.2} of its rate (target: at least 0.8); {:.2} of curl with fsync",
        curl.as_secs_f64() / ours.as_secs_f64(),
        curl_durable.as_secs_f64() / ours.as_secs_f64()
    );

    let mut items = Vec::new();
    for number in 0..5 {
        items.push(simulator.put(&format!("/Five {number}.mp4"), LARGE, 100 + number).await);
    }
    let begin = Instant::now();
    let outcomes = admin.import(&items).await.unwrap();
    let took = begin.elapsed();
    assert!(outcomes.iter().all(|outcome| outcome.outcome == "imported"));
    println!("5 × 500 MiB at once       {:>10.0} MB/s", 5.0 * rate(took));
    println!(
        "guest memory during that  {:>10.1} MiB (target: at most 16)",
        host.peak_guest_memory() as f64 / 1_048_576.0
    );
    println!(
        "host memory, peak RSS     {:>10.1} MiB (target: at most 150)",
        peak_rss()
    );
}

/// The most memory that this process has held, in MiB, where the system tells.
fn peak_rss() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kibibytes.map_or(f64::NAN, |kibibytes| kibibytes / 1024.0)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// In 10⁶ bytes a second, for one large file.
fn rate(time: Duration) -> f64 {
    LARGE as f64 / 1e6 / time.as_secs_f64()
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).unwrap().len()
}
