//! A story: two stages that are alike, a chapter of commands, and a document for each.

mod program;

use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufRead, BufReader, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use graph_sim::{CLIENT_ID, CLIENT_SECRET, Config, Seed, Sim, TENANT_ID};
use tempfile::TempDir;

use crate::redact::{redacted, without_progress};

use program::{base, copy};

pub use program::program;

/// When every story begins.
pub const MORNING: &str = "2026-03-02T05:00:00Z";

/// The words that connect the company; the secret comes by standard input.
pub const CONNECT: [&str; 7] = [
    "connect",
    "organization",
    "--tenant",
    TENANT_ID,
    "--client-id",
    CLIENT_ID,
    "--client-secret-stdin",
];

/// A chapter under way.
pub struct Story {
    chapter: &'static str,
    twins: [Twin; 2],
    now: String,
    told: BTreeSet<String>,
    otherwise: Vec<String>,
}

/// A stage: what is done on one of the two is done on the other as well.
pub struct Twin {
    /// The simulated Microsoft.
    pub sim: Sim,
    folder: TempDir,
    json: bool,
}

impl Story {
    /// Begins a chapter with an empty drive and a host that is not connected.
    pub fn begin(chapter: &'static str) -> Self {
        Self::begin_with(chapter, Seed::Empty)
    }

    /// Begins a chapter with these files in the drives.
    pub fn begin_with(chapter: &'static str, seed: Seed) -> Self {
        Self {
            chapter,
            twins: [false, true].map(|json| Twin::new(json, seed.clone())),
            now: MORNING.into(),
            told: BTreeSet::new(),
            otherwise: Vec::new(),
        }
    }

    /// Begins a chapter with an empty drive that is connected and selected.
    pub fn connected(chapter: &'static str) -> Self {
        Self::connected_with(chapter, Seed::Empty)
    }

    /// As [`Story::connected`], with these files in the drives.
    pub fn connected_with(chapter: &'static str, seed: Seed) -> Self {
        let story = Self::begin_with(chapter, seed);
        story.quietly_given(&CONNECT, CLIENT_SECRET);
        let drive = story.sim().drive_id();
        story.quietly(&["drives", "select", &drive]);
        story
    }

    /// One of the two simulators, for what is alike in both.
    pub fn sim(&self) -> &Sim {
        &self.twins[0].sim
    }

    /// Does something in both simulators.
    pub fn sims(&self, act: impl Fn(&Sim)) {
        for twin in &self.twins {
            twin.sim.set_clock(self.now.parse().unwrap());
            act(&twin.sim);
        }
    }

    /// Puts a file into both drives, and gives its item's id, which is the same.
    pub fn put(&self, path: &str, bytes: &[u8]) -> String {
        self.sims(|sim| drop(sim.put(path, bytes.to_vec().into())));
        self.sim().item_id(path).unwrap()
    }

    /// Does something in both folders that the program works in; its data are in `clientpoint-data`.
    pub fn folders(&self, act: impl Fn(&Path)) {
        self.twins.iter().for_each(|twin| act(twin.folder.path()));
    }

    /// Lays a file into both folders.
    pub fn file(&self, name: &str, bytes: &[u8]) {
        self.folders(|folder| std::fs::write(folder.join(name), bytes).unwrap());
    }

    /// Sets the time, which stands still from then on.
    pub fn at(&mut self, now: &str) {
        self.now = now.into();
    }

    /// Carries a command out, and compares what is seen with the document of this name.
    pub fn says(&mut self, name: &str, words: &[&str]) {
        self.says_given(name, words, "");
    }

    /// As [`Story::says`], with this on standard input.
    pub fn says_given(&mut self, name: &str, words: &[&str], input: &str) {
        let seen = self.both(|twin| twin.run(&self.now, words, input));
        self.compare(name, words, &seen);
    }

    /// As [`Story::says`], for a command that waits until this person has signed in.
    pub fn says_after_sign_in(&mut self, name: &str, words: &[&str], person: &str, input: &str) {
        let seen = self.both(|twin| twin.sign_in(&self.now, words, person, input));
        self.compare(name, words, &seen);
    }

    /// Carries out what must go well and has its document elsewhere.
    pub fn quietly(&self, words: &[&str]) {
        self.quietly_given(words, "");
    }

    /// As [`Story::quietly`], with this on standard input.
    pub fn quietly_given(&self, words: &[&str], input: &str) {
        for output in self.both(|twin| twin.run(&self.now, words, input)) {
            assert!(output.status.success(), "{words:?}: {output:?}");
        }
    }

    /// Ends the chapter: nothing may have changed, and no document may be left over.
    pub fn end(self) {
        assert!(
            self.otherwise.is_empty(),
            "seen otherwise: {}",
            self.otherwise.join(", ")
        );
        let left: Vec<String> = documents(&snapshots().join(self.chapter))
            .iter()
            .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
            .filter(|name| !self.told.contains(name))
            .collect();
        assert!(left.is_empty(), "nobody tells these any more: {}", left.join(", "));
    }

