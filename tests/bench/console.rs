//! The console of a large library, as a program of its own: how long pages take, how large they are, and what two hundred
//! browsers at once cost.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::{Client, redirect::Policy};
use tokio::task::JoinSet;

use super::{median, milliseconds, simulator::Simulator, syncing};

/// How many files the library has.
const FILES: usize = 100_000;
/// How many items the folder has that files are added from.
const ITEMS: usize = 5_000;
/// How many of them the plugin asks for at once.
const FOLDER_PAGE: usize = 200;
/// How often a page is asked for; the median is told.
const ROUNDS: usize = 21;
/// How many people read at once, and how many pages each.
const BROWSERS: usize = 200;
const PAGES: usize = 10;
/// How long the program is left alone before its memory is looked at.
const IDLE: Duration = Duration::from_secs(5);

/// The pages that people read, and what each may take, in milliseconds.
const READ: [(&str, &str, u32); 8] = [
    ("Home", "/", 50),
    ("Files, first page of 50", "/files", 200),
    ("Files, search", "/files?q=File+0500", 300),
    ("Files, search without a hit", "/files?q=nothing+like+it", 300),
    ("Files of a place, by name", "/files?place=Company+Wide&sort=name", 200),
    ("a file", "/files/100001", 50),
    ("Sync", "/sync", 50),
    ("Cloud Storage Integrations", "/integrations", 50),
];

pub async fn console(component: &Path) {
    large_library(component).await;
    large_folder(component).await;
    println!("lines of script           {:>10} (target: at most 400)", script_lines());
}

async fn large_library(component: &Path) {
    let simulator = Simulator::with(&["--items", &FILES.to_string()]);
    let folder = tempfile::tempdir_in(component.parent().unwrap()).unwrap();
    let data = folder.path().join("data");
    let host = simulator.host(component, &data).await;
    let admin = host.session("admin").await.unwrap();
    syncing::manage_all(&admin, &simulator, &data, FILES).await;
    drop(admin);
    host.close().await;

    let program = Program::start(component, &data, &simulator);
    let cookie = program.enter().await;
    println!("console, library of {FILES} files:");
    for (name, path, at_most) in READ {
        let browser = program.browser();
        let mut took = Vec::new();
        let mut size = 0;
        for _ in 0..ROUNDS {
            let begin = Instant::now();
            size = program.read(&browser, &cookie, path).await;
            took.push(begin.elapsed());
        }
        println!(
            "  {name:<28} {:>6.1} ms (target: at most {at_most}), {:>5.1} KiB (target: at most 60)",
            milliseconds(median(took)),
            size as f64 / 1024.0
        );
    }
    tokio::time::sleep(IDLE).await;
    let idle = program.memory("VmRSS:");

    let program = Arc::new(program);
    let begin = Instant::now();
    let mut reading = JoinSet::new();
    for number in 0..BROWSERS {
        let (program, cookie) = (program.clone(), cookie.clone());
        reading.spawn(async move {
            let browser = program.browser();
            let pages = READ.iter().cycle().skip(number).take(PAGES);
            for (_, path, _) in pages {
                program.read(&browser, &cookie, path).await;
            }
        });
    }
    while let Some(read) = reading.join_next().await {
        read.expect("every page is read");
    }
    let pages = BROWSERS * PAGES;
    println!(
        "  {BROWSERS} browsers at once: {pages} pages in {:.1} s, none failed",
        begin.elapsed().as_secs_f64()
    );
    println!("  memory, idle               {idle:>8.1} MiB (target: at most 60)");
    println!(
        "  memory, peak under that    {:>8.1} MiB (target: at most 150)",
        program.memory("VmHWM:")
    );
}

/// The first rows of a large folder beside what the same page takes without us.
async fn large_folder(component: &Path) {
    let simulator = Simulator::with(&["--items", &ITEMS.to_string()]);
    let folder = tempfile::tempdir_in(component.parent().unwrap()).unwrap();
    let data = folder.path().join("data");
    simulator.host(component, &data).await.close().await;
    let program = Program::start(component, &data, &simulator);
    let cookie = program.enter().await;
    let browser = program.browser();
    let token = simulator.token().await;
    let page = format!(
        "{}/v1.0/drives/{}/root/children?$top={FOLDER_PAGE}",
        simulator.graph, simulator.drive
    );
    let (mut ours, mut theirs, mut size) = (Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        let answer = browser.get(&page).bearer_auth(&token).send().await.unwrap();
        answer.error_for_status().unwrap().bytes().await.unwrap();
        theirs.push(begin.elapsed());
        let begin = Instant::now();
        size = program.read(&browser, &cookie, "/files/add").await;
        ours.push(begin.elapsed());
    }
    let (ours, theirs) = (milliseconds(median(ours)), milliseconds(median(theirs)));
    println!(
        "first rows of {ITEMS} items   {ours:>10.1} ms, {theirs:.1} of them the source's (target: at most 50 more), {:.1} KiB",
        size as f64 / 1024.0
    );
}

/// The host with its console, until this ends.
struct Program {
    process: Child,
    origin: String,
    invitation: String,
}

impl Program {
    fn start(component: &Path, data: &Path, simulator: &Simulator) -> Self {
        let program = std::env::current_exe().unwrap().with_file_name("clientpoint-host");
        let mut process = Command::new(program)
            .arg("--data")
            .arg(data)
            .arg("--plugin")
            .arg(component)
            .args(["--insecure-endpoints", "--graph-url", &simulator.graph])
            .args(["--login-url", &simulator.login])
            .args(["serve", "--listen", "localhost:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let invitation = said(process.stdout.take().unwrap(), "/claim?token=");
        let origin = said(process.stderr.take().unwrap(), "http://localhost:");
        Self {
            process,
            origin: format!("http://localhost:{origin}"),
            invitation,
        }
    }

    fn browser(&self) -> Client {
        Client::builder().redirect(Policy::none()).no_proxy().build().unwrap()
    }

    /// Chooses a password, and gives the cookie.
    async fn enter(&self) -> String {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("token", &self.invitation)
            .append_pair("password", "correct horse battery")
            .finish();
        let answer = self
            .browser()
            .post(format!("{}/claim", self.origin))
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await
            .unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// Reads a page to its end, and gives its length in bytes.
    async fn read(&self, browser: &Client, cookie: &str, path: &str) -> usize {
        let address = format!("{}{path}", self.origin);
        let answer = browser.get(address).header("cookie", cookie).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        answer.bytes().await.unwrap().len()
    }

    /// Of its memory, in MiB, what the kernel calls so.
    fn memory(&self, name: &str) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        let kibibytes: f64 = line.split_whitespace().next().unwrap().parse().unwrap();
        kibibytes / 1024.0
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What stands behind `mark` in what a program says, up to the next blank or slash. The rest is read and forgotten, so
/// that the program never waits for us.
fn said(stream: impl Read + Send + 'static, mark: &str) -> String {
    let mut lines = BufReader::new(stream).lines();
    let found = lines.find_map(|line| {
        let line = line.unwrap();
        let (_, rest) = line.split_once(mark)?;
        Some(rest.split([' ', '/']).next().unwrap().to_owned())
    });
    std::thread::spawn(move || lines.for_each(drop));
    found.unwrap_or_else(|| panic!("it ended without {mark}"))
}

/// How many lines of script a browser is given in all.
fn script_lines() -> usize {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../host/src/web/assets");
    let files = fs::read_dir(assets).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "js"))
        .map(|path| fs::read_to_string(path).unwrap().lines().count())
        .sum()
}
