//! The stage: a simulated Microsoft, and a data folder in which there is a bit of everything.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use end_to_end::pdf;
use graph_sim::{Config, Seed, Sim};
use serde_json::Value;
use tempfile::TempDir;

/// The files that are imported when the stage is set, by the letter that their names and their bytes begin with.
pub const IMPORTED: [&str; 5] = ["A", "B", "C", "D", "E"];

/// Those that come in by a command.
pub const TO_COME: [&str; 5] = ["P", "Q", "R", "S", "T"];

/// Everything that a night needs.
pub struct Stage {
    sim: Sim,
    scratch: TempDir,
}

/// How to call the program.
#[derive(Clone)]
pub struct Call {
    /// The addresses of the simulated Microsoft.
    pub graph: String,
    /// Where people and programs sign in there.
    pub login: String,
    /// Where sheets and files that are added lie.
    pub inputs: PathBuf,
}

impl Stage {
    /// Sets it: everything was done by the program itself.
    pub async fn set() -> Self {
        let sim = Sim::start(Config {
            seed: Seed::Empty,
            ..Config::default()
        })
        .await
        .unwrap();
        let stage = Self {
            sim,
            scratch: tempfile::tempdir().unwrap(),
        };
        tokio::task::block_in_place(|| stage.fill());
        stage
    }

    /// The folder as it is before each command. Never worked on: copied.
    pub fn base(&self) -> PathBuf {
        self.scratch.path().join("base")
    }

    /// A folder for the data of one try.
    pub fn fresh(&self) -> TempDir {
        let folder = tempfile::tempdir_in(self.scratch.path()).unwrap();
        copy(&self.base(), folder.path());
        folder
    }

    /// How to call the program on this stage.
    pub fn call(&self) -> Call {
        Call {
            graph: self.sim.graph_url(),
            login: self.sim.login_url(),
            inputs: self.scratch.path().join("inputs"),
        }
    }

    /// The item with this letter, for a command line.
    pub fn item(&self, letter: &str) -> String {
        // What is there already keeps its identity.
        self.sim.put(&format!("/{letter}.pdf"), body(letter, "first").into())
    }

    fn fill(&self) {
        let call = self.call();
        let data = self.base();
        std::fs::create_dir_all(&data).unwrap();
        std::fs::create_dir_all(&call.inputs).unwrap();
        for name in ["M", "N", "O"] {
            std::fs::write(call.inputs.join(format!("{name}.pdf")), body(name, "by hand")).unwrap();
        }
        std::fs::write(call.inputs.join("N2.pdf"), body("N", "by hand, again")).unwrap();
        let sheet = |rows: &str| format!("File ID,Sharepoint File Path\n{rows}");
        std::fs::write(call.inputs.join("sheet.csv"), sheet("100006,P.pdf\n100007,Q.pdf\n")).unwrap();
        std::fs::write(call.inputs.join("before.csv"), sheet("100008,R.pdf\n")).unwrap();

        call.connect(&data);
        call.well(&data, &["drives", "select", &self.sim.drive_id()]);
        // One at a time, so that each has the same File ID every night.
        for letter in IMPORTED {
            call.well(&data, &["onedrive", "import", &self.item(letter)]);
        }
        for name in ["M", "N", "O"] {
            let file = call.inputs.join(format!("{name}.pdf"));
            call.well(&data, &["library", "add", file.to_str().unwrap()]);
        }
        for letter in TO_COME {
            self.item(letter);
        }
        call.well(&data, &["associate", call.inputs.join("before.csv").to_str().unwrap()]);
        // All but the last, which nothing shows, so that it can be removed.
        for id in 100_001..=100_007 {
            call.well(&data, &["place", &id.to_string(), "--clientpoint", "Fabrikam"]);
        }
        self.sim.put("/E.pdf", body("E", "second").into());
        call.well(&data, &["sync"]);
        call.well(&data, &["library", "rollback", "100005"]);
        // What the next sync has to do.
        self.sim.put("/A.pdf", body("A", "second").into());
        self.sim.put("/B.pdf", body("B", "second").into());
        self.sim.delete("/C.pdf");
        self.sim.rename("/D.pdf", "D renamed.pdf");
    }
}

impl Call {
    /// The program on this data folder, with these words behind it.
    pub fn command(&self, data: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .arg("--data")
            .arg(data)
            .arg("--plugin")
            .arg(end_to_end::component());
        command.args([
            "--insecure-endpoints",
            "--graph-url",
            &self.graph,
            "--login-url",
            &self.login,
            "--json",
        ]);
        command
            .args(words)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Starts it, and gives it what it reads.
    pub fn start(&self, data: &Path, words: &[&str], input: Option<&str>) -> Child {
        let mut command = self.command(data, words);
        if let Some(input) = input {
            // A file, not a pipe: nobody need be there to write while it is killed.
            let file = self.inputs.join("typed");
            std::fs::write(&file, input).unwrap();
            command.stdin(std::fs::File::open(file).unwrap());
        }
        command.spawn().unwrap()
    }

    /// Runs it to its end.
    pub fn run(&self, data: &Path, words: &[&str], input: Option<&str>) -> Output {
        self.start(data, words, input).wait_with_output().unwrap()
    }

    /// Runs what must go well, and reads what it says.
    pub fn well(&self, data: &Path, words: &[&str]) -> Value {
        let output = self.run(data, words, None);
        // 1 and 3 tell that something needs a person; that is no fault of the folder.
        let fine = matches!(output.status.code(), Some(0))
            || words[0] == "sync" && output.status.code().is_some_and(|code| code != 2);
        assert!(fine, "`{}`: {}", words.join(" "), said(&output));
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("`{}`: {}", words.join(" "), said(&output)))
    }

    fn connect(&self, data: &Path) {
        let output = self.run(data, &CONNECT, Some(graph_sim::CLIENT_SECRET));
        assert!(output.status.success(), "{}", said(&output));
    }
}

/// The words that connect the company.
pub const CONNECT: [&str; 7] = [
    "connect",
    "organization",
    "--tenant",
    graph_sim::TENANT_DOMAIN,
    "--client-id",
    graph_sim::CLIENT_ID,
    "--client-secret-stdin",
];

/// The bytes of a file: they tell whose they are.
pub fn body(letter: &str, text: &str) -> Vec<u8> {
    pdf(&format!("{letter}: {text}"))
}

/// All that a program has said, for people.
pub fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}{}", output.status, text(&output.stderr), text(&output.stdout))
}

/// The program lies beside this one.
fn program() -> PathBuf {
    std::env::current_exe().unwrap().with_file_name("clientpoint-host")
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