    fn both(&self, act: impl Fn(&Twin) -> Output + Sync) -> Vec<Output> {
        std::thread::scope(|scope| {
            let at_work = self.twins.each_ref().map(|twin| {
                twin.sim.set_clock(self.now.parse().unwrap());
                let act = &act;
                scope.spawn(move || act(twin))
            });
            at_work.map(|work| work.join().unwrap()).into()
        })
    }

    fn compare(&mut self, name: &str, words: &[&str], seen: &[Output]) {
        let documents: Vec<String> = self
            .twins
            .iter()
            .zip(seen)
            .map(|(twin, output)| twin.document(words, output))
            .collect();
        assert!(self.told.insert(name.to_owned()), "two documents are called {name}");
        let compared = catch_unwind(AssertUnwindSafe(|| pinned(self.chapter, name, &documents.join("\n"))));
        if compared.is_err() {
            self.otherwise.push(format!("{}/{name}", self.chapter));
        }
    }
}

impl Twin {
    fn new(json: bool, seed: Seed) -> Self {
        let config = Config {
            seed,
            clock: Some(MORNING.parse().unwrap()),
            ..Config::default()
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let twin = Self {
            sim: runtime.block_on(Sim::start(config)).unwrap(),
            folder: tempfile::tempdir().unwrap(),
            json,
        };
        copy(base(), &twin.folder.path().join("clientpoint-data"));
        twin
    }

    fn command(&self, now: &str, words: &[&str]) -> Command {
        let mut command = program(self.folder.path());
        command
            .args(["--insecure-endpoints", "--at", now])
            .args(["--graph-url", &self.sim.graph_url()])
            .args(["--login-url", &self.sim.login_url()])
            .args(words)
            .args(self.json.then_some("--json"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn start(&self, now: &str, words: &[&str], input: &str) -> Child {
        let typed = self.folder.path().join(".typed");
        std::fs::write(&typed, input).unwrap();
        let mut command = self.command(now, words);
        command.stdin(File::open(typed).unwrap()).spawn().unwrap()
    }

    fn run(&self, now: &str, words: &[&str], input: &str) -> Output {
        self.start(now, words, input).wait_with_output().unwrap()
    }

    /// Follows the address that the program shows, as this person would.
    fn sign_in(&self, now: &str, words: &[&str], person: &str, input: &str) -> Output {
        let mut child = self.start(now, words, input);
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        let address = loop {
            let mut line = String::new();
            let read = lines.read_line(&mut line).unwrap();
            said.push_str(&line);
            if read == 0 || line.trim_start().starts_with(&self.sim.login_url()) {
                break line.trim().to_owned();
            }
        };
        if !address.is_empty() && !comes_back(&format!("{address}&_sim_user={person}")) {
            // Nobody comes back from a page that asks for somebody else: people give up.
            let id = child.id().to_string();
            assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        }
        lines.read_to_string(&mut said).unwrap();
        let output = child.wait_with_output().unwrap();
        Output {
            stderr: said.into(),
            ..output
        }
    }

    /// What was seen, on a page.
    fn document(&self, words: &[&str], output: &Output) -> String {
        let json = if self.json { " --json" } else { "" };
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let mut page = format!("$ clientpoint-host {}{json}\n", typed(words));
        page.push_str(&text(&output.stdout));
        let said = without_progress(&text(&output.stderr));
        if !said.is_empty() {
            page.push_str("--- said beside it\n");
            page.push_str(&said);
        }
        page.push_str(&format!("--- status {}\n", output.status.code().unwrap()));
        let origins = [
            (self.sim.graph_url(), "http://graph.sim"),
            (self.sim.login_url(), "http://login.sim"),
            (self.sim.content_url(), "http://content.sim"),
        ];
        let escaped = |url: &str| url.replace(':', "%3A").replace('/', "%2F");
        let page = origins.iter().fold(page, |page, (url, name)| {
            page.replace(url.as_str(), name).replace(&escaped(url), &escaped(name))
        });
        redacted(&page)
    }
}

/// Compares a text with the document of this name.
pub fn pinned(chapter: &str, name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(snapshots().join(chapter));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Where the documents are.
pub fn snapshots() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/seen/snapshots")
}

/// The documents of a folder; none where it is not there.
pub fn documents(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "snap"))
        .collect()
}

/// Words as they would be typed.
fn typed(words: &[&str]) -> String {
    let quoted = |word: &&str| match word.contains([' ', '&', '\'']) || word.is_empty() {
        true => format!("\"{word}\""),
        false => (*word).to_owned(),
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// A browser that follows the sign-in back to the program; false if the page does not send it there.
fn comes_back(address: &str) -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let client = clientpoint_engine::egress::client(true).unwrap();
        let page = client.get(address).send().await.unwrap();
        let Some(back) = page.headers().get("location") else {
            return false;
        };
        let answer = client.get(back.to_str().unwrap()).send().await.unwrap();
        answer.text().await.is_ok()
    })
}
